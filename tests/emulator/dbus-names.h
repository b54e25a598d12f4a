/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the emulator is on D-Bus. */
#pragma once

#define EMU_BUS_NAME "org.tacitel.Emulator1"
#define EMU_BUS_PATH "/org/tacitel/Emulator1"
#define EMU_BUS_INTERFACE "org.tacitel.Emulator1"
#define EMU_BUS_PHONE_INTERFACE "org.tacitel.Emulator1.Phone"
