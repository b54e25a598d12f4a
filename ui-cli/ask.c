/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions on the terminal: yes or no, and a word that is not typed by accident. */
#include "ask.h"
#include "output.h"
#include "safe-text.h"
#include "style.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

gboolean
cli_can_ask (void)
{
  return isatty (STDIN_FILENO);
}

static gboolean
is_yes (const char *answer, const char *word)
{
  if (word != NULL)
    return g_str_equal (answer, word);
  return g_ascii_strcasecmp (answer, "y") == 0 || g_ascii_strcasecmp (answer, "yes") == 0;
}

gboolean
cli_confirm (const CliRequest *request, const char *question, const char *word, GError **error)
{
  if (request->yes)
    return TRUE;
  if (!cli_can_ask ())
    {
      g_set_error_literal (error, CLI_ERROR, CLI_ERROR_NO_ANSWER,
                           "this needs a yes, and standard input is no terminal: add --yes");
      return FALSE;
    }
  CliStyle style = cli_style_for (STDERR_FILENO);
  g_autofree char *asked = g_strconcat (question, word != NULL ? ": " : " [y/N] ", NULL);
  g_autofree char *lines = cli_text_wrap (asked, style.columns);
  g_autofree char *shown = cli_style_wrap (&style, CLI_BOLD, lines);
  fputs (shown, stderr);
  fflush (stderr);
  char answer[64] = "";
  if (fgets (answer, sizeof answer, stdin) == NULL)
    fputc ('\n', stderr);
  if (is_yes (g_strstrip (answer), word))
    return TRUE;
  g_set_error_literal (error, CLI_ERROR, CLI_ERROR_NOT_CONFIRMED,
                       "not confirmed: nothing was done");
  return FALSE;
}
