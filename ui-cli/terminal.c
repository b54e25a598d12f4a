/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal while a live view owns it; given back however the program ends. */
#include "terminal.h"
#include "output.h"
#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* Alternate screen, cursor away; and back: both are one write, so a signal handler can do it too.
 */
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"
#define KEY_SUSPEND 0x1a /* Ctrl-Z */

/* Process-wide, as the terminal is: a signal handler must be able to give it back. */
static struct termios saved;
static volatile sig_atomic_t taken;

static CliTerminalFunc on_key;
static gpointer on_key_data;
static guint input_source, resize_source;

/* Async-signal-safe. */
static void
restore (void)
{
  if (!taken)
    return;
  taken = 0;
  ssize_t ignored = write (STDOUT_FILENO, LEAVE, sizeof LEAVE - 1);
  (void)ignored; /* the terminal may be gone: nothing is left to do for it */
  tcsetattr (STDIN_FILENO, TCSANOW, &saved);
}

static void
on_fatal_signal (int number)
{
  restore ();
  signal (number, SIG_DFL);
  raise (number);
}

static gboolean
take (void)
{
  struct termios raw;
  if (tcgetattr (STDIN_FILENO, &saved) != 0)
    return FALSE;
  raw = saved;
  raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  raw.c_cc[VSUSP]
      = _POSIX_VDISABLE; /* comes as a key: the screen is left before the program stops */
  if (tcsetattr (STDIN_FILENO, TCSANOW, &raw) != 0)
    return FALSE;
  taken = 1;
  return cli_out ("%s", ENTER);
}

static void
suspend (void)
{
  restore ();
  raise (SIGSTOP); /* returns when the shell says fg; the call goes on meanwhile */
  take ();
  on_key (0, on_key_data);
}

typedef enum
{
  NO_ESCAPE,
  AFTER_ESCAPE,
  IN_CSI, /* up to a final byte */
  IN_SS3, /* one more byte */
} Escape;

/* @byte belongs to an arrow or function key: its digits are no tones (ECMA-48, 5.4). */
static gboolean
in_sequence (Escape *escape, char byte)
{
  switch (*escape)
    {
    case NO_ESCAPE:
      *escape = byte == '\033' ? AFTER_ESCAPE : NO_ESCAPE;
      return byte == '\033';
    case AFTER_ESCAPE:
      *escape = byte == '[' ? IN_CSI : byte == 'O' ? IN_SS3 : NO_ESCAPE;
      return TRUE;
    case IN_CSI:
      *escape = byte >= 0x40 && byte <= 0x7e ? NO_ESCAPE : IN_CSI;
      return TRUE;
    case IN_SS3:
      *escape = NO_ESCAPE;
      return TRUE;
    }
  return FALSE;
}

static gboolean
on_input (int fd, GIOCondition condition, gpointer user_data)
{
  char bytes[64];
  ssize_t n = read (fd, bytes, sizeof bytes);
  if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
    {
      input_source = 0;
      return G_SOURCE_REMOVE;
    }
  Escape escape
      = NO_ESCAPE; /* a sequence comes in one piece; an Escape at the end is the key itself */
  for (ssize_t i = 0; i < n && on_key != NULL; i++)
    {
      if (in_sequence (&escape, bytes[i]))
        continue;
      if (bytes[i] == KEY_SUSPEND)
        suspend ();
      else if (g_ascii_isprint (bytes[i]))
        on_key (bytes[i], on_key_data);
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_resize (gpointer user_data)
{
  on_key (0, on_key_data);
  return G_SOURCE_CONTINUE;
}

gboolean
cli_terminal_usable (void)
{
  const char *term = g_getenv ("TERM");
  return isatty (STDIN_FILENO) && isatty (STDOUT_FILENO) && term != NULL && *term != '\0'
         && !g_str_equal (term, "dumb");
}

gboolean
cli_terminal_open (CliTerminalFunc func, gpointer user_data)
{
  static const int fatal[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGQUIT };
  on_key = func;
  on_key_data = user_data;
  for (gsize i = 0; i < G_N_ELEMENTS (fatal); i++)
    signal (fatal[i], on_fatal_signal);
  atexit (cli_terminal_close);
  if (!take ())
    return FALSE;
  input_source = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, NULL);
  resize_source = g_unix_signal_add (SIGWINCH, on_resize, NULL);
  return TRUE;
}

void
cli_terminal_close (void)
{
  on_key = NULL;
  g_clear_handle_id (&input_source, g_source_remove);
  g_clear_handle_id (&resize_source, g_source_remove);
  restore ();
}

void
cli_terminal_size (guint *columns, guint *rows)
{
  struct winsize size;
  gboolean known
      = ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
  *columns = known ? size.ws_col : 80;
  *rows = known ? size.ws_row : 24;
}

gboolean
cli_terminal_draw (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *out = g_string_new ("\033[H");
  for (guint i = 0; lines[i] != NULL; i++)
    g_string_append_printf (out, "%s%s\033[K", i > 0 ? "\r\n" : "", lines[i]);
  g_string_append (out, "\033[J");
  gboolean written = cli_out ("%s", out->str);
  g_string_free (out, TRUE);
  return written;
}
