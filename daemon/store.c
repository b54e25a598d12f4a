/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store, on SQLCipher. A new one is made under another name and renamed when it is whole, so
 * whatever is at the path was whole once, and an empty or torn file is damage. */
#include "daemon/store.h"

#include "daemon/errors.h"
#include "daemon/store-schema.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_SIZE 4096 /* as in format */
#define SALT_SIZE 16   /* the file's first bytes, in the clear */
#define KEY_HEX (2 * TAC_STORE_KEY_SIZE)

struct TacStore
{
  char *path;
  sqlite3 *db;
  GHashTable *statements; /* text to sqlite3_stmt */
  char *damage;           /* what a read met; NULL: nothing so far */
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TacStore, tac_store_close)

/* Errors */

static gboolean
set_damaged (const TacStore *store, const char *what, GError **error)
{
  g_set_error (
      error, TAC_ERROR, TAC_ERROR_DAMAGED,
      "%s is damaged, or not this phone's (%s); it was left as it is. Restore it from a "
      "backup; or begin an empty one, keeping it beside: tacitel lock, then tacitel unlock "
      "--set-aside",
      store->path, what);
  return FALSE;
}

static gboolean
set_errno_error (const char *what, const char *path, GError **error)
{
  g_set_error (error, TAC_ERROR, TAC_ERROR_FAILED, "cannot %s %s: %s", what, path,
               g_strerror (errno));
  return FALSE;
}

static void
note_damage (TacStore *store)
{
  if (store->damage == NULL)
    store->damage = g_strdup (sqlite3_errmsg (store->db));
}

static gboolean
is_damage (int result)
{
  int primary = result & 0xff;

  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || result == SQLITE_IOERR_READ
         || result == SQLITE_IOERR_SHORT_READ;
}

/* Where the caller cannot be told. Any failure to read is damage: of a page that fails its check,
 * SQLCipher says NOTADB, CORRUPT, ERROR or NOMEM, by where it is met. */
static void
on_unreadable (TacStore *store)
{
  if (store->damage != NULL)
    return;
  note_damage (store);
  g_warning ("%s cannot be read: %s", store->path, store->damage);
}

static gboolean
set_sqlite_error (TacStore *store, int result, GError **error)
{
  const char *text = sqlite3_errmsg (store->db);

  if (is_damage (result))
    {
      note_damage (store);
      return set_damaged (store, store->damage, error);
    }
  switch (result & 0xff)
    {
    case SQLITE_CONSTRAINT:
      g_set_error (error, TAC_ERROR, TAC_ERROR_EXISTS, "there is such an entry already (%s)", text);
      break;
    case SQLITE_FULL:
      g_set_error (error, TAC_ERROR, TAC_ERROR_FAILED,
                   "%s cannot be written: the disk is full. Make room, and try again", store->path);
      break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      g_set_error (error, TAC_ERROR, TAC_ERROR_FAILED,
                   "%s cannot be written (%s): the folder, and every file in it, must be this "
                   "user's and on a disk that is not mounted read-only",
                   store->path, text);
      break;
    case SQLITE_BUSY:
      g_set_error (error, TAC_ERROR, TAC_ERROR_FAILED,
                   "%s is in use by another process: only one taciteld at a time can use it",
                   store->path);
      break;
    default:
      g_set_error (error, TAC_ERROR, TAC_ERROR_FAILED, "%s: %s", store->path, text);
    }
  return FALSE;
}

gboolean
tac_store_check (TacStore *store, GError **error)
{
  return store->damage == NULL || set_damaged (store, store->damage, error);
}

gboolean
tac_store_verify (TacStore *store, GError **error)
{
  sqlite3_stmt *check = tac_store_statement (store, "PRAGMA quick_check (1)");

  if (tac_store_step (store, check) && store->damage == NULL
      && g_strcmp0 ((const char *)sqlite3_column_text (check, 0), "ok") != 0)
    store->damage = g_strdup ((const char *)sqlite3_column_text (check, 0));
  sqlite3_reset (check);
  return tac_store_check (store, error);
}

/* Opening */

static gboolean
execute (TacStore *store, const char *sql, GError **error)
{
  int result = sqlite3_exec (store->db, sql, NULL, NULL, NULL);

  return result == SQLITE_OK || set_sqlite_error (store, result, error);
}

/* SQLCipher takes a raw key, with the salt of the file behind it, as a blob literal: no PBKDF2 over
 * what is random already. */
static gboolean
set_key (TacStore *store, const guint8 key[TAC_STORE_KEY_SIZE], GError **error)
{
  char literal[sizeof "x''" + KEY_HEX] = "x'";
  int result;

  sodium_bin2hex (literal + 2, KEY_HEX + 1, key, TAC_STORE_KEY_SIZE);
  literal[2 + KEY_HEX] = '\'';
  result = sqlite3_key_v2 (store->db, "main", literal, sizeof literal - 1);
  sodium_memzero (literal, sizeof literal);
  return result == SQLITE_OK || set_sqlite_error (store, result, error);
}

/* The file's format: SQLCipher 3's, with pages of 4096 bytes. Version 4 has other defaults (HMAC
 * and key derivation by SHA-512) and is told to keep to 3's; the compatibility sets the page size
 * back, so that comes behind. Version 3 does not know cipher_compatibility and
 * cipher_memory_security, and SQLite ignores a pragma that it does not know. So a phone may be
 * upgraded from Debian 12 to 13, and back, with its store. The first read is what tries the key. */
static const char format[] = "PRAGMA cipher_compatibility = 3;"
                             "PRAGMA cipher_page_size = 4096;"
                             "PRAGMA cipher_memory_security = ON;";

/* EXCLUSIVE: no -shm, and a second daemon is told. MEMORY: what SQLite sorts never is in a file. */
static const char manners[] = "PRAGMA locking_mode = EXCLUSIVE;"
                              "PRAGMA journal_mode = WAL;"
                              "PRAGMA synchronous = FULL;"
                              "PRAGMA secure_delete = ON;"
                              "PRAGMA temp_store = MEMORY;"
                              "PRAGMA foreign_keys = ON;";

static void
close_database (TacStore *store)
{
  /* The SQL is ours and every statement finalized: it can only be OK. */
  sqlite3_close (store->db);
  store->db = NULL;
}

static gboolean
open_database (TacStore *store, const char *path, const guint8 key[TAC_STORE_KEY_SIZE], int flags,
               GError **error)
{
  int result = sqlite3_open_v2 (path, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL);

  if (result != SQLITE_OK)
    return set_sqlite_error (store, result, error);
  sqlite3_extended_result_codes (store->db, 1);
  return set_key (store, key, error) && execute (store, format, error)
         && execute (store, "SELECT count (*) FROM sqlite_master", error);
}

static gboolean
sync_folder (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (!ok)
    set_errno_error ("sync the folder", folder, error);
  if (fd >= 0)
    close (fd);
  return ok;
}

/* SQLite gives its -wal the database's mode. */
static gboolean
make_empty (const char *path, GError **error)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd < 0)
    return set_errno_error ("make", path, error);
  close (fd);
  return TRUE;
}

/* What a process that was killed left of a new one goes first; so does a -wal that lost its
 * database, since SQLite would apply it to the new one. */
static gboolean
make_new (TacStore *store, const guint8 key[TAC_STORE_KEY_SIZE], GError **error)
{
  g_autofree char *new = g_strconcat (store->path, "-new", NULL);
  gboolean ok = tac_store_remove (new, error) && tac_store_remove (store->path, error)
                && make_empty (new, error)
                && open_database (store, new, key, SQLITE_OPEN_READWRITE, error)
                && execute (store, manners, error) && tac_store_migrate (store, error);

  g_hash_table_remove_all (store->statements);
  close_database (store);
  if (!ok)
    return tac_store_remove (new, NULL), FALSE;
  if (g_rename (new, store->path) < 0)
    return set_errno_error ("make", store->path, error);
  return sync_folder (store->path, error);
}

static gboolean
has_log (const TacStore *store)
{
  g_autofree char *wal = g_strconcat (store->path, "-wal", NULL);

  return g_access (wal, F_OK) == 0;
}

/* What SQLite takes for no damage: an empty file (a new database), half a page at the end (SQLite
 * counts it as one; after a crash it may be, since the -wal has it all), another salt (it is no
 * page's content, so no check covers it). */
static gboolean
check_file (TacStore *store, const guint8 key[TAC_STORE_KEY_SIZE], gboolean *found, GError **error)
{
  guint8 salt[SALT_SIZE];
  int fd = open (store->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  struct stat status = { 0 };
  gssize n;

  *found = fd >= 0 || errno != ENOENT;
  if (fd < 0)
    return !*found || set_errno_error ("read", store->path, error);
  n = fstat (fd, &status) == 0 ? read (fd, salt, sizeof salt) : -1;
  close (fd);
  if (n < 0)
    return set_errno_error ("read", store->path, error);
  if (n < SALT_SIZE || (status.st_size % PAGE_SIZE != 0 && !has_log (store)))
    return set_damaged (store, "the file is truncated", error);
  return memcmp (salt, key + TAC_STORE_KEY_SIZE - SALT_SIZE, SALT_SIZE) == 0
         || set_damaged (store, "it was made with another key", error);
}

/* After a crash there is a -wal, which SQLite writes back at the end of even a failed opening: a
 * database that is not ours would not stay as it is. So it is tried read-only first. */
static gboolean
try_read_only (TacStore *store, const guint8 key[TAC_STORE_KEY_SIZE], GError **error)
{
  gboolean ok;

  if (!has_log (store))
    return TRUE;
  ok = open_database (store, store->path, key, SQLITE_OPEN_READONLY, error);
  close_database (store);
  return ok;
}

TacStore *
tac_store_open (const char *path, const guint8 key[TAC_STORE_KEY_SIZE], GError **error)
{
  g_autoptr (TacStore) store = g_new0 (TacStore, 1);
  gboolean found;

  store->path = g_strdup (path);
  store->statements = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                             (GDestroyNotify)(void (*) (void))sqlite3_finalize);
  if (!check_file (store, key, &found, error))
    return NULL;
  if (found ? !try_read_only (store, key, error) : !make_new (store, key, error))
    return NULL;
  if (!open_database (store, path, key, SQLITE_OPEN_READWRITE, error)
      || !execute (store, manners, error) || !tac_store_migrate (store, error))
    return NULL;
  return g_steal_pointer (&store);
}

void
tac_store_close (TacStore *store)
{
  if (store == NULL)
    return;
  g_hash_table_unref (store->statements);
  close_database (store);
  g_free (store->damage);
  g_free (store->path);
  g_free (store);
}

gboolean
tac_store_remove (const char *path, GError **error)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (path, suffixes[i], NULL);

      if (g_unlink (name) < 0 && errno != ENOENT)
        return set_errno_error ("remove", name, error);
    }
  return TRUE;
}

/* Statements */

sqlite3_stmt *
tac_store_statement (TacStore *store, const char *sql)
{
  sqlite3_stmt *statement = g_hash_table_lookup (store->statements, sql);
  int result;

  if (statement != NULL)
    {
      sqlite3_reset (statement);
      sqlite3_clear_bindings (statement);
      return statement;
    }
  result = sqlite3_prepare_v2 (store->db, sql, -1, &statement, NULL);
  if (result == SQLITE_OK)
    g_hash_table_insert (store->statements, (gpointer)sql, statement);
  else
    on_unreadable (store);
  return statement;
}

gboolean
tac_store_run (TacStore *store, sqlite3_stmt *statement, GError **error)
{
  gboolean ok;
  int result;

  if (!tac_store_check (store, error))
    return FALSE;
  result = sqlite3_step (statement);
  ok = result == SQLITE_DONE || set_sqlite_error (store, result, error);
  sqlite3_reset (statement);
  return ok;
}

gboolean
tac_store_step (TacStore *store, sqlite3_stmt *statement)
{
  int result = store->damage == NULL ? sqlite3_step (statement) : SQLITE_DONE;

  if (result == SQLITE_ROW)
    return TRUE;
  if (result != SQLITE_DONE)
    on_unreadable (store);
  sqlite3_reset (statement);
  return FALSE;
}

gint64
tac_store_last_id (TacStore *store)
{
  return sqlite3_last_insert_rowid (store->db);
}

gint64
tac_store_changes (TacStore *store)
{
  return sqlite3_changes (store->db);
}

/* Transactions */

gboolean
tac_store_begin (TacStore *store, GError **error)
{
  return tac_store_run (store, tac_store_statement (store, "BEGIN IMMEDIATE"), error);
}

gboolean
tac_store_commit (TacStore *store, GError **error)
{
  if (tac_store_run (store, tac_store_statement (store, "COMMIT"), error))
    return TRUE;
  tac_store_roll_back (store);
  return FALSE;
}

void
tac_store_roll_back (TacStore *store)
{
  /* SQLite may have done it by itself: then there is nothing to do. */
  if (!sqlite3_get_autocommit (store->db))
    sqlite3_exec (store->db, "ROLLBACK", NULL, NULL, NULL);
}

gboolean
tac_store_compact (TacStore *store, GError **error)
{
  if (!tac_store_check (store, error))
    return FALSE;
  if (execute (store, "VACUUM; PRAGMA wal_checkpoint (TRUNCATE)", error))
    return TRUE;
  g_prefix_error (error, "what was deleted is gone, but not yet overwritten: ");
  return FALSE;
}

/* Settings */

char *
tac_store_get_setting (TacStore *store, const char *name)
{
  sqlite3_stmt *get = tac_store_statement (store, "SELECT value FROM setting WHERE name = ?1");
  char *value = NULL;

  sqlite3_bind_text (get, 1, name, -1, SQLITE_STATIC);
  if (tac_store_step (store, get))
    {
      value = g_strdup ((const char *)sqlite3_column_text (get, 0));
      sqlite3_reset (get);
    }
  return value;
}

gboolean
tac_store_set_setting (TacStore *store, const char *name, const char *value, GError **error)
{
  sqlite3_stmt *set
      = tac_store_statement (store, "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)");

  sqlite3_bind_text (set, 1, name, -1, SQLITE_STATIC);
  sqlite3_bind_text (set, 2, value, -1, SQLITE_STATIC);
  return tac_store_run (store, set, error);
}
