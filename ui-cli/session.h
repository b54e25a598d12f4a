/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stays with one call until it ends: shows it, takes keys, hangs up when the program is told to
 * stop. */
#pragma once
#include "bus.h"
#include "command.h"

typedef enum
{
  CLI_SESSION_WATCH,  /* only looks on at first */
  CLI_SESSION_ANSWER, /* answers it as soon as it rings */
} CliSessionKind;

/* Blocks until the call at @path ends. Returns: exit status. */
int cli_session_run (CliDaemon *daemon, const CliRequest *request, const char *path,
                     CliSessionKind kind);
