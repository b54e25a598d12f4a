/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points of time as people type them. */
#pragma once
#include <gio/gio.h>

typedef enum
{
  CLI_DATE_SINCE, /* a day means its beginning */
  CLI_DATE_UNTIL, /* a day means its end */
} CliDateKind;

/**
 * cli_date_parse:
 * @text: "2026-11-23", "2026-11-23T10:00" (or a blank for T, with seconds or without), "now",
 *   "today", "yesterday", "3 days ago", "3d" (m, h, d, w)
 * @now: local time
 * @us: (out) Unix µs
 *
 * Pure. Whole days follow the calendar, also where the clocks change.
 */
gboolean cli_date_parse (const char *text, CliDateKind kind, GDateTime *now, gint64 *us,
                         GError **error);
