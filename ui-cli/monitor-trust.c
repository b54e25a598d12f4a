/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel monitor: the keyring, who asks for pairing, who called while the store was locked. */
#include "format.h"
#include "monitor.h"
#include "report.h"

static void
tell_keyring (CliMonitor *monitor)
{
  TacDbusKeyring1 *keyring = monitor->daemon->keyring;
  const char *state = tac_dbus_keyring1_get_state (keyring);
  const char *text = tac_dbus_keyring1_get_state_text (keyring);
  if (monitor->json)
    {
      JsonBuilder *event = cli_json_event ("keyring", g_get_real_time ());
      cli_json_add_string (event, "state", state);
      cli_json_add_string (event, "state_text", text);
      json_builder_set_member_name (event, "someone_called");
      json_builder_add_int_value (event, tac_dbus_keyring1_get_someone_called (keyring));
      cli_monitor_event (monitor, event);
      return;
    }
  gboolean open = g_strcmp0 (state, "open") == 0;
  g_autofree char *line = g_strdup_printf (
      "Store: %s%s%s", state, text != NULL && *text ? ": " : "", text != NULL ? text : "");
  cli_monitor_line (monitor, open ? CLI_GOOD : CLI_WARN, line);
}

static void
on_keyring_changed (GDBusProxy *proxy, GVariant *changed, GStrv invalidated, gpointer user_data)
{
  CliMonitor *monitor = user_data;
  guint count = monitor->someone_called;
  gboolean state = g_variant_lookup (changed, "State", "&s", NULL);
  gboolean called = g_variant_lookup (changed, "SomeoneCalled", "u", &count);
  if (state || (called && monitor->json))
    tell_keyring (monitor);
  if (called && !monitor->json && count > monitor->someone_called)
    {
      g_autofree char *line = g_strdup_printf (
          "Someone called while the store is locked (%u so far). Open it: tacitel unlock", count);
      cli_monitor_line (monitor, CLI_WARN, line);
    }
  monitor->someone_called = count;
}

static void
on_requested (TacDbusPairing1 *pairing, GVariant *request, gpointer user_data)
{
  CliMonitor *monitor = user_data;
  if (monitor->json)
    {
      JsonBuilder *event = cli_json_event ("pairing_requested", g_get_real_time ());
      json_builder_set_member_name (event, "request");
      cli_json_add_variant (event, request);
      cli_monitor_event (monitor, event);
      return;
    }
  const char *number = cli_dict_string (request, "Number");
  const char *name = cli_dict_string (request, "Name"), *text = cli_dict_string (request, "Text");
  gboolean changed = g_str_equal (cli_dict_string (request, "Kind"), "changed-key");
  GString *line = g_string_new (changed ? "A NEW KEY" : "Request for pairing");
  g_autofree char *fingerprint = cli_format_fingerprint (cli_dict_string (request, "Fingerprint"));
  g_string_append_printf (line, " from %s", number);
  if (*name != '\0')
    g_string_append_printf (line, ", which calls itself %s", name);
  g_string_append_printf (line, ". Fingerprint %s. %s%s", fingerprint, text,
                          *text != '\0' ? " " : "");
  if (changed)
    g_string_append_printf (line, "Look at it: tacitel contact replace-key %s", number);
  else
    g_string_append_printf (line, "Accept: tacitel pair accept %s; refuse: tacitel pair decline %s",
                            number, number);
  cli_monitor_line (monitor, changed ? CLI_BAD : CLI_BOLD, line->str);
  g_string_free (line, TRUE);
}

static void
on_completed (TacDbusPairing1 *pairing, const char *name, const char *number, gpointer user_data)
{
  CliMonitor *monitor = user_data;
  if (monitor->json)
    {
      JsonBuilder *event = cli_json_event ("paired", g_get_real_time ());
      cli_json_add_string (event, "name", name);
      cli_json_add_string (event, "number", number);
      cli_monitor_event (monitor, event);
      return;
    }
  g_autofree char *line = g_strdup_printf (
      "Paired with %s (%s). Compare the four words in the first call: tacitel verify", name,
      number);
  cli_monitor_line (monitor, CLI_GOOD, line);
}

void
cli_monitor_follow_trust (CliMonitor *monitor)
{
  CliDaemon *daemon = monitor->daemon;
  monitor->someone_called = tac_dbus_keyring1_get_someone_called (daemon->keyring);
  g_signal_connect (daemon->keyring, "g-properties-changed", G_CALLBACK (on_keyring_changed),
                    monitor);
  g_signal_connect (daemon->pairing, "requested", G_CALLBACK (on_requested), monitor);
  g_signal_connect (daemon->pairing, "completed", G_CALLBACK (on_completed), monitor);
}
