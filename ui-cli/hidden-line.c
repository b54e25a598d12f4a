/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line typed on the terminal that does not appear there. */
#include "hidden-line.h"
#include "output.h"
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Process-wide, as the terminal is: the signal handlers must be able to put it back. */
static struct termios saved;
static volatile sig_atomic_t hidden;
static const char *prompt; /* while hidden */

static const int deadly[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV,
                              SIGBUS, SIGILL,  SIGFPE, SIGALRM, SIGPIPE };
static struct sigaction before[G_N_ELEMENTS (deadly)], before_stop;

/* Both are async-signal-safe. */
static void
show (void)
{
  if (hidden)
    tcsetattr (STDIN_FILENO, TCSANOW, &saved);
}

static gboolean
hide (int when)
{
  struct termios quiet = saved;
  quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
  return tcsetattr (STDIN_FILENO, when, &quiet) == 0;
}

/* Standard output is for results: the prompt is seen where the line is typed.
 * Async-signal-safe. */
static void
write_prompt (const char *text)
{
  int fd = isatty (STDERR_FILENO) ? STDERR_FILENO : STDIN_FILENO;
  ssize_t ignored = write (fd, text, strlen (text));
  (void)ignored; /* a prompt that cannot be seen is no reason to fail */
}

static void
on_deadly (int number)
{
  show ();
  signal (number, SIG_DFL);
  raise (number);
}

/* Ctrl-Z: the shell gets a terminal that echoes; fg goes on with the question. It is asked here and
 * not where the line is read, which the signal may come just before. */
static void
on_stop (int number)
{
  int error = errno;
  show ();
  raise (SIGSTOP);
  hide (TCSANOW);
  write_prompt (prompt);
  errno = error;
}

static void
watch_signals (void)
{
  struct sigaction action = { .sa_handler = on_deadly }, stop = { .sa_handler = on_stop };
  for (gsize i = 0; i < G_N_ELEMENTS (deadly); i++)
    sigaction (deadly[i], &action, &before[i]);
  sigaction (SIGTSTP, &stop, &before_stop);
}

static void
unwatch_signals (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (deadly); i++)
    sigaction (deadly[i], &before[i], NULL);
  sigaction (SIGTSTP, &before_stop, NULL);
}

/* The terminal gives a line at a time; what is too long for @line is read and forgotten, lest it
 * becomes the shell's next command. */
static gboolean
read_line (char *line, gsize capacity, gsize *size)
{
  char rest[64];
  *size = 0;
  for (;;)
    {
      gboolean full = *size == capacity;
      ssize_t n = read (STDIN_FILENO, full ? rest : line + *size, full ? sizeof rest : 1);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      const char *last = full ? rest + n - 1 : line + *size;
      gboolean over = *last == '\n';
      sodium_memzero (rest, sizeof rest);
      if (over)
        return TRUE;
      *size += full ? 0 : 1;
    }
}

gboolean
cli_hidden_line_read (const char *question, char *line, gsize capacity, gsize *size, GError **error)
{
  g_autofree char *text = g_strconcat (question, ": ", NULL);
  gboolean complete = FALSE;
  if (tcgetattr (STDIN_FILENO, &saved) == 0)
    {
      prompt = text;
      watch_signals ();
      hidden = 1;
      if (hide (TCSAFLUSH))
        {
          write_prompt (prompt);
          complete = read_line (line, capacity, size);
          write_prompt ("\n");
        }
      show ();
      unwatch_signals ();
      show (); /* a stop in between has hidden it again */
      hidden = 0;
    }
  if (!complete)
    g_set_error_literal (error, CLI_ERROR, CLI_ERROR_NOT_CONFIRMED,
                         "no passphrase was typed: nothing was done");
  return complete;
}
