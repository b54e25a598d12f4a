/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel status and identity: this phone. */
#include "bus.h"
#include "commands.h"
#include "format.h"
#include "json.h"
#include "output.h"
#include "safe-text.h"
#include "table.h"
#include <string.h>
#include <unistd.h>

static int
status_json (CliDaemon *daemon, GVariant *counters, GPtrArray *calls)
{
  TacDbusManager1 *manager = daemon->manager;
  JsonBuilder *builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_json_add_string (builder, "state", tac_dbus_manager1_get_state (manager));
  cli_json_add_string (builder, "state_text", tac_dbus_manager1_get_state_text (manager));
  cli_json_add_string (builder, "number", tac_dbus_manager1_get_number (manager));
  cli_json_add_string (builder, "identity", tac_dbus_manager1_get_identity (manager));
  cli_json_add_string (builder, "modem", tac_dbus_manager1_get_modem (manager));
  cli_json_add_string (builder, "operator", tac_dbus_manager1_get_operator (manager));
  cli_json_add_string (builder, "technology", tac_dbus_manager1_get_technology (manager));
  json_builder_set_member_name (builder, "strength");
  json_builder_add_int_value (builder, tac_dbus_manager1_get_strength (manager));
  cli_json_add_string (builder, "data", tac_dbus_manager1_get_data (manager));
  cli_json_add_string (builder, "interface", tac_dbus_manager1_get_interface (manager));
  cli_json_add_string (builder, "daemon_version", tac_dbus_manager1_get_version (manager));
  json_builder_set_member_name (builder, "calls");
  json_builder_begin_array (builder);
  for (guint i = 0; i < calls->len; i++)
    {
      json_builder_begin_object (builder);
      cli_json_add_call (builder, g_ptr_array_index (calls, i));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "counters");
  cli_json_add_verbatim (builder, counters);
  return cli_json_write (builder) ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}

static int
by_text (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(char *const *)a, *(char *const *)b);
}

/* Label and count in turn, by name, for cli_table_pairs; without zeros unless @all. */
static char **
counter_pairs (GVariant *counters, gboolean all)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GVariantIter iter;
  const char *name;
  guint64 count;
  g_variant_iter_init (&iter, counters);
  while (g_variant_iter_next (&iter, "{&st}", &name, &count))
    if (all || count > 0)
      g_ptr_array_add (names, g_strdup (name)); /* g_variant_lookup moves the strings */
  g_ptr_array_sort (names, by_text);

  char **pairs = g_new0 (char *, 2 * names->len + 1);
  for (guint i = 0; i < names->len; i++)
    {
      const char *key = g_ptr_array_index (names, i);
      g_variant_lookup (counters, key, "t", &count);
      pairs[2 * i] = g_strconcat ("  ", key, NULL);
      pairs[2 * i + 1] = g_strdup_printf ("%" G_GUINT64_FORMAT, count);
    }
  return pairs;
}

static char *
describe_network (TacDbusManager1 *manager)
{
  const char *carrier = tac_dbus_manager1_get_operator (manager);
  const char *technology = tac_dbus_manager1_get_technology (manager);
  if (carrier == NULL || *carrier == '\0')
    return g_strdup ("none");
  gboolean known = technology != NULL && *technology != '\0';
  return g_strdup_printf ("%s%s%s, signal %u %%", carrier, known ? ", " : "",
                          known ? technology : "", tac_dbus_manager1_get_strength (manager));
}

static char *
describe_calls (GPtrArray *calls)
{
  if (calls->len == 0)
    return g_strdup ("none");
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < calls->len; i++)
    {
      const CliCall *call = g_ptr_array_index (calls, i);
      g_string_append_printf (text, "%s%s %s: %s", i > 0 ? "; " : "",
                              call->incoming ? "from" : "to", call->name,
                              cli_call_state_text (call));
    }
  return g_string_free (text, FALSE);
}

static const char *
or_text (const char *text, const char *otherwise)
{
  return text != NULL && *text != '\0' ? text : otherwise;
}

static int
status_text (CliDaemon *daemon, GVariant *counters, GPtrArray *calls, gboolean all)
{
  TacDbusManager1 *manager = daemon->manager;
  CliStyle style = cli_style_for (STDOUT_FILENO);
  const char *state = tac_dbus_manager1_get_state (manager);
  gboolean ready = g_strcmp0 (state, "ready") == 0;
  g_autofree char *summary = cli_safe_text (or_text (
      ready ? NULL : tac_dbus_manager1_get_state_text (manager), cli_format_modem_state (state)));
  g_autofree char *broken = cli_text_wrap (summary, style.columns);
  g_autofree char *headline = cli_style_wrap (&style, ready ? CLI_GOOD : CLI_BAD, broken);
  g_autofree char *network = describe_network (manager);
  g_autofree char *active = describe_calls (calls);
  const char *interface = or_text (tac_dbus_manager1_get_interface (manager), NULL);
  g_autofree char *data
      = g_strdup_printf ("%s%s%s", or_text (tac_dbus_manager1_get_data (manager), "down"),
                         interface != NULL ? ", " : "", interface != NULL ? interface : "");
  const char *pairs[] = {
    "Number",  or_text (tac_dbus_manager1_get_number (manager), "the SIM does not tell"),
    "Network", network,
    "Data",    data,
    "Calls",   active,
    "Modem",   or_text (tac_dbus_manager1_get_modem (manager), "/"),
    "Daemon",  or_text (tac_dbus_manager1_get_version (manager), ""),
    NULL,
  };
  g_autofree char *table = cli_table_pairs (pairs, &style);
  g_auto (GStrv) counted = counter_pairs (counters, all);
  g_autofree char *count_table = cli_table_pairs ((const char *const *)counted, &style);
  return cli_out ("%s\n%s%s%s", headline, table,
                  counted[0] != NULL ? "Counted since taciteld started\n" : "", count_table)
             ? CLI_EXIT_OK
             : CLI_EXIT_FAILED;
}

int
cli_run_status (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) counters = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL
      || !tac_dbus_manager1_call_get_counters_sync (daemon->manager, &counters, NULL, &error))
    return cli_fail (request, error);
  g_autoptr (GPtrArray) calls = cli_daemon_calls (daemon);
  return request->json ? status_json (daemon, counters, calls)
                       : status_text (daemon, counters, calls, request->all);
}

/* The line for the other phone; what is not known stays a word in capitals. */
static char *
contact_line (const char *name, const char *number, const char *key)
{
  g_autofree char *safe = name != NULL ? cli_safe_text (name) : NULL;
  g_autofree char *quoted = safe != NULL && safe[strcspn (safe, " '\"\\$`!*?()<>|&;#~")] != '\0'
                                ? g_shell_quote (safe)
                                : g_strdup (safe);
  return g_strdup_printf ("tacitel contact add %s %s %s", or_text (quoted, "NAME"),
                          or_text (number, "NUMBER"), key);
}

int
cli_run_identity (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL)
    return cli_fail (request, error);
  const char *number = or_text (tac_dbus_manager1_get_number (daemon->manager), "");
  const char *key = or_text (tac_dbus_manager1_get_identity (daemon->manager), "");
  g_autofree char *line = contact_line (request->name, number, key);
  if (request->json)
    {
      JsonBuilder *builder = json_builder_new ();
      json_builder_begin_object (builder);
      cli_json_add_string (builder, "number", number);
      cli_json_add_string (builder, "key", key);
      cli_json_add_string (builder, "contact_add", line);
      return cli_json_write (builder) ? CLI_EXIT_OK : CLI_EXIT_FAILED;
    }

  CliStyle style = cli_style_for (STDOUT_FILENO);
  const char *pairs[] = { "Number", or_text (number, "the SIM does not tell"), "Key", key, NULL };
  g_autofree char *table = cli_table_pairs (pairs, &style);
  return cli_out ("%s\nOn the other phone%s:\n%s\n", table,
                  request->name == NULL ? ", with your name for NAME" : "", line)
             ? CLI_EXIT_OK
             : CLI_EXIT_FAILED;
}
