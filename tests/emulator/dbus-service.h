/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The emulator on D-Bus: org.tacitel.Emulator1. */
#pragma once
#include "dbus-names.h"
#include "emulator.h"
#include <gio/gio.h>

typedef struct _EmuDbusService EmuDbusService;
EmuDbusService *emu_dbus_service_new (EmuEmulator *emulator, GDBusConnection *connection,
                                      GError **error);
void emu_dbus_service_free (EmuDbusService *service);
