/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel's parsers of what people type and keep in files, and the table of the history. */
#include "date.h"
#include "format.h"
#include "history-table.h"
#include "import-file.h"
#include "output.h"
#include "passphrase.h"
#include "report.h"
#include "safe-text.h"
#include <string.h>

/* A Monday afternoon, a day after the clocks went back in Berlin. */
static GDateTime *
monday (void)
{
  g_autoptr (GTimeZone) berlin = g_time_zone_new_identifier ("Europe/Berlin");
  g_assert_nonnull (berlin);
  return g_date_time_new (berlin, 2026, 10, 26, 15, 30, 0);
}

static void
test_dates (void)
{
  /* As typed; what it is in Berlin with CLI_DATE_SINCE, and with CLI_DATE_UNTIL (NULL: the same) */
  static const char *const rows[][3] = {
    { "2026-11-23", "2026-11-23 00:00:00+01", "2026-11-23 23:59:59+01" },
    { "2026-10-25", "2026-10-25 00:00:00+02", "2026-10-25 23:59:59+01" },
    { "2026-11-23T10:00", "2026-11-23 10:00:00+01", NULL },
    { "2026-11-23 10:00", "2026-11-23 10:00:00+01", NULL },
    { "2026-11-23T10:00:59", "2026-11-23 10:00:59+01", NULL },
    { " today ", "2026-10-26 00:00:00+01", "2026-10-26 23:59:59+01" },
    { "Yesterday", "2026-10-25 00:00:00+02", "2026-10-25 23:59:59+01" },
    { "now", "2026-10-26 15:30:00+01", NULL },
    { "3 days ago", "2026-10-23 15:30:00+02", NULL },
    { "3d", "2026-10-23 15:30:00+02", NULL },
    { "1 day", "2026-10-25 15:30:00+01", NULL },
    { "2 weeks ago", "2026-10-12 15:30:00+02", NULL },
    { "90m", "2026-10-26 14:00:00+01", NULL },
    { "1 hour ago", "2026-10-26 14:30:00+01", NULL },
    { "0d", "2026-10-26 15:30:00+01", NULL },
  };
  g_autoptr (GDateTime) now = monday ();
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (CliDateKind kind = CLI_DATE_SINCE; kind <= CLI_DATE_UNTIL; kind++)
      {
        gint64 us;
        g_autoptr (GError) error = NULL;
        g_assert_true (cli_date_parse (rows[i][0], kind, now, &us, &error));
        g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (us / G_USEC_PER_SEC);
        g_autoptr (GDateTime) time = g_date_time_to_timezone (utc, g_date_time_get_timezone (now));
        g_autofree char *text = g_date_time_format (time, "%Y-%m-%d %H:%M:%S%:::z");
        g_test_message ("%s", rows[i][0]);
        g_assert_cmpstr (text, ==, rows[i][kind == CLI_DATE_UNTIL && rows[i][2] != NULL ? 2 : 1]);
      }
}

static void
test_no_dates (void)
{
  static const char *const rows[] = { "",
                                      "tomorrow",
                                      "2026-13-01",
                                      "2026-02-30",
                                      "2026-11-23T25:00",
                                      "2026",
                                      "2026-11",
                                      "2026-11-23T",
                                      "2026-11-23T10",
                                      "2026-11-23T10:00x",
                                      "d",
                                      "3",
                                      "3 fortnights ago",
                                      "3d hence",
                                      "-3d",
                                      "3 d ago ago",
                                      "99999999999d",
                                      "2026-11-23T10:00:",
                                      "99999-11-23",
                                      "d3" };
  g_autoptr (GDateTime) now = monday ();
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gint64 us;
      g_autoptr (GError) error = NULL;
      g_test_message ("\"%s\"", rows[i]);
      g_assert_false (cli_date_parse (rows[i], CLI_DATE_SINCE, now, &us, &error));
      g_assert_error (error, CLI_ERROR, CLI_ERROR_USAGE);
    }
}

static GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (G_VARIANT_TYPE ("aa{sv}"), text, NULL, NULL, &error);
  g_assert_no_error (error);
  return value;
}

/* The longest of everything, and sixty-four bytes of emoji for a name: sixty columns suffice. */
static void
test_history_fits (void)
{
  static const char *const reasons[] = { "",
                                         "hangup",
                                         "remote-hangup",
                                         "declined",
                                         "remote-declined",
                                         "busy",
                                         "no-answer",
                                         "unreachable",
                                         "no-path",
                                         "no-data",
                                         "lost",
                                         "remote-no-data",
                                         "sms-failed",
                                         "modem-gone",
                                         "media-failed",
                                         "stale",
                                         "remote-media-failed",
                                         "sas-mismatch",
                                         "protocol-error",
                                         "crashed",
                                         "cancelled",
                                         "refused",
                                         "unknown" };
  static const char *const names[] = { "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀", "bob", "Ermintrude of Ashby-de-la-Zouch",
                                       "山田太郎山田太郎", "bob\\u202e\\u001b[2J" };
  CliStyle style = { FALSE, TRUE, 60 };
  g_autoptr (GString) text = g_string_new ("[");
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    g_string_append_printf (
        text,
        "%s{'Time': <int64 1700000000000000>, 'Direction': <'incoming'>, 'Name': <'%s'>, "
        "'Security': <'noise-kk+ml-kem-768'>, 'Verified': <true>, 'Duration': <int64 35999000>, "
        "'Loss': <12.5>, 'Reason': <'%s'>, 'Count': <uint32 1>}",
        i > 0 ? ", " : "", names[i % G_N_ELEMENTS (names)], reasons[i]);
  g_string_append (text, ", {'Time': <int64 0>, 'Reason': <'locked'>, 'Count': <uint32 4000000>}]");
  g_autoptr (GVariant) calls = parse (text->str);
  g_autofree char *table = cli_history_table (calls, 1700000000000000, &style);
  g_auto (GStrv) lines = g_strsplit (table, "\n", -1);
  g_test_message ("%s", table);
  g_assert_cmpuint (g_strv_length (lines), ==, G_N_ELEMENTS (reasons) + 3);
  for (char **line = lines; *line != NULL; line++)
    g_assert_cmpuint (cli_text_width (*line), <=, 60);
  g_assert_null (strchr (table, '\033'));
  g_assert_nonnull (strstr (lines[1], "9:59:59  ✓KK+KEM  12.5%"));
  g_assert_nonnull (strstr (table, "someone called (4000000 times) while locked"));
}

/* Another year shows the year; what is unknown says so. */
static void
test_history_cells (void)
{
  CliStyle style = { FALSE, FALSE, 0 };
  g_autoptr (GVariant) calls = parse (
      "[{'Id': <int64 7>, 'Time': <int64 1600000000000000>, 'Direction': <'outgoing'>, 'Name': <''>,"
      "'Number': <'+15550002'>, 'Security': <'none'>, 'Duration': <int64 -1>,"
      "'Reason': <'no-answer'>},"
      "{'Id': <int64 12>, 'Time': <int64 1700000000000000>, 'Direction': <'incoming'>, 'Reason': <'unknown'>}]");
  g_autofree char *table = cli_history_table (calls, 1700000000000000, &style);
  g_auto (GStrv) lines = g_strsplit (table, "\n", -1);
  g_assert_cmpstr (lines[1], ==, "7   2020-09-13   > +15550002                            no answer");
  g_assert_true (g_str_has_prefix (lines[2], "12  11-1"));
  g_assert_nonnull (strstr (lines[2], "< number withheld"));
  g_assert_nonnull (strstr (lines[2], "new key?"));
}

static void
test_import (void)
{
  /* Text; line number and URI of each, "!" for one that cannot be. */
  static const struct
  {
    const char *text, *lines;
  } rows[] = {
    { "", "" },
    { "\n\n# x\n   \n", "" },
    { "tacitel:a", "1 tacitel:a;" },
    { "\n  tacitel:a \r\n#\ntacitel:b", "2 tacitel:a;4 tacitel:b;" },
    { "\xef\xbb\xbftacitel:a\n\xef\xbb\xbftacitel:b\n", "1 tacitel:a;2 \xef\xbb\xbftacitel:b;" },
    { "\xff\ntacitel:a", "1 !;2 tacitel:a;" },
    { " # no comment? yes", "" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CliImport import = { rows[i].text, strlen (rows[i].text), 0 };
      g_autoptr (GString) got = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      char *uri;
      while (cli_import_next (&import, &uri, &error))
        {
          g_assert_true ((uri == NULL) == (error != NULL));
          g_string_append_printf (got, "%u %s;", import.line, uri != NULL ? uri : "!");
          g_free (uri);
          g_clear_error (&error);
        }
      g_assert_cmpstr (got->str, ==, rows[i].lines);
    }
}

static void
test_import_long_line (void)
{
  for (gsize over = 0; over <= 1; over++)
    {
      g_autofree char *text = g_strnfill (CLI_IMPORT_LINE_MAX + over, 'a');
      g_autoptr (GError) error = NULL;
      g_autofree char *uri = NULL;
      CliImport import = { text, strlen (text), 0 };
      g_assert_true (cli_import_next (&import, &uri, &error));
      g_assert_true ((uri == NULL) == (over == 1));
    }
}

/* A zero byte ends no line early and is no text. */
static void
test_import_zero (void)
{
  CliImport import = { "tacitel:a\0b\n", 12, 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = NULL;
  g_assert_true (cli_import_next (&import, &uri, &error));
  g_assert_null (uri);
  g_assert_error (error, CLI_ERROR, CLI_ERROR_USAGE);
}

static void
test_hint (void)
{
  g_assert_nonnull (cli_passphrase_hint (1));
  g_assert_nonnull (cli_passphrase_hint (13));
  g_assert_null (cli_passphrase_hint (14));
}

static void
test_meant (void)
{
  static const struct
  {
    const char *typed;
    gboolean meant;
  } rows[] = {
    { "bob", TRUE },   { "+15550002", TRUE },  { "+1 (555) 00-02", TRUE }, { "Bob", FALSE },
    { "1555", FALSE }, { "+15550003", FALSE }, { "b ob", FALSE },          { "", FALSE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (cli_is_meant (rows[i].typed, "bob", "+15550002"), ==, rows[i].meant);
}

static void
test_fingerprint (void)
{
  static const char *const rows[][2] = {
    { "00112233445566778899aabbccddeeff", "0011 2233 4455 6677 8899 aabb ccdd eeff" },
    { "0011", "0011" },
    { "", "" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *shown = cli_format_fingerprint (rows[i][0]);
      g_assert_cmpstr (shown, ==, rows[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/date/typed", test_dates);
  g_test_add_func ("/date/refused", test_no_dates);
  g_test_add_func ("/history/fits-sixty-columns", test_history_fits);
  g_test_add_func ("/history/cells", test_history_cells);
  g_test_add_func ("/import/lines", test_import);
  g_test_add_func ("/import/longest-line", test_import_long_line);
  g_test_add_func ("/import/zero-byte", test_import_zero);
  g_test_add_func ("/passphrase/hint", test_hint);
  g_test_add_func ("/contact/meant", test_meant);
  g_test_add_func ("/format/fingerprint", test_fingerprint);
  return g_test_run ();
}
