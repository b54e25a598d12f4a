/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel call, answer, view, calls. */
#include "bus.h"
#include "commands.h"
#include "format.h"
#include "json.h"
#include "output.h"
#include "session.h"
#include "table.h"
#include <unistd.h>

/* For --no-wait: the call goes on without this program. */
static int
report (const CliRequest *request, const char *path, const char *sentence)
{
  if (!request->json)
    return cli_out ("%s; \"tacitel view\" shows the call, \"tacitel hangup\" ends it.\n", sentence)
               ? CLI_EXIT_OK
               : CLI_EXIT_FAILED;
  JsonBuilder *builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_json_add_string (builder, "path", path);
  return cli_json_write (builder) ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}

int
cli_run_call (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL
      || !tac_dbus_manager1_call_dial_sync (daemon->manager, request->arguments[0], &path, NULL,
                                            &error))
    return cli_fail (request, error);
  return request->no_wait ? report (request, path, "Calling")
                          : cli_session_run (daemon, request, path, CLI_SESSION_WATCH);
}

int
cli_run_answer (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  g_autoptr (TacDbusCall1) call
      = daemon != NULL ? cli_daemon_pick (daemon, CLI_WHICH_INCOMING, &error) : NULL;
  if (call == NULL)
    return cli_fail (request, error);
  const char *path = g_dbus_proxy_get_object_path (G_DBUS_PROXY (call));
  if (!request->no_wait)
    return cli_session_run (daemon, request, path, CLI_SESSION_ANSWER);
  if (!tac_dbus_call1_call_answer_sync (call, NULL, &error))
    return cli_fail (request, error);
  return report (request, path, "Answered");
}

int
cli_run_view (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  g_autoptr (TacDbusCall1) call
      = daemon != NULL ? cli_daemon_pick (daemon, CLI_WHICH_ANY, &error) : NULL;
  if (call == NULL)
    return cli_fail (request, error);
  return cli_session_run (daemon, request, g_dbus_proxy_get_object_path (G_DBUS_PROXY (call)),
                          CLI_SESSION_WATCH);
}

static int
calls_json (GPtrArray *calls)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_array (builder);
  for (guint i = 0; i < calls->len; i++)
    {
      json_builder_begin_object (builder);
      cli_json_add_call (builder, g_ptr_array_index (calls, i));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  g_autofree char *line = cli_json_line (builder);
  return cli_out ("%s\n", line) ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}

static char *
describe_time (const CliCall *call)
{
  gint64 answered = cli_call_step (call, "answered"), began = cli_call_began (call);
  gint64 now = g_get_real_time ();
  if (answered != 0)
    return cli_format_duration ((now - answered) / 1000);
  return began != 0 ? cli_format_elapsed ((now - began) / 1000) : g_strdup ("");
}

int
cli_run_calls (const CliRequest *request)
{
  static const char *const headings[] = { "Who", "Number", "Direction", "State", "Time", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL)
    return cli_fail (request, error);
  g_autoptr (GPtrArray) calls = cli_daemon_calls (daemon);
  if (request->json)
    return calls_json (calls);
  if (calls->len == 0)
    return cli_out ("No calls.\n") ? CLI_EXIT_OK : CLI_EXIT_FAILED;

  g_autoptr (CliTable) table = cli_table_new (headings);
  for (guint i = 0; i < calls->len; i++)
    {
      const CliCall *call = g_ptr_array_index (calls, i);
      g_autofree char *time = describe_time (call);
      const char *cells[] = { call->name, call->number, call->incoming ? "incoming" : "outgoing",
                              cli_call_state_text (call), time };
      cli_table_add (table, cells);
    }
  CliStyle style = cli_style_for (STDOUT_FILENO);
  g_autofree char *text = cli_table_render (table, &style);
  return cli_out ("%s", text) ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}
