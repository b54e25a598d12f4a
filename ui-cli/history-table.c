/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history as a table that fits a phone's terminal. */
#include "history-table.h"
#include "format.h"
#include "report.h"
#include "safe-text.h"
#include "table.h"

#define NAME_MIN 8u
#define BESIDE_NAME 52u /* what the other columns take at most, gaps and arrow included */
#define WITH_ID 70u     /* columns of a terminal with room for another */

/* Reasons of org.tacitel.Call1 and of its MissedCall in ten columns. */
static const char *
describe_end (const char *reason)
{
  static const char *const rows[][2] = {
    { "", "still on" },
    { "hangup", "you ended" },
    { "remote-hangup", "they ended" },
    { "remote-declined", "rejected" },
    { "no-answer", "no answer" },
    { "unreachable", "unreached" },
    { "no-path", "no path" },
    { "no-data", "no data" },
    { "remote-no-data", "peer data" },
    { "sms-failed", "SMS failed" },
    { "modem-gone", "modem gone" },
    { "media-failed", "sound" },
    { "remote-media-failed", "peer sound" },
    { "sas-mismatch", "MISMATCH" },
    { "protocol-error", "protocol" },
    { "stale", "came late" },
    { "cancelled", "gave up" },
    { "unknown", "new key?" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i][0], reason))
      return rows[i][1];
  return reason;
}

static char *
describe_when (gint64 us, gint64 now_us)
{
  g_autoptr (GDateTime) time
      = us != 0 ? g_date_time_new_from_unix_local (us / G_USEC_PER_SEC) : NULL;
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (now_us / G_USEC_PER_SEC);
  if (time == NULL)
    return g_strdup ("?");
  gboolean this_year = g_date_time_get_year (time) == g_date_time_get_year (now);
  return g_date_time_format (time, this_year ? "%m-%d %H:%M" : "%Y-%m-%d");
}

static gboolean
has_ids (const CliStyle *style)
{
  return style->columns == 0 || style->columns >= WITH_ID;
}

/* An arrow for the direction, and the name cut to what there is room for. */
static char *
describe_who (GVariant *call, const CliStyle *style)
{
  const char *name = cli_dict_string (call, "Name"), *number = cli_dict_string (call, "Number");
  gboolean outgoing = g_str_equal (cli_dict_string (call, "Direction"), "outgoing");
  const char *arrow = style->unicode ? (outgoing ? "→" : "←") : (outgoing ? ">" : "<");
  const char *who = *name != '\0' ? name : *number != '\0' ? number : "number withheld";
  guint beside = BESIDE_NAME + (has_ids (style) ? 7 : 0);
  guint room = style->columns > beside + NAME_MIN ? style->columns - beside : NAME_MIN;
  g_autofree char *safe = cli_safe_text (who);
  g_autofree char *fit = style->columns > 0 ? cli_text_fit (safe, room, style->unicode) : NULL;
  return g_strdup_printf ("%s %s", arrow, fit != NULL ? fit : safe);
}

static char *
describe_security (GVariant *call, const CliStyle *style)
{
  const char *security = cli_dict_string (call, "Security");
  const char *text = g_str_equal (security, "noise-kk")              ? "KK"
                     : g_str_equal (security, "noise-kk+ml-kem-768") ? "KK+KEM"
                     : g_str_equal (security, "none")                ? ""
                                                                     : security;
  gboolean verified = cli_dict_flag (call, "Verified");
  return g_strconcat (verified ? (style->unicode ? "✓" : "*") : "", text, NULL);
}

static char *
describe_locked (GVariant *call)
{
  guint32 count = 1;
  g_variant_lookup (call, "Count", "u", &count);
  return count > 1 ? g_strdup_printf ("someone called (%u times) while locked", count)
                   : g_strdup ("someone called while locked");
}

static char *
describe_id (GVariant *call)
{
  gint64 id = 0;
  g_variant_lookup (call, "Id", "x", &id);
  return g_strdup_printf ("%" G_GINT64_FORMAT, id);
}

static void
add_row (CliTable *table, GVariant *call, gint64 now_us, const CliStyle *style)
{
  gint64 duration = -1;
  double loss = 0;
  const char *reason = cli_dict_string (call, "Reason");
  g_variant_lookup (call, "Duration", "x", &duration);
  g_variant_lookup (call, "Loss", "d", &loss);
  g_autofree char *id = describe_id (call);
  g_autofree char *when = describe_when (cli_dict_time (call, "Time"), now_us);
  if (g_str_equal (reason, "locked"))
    {
      g_autofree char *text = describe_locked (call);
      const char *cells[] = { id, when, text, NULL };
      cli_table_add (table, has_ids (style) ? cells : cells + 1);
      return;
    }
  g_autofree char *who = describe_who (call, style);
  g_autofree char *talked = duration >= 0 ? cli_format_duration (duration) : g_strdup ("");
  g_autofree char *security = describe_security (call, style);
  g_autofree char *quality = duration >= 0 ? g_strdup_printf ("%.1f%%", loss) : g_strdup ("");
  const char *cells[] = { id, when, who, talked, security, quality, describe_end (reason) };
  cli_table_add (table, has_ids (style) ? cells : cells + 1);
}

char *
cli_history_table (GVariant *calls, gint64 now_us, const CliStyle *style)
{
  static const char *const headings[]
      = { "Id", "When", "Who", "Talk", "Secure", "Loss", "End", NULL };
  g_autoptr (CliTable) table = cli_table_new (has_ids (style) ? headings : headings + 1);
  for (gsize i = 0; i < g_variant_n_children (calls); i++)
    {
      g_autoptr (GVariant) call = g_variant_get_child_value (calls, i);
      add_row (table, call, now_us, style);
    }
  return cli_table_render (table, style);
}
