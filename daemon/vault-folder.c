/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder of this phone's data. */
#include "daemon/vault-folder.h"

#include "daemon/errors.h"
#include "daemon/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define KEYRING "keyring"
#define STORE "store.db"
#define SOMEONE_CALLED "someone-called"

/* Sees to one file of the folder. */
typedef gboolean (*EntryFunc) (const char *path, const char *name, GError **error);

static gboolean
fail_errno (GError **error, const char *what, const char *path)
{
  int saved = errno;

  g_set_error (error, TAC_ERROR, TAC_ERROR_FAILED, "cannot %s %s: %s", what, path,
               g_strerror (saved));
  return FALSE;
}

/* All of them, even where one fails: the first failure is told. */
static gboolean
for_each (const TacVaultFolder *folder, EntryFunc func, GError **error)
{
  g_autoptr (GError) first = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder->path, 0, &first);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder->path, name, NULL);

      func (path, name, first == NULL ? &first : NULL);
    }
  if (first == NULL)
    return TRUE;
  g_set_error_literal (error, TAC_ERROR, TAC_ERROR_FAILED, first->message);
  return FALSE;
}

/* What g_file_set_contents() leaves where it is stopped: NAME.XXXXXX. */
static gboolean
destroy_half_written (const char *path, const char *name, GError **error)
{
  gboolean half
      = strlen (name) == strlen (KEYRING ".XXXXXX") && g_str_has_prefix (name, KEYRING ".");

  return !half || tac_keyring_wipe (path, error);
}

static gboolean
take_lock (TacVaultFolder *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder->path, "lock", NULL);

  folder->lock = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (folder->lock < 0)
    return fail_errno (error, "write", path);
  if (flock (folder->lock, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  if (errno != EWOULDBLOCK)
    return fail_errno (error, "lock", path);
  g_set_error (error, TAC_ERROR, TAC_ERROR_FAILED,
               "another taciteld is running and uses %s: stop that one first", folder->path);
  return FALSE;
}

TacVaultFolder *
tac_vault_folder_open (const char *path, GError **error)
{
  TacVaultFolder *folder = g_new0 (TacVaultFolder, 1);

  folder->lock = -1;
  folder->path = g_strdup (path);
  folder->keyring = g_build_filename (path, KEYRING, NULL);
  folder->store = g_build_filename (path, STORE, NULL);
  folder->someone_called = g_build_filename (path, SOMEONE_CALLED, NULL);
  if (g_mkdir_with_parents (path, 0700) < 0)
    fail_errno (error, "make the folder", path);
  else if (take_lock (folder, error) && for_each (folder, destroy_half_written, error))
    return folder;
  tac_vault_folder_close (folder);
  return NULL;
}

void
tac_vault_folder_close (TacVaultFolder *folder)
{
  if (folder->lock >= 0)
    close (folder->lock);
  g_free (folder->someone_called);
  g_free (folder->store);
  g_free (folder->keyring);
  g_free (folder->path);
  g_free (folder);
}

/* "PATH.damaged-20260102T030405", or, where that is taken, with "-2" and so on. */
static char *
find_name_aside (const char *path)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%dT%H%M%S");
  char *name = g_strdup_printf ("%s.damaged-%s", path, stamp);

  for (guint n = 2; g_file_test (name, G_FILE_TEST_EXISTS); n++)
    {
      g_free (name);
      name = g_strdup_printf ("%s.damaged-%s-%u", path, stamp, n);
    }
  return name;
}

static gboolean
rename_with (const char *from, const char *to, const char *suffix, GError **error)
{
  g_autofree char *a = g_strconcat (from, suffix, NULL), *b = g_strconcat (to, suffix, NULL);

  if (g_rename (a, b) == 0 || errno == ENOENT)
    return TRUE;
  return fail_errno (error, "rename", a);
}

gboolean
tac_vault_folder_set_keyring_aside (const TacVaultFolder *folder, GError **error)
{
  g_autofree char *to = find_name_aside (folder->keyring);

  return rename_with (folder->keyring, to, "", error);
}

gboolean
tac_vault_folder_set_store_aside (const TacVaultFolder *folder, GError **error)
{
  g_autofree char *to = find_name_aside (folder->store);

  /* The log first: without it the database is whole but older, and never the reverse. */
  return rename_with (folder->store, to, "-shm", error)
         && rename_with (folder->store, to, "-wal", error)
         && rename_with (folder->store, to, "", error);
}

static gboolean
remove_file (const char *path, GError **error)
{
  return g_unlink (path) == 0 || errno == ENOENT || fail_errno (error, "remove", path);
}

static gboolean
remove_store_entry (const char *path, const char *name, GError **error)
{
  if (g_str_has_prefix (name, KEYRING "."))
    return tac_keyring_wipe (path, error);
  return !g_str_has_prefix (name, STORE) || remove_file (path, error);
}

gboolean
tac_vault_folder_remove_store (const TacVaultFolder *folder, GError **error)
{
  return for_each (folder, remove_store_entry, error);
}

static gboolean
wipe_keyring_entry (const char *path, const char *name, GError **error)
{
  return !g_str_has_prefix (name, KEYRING) || tac_keyring_wipe (path, error);
}

static gboolean
remove_entry (const char *path, const char *name, GError **error)
{
  gboolean ours = g_str_has_prefix (name, STORE) || g_str_has_prefix (name, SOMEONE_CALLED);

  return !ours || remove_file (path, error);
}

gboolean
tac_vault_folder_wipe (const TacVaultFolder *folder, GError **error)
{
  gboolean keyrings = for_each (folder, wipe_keyring_entry, error);
  gboolean others = for_each (folder, remove_entry, keyrings ? error : NULL);

  return keyrings && others;
}
