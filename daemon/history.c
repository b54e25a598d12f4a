/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history of calls: a table with an index by time and one by number and time. */
#include "daemon/history.h"

#include "daemon/errors.h"

#define DAY_US (24 * G_TIME_SPAN_HOUR)
#define COLUMNS                                                                                    \
  "id, time, outgoing, name, number, security, verified, duration, loss, jitter, round_trip, "     \
  "reason, count"

/* What a filter means, as conditions on ?1 to ?5. Each is answered by walking one index backwards:
 * the key, call_number, call_time. */
#define BY_ID " WHERE id = ?1 AND (?2 IS NULL OR number = ?2) AND time >= ?3 AND time < ?4"
#define BY_NUMBER " WHERE number = ?2 AND time >= ?3 AND time < ?4"
#define BY_TIME " WHERE time >= ?3 AND time < ?4"
#define NEWEST " ORDER BY time DESC, id DESC LIMIT ?5"
#define SELECT(which) "SELECT " COLUMNS " FROM call" which NEWEST
#define DELETE(which)                                                                              \
  "DELETE FROM call WHERE id IN (SELECT id FROM call" which " AND reason <> ''" NEWEST ")"

struct _TacHistory
{
  GObject parent_instance;
  TacStore *store;
  guint keep_days, keep_calls;
  gint64 count; /* of rows, but that where all are kept nobody counts them */
};

static guint signal_changed;

G_DEFINE_FINAL_TYPE (TacHistory, tac_history, G_TYPE_OBJECT)

/* Retention. What lasts stays. */

/* What has no time is as old as what was written before it. */
static gboolean
delete_old (TacHistory *history, gint64 *deleted, GError **error)
{
  static const char *const sql[] = {
    "DELETE FROM call WHERE time = 0 AND reason <> '' AND id < (SELECT id FROM call WHERE time > 0 "
    "AND time < ?1 ORDER BY time DESC LIMIT 1)",
    "DELETE FROM call WHERE time > 0 AND time < ?1 AND reason <> ''",
  };

  for (guint i = 0; history->keep_days > 0 && i < G_N_ELEMENTS (sql); i++)
    {
      sqlite3_stmt *delete = tac_store_statement (history->store, sql[i]);

      sqlite3_bind_int64 (delete, 1, g_get_real_time () - history->keep_days * DAY_US);
      if (!tac_store_run (history->store, delete, error))
        return FALSE;
      *deleted += tac_store_changes (history->store);
    }
  return TRUE;
}

static gboolean
delete_surplus (TacHistory *history, gint64 count, gint64 *deleted, GError **error)
{
  sqlite3_stmt *delete = tac_store_statement (
      history->store, "DELETE FROM call WHERE id IN (SELECT id FROM call WHERE reason <> '' "
                      "ORDER BY time, id LIMIT ?1)");

  if (history->keep_calls == 0 || count <= history->keep_calls)
    return TRUE;
  sqlite3_bind_int64 (delete, 1, count - history->keep_calls);
  if (!tac_store_run (history->store, delete, error))
    return FALSE;
  *deleted += tac_store_changes (history->store);
  return TRUE;
}

static gint64
count_calls (TacHistory *history)
{
  sqlite3_stmt *count = tac_store_statement (history->store, "SELECT count (*) FROM call");
  gint64 n = tac_store_step (history->store, count) ? sqlite3_column_int64 (count, 0) : 0;

  sqlite3_reset (count);
  return n;
}

/* Of @count calls; within a transaction. */
static gboolean
retain (TacHistory *history, gint64 count, GError **error)
{
  gint64 deleted = 0;

  if (!delete_old (history, &deleted, error)
      || !delete_surplus (history, count - deleted, &deleted, error))
    return FALSE;
  history->count = count - deleted;
  return TRUE;
}

static gboolean
end_crashed (TacHistory *history, GError **error)
{
  return tac_store_run (
      history->store,
      tac_store_statement (history->store, "UPDATE call SET reason = 'crashed' WHERE reason = ''"),
      error);
}

/* Whoever cannot write here will be told when a call is to be recorded; what is there can be read.
 */
static void
tidy (TacHistory *history)
{
  g_autoptr (GError) error = NULL;
  gint64 count = history->keep_calls > 0 ? count_calls (history) : 0;
  gboolean ok = tac_store_begin (history->store, &error) && end_crashed (history, &error)
                && retain (history, count, &error) && tac_store_commit (history->store, &error);

  if (!ok)
    {
      tac_store_roll_back (history->store);
      history->count = count;
      g_warning ("the history of calls is as the last run left it: %s", error->message);
    }
}

TacHistory *
tac_history_new (TacStore *store, const TacConfig *config)
{
  TacHistory *history = g_object_new (TAC_TYPE_HISTORY, NULL);

  history->store = store;
  history->keep_days = config->history_keep_days;
  history->keep_calls = config->history_keep_calls;
  tidy (history);
  return history;
}

/* Writing */

static void
bind_call (sqlite3_stmt *statement, const TacHistoryCall *call)
{
  int i = 2;

  sqlite3_bind_int64 (statement, i++, call->time_us);
  sqlite3_bind_int (statement, i++, call->outgoing != 0);
  sqlite3_bind_text (statement, i++, call->name, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, i++, call->number, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, i++, call->security, -1, SQLITE_STATIC);
  sqlite3_bind_int (statement, i++, call->verified != 0);
  sqlite3_bind_int64 (statement, i++, call->duration_ms);
  sqlite3_bind_double (statement, i++, call->loss);
  sqlite3_bind_int64 (statement, i++, call->jitter_ms);
  sqlite3_bind_int64 (statement, i++, call->round_trip_ms);
  sqlite3_bind_text (statement, i++, call->reason, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, i++, call->count);
}

static gboolean
insert (TacHistory *history, const TacHistoryCall *call, gint64 *id, GError **error)
{
  /* ?1 is the id, which SQLite gives. */
  sqlite3_stmt *add = tac_store_statement (
      history->store,
      "INSERT INTO call (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
      "?13)");

  bind_call (add, call);
  if (!tac_store_run (history->store, add, error))
    return FALSE;
  *id = tac_store_last_id (history->store);
  return TRUE;
}

gint64
tac_history_add (TacHistory *history, const TacHistoryCall *call, GError **error)
{
  gint64 before = history->count, id;

  if (!tac_store_begin (history->store, error))
    return 0;
  if (insert (history, call, &id, error) && retain (history, before + 1, error)
      && tac_store_commit (history->store, error))
    {
      g_signal_emit (history, signal_changed, 0);
      return id;
    }
  tac_store_roll_back (history->store);
  history->count = before;
  return 0;
}

gboolean
tac_history_update (TacHistory *history, const TacHistoryCall *call, GError **error)
{
  sqlite3_stmt *set = tac_store_statement (
      history->store,
      "UPDATE call SET time = ?2, outgoing = ?3, name = ?4, number = ?5, security = ?6, "
      "verified = ?7, duration = ?8, loss = ?9, jitter = ?10, round_trip = ?11, reason = ?12, "
      "count = ?13 WHERE id = ?1");

  bind_call (set, call);
  sqlite3_bind_int64 (set, 1, call->id);
  if (!tac_store_run (history->store, set, error))
    return FALSE;
  if (tac_store_changes (history->store) == 0)
    {
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_FAILED,
                           "this call is not in the history any more");
      return FALSE;
    }
  g_signal_emit (history, signal_changed, 0);
  return TRUE;
}

gboolean
tac_history_set_quality (TacHistory *history, gint64 id, GBytes *quality, GError **error)
{
  sqlite3_stmt *set
      = tac_store_statement (history->store, "UPDATE call SET quality = ?2 WHERE id = ?1");
  gsize size;
  const void *bytes = g_bytes_get_data (quality, &size);

  sqlite3_bind_int64 (set, 1, id);
  sqlite3_bind_blob (set, 2, bytes, (int)size, SQLITE_STATIC);
  return tac_store_run (history->store, set, error);
}

/* Reading */

gboolean
tac_history_get_quality (TacHistory *history, gint64 id, GBytes **quality, GError **error)
{
  sqlite3_stmt *get
      = tac_store_statement (history->store, "SELECT quality FROM call WHERE id = ?1");
  gboolean found;

  *quality = NULL;
  sqlite3_bind_int64 (get, 1, id);
  found = tac_store_step (history->store, get);
  if (found && sqlite3_column_type (get, 0) == SQLITE_BLOB)
    *quality = g_bytes_new (sqlite3_column_blob (get, 0), (gsize)sqlite3_column_bytes (get, 0));
  sqlite3_reset (get);
  if (!found)
    g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                 "there is no call %" G_GINT64_FORMAT " in the history: tacitel history --json "
                 "lists their ids",
                 id);
  return found;
}

static sqlite3_stmt *
prepare (TacHistory *history, const TacHistoryFilter *filter, const char *by_id,
         const char *by_number, const char *by_time)
{
  const char *sql = filter->id != 0 ? by_id : filter->number != NULL ? by_number : by_time;
  sqlite3_stmt *statement = tac_store_statement (history->store, sql);

  /* Those that a statement does not have are not bound, which is no harm. */
  sqlite3_bind_int64 (statement, 1, filter->id);
  if (filter->number != NULL)
    sqlite3_bind_text (statement, 2, filter->number, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 3, filter->since_us != 0 ? filter->since_us : G_MININT64);
  sqlite3_bind_int64 (statement, 4, filter->until_us != 0 ? filter->until_us : G_MAXINT64);
  sqlite3_bind_int64 (statement, 5, filter->limit != 0 ? (gint64)filter->limit : -1);
  return statement;
}

void
tac_history_foreach (TacHistory *history, const TacHistoryFilter *filter, TacHistoryFunc func,
                     gpointer user_data)
{
  sqlite3_stmt *row
      = prepare (history, filter, SELECT (BY_ID), SELECT (BY_NUMBER), SELECT (BY_TIME));

  while (tac_store_step (history->store, row))
    {
      TacHistoryCall call = {
        .id = sqlite3_column_int64 (row, 0),
        .time_us = sqlite3_column_int64 (row, 1),
        .outgoing = sqlite3_column_int (row, 2),
        .name = (const char *)sqlite3_column_text (row, 3),
        .number = (const char *)sqlite3_column_text (row, 4),
        .security = (const char *)sqlite3_column_text (row, 5),
        .verified = sqlite3_column_int (row, 6),
        .duration_ms = sqlite3_column_int64 (row, 7),
        .loss = sqlite3_column_double (row, 8),
        .jitter_ms = (guint)sqlite3_column_int64 (row, 9),
        .round_trip_ms = (guint)sqlite3_column_int64 (row, 10),
        .reason = (const char *)sqlite3_column_text (row, 11),
        .count = (guint)sqlite3_column_int64 (row, 12),
      };

      func (&call, user_data);
    }
}

/* Deleting */

gboolean
tac_history_forget (TacHistory *history, const TacHistoryFilter *filter, guint *count,
                    GError **error)
{
  sqlite3_stmt *delete
      = prepare (history, filter, DELETE (BY_ID), DELETE (BY_NUMBER), DELETE (BY_TIME));
  gint64 deleted;

  if (!tac_store_run (history->store, delete, error))
    return FALSE;
  deleted = tac_store_changes (history->store);
  history->count -= deleted;
  *count = (guint)deleted;
  if (deleted > 0)
    g_signal_emit (history, signal_changed, 0);
  return tac_store_compact (history->store, error);
}

static void
tac_history_init (TacHistory *history)
{
}

static void
tac_history_class_init (TacHistoryClass *class)
{
  signal_changed = g_signal_new ("changed", TAC_TYPE_HISTORY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}
