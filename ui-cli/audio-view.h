/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A test of the sound, while it goes on and when it has ended. */
#pragma once
#include "command.h"
#include "style.h"
#include <gio/gio.h>

/* One line: both levels (dBFS, -96 to 0) as bars, and the time that is left. It fits into the
 * columns of @style. Returns: (transfer full). */
char *cli_audio_meter (const CliStyle *style, int captured, int played, guint left_ms);

/* @report: of Audio1.Test. Returns: exit status. */
int cli_show_audio (const CliRequest *request, GVariant *report);
