/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel: encrypted calls from the command line, through taciteld. */
#include "command.h"
#include "output.h"
#include <locale.h>
#include <signal.h>
#include <stdio.h>

static int
show_help (const CliRequest *request)
{
  g_autofree char *text = request->command != NULL ? cli_help_command (request->command)
                                                   : cli_help_list (cli_commands, request->name);
  return cli_out ("%s", text) ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}

int
main (int argc, char **argv)
{
  g_auto (CliRequest) request = { 0 };
  g_autofree char *message = NULL;
  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C"); /* one decimal point for people and programs */
  signal (SIGPIPE, SIG_IGN);   /* a reader that goes must not leave a call behind */

  switch (cli_request_parse (cli_commands, (const char *const *)argv + MIN (argc, 1), &request,
                             &message))
    {
    case CLI_PARSE_RUN:
      return request.command->run (&request);
    case CLI_PARSE_HELP:
      return show_help (&request);
    case CLI_PARSE_VERSION:
      return cli_out ("tacitel %s\n", TACITEL_VERSION) ? CLI_EXIT_OK : CLI_EXIT_FAILED;
    case CLI_PARSE_WRONG:
      break;
    }
  g_autoptr (GError) error = g_error_new_literal (CLI_ERROR, CLI_ERROR_USAGE, message);
  int status = cli_fail (&request, error);
  if (argc < 2)
    {
      g_autofree char *list = cli_help_list (cli_commands, NULL);
      fprintf (stderr, "\n%s", list);
    }
  return status;
}
