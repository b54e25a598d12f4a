/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a command line to a request: finds the command, reads its options, counts its arguments. */
#include "command.h"
#include <string.h>

void
cli_request_clear (CliRequest *request)
{
  g_clear_pointer (&request->arguments, g_strfreev);
  g_clear_pointer (&request->name, g_free);
  g_clear_pointer (&request->file, g_free);
  g_clear_pointer (&request->contact, g_free);
  g_clear_pointer (&request->since, g_free);
  g_clear_pointer (&request->until, g_free);
  g_clear_pointer (&request->number, g_free);
  g_clear_pointer (&request->plot, g_free);
  request->command = NULL;
}

const CliCommand *
cli_command_find (const CliCommand *commands, const char *const *arguments, guint *used)
{
  for (const CliCommand *command = commands; command->name != NULL; command++)
    {
      g_auto (GStrv) words = g_strsplit (command->name, " ", -1);
      guint i = 0;
      while (words[i] != NULL && g_strcmp0 (words[i], arguments[i]) == 0)
        i++;
      if (words[i] != NULL)
        continue;
      *used = i;
      return command;
    }
  return NULL;
}

static gboolean
is_family (const CliCommand *commands, const char *word)
{
  g_autofree char *prefix = g_strconcat (word, " ", NULL);
  for (; commands->name != NULL; commands++)
    if (g_str_has_prefix (commands->name, prefix))
      return TRUE;
  return FALSE;
}

static CliParse
wrong_command (const CliCommand *commands, const char *const *words, char **message)
{
  gboolean family = is_family (commands, words[0]);
  g_autofree char *asked = family && words[1] != NULL ? g_strconcat (words[0], " ", words[1], NULL)
                                                      : g_strdup (words[0]);
  g_autofree char *meant = family && words[1] == NULL ? NULL : cli_suggest (commands, asked);
  if (family && words[1] == NULL)
    *message
        = g_strdup_printf ("\"%s\" needs a command: see \"tacitel help %s\"", words[0], words[0]);
  else if (meant != NULL)
    *message = g_strdup_printf ("there is no command \"%s\"; did you mean \"tacitel %s\"?", asked,
                                meant);
  else
    *message = g_strdup_printf ("there is no command \"%s\": see \"tacitel help%s%s\"", asked,
                                family ? " " : "", family ? words[0] : "");
  return CLI_PARSE_WRONG;
}

static CliParse
parse_help (const CliCommand *commands, const char *const *words, CliRequest *request,
            char **message)
{
  guint used;
  if (words[0] == NULL)
    return CLI_PARSE_HELP;
  request->command = cli_command_find (commands, words, &used);
  if (request->command != NULL)
    return CLI_PARSE_HELP;
  if (!is_family (commands, words[0]) || words[1] != NULL)
    return wrong_command (commands, words, message);
  request->name = g_strdup (words[0]);
  return CLI_PARSE_HELP;
}

static char *
describe_count (const CliRequest *request)
{
  const CliCommand *command = request->command;
  if (command->n_max == 0)
    return g_strdup_printf ("\"tacitel %s\" takes no arguments, not \"%s\"", command->name,
                            request->arguments[0]);
  if (request->n_arguments < command->n_min)
    return g_strdup_printf ("\"tacitel %s\" needs %s", command->name, command->arguments);
  return g_strdup_printf (
      "\"tacitel %s\" takes %s, not %u arguments; put a name with blanks in quotes", command->name,
      command->arguments, request->n_arguments);
}

static CliParse
parse_command (const CliCommand *command, const char *const *words, CliRequest *request,
               char **message)
{
  g_autoptr (GError) error = NULL;
  gboolean help = FALSE;
  GPtrArray *line = g_ptr_array_new ();
  g_ptr_array_add (line, g_strdup ("tacitel")); /* GOption takes the first word for the program */
  for (; *words != NULL; words++)
    g_ptr_array_add (line, g_strdup (*words));
  g_ptr_array_add (line, NULL);
  g_auto (GStrv) rest = (char **)g_ptr_array_free (line, FALSE);

  request->command = command;
  if (!cli_options_read (request, &rest, &help, &error))
    {
      *message = g_strdup_printf ("%s: see \"tacitel %s --help\"", error->message, command->name);
      return CLI_PARSE_WRONG;
    }
  if (help)
    return CLI_PARSE_HELP;

  guint first = rest[0] != NULL && g_strcmp0 (rest[1], "--") == 0 ? 2 : 1;
  request->arguments = g_strdupv (rest + first);
  request->n_arguments = g_strv_length (request->arguments);
  if (request->n_arguments >= command->n_min && request->n_arguments <= command->n_max)
    return CLI_PARSE_RUN;
  *message = describe_count (request);
  return CLI_PARSE_WRONG;
}

CliParse
cli_request_parse (const CliCommand *commands, const char *const *arguments, CliRequest *request,
                   char **message)
{
  memset (request, 0, sizeof *request);
  request->passphrase_fd = request->new_passphrase_fd = request->delay_ms = -1;
  *message = NULL;
  for (; arguments[0] != NULL && arguments[0][0] == '-'; arguments++)
    if (g_str_equal (arguments[0], "--json"))
      request->json = TRUE;
    else if (g_str_equal (arguments[0], "--version") || g_str_equal (arguments[0], "-V"))
      return CLI_PARSE_VERSION;
    else if (g_str_equal (arguments[0], "--help") || g_str_equal (arguments[0], "-h"))
      return parse_help (commands, arguments + 1, request, message);
    else
      {
        *message
            = g_strdup_printf ("there is no option \"%s\": see \"tacitel help\"", arguments[0]);
        return CLI_PARSE_WRONG;
      }

  if (arguments[0] == NULL)
    {
      *message = g_strdup ("a command is missing");
      return CLI_PARSE_WRONG;
    }
  if (g_str_equal (arguments[0], "help"))
    return parse_help (commands, arguments + 1, request, message);

  guint used;
  const CliCommand *command = cli_command_find (commands, arguments, &used);
  if (command != NULL)
    return parse_command (command, arguments + used, request, message);
  if (is_family (commands, arguments[0])
      && (g_strcmp0 (arguments[1], "--help") == 0 || g_strcmp0 (arguments[1], "-h") == 0))
    {
      request->name = g_strdup (arguments[0]);
      return CLI_PARSE_HELP;
    }
  return wrong_command (commands, arguments, message);
}
