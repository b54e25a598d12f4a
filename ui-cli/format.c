/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durations, keys and the words of the API, as people read them. */
#include "format.h"
#include <string.h>

char *
cli_format_duration (gint64 ms)
{
  gint64 s = MAX (ms, 0) / 1000;
  if (s < 3600)
    return g_strdup_printf ("%" G_GINT64_FORMAT ":%02" G_GINT64_FORMAT, s / 60, s % 60);
  return g_strdup_printf ("%" G_GINT64_FORMAT ":%02" G_GINT64_FORMAT ":%02" G_GINT64_FORMAT,
                          s / 3600, s / 60 % 60, s % 60);
}

char *
cli_format_elapsed (gint64 ms)
{
  ms = MAX (ms, 0);
  if (ms >= 60 * 1000)
    return cli_format_duration (ms);
  return g_strdup_printf ("%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT " s", ms / 1000,
                          ms % 1000 / 100);
}

char *
cli_format_snake (const char *camel)
{
  GString *snake = g_string_new (NULL);
  for (const char *p = camel; *p != '\0'; p++)
    {
      if (g_ascii_isupper (*p) && p != camel)
        g_string_append_c (snake, '_');
      g_string_append_c (snake, *p == '-' ? '_' : g_ascii_tolower (*p));
    }
  return g_string_free (snake, FALSE);
}

char *
cli_format_fingerprint (const char *digits)
{
  gsize length = strlen (digits);
  GString *groups = g_string_new (NULL);
  for (gsize i = 0; i < length; i++)
    {
      if (length == 32 && i > 0 && i % 4 == 0)
        g_string_append_c (groups, ' ');
      g_string_append_c (groups, digits[i]);
    }
  return g_string_free (groups, FALSE);
}

char *
cli_format_time (gint64 us)
{
  g_autoptr (GDateTime) time
      = us != 0 ? g_date_time_new_from_unix_local (us / G_USEC_PER_SEC) : NULL;
  return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M") : g_strdup ("");
}

typedef struct
{
  const char *value, *text;
} Word;

static const char *
look_up (const Word *words, gsize n, const char *value)
{
  for (gsize i = 0; i < n; i++)
    if (g_strcmp0 (words[i].value, value) == 0)
      return words[i].text;
  return value != NULL ? value : "";
}

const char *
cli_format_security (const char *security)
{
  static const Word words[] = {
    { "none", "Not encrypted yet" },
    { "noise-kk", "End-to-end encrypted (Noise KK)" },
    { "noise-kk+ml-kem-768", "End-to-end encrypted (Noise KK, ML-KEM)" },
  };
  return look_up (words, G_N_ELEMENTS (words), security);
}

const char *
cli_format_trust (const char *trust)
{
  static const Word words[] = {
    { "paired", "Paired, words not compared yet" },
    { "verified", "Verified by comparing words" },
    { "directory", "Key from a directory, not verified" },
    { "mismatch", "NOT TRUSTED: the words differed" },
  };
  return look_up (words, G_N_ELEMENTS (words), trust);
}

const char *
cli_format_modem_state (const char *state)
{
  static const Word words[] = {
    { "ready", "Ready to call" },
    { "not-set-up", "No identity yet: tacitel setup" },
    { "locked", "Locked: tacitel unlock" },
    { "damaged", "A file of the store is damaged" },
    { "no-ofono", "oFono is not running" },
    { "no-modem", "No modem" },
    { "modem-off", "The modem is off" },
    { "no-sim", "No SIM card, or it is locked" },
    { "not-registered", "No mobile network" },
    { "no-sms", "The modem cannot send SMS" },
  };
  return look_up (words, G_N_ELEMENTS (words), state);
}
