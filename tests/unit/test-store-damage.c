/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What damage of every kind comes to: an error that explains, and a file that is as it was. */
#include "store-kit.h"

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
      else /* not on the way to a setting; but whoever reads all meets it */
        {
          g_assert_false (tac_store_verify (store, &error));
          g_assert_error (error, TAC_ERROR, TAC_ERROR_DAMAGED);
        }
      tac_store_close (store);
    }
  g_log_set_always_fatal (fatal);
  g_log_remove_handler ("taciteld", handler);
  g_assert_cmpuint (met, >=, 24);
  g_assert_cmpuint (warnings, >=, told);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add (name, Case, NULL, set_up, func, tear_down)
  ADD ("/store-damage/wrong-key", test_wrong_key);
  ADD ("/store-damage/truncated", test_truncated);
  ADD ("/store-damage/flipped", test_flipped);
  ADD ("/store-damage/foreign", test_foreign);
  ADD ("/store-damage/after-crash", test_after_crash);
  ADD ("/store-damage/orphaned-log", test_orphaned_log);
  ADD ("/store-damage/damage-later", test_damage_later);
  ADD ("/store-damage/newer", test_newer);
  return g_test_run ();
}
