/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs tacitel, on pipes or on a pseudo-terminal, while the main loop of the test serves its D-Bus
 * calls. */
#pragma once
#include <gio/gio.h>
#include <gio/gunixinputstream.h>

typedef struct
{
  GSubprocess *process;
  GString *output, *errors; /* so far; on a terminal all is output */
  int terminal;             /* master side; -1 on pipes */
  gboolean ended;
  guint readers; /* pipes that are still open */
  guint output_source;
} CliRun;

/* @arguments: NULL-terminated, without the program. */
CliRun *cli_run_start (const char *const *arguments);
CliRun *cli_run_start_terminal (const char *const *arguments, guint columns, guint rows);

/* On pipes, with descriptors from 3 on that have @texts (NULL-terminated). */
CliRun *cli_run_start_with (const char *const *arguments, const char *const *texts);

/* Does its terminal echo what is typed? */
gboolean cli_run_echoes (CliRun *run);

/* Serves until @output has @text; fails the test after 20 s. */
void cli_run_expect (CliRun *run, const char *text);

/* Stops reading its standard output, as `head` does. */
void cli_run_close_output (CliRun *run);

/* Types @keys on its terminal. */
void cli_run_type (CliRun *run, const char *keys);

/* Serves until it has ended and all of its output is read. Returns: its exit status. */
int cli_run_wait (CliRun *run);

/* The same of one that a signal ends. Returns: the signal. */
int cli_run_wait_signal (CliRun *run);

void cli_run_free (CliRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliRun, cli_run_free)

/* Serves D-Bus until @condition holds; fails the test after 20 s. */
void cli_serve_until (gboolean (*condition) (gpointer), gpointer data, const char *what);
