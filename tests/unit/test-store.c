/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store: what is on the disk, who may open it, and no room. */
#include "store-kit.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define NOBODY 65534

static void
test_new (Case *test, gconstpointer data)
{
  static const struct
  {
    const char *pragma, *value;
  } rows[] = {
    { "PRAGMA journal_mode", "wal" },       { "PRAGMA synchronous", "2" },
    { "PRAGMA secure_delete", "1" },        { "PRAGMA foreign_keys", "1" },
    { "PRAGMA temp_store", "2" },           { "PRAGMA page_size", "4096" },
    { "PRAGMA locking_mode", "exclusive" },
  };
  TacStore *store = open_store (test);
  struct stat status;

  assert_whole (store);
  g_assert_true (tac_store_verify (store, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      sqlite3_stmt *get = tac_store_statement (store, rows[i].pragma);

      g_assert_true (tac_store_step (store, get));
      g_assert_cmpstr ((const char *)sqlite3_column_text (get, 0), ==, rows[i].value);
      sqlite3_reset (get);
    }
  set (store, "a", "b");
  g_assert_cmpint (g_stat (test->path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 07777, ==, 0600);
  g_assert_cmpint (g_stat (test->wal, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 07777, ==, 0600);
  tac_store_close (store);
}

/* Nothing of it is readable: no name, no SQL, no SQLite header; the salt is the key's. */
static void
test_sealed (Case *test, gconstpointer data)
{
  static const char *const words[] = { "SQLite", "CREATE", "contact", "Petunia", "+4917012" };
  TacStore *store = open_store (test);
  g_autofree char *log = NULL, *bytes = NULL;
  gsize log_size, size;

  set (store, "Petunia", "+4917012345678");
  log = read_file (test->wal, &log_size);
  tac_store_close (store);
  bytes = read_file (test->path, &size);
  g_assert_cmpuint (log_size, >, PAGE);
  g_assert_cmpuint (size % PAGE, ==, 0);
  g_assert_cmpmem (bytes, 16, test->key + 32, 16);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_assert_null (memmem (bytes, size, words[i], strlen (words[i])));
      g_assert_null (memmem (log, log_size, words[i], strlen (words[i])));
    }
}

static void
test_settings (Case *test, gconstpointer data)
{
  TacStore *store = open_store (test);

  assert_setting (store, "a", NULL);
  set (store, "a", "1");
  set (store, "b", "");
  set (store, "a", "J\xc3\xbcrgen");
  assert_setting (store, "a", "J\xc3\xbcrgen");
  tac_store_close (store);
  store = open_store (test);
  assert_setting (store, "a", "J\xc3\xbcrgen");
  assert_setting (store, "b", "");
  tac_store_close (store);
  g_assert_false (g_file_test (test->wal, G_FILE_TEST_EXISTS));
}

static void
test_transactions (Case *test, gconstpointer data)
{
  TacStore *store = open_store (test);

  g_assert_true (tac_store_begin (store, NULL));
  set (store, "a", "1");
  tac_store_roll_back (store);
  assert_setting (store, "a", NULL);
  g_assert_true (tac_store_begin (store, NULL));
  set (store, "a", "2");
  g_assert_true (tac_store_commit (store, NULL));
  tac_store_roll_back (store);
  assert_setting (store, "a", "2");
  tac_store_close (store);
}

static void
test_in_use (Case *test, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  TacStore *store = open_store (test);

  set (store, "a", "1");
  g_assert_null (tac_store_open (test->path, test->key, &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "in use"));
  set (store, "a", "2");
  assert_setting (store, "a", "2");
  tac_store_close (store);
}

/* Root may write anywhere: it takes off its power for the time. */
static void
become (const Case *test, uid_t user)
{
  if (user != 0 && geteuid () == 0)
    g_assert_cmpint (chown (test->folder, user, (gid_t)-1) | chown (test->path, user, (gid_t)-1),
                     ==, 0);
  g_assert_cmpint (seteuid (user), ==, 0);
}

static void
test_read_only_folder (Case *test, gconstpointer data)
{
  g_autoptr (GError) error = NULL, new_error = NULL;
  g_autofree char *other = g_build_filename (test->folder, "other", NULL);
  uid_t self = geteuid ();
  TacStore *store = open_store (test);

  tac_store_close (store);
  become (test, self == 0 ? NOBODY : self);
  g_assert_cmpint (g_chmod (test->folder, 0500), ==, 0);
  g_assert_null (tac_store_open (test->path, test->key, &error));
  g_assert_null (tac_store_open (other, test->key, &new_error));
  g_assert_cmpint (g_chmod (test->folder, 0700), ==, 0);
  become (test, self);
  g_assert_error (error, TAC_ERROR, TAC_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, test->path));
  g_assert_nonnull (strstr (error->message, "cannot be written"));
  g_assert_error (new_error, TAC_ERROR, TAC_ERROR_FAILED);
  g_assert_nonnull (strstr (new_error->message, other));
}

/* What there is no room for is not done, what was is whole, and with room again it goes on. */
static void
assert_refuses_large (TacStore *store, const Case *test, const char *large)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (tac_store_set_setting (store, "a", large, &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, test->path));
  g_assert_true (tac_store_check (store, NULL));
  assert_setting (store, "a", "1");
}

static void
test_file_size_limit (Case *test, gconstpointer data)
{
  g_autofree char *large = g_strnfill (64 * PAGE, 'x');
  struct rlimit before, less = { 0 };
  TacStore *store = open_store (test);

  set (store, "a", "1");
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  signal (SIGXFSZ, SIG_IGN);
  less.rlim_cur = 32 * PAGE;
  less.rlim_max = before.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &less), ==, 0);
  assert_refuses_large (store, test, large);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  set (store, "a", large);
  tac_store_close (store);
  store = open_store (test);
  assert_setting (store, "a", large);
  assert_whole (store);
  tac_store_close (store);
}

static void
test_full_disk (Case *test, gconstpointer data)
{
  g_autofree char *large = g_strnfill (128 * PAGE, 'x');
  g_autoptr (GError) error = NULL;
  TacStore *store;

  if (unshare (CLONE_NEWNS) != 0 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
      || mount ("tmpfs", test->folder, "tmpfs", 0, "size=512k") != 0)
    {
      g_test_skip ("only root can make a small disk");
      return;
    }
  store = open_store (test);
  set (store, "a", "1");
  g_assert_false (tac_store_set_setting (store, "a", large, &error));
  g_assert_nonnull (strstr (error->message, "disk is full"));
  assert_refuses_large (store, test, large);
  g_assert_cmpint (mount (NULL, test->folder, NULL, MS_REMOUNT, "size=4m"), ==, 0);
  set (store, "a", large);
  tac_store_close (store);

  g_clear_error (&error);
  g_assert_true (tac_store_remove (test->path, NULL));
  g_assert_cmpint (mount (NULL, test->folder, NULL, MS_REMOUNT, "size=16k"), ==, 0);
  g_assert_null (tac_store_open (test->path, test->key, &error)); /* no room for a new one */
  g_assert_error (error, TAC_ERROR, TAC_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, test->path));
  g_assert_false (g_file_test (test->path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (umount (test->folder), ==, 0);
}

static void
test_remove (Case *test, gconstpointer data)
{
  TacStore *store = open_store (test);

  set (store, "a", "1");
  tac_store_close (store);
  g_assert_true (tac_store_remove (test->path, NULL));
  g_assert_false (g_file_test (test->path, G_FILE_TEST_EXISTS));
  g_assert_true (tac_store_remove (test->path, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add (name, Case, NULL, set_up, func, tear_down)
  ADD ("/store/new", test_new);
  ADD ("/store/sealed", test_sealed);
  ADD ("/store/settings", test_settings);
  ADD ("/store/transactions", test_transactions);
  ADD ("/store/in-use", test_in_use);
  ADD ("/store/read-only-folder", test_read_only_folder);
  ADD ("/store/file-size-limit", test_file_size_limit);
  ADD ("/store/full-disk", test_full_disk);
  ADD ("/store/remove", test_remove);
  return g_test_run ();
}
