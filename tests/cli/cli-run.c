/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs tacitel, on pipes or on a pseudo-terminal, while the main loop of the test serves its D-Bus
 * calls. */
#include "cli-run.h"
#include <fcntl.h>
#include <glib-unix.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define PATIENCE_S 20

static gboolean
on_patience_over (gpointer user_data)
{
  g_error ("waited %d s for: %s", PATIENCE_S, (const char *)user_data);
  return G_SOURCE_REMOVE;
}

void
cli_serve_until (gboolean (*condition) (gpointer), gpointer data, const char *what)
{
  guint patience = g_timeout_add_seconds (PATIENCE_S, on_patience_over, (gpointer)what);
  while (!condition (data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (patience);
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CliRun *run = user_data;
  g_assert_true (g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL));
  run->ended = TRUE;
}

typedef struct
{
  CliRun *run;
  GString *into;
} Reader;

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  Reader *reader = user_data;
  char bytes[4096];
  ssize_t n = read (fd, bytes, sizeof bytes);
  if (n > 0)
    {
      g_string_append_len (reader->into, bytes, n);
      return G_SOURCE_CONTINUE;
    }
  reader->run->readers--; /* end of file, or the terminal's last user is gone */
  return G_SOURCE_REMOVE;
}

static guint
read_into (CliRun *run, int fd, GString *into)
{
  Reader *reader = g_new0 (Reader, 1);
  reader->run = run;
  reader->into = into;
  run->readers++;
  return g_unix_fd_add_full (G_PRIORITY_DEFAULT, fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable,
                             reader, g_free);
}

static CliRun *
spawn (GSubprocessLauncher *launcher, const char *const *arguments)
{
  g_autoptr (GError) error = NULL;
  CliRun *run = g_new0 (CliRun, 1);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_ptr_array_add (argv, (gpointer)g_getenv ("TACITEL"));
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (argv, (gpointer)*arguments);
  g_ptr_array_add (argv, NULL);
  run->output = g_string_new (NULL);
  run->errors = g_string_new (NULL);
  run->terminal = -1;
  run->process = g_subprocess_launcher_spawnv (launcher, (const char *const *)argv->pdata, &error);
  g_assert_no_error (error);
  g_subprocess_wait_async (run->process, NULL, on_ended, run);
  return run;
}

CliRun *
cli_run_start_with (const char *const *arguments, const char *const *texts)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  for (int target = 3; *texts != NULL; texts++, target++)
    {
      int ends[2];
      g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
      g_assert_cmpint (write (ends[1], *texts, strlen (*texts)), ==, (ssize_t)strlen (*texts));
      close (ends[1]);
      g_subprocess_launcher_take_fd (launcher, ends[0], target);
    }
  CliRun *run = spawn (launcher, arguments);
  GInputStream *out = g_subprocess_get_stdout_pipe (run->process);
  GInputStream *err = g_subprocess_get_stderr_pipe (run->process);
  run->output_source
      = read_into (run, g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (out)), run->output);
  read_into (run, g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (err)), run->errors);
  return run;
}

CliRun *
cli_run_start (const char *const *arguments)
{
  const char *const nothing[] = { NULL };
  return cli_run_start_with (arguments, nothing);
}

gboolean
cli_run_echoes (CliRun *run)
{
  struct termios state;
  g_assert_cmpint (tcgetattr (run->terminal, &state), ==, 0);
  return (state.c_lflag & ECHO) != 0;
}

CliRun *
cli_run_start_terminal (const char *const *arguments, guint columns, guint rows)
{
  int master = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_cmpint (master, >=, 0);
  g_assert_true (grantpt (master) == 0 && unlockpt (master) == 0);
  int slave = open (ptsname (master), O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_cmpint (slave, >=, 0);
  struct winsize size = { .ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows };
  g_assert_cmpint (ioctl (slave, TIOCSWINSZ, &size), ==, 0);

  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_subprocess_launcher_setenv (launcher, "TERM", "xterm", TRUE);
  g_subprocess_launcher_take_stdin_fd (launcher, dup (slave));
  g_subprocess_launcher_take_stdout_fd (launcher, dup (slave));
  g_subprocess_launcher_take_stderr_fd (launcher, slave);
  CliRun *run = spawn (launcher, arguments);
  run->terminal = master;
  g_subprocess_launcher_close (launcher); /* else the terminal never ends */
  read_into (run, master, run->output);
  return run;
}

typedef struct
{
  CliRun *run;
  const char *text;
} Expectation;

static gboolean
is_there (gpointer data)
{
  Expectation *expectation = data;
  CliRun *run = expectation->run;
  if (strstr (run->output->str, expectation->text) != NULL)
    return TRUE;
  if (run->ended && run->readers == 0)
    g_error ("ended without \"%s\": %s%s", expectation->text, run->output->str, run->errors->str);
  return FALSE;
}

void
cli_run_expect (CliRun *run, const char *text)
{
  Expectation expectation = { run, text };
  cli_serve_until (is_there, &expectation, text);
}

void
cli_run_close_output (CliRun *run)
{
  g_source_remove (run->output_source);
  run->readers--;
  g_assert_true (g_input_stream_close (g_subprocess_get_stdout_pipe (run->process), NULL, NULL));
}

void
cli_run_type (CliRun *run, const char *keys)
{
  g_assert_cmpint (write (run->terminal, keys, strlen (keys)), ==, (ssize_t)strlen (keys));
}

static gboolean
is_over (gpointer data)
{
  CliRun *run = data;
  return run->ended && run->readers == 0;
}

int
cli_run_wait (CliRun *run)
{
  cli_serve_until (is_over, run, "the end of tacitel");
  g_assert_true (g_subprocess_get_if_exited (run->process));
  return g_subprocess_get_exit_status (run->process);
}

int
cli_run_wait_signal (CliRun *run)
{
  cli_serve_until (is_over, run, "tacitel being ended by a signal");
  g_assert_true (g_subprocess_get_if_signaled (run->process));
  return g_subprocess_get_term_sig (run->process);
}

void
cli_run_free (CliRun *run)
{
  if (!is_over (run))
    {
      g_subprocess_force_exit (run->process);
      cli_serve_until (is_over, run, "tacitel being killed");
    }
  if (run->terminal >= 0)
    close (run->terminal);
  g_object_unref (run->process);
  g_string_free (run->output, TRUE);
  g_string_free (run->errors, TRUE);
  g_free (run);
}
