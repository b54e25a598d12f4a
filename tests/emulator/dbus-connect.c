/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connects to the bus that the user named. */
#include "dbus-connect.h"
#include <string.h>

GDBusConnection *
emu_dbus_connect (const char *bus, GError **error)
{
  if (strcmp (bus, "session") == 0)
    return g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, error);
  if (strcmp (bus, "system") == 0)
    return g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  return g_dbus_connection_new_for_address_sync (
      bus,
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, error);
}
