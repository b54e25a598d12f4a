/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a modem says, in order, on its way into a socket that may be full. */
#pragma once
#include <gio/gio.h>

typedef struct _EmuAtOutput EmuAtOutput;
/* @socket: not blocking; must live as long. */
EmuAtOutput *emu_at_output_new (GSocket *socket);
void emu_at_output_free (EmuAtOutput *output);
/* @hold_ms: these bytes, and all that follow, wait as long once it's their turn. A socket that is
 * broken is left to its reader, who sees it too. */
void emu_at_output_write (EmuAtOutput *output, const char *bytes, guint hold_ms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmuAtOutput, emu_at_output_free)
/* Paused, everything written waits. */
void emu_at_output_set_paused (EmuAtOutput *output, gboolean paused);
