/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points of time as people type them. */
#include "date.h"
#include "output.h"
#include "safe-text.h"
#include <stdio.h>
#include <string.h>

static GDateTime *
day_edge (GDateTime *time, CliDateKind kind)
{
  GTimeZone *zone = g_date_time_get_timezone (time);
  g_autoptr (GDateTime) day
      = g_date_time_new (zone, g_date_time_get_year (time), g_date_time_get_month (time),
                         g_date_time_get_day_of_month (time), 0, 0, 0);
  if (kind == CLI_DATE_SINCE)
    return g_steal_pointer (&day);
  g_autoptr (GDateTime) next = g_date_time_add_days (day, 1);
  return g_date_time_add (next, -1);
}

/* "2026-11-23", "2026-11-23T10:00", "2026-11-23 10:00:30" */
static GDateTime *
parse_calendar (const char *text, CliDateKind kind, GDateTime *now)
{
  int year, month, day, hour = 0, minute = 0, second = 0, end = 0;
  if (strspn (text, "0123456789-t: ") != strlen (text))
    return NULL;
  int n = sscanf (text, "%4d-%2d-%2d%n%*1[t ]%2d:%2d%n:%2d%n", &year, &month, &day, &end, &hour,
                  &minute, &end, &second, &end);
  if (n < 3 || n == 4 || text[end] != '\0')
    return NULL;
  g_autoptr (GDateTime) time
      = g_date_time_new (g_date_time_get_timezone (now), year, month, day, hour, minute, second);
  if (time == NULL || n > 3)
    return g_steal_pointer (&time);
  return day_edge (time, kind);
}

/* "3 days ago", "3days", "3d" */
static GDateTime *
parse_ago (const char *text, GDateTime *now)
{
  static const struct
  {
    const char *letter, *name;
    GTimeSpan span; /* 0: days, by the calendar */
    int days;
  } units[] = {
    { "m", "minute", G_TIME_SPAN_MINUTE, 0 },
    { "h", "hour", G_TIME_SPAN_HOUR, 0 },
    { "d", "day", 0, 1 },
    { "w", "week", 0, 7 },
  };
  char unit[16] = "", ago[8] = "";
  int count, end = 0;
  int n = sscanf (text, "%5d %15[a-z]%n %7[a-z]%n", &count, unit, &end, ago, &end);
  if (!g_ascii_isdigit (*text) || n < 2 || text[end] != '\0'
      || (n == 3 && !g_str_equal (ago, "ago")))
    return NULL;
  gsize length = strlen (unit);
  if (length > 2 && unit[length - 1] == 's')
    unit[length - 1] = '\0';
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_str_equal (unit, units[i].letter) || g_str_equal (unit, units[i].name))
      return units[i].days > 0 ? g_date_time_add_days (now, -count * units[i].days)
                               : g_date_time_add (now, -count * units[i].span);
  return NULL;
}

static GDateTime *
parse (const char *text, CliDateKind kind, GDateTime *now)
{
  if (g_str_equal (text, "now"))
    return g_date_time_ref (now);
  if (g_str_equal (text, "today"))
    return day_edge (now, kind);
  if (g_str_equal (text, "yesterday"))
    {
      g_autoptr (GDateTime) yesterday = g_date_time_add_days (now, -1);
      return day_edge (yesterday, kind);
    }
  GDateTime *time = parse_calendar (text, kind, now);
  return time != NULL ? time : parse_ago (text, now);
}

gboolean
cli_date_parse (const char *text, CliDateKind kind, GDateTime *now, gint64 *us, GError **error)
{
  g_autofree char *lower = g_strstrip (g_ascii_strdown (text, -1));
  g_autoptr (GDateTime) time = parse (lower, kind, now);
  if (time == NULL)
    {
      g_autofree char *safe = cli_safe_text (text);
      g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                   "\"%s\" is no date: write it as 2026-11-23, 2026-11-23T10:00, yesterday, "
                   "\"3 days ago\" or 3d",
                   safe);
      return FALSE;
    }
  *us = g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
  return TRUE;
}
