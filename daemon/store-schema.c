/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the store, and how older ones become them: one string a version. */
#include "daemon/store-schema.h"

#include "daemon/errors.h"

/* Times are Unix milliseconds in contact (as in INVITE), microseconds elsewhere. */
static const char *const versions[] = {
  "CREATE TABLE contact ("
  " id INTEGER PRIMARY KEY AUTOINCREMENT,"
  " name TEXT NOT NULL UNIQUE,"
  " number TEXT NOT NULL UNIQUE,"
  " key BLOB NOT NULL UNIQUE CHECK (length (key) = 32),"
  " secret BLOB NOT NULL CHECK (length (secret) = 32)," /* ss with it */
  " trust INTEGER NOT NULL DEFAULT 0,"
  " blocked INTEGER NOT NULL DEFAULT 0,"
  " new_key BLOB CHECK (new_key IS NULL OR length (new_key) = 32),"
  " invite_in INTEGER NOT NULL DEFAULT 0,"   /* highest accepted */
  " invite_out INTEGER NOT NULL DEFAULT 0);" /* last sent */
  "CREATE TABLE pairing ("
  " number TEXT NOT NULL,"
  " outgoing INTEGER NOT NULL,"
  " key BLOB NOT NULL,"  /* incoming; empty: outgoing */
  " name TEXT NOT NULL," /* what the peer calls itself; outgoing: what the user gave */
  " answer INTEGER NOT NULL DEFAULT 0,"    /* it said that it answers us */
  " declined INTEGER NOT NULL DEFAULT 0,"  /* by the user, at time */
  " contested INTEGER NOT NULL DEFAULT 0," /* another key came meanwhile */
  " sent INTEGER NOT NULL DEFAULT 0,"      /* outgoing: the network took it */
  " time INTEGER NOT NULL,"
  " PRIMARY KEY (number, outgoing, key));"
  "CREATE TABLE pairing_count (" /* what the limits count, of a number or (empty) of all */
  " number TEXT NOT NULL,"
  " what INTEGER NOT NULL,"
  " start INTEGER NOT NULL,"
  " count INTEGER NOT NULL,"
  " PRIMARY KEY (number, what));"
  "CREATE TABLE call ("
  " id INTEGER PRIMARY KEY AUTOINCREMENT,"
  " time INTEGER NOT NULL,"
  " outgoing INTEGER NOT NULL,"
  " name TEXT NOT NULL, number TEXT NOT NULL,"
  " security TEXT NOT NULL, verified INTEGER NOT NULL,"
  " duration INTEGER NOT NULL, loss REAL NOT NULL, jitter INTEGER NOT NULL, round_trip INTEGER NOT "
  "NULL,"
  " reason TEXT NOT NULL,"
  " count INTEGER NOT NULL);"
  "CREATE INDEX call_time ON call (time);"
  "CREATE INDEX call_number ON call (number, time);"
  "CREATE INDEX call_lasting ON call (id) WHERE reason = '';"
  "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);",
  "ALTER TABLE call ADD COLUMN quality BLOB;", /* quality.h; NULL: none is known */
};

static int
get_version (TacStore *store)
{
  sqlite3_stmt *get = tac_store_statement (store, "PRAGMA user_version");
  int version = tac_store_step (store, get) ? sqlite3_column_int (get, 0) : 0;

  sqlite3_reset (get);
  return version;
}

static gboolean
execute (TacStore *store, const char *sql, GError **error)
{
  sqlite3 *db = sqlite3_db_handle (tac_store_statement (store, "PRAGMA user_version"));

  if (sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  g_set_error (error, TAC_ERROR, TAC_ERROR_FAILED,
               "the store %s could not be brought up to date: %s", sqlite3_db_filename (db, "main"),
               sqlite3_errmsg (db));
  return FALSE;
}

/* user_version is part of the database, so it changes with the tables or not at all. */
static gboolean
migrate_to (TacStore *store, int version, GError **error)
{
  g_autofree char *number = g_strdup_printf ("PRAGMA user_version = %d", version);

  if (!tac_store_begin (store, error))
    return FALSE;
  if (execute (store, versions[version - 1], error) && execute (store, number, error))
    return tac_store_commit (store, error);
  tac_store_roll_back (store);
  return FALSE;
}

gboolean
tac_store_migrate (TacStore *store, GError **error)
{
  int version = get_version (store), newest = G_N_ELEMENTS (versions);

  if (!tac_store_check (store, error))
    return FALSE;
  if (version < 0 || version > newest)
    {
      g_set_error (error, TAC_ERROR, TAC_ERROR_DAMAGED,
                   "the store is of version %d and this Tacitel knows up to %d; it was left as it "
                   "is. Update tacitel; or begin an empty one, keeping it beside: tacitel unlock "
                   "--set-aside",
                   version, newest);
      return FALSE;
    }
  for (version++; version <= newest; version++)
    if (!migrate_to (store, version, error))
      return FALSE;
  return TRUE;
}
