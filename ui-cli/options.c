/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of options: how each is written, where it goes in the request, what its help says. */
#include "command.h"

#define NONE(flag, name, letter, member, text)                                                     \
  {                                                                                                \
    flag, name, letter, G_OPTION_ARG_NONE, G_STRUCT_OFFSET (CliRequest, member), NULL, text        \
  }
#define TEXT(flag, name, letter, member, value, text)                                              \
  {                                                                                                \
    flag, name, letter, G_OPTION_ARG_STRING, G_STRUCT_OFFSET (CliRequest, member), value, text     \
  }
#define NUMBER(flag, name, letter, member, value, text)                                            \
  {                                                                                                \
    flag, name, letter, G_OPTION_ARG_INT, G_STRUCT_OFFSET (CliRequest, member), value, text        \
  }

static const struct
{
  guint flag;
  const char *name;
  char letter;
  GOptionArg kind;
  gsize offset;
  const char *value, *text;
} options[] = {
  NONE (CLI_OPTION_OFF, "off", 0, off, "undo it"),
  NONE (CLI_OPTION_ALL, "all", 'a', all, "zero counters too"),
  NONE (CLI_OPTION_NETWORK, "network", 0, network, "what kind of network this is"),
  NONE (CLI_OPTION_ALL_CONTACTS, "all", 'a', all, "all contacts"),
  NONE (CLI_OPTION_NO_WAIT, "no-wait", 'n', no_wait, "return at once, show no call view"),
  TEXT (CLI_OPTION_NAME, "name", 0, name, "NAME", "what the other phone shall call this one"),
  TEXT (CLI_OPTION_CONTACT_NAME, "name", 0, name, "NAME", "what the contact shall be called"),
  NONE (CLI_OPTION_SET_ASIDE, "set-aside", 0, set_aside, "rename what is damaged, and begin anew"),
  NUMBER (CLI_OPTION_PASSPHRASE, "passphrase-fd", 0, passphrase_fd, "N",
          "read the passphrase from descriptor N"),
  NUMBER (CLI_OPTION_NEW_PASSPHRASE, "new-passphrase-fd", 0, new_passphrase_fd, "N",
          "the same for the new one"),
  NONE (CLI_OPTION_YES, "yes", 'y', yes, "do not ask"),
  NONE (CLI_OPTION_QR, "qr", 0, qr, "the QR code elsewhere than on a terminal, too"),
  NONE (CLI_OPTION_VERDICT, "match", 0, match, "both phones show the same words"),
  NONE (CLI_OPTION_VERDICT, "differ", 0, differ, "they do not: ends the call"),
  TEXT (CLI_OPTION_FILE, "file", 0, file, "FILE", "write to FILE"),
  TEXT (CLI_OPTION_FILTER, "contact", 0, contact, "NAME", "calls with this contact or number"),
  TEXT (CLI_OPTION_FILTER, "since", 0, since, "DATE", "calls of DATE and later"),
  TEXT (CLI_OPTION_FILTER, "until", 0, until, "DATE", "calls up to DATE"),
  NUMBER (CLI_OPTION_FILTER, "limit", 0, limit, "N", "the newest N calls"),
  NONE (CLI_OPTION_FILTER, "forget", 0, forget, "delete them instead of listing them"),
  TEXT (CLI_OPTION_PLOT, "plot", 0, plot, "FILE", "write a picture (SVG) to FILE"),
  NONE (CLI_OPTION_SELFTEST, "no-sms", 0, no_sms, "send none"),
  TEXT (CLI_OPTION_SELFTEST, "number", 0, number, "NUMBER",
        "this phone's own, if the SIM does not tell"),
  NUMBER (CLI_OPTION_AUDIO, "seconds", 0, seconds, "N", "listen so long; 10"),
  NUMBER (CLI_OPTION_AUDIO, "delay", 0, delay_ms, "MS", "be heard so much later; 1000"),
};

gboolean
cli_options_read (CliRequest *request, char ***words, gboolean *help, GError **error)
{
  GOptionEntry entries[G_N_ELEMENTS (options) + 3] = {
    { "help", 'h', 0, G_OPTION_ARG_NONE, help, NULL, NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &request->json, NULL, NULL },
  };
  guint n = 2;
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    if (request->command->options & options[i].flag)
      entries[n++] = (GOptionEntry){ options[i].name,
                                     options[i].letter,
                                     0,
                                     options[i].kind,
                                     (char *)request + options[i].offset,
                                     NULL,
                                     NULL };

  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse_strv (context, words, error);
}

static void
append_option (GString *out, char letter, const char *name, const char *value, const char *text)
{
  g_autofree char *written = g_strconcat ("--", name, value != NULL ? " " : "", value, NULL);
  char with_letter[] = { '-', letter, ',', '\0' };
  g_string_append_printf (out, "  %-3s %-21s %s\n", letter != 0 ? with_letter : "", written, text);
}

void
cli_options_append_help (GString *out, const CliCommand *command)
{
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    if (command->options & options[i].flag)
      append_option (out, options[i].letter, options[i].name, options[i].value, options[i].text);
  append_option (out, 0, "json", NULL, "for programs: JSON on standard output");
  append_option (out, 'h', "help", NULL, "this text");
}
