/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses of one network interface, by rtnetlink (rtnetlink(7)): read once, then followed. */
#pragma once
#include <gio/gio.h>

#define TAC_TYPE_ADDRESS_WATCH (tac_address_watch_get_type ())
G_DECLARE_FINAL_TYPE (TacAddressWatch, tac_address_watch, TAC, ADDRESS_WATCH, GObject)

/* Signal "changed": the list differs, or the interface came or went. @interface need not exist
 * yet. */
TacAddressWatch *tac_address_watch_new (const char *interface, GError **error);
/* (transfer none) GInetAddress, global scope only, no tentative or deprecated ones. */
GPtrArray *tac_address_watch_get (TacAddressWatch *watch);

typedef struct
{
  gboolean added;
  guint32 index; /* of the interface */
  GInetAddress *address;
} TacAddressEvent;

typedef void (*TacAddressFunc) (const TacAddressEvent *event, gpointer user_data);
/* Walks the messages of one netlink datagram; malformed ones end the walk. Pure, for any bytes. */
void tac_address_parse (const guint8 *bytes, gsize size, TacAddressFunc func, gpointer user_data);
