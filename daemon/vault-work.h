/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation on the keyring, in a worker thread: reads the passphrases, derives, writes. */
#pragma once
#include "daemon/vault-folder.h"
#include "daemon/vault.h"

typedef enum
{
  TAC_VAULT_SETUP,
  TAC_VAULT_UNLOCK,
  TAC_VAULT_CHANGE,
  TAC_VAULT_SET_DURESS,
} TacVaultOperation;

typedef struct
{
  TacVaultOperation operation;
  int first, second; /* descriptors, the worker's */
  TacVaultFlags flags;
  guint cost_ms;
  const TacVaultFolder *folder;
  GMutex *files;      /* held while at the keyring */
  gboolean cancelled; /* guarded by files: do nothing more */
  gboolean abandoned; /* main thread's: what comes of it is thrown away */
  /* results */
  TacKeys *keys; /* of the first two */
  gboolean duress;
} TacVaultWork;

/* Takes the descriptors over; -1: none. */
TacVaultWork *tac_vault_work_new (TacVaultOperation operation, int first, int second,
                                  TacVaultFlags flags);
void tac_vault_work_free (TacVaultWork *work);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TacVaultWork, tac_vault_work_free)

/* @callback gets a GTask of a boolean, and no source; @work and what it points to outlive that. */
void tac_vault_work_run (TacVaultWork *work, GAsyncReadyCallback callback, gpointer user_data);
