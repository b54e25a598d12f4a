/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A command of tacitel: what its help says, what it takes, what it does; and a parsed command line.
 */
#pragma once
#include <glib.h>

typedef struct CliCommand CliCommand;

typedef struct
{
  const CliCommand *command;
  char **arguments; /* NULL-terminated, without options */
  guint n_arguments;
  gboolean json, off, all, no_wait, set_aside, yes, qr, match, differ, forget;
  gboolean network, no_sms;
  int passphrase_fd, new_passphrase_fd; /* -1: not given */
  int limit, seconds;                   /* 0: not given */
  int delay_ms;                         /* -1: not given */
  char *name, *file, *contact, *since, *until, *number, *plot;
} CliRequest;

void cli_request_clear (CliRequest *request);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliRequest, cli_request_clear)

/* Options beside --help and --json, which every command has. */
enum
{
  CLI_OPTION_OFF = 1 << 0,
  CLI_OPTION_ALL = 1 << 1,
  CLI_OPTION_ALL_CONTACTS = 1 << 2,
  CLI_OPTION_NO_WAIT = 1 << 3,
  CLI_OPTION_NAME = 1 << 4,
  CLI_OPTION_CONTACT_NAME = 1 << 5,
  CLI_OPTION_SET_ASIDE = 1 << 6,
  CLI_OPTION_PASSPHRASE = 1 << 7,
  CLI_OPTION_NEW_PASSPHRASE = 1 << 8,
  CLI_OPTION_YES = 1 << 9,
  CLI_OPTION_QR = 1 << 10,
  CLI_OPTION_VERDICT = 1 << 11,
  CLI_OPTION_FILE = 1 << 12,
  CLI_OPTION_FILTER = 1 << 13,
  CLI_OPTION_NETWORK = 1 << 14,
  CLI_OPTION_SELFTEST = 1 << 15,
  CLI_OPTION_AUDIO = 1 << 16,
  CLI_OPTION_PLOT = 1 << 17,
};

struct CliCommand
{
  const char *name;                       /* "contact add" */
  const char *arguments;                  /* "NAME NUMBER KEY"; "" for none */
  const char *summary;                    /* one line of the list */
  const char *help;                       /* paragraphs for --help */
  guint n_min, n_max;                     /* how many arguments */
  guint options;                          /* CLI_OPTION_* */
  int (*run) (const CliRequest *request); /* Returns: exit status (exit-status.h) */
};

/* All commands, in the order of the list; the last has no name. */
extern const CliCommand cli_commands[];

typedef enum
{
  CLI_PARSE_RUN,  /* @request is filled */
  CLI_PARSE_HELP, /* help is wanted; of request->command if it is set, else of request->name or all
                   */
  CLI_PARSE_VERSION, /* --version */
  CLI_PARSE_WRONG,   /* @message says what is wrong and what would be right */
} CliParse;

/**
 * cli_request_parse:
 * @commands: as cli_commands
 * @arguments: NULL-terminated, without the program's name
 * @request: (out) cleared by the caller whatever is returned
 * @message: (out) (transfer full) set with CLI_PARSE_WRONG
 *
 * Pure: reads nothing but its arguments.
 */
CliParse cli_request_parse (const CliCommand *commands, const char *const *arguments,
                            CliRequest *request, char **message);

/* GOption takes the options of request->command out of @words, wherever they stand; "--" ends
 * them. */
gboolean cli_options_read (CliRequest *request, char ***words, gboolean *help, GError **error);

/* A line for each option of @command. */
void cli_options_append_help (GString *out, const CliCommand *command);

/* The list of commands, or of one family ("contact"), or one command's help. Returns: (transfer
 * full). */
char *cli_help_list (const CliCommand *commands, const char *family);
char *cli_help_command (const CliCommand *command);

/* The command that somebody who typed @word may have meant. Returns: (transfer full) (nullable). */
char *cli_suggest (const CliCommand *commands, const char *word);

/* Exact match; the first words of @arguments that named it are counted in @used. */
const CliCommand *cli_command_find (const CliCommand *commands, const char *const *arguments,
                                    guint *used);
