/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel history show: one call, second by second, in words, as JSON, or as a picture. */
#include "bus.h"
#include "commands.h"
#include "format.h"
#include "output.h"
#include "plot.h"
#include "report.h"
#include "safe-text.h"
#include "table.h"
#include <unistd.h>

/* A call and what is known of its seconds. */
typedef struct
{
  GVariant *call, *points;
  guint step;
} Shown;

static void
shown_clear (Shown *shown)
{
  g_clear_pointer (&shown->call, g_variant_unref);
  g_clear_pointer (&shown->points, g_variant_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Shown, shown_clear)

/* @text: NULL: the newest. Returns: (transfer full), or NULL with @error. */
static GVariant *
filter_of (const char *text, GError **error)
{
  g_auto (GVariantDict) filter = G_VARIANT_DICT_INIT (NULL);
  guint64 id = 0;
  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &id, NULL))
    {
      g_autofree char *safe = cli_safe_text (text);
      g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                   "\"%s\" is no call's number: tacitel history shows them in the first column",
                   safe);
      return NULL;
    }
  if (text != NULL)
    g_variant_dict_insert (&filter, "Id", "x", (gint64)id);
  g_variant_dict_insert (&filter, "Limit", "u", 1);
  return g_variant_ref_sink (g_variant_dict_end (&filter));
}

static gboolean
find (CliDaemon *daemon, const char *which, Shown *shown, GError **error)
{
  g_autoptr (GVariant) filter = filter_of (which, error);
  g_autoptr (GVariant) calls = NULL;
  gint64 id = 0;
  if (filter == NULL
      || !tac_dbus_history1_call_list_sync (daemon->history, filter, &calls, NULL, error))
    return FALSE;
  if (g_variant_n_children (calls) == 0)
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_NO_CALL, "there is no %s in the history",
                   which != NULL ? "such call" : "call");
      return FALSE;
    }
  shown->call = g_variant_get_child_value (calls, 0);
  g_variant_lookup (shown->call, "Id", "x", &id);
  return tac_dbus_history1_call_get_quality_sync (daemon->history, id, &shown->step, &shown->points,
                                                  NULL, error);
}

/* "bob, 23 Nov 2026 14:03, 12:05 min" */
static char *
title_of (const Shown *shown)
{
  const char *name = cli_dict_string (shown->call, "Name");
  gint64 duration = 0;
  g_variant_lookup (shown->call, "Duration", "x", &duration);
  g_autofree char *time = cli_format_time (cli_dict_time (shown->call, "Time"));
  g_autofree char *talked = cli_format_duration (MAX (duration, 0));
  return g_strdup_printf ("Call with %s, %s, %s",
                          *name != '\0' ? name : cli_dict_string (shown->call, "Number"), time,
                          talked);
}

static int
plot (const CliRequest *request, const Shown *shown)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *title = title_of (shown);
  if (g_variant_n_children (shown->points) == 0)
    {
      g_set_error_literal (&error, CLI_ERROR, CLI_ERROR_STATE,
                           "nothing is known of this call's seconds: it was not answered, or was "
                           "made by an older Tacitel");
      return cli_fail (request, error);
    }
  g_autofree char *svg = cli_plot_svg (title, shown->step, shown->points);
  g_autofree char *file = cli_safe_text (request->plot);
  g_autofree char *sentence = g_strdup_printf ("The picture is in %s.", file);
  if (!g_file_set_contents (request->plot, svg, -1, &error))
    return cli_fail (request, error);
  return cli_report (request, "file", request->plot, sentence);
}

static int
show_json (const Shown *shown)
{
  JsonBuilder *builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "call");
  cli_json_add_variant (builder, shown->call);
  json_builder_set_member_name (builder, "step");
  json_builder_add_int_value (builder, shown->step);
  json_builder_set_member_name (builder, "points");
  json_builder_begin_array (builder);
  for (gsize i = 0; i < g_variant_n_children (shown->points); i++)
    {
      static const char *const members[] = { "loss", "made_up", "jitter", "delay", "round_trip" };
      g_autoptr (GVariant) point = g_variant_get_child_value (shown->points, i);
      guchar shares[2];
      guint16 times[3];
      const char *sent, *received;
      g_variant_get (point, "(yyqqq&s&s)", &shares[0], &shares[1], &times[0], &times[1], &times[2],
                     &sent, &received);
      json_builder_begin_object (builder);
      for (guint j = 0; j < G_N_ELEMENTS (members); j++)
        {
          json_builder_set_member_name (builder, members[j]);
          json_builder_add_int_value (builder, j < 2 ? shares[j] : times[j - 2]);
        }
      cli_json_add_string (builder, "profile", sent);
      cli_json_add_string (builder, "peer_profile", received);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  return cli_done (cli_json_write (builder));
}

/* The middle and the worst of column @i of the points. Returns: (transfer full), "" without any. */
static char *
summarize (GVariant *points, gsize column, const char *unit)
{
  gsize n = g_variant_n_children (points);
  g_autoptr (GArray) values = g_array_sized_new (FALSE, FALSE, sizeof (guint), (guint)n);
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) point = g_variant_get_child_value (points, i);
      g_autoptr (GVariant) value = g_variant_get_child_value (point, column);
      guint number = column < 2 ? g_variant_get_byte (value) : g_variant_get_uint16 (value);
      guint at = values->len;
      while (at > 0 && g_array_index (values, guint, at - 1) > number)
        at--;
      g_array_insert_val (values, at, number);
    }
  if (n == 0)
    return g_strdup ("");
  return g_strdup_printf ("%u%s usually, %u%s at worst", g_array_index (values, guint, n / 2), unit,
                          g_array_index (values, guint, n - 1), unit);
}

static int
show (const Shown *shown)
{
  CliStyle style = cli_style_for (STDOUT_FILENO);
  g_autofree char *title = title_of (shown);
  g_autofree char *safe = cli_safe_text (title);
  g_autofree char *loss = summarize (shown->points, 0, " %");
  g_autofree char *made_up = summarize (shown->points, 1, " %");
  g_autofree char *jitter = summarize (shown->points, 2, " ms");
  g_autofree char *delay = summarize (shown->points, 3, " ms");
  g_autofree char *trip = summarize (shown->points, 4, " ms");
  const char *pairs[] = { "Lost",       loss,
                          "Made up",    made_up,
                          "Jitter",     jitter,
                          "Buffer",     delay,
                          "Round trip", trip,
                          "Number",     cli_dict_string (shown->call, "Number"),
                          "Ended",      cli_dict_string (shown->call, "Reason"),
                          NULL };
  g_autofree char *table = cli_table_pairs (pairs, &style);
  return cli_done (cli_out ("%s\n%s", safe, table)
                   && (g_variant_n_children (shown->points) > 0
                       || cli_out ("Nothing is known of its seconds.\n")));
}

int
cli_run_history_show (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  g_auto (Shown) shown = { 0 };
  if (daemon == NULL || !find (daemon, request->arguments[0], &shown, &error))
    return cli_fail (request, error);
  if (request->plot != NULL)
    return plot (request, &shown);
  return request->json ? show_json (&shown) : show (&shown);
}
