/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tacitel monitor's files share: its state, and how it writes. */
#pragma once
#include "bus.h"
#include "json.h"
#include "style.h"

typedef struct
{
  CliDaemon *daemon;
  GMainLoop *loop;
  gboolean json, over;
  guint someone_called; /* while locked, as it was told last */
  CliStyle style;
  GHashTable *told; /* path → the last line of that call, to say nothing twice */
} CliMonitor;

/* One line with the time; takes a copy of @text and makes it safe. */
void cli_monitor_line (CliMonitor *monitor, CliEmphasis emphasis, const char *text);

/* One event; takes @event. */
void cli_monitor_event (CliMonitor *monitor, JsonBuilder *event);

/* Tells of the keyring and of requests for pairing, from now on. */
void cli_monitor_follow_trust (CliMonitor *monitor);
