/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What vault.c and vault-operations.c share. */
#pragma once
#include "daemon/attempts.h"
#include "daemon/someone-called.h"
#include "daemon/vault-work.h"

struct _TacVault
{
  GObject parent;
  const TacConfig *config;
  TacVaultFolder *folder;
  TacVaultState state;
  char *text;
  TacKeys *keys; /* NULL unless open, as are the next three */
  TacStore *store;
  TacContacts *contacts;
  TacHistory *history;
  TacSomeoneCalled *called;
  TacAttempts attempts;
  TacVaultWork *work; /* under way; NULL */
  GMutex files;       /* held while somebody is at the keyring file */
};

/* State and text by what is open and on the disk, which people change too: from a backup, with
 * chmod. */
void tac_vault_look (TacVault *vault);
/* Takes @keys over, with the store that is open under them. */
void tac_vault_opened (TacVault *vault, TacKeys *keys, TacStore *store);
