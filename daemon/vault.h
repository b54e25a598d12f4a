/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a passphrase opens: the keyring's keys and, with them, the store. Owns the folder of this
 * phone's data (one daemon at a time), its state, the delay after wrong passphrases, and the worker
 * thread. */
#pragma once
#include "daemon/config.h"
#include "daemon/contacts.h"
#include "daemon/history.h"
#include "daemon/keyring.h"
#include "daemon/store.h"

typedef enum
{
  TAC_VAULT_NONE, /* to be set up */
  TAC_VAULT_LOCKED,
  TAC_VAULT_OPEN,
  TAC_VAULT_DAMAGED,
} TacVaultState;

typedef enum
{
  TAC_VAULT_SET_ASIDE = 1 << 0, /* what is damaged is renamed, kept, and made anew */
} TacVaultFlags;

#define TAC_TYPE_VAULT (tac_vault_get_type ())
G_DECLARE_FINAL_TYPE (TacVault, tac_vault, TAC, VAULT, GObject)

/* Signals: "changed" (anything readable below); "opened" (keys, store, contacts, history are
 * there); "closing" (they go when it returns: drop every pointer).
 * @folder: $XDG_DATA_HOME/tacitel; made where missing, mode 0700. NULL and FAILED: another daemon
 * uses it, it cannot be written. */
TacVault *tac_vault_new (const char *folder, const TacConfig *config, GError **error);
TacVaultState tac_vault_get_state (TacVault *vault);
const char *tac_vault_get_text (TacVault *vault); /* for people: what to do; "" when open */
/* False, with NOT_SET_UP, LOCKED or DAMAGED and the remedy, where it is not open. */
gboolean tac_vault_check_open (TacVault *vault, GError **error);

/* While open; NULL else. Owned by the vault, gone after "closing". */
const TacKeyPair *tac_vault_identity (TacVault *vault);
TacStore *tac_vault_store (TacVault *vault);
TacContacts *tac_vault_contacts (TacVault *vault);
TacHistory *tac_vault_history (TacVault *vault);

/* @passphrase: a descriptor, taken over. One operation at a time: BUSY. Errors:
 * dbus/org.tacitel.Keyring1.xml. */
void tac_vault_setup_async (TacVault *vault, int passphrase, TacVaultFlags flags,
                            GAsyncReadyCallback callback, gpointer user_data);
void tac_vault_unlock_async (TacVault *vault, int passphrase, TacVaultFlags flags,
                             GAsyncReadyCallback callback, gpointer user_data);
void tac_vault_change_async (TacVault *vault, int old, int new, GAsyncReadyCallback callback,
                             gpointer user_data);
void tac_vault_set_duress_async (TacVault *vault, int passphrase, int duress,
                                 GAsyncReadyCallback callback, gpointer user_data);
gboolean tac_vault_finish (TacVault *vault, GAsyncResult *result,
                           GError **error); /* of any of them */
/* The caller has ended the calls. An operation under way does not open it afterwards. */
gboolean tac_vault_lock (TacVault *vault, GError **error);
/* Before the calls are ended: overwrites the keyring, at once. tac_vault_wipe() does the rest.
 * Both wait for the end of a derivation under way. */
gboolean tac_vault_destroy_keys (TacVault *vault, GError **error);
gboolean tac_vault_wipe (TacVault *vault, GError **error);

/* Somebody called while it was locked: a number of times and nothing else, on disk (not in the
 * store), so that it outlives the daemon; taken, and set to 0, when it is open again. */
void tac_vault_someone_called (TacVault *vault);
guint tac_vault_get_someone_called (TacVault *vault);
guint tac_vault_take_someone_called (TacVault *vault);
