/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel monitor: everything that happens, as lines or JSON lines, until told to stop. */
#include "monitor.h"
#include "commands.h"
#include "exit-status.h"
#include "format.h"
#include "output.h"
#include "report.h"
#include "safe-text.h"
#include "screen.h"
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

/* Told to stop, or nobody reads any more; perhaps before the loop runs. */
static void
stop (CliMonitor *monitor)
{
  monitor->over = TRUE;
  g_main_loop_quit (monitor->loop);
}

void
cli_monitor_event (CliMonitor *monitor, JsonBuilder *event)
{
  if (!cli_json_write (event))
    stop (monitor);
}

void
cli_monitor_line (CliMonitor *monitor, CliEmphasis emphasis, const char *text)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%H:%M:%S");
  g_autofree char *safe = cli_safe_text (text);
  g_autofree char *shown = cli_style_wrap (&monitor->style, emphasis, safe);
  if (!cli_out ("%s  %s\n", time, shown))
    stop (monitor);
}

static void
tell_state (CliMonitor *monitor)
{
  TacDbusManager1 *manager = monitor->daemon->manager;
  const char *state = tac_dbus_manager1_get_state (manager);
  const char *text = tac_dbus_manager1_get_state_text (manager);
  if (monitor->json)
    {
      JsonBuilder *event = cli_json_event ("modem", g_get_real_time ());
      cli_json_add_string (event, "state", state);
      cli_json_add_string (event, "state_text", text);
      cli_json_add_string (event, "data", tac_dbus_manager1_get_data (manager));
      cli_json_add_string (event, "interface", tac_dbus_manager1_get_interface (manager));
      cli_monitor_event (monitor, event);
      return;
    }
  gboolean ready = g_strcmp0 (state, "ready") == 0;
  cli_monitor_line (monitor, ready ? CLI_GOOD : CLI_BAD,
                    !ready && text != NULL && *text != '\0' ? text
                                                            : cli_format_modem_state (state));
}

static void
tell_data (CliMonitor *monitor)
{
  TacDbusManager1 *manager = monitor->daemon->manager;
  const char *interface = tac_dbus_manager1_get_interface (manager);
  gboolean named = interface != NULL && *interface != '\0';
  g_autofree char *text
      = g_strdup_printf ("Data connection: %s%s%s", tac_dbus_manager1_get_data (manager),
                         named ? ", " : "", named ? interface : "");
  cli_monitor_line (monitor, CLI_PLAIN, text);
}

static void
on_manager_changed (GDBusProxy *proxy, GVariant *changed, GStrv invalidated, gpointer user_data)
{
  CliMonitor *monitor = user_data;
  gboolean state = g_variant_lookup (changed, "State", "&s", NULL)
                   || g_variant_lookup (changed, "StateText", "&s", NULL);
  gboolean data = g_variant_lookup (changed, "Data", "&s", NULL)
                  || g_variant_lookup (changed, "Interface", "&s", NULL);
  if (state || (data && monitor->json))
    tell_state (monitor);
  if (data && !monitor->json)
    tell_data (monitor);
}

static char *
describe_missed (GVariant *info)
{
  const char *name = cli_dict_string (info, "Name"), *number = cli_dict_string (info, "Number");
  const char *reason = cli_dict_string (info, "Reason");
  if (g_str_equal (reason, "locked"))
    return g_strdup (
        "Missed call: someone called while the store is locked. Open it: tacitel unlock");
  if (g_str_equal (reason, "unknown"))
    return g_strdup_printf (
        "Missed call from %s with a key that no contact has: perhaps it was set "
        "up anew, or this phone was. Pair again: tacitel pair %s",
        *number != '\0' ? number : "a withheld number", *number != '\0' ? number : "NUMBER");
  g_autoptr (GDateTime) when
      = g_date_time_new_from_unix_local (cli_dict_time (info, "Time") / G_USEC_PER_SEC);
  g_autofree char *clock = when != NULL ? g_date_time_format (when, "%H:%M:%S") : g_strdup ("?");
  return g_strdup_printf ("Missed call from %s (%s) at %s: %s. Call back: tacitel call %s", name,
                          number, clock, reason, number);
}

static void
on_missed_call (TacDbusManager1 *manager, GVariant *info, gpointer user_data)
{
  CliMonitor *monitor = user_data;
  if (monitor->json)
    {
      JsonBuilder *event = cli_json_event ("missed_call", g_get_real_time ());
      json_builder_set_member_name (event, "call");
      cli_json_add_variant (event, info);
      cli_monitor_event (monitor, event);
      return;
    }
  g_autofree char *line = describe_missed (info);
  cli_monitor_line (monitor, CLI_WARN, line);
}

static void
tell_call (CliMonitor *monitor, const CliCall *call)
{
  if (monitor->json)
    {
      JsonBuilder *event
          = cli_json_event (call->state == CLI_CALL_ENDED ? "ended" : "call", g_get_real_time ());
      cli_json_add_call (event, call);
      cli_monitor_event (monitor, event);
      return;
    }
  gint64 answered = cli_call_step (call, "answered");
  gint64 talked = answered != 0 ? (g_get_real_time () - answered) / 1000 : -1;
  gboolean rings = call->incoming && call->state == CLI_CALL_RINGING;
  g_autofree char *state
      = call->state == CLI_CALL_ENDED ? cli_screen_ending (call, talked) : cli_screen_line (call);
  g_autofree char *line = NULL;
  if (rings)
    line = g_strdup_printf (
        "Incoming call from %s (%s). %s%sAnswer: tacitel answer; refuse: tacitel decline",
        call->name, call->number, call->warning, *call->warning != '\0' ? " " : "");
  else if (call->state == CLI_CALL_ENDED)
    line = g_strdup (state);
  else
    line = g_strdup_printf ("Call %s %s: %s", call->incoming ? "from" : "to", call->name, state);
  if (g_strcmp0 (g_hash_table_lookup (monitor->told, call->path), line) == 0)
    return;
  g_hash_table_insert (monitor->told, g_strdup (call->path), g_strdup (line));
  gboolean alarm = g_str_equal (call->reason, "sas-mismatch") || *call->warning != '\0';
  cli_monitor_line (monitor, alarm ? CLI_BAD : rings ? CLI_BOLD : CLI_PLAIN, line);
}

static void
on_call_changed (GDBusProxy *proxy, GVariant *changed, GStrv invalidated, gpointer user_data)
{
  g_autoptr (CliCall) call = cli_daemon_read_call (TAC_DBUS_CALL1 (proxy));
  tell_call (user_data, call);
}

static void
on_tone (TacDbusCall1 *proxy, const char *digit, gpointer user_data)
{
  CliMonitor *monitor = user_data;
  g_autoptr (CliCall) call = cli_daemon_read_call (proxy);
  if (monitor->json)
    {
      JsonBuilder *event = cli_json_event ("tone", g_get_real_time ());
      cli_json_add_string (event, "path", call->path);
      cli_json_add_string (event, "digit", digit);
      cli_monitor_event (monitor, event);
      return;
    }
  g_autofree char *text = g_strdup_printf ("%s sent the tone %s", call->name, digit);
  cli_monitor_line (monitor, CLI_PLAIN, text);
}

static void
follow_manager (CliMonitor *monitor)
{
  if (!cli_daemon_refresh (monitor->daemon))
    return;
  g_signal_connect (monitor->daemon->manager, "g-properties-changed",
                    G_CALLBACK (on_manager_changed), monitor);
  g_signal_connect (monitor->daemon->manager, "missed-call", G_CALLBACK (on_missed_call), monitor);
  cli_monitor_follow_trust (monitor);
  tell_state (monitor);
}

static void
follow_call (CliMonitor *monitor, TacDbusCall1 *proxy)
{
  g_signal_connect (proxy, "g-properties-changed", G_CALLBACK (on_call_changed), monitor);
  g_signal_connect (proxy, "tone", G_CALLBACK (on_tone), monitor);
  on_call_changed (G_DBUS_PROXY (proxy), NULL, NULL, monitor);
}

static void
on_object_added (GDBusObjectManager *objects, GDBusObject *object, gpointer user_data)
{
  CliMonitor *monitor = user_data;
  g_autoptr (TacDbusCall1) call = tac_dbus_object_get_call1 (TAC_DBUS_OBJECT (object));
  g_autoptr (TacDbusManager1) manager = tac_dbus_object_get_manager1 (TAC_DBUS_OBJECT (object));
  if (manager != NULL)
    follow_manager (monitor);
  if (call != NULL)
    follow_call (monitor, call);
}

static void
on_object_removed (GDBusObjectManager *objects, GDBusObject *object, gpointer user_data)
{
  CliMonitor *monitor = user_data;
  g_hash_table_remove (monitor->told, g_dbus_object_get_object_path (object));
}

static void
on_owner_changed (GDBusObjectManager *objects, GParamSpec *pspec, gpointer user_data)
{
  CliMonitor *monitor = user_data;
  g_autofree char *owner
      = g_dbus_object_manager_client_get_name_owner (G_DBUS_OBJECT_MANAGER_CLIENT (objects));
  if (monitor->json)
    cli_monitor_event (monitor, cli_json_event (owner != NULL ? "daemon_started" : "daemon_gone",
                                                g_get_real_time ()));
  else
    cli_monitor_line (monitor, owner != NULL ? CLI_PLAIN : CLI_BAD,
                      owner != NULL
                          ? "taciteld started"
                          : "taciteld went away. Start it: systemctl --user start taciteld");
}

static gboolean
on_stop_signal (gpointer user_data)
{
  stop (user_data);
  return G_SOURCE_CONTINUE;
}

static void
on_bus_closed (GDBusConnection *bus, gboolean vanished, GError *error, gpointer user_data)
{
  stop (user_data);
}

int
cli_run_monitor (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL)
    return cli_fail (request, error);
  CliMonitor monitor = {
    .daemon = daemon,
    .loop = g_main_loop_new (NULL, FALSE),
    .json = request->json,
    .style = cli_style_for (STDOUT_FILENO),
    .told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
  };
  g_unix_signal_add (SIGINT, on_stop_signal, &monitor);
  g_unix_signal_add (SIGTERM, on_stop_signal, &monitor);
  g_unix_signal_add (SIGHUP, on_stop_signal, &monitor);
  g_signal_connect (daemon->bus, "closed", G_CALLBACK (on_bus_closed), &monitor);
  g_signal_connect (daemon->objects, "object-added", G_CALLBACK (on_object_added), &monitor);
  g_signal_connect (daemon->objects, "object-removed", G_CALLBACK (on_object_removed), &monitor);
  g_signal_connect (daemon->objects, "notify::name-owner", G_CALLBACK (on_owner_changed), &monitor);

  follow_manager (&monitor);
  g_autolist (GDBusObject) objects = g_dbus_object_manager_get_objects (daemon->objects);
  for (GList *item = objects; item != NULL; item = item->next)
    {
      g_autoptr (TacDbusCall1) call = tac_dbus_object_get_call1 (TAC_DBUS_OBJECT (item->data));
      if (call != NULL)
        follow_call (&monitor, call);
    }
  if (!monitor.over)
    g_main_loop_run (monitor.loop);
  g_hash_table_unref (monitor.told);
  g_main_loop_unref (monitor.loop);
  return g_dbus_connection_is_closed (daemon->bus) ? CLI_EXIT_NO_DAEMON : CLI_EXIT_OK;
}
