/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Short authentication string: the caller commits to its nonce before it sees the callee's, so that
 * a man in the middle has one guess, and 32 bits are enough to say aloud. */
#include "sas.h"

#include "kdf.h"

#include <sodium.h>
#include <string.h>

#define LABEL "tacitel/1 sas"

void
tac_sas_commit (uint8_t commitment[32], const uint8_t h[TAC_HASH_SIZE], const uint8_t r_a[32])
{
  crypto_hash_sha512_state state;
  uint8_t hash[TAC_HASH_SIZE];

  crypto_hash_sha512_init (&state);
  crypto_hash_sha512_update (&state, (const uint8_t *)LABEL, sizeof LABEL - 1);
  crypto_hash_sha512_update (&state, h, TAC_HASH_SIZE);
  crypto_hash_sha512_update (&state, r_a, 32);
  crypto_hash_sha512_final (&state, hash);
  memcpy (commitment, hash, 32);
  sodium_memzero (&state, sizeof state);
  sodium_memzero (hash, sizeof hash);
}

bool
tac_sas_check (const uint8_t commitment[32], const uint8_t h[TAC_HASH_SIZE], const uint8_t r_a[32])
{
  uint8_t expected[32];

  tac_sas_commit (expected, h, r_a);
  return sodium_memcmp (expected, commitment, sizeof expected) == 0;
}

void
tac_sas_words (const char *words[TAC_SAS_WORDS], const uint8_t h[TAC_HASH_SIZE],
               const uint8_t r_a[32], const uint8_t r_b[32])
{
  uint8_t ikm[TAC_HASH_SIZE + 32 + 32], okm[32];

  memcpy (ikm, h, TAC_HASH_SIZE);
  memcpy (ikm + TAC_HASH_SIZE, r_a, 32);
  memcpy (ikm + TAC_HASH_SIZE + 32, r_b, 32);
  tac_hkdf (okm, sizeof okm, ikm, sizeof ikm, (const uint8_t *)LABEL, sizeof LABEL - 1);
  for (unsigned i = 0; i < TAC_SAS_WORDS; i++)
    words[i] = tac_pgp_word (okm[i], i);
  sodium_memzero (ikm, sizeof ikm);
  sodium_memzero (okm, sizeof okm);
}
