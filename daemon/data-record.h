/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What outlives a killed taciteld: which context it had raised, so that the next one takes it down
 * and does not believe it to be somebody else's. In $XDG_RUNTIME_DIR/tacitel/, mode 0600. */
#pragma once
#include <gio/gio.h>

/* @owner: the unique name of the ofonod in whose hands the context is. A record means nothing to
 * another one, nor after a restart of the bus. */
void tac_data_record_write (GDBusConnection *bus, const char *owner, const char *path);
/* Returns: (transfer full): the context's path; NULL: none of this ofonod is recorded. */
char *tac_data_record_read (GDBusConnection *bus, const char *owner);
void tac_data_record_remove (void);
