/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The worker's side of the vault. */
#include "daemon/vault-work.h"

#include "daemon/errors.h"

#include <unistd.h>

#define READ_TIMEOUT_MS 10000 /* org.tacitel.Keyring1 says so */

TacVaultWork *
tac_vault_work_new (TacVaultOperation operation, int first, int second, TacVaultFlags flags)
{
  TacVaultWork *work = g_new0 (TacVaultWork, 1);

  work->operation = operation;
  work->first = first;
  work->second = second;
  work->flags = flags;
  return work;
}

void
tac_vault_work_free (TacVaultWork *work)
{
  if (work->first >= 0)
    close (work->first);
  if (work->second >= 0)
    close (work->second);
  tac_keys_free (work->keys);
  g_free (work);
}

static gboolean
set_up (TacVaultWork *work, const TacPassphrase *passphrase, GError **error)
{
  const TacVaultFolder *folder = work->folder;

  if ((work->flags & TAC_VAULT_SET_ASIDE) != 0
      && (!tac_vault_folder_set_keyring_aside (folder, error)
          || !tac_vault_folder_set_store_aside (folder, error)))
    return FALSE;
  work->keys = tac_keyring_create (folder->keyring, passphrase, work->cost_ms, error);
  return work->keys != NULL;
}

static gboolean
operate (TacVaultWork *work, const TacPassphrase *first, const TacPassphrase *second,
         GError **error)
{
  const char *path = work->folder->keyring;

  switch (work->operation)
    {
    case TAC_VAULT_SETUP:
      return set_up (work, first, error);
    case TAC_VAULT_UNLOCK:
      work->keys = tac_keyring_open (path, first, &work->duress, error);
      return work->keys != NULL;
    case TAC_VAULT_CHANGE:
      return tac_keyring_change (path, first, second, error);
    case TAC_VAULT_SET_DURESS:
      return tac_keyring_set_duress (path, first, second, work->cost_ms, error);
    }
  g_return_val_if_reached (FALSE);
}

static gboolean
operate_alone (TacVaultWork *work, const TacPassphrase *first, const TacPassphrase *second,
               GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (work->files);

  if (!work->cancelled)
    return operate (work, first, second, error);
  g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NOT_SET_UP, "it was wiped in the meantime");
  return FALSE;
}

static TacPassphrase *
read_one (int *fd, GError **error)
{
  int taken = *fd;

  *fd = -1;
  return tac_passphrase_read (taken, READ_TIMEOUT_MS, error);
}

static void
run (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  TacVaultWork *work = data;
  gboolean two = work->operation == TAC_VAULT_CHANGE || work->operation == TAC_VAULT_SET_DURESS;
  g_autoptr (TacPassphrase) first = NULL, second = NULL;
  GError *error = NULL;

  first = read_one (&work->first, &error);
  if (first != NULL && two)
    second = read_one (&work->second, &error);
  if (error == NULL && operate_alone (work, first, second, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
tac_vault_work_run (TacVaultWork *work, GAsyncReadyCallback callback, gpointer user_data)
{
  /* Without the vault as its source: the thread lets go of the task when the callback has long been
   * run, and the vault must not end in a thread of its own. */
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_task_data (task, work, NULL);
  g_task_run_in_thread (task, run);
}
