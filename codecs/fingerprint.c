/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fingerprint of an identity key (docs/protocol.md §2). */
#include "fingerprint.h"

#include <sodium.h>
#include <string.h>

void
tac_fingerprint (uint8_t fingerprint[TAC_FINGERPRINT_SIZE], const uint8_t key[TAC_KEY_SIZE])
{
  static const char label[] = "tacitel/1 fingerprint";
  crypto_hash_sha512_state state;
  uint8_t hash[TAC_HASH_SIZE];

  crypto_hash_sha512_init (&state);
  crypto_hash_sha512_update (&state, (const uint8_t *)label, sizeof label - 1);
  crypto_hash_sha512_update (&state, key, TAC_KEY_SIZE);
  crypto_hash_sha512_final (&state, hash);
  memcpy (fingerprint, hash, TAC_FINGERPRINT_SIZE);
}
