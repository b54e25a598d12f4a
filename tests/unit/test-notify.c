/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The notification hook: what the program gets, and what one that misbehaves does not do. */
#include "daemon/notify.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>

typedef struct
{
  char *folder, *program, *out;
  TacConfig config;
} Case;

static void
set_up (Case *test, gconstpointer data)
{
  test->folder = g_dir_make_tmp ("tacitel-notify-XXXXXX", NULL);
  test->program = g_build_filename (test->folder, "hook", NULL);
  test->out = g_build_filename (test->folder, "out", NULL);
  test->config.notify_command = test->program;
}

static void
remove_all (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
}

static void
tear_down (Case *test, gconstpointer data)
{
  remove_all (test->folder);
  g_free (test->folder);
  g_free (test->program);
  g_free (test->out);
}

static void
write_program (const Case *test, const char *script)
{
  g_autofree char *text
      = g_strdup_printf ("#!/bin/sh\ncd '%s' || exit 1\n%s\n", test->folder, script);

  g_assert_true (g_file_set_contents_full (test->program, text, -1, G_FILE_SET_CONTENTS_CONSISTENT,
                                           0700, NULL));
}

/* GLib reaps what it has spawned; once there is no child left, all have ended. */
static gboolean
has_children (void)
{
  siginfo_t info;

  return waitid (P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* Until every program has ended, and has been reaped: each wakes the main loop after that. */
static void
wait_for_programs (void)
{
  while (has_children ())
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static GVariant *
make_details (void)
{
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "Time", "x", G_GINT64_CONSTANT (1790000000000001));
  return g_variant_dict_end (&dict);
}

static void
test_arrives (Case *test, gconstpointer data)
{
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *got = NULL;

  write_program (test, "{ echo \"$# $1\"; cat; } > out");
  g_variant_dict_insert (&dict, "Name", "s", "A \"B\"\n\xc3\xbc\xe2\x80\xae");
  tac_notify (&test->config, "missed-call", g_variant_dict_end (&dict));
  wait_for_programs ();
  g_assert_true (g_file_get_contents (test->out, &got, NULL, NULL));
  g_assert_cmpstr (got, ==, "1 missed-call\n{\"Name\":\"A \\\"B\\\"\\n\xc3\xbc\xe2\x80\xae\"}\n");
}

/* Unix µs need 51 bits, and must arrive as a number. */
static void
test_numbers (Case *test, gconstpointer data)
{
  g_autofree char *got = NULL;

  write_program (test, "cat > out");
  tac_notify (&test->config, "paired", make_details ());
  wait_for_programs ();
  g_assert_true (g_file_get_contents (test->out, &got, NULL, NULL));
  g_assert_cmpstr (got, ==, "{\"Time\":1790000000000001}\n");
}

static void
test_not_read (Case *test, gconstpointer data)
{
  g_autofree char *text = g_strnfill (1 << 20, 'x');

  for (guint i = 0; i < 8; i++)
    {
      GVariantDict dict = G_VARIANT_DICT_INIT (NULL);

      write_program (test, "exec 0<&-; exit 3");
      g_variant_dict_insert (&dict, "Text", "s", text);
      tac_notify (&test->config, "paired", g_variant_dict_end (&dict));
    }
  wait_for_programs ();
  g_assert_false (has_children ());
}

/* The ninth is not run, and said so; once one of eight has ended there is room again. */
static void
test_eight (Case *test, gconstpointer data)
{
  g_autofree char *fifo = g_build_filename (test->folder, "fifo", NULL);
  g_autofree char *got = NULL;

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  write_program (test, "echo $1 >> out; [ $1 = after ] || read x < fifo; exit 0");
  for (guint i = 0; i < 8; i++)
    tac_notify (&test->config, "held", make_details ());
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*\"ninth\" is not told*");
  tac_notify (&test->config, "ninth", make_details ());
  g_test_assert_expected_messages ();
  {
    FILE *gate = fopen (fifo, "r+"); /* does not wait, and holds it open for all */

    for (guint i = 0; i < 8; i++)
      fputs ("\n", gate);
    fflush (gate);
    wait_for_programs ();
    fclose (gate);
  }
  tac_notify (&test->config, "after", make_details ());
  wait_for_programs ();
  g_assert_true (g_file_get_contents (test->out, &got, NULL, NULL));
  g_assert_cmpstr (got, ==, "held\nheld\nheld\nheld\nheld\nheld\nheld\nheld\nafter\n");
}

static void
test_missing (Case *test, gconstpointer data)
{
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*hook does not run*");
  tac_notify (&test->config, "paired", make_details ());
  g_test_assert_expected_messages ();
}

static void
test_none (Case *test, gconstpointer data)
{
  test->config.notify_command = NULL;
  tac_notify (&test->config, "paired", make_details ());
  g_assert_false (has_children ());
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add (name, Case, NULL, set_up, func, tear_down)
  ADD ("/notify/arrives", test_arrives);
  ADD ("/notify/numbers", test_numbers);
  ADD ("/notify/not-read", test_not_read);
  ADD ("/notify/eight", test_eight);
  ADD ("/notify/missing", test_missing);
  ADD ("/notify/none", test_none);
  return g_test_run ();
}
