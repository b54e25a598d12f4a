/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests to pair in the store: the tables pairing and pairing_count (store-schema.c). */
#include "daemon/pairing-store.h"

#include <string.h>

#define COLUMNS "number, outgoing, key, name, answer, declined, contested, sent, time"

void
tac_pairing_request_free (TacPairingRequest *request)
{
  if (request == NULL)
    return;
  g_free (request->number);
  g_free (request->name);
  g_free (request);
}

static void
request_free (gpointer data)
{
  tac_pairing_request_free (data);
}

static TacPairingRequest *
read_row (sqlite3_stmt *row)
{
  TacPairingRequest *request = g_new0 (TacPairingRequest, 1);

  request->number = g_strdup ((const char *)sqlite3_column_text (row, 0));
  request->outgoing = sqlite3_column_int (row, 1);
  if (sqlite3_column_bytes (row, 2) == TAC_KEY_SIZE)
    memcpy (request->key, sqlite3_column_blob (row, 2), TAC_KEY_SIZE);
  request->name = g_strdup ((const char *)sqlite3_column_text (row, 3));
  request->answer = sqlite3_column_int (row, 4);
  request->declined = sqlite3_column_int (row, 5);
  request->contested = sqlite3_column_int (row, 6);
  request->sent = sqlite3_column_int (row, 7);
  request->time_us = sqlite3_column_int64 (row, 8);
  return request;
}

static void
bind_text (sqlite3_stmt *statement, int index, const char *text)
{
  sqlite3_bind_text (statement, index, text, -1, SQLITE_TRANSIENT);
}

/* Outgoing requests have no key; "" and not NULL, which is never equal to itself. */
static void
bind_key (sqlite3_stmt *statement, int index, gboolean outgoing, const guint8 *key)
{
  if (outgoing)
    sqlite3_bind_zeroblob (statement, index, 0);
  else
    sqlite3_bind_blob (statement, index, key, TAC_KEY_SIZE, SQLITE_TRANSIENT);
}

GPtrArray *
tac_pairing_store_list (TacStore *store)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (request_free);
  sqlite3_stmt *rows
      = tac_store_statement (store, "SELECT " COLUMNS " FROM pairing ORDER BY time DESC, number");

  while (tac_store_step (store, rows))
    g_ptr_array_add (list, read_row (rows));
  return list;
}

TacPairingRequest *
tac_pairing_store_find (TacStore *store, const char *number, gboolean outgoing)
{
  TacPairingRequest *request = NULL;
  sqlite3_stmt *rows = tac_store_statement (
      store,
      "SELECT " COLUMNS " FROM pairing WHERE number = ? AND outgoing = ? AND NOT declined LIMIT 1");

  bind_text (rows, 1, number);
  sqlite3_bind_int (rows, 2, outgoing);
  while (tac_store_step (store, rows))
    request = read_row (rows);
  return request;
}

/* The one number that a query of one row and one column yields; 0 for no row. */
static gint64
read_number (TacStore *store, sqlite3_stmt *rows)
{
  gint64 number = 0;

  while (tac_store_step (store, rows))
    number = sqlite3_column_int64 (rows, 0);
  return number;
}

gboolean
tac_pairing_store_is_declined (TacStore *store, const char *number, const guint8 key[TAC_KEY_SIZE])
{
  sqlite3_stmt *rows = tac_store_statement (
      store, "SELECT declined FROM pairing WHERE number = ? AND outgoing = 0 AND key = ?");

  bind_text (rows, 1, number);
  bind_key (rows, 2, FALSE, key);
  return read_number (store, rows) != 0;
}

guint
tac_pairing_store_waiting (TacStore *store)
{
  return (guint)read_number (
      store, tac_store_statement (
                 store, "SELECT count (*) FROM pairing WHERE outgoing = 0 AND NOT declined"));
}

gboolean
tac_pairing_store_put (TacStore *store, const TacPairingRequest *request, GError **error)
{
  sqlite3_stmt *statement = tac_store_statement (store, "INSERT OR REPLACE INTO pairing (" COLUMNS
                                                        ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");

  bind_text (statement, 1, request->number);
  sqlite3_bind_int (statement, 2, request->outgoing);
  bind_key (statement, 3, request->outgoing, request->key);
  bind_text (statement, 4, request->name);
  sqlite3_bind_int (statement, 5, request->answer);
  sqlite3_bind_int (statement, 6, request->declined);
  sqlite3_bind_int (statement, 7, request->contested);
  sqlite3_bind_int (statement, 8, request->sent);
  sqlite3_bind_int64 (statement, 9, request->time_us);
  return tac_store_run (store, statement, error);
}

gboolean
tac_pairing_store_remove (TacStore *store, const TacPairingRequest *request, GError **error)
{
  sqlite3_stmt *statement = tac_store_statement (
      store, "DELETE FROM pairing WHERE number = ? AND outgoing = ? AND key = ?");

  bind_text (statement, 1, request->number);
  sqlite3_bind_int (statement, 2, request->outgoing);
  bind_key (statement, 3, request->outgoing, request->key);
  return tac_store_run (store, statement, error);
}

gboolean
tac_pairing_store_remove_number (TacStore *store, const char *number, GError **error)
{
  sqlite3_stmt *statement = tac_store_statement (store, "DELETE FROM pairing WHERE number = ?");

  bind_text (statement, 1, number);
  return tac_store_run (store, statement, error);
}

guint
tac_pairing_store_get_count (TacStore *store, const char *number, TacPairingWhat what,
                             gint64 *start_us)
{
  gint64 start = 0;
  guint count = 0;
  sqlite3_stmt *rows = tac_store_statement (
      store, "SELECT count, start FROM pairing_count WHERE number = ? AND what = ?");

  bind_text (rows, 1, number);
  sqlite3_bind_int (rows, 2, (int)what);
  while (tac_store_step (store, rows))
    {
      count = (guint)sqlite3_column_int (rows, 0);
      start = sqlite3_column_int64 (rows, 1);
    }
  if (start_us != NULL)
    *start_us = start;
  return count;
}

gboolean
tac_pairing_store_set_count (TacStore *store, const char *number, TacPairingWhat what,
                             gint64 start_us, guint count, GError **error)
{
  sqlite3_stmt *statement = tac_store_statement (
      store,
      "INSERT OR REPLACE INTO pairing_count (number, what, start, count) VALUES (?, ?, ?, ?)");

  bind_text (statement, 1, number);
  sqlite3_bind_int (statement, 2, (int)what);
  sqlite3_bind_int64 (statement, 3, start_us);
  sqlite3_bind_int (statement, 4, (int)count);
  return tac_store_run (store, statement, error);
}

gboolean
tac_pairing_store_trim_counts (TacStore *store, gint64 oldest_us, gint64 newest_us, GError **error)
{
  sqlite3_stmt *statement
      = tac_store_statement (store, "DELETE FROM pairing_count WHERE start <= ? OR start >= ?");

  sqlite3_bind_int64 (statement, 1, oldest_us);
  sqlite3_bind_int64 (statement, 2, newest_us);
  return tac_store_run (store, statement, error);
}
