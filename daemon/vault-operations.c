/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The vault's operations, from the check whether they may begin to the reply. */
#include "daemon/errors.h"
#include "daemon/vault-private.h"

#include <malloc.h>

/* Opens the store under @keys; sets a damaged one aside where that is wanted. Who wants it may have
 * met damage that the opening, which does not read all, does not see. */
static TacStore *
open_store (TacVault *vault, const TacKeys *keys, TacVaultFlags flags, GError **error)
{
  g_autoptr (GError) damage = NULL;
  gboolean set_aside = (flags & TAC_VAULT_SET_ASIDE) != 0;
  TacStore *store = tac_store_open (vault->folder->store, keys->store_key, &damage);

  if (store != NULL && (!set_aside || tac_store_verify (store, &damage)))
    return store;
  tac_store_close (store);
  if (!set_aside || !g_error_matches (damage, TAC_ERROR, TAC_ERROR_DAMAGED))
    g_propagate_error (error, g_steal_pointer (&damage));
  else if (tac_vault_folder_set_store_aside (vault->folder, error))
    return tac_store_open (vault->folder->store, keys->store_key, error);
  return NULL;
}

static gboolean
open_with (TacVault *vault, TacVaultWork *work, GError **error)
{
  TacStore *store;

  if (work->duress && !tac_vault_folder_remove_store (vault->folder, error))
    return FALSE;
  store = open_store (vault, work->keys, work->flags, error);
  if (store == NULL)
    return FALSE;
  /* Where that fails the next unlock does it once more. No word of it: whoever reads the log must
   * not learn what this was. */
  if (work->duress)
    tac_keyring_settle (vault->folder->keyring, work->keys, NULL);
  tac_vault_opened (vault, g_steal_pointer (&work->keys), store);
  return TRUE;
}

static void
note_attempt (TacVault *vault, TacVaultWork *work, const GError *error)
{
  gint64 now_us = g_get_monotonic_time ();

  if (error == NULL && work->operation != TAC_VAULT_SETUP)
    tac_attempts_reset (&vault->attempts);
  else if (g_error_matches (error, TAC_ERROR, TAC_ERROR_WRONG_PASSPHRASE)
           || g_error_matches (error, TAC_ERROR, TAC_ERROR_DAMAGED))
    tac_attempts_add_wrong (&vault->attempts, now_us);
}

static gboolean
complete (TacVault *vault, TacVaultWork *work, GError **error)
{
  gboolean ok;

  if (work->keys == NULL)
    return TRUE;
  if (work->abandoned)
    {
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_LOCKED, "it was locked in the meantime");
      return FALSE;
    }
  ok = open_with (vault, work, error);
  if (!ok && work->operation == TAC_VAULT_SETUP)
    tac_keyring_wipe (vault->folder->keyring, NULL); /* all of a set-up or nothing */
  return ok;
}

static void
on_worked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  TacVault *vault = TAC_VAULT (g_task_get_source_object (task));
  g_autoptr (TacVaultWork) work = g_steal_pointer (&vault->work);
  GError *error = NULL;
  gboolean ok = g_task_propagate_boolean (G_TASK (result), &error);

  malloc_trim (0);
  note_attempt (vault, work, error);
  ok = ok && complete (vault, work, &error);
  tac_vault_look (vault);
  if (ok)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static gboolean
check_state (TacVault *vault, TacVaultWork *work, GError **error)
{
  gboolean set_aside = (work->flags & TAC_VAULT_SET_ASIDE) != 0;

  switch (vault->state)
    {
    case TAC_VAULT_NONE:
      return work->operation == TAC_VAULT_SETUP || tac_vault_check_open (vault, error);
    case TAC_VAULT_DAMAGED:
      return (work->operation == TAC_VAULT_SETUP && set_aside)
             || tac_vault_check_open (vault, error);
    case TAC_VAULT_LOCKED:
      if (work->operation != TAC_VAULT_SETUP)
        return TRUE;
      break;
    case TAC_VAULT_OPEN:
      if (work->operation != TAC_VAULT_SETUP && work->operation != TAC_VAULT_UNLOCK)
        return TRUE;
      break;
    }
  g_set_error_literal (error, TAC_ERROR, TAC_ERROR_INVALID_STATE,
                       work->operation == TAC_VAULT_UNLOCK ? "it is open already"
                                                           : "this phone has an identity already");
  return FALSE;
}

static gboolean
check_start (TacVault *vault, TacVaultWork *work, GError **error)
{
  guint wait_s = tac_attempts_wait_s (&vault->attempts, g_get_monotonic_time ());

  if (vault->work != NULL)
    {
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_BUSY,
                           "a passphrase is being worked on: wait for that");
      return FALSE;
    }
  tac_vault_look (vault);
  if (!check_state (vault, work, error))
    return FALSE;
  if (wait_s == 0 || work->operation == TAC_VAULT_SETUP)
    return TRUE;
  g_set_error (error, TAC_ERROR, TAC_ERROR_TRY_LATER,
               "too many wrong passphrases: try again in %u s", wait_s);
  return FALSE;
}

static void
start (TacVault *vault, TacVaultWork *work, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (vault, NULL, callback, user_data);
  GError *error = NULL;

  if (!check_start (vault, work, &error))
    {
      tac_vault_work_free (work);
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  work->folder = vault->folder;
  work->files = &vault->files;
  work->cost_ms = vault->config->keyring_cost_ms;
  vault->work = work;
  tac_vault_work_run (work, on_worked, task);
}

void
tac_vault_setup_async (TacVault *vault, int passphrase, TacVaultFlags flags,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  start (vault, tac_vault_work_new (TAC_VAULT_SETUP, passphrase, -1, flags), callback, user_data);
}

void
tac_vault_unlock_async (TacVault *vault, int passphrase, TacVaultFlags flags,
                        GAsyncReadyCallback callback, gpointer user_data)
{
  start (vault, tac_vault_work_new (TAC_VAULT_UNLOCK, passphrase, -1, flags), callback, user_data);
}

void
tac_vault_change_async (TacVault *vault, int old, int new, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  start (vault, tac_vault_work_new (TAC_VAULT_CHANGE, old, new, 0), callback, user_data);
}

void
tac_vault_set_duress_async (TacVault *vault, int passphrase, int duress,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  start (vault, tac_vault_work_new (TAC_VAULT_SET_DURESS, passphrase, duress, 0), callback,
         user_data);
}

gboolean
tac_vault_finish (TacVault *vault, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
