/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A passphrase, from the terminal or a descriptor to a descriptor for taciteld. */
#include "passphrase.h"
#include "hidden-line.h"
#include "output.h"
#include "safe-text.h"
#include "style.h"
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Below, a thief with the phone's storage and some graphics cards is through before long: a second
 * a try on the phone is less on such a machine. */
#define SHORT_CHARACTERS 14

typedef struct
{
  gsize size;
  char bytes[CLI_PASSPHRASE_MAX + 2]; /* a line feed, and one more to see what is too long */
} Secret;

/* Nobody of the same user may look in, and nothing is dumped, as long as a secret is here. */
static void
hide_process (gboolean hidden)
{
  const struct rlimit none = { 0, 0 };
  if (hidden)
    setrlimit (RLIMIT_CORE, &none);
  prctl (PR_SET_DUMPABLE, hidden ? 0 : 1);
}

static void
secret_free (Secret *secret)
{
  sodium_free (secret); /* wipes */
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Secret, secret_free)

static Secret *
secret_new (GError **error)
{
  /* Locked against swapping, between guard pages, left out of dumps. */
  Secret *secret = sodium_init () >= 0 ? sodium_malloc (sizeof *secret) : NULL;
  if (secret == NULL)
    g_set_error_literal (error, CLI_ERROR, CLI_ERROR_PASSPHRASE,
                         "no guarded memory for the passphrase: free some");
  else
    secret->size = 0;
  return secret;
}

static Secret *
ask (const char *prompt, GError **error)
{
  g_autoptr (Secret) secret = secret_new (error);
  if (secret == NULL
      || !cli_hidden_line_read (prompt, secret->bytes, sizeof secret->bytes, &secret->size, error))
    return NULL;
  const char *wrong = NULL;
  if (secret->size == 0)
    wrong = "an empty passphrase protects nothing: nothing was done";
  else if (secret->size > CLI_PASSPHRASE_MAX)
    wrong = "that passphrase is too long: at most 1024 bytes";
  else if (!g_utf8_validate_len (secret->bytes, secret->size, NULL))
    wrong = "that passphrase is not UTF-8: set the terminal to it";
  if (wrong == NULL)
    return g_steal_pointer (&secret);
  g_set_error_literal (error, CLI_ERROR, CLI_ERROR_PASSPHRASE, wrong);
  return NULL;
}

const char *
cli_passphrase_hint (glong characters)
{
  if (characters >= SHORT_CHARACTERS)
    return NULL;
  return "That is short. Whoever takes the phone's storage can try passphrases on faster machines, "
         "and length is what stops them, more than odd signs do: six words drawn at random are "
         "good, four are fair. \"tacitel passphrase change\" sets another.";
}

static void
give_hint (const Secret *secret)
{
  const char *hint = cli_passphrase_hint (g_utf8_strlen (secret->bytes, (gssize)secret->size));
  if (hint == NULL)
    return;
  CliStyle style = cli_style_for (STDERR_FILENO);
  g_autofree char *lines = cli_text_wrap (hint, style.columns);
  g_autofree char *shown = cli_style_wrap (&style, CLI_WARN, lines);
  fprintf (stderr, "%s\n", shown);
}

/* A pipe rather than a file in memory: its one page is never swapped, and it is read once. */
static int
to_pipe (const char *bytes, gsize size, GError **error)
{
  int ends[2];
  if (!g_unix_open_pipe (ends, FD_CLOEXEC, error))
    return -1;
  /* All of it or nothing, and without blocking: it is smaller than PIPE_BUF. */
  gboolean written = size == 0 || write (ends[1], bytes, size) == (gssize)size;
  close (ends[1]);
  if (written)
    return ends[0];
  g_set_error (error, CLI_ERROR, CLI_ERROR_PASSPHRASE, "the passphrase could not be passed on: %s",
               g_strerror (errno));
  close (ends[0]);
  return -1;
}

static int
ask_to_pipe (CliPassphraseKind kind, const char *prompt, GError **error)
{
  g_autoptr (Secret) secret = ask (prompt, error);
  if (secret == NULL)
    return -1;
  if (kind == CLI_PASSPHRASE_TWICE)
    {
      g_autoptr (Secret) again = ask ("The same once more", error);
      if (again == NULL)
        return -1;
      if (again->size != secret->size
          || sodium_memcmp (again->bytes, secret->bytes, secret->size) != 0)
        {
          g_set_error_literal (error, CLI_ERROR, CLI_ERROR_PASSPHRASE,
                               "the two are not the same: nothing was done");
          return -1;
        }
      give_hint (secret);
    }
  return to_pipe (secret->bytes, secret->size, error);
}

/* A copy of the descriptor that the user named. */
static int
take (int fd, GError **error)
{
  int copy = isatty (fd) ? -1 : fcntl (fd, F_DUPFD_CLOEXEC, 3);
  if (copy < 0)
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                 "--passphrase-fd %d: not an open pipe or file; such as "
                 "\"--passphrase-fd 3 3<FILE\"",
                 fd);
  return copy;
}

int
cli_passphrase_get (int fd, CliPassphraseKind kind, const char *prompt, GError **error)
{
  if (fd >= 0)
    return take (fd, error);
  if (!isatty (STDIN_FILENO))
    {
      g_set_error_literal (error, CLI_ERROR, CLI_ERROR_NO_ANSWER,
                           "standard input is no terminal to ask for a passphrase: give it with "
                           "--passphrase-fd N (0 is standard input)");
      return -1;
    }
  hide_process (TRUE);
  int pipe = ask_to_pipe (kind, prompt, error);
  hide_process (FALSE);
  return pipe;
}

int
cli_passphrase_none (GError **error)
{
  return to_pipe ("", 0, error);
}
