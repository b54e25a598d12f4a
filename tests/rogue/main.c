/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A peer with the right keys and no manners, steered by a test. Its SMS are the test's business.
 *
 *   rogue SECRET PEER ADDRESS      keys in hexadecimal; the address of this phone's data interface
 *
 * Standard input, a line each:       Standard output:
 *                                      key HEX            its public key, first
 *   call                               sms HEX            INVITE, or REPLY: to be sent
 *   sms HEX                            connected | ringing | active
 *   answer                             done NAME SENT PONGS
 *   attack NAME RATE NUMBER            bye REASON
 */
#include "tests/rogue/rogue.h"

#include <gio/gunixinputstream.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  Rogue rogue;
  GMainLoop *loop;
  GDataInputStream *input;
} Program;

void
rogue_say (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  vprintf (format, arguments);
  va_end (arguments);
  putchar ('\n');
  fflush (stdout);
}

static gboolean
from_hex (guint8 *out, gsize size, const char *hex)
{
  size_t n;

  return hex != NULL && sodium_hex2bin (out, size, hex, strlen (hex), NULL, &n, NULL) == 0
         && n == size;
}

static gboolean
obey (Rogue *rogue, char **words)
{
  guint n = g_strv_length (words);
  guint8 sms[TAC_SMS_SIZE];

  if (n == 1 && g_str_equal (words[0], "call"))
    {
      rogue_invite (rogue);
      return TRUE;
    }
  if (n == 1 && g_str_equal (words[0], "answer"))
    {
      rogue_answer (rogue);
      return TRUE;
    }
  if (n == 2 && g_str_equal (words[0], "sms"))
    return from_hex (sms, sizeof sms, words[1]) && rogue_take_sms (rogue, sms, sizeof sms);
  return n == 4 && g_str_equal (words[0], "attack")
         && rogue_attack (rogue, words[1], (guint)atoi (words[2]),
                          g_ascii_strtoull (words[3], NULL, 10));
}

static void read_line (Program *program);

static void
on_line (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Program *program = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish (program->input, result, NULL, NULL);
  g_auto (GStrv) words = NULL;

  if (line == NULL)
    {
      g_main_loop_quit (program->loop);
      return;
    }
  words = g_strsplit (line, " ", -1);
  if (!obey (&program->rogue, words))
    rogue_say ("what? %s", line);
  read_line (program);
}

static void
read_line (Program *program)
{
  g_data_input_stream_read_line_async (program->input, G_PRIORITY_DEFAULT, NULL, on_line, program);
}

int
main (int argc, char **argv)
{
  g_autoptr (GInputStream) raw = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  Program program
      = { .loop = g_main_loop_new (NULL, FALSE), .input = g_data_input_stream_new (raw) };
  guint8 secret[TAC_KEY_SIZE];
  char key[2 * TAC_KEY_SIZE + 1];

  if (sodium_init () < 0 || argc != 4 || !from_hex (secret, sizeof secret, argv[1])
      || !from_hex (program.rogue.peer, TAC_KEY_SIZE, argv[2]))
    {
      fprintf (stderr, "usage: rogue SECRET PEER ADDRESS\n");
      return 2;
    }
  tac_noise_key_pair (&program.rogue.me, secret);
  program.rogue.address = argv[3];
  rogue_say ("key %s", sodium_bin2hex (key, sizeof key, program.rogue.me.public, TAC_KEY_SIZE));
  read_line (&program);
  g_main_loop_run (program.loop);
  rogue_path_free (program.rogue.path);
  tac_control_free (program.rogue.lane);
  g_object_unref (program.input);
  g_main_loop_unref (program.loop);
  return 0;
}
