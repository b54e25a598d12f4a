/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel pair: exchanging keys by SMS. */
#include "ask.h"
#include "bus.h"
#include "commands.h"
#include "format.h"
#include "output.h"
#include "report.h"
#include "safe-text.h"
#include "table.h"
#include <unistd.h>

#define PROVES_NOTHING                                                                             \
  "The SMS proves nothing: whoever runs the network could have sent it. The four words of the "    \
  "first call do (tacitel verify)."

/* Whom the number is of by now, if of anybody: an incoming request was accepted by asking back. */
static GVariant *
look_up (CliDaemon *daemon, const char *number)
{
  GVariant *contact = NULL;
  tac_dbus_contacts1_call_show_sync (daemon->contacts, number, &contact, NULL, NULL);
  return contact;
}

int
cli_run_pair (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  const char *number = request->arguments[0];
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL
      || !tac_dbus_pairing1_call_request_sync (
          daemon->pairing, number, request->name != NULL ? request->name : "", NULL, &error))
    return cli_fail (request, error);
  g_autoptr (GVariant) contact = look_up (daemon, number);
  g_autofree char *sentence
      = contact != NULL
            ? g_strdup_printf ("Paired with %s. " PROVES_NOTHING, cli_dict_string (contact, "Name"))
            : g_strdup_printf (
                "Asked %s by SMS. When its user accepts, you can call each other; the "
                "request lapses after 24 hours. \"tacitel pair list\" shows it.",
                number);
  return cli_report (request, contact != NULL ? "paired" : "asked", number, sentence);
}

static int
write_list (GVariant *requests)
{
  static const char *const headings[] = { "Number", "Name", "Direction", "Kind", "Until", NULL };
  CliStyle style = cli_style_for (STDOUT_FILENO);
  g_autoptr (CliTable) table = cli_table_new (headings);
  for (gsize i = 0; i < g_variant_n_children (requests); i++)
    {
      g_autoptr (GVariant) one = g_variant_get_child_value (requests, i);
      g_autofree char *until = cli_format_time (cli_dict_time (one, "Expires"));
      const char *cells[]
          = { cli_dict_string (one, "Number"), cli_dict_string (one, "Name"),
              cli_dict_string (one, "Direction"), cli_dict_string (one, "Kind"), until };
      cli_table_add (table, cells);
    }
  g_autofree char *text = cli_table_render (table, &style);
  if (!cli_out ("%s", text))
    return CLI_EXIT_FAILED;
  for (gsize i = 0; i < g_variant_n_children (requests); i++)
    {
      g_autoptr (GVariant) one = g_variant_get_child_value (requests, i);
      const char *meaning = cli_dict_string (one, "Text");
      g_autofree char *line = g_strdup_printf ("%s: %s", cli_dict_string (one, "Number"), meaning);
      g_autofree char *safe = cli_safe_text (line);
      if (*meaning != '\0' && !cli_paragraph (CLI_PLAIN, safe))
        return CLI_EXIT_FAILED;
    }
  return CLI_EXIT_OK;
}

int
cli_run_pair_list (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) requests = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL
      || !tac_dbus_pairing1_call_list_sync (daemon->pairing, &requests, NULL, &error))
    return cli_fail (request, error);
  if (request->json)
    return cli_report_json (requests);
  if (g_variant_n_children (requests) == 0)
    return cli_done (cli_paragraph (CLI_PLAIN, "No requests. \"tacitel pair NUMBER\" asks another "
                                               "phone for its key."));
  return write_list (requests);
}

/* The request of @number; with @incoming no other. Returns: (transfer full) or NULL with @error. */
static GVariant *
find (CliDaemon *daemon, const char *number, gboolean incoming, GError **error)
{
  g_autoptr (GVariant) requests = NULL;
  if (!tac_dbus_pairing1_call_list_sync (daemon->pairing, &requests, NULL, error))
    return NULL;
  for (gsize i = 0; i < g_variant_n_children (requests); i++)
    {
      g_autoptr (GVariant) one = g_variant_get_child_value (requests, i);
      gboolean comes = g_str_equal (cli_dict_string (one, "Direction"), "incoming");
      if ((comes || !incoming) && cli_is_meant (number, "", cli_dict_string (one, "Number")))
        return g_steal_pointer (&one);
    }
  g_autofree char *safe = cli_safe_text (number);
  g_set_error (error, CLI_ERROR, CLI_ERROR_NO_REQUEST, "no request for pairing %s %s waits",
               incoming ? "from" : "of", safe);
  return NULL;
}

/* What is accepted, before it is: to standard error, as the question is. */
static void
show (GVariant *one)
{
  CliStyle style = cli_style_for (STDERR_FILENO);
  g_autofree char *fingerprint = cli_format_fingerprint (cli_dict_string (one, "Fingerprint"));
  const char *pairs[] = { "Number",
                          cli_dict_string (one, "Number"),
                          "Calls itself",
                          cli_dict_string (one, "Name"),
                          "Fingerprint",
                          fingerprint,
                          "Meaning",
                          cli_dict_string (one, "Text"),
                          NULL };
  g_autofree char *table = cli_table_pairs (pairs, &style);
  g_autofree char *lines = cli_text_wrap (PROVES_NOTHING, style.columns);
  g_printerr ("%s\n%s\n", table, lines);
}

static gboolean
may_accept (GVariant *one, GError **error)
{
  if (!g_str_equal (cli_dict_string (one, "Kind"), "changed-key"))
    return TRUE;
  g_set_error (error, CLI_ERROR, CLI_ERROR_DONE,
               "%s is a contact's number, with another key than before: nothing is accepted. "
               "\"tacitel contact replace-key %s\" says what it may mean, and asks",
               cli_dict_string (one, "Number"), cli_dict_string (one, "Number"));
  return FALSE;
}

int
cli_run_pair_accept (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *contact = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  g_autoptr (GVariant) one
      = daemon != NULL ? find (daemon, request->arguments[0], TRUE, &error) : NULL;
  if (one == NULL || !may_accept (one, &error))
    return cli_fail (request, error);
  if (!request->yes)
    show (one);
  if (!cli_confirm (request, "Accept it, and send this phone's key back?", NULL, &error)
      || !tac_dbus_pairing1_call_accept_sync (daemon->pairing, cli_dict_string (one, "Number"),
                                              request->name != NULL ? request->name : "",
                                              cli_dict_string (one, "Key"), &contact, NULL, &error))
    return cli_fail (request, error);
  g_autofree char *sentence = g_strdup_printf (
      "%s is a contact now. In the first call, compare the four words: tacitel verify", contact);
  return cli_report (request, "paired", contact, sentence);
}

int
cli_run_pair_decline (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  g_autoptr (GVariant) one
      = daemon != NULL ? find (daemon, request->arguments[0], FALSE, &error) : NULL;
  const char *number = one != NULL ? cli_dict_string (one, "Number") : NULL;
  if (one == NULL || !tac_dbus_pairing1_call_decline_sync (daemon->pairing, number, NULL, &error))
    return cli_fail (request, error);
  g_autofree char *sentence = g_strdup_printf (
      "Forgotten. %s is told nothing, and its requests are not heard for 24 hours.", number);
  return cli_report (request, "declined", number, sentence);
}
