/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history: what it keeps and for how long, what a filter finds, and that what is forgotten
 * is gone from the file. */
#include "daemon/history.h"

#include "daemon/errors.h"

#include <dlfcn.h>
#include <glib/gstdio.h>
#include <string.h>

#define BOB "+15551000002"
#define CAROL "+15551000003"
#define DAY_US (24 * G_TIME_SPAN_HOUR)

/* The library's is not reached from here. Without a key SQLCipher is SQLite, with the same pages
 * but in the clear: so a test can look into free space, which no SQL shows. */
static gboolean in_the_clear;

int
sqlite3_key_v2 (sqlite3 *db, const char *name, const void *key, int size)
{
  static int (*real) (sqlite3 *, const char *, const void *, int);

  if (in_the_clear)
    return SQLITE_OK;
  if (real == NULL)
    *(void **)&real = dlsym (RTLD_NEXT, "sqlite3_key_v2");
  return real (db, name, key, size);
}

typedef struct
{
  char *folder, *path;
  guint8 key[TAC_STORE_KEY_SIZE];
  TacConfig config;
  TacStore *store;
  TacHistory *history;
  guint changes;
} Case;

static void
on_changed (Case *test)
{
  test->changes++;
}

static void
open_history (Case *test)
{
  g_autoptr (GError) error = NULL;

  test->store = tac_store_open (test->path, test->key, &error);
  g_assert_no_error (error);
  test->history = tac_history_new (test->store, &test->config);
  g_signal_connect_swapped (test->history, "changed", G_CALLBACK (on_changed), test);
}

static void
close_history (Case *test)
{
  g_clear_object (&test->history);
  g_clear_pointer (&test->store, tac_store_close);
}

static void
reopen (Case *test)
{
  close_history (test);
  open_history (test);
}

static void
set_up (Case *test, gconstpointer data)
{
  test->folder = g_dir_make_tmp ("tacitel-history-XXXXXX", NULL);
  test->path = g_build_filename (test->folder, "store", NULL);
  memcpy (test->key + 32, "SQLite format 3", 16); /* what a file in the clear begins with */
  open_history (test);
}

static void
tear_down (Case *test, gconstpointer data)
{
  close_history (test);
  g_assert_true (tac_store_remove (test->path, NULL));
  g_rmdir (test->folder);
  g_free (test->path);
  g_free (test->folder);
}

static gint64
add (Case *test, gint64 time_us, const char *number, const char *reason)
{
  g_autoptr (GError) error = NULL;
  TacHistoryCall call = { .time_us = time_us,
                          .name = "bob",
                          .number = number,
                          .security = "wide",
                          .duration_ms = -1,
                          .reason = reason,
                          .count = 1 };
  gint64 id = tac_history_add (test->history, &call, &error);

  g_assert_no_error (error);
  g_assert_cmpint (id, !=, 0);
  return id;
}

static void
on_call (const TacHistoryCall *call, gpointer found)
{
  g_string_append_printf (found, "%" G_GINT64_FORMAT " ", call->id);
}

/* The ids that @filter finds, in order, as text. */
static void
assert_found (Case *test, const TacHistoryFilter *filter, const char *ids)
{
  g_autoptr (GString) found = g_string_new (NULL);

  tac_history_foreach (test->history, filter, on_call, found);
  g_assert_cmpstr (g_strchomp (found->str), ==, ids);
}

static const TacHistoryFilter everything;

static void
assert_same (const TacHistoryCall *call, gpointer user_data)
{
  const TacHistoryCall *expected = user_data;

  g_assert_cmpint (call->id, ==, expected->id);
  g_assert_cmpint (call->time_us, ==, expected->time_us);
  g_assert_cmpint (call->outgoing, ==, expected->outgoing);
  g_assert_cmpstr (call->name, ==, expected->name);
  g_assert_cmpstr (call->number, ==, expected->number);
  g_assert_cmpstr (call->security, ==, expected->security);
  g_assert_cmpint (call->verified, ==, expected->verified);
  g_assert_cmpint (call->duration_ms, ==, expected->duration_ms);
  g_assert_cmpfloat (call->loss, ==, expected->loss);
  g_assert_cmpuint (call->jitter_ms, ==, expected->jitter_ms);
  g_assert_cmpuint (call->round_trip_ms, ==, expected->round_trip_ms);
  g_assert_cmpstr (call->reason, ==, expected->reason);
  g_assert_cmpuint (call->count, ==, expected->count);
}

static void
test_add_update (Case *test, gconstpointer data)
{
  TacHistoryCall call = { .time_us = G_GINT64_CONSTANT (1790000000000000),
                          .outgoing = TRUE,
                          .name = "J\xc3\xbcrgen",
                          .number = BOB,
                          .security = "none",
                          .duration_ms = -1,
                          .reason = "",
                          .count = 1 };
  g_autoptr (GError) error = NULL;

  call.id = tac_history_add (test->history, &call, NULL);
  tac_history_foreach (test->history, &everything, assert_same, &call);
  call.security = "wide";
  call.verified = TRUE;
  call.duration_ms = G_GINT64_CONSTANT (5000000000);
  call.loss = 0.25;
  call.jitter_ms = 12;
  call.round_trip_ms = G_MAXUINT;
  call.reason = "hangup";
  call.count = 3;
  g_assert_true (tac_history_update (test->history, &call, NULL));
  g_assert_cmpuint (test->changes, ==, 2);
  reopen (test);
  tac_history_foreach (test->history, &everything, assert_same, &call);
  assert_found (test, &everything, "1");
  call.id = 2;
  g_assert_false (tac_history_update (test->history, &call, &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_FAILED);
}

static void
test_filter (Case *test, gconstpointer data)
{
  static const struct
  {
    TacHistoryFilter filter;
    const char *found;
  } rows[] = {
    { { 0 }, "4 3 2 1 5" },
    { { .limit = 2 }, "4 3" },
    { { .number = BOB }, "3 1" },
    { { .number = BOB, .limit = 1 }, "3" },
    { { .number = "+15551000009" }, "" },
    { { .since_us = 200 }, "4 3 2" },
    { { .until_us = 200 }, "1 5" },
    { { .since_us = 200, .until_us = 301 }, "4 3 2" },
    { { .since_us = 200, .until_us = 300 }, "2" },
    { { .since_us = 301 }, "" },
    { { .number = CAROL, .since_us = 201 }, "4" },
    { { .number = CAROL, .until_us = 201 }, "2 5" },
    { { .id = 2 }, "2" },
    { { .id = 2, .number = CAROL, .since_us = 200, .until_us = 201 }, "2" },
    { { .id = 2, .number = BOB }, "" },
    { { .id = 2, .since_us = 201 }, "" },
    { { .id = 99 }, "" },
  };
  static const struct
  {
    gint64 time;
    const char *number;
  } calls[] = { { 100, BOB }, { 200, CAROL }, { 300, BOB }, { 300, CAROL }, { 0, CAROL } };

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    add (test, calls[i].time, calls[i].number, "hangup");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_found (test, &rows[i].filter, rows[i].found);
}

/* What each filter forgets is what it finds. */
static void
test_forget (Case *test, gconstpointer data)
{
  static const struct
  {
    TacHistoryFilter filter;
    guint count;
    const char *left;
  } rows[] = {
    { { .id = 2 }, 1, "5 4 3 1" },
    { { .id = 2 }, 0, "5 4 3 1" },
    { { .number = BOB, .until_us = 200 }, 1, "5 4 3" },
    { { .limit = 1 }, 1, "5 3" }, /* the newest; but 5 lasts */
    { { 0 }, 1, "5" },
  };

  for (gint64 i = 1; i <= 5; i++)
    add (test, 100 * i, i % 2 ? BOB : CAROL, i == 5 ? "" : "hangup");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint before = test->changes, count = 99;

      g_assert_true (tac_history_forget (test->history, &rows[i].filter, &count, NULL));
      g_assert_cmpuint (count, ==, rows[i].count);
      g_assert_cmpuint (test->changes - before, ==, count > 0);
      assert_found (test, &everything, rows[i].left);
    }
}

static void
test_crashed (Case *test, gconstpointer data)
{
  TacHistoryCall call = { .id = 2,
                          .time_us = 2,
                          .name = "bob",
                          .number = BOB,
                          .security = "wide",
                          .duration_ms = -1,
                          .reason = "crashed",
                          .count = 1 };

  add (test, 1, BOB, "hangup");
  add (test, 2, BOB, "");
  reopen (test);
  tac_history_foreach (test->history, &(TacHistoryFilter){ .id = 2 }, assert_same, &call);
  call.id = call.time_us = 1;
  call.reason = "hangup";
  tac_history_foreach (test->history, &(TacHistoryFilter){ .id = 1 }, assert_same, &call);
}

static void
test_keep_calls (Case *test, gconstpointer data)
{
  guint count;

  for (gint64 i = 1; i <= 6; i++)
    add (test, i, BOB, "hangup");
  test->config.history_keep_calls = 4;
  reopen (test);
  assert_found (test, &everything, "6 5 4 3");
  add (test, 7, BOB, "");
  assert_found (test, &everything, "7 6 5 4");
  g_assert_true (tac_history_forget (test->history, &(TacHistoryFilter){ .id = 5 }, &count, NULL));
  add (test, 8, BOB, "hangup");
  assert_found (test, &everything, "8 7 6 4");
  for (gint64 i = 9; i <= 12; i++)
    add (test, i, BOB, "hangup");
  assert_found (test, &everything, "12 11 10 7"); /* 7 lasts */
}

static void
test_keep_days (Case *test, gconstpointer data)
{
  gint64 now = g_get_real_time ();

  add (test, 0, "", "locked"); /* nobody knows when, but before the next */
  add (test, now - 3 * DAY_US, BOB, "hangup");
  add (test, now - DAY_US, BOB, "hangup");
  add (test, 0, "", "locked");
  assert_found (test, &everything, "3 2 4 1");
  test->config.history_keep_days = 2;
  reopen (test);
  assert_found (test, &everything, "3 4");
  add (test, now - 2 * DAY_US - G_TIME_SPAN_HOUR, BOB, ""); /* lasts: the clock was put forward */
  assert_found (test, &everything, "3 5"); /* and 4, written before, is no younger */
  g_assert_true (tac_history_update (test->history,
                                     &(TacHistoryCall){ .id = 5,
                                                        .time_us = now - 3 * DAY_US,
                                                        .name = "",
                                                        .number = "",
                                                        .security = "",
                                                        .reason = "hangup" },
                                     NULL));
  add (test, now, BOB, "hangup");
  assert_found (test, &everything, "6 3");
}

/* Asserts that @sql walks an index and sorts nothing. */
static void
assert_plan (sqlite3 *db, const char *sql)
{
  g_autofree char *explain = g_strconcat ("EXPLAIN QUERY PLAN ", sql, NULL);
  gboolean by_number = strstr (sql, "number = ?2 AND time") != NULL && strstr (sql, "?1") == NULL;
  gboolean found = !by_number;
  sqlite3_stmt *plan;

  g_assert_cmpint (sqlite3_prepare_v2 (db, explain, -1, &plan, NULL), ==, SQLITE_OK);
  while (sqlite3_step (plan) == SQLITE_ROW)
    {
      const char *detail = (const char *)sqlite3_column_text (plan, 3);

      if ((strstr (detail, "SCAN") != NULL && strstr (detail, "INDEX") == NULL)
          || strstr (detail, "TEMP B-TREE") != NULL)
        g_error ("%s: %s", sql, detail);
      found |= strstr (detail, "call_number (number=? AND time>? AND time<?)") != NULL;
    }
  if (!found)
    g_error ("%s: not by call_number", sql);
  sqlite3_finalize (plan);
}

/* Whatever the history asked the database, once it did all it does. */
static void
test_indexed (Case *test, gconstpointer data)
{
  static const TacHistoryFilter filters[] = { { 0 }, { .id = 1 }, { .number = BOB } };
  guint count, statements = 0;
  sqlite3_stmt *statement;
  sqlite3 *db;

  test->config.history_keep_calls = test->config.history_keep_days = 1;
  reopen (test);
  add (test, 1, BOB, "hangup");
  add (test, 2, BOB, "hangup");
  for (gsize i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      assert_found (test, &filters[i], "");
      g_assert_true (tac_history_forget (test->history, &filters[i], &count, NULL));
    }
  db = sqlite3_db_handle (tac_store_statement (test->store, "BEGIN IMMEDIATE"));
  for (statement = sqlite3_next_stmt (db, NULL); statement != NULL;
       statement = sqlite3_next_stmt (db, statement))
    if (strstr (sqlite3_sql (statement), " call ") != NULL)
      {
        assert_plan (db, sqlite3_sql (statement));
        statements++;
      }
  g_assert_cmpuint (statements, >=, 11);
}

/* How often @prefix and six digits are in the file, and how many of them are of a number that
 * @kept says no to. */
static void
look_for (const Case *test, const char *prefix, gboolean (*kept) (guint), guint *there,
          guint *ghosts)
{
  g_autofree char *bytes = NULL;
  const char *at;
  gsize size;

  g_assert_true (g_file_get_contents (test->path, &bytes, &size, NULL));
  *there = *ghosts = 0;
  for (at = bytes; (at = memmem (at, size - (gsize)(at - bytes), prefix, strlen (prefix))) != NULL;
       at++)
    {
      g_autofree char *digits = g_strndup (at + strlen (prefix), 6);
      guint number = (guint)g_ascii_strtoull (digits, NULL, 10);

      (*there)++;
      *ghosts += !kept (number);
    }
}

static gboolean
is_kept (guint number)
{
  return number % 3 != 0;
}

/* What is forgotten is nowhere in the file, free space included. */
static void
test_erased (Case *test, gconstpointer data)
{
  guint there, ghosts, count;

  close_history (test);
  g_assert_true (tac_store_remove (test->path, NULL));
  in_the_clear = TRUE;
  open_history (test);
  g_assert_true (tac_store_begin (test->store, NULL));
  for (guint i = 0; i < 20000; i++)
    {
      guint who = i * 7919 % 20000; /* every one, in no order */
      g_autofree char *name = g_strdup_printf ("PETUNIA%06d", who);
      g_autofree char *number = g_strdup_printf ("+4917%06d", who);
      sqlite3_stmt *insert = tac_store_statement (
          test->store,
          "INSERT INTO call VALUES (NULL, ?1, 1, ?2, ?3, 'wide', 0, 1, 0, 1, 1, 'hangup', 1, NULL)");

      sqlite3_bind_int64 (insert, 1, i + 1);
      sqlite3_bind_text (insert, 2, name, -1, SQLITE_STATIC);
      sqlite3_bind_text (insert, 3, number, -1, SQLITE_STATIC);
      g_assert_true (tac_store_run (test->store, insert, NULL));
    }
  g_assert_true (tac_store_commit (test->store, NULL));
  g_assert_true (tac_store_begin (test->store, NULL));
  for (guint who = 0; who < 20000; who += 3)
    {
      g_autofree char *number = g_strdup_printf ("+4917%06d", who * 7 % 20001 / 3 * 3);
      sqlite3_stmt *delete
          = tac_store_statement (test->store, "DELETE FROM call WHERE number = ?1");

      sqlite3_bind_text (delete, 1, number, -1, SQLITE_STATIC);
      g_assert_true (tac_store_run (test->store, delete, NULL));
    }
  /* Those that the order above left out. */
  g_assert_true (tac_store_run (
      test->store,
      tac_store_statement (test->store,
                           "DELETE FROM call WHERE CAST (substr (number, 6) AS INTEGER) % 3 = 0"),
      NULL));
  g_assert_true (tac_store_commit (test->store, NULL));
  close_history (test); /* which writes it all to the file */
  look_for (test, "+4917", is_kept, &there, &ghosts);
  g_assert_cmpuint (there, >=, 2 * 13333); /* the table and its index */
  g_test_message ("%u copies that secure_delete alone leaves", ghosts);

  open_history (test);
  g_assert_true (tac_history_forget (test->history, &(TacHistoryFilter){ .number = "+4917000001" },
                                     &count, NULL));
  g_assert_cmpuint (count, ==, 1);
  look_for (test, "+4917", is_kept, &there, &ghosts);
  g_assert_cmpuint (there, ==, 2 * 13332);
  g_assert_cmpuint (ghosts, ==, 0);
  look_for (test, "PETUNIA", is_kept, &there, &ghosts);
  g_assert_cmpuint (there, ==, 13332);
  g_assert_cmpuint (ghosts, ==, 0);
  {
    g_autofree char *wal = g_strconcat (test->path, "-wal", NULL);
    GStatBuf status;

    g_assert_cmpint (g_stat (wal, &status), ==, 0);
    g_assert_cmpint (status.st_size, ==, 0);
  }
  in_the_clear = FALSE;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add (name, Case, NULL, set_up, func, tear_down)
  ADD ("/history/add-update", test_add_update);
  ADD ("/history/filter", test_filter);
  ADD ("/history/forget", test_forget);
  ADD ("/history/crashed", test_crashed);
  ADD ("/history/keep-calls", test_keep_calls);
  ADD ("/history/keep-days", test_keep_days);
  ADD ("/history/indexed", test_indexed);
  ADD ("/history/erased", test_erased);
  return g_test_run ();
}
