/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The addresses of the data context's interface, told when they can be used: a change of address
 * comes from the kernel in parts, the old ones going one by one before the new ones come. */
#pragma once
#include <gio/gio.h>

typedef struct TacDataAddress TacDataAddress;

/* @changed: there are other addresses than were told before, and at least one; or the interface is
 * gone. Not from within a call of these functions. @interface need not exist yet. Errors: as
 * tac_address_watch_new. */
TacDataAddress *tac_data_address_new (const char *interface, void (*changed) (gpointer user_data),
                                      gpointer user_data, GError **error);
void tac_data_address_free (TacDataAddress *address);
const char *tac_data_address_get_interface (TacDataAddress *address);
gboolean tac_data_address_is_gone (TacDataAddress *address); /* it was there, and is not */
/* (transfer none) GInetAddress, as last told. */
GPtrArray *tac_data_address_get (TacDataAddress *address);

/* What to do about addresses that are other than those told. Pure. Returns: ms to wait for another
 * change before these are told; 0: not to be told at all. */
guint tac_data_address_settle_ms (GPtrArray *told, GPtrArray *now);
