/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's parts, put together: everything between main()'s options and its main loop. */
#pragma once
#include "daemon/config.h"
#include <gio/gio.h>

typedef struct TacDaemon TacDaemon;

/* Looks for the keyring (which stays locked), follows the modem, exports the API on @session under
 * /org/tacitel. The caller owns the bus name. @config outlives the daemon. */
TacDaemon *tac_daemon_new (const TacConfig *config, GDBusConnection *session,
                           GDBusConnection *system, GError **error);
/* Says goodbye in every call; @done runs when the last has ended. */
void tac_daemon_end_calls (TacDaemon *daemon, GSourceFunc done, gpointer user_data);
void tac_daemon_free (TacDaemon *daemon); /* wipes the keys */
