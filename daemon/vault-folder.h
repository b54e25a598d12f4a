/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder of this phone's data: one daemon's at a time; which files are in it, and how they go.
 *
 *   lock           locked (flock) while a daemon uses the folder
 *   keyring        keyring.h
 *   store.db       store.h; with -wal and -shm
 *   someone-called someone-called.h
 *   NAME.damaged-YYYYMMDDThhmmss   set aside */
#pragma once
#include <glib.h>

typedef struct
{
  char *path, *keyring, *store, *someone_called;
  int lock;
} TacVaultFolder;

/* Makes it where missing, mode 0700, locks it, and destroys what a crash left of a keyring half
 * written. NULL and FAILED: another daemon uses it, it cannot be written. */
TacVaultFolder *tac_vault_folder_open (const char *path, GError **error);
void tac_vault_folder_close (TacVaultFolder *folder);

/* Renames a damaged one, so that a new one can be made in its place. Nothing to do where there is
 * none. */
gboolean tac_vault_folder_set_keyring_aside (const TacVaultFolder *folder, GError **error);
gboolean tac_vault_folder_set_store_aside (const TacVaultFolder *folder, GError **error);
/* Everything but the keyring in use and the count: the store, and what was set aside, keyrings
 * overwritten. For a duress passphrase. */
gboolean tac_vault_folder_remove_store (const TacVaultFolder *folder, GError **error);
/* Keyrings overwritten first, then everything but the lock. Goes on where something fails, and
 * tells the first failure. */
gboolean tac_vault_folder_wipe (const TacVaultFolder *folder, GError **error);
