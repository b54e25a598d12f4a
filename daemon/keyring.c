/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keyring file: written, opened, changed and destroyed.
 *
 * Layout, 364 bytes, big-endian:
 *
 *     0  header: magic "tacitel keyring\n" 16, version 4 (1), Argon2id passes 4,
 *        its memory in KiB 4, salt 16; BLAKE2b-128 of these 44 bytes, 16
 *    60  slot: nonce 24, sealed 96, tag 16; BLAKE2b-128 of these 136 bytes, 16
 *   212  slot: the same
 *
 *   sealed: XChaCha20-Poly1305 under Argon2id (passphrase, salt); the header's 44 bytes are
 *   associated data; kind 1 (1 normal, 2 duress), identity secret 32, store key 48, zeros
 *
 * One slot is sealed under the owner's passphrase; which of the two is random. The other is sealed
 * under the duress passphrase, or, where there is none, random bytes: without a passphrase nobody
 * sees the difference. One derivation gives the key to try on both, and both are tried always.
 *
 * The checksums have no key. They tell a damaged file from a wrong passphrase, a slot at a time: a
 * damaged slot that is not the owner's does no harm, and an overwritten one is whole.
 *
 * Salt and cost are the file's, not a slot's: a salt for each slot would double the price of every
 * try for the owner, or halve it for a guesser. Therefore a change of the passphrase keeps both:
 * the duress slot cannot be sealed anew without its passphrase, and nobody must learn from a new
 * salt that there is nothing to keep. That gives nothing away: who has the file as it was before
 * the change, and guesses, gets the keys from that one. Setting the duress passphrase (or taking it
 * away) has every passphrase at hand, and renews both. Who sees the file before and after a change
 * learns which slot is the owner's, not whether the other one means anything.
 *
 * A duress open, each step repeatable after a crash:
 *   1. the other slot is overwritten in place with random bytes, and synced;
 *      now the passphrase that opened it is a wrong one;
 *   2. the vault removes the old store and makes an empty one under the slot's own store key;
 *   3. tac_keyring_settle() seals the slot as a normal one.
 *
 * Every other write replaces the file as a whole, then overwrites what it replaced.
 */
#include "daemon/keyring.h"

#include "daemon/errors.h"
#include "daemon/keyring-file.h"

#include <sodium.h>
#include <string.h>

static gboolean
fail_memory (GError **error)
{
  g_set_error_literal (error, TAC_ERROR, TAC_ERROR_FAILED, "no guarded memory for the keys");
  return FALSE;
}

TacKeys *
tac_keys_new (void)
{
  TacKeys *keys = sodium_malloc (sizeof *keys);

  if (keys != NULL)
    sodium_memzero (keys, sizeof *keys);
  return keys;
}

void
tac_keys_free (TacKeys *keys)
{
  sodium_free (keys); /* wipes */
}

static TacKeys *
make_keys (void)
{
  TacKeys *keys = tac_keys_new ();
  guint8 secret[TAC_KEY_SIZE];

  if (keys == NULL)
    return NULL;
  randombytes_buf (secret, sizeof secret);
  tac_noise_key_pair (&keys->identity, secret);
  randombytes_buf (keys->store_key, sizeof keys->store_key);
  sodium_memzero (secret, sizeof secret);
  return keys;
}

static TacKeyringTry *
new_try (void)
{
  TacKeyringTry *found = sodium_malloc (sizeof *found);

  if (found != NULL)
    sodium_memzero (found, sizeof *found);
  return found;
}

static void
free_try (TacKeyringTry *found)
{
  sodium_free (found);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TacKeyringTry, free_try)

static gboolean
check_size (const TacPassphrase *passphrase, GError **error)
{
  if (passphrase->size > 0)
    return TRUE;
  g_set_error_literal (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT, "the passphrase is empty");
  return FALSE;
}

static gboolean
try_passphrase (const TacKeyringImage *image, const TacPassphrase *passphrase, TacKeyringTry *found,
                GError **error)
{
  if (!tac_keyring_cost_derive (tac_keyring_image_cost (image), passphrase,
                                tac_keyring_image_salt (image), found->key, error))
    return FALSE;
  tac_keyring_image_open (image, found);
  return TRUE;
}

/* The slot of @kind that opened; -1. */
static int
find_slot (const TacKeyringTry *found, TacSlotKind kind)
{
  for (int slot = 0; slot < TAC_KEYRING_SLOTS; slot++)
    if (found->opened[slot] && tac_keyring_try_kind (found, (guint)slot) == kind)
      return slot;
  return -1;
}

static void
set_wrong (const char *path, const TacKeyringImage *image, GError **error)
{
  if (tac_keyring_image_slot_whole (image, 0) && tac_keyring_image_slot_whole (image, 1))
    g_set_error_literal (error, TAC_ERROR, TAC_ERROR_WRONG_PASSPHRASE, "wrong passphrase");
  else
    g_set_error (error, TAC_ERROR, TAC_ERROR_DAMAGED,
                 "wrong passphrase, or its half of %s is damaged: the other half is whole; it was "
                 "left as it is",
                 path);
}

/* Loads @image and tries @passphrase. NULL: with @error, but for WRONG_PASSPHRASE. */
static TacKeyringTry *
load_and_try (const char *path, const TacPassphrase *passphrase, TacKeyringImage *image,
              GError **error)
{
  g_autoptr (TacKeyringTry) found = new_try ();

  if (found == NULL)
    fail_memory (error);
  else if (check_size (passphrase, error)
           && tac_keyring_file_load (path, image, error) == TAC_KEYRING_THERE
           && try_passphrase (image, passphrase, found, error))
    return g_steal_pointer (&found);
  return NULL;
}

TacKeys *
tac_keyring_create (const char *path, const TacPassphrase *passphrase, guint cost_ms,
                    GError **error)
{
  g_autoptr (TacKeyringTry) key = new_try ();
  g_autoptr (TacKeys) keys = make_keys ();
  guint8 salt[TAC_SALT_SIZE];
  TacKeyringCost cost;
  TacKeyringImage image;

  if (!check_size (passphrase, error))
    return NULL;
  if (tac_keyring_file_load (path, &image, NULL) != TAC_KEYRING_NONE)
    {
      g_set_error (error, TAC_ERROR, TAC_ERROR_EXISTS, "there is %s already", path);
      return NULL;
    }
  randombytes_buf (salt, sizeof salt);
  if (key == NULL || keys == NULL)
    fail_memory (error);
  else if (tac_keyring_cost_calibrate (cost_ms, passphrase, salt, &cost, key->key, error))
    {
      tac_keyring_image_start (&image, cost, salt);
      tac_keyring_image_seal (&image, randombytes_uniform (TAC_KEYRING_SLOTS), TAC_SLOT_NORMAL,
                              keys, key->key);
      if (tac_keyring_file_replace (path, &image, error))
        return g_steal_pointer (&keys);
    }
  return NULL;
}

TacKeys *
tac_keyring_open (const char *path, const TacPassphrase *passphrase, gboolean *duress,
                  GError **error)
{
  TacKeyringImage image;
  g_autoptr (TacKeyringTry) found = load_and_try (path, passphrase, &image, error);
  g_autoptr (TacKeys) keys = tac_keys_new ();
  int normal = found != NULL ? find_slot (found, TAC_SLOT_NORMAL) : -1;
  int forced = found != NULL ? find_slot (found, TAC_SLOT_DURESS) : -1;

  *duress = forced >= 0;
  if (found == NULL)
    return NULL;
  if (keys == NULL)
    fail_memory (error);
  else if (normal < 0 && forced < 0)
    set_wrong (path, &image, error);
  else if (forced < 0)
    {
      tac_keyring_try_keys (found, (guint)normal, keys);
      return g_steal_pointer (&keys);
    }
  else if (tac_keyring_file_destroy_slot (path, &image, (guint)!forced, error))
    {
      tac_keyring_try_keys (found, (guint)forced, keys);
      memcpy (keys->settle_key, found->key, sizeof keys->settle_key);
      return g_steal_pointer (&keys);
    }
  return NULL;
}

gboolean
tac_keyring_settle (const char *path, TacKeys *keys, GError **error)
{
  g_autoptr (TacKeyringTry) found = new_try ();
  TacKeyringImage image;
  gboolean ok;
  int slot;

  if (found == NULL)
    return fail_memory (error);
  if (tac_keyring_file_load (path, &image, error) != TAC_KEYRING_THERE)
    return FALSE;
  memcpy (found->key, keys->settle_key, sizeof found->key);
  tac_keyring_image_open (&image, found);
  slot = find_slot (found, TAC_SLOT_DURESS);
  if (slot >= 0)
    {
      tac_keyring_image_fill (&image, (guint)!slot);
      tac_keyring_image_seal (&image, (guint)slot, TAC_SLOT_NORMAL, keys, found->key);
    }
  ok = slot < 0 || tac_keyring_file_replace (path, &image, error);
  if (ok)
    sodium_memzero (keys->settle_key, sizeof keys->settle_key);
  return ok;
}

gboolean
tac_keyring_change (const char *path, const TacPassphrase *old, const TacPassphrase *new,
                    GError **error)
{
  TacKeyringImage image;
  g_autoptr (TacKeyringTry) found = load_and_try (path, old, &image, error);
  g_autoptr (TacKeyringTry) other = new_try ();
  g_autoptr (TacKeys) keys = tac_keys_new ();
  int slot = found != NULL ? find_slot (found, TAC_SLOT_NORMAL) : -1;

  if (found == NULL)
    return FALSE;
  if (other == NULL || keys == NULL)
    return fail_memory (error);
  if (slot < 0)
    {
      set_wrong (path, &image, error);
      return FALSE;
    }
  if (!check_size (new, error) || !try_passphrase (&image, new, other, error))
    return FALSE;
  if (find_slot (other, TAC_SLOT_DURESS) >= 0)
    {
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                           "that is the duress passphrase: take another");
      return FALSE;
    }
  tac_keyring_try_keys (found, (guint)slot, keys);
  tac_keyring_image_seal (&image, (guint)slot, TAC_SLOT_NORMAL, keys, other->key);
  return tac_keyring_file_replace (path, &image, error);
}

static gboolean
check_differ (const TacPassphrase *a, const TacPassphrase *b, GError **error)
{
  if (a->size != b->size || sodium_memcmp (a->bytes, b->bytes, a->size) != 0)
    return TRUE;
  g_set_error_literal (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                       "the duress passphrase must differ from the one that opens the store");
  return FALSE;
}

/* A new file of the owner's @keys under @passphrase and, where it is not empty, @duress. */
static gboolean
renew (const char *path, const TacKeys *keys, const TacPassphrase *passphrase,
       const TacPassphrase *duress, guint cost_ms, GError **error)
{
  g_autoptr (TacKeyringTry) key = new_try ();
  g_autoptr (TacKeys) other = make_keys ();
  guint slot = randombytes_uniform (TAC_KEYRING_SLOTS);
  guint8 salt[TAC_SALT_SIZE];
  TacKeyringCost cost;
  TacKeyringImage image;

  if (key == NULL || other == NULL)
    return fail_memory (error);
  randombytes_buf (salt, sizeof salt);
  if (!tac_keyring_cost_calibrate (cost_ms, passphrase, salt, &cost, key->key, error))
    return FALSE;
  tac_keyring_image_start (&image, cost, salt);
  tac_keyring_image_seal (&image, slot, TAC_SLOT_NORMAL, keys, key->key);
  if (duress->size > 0)
    {
      if (!tac_keyring_cost_derive (cost, duress, salt, key->key, error))
        return FALSE;
      tac_keyring_image_seal (&image, !slot, TAC_SLOT_DURESS, other, key->key);
    }
  return tac_keyring_file_replace (path, &image, error);
}

gboolean
tac_keyring_set_duress (const char *path, const TacPassphrase *passphrase,
                        const TacPassphrase *duress, guint cost_ms, GError **error)
{
  TacKeyringImage image;
  g_autoptr (TacKeyringTry) found = load_and_try (path, passphrase, &image, error);
  g_autoptr (TacKeys) keys = tac_keys_new ();
  int slot = found != NULL ? find_slot (found, TAC_SLOT_NORMAL) : -1;

  if (found == NULL)
    return FALSE;
  if (keys == NULL)
    return fail_memory (error);
  if (slot < 0)
    {
      set_wrong (path, &image, error);
      return FALSE;
    }
  tac_keyring_try_keys (found, (guint)slot, keys);
  return check_differ (passphrase, duress, error)
         && renew (path, keys, passphrase, duress, cost_ms, error);
}
