/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store in a folder of its own. */
#pragma once
#include "daemon/errors.h"
#include "daemon/store.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define PAGE 4096

typedef struct
{
  char *folder, *path, *wal;
  guint8 key[TAC_STORE_KEY_SIZE];
} Case;

static inline void
set_up (Case *test, gconstpointer data)
{
  test->folder = g_dir_make_tmp ("tacitel-store-XXXXXX", NULL);
  test->path = g_build_filename (test->folder, "store", NULL);
  test->wal = g_strconcat (test->path, "-wal", NULL);
  for (gsize i = 0; i < sizeof test->key; i++)
    test->key[i] = (guint8)(i + 1);
}

static inline void
tear_down (Case *test, gconstpointer data)
{
  g_assert_true (tac_store_remove (test->path, NULL));
  g_assert_cmpint (g_rmdir (test->folder), ==, 0); /* nothing else is in it */
  g_free (test->path);
  g_free (test->wal);
  g_free (test->folder);
}

static inline TacStore *
open_store (const Case *test)
{
  g_autoptr (GError) error = NULL;
  TacStore *store = tac_store_open (test->path, test->key, &error);

  g_assert_no_error (error);
  g_assert_nonnull (store);
  return store;
}

static inline void
set (TacStore *store, const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tac_store_set_setting (store, name, value, &error));
  g_assert_no_error (error);
}

static inline void
assert_setting (TacStore *store, const char *name, const char *value)
{
  g_autofree char *stored = tac_store_get_setting (store, name);

  g_assert_cmpstr (stored, ==, value);
}

/* Rows on about @pages pages. */
static inline void
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

static inline char *
read_file (const char *path, gsize *size)
{
  char *bytes;

  g_assert_true (g_file_get_contents (path, &bytes, size, NULL));
  return bytes;
}

static inline void
write_file (const char *path, const char *bytes, gsize size)
{
  g_assert_true (g_file_set_contents_full (path, bytes, (gssize)size,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

/* Those of sqlite_master, and that the version is there. */
static inline void
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
