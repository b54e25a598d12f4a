/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Standard output, flushed line by line, and failures on standard error with what to do about them.
 */
#pragma once
#include "command.h"
#include "exit-status.h"
#include <gio/gio.h>

/* Prints and flushes; FALSE if nobody reads any more (closed pipe, gone terminal). */
gboolean cli_out (const char *format, ...) G_GNUC_PRINTF (1, 2);

#define CLI_ERROR (cli_error_quark ())
GQuark cli_error_quark (void);

/* Failures that no D-Bus error tells of. */
typedef enum
{
  CLI_ERROR_NO_BUS,    /* no session bus */
  CLI_ERROR_NO_DAEMON, /* taciteld does not run and cannot be started, or went away */
  CLI_ERROR_NO_CALL,   /* no call, or none that this is for */
  CLI_ERROR_STATE,     /* the call is not in a state for this */
  CLI_ERROR_USAGE,
  CLI_ERROR_NO_REQUEST,    /* no request for pairing of that number */
  CLI_ERROR_NO_ANSWER,     /* nobody can be asked: no terminal, and no option in place of it */
  CLI_ERROR_NOT_CONFIRMED, /* asked, and not answered with yes */
  CLI_ERROR_DONE,          /* it is so already: set up, open */
  CLI_ERROR_PASSPHRASE,    /* not a passphrase: empty, too long, not the same twice */
} CliError;

/* Sets @error to org.tacitel.Error.@name, as if the daemon had said so. */
void cli_daemon_error (GError **error, const char *name, const char *message);

typedef struct
{
  const char *name;   /* "UnknownContact": of org.tacitel.Error, or a name of its own */
  char *message;      /* safe to show */
  const char *remedy; /* what to type or do; NULL if the message has all there is */
  CliExit status;
} CliFailure;

/* Explains @error, of this program, of the daemon or of D-Bus; free @message. */
CliFailure cli_failure_from (const GError *error);

/* Prints @error to standard error, as JSON if the request wants that. Returns: exit status. */
int cli_fail (const CliRequest *request, const GError *error);
