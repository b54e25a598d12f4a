/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store: what is on the disk, who may open it, and what damage of every kind comes to. */
#include "daemon/store-schema.h"
#include "daemon/store.h"

#include "daemon/errors.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096
#define NOBODY 65534

typedef struct
{
  char *folder, *path, *wal;
  guint8 key[TAC_STORE_KEY_SIZE];
} Case;

static void
set_up (Case *test, gconstpointer data)
{
  test->folder = g_dir_make_tmp ("tacitel-store-XXXXXX", NULL);
  test->path = g_build_filename (test->folder, "store", NULL);
  test->wal = g_strconcat (test->path, "-wal", NULL);
  for (gsize i = 0; i < sizeof test->key; i++)
    test->key[i] = (guint8)(i + 1);
}

static void
tear_down (Case *test, gconstpointer data)
{
  g_assert_true (tac_store_remove (test->path, NULL));
  g_assert_cmpint (g_rmdir (test->folder), ==, 0); /* nothing else is in it */
  g_free (test->path);
  g_free (test->wal);
  g_free (test->folder);
}

static TacStore *
open_store (const Case *test)
{
  g_autoptr (GError) error = NULL;
  TacStore *store = tac_store_open (test->path, test->key, &error);

  g_assert_no_error (error);
  g_assert_nonnull (store);
  return store;
}

static void
set (TacStore *store, const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tac_store_set_setting (store, name, value, &error));
  g_assert_no_error (error);
}

static void
assert_setting (TacStore *store, const char *name, const char *value)
{
  g_autofree char *stored = tac_store_get_setting (store, name);

  g_assert_cmpstr (stored, ==, value);
}

/* Rows on about @pages pages. */
static void
fill (TacStore *store, guint pages)
{
  g_autofree char *value = g_strnfill (PAGE / 2, 'v');

  g_assert_true (tac_store_begin (store, NULL));
  for (guint i = 0; i < 2 * pages; i++)
    {
      g_autofree char *name = g_strdup_printf ("%06u", i);

      set (store, name, value);
    }
  g_assert_true (tac_store_commit (store, NULL));
}

static char *
read_file (const char *path, gsize *size)
{
  char *bytes;

  g_assert_true (g_file_get_contents (path, &bytes, size, NULL));
  return bytes;
}

static void
write_file (const char *path, const char *bytes, gsize size)
{
  g_assert_true (g_file_set_contents_full (path, bytes, (gssize)size,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

/* Those of sqlite_master, and that the version is there. */
static void
assert_whole (TacStore *store)
{
  sqlite3_stmt *count = tac_store_statement (
      store, "SELECT count (*) FROM sqlite_master WHERE name IN ('contact', 'pairing', 'call', "
             "'setting', 'call_time', 'call_number', 'call_lasting')");
  sqlite3_stmt *check = tac_store_statement (store, "PRAGMA integrity_check");

  g_assert_true (tac_store_step (store, count));
  g_assert_cmpint (sqlite3_column_int (count, 0), ==, 7);
  g_assert_false (tac_store_step (store, count));
  g_assert_true (tac_store_step (store, check));
  g_assert_cmpstr ((const char *)sqlite3_column_text (check, 0), ==, "ok");
  g_assert_false (tac_store_step (store, check));
}

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

/* Refused, explained, and as it was. */
static void
assert_damaged (const Case *test, const char *what, gsize at)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL, *after = NULL;
  gsize size, size_after;

  before = read_file (test->path, &size);
  if (tac_store_open (test->path, test->key, &error) != NULL)
    g_error ("%s, at byte %zu: accepted", what, at);
  g_assert_error (error, TAC_ERROR, TAC_ERROR_DAMAGED);
  g_assert_nonnull (strstr (error->message, test->path));
  g_assert_nonnull (strstr (error->message, "left as it is"));
  g_assert_nonnull (strstr (error->message, "--set-aside"));
  after = read_file (test->path, &size_after);
  g_assert_cmpmem (after, size_after, before, size);
}

static void
test_wrong_key (Case *test, gconstpointer data)
{
  static const gsize bytes[] = { 0, 31, 32, 47 }; /* of the key, of the salt */
  TacStore *store = open_store (test);

  set (store, "a", "1");
  tac_store_close (store);
  for (gsize i = 0; i < G_N_ELEMENTS (bytes); i++)
    {
      test->key[bytes[i]] ^= 1;
      assert_damaged (test, "wrong key", bytes[i]);
      test->key[bytes[i]] ^= 1;
    }
  store = open_store (test);
  assert_setting (store, "a", "1");
  tac_store_close (store);
}

static void
test_truncated (Case *test, gconstpointer data)
{
  TacStore *store = open_store (test);
  g_autofree char *good = NULL;
  gsize size;

  fill (store, 4);
  tac_store_close (store);
  good = read_file (test->path, &size);
  for (gsize n = 0; n < size; n += n < 32 || size - n < 8 ? 1 : 509)
    {
      write_file (test->path, good, n);
      assert_damaged (test, "truncated", n);
    }
}

/* The first page is read by the opening, but for the padding behind its check. */
static void
test_flipped (Case *test, gconstpointer data)
{
  TacStore *store = open_store (test);
  g_autofree char *good = NULL;
  gsize size;

  tac_store_close (store);
  good = read_file (test->path, &size);
  for (guint i = 0; i < 300; i++)
    {
      gsize at = i < 32 ? i : (gsize)g_test_rand_int_range (0, PAGE - 12);
      char flip = (char)(1 << g_test_rand_int_range (0, 8));

      good[at] ^= flip;
      write_file (test->path, good, size);
      assert_damaged (test, "flipped", at);
      good[at] ^= flip;
    }
}

static void
test_foreign (Case *test, gconstpointer data)
{
  g_autofree char *zeros = g_malloc0 (4 * PAGE), *noise = g_malloc (4 * PAGE);
  sqlite3 *db;

  for (gsize i = 0; i < 4 * PAGE; i++)
    noise[i] = (char)g_test_rand_int ();
  write_file (test->path, zeros, 4 * PAGE);
  assert_damaged (test, "zeros", 0);
  write_file (test->path, noise, 4 * PAGE);
  assert_damaged (test, "noise", 0);
  memcpy (noise, test->key + 32, 16);
  write_file (test->path, noise, 4 * PAGE);
  assert_damaged (test, "noise behind the right salt", 0);
  write_file (test->path, "BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n", 34);
  assert_damaged (test, "a card", 0);
  g_assert_cmpint (g_remove (test->path), ==, 0);
  g_assert_cmpint (sqlite3_open (test->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "CREATE TABLE contact (x)", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
  assert_damaged (test, "a plain database", 0);
}

/* A crash left a -wal: it is of use to the right key, and survives a wrong one. */
static void
test_after_crash (Case *test, gconstpointer data)
{
  TacStore *store = open_store (test);
  g_autofree char *base = NULL, *log = NULL, *log_after = NULL;
  gsize size, log_size, log_after_size;

  set (store, "a", "1");
  base = read_file (test->path, &size);
  log = read_file (test->wal, &log_size);
  tac_store_close (store);

  write_file (test->path, base, size);
  write_file (test->wal, log, log_size);
  test->key[0] ^= 1;
  assert_damaged (test, "wrong key beside a log", 0);
  test->key[0] ^= 1;
  write_file (test->path, base, size - 1);
  log_after = read_file (test->wal, &log_after_size);
  g_assert_cmpmem (log_after, log_after_size, log, log_size);

  write_file (test->path, base, size);
  store = open_store (test);
  assert_setting (store, "a", "1");
  tac_store_close (store);
}

/* A database that was removed leaves its log to nobody. */
static void
test_orphaned_log (Case *test, gconstpointer data)
{
  TacStore *store = open_store (test);
  g_autofree char *log = NULL;
  gsize log_size;

  set (store, "a", "1");
  log = read_file (test->wal, &log_size);
  tac_store_close (store);
  g_assert_cmpint (g_remove (test->path), ==, 0);
  write_file (test->wal, log, log_size);
  store = open_store (test);
  assert_setting (store, "a", NULL);
  assert_whole (store);
  tac_store_close (store);
}

static void
on_warning (const char *domain, GLogLevelFlags level, const char *message, gpointer count)
{
  (*(guint *)count)++;
}

/* A page behind the first one: whatever meets it says so, and never "there is no such row". */
static void
test_damage_later (Case *test, gconstpointer data)
{
  TacStore *store = open_store (test);
  g_autofree char *good = NULL;
  gsize size;
  guint met = 0, told = 0, warnings = 0, handler;
  GLogLevelFlags fatal;

  fill (store, 24);
  tac_store_close (store);
  good = read_file (test->path, &size);
  handler = g_log_set_handler ("taciteld", G_LOG_LEVEL_WARNING, on_warning, &warnings);
  fatal = g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  for (gsize page = 1; page < size / PAGE; page++)
    {
      gsize at = page * PAGE + (gsize)g_test_rand_int_range (0, PAGE - 12);
      g_autoptr (GError) error = NULL, write_error = NULL;
      guint found = 0;

      good[at] ^= 4;
      write_file (test->path, good, size);
      store = tac_store_open (test->path, test->key, &error);
      good[at] ^= 4;
      if (store == NULL)
        {
          g_assert_error (error, TAC_ERROR, TAC_ERROR_DAMAGED);
          met++;
          continue;
        }
      for (guint i = 0; i < 48; i++)
        {
          g_autofree char *name = g_strdup_printf ("%06u", i);
          g_autofree char *value = tac_store_get_setting (store, name);

          found += value != NULL && strlen (value) == PAGE / 2;
        }
      if (found < 48)
        {
          g_assert_false (tac_store_check (store, &error));
          g_assert_error (error, TAC_ERROR, TAC_ERROR_DAMAGED);
          g_assert_nonnull (strstr (error->message, test->path));
          g_assert_false (tac_store_set_setting (store, "000001", "x", &write_error));
          g_assert_error (write_error, TAC_ERROR, TAC_ERROR_DAMAGED);
          met++;
          told++;
        }
      tac_store_close (store);
    }
  g_log_set_always_fatal (fatal);
  g_log_remove_handler ("taciteld", handler);
  g_assert_cmpuint (met, >=, 24);
  g_assert_cmpuint (warnings, ==, told);
}

static void
test_newer (Case *test, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  TacStore *store = open_store (test);

  g_assert_true (
      tac_store_run (store, tac_store_statement (store, "PRAGMA user_version = 99"), NULL));
  tac_store_close (store);
  g_assert_null (tac_store_open (test->path, test->key, &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_DAMAGED);
  g_assert_nonnull (strstr (error->message, "99"));
  g_assert_nonnull (strstr (error->message, "Update tacitel"));
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
  ADD ("/store/wrong-key", test_wrong_key);
  ADD ("/store/truncated", test_truncated);
  ADD ("/store/flipped", test_flipped);
  ADD ("/store/foreign", test_foreign);
  ADD ("/store/after-crash", test_after_crash);
  ADD ("/store/orphaned-log", test_orphaned_log);
  ADD ("/store/damage-later", test_damage_later);
  ADD ("/store/newer", test_newer);
  ADD ("/store/in-use", test_in_use);
  ADD ("/store/read-only-folder", test_read_only_folder);
  ADD ("/store/file-size-limit", test_file_size_limit);
  ADD ("/store/full-disk", test_full_disk);
  ADD ("/store/remove", test_remove);
  return g_test_run ();
}
