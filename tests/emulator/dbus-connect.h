/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connects to the bus that the user named. */
#pragma once
#include <gio/gio.h>

/* @bus: "session", "system" or an address. Returns: (transfer full), or NULL with @error. */
GDBusConnection *emu_dbus_connect (const char *bus, GError **error);
