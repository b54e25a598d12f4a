/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel verify: the words of the call that is on, and what their users found. */
#include "bus.h"
#include "commands.h"
#include "output.h"
#include "report.h"
#include "safe-text.h"
#include <string.h>
#include <unistd.h>

/* The call that is on, if it is with whom the user means: words of another call prove nothing. */
static TacDbusCall1 *
pick (CliDaemon *daemon, const char *contact, GError **error)
{
  g_autoptr (GError) none = NULL;
  g_autoptr (TacDbusCall1) proxy = cli_daemon_pick (daemon, CLI_WHICH_ANY, &none);
  if (proxy == NULL)
    {
      g_set_error_literal (error, CLI_ERROR, CLI_ERROR_NO_CALL,
                           "there is no call: the words are those of a call, and compared in it");
      return NULL;
    }
  if (contact == NULL
      || cli_is_meant (contact, tac_dbus_call1_get_peer_name (proxy),
                       tac_dbus_call1_get_peer_number (proxy)))
    return g_steal_pointer (&proxy);
  g_autofree char *safe = cli_safe_text (contact);
  g_autofree char *peer = cli_safe_text (tac_dbus_call1_get_peer_name (proxy));
  g_set_error (error, CLI_ERROR, CLI_ERROR_STATE, "the call that is on is with %s, not with %s",
               peer, safe);
  return NULL;
}

static gboolean
check_words (const CliCall *call, GError **error)
{
  if (call->words[0] != NULL)
    return TRUE;
  g_set_error (error, CLI_ERROR, CLI_ERROR_STATE,
               "the call with %s has no words yet: they come once it is encrypted", call->name);
  return FALSE;
}

static int
show_json (const CliCall *call)
{
  JsonBuilder *builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_json_add_call (builder, call);
  return cli_done (cli_json_write (builder));
}

/* One below the other and with air between: read aloud from across a table. */
static gboolean
write_words (const CliCall *call)
{
  CliStyle style = cli_style_for (STDOUT_FILENO);
  if (!cli_out ("\n"))
    return FALSE;
  for (char **word = call->words; *word != NULL; word++)
    {
      g_autofree char *shown = cli_style_wrap (&style, CLI_BOLD, *word);
      if (!cli_out ("      %s\n\n", shown))
        return FALSE;
    }
  return TRUE;
}

static int
show (const CliRequest *request, const CliCall *call)
{
  if (request->json)
    return show_json (call);
  g_autofree char *head
      = g_strdup_printf ("The call with %s (%s) has these words:", call->name, call->number);
  g_autofree char *quoted = strchr (call->name, ' ') != NULL ? g_shell_quote (call->name) : NULL;
  const char *name = quoted != NULL ? quoted : call->name;
  g_autofree char *how = g_strdup_printf (
      "Read the first two to %s and have the last two read to you, by the voice that you know: not "
      "by a message, which could be forged.",
      call->name);
  g_autofree char *next = g_strdup_printf ("The same: tacitel verify %s --match\n"
                                           "Not the same: tacitel verify %s --differ\n",
                                           name, name);
  if (!cli_paragraph (CLI_PLAIN, head) || !write_words (call))
    return CLI_EXIT_FAILED;
  if (g_str_equal (call->trust, "verified"))
    return cli_done (cli_paragraph (CLI_GOOD, "This contact is verified already."));
  return cli_done (cli_paragraph (CLI_PLAIN, how) && cli_out ("%s", next));
}

static int
judge (const CliRequest *request, TacDbusCall1 *proxy, const CliCall *call, GError **error)
{
  if (!tac_dbus_call1_call_verify_sync (proxy, request->match, NULL, error))
    return CLI_EXIT_FAILED;
  g_autofree char *sentence
      = request->match ? g_strdup_printf ("%s is verified: nobody sits in the middle.", call->name)
                       : g_strdup_printf (
                           "ALARM: the call with %s was ended, and the contact marked. Somebody "
                           "may sit in the middle: do not trust what was said. Pair anew when "
                           "you meet, or over another network.",
                           call->name);
  return cli_report (request, request->match ? "verified" : "mismatch", call->name, sentence);
}

static gboolean
check_request (const CliRequest *request, GError **error)
{
  const char *wrong = NULL;
  if (request->match && request->differ)
    wrong = "either --match or --differ";
  else if ((request->match || request->differ) && request->n_arguments == 0)
    wrong
        = "\"tacitel verify\" needs the NAME with --match and --differ, lest another call is meant";
  if (wrong != NULL)
    g_set_error_literal (error, CLI_ERROR, CLI_ERROR_USAGE, wrong);
  return wrong == NULL;
}

int
cli_run_verify (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon
      = check_request (request, &error) ? cli_daemon_connect (&error) : NULL;
  g_autoptr (TacDbusCall1) proxy
      = daemon != NULL ? pick (daemon, request->arguments[0], &error) : NULL;
  g_autoptr (CliCall) call = proxy != NULL ? cli_daemon_read_call (proxy) : NULL;
  if (call == NULL || !check_words (call, &error))
    return cli_fail (request, error);
  int status = request->match || request->differ ? judge (request, proxy, call, &error)
                                                 : show (request, call);
  return error != NULL ? cli_fail (request, error) : status;
}
