/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel contact: who may call and be called. */
#include "bus.h"
#include "commands.h"
#include "format.h"
#include "output.h"
#include "report.h"
#include "table.h"
#include <unistd.h>

/* Says that @contact was @what ("added"): a sentence, or {"added": "bob"}. */
static int
report (const CliRequest *request, const char *what, const char *contact)
{
  g_autofree char *sentence = g_strdup_printf ("%s %s.", contact, what);
  return cli_report (request, what, contact, sentence);
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

int
cli_run_contact_rename (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  char **argument = request->arguments;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL
      || !tac_dbus_contacts1_call_rename_sync (daemon->contacts, argument[0], argument[1], NULL,
                                               &error))
    return cli_fail (request, error);
  g_autofree char *sentence = g_strdup_printf ("%s is called %s now.", argument[0], argument[1]);
  return cli_report (request, "renamed", argument[1], sentence);
}

static int
set_blocked (const CliRequest *request, gboolean blocked)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL
      || !tac_dbus_contacts1_call_set_blocked_sync (daemon->contacts, request->arguments[0],
                                                    blocked, NULL, &error))
    return cli_fail (request, error);
  return report (request, blocked ? "blocked" : "unblocked", request->arguments[0]);
}

int
cli_run_contact_block (const CliRequest *request)
{
  return set_blocked (request, !request->off);
}

int
cli_run_contact_unblock (const CliRequest *request)
{
  return set_blocked (request, FALSE);
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
    return cli_report_json (contact);

  CliStyle style = cli_style_for (STDOUT_FILENO);
  g_autofree char *fingerprint = cli_format_fingerprint (cli_dict_string (contact, "Fingerprint"));
  g_autofree char *words = cli_dict_words (contact, "FingerprintWords");
  const char *pairs[] = { "Name",        cli_dict_string (contact, "Name"),
                          "Number",      cli_dict_string (contact, "Number"),
                          "Trust",       cli_format_trust (cli_dict_string (contact, "Trust")),
                          "Blocked",     cli_dict_flag (contact, "Blocked") ? "yes" : "",
                          "Fingerprint", fingerprint,
                          "Words",       words,
                          "Key",         cli_dict_string (contact, "Key"),
                          "New key",     cli_dict_string (contact, "NewKey"),
                          NULL };
  g_autofree char *text = cli_table_pairs (pairs, &style);
  if (!cli_out ("%s", text))
    return CLI_EXIT_FAILED;
  if (*cli_dict_string (contact, "NewKey") == '\0')
    return CLI_EXIT_OK;
  return cli_done (cli_paragraph (CLI_BAD, "This number came with a new key. What it may mean, and "
                                           "how to take it: tacitel contact replace-key NAME"));
}

/* What is to be known of a contact before calling it, in a word or two. */
static char *
describe_trust (GVariant *contact)
{
  return g_strconcat (cli_dict_string (contact, "Trust"),
                      cli_dict_flag (contact, "Blocked") ? ", blocked" : "",
                      *cli_dict_string (contact, "NewKey") != '\0' ? ", NEW KEY" : "", NULL);
}

static int
write_list (GVariant *contacts)
{
  static const char *const headings[] = { "Name", "Number", "Trust", "Key", NULL };
  CliStyle style = cli_style_for (STDOUT_FILENO);
  g_autoptr (CliTable) table = cli_table_new (headings);
  for (gsize i = 0; i < g_variant_n_children (contacts); i++)
    {
      g_autoptr (GVariant) contact = g_variant_get_child_value (contacts, i);
      g_autofree char *trust = describe_trust (contact);
      /* Enough of the key to tell two apart; all of it is in "contact show". */
      g_autofree char *key = g_strdup_printf ("%.16s…", cli_dict_string (contact, "Key"));
      const char *cells[]
          = { cli_dict_string (contact, "Name"), cli_dict_string (contact, "Number"), trust, key };
      cli_table_add (table, cells);
    }
  g_autofree char *text = cli_table_render (table, &style);
  return cli_done (cli_out ("%s", text));
}

int
cli_run_contact_list (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) contacts = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL
      || !tac_dbus_contacts1_call_list_sync (daemon->contacts, &contacts, NULL, &error))
    return cli_fail (request, error);
  if (request->json)
    return cli_report_json (contacts);
  if (g_variant_n_children (contacts) == 0)
    return cli_done (cli_paragraph (CLI_PLAIN, "No contacts. \"tacitel pair NUMBER\" asks another "
                                               "phone for its key by SMS."));
  return write_list (contacts);
}
