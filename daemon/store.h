/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store: one SQLCipher database (schema and migration in store-schema.c). One thread: the main
 * one. */
#pragma once
#include "daemon/keyring.h"
#include <sqlcipher/sqlite3.h>

typedef struct TacStore TacStore;

/* Opens, or makes where there is none, @path. WAL, synchronous=FULL, secure_delete: what was
 * acknowledged outlives kill -9. Nobody else can open it meanwhile. NULL and DAMAGED (not a
 * database, another key, truncated, fails its check; it was left as it is), FAILED (names file and
 * cause). */
TacStore *tac_store_open (const char *path, const guint8 key[TAC_STORE_KEY_SIZE], GError **error);
void tac_store_close (TacStore *store); /* checkpoints; NULL is fine */
/* The database and its -wal, -shm: overwritten is not possible on flash, so the key goes first;
 * these are removed. */
gboolean tac_store_remove (const char *path, GError **error);

/* Each page is authenticated when it is read, not at the opening, which would have to read all. So
 * a read may meet damage at any time: it then yields no row, and from there on the store is
 * damaged: it yields no row and takes no change. FALSE and DAMAGED where this has come to be.
 * Whoever decides something on "there is no row", but for a change to the store, asks. */
gboolean tac_store_check (TacStore *store, GError **error);
/* Reads all of it, at about 20 ms a MB. */
gboolean tac_store_verify (TacStore *store, GError **error);

/* A prepared statement, cached by its text (static strings only); reset and with bindings cleared.
 * SQL is ours, so it is NULL only in a damaged store: to bind to it and to step it does no harm. */
sqlite3_stmt *tac_store_statement (TacStore *store, const char *sql);
/* Runs a statement that returns no row; FAILED with SQLite's message (disk full, read-only, …),
 * EXISTS where a UNIQUE broke, DAMAGED. Resets it. */
gboolean tac_store_run (TacStore *store, sqlite3_stmt *statement, GError **error);
/* TRUE while there is a row; at the end, or at damage (logged; see tac_store_check), resets and
 * returns FALSE. Who stops before the end resets it. */
gboolean tac_store_step (TacStore *store, sqlite3_stmt *statement);
gint64 tac_store_last_id (TacStore *store);
gint64 tac_store_changes (TacStore *store);
gboolean tac_store_begin (TacStore *store, GError **error);
gboolean tac_store_commit (TacStore *store, GError **error); /* rolls back where it fails */
void tac_store_roll_back (TacStore *store);
/* Makes what was deleted unreadable even for who has the key. secure_delete overwrites it where it
 * was, but SQLite leaves copies in the free space of a page when it moves rows to another. So this
 * rewrites the database (about 25 ms of 10,000 calls, 2 s of 1,000,000) and empties the WAL.
 * Outside of a transaction, and with no statement before its end. FAILED where there is no room. */
gboolean tac_store_compact (TacStore *store, GError **error);

/* Small settings by name. NULL: not set. (transfer full) */
char *tac_store_get_setting (TacStore *store, const char *name);
gboolean tac_store_set_setting (TacStore *store, const char *name, const char *value,
                                GError **error);
