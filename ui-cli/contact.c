/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel contact: who may call and be called. */
#include "bus.h"
#include "commands.h"
#include "json.h"
#include "output.h"
#include "safe-text.h"
#include "table.h"
#include <unistd.h>

static const char *
field (GVariant *contact, const char *name)
{
  const char *value = "";
  g_variant_lookup (contact, name, "&s", &value);
  return value;
}

/* Says that @contact was @what ("added"): a sentence, or {"added": "bob"}. */
static int
report (const CliRequest *request, const char *what, const char *contact)
{
  if (request->json)
    {
      JsonBuilder *builder = json_builder_new ();
      json_builder_begin_object (builder);
      cli_json_add_string (builder, what, contact);
      return cli_json_write (builder) ? CLI_EXIT_OK : CLI_EXIT_FAILED;
    }
  g_autofree char *safe = cli_safe_text (contact);
  return cli_out ("%s %s.\n", safe, what) ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}

int
cli_run_contact_add (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  char **argument = request->arguments;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL
      || !tac_dbus_contacts1_call_add_sync (daemon->contacts, argument[0], argument[1], argument[2],
                                            NULL, &error))
    return cli_fail (request, error);
  return report (request, "added", argument[0]);
}

int
cli_run_contact_remove (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL
      || !tac_dbus_contacts1_call_remove_sync (daemon->contacts, request->arguments[0], NULL,
                                               &error))
    return cli_fail (request, error);
  return report (request, "removed", request->arguments[0]);
}

static int
show_json (GVariant *value)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  cli_json_add_variant (builder, value);
  g_autofree char *line = cli_json_line (builder);
  return cli_out ("%s\n", line) ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}

int
cli_run_contact_show (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) contact = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL
      || !tac_dbus_contacts1_call_show_sync (daemon->contacts, request->arguments[0], &contact,
                                             NULL, &error))
    return cli_fail (request, error);
  if (request->json)
    return show_json (contact);

  const char *pairs[] = { "Name",  field (contact, "Name"),  "Number", field (contact, "Number"),
                          "Trust", field (contact, "Trust"), "Key",    field (contact, "Key"),
                          NULL };
  CliStyle style = cli_style_for (STDOUT_FILENO);
  g_autofree char *text = cli_table_pairs (pairs, &style);
  return cli_out ("%s", text) ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}

int
cli_run_contact_list (const CliRequest *request)
{
  static const char *const headings[] = { "Name", "Number", "Trust", "Key", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) contacts = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL
      || !tac_dbus_contacts1_call_list_sync (daemon->contacts, &contacts, NULL, &error))
    return cli_fail (request, error);
  if (request->json)
    return show_json (contacts);

  if (g_variant_n_children (contacts) == 0)
    return cli_out ("No contacts. On the other phone, \"tacitel identity\" shows the line to type "
                    "here.\n")
               ? CLI_EXIT_OK
               : CLI_EXIT_FAILED;
  g_autoptr (CliTable) table = cli_table_new (headings);
  for (gsize i = 0; i < g_variant_n_children (contacts); i++)
    {
      g_autoptr (GVariant) contact = g_variant_get_child_value (contacts, i);
      /* Enough of the key to tell two apart; all of it is in "contact show". */
      g_autofree char *key = g_strdup_printf ("%.16s…", field (contact, "Key"));
      const char *cells[]
          = { field (contact, "Name"), field (contact, "Number"), field (contact, "Trust"), key };
      cli_table_add (table, cells);
    }
  CliStyle style = cli_style_for (STDOUT_FILENO);
  g_autofree char *text = cli_table_render (table, &style);
  return cli_out ("%s", text) ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}
