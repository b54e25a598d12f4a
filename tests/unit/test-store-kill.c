/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kill -9 at any point: a process of its own writes and says what was acknowledged, this one kills
 * it and looks at what is there. */
#include "daemon/contacts.h"
#include "daemon/history.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS 30
#define COUNT_NAMES "SELECT max (CAST (substr (name, 2) AS INTEGER)) FROM contact"
#define LATEST_US 3000 /* after a line, until the kill */

static const guint8 store_key[TAC_STORE_KEY_SIZE] = { 7, 7, 7 };

static void
make_pair (TacKeyPair *pair, guint64 seed)
{
  guint8 secret[TAC_KEY_SIZE] = { 1 };

  memcpy (secret + 8, &seed, sizeof seed);
  tac_noise_key_pair (pair, secret);
}

/* The writer */

/* In one write, so that the other end never sees half of it. */
static void __attribute__ ((format (printf, 1, 2))) say (const char *format, ...)
{
  g_autofree char *line = NULL;
  va_list arguments;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (write (STDOUT_FILENO, line, strlen (line)) != (gssize)strlen (line))
    exit (EXIT_FAILURE);
}

static TacStore *
open_store (const char *path)
{
  g_autoptr (GError) error = NULL;
  TacStore *store = tac_store_open (path, store_key, &error);

  if (store == NULL)
    g_error ("%s", error->message);
  return store;
}

static void
write_contact (TacContacts *contacts, guint64 n)
{
  g_autofree char *name = g_strdup_printf ("n%" G_GUINT64_FORMAT, n);
  g_autofree char *number = g_strdup_printf ("+1%010" G_GUINT64_FORMAT, n);
  g_autoptr (GError) error = NULL;
  TacKeyPair pair;

  make_pair (&pair, n);
  if (!tac_contacts_add (contacts, name, number, pair.public, &error))
    g_error ("%s", error->message);
  say ("contact %" G_GUINT64_FORMAT "\n", n);
}

/* @n: so many were written before. */
static void __attribute__ ((noreturn)) write_on (const char *path, guint64 n)
{
  TacKeyPair own;
  TacConfig config = { 0 };
  TacStore *store = open_store (path);
  g_autoptr (TacContacts) contacts = NULL;
  g_autoptr (TacHistory) history = NULL;

  make_pair (&own, 0);
  contacts = tac_contacts_new (store, &own);
  history = tac_history_new (store, &config);
  for (n++;; n++)
    {
      TacHistoryCall call = { .time_us = (gint64)n,
                              .name = "n",
                              .number = "+15551000002",
                              .security = "wide",
                              .reason = "",
                              .count = 1 };
      gboolean ok;

      write_contact (contacts, n);
      ok = tac_contacts_accept_invite (contacts, 1, n, NULL);
      say ("accepted %" G_GUINT64_FORMAT "\n", n);
      call.id = tac_history_add (history, &call, NULL);
      say ("call %" G_GUINT64_FORMAT "\n", n);
      call.reason = "hangup";
      ok = ok && call.id != 0 && tac_history_update (history, &call, NULL);
      say ("ended %" G_GUINT64_FORMAT "\n", n);
      if (!ok)
        g_error ("not written");
    }
}

/* Makes one after the other, empty or of version 0. */
static void __attribute__ ((noreturn)) make_on (const char *path, gboolean from_zero)
{
  for (guint64 n = 1;; n++)
    {
      TacStore *store;

      if (!tac_store_remove (path, NULL))
        g_error ("not removed");
      if (from_zero)
        {
          static const char *const drop[]
              = { "DROP TABLE contact", "DROP TABLE pairing", "DROP TABLE pairing_count",
                  "DROP TABLE call",    "DROP TABLE setting", "PRAGMA user_version = 0" };

          store = open_store (path);
          if (!tac_store_begin (store, NULL))
            g_error ("not begun");
          for (guint i = 0; i < G_N_ELEMENTS (drop); i++)
            if (!tac_store_run (store, tac_store_statement (store, drop[i]), NULL))
              g_error ("%s", drop[i]);
          if (!tac_store_commit (store, NULL))
            g_error ("not committed");
          tac_store_close (store);
        }
      say ("made %" G_GUINT64_FORMAT "\n", n);
      tac_store_close (open_store (path));
    }
}

/* The killer */

typedef struct
{
  GSubprocess *writer;
  GDataInputStream *lines;
  GHashTable *acknowledged; /* first word of the lines to the number in the last of them */
} Run;

static void
start (Run *run, const char *mode, const char *path, guint64 n)
{
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, n);
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GError) error = NULL;

  run->writer = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, self, "--writer", mode,
                                  path, number, NULL);
  g_assert_no_error (error);
  run->lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (run->writer));
}

static gboolean
take_line (Run *run)
{
  g_autofree char *line = g_data_input_stream_read_line (run->lines, NULL, NULL, NULL);
  char *blank = line != NULL ? strchr (line, ' ') : NULL;

  if (line == NULL)
    return FALSE;
  g_assert_nonnull (blank);
  *blank = '\0';
  g_hash_table_insert (run->acknowledged, g_strdup (line),
                       GSIZE_TO_POINTER (g_ascii_strtoull (blank + 1, NULL, 10)));
  return TRUE;
}

/* Kills it some time after its @n-th line, and takes what it said until then. */
static void
kill_after (Run *run, guint n, gint64 delay_us)
{
  gint64 until;

  while (n-- > 0)
    g_assert_true (take_line (run));
  /* Not a sleep, which would always end at a tick. */
  for (until = g_get_monotonic_time () + delay_us; g_get_monotonic_time () < until;)
    ;
  g_subprocess_force_exit (run->writer);
  while (take_line (run))
    ;
  g_assert_true (g_subprocess_wait (run->writer, NULL, NULL));
  g_assert_true (g_subprocess_get_if_signaled (run->writer)); /* and not by itself */
  g_assert_cmpint (g_subprocess_get_term_sig (run->writer), ==, SIGKILL);
  g_clear_object (&run->writer);
  g_clear_object (&run->lines);
}

static guint64
last (const Run *run, const char *what)
{
  return GPOINTER_TO_SIZE (g_hash_table_lookup (run->acknowledged, what));
}

static gint64
query (TacStore *store, const char *sql)
{
  sqlite3_stmt *statement = tac_store_statement (store, sql);
  gint64 value;

  g_assert_true (tac_store_step (store, statement));
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_reset (statement);
  return value;
}

static void
assert_whole (TacStore *store)
{
  sqlite3_stmt *check = tac_store_statement (store, "PRAGMA integrity_check");

  g_assert_true (tac_store_step (store, check));
  g_assert_cmpstr ((const char *)sqlite3_column_text (check, 0), ==, "ok");
  sqlite3_reset (check);
  g_assert_cmpint (query (store, "SELECT count (*) FROM sqlite_master WHERE name IN ('contact', "
                                 "'pairing', 'call', 'setting', 'call_time', 'call_number')"),
                   ==, 6);
  g_assert_cmpint (query (store, "PRAGMA user_version"), >, 0);
}

/* All that was acknowledged is there; and no more than was begun. */
static void
assert_kept (const Run *run, TacStore *store, const char *what, const char *sql, gint64 begun)
{
  gint64 kept = query (store, sql), acknowledged = (gint64)last (run, what);

  if (kept < acknowledged || kept > begun)
    g_error ("%s: %" G_GINT64_FORMAT " are there, %" G_GINT64_FORMAT " were acknowledged, "
             "%" G_GINT64_FORMAT " begun",
             what, kept, acknowledged, begun);
}

static void
test_write (void)
{
  g_autofree char *folder = g_dir_make_tmp ("tacitel-kill-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "store", NULL);
  g_autoptr (GHashTable) acknowledged
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Run run = { .acknowledged = acknowledged };

  for (guint round = 0; round < ROUNDS; round++)
    {
      TacStore *store;
      gint64 n;

      start (&run, "write", path, last (&run, "contact"));
      kill_after (&run, (guint)g_test_rand_int_range (1, 60), g_test_rand_int_range (0, LATEST_US));
      store = open_store (path);
      assert_whole (store);
      n = query (store, "SELECT count (*) FROM contact");
      assert_kept (&run, store, "contact", COUNT_NAMES, (gint64)last (&run, "contact") + 1);
      assert_kept (&run, store, "contact", COUNT_NAMES, n);
      assert_kept (&run, store, "accepted", "SELECT invite_in FROM contact WHERE id = 1", n);
      assert_kept (&run, store, "call", "SELECT ifnull (max (time), 0) FROM call", n);
      assert_kept (&run, store, "ended",
                   "SELECT ifnull (max (time), 0) FROM call WHERE reason = 'hangup'", n);
      /* The next writer goes on behind what is there. */
      g_hash_table_insert (acknowledged, g_strdup ("contact"), GSIZE_TO_POINTER (n));
      tac_store_close (store);
    }
  g_test_message ("%" G_GUINT64_FORMAT " contacts, %d kills", last (&run, "contact"), ROUNDS);
  g_assert_true (tac_store_remove (path, NULL));
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_make (gconstpointer mode)
{
  g_autofree char *folder = g_dir_make_tmp ("tacitel-kill-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "store", NULL);
  g_autofree char *new = g_strconcat (path, "-new", NULL);
  gint64 takes_us = -g_get_monotonic_time ();
  guint unfinished = 0;

  tac_store_close (open_store (path));
  takes_us += g_get_monotonic_time ();
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (GHashTable) acknowledged
          = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      Run run = { .acknowledged = acknowledged };
      TacStore *store;

      start (&run, mode, path, 0);
      kill_after (&run, (guint)g_test_rand_int_range (1, 3),
                  (gint64)(g_test_rand_double () * 1.5 * (double)takes_us));
      unfinished += g_file_test (path, G_FILE_TEST_EXISTS) ? 0 : 1;
      store = open_store (path);
      assert_whole (store);
      g_assert_false (g_file_test (new, G_FILE_TEST_EXISTS));
      g_assert_true (tac_store_set_setting (store, "a", "1", NULL));
      tac_store_close (store);
    }
  g_test_message ("%u of %d before it had its name; to make one takes %" G_GINT64_FORMAT " us",
                  unfinished, ROUNDS, takes_us);
  g_assert_true (tac_store_remove (path, NULL));
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  if (sodium_init () < 0)
    return EXIT_FAILURE;
  if (argc == 5 && g_str_equal (argv[1], "--writer"))
    {
      if (g_str_equal (argv[2], "write"))
        write_on (argv[3], g_ascii_strtoull (argv[4], NULL, 10));
      make_on (argv[3], g_str_equal (argv[2], "migrate"));
    }
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-kill/write", test_write);
  g_test_add_data_func ("/store-kill/make", "make", test_make);
  g_test_add_data_func ("/store-kill/migrate", "migrate", test_make);
  return g_test_run ();
}
