/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel status: can a call be made, and what became of those that came? */
#include "bus.h"
#include "commands.h"
#include "format.h"
#include "json.h"
#include "output.h"
#include "report.h"
#include "safe-text.h"
#include "table.h"
#include <unistd.h>

#define DECISIONS_SHOWN 5 /* of those that the daemon keeps; --all shows all */

/* What the daemon says now. */
typedef struct
{
  CliDaemon *daemon;
  GVariant *counters, *decisions;
  GVariant *requests, *contacts; /* empty unless the store is open */
  GPtrArray *calls;
} Status;

static void
status_clear (Status *status)
{
  g_clear_pointer (&status->counters, g_variant_unref);
  g_clear_pointer (&status->decisions, g_variant_unref);
  g_clear_pointer (&status->requests, g_variant_unref);
  g_clear_pointer (&status->contacts, g_variant_unref);
  g_clear_pointer (&status->calls, g_ptr_array_unref);
  g_clear_pointer (&status->daemon, cli_daemon_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Status, status_clear)

static GVariant *
no_dictionaries (void)
{
  return g_variant_ref_sink (g_variant_new ("aa{sv}", NULL));
}

static gboolean
status_read (Status *status, GError **error)
{
  CliDaemon *daemon = status->daemon = cli_daemon_connect (error);
  if (daemon == NULL
      || !tac_dbus_manager1_call_get_counters_sync (daemon->manager, &status->counters, NULL, error)
      || !tac_dbus_manager1_call_get_decisions_sync (daemon->manager, &status->decisions, NULL,
                                                     error))
    return FALSE;
  status->calls = cli_daemon_calls (daemon);
  /* They fail where the store is locked, perhaps since a moment: then there is nothing to show. */
  if (!cli_daemon_check_open (daemon, NULL)
      || !tac_dbus_pairing1_call_list_sync (daemon->pairing, &status->requests, NULL, NULL))
    status->requests = no_dictionaries ();
  if (!cli_daemon_check_open (daemon, NULL)
      || !tac_dbus_contacts1_call_list_sync (daemon->contacts, &status->contacts, NULL, NULL))
    status->contacts = no_dictionaries ();
  return TRUE;
}

/* Names of contacts whose number came with another key. Returns: (transfer full), of strings that
 * belong to @status. */
static GPtrArray *
changed_keys (const Status *status)
{
  GPtrArray *names = g_ptr_array_new ();
  for (gsize i = 0; i < g_variant_n_children (status->contacts); i++)
    {
      g_autoptr (GVariant) contact = g_variant_get_child_value (status->contacts, i);
      if (*cli_dict_string (contact, "NewKey") != '\0')
        g_ptr_array_add (names, (gpointer)cli_dict_string (contact, "Name"));
    }
  return names;
}

static void
add_trust (JsonBuilder *builder, const Status *status)
{
  TacDbusKeyring1 *keyring = status->daemon->keyring;
  g_autoptr (GPtrArray) names = changed_keys (status);
  json_builder_set_member_name (builder, "keyring");
  json_builder_begin_object (builder);
  cli_json_add_string (builder, "state", tac_dbus_keyring1_get_state (keyring));
  cli_json_add_string (builder, "state_text", tac_dbus_keyring1_get_state_text (keyring));
  json_builder_set_member_name (builder, "someone_called");
  json_builder_add_int_value (builder, tac_dbus_keyring1_get_someone_called (keyring));
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "pairing_requests");
  cli_json_add_variant (builder, status->requests);
  json_builder_set_member_name (builder, "changed_keys");
  json_builder_begin_array (builder);
  for (guint i = 0; i < names->len; i++)
    json_builder_add_string_value (builder, g_ptr_array_index (names, i));
  json_builder_end_array (builder);
  GVariant *policy = tac_dbus_manager1_get_policy (status->daemon->manager);
  if (policy != NULL)
    {
      json_builder_set_member_name (builder, "policy");
      cli_json_add_verbatim (builder, policy);
    }
  json_builder_set_member_name (builder, "decisions");
  cli_json_add_variant (builder, status->decisions);
}

static int
status_json (const Status *status)
{
  CliDaemon *daemon = status->daemon;
  GPtrArray *calls = status->calls;
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
  cli_json_add_verbatim (builder, status->counters);
  add_trust (builder, status);
  return cli_done (cli_json_write (builder));
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

static char *
describe_data (TacDbusManager1 *manager)
{
  const char *interface = or_text (tac_dbus_manager1_get_interface (manager), NULL);
  return g_strdup_printf ("%s%s%s", or_text (tac_dbus_manager1_get_data (manager), "down"),
                          interface != NULL ? ", " : "", interface != NULL ? interface : "");
}

static char *
describe_store (TacDbusKeyring1 *keyring)
{
  const char *state = or_text (tac_dbus_keyring1_get_state (keyring), "");
  const char *text = or_text (tac_dbus_keyring1_get_state_text (keyring), NULL);
  return g_strdup_printf ("%s%s%s", g_str_equal (state, "none") ? "not set up" : state,
                          text != NULL ? ": " : "", text != NULL ? text : "");
}

static char *
describe_requests (GVariant *requests)
{
  GString *text = g_string_new (NULL);
  for (gsize i = 0; i < g_variant_n_children (requests); i++)
    {
      g_autoptr (GVariant) one = g_variant_get_child_value (requests, i);
      gboolean incoming = g_str_equal (cli_dict_string (one, "Direction"), "incoming");
      g_string_append_printf (text, "%s%s %s", text->len > 0 ? ", " : "",
                              incoming ? "from" : "sent to", cli_dict_string (one, "Number"));
    }
  if (text->len > 0)
    g_string_append (text, ": tacitel pair list");
  return g_string_free (text, FALSE);
}

static char *
describe_changed (const Status *status)
{
  g_autoptr (GPtrArray) names = changed_keys (status);
  if (names->len == 0)
    return g_strdup ("");
  g_ptr_array_add (names, NULL);
  g_autofree char *joined = g_strjoinv (", ", (char **)names->pdata);
  return g_strdup_printf ("%s: tacitel contact replace-key NAME", joined);
}

/* "unknown: refuse, blocked: ignore", in the order of the interface's documentation. */
static char *
describe_policy (GVariant *policy)
{
  static const char *const parties[]
      = { "verified", "unverified", "changed-key", "mismatch", "blocked", "unknown" };
  GString *text = g_string_new (NULL);
  for (gsize i = 0; policy != NULL && i < G_N_ELEMENTS (parties); i++)
    {
      const char *action;
      if (g_variant_lookup (policy, parties[i], "&s", &action))
        g_string_append_printf (text, "%s%s: %s", text->len > 0 ? ", " : "", parties[i], action);
    }
  return g_string_free (text, FALSE);
}

static gboolean
write_decisions (GVariant *decisions, gboolean all)
{
  gsize n = g_variant_n_children (decisions);
  if (n > 0 && !cli_out ("What the policy decided last\n"))
    return FALSE;
  for (gsize i = 0; i < (all ? n : MIN (n, DECISIONS_SHOWN)); i++)
    {
      g_autoptr (GVariant) one = g_variant_get_child_value (decisions, i);
      const char *name = cli_dict_string (one, "Name");
      g_autofree char *time = cli_format_time (cli_dict_time (one, "Time"));
      g_autofree char *line = g_strdup_printf (
          "  %s  %s (%s): %s. %s", time,
          or_text (name, or_text (cli_dict_string (one, "Number"), "number withheld")),
          cli_dict_string (one, "Party"), cli_dict_string (one, "Action"),
          cli_dict_string (one, "Text"));
      g_autofree char *safe = cli_safe_text (line);
      if (!cli_paragraph (CLI_PLAIN, safe))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_pairs (const Status *status, const CliStyle *style)
{
  TacDbusManager1 *manager = status->daemon->manager;
  TacDbusKeyring1 *keyring = status->daemon->keyring;
  guint someone = tac_dbus_keyring1_get_someone_called (keyring);
  g_autofree char *network = describe_network (manager);
  g_autofree char *active = describe_calls (status->calls);
  g_autofree char *data = describe_data (manager);
  g_autofree char *store = describe_store (keyring);
  g_autofree char *called
      = someone > 0 ? g_strdup_printf ("someone, %u time%s", someone, someone == 1 ? "" : "s")
                    : NULL;
  g_autofree char *requests = describe_requests (status->requests);
  g_autofree char *changed = describe_changed (status);
  g_autofree char *policy = describe_policy (tac_dbus_manager1_get_policy (manager));
  const char *pairs[] = {
    "Number",       or_text (tac_dbus_manager1_get_number (manager), "the SIM does not tell"),
    "Network",      network,
    "Data",         data,
    "Calls",        active,
    "Store",        store,
    "While locked", or_text (called, ""),
    "Requests",     requests,
    "New keys",     changed,
    "Policy",       policy,
    "Modem",        or_text (tac_dbus_manager1_get_modem (manager), "/"),
    "Daemon",       or_text (tac_dbus_manager1_get_version (manager), ""),
    NULL,
  };
  g_autofree char *table = cli_table_pairs (pairs, style);
  return cli_out ("%s", table);
}

static int
status_text (const Status *status, gboolean all)
{
  TacDbusManager1 *manager = status->daemon->manager;
  CliStyle style = cli_style_for (STDOUT_FILENO);
  const char *state = tac_dbus_manager1_get_state (manager);
  gboolean ready = g_strcmp0 (state, "ready") == 0;
  g_autofree char *summary = cli_safe_text (or_text (
      ready ? NULL : tac_dbus_manager1_get_state_text (manager), cli_format_modem_state (state)));
  g_auto (GStrv) counted = counter_pairs (status->counters, all);
  g_autofree char *count_table = cli_table_pairs ((const char *const *)counted, &style);
  return cli_done (cli_paragraph (ready ? CLI_GOOD : CLI_BAD, summary)
                   && write_pairs (status, &style) && write_decisions (status->decisions, all)
                   && cli_out ("%s%s", counted[0] != NULL ? "Counted since taciteld started\n" : "",
                               count_table));
}

int
cli_run_status (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_auto (Status) status = { 0 };
  if (request->network)
    return cli_run_status_network (request);
  if (!status_read (&status, &error))
    return cli_fail (request, error);
  return request->json ? status_json (&status) : status_text (&status, request->all);
}
