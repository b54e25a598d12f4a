/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keyring file: the identity and the store's key, sealed under a passphrase. Blocking functions
 * for a worker thread; no state, no D-Bus. The file's layout is at the top of keyring.c. */
#pragma once
#include "codecs/noise.h"
#include "daemon/passphrase.h"

#define TAC_STORE_KEY_SIZE 48 /* SQLCipher's raw key 32 ‖ its salt 16 */

/* In guarded memory: tac_keys_new(), tac_keys_free(). */
typedef struct
{
  TacKeyPair identity;
  guint8 store_key[TAC_STORE_KEY_SIZE];
  guint8 settle_key[TAC_KEY_SIZE]; /* keyring.c's; not zero from a duress open to its settling */
} TacKeys;
TacKeys *tac_keys_new (void); /* empty */
void tac_keys_free (TacKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TacKeys, tac_keys_free)

typedef enum
{
  TAC_KEYRING_NONE, /* no file */
  TAC_KEYRING_THERE,
  TAC_KEYRING_DAMAGED, /* no keyring, truncated, another's, not readable: *error says which */
} TacKeyringState;
TacKeyringState tac_keyring_look (const char *path,
                                  GError **error); /* of the file; opens nothing */

/* Passphrases have 1 to TAC_PASSPHRASE_MAX bytes, or INVALID_ARGUMENT. @cost_ms: what one try shall
 * cost here; recorded in the file. */
/* New keys, and the file: EXISTS where there is one already. */
TacKeys *tac_keyring_create (const char *path, const TacPassphrase *passphrase, guint cost_ms,
                             GError **error);
/* @duress: (out) it was the duress passphrase: the real keys are overwritten already (synced), and
 * what was returned belongs to an identity and a store that are still to be made;
 * tac_keyring_settle() once the old store is gone. NULL and WRONG_PASSPHRASE, DAMAGED, NOT_SET_UP
 * or FAILED. */
TacKeys *tac_keyring_open (const char *path, const TacPassphrase *passphrase, gboolean *duress,
                           GError **error);
gboolean tac_keyring_settle (const char *path, TacKeys *keys, GError **error);
/* To these two the duress passphrase is a wrong one. Change keeps the cost, and the duress
 * passphrase; INVALID_ARGUMENT where @new is that one. */
gboolean tac_keyring_change (const char *path, const TacPassphrase *old, const TacPassphrase *new,
                             GError **error);
/* An empty @duress takes it away. Renews the cost. */
gboolean tac_keyring_set_duress (const char *path, const TacPassphrase *passphrase,
                                 const TacPassphrase *duress, guint cost_ms, GError **error);
/* Overwrites the file, whatever it is, syncs, removes it. TRUE where there is none. */
gboolean tac_keyring_wipe (const char *path, GError **error);
