/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel history: calls that were. */
#include "ask.h"
#include "bus.h"
#include "commands.h"
#include "date.h"
#include "format.h"
#include "history-table.h"
#include "output.h"
#include "report.h"
#include "safe-text.h"
#include <unistd.h>

static gboolean
add_date (GVariantDict *filter, const char *member, const char *text, CliDateKind kind,
          GError **error)
{
  gint64 us;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  if (text == NULL)
    return TRUE;
  if (!cli_date_parse (text, kind, now, &us, error))
    return FALSE;
  g_variant_dict_insert (filter, member, "x", us);
  return TRUE;
}

/* Returns: (transfer full) not floating. */
static GVariant *
filter_of (const CliRequest *request, GError **error)
{
  g_auto (GVariantDict) filter = G_VARIANT_DICT_INIT (NULL);
  if (request->limit < 0 || request->limit > 10000)
    {
      g_set_error_literal (error, CLI_ERROR, CLI_ERROR_USAGE, "--limit takes 1 to 10000");
      return NULL;
    }
  if (!add_date (&filter, "Since", request->since, CLI_DATE_SINCE, error)
      || !add_date (&filter, "Until", request->until, CLI_DATE_UNTIL, error))
    return NULL;
  if (request->contact != NULL)
    g_variant_dict_insert (&filter, "Contact", "s", request->contact);
  if (request->limit > 0)
    g_variant_dict_insert (&filter, "Limit", "u", (guint32)request->limit);
  return g_variant_ref_sink (g_variant_dict_end (&filter));
}

/* "the calls with bob since 3d" */
static char *
describe (const CliRequest *request)
{
  GString *text = g_string_new (request->limit > 0 ? "the newest calls" : "the calls");
  if (request->contact != NULL)
    g_string_append_printf (text, " with %s", request->contact);
  if (request->since != NULL)
    g_string_append_printf (text, " since %s", request->since);
  if (request->until != NULL)
    g_string_append_printf (text, " until %s", request->until);
  g_autofree char *raw = g_string_free (text, FALSE);
  return cli_safe_text (raw);
}

static int
forget (CliDaemon *daemon, const CliRequest *request, GVariant *filter)
{
  g_autoptr (GError) error = NULL;
  guint32 count = 0;
  gboolean all = g_variant_n_children (filter) == 0;
  g_autofree char *what = all ? g_strdup ("the whole history") : describe (request);
  g_autofree char *question = g_strdup_printf ("Delete %s, for good?", what);
  if (!cli_daemon_check_open (daemon, &error) || !cli_confirm (request, question, NULL, &error)
      || !tac_dbus_history1_call_forget_sync (daemon->history, filter, &count, NULL, &error))
    return cli_fail (request, error);
  if (!request->json)
    return cli_done (cli_out ("%u call%s forgotten.\n", count, count == 1 ? "" : "s"));
  JsonBuilder *builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "forgotten");
  json_builder_add_int_value (builder, count);
  return cli_done (cli_json_write (builder));
}

int
cli_run_history (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) calls = NULL;
  g_autoptr (GVariant) filter = filter_of (request, &error);
  g_autoptr (CliDaemon) daemon = filter != NULL ? cli_daemon_connect (&error) : NULL;
  if (daemon == NULL)
    return cli_fail (request, error);
  if (request->forget)
    return forget (daemon, request, filter);
  if (!tac_dbus_history1_call_list_sync (daemon->history, filter, &calls, NULL, &error))
    return cli_fail (request, error);
  if (request->json)
    return cli_report_json (calls);
  if (g_variant_n_children (calls) == 0)
    return cli_done (cli_out ("No calls.\n"));
  CliStyle style = cli_style_for (STDOUT_FILENO);
  g_autofree char *text = cli_history_table (calls, g_get_real_time (), &style);
  return cli_done (cli_out ("%s", text));
}
