/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The help texts, and the guess at what somebody meant. */
#include "command.h"
#include <string.h>

char *
cli_help_list (const CliCommand *commands, const char *family)
{
  GString *out = g_string_new (NULL);
  g_autofree char *prefix = family != NULL ? g_strconcat (family, " ", NULL) : g_strdup ("");
  g_string_append_printf (out, "Usage: tacitel %sCOMMAND [OPTIONS]\n", prefix);
  if (family == NULL)
    g_string_append (out, "Encrypted telephone calls, through taciteld.\n");
  g_string_append_c (out, '\n');
  for (; commands->name != NULL; commands++)
    if (g_str_has_prefix (commands->name, prefix))
      g_string_append_printf (out, "  %-19s %s\n", commands->name, commands->summary);
  if (family == NULL)
    g_string_append (out, "\n      --json            for programs: JSON on standard output\n"
                          "      --version         version of this program\n"
                          "  -h, --help            this text; after a command, its own\n");
  g_string_append (out, "\nMore: tacitel help COMMAND, man tacitel\n");
  return g_string_free (out, FALSE);
}

char *
cli_help_command (const CliCommand *command)
{
  GString *out = g_string_new (NULL);
  g_string_append_printf (out, "Usage: tacitel %s%s%s [OPTIONS]\n%s.\n\n%s\n", command->name,
                          *command->arguments != '\0' ? " " : "", command->arguments,
                          command->summary, command->help);
  cli_options_append_help (out, command);
  return g_string_free (out, FALSE);
}

/* What people of other telephone programs type. */
static const struct
{
  const char *word, *command;
} synonyms[] = {
  { "dial", "call" },
  { "pickup", "answer" },
  { "accept", "answer" },
  { "reject", "decline" },
  { "end", "hangup" },
  { "stop", "hangup" },
  { "quit", "hangup" },
  { "log", "monitor" },
  { "echo", "audio test" },
  { "microphone", "audio test" },
  { "speaker", "audio test" },
  { "watch", "monitor" },
  { "key", "identity" },
  { "whoami", "identity" },
  { "contacts", "contact list" },
  { "list", "contact list" },
  { "add", "contact add" },
  { "remove", "contact remove" },
  { "dtmf", "tone" },
  { "contact rm", "contact remove" },
  { "contact ls", "contact list" },
  { "contact delete", "contact remove" },
  { "contact del", "contact remove" },
  { "contact new", "contact add" },
  { "contact info", "contact show" },
  { "show", "view" },
  { "attach", "view" },
  { "unhold", "resume" },
  { "init", "setup" },
  { "login", "unlock" },
  { "password", "passphrase change" },
  { "passwd", "passphrase change" },
  { "fingerprint", "identity" },
  { "qr", "identity" },
  { "words", "verify" },
  { "sas", "verify" },
  { "recents", "history" },
  { "missed", "history" },
  { "forget", "history --forget" },
  { "erase", "wipe" },
  { "destroy", "wipe" },
  { "block", "contact block" },
  { "unblock", "contact unblock" },
  { "rename", "contact rename" },
  { "import", "contact import" },
  { "export", "contact export" },
  { "contact mv", "contact rename" },
  { "contact replace", "contact replace-key" },
  { "contact verify", "verify" },
};

/* Optimal string alignment distance: insertions, deletions, substitutions, swaps of neighbours. */
static guint
distance (const char *a, const char *b)
{
  enum
  {
    MAX_LENGTH = 32
  };
  gsize n = strlen (a), m = strlen (b);
  if (n >= MAX_LENGTH || m >= MAX_LENGTH)
    return G_MAXUINT;
  guint d[MAX_LENGTH][MAX_LENGTH];
  for (gsize i = 0; i <= n; i++)
    for (gsize j = 0; j <= m; j++)
      {
        if (i == 0 || j == 0)
          {
            d[i][j] = (guint)(i + j);
            continue;
          }
        guint cost = a[i - 1] == b[j - 1] ? 0 : 1;
        d[i][j] = MIN (MIN (d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + cost);
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
          d[i][j] = MIN (d[i][j], d[i - 2][j - 2] + 1);
      }
  return d[n][m];
}

char *
cli_suggest (const CliCommand *commands, const char *word)
{
  g_autofree char *lower = g_ascii_strdown (word, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (synonyms); i++)
    if (g_str_equal (synonyms[i].word, lower))
      return g_strdup (synonyms[i].command);

  char *best = NULL;
  guint limit = strlen (lower) <= 3 ? 1 : 2, best_distance = limit + 1;
  for (const CliCommand *command = commands; command->name != NULL; command++)
    {
      const char *blank = strchr (command->name, ' ');
      /* A word alone is held against the family too: "contat" is "contact". */
      gboolean alone = blank != NULL && strchr (lower, ' ') == NULL;
      g_autofree char *name = alone ? g_strndup (command->name, (gsize)(blank - command->name))
                                    : g_strdup (command->name);
      guint d = distance (lower, name);
      if (strlen (lower) >= 3 && g_str_has_prefix (name, lower))
        d = MIN (d, 1);
      if (d >= best_distance)
        continue;
      g_free (best);
      best = g_steal_pointer (&name);
      best_distance = d;
    }
  return best;
}
