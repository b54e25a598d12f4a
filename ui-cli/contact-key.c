/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel contact replace-key: a contact's number came with another key. */
#include "ask.h"
#include "bus.h"
#include "commands.h"
#include "format.h"
#include "output.h"
#include "report.h"
#include "safe-text.h"
#include "table.h"
#include <unistd.h>

#define WARNING                                                                                    \
  "A new key means one of these: a new phone, Tacitel set up anew after a wipe, or somebody in "   \
  "the middle who answers in this contact's place. The network cannot tell you which. Ask by "     \
  "another way, by voice or in person, and compare the new fingerprint. After it is taken, the "   \
  "contact counts as unverified: compare the four words in the next call."

static void
show (GVariant *contact)
{
  CliStyle style = cli_style_for (STDERR_FILENO);
  const char *new_print = cli_dict_string (contact, "NewFingerprint");
  g_autofree char *old = cli_format_fingerprint (cli_dict_string (contact, "Fingerprint"));
  g_autofree char *new = cli_format_fingerprint (
      *new_print != '\0' ? new_print : cli_dict_string (contact, "NewKey"));
  g_autofree char *old_words = cli_dict_words (contact, "FingerprintWords");
  g_autofree char *new_words = cli_dict_words (contact, "NewFingerprintWords");
  const char *pairs[] = { "Name",      cli_dict_string (contact, "Name"),
                          "Number",    cli_dict_string (contact, "Number"),
                          "Trust",     cli_format_trust (cli_dict_string (contact, "Trust")),
                          "Old",       old,
                          "Old words", old_words,
                          "New",       new,
                          "New words", new_words,
                          NULL };
  g_autofree char *table = cli_table_pairs (pairs, &style);
  g_autofree char *lines = cli_text_wrap (WARNING, style.columns);
  g_autofree char *warning = cli_style_wrap (&style, CLI_BAD, lines);
  g_printerr ("%s\n%s\n\n", table, warning);
}

static gboolean
has_new_key (GVariant *contact, GError **error)
{
  if (*cli_dict_string (contact, "NewKey") != '\0')
    return TRUE;
  g_autofree char *safe = cli_safe_text (cli_dict_string (contact, "Name"));
  g_set_error (error, CLI_ERROR, CLI_ERROR_DONE,
               "%s has no new key: a key changes only when one came by \"tacitel pair\" from the "
               "other phone",
               safe);
  return FALSE;
}

int
cli_run_contact_replace_key (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) contact = NULL;
  const char *target = request->arguments[0];
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL
      || !tac_dbus_contacts1_call_show_sync (daemon->contacts, target, &contact, NULL, &error)
      || !has_new_key (contact, &error))
    return cli_fail (request, error);
  if (!request->yes)
    show (contact);
  if (!cli_confirm (request, "Take the new key, and forget the old one?", NULL, &error)
      || !tac_dbus_contacts1_call_replace_key_sync (
          daemon->contacts, target, cli_dict_string (contact, "NewKey"), NULL, &error))
    return cli_fail (request, error);
  const char *name = cli_dict_string (contact, "Name");
  g_autofree char *sentence
      = g_strdup_printf ("%s has the new key. Compare the four words in the next call.", name);
  return cli_report (request, "replaced", name, sentence);
}
