/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The emulator on D-Bus: org.tacitel.Emulator1. */
#pragma once
#include "emulator.h"
#include <gio/gio.h>

#define EMU_BUS_NAME "org.tacitel.Emulator1"
#define EMU_BUS_PATH "/org/tacitel/Emulator1"

typedef struct _EmuDbusService EmuDbusService;
EmuDbusService *emu_dbus_service_new (EmuEmulator *emulator, GDBusConnection *connection,
                                      GError **error);
void emu_dbus_service_free (EmuDbusService *service);

/* A connection to "session", "system" or an address; NULL with @error. */
GDBusConnection *emu_dbus_connect (const char *bus, GError **error);
