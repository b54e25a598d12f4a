/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HKDF-SHA-512 and the protocol's labels: the only place where keys are derived from keys. */
#include "kdf.h"

#include "cursor.h"

#include <sodium.h>
#include <string.h>

#define LABEL_ICE "tacitel/1 ice"
#define LABEL_CONTROL "tacitel/1 control"
#define LABEL_PATH "tacitel/1 path"
#define LABEL_VOICE "tacitel/1 voice"

_Static_assert(TAC_HASH_SIZE == crypto_auth_hmacsha512_BYTES, "HMAC-SHA-512");
_Static_assert(TAC_HASH_SIZE == crypto_hash_sha512_BYTES, "SHA-512");

void
tac_hmac (uint8_t out[TAC_HASH_SIZE], const uint8_t *key, size_t key_size, const uint8_t *data,
          size_t size)
{
  crypto_auth_hmacsha512_state state;

  crypto_auth_hmacsha512_init (&state, key, key_size);
  crypto_auth_hmacsha512_update (&state, data, size);
  crypto_auth_hmacsha512_final (&state, out);
  sodium_memzero (&state, sizeof state);
}

/* RFC 5869 §2.3: T(i) = HMAC(PRK, T(i - 1) ‖ info ‖ i). */
static void
expand (uint8_t *out, size_t out_size, const uint8_t prk[TAC_HASH_SIZE], const uint8_t *info,
        size_t info_size)
{
  crypto_auth_hmacsha512_state state;
  uint8_t block[TAC_HASH_SIZE];

  for (uint8_t i = 1; out_size > 0; i++)
    {
      size_t n = out_size < sizeof block ? out_size : sizeof block;

      crypto_auth_hmacsha512_init (&state, prk, TAC_HASH_SIZE);
      if (i > 1)
        crypto_auth_hmacsha512_update (&state, block, sizeof block);
      crypto_auth_hmacsha512_update (&state, info, info_size);
      crypto_auth_hmacsha512_update (&state, &i, 1);
      crypto_auth_hmacsha512_final (&state, block);
      memcpy (out, block, n);
      out += n;
      out_size -= n;
    }
  sodium_memzero (&state, sizeof state);
  sodium_memzero (block, sizeof block);
}

void
tac_hkdf (uint8_t *out, size_t out_size, const uint8_t *ikm, size_t ikm_size, const uint8_t *info,
          size_t info_size)
{
  static const uint8_t no_salt[TAC_HASH_SIZE];
  uint8_t prk[TAC_HASH_SIZE];

  tac_hmac (prk, no_salt, sizeof no_salt, ikm, ikm_size);
  expand (out, out_size, prk, info, info_size);
  sodium_memzero (prk, sizeof prk);
}

static void
base64 (char *out, size_t out_size, const uint8_t *in, size_t size)
{
  sodium_bin2base64 (out, out_size, in, size, sodium_base64_VARIANT_ORIGINAL);
}

void
tac_kdf_ice (TacIceCredentials *out, const uint8_t ck[TAC_HASH_SIZE], uint8_t generation)
{
  uint8_t info[sizeof LABEL_ICE]; /* the label without its NUL, then the generation */
  uint8_t bytes[48];

  memcpy (info, LABEL_ICE, sizeof LABEL_ICE - 1);
  info[sizeof LABEL_ICE - 1] = generation;
  tac_hkdf (bytes, sizeof bytes, ck, TAC_HASH_SIZE, info, sizeof info);

  base64 (out->caller_ufrag, sizeof out->caller_ufrag, bytes, 6);
  base64 (out->caller_pwd, sizeof out->caller_pwd, bytes + 6, 18);
  base64 (out->callee_ufrag, sizeof out->callee_ufrag, bytes + 24, 6);
  base64 (out->callee_pwd, sizeof out->callee_pwd, bytes + 30, 18);
  sodium_memzero (bytes, sizeof bytes);
}

void
tac_kdf_control (uint8_t key[TAC_KEY_SIZE], const uint8_t root[TAC_KEY_SIZE])
{
  tac_hkdf (key, TAC_KEY_SIZE, root, TAC_KEY_SIZE, (const uint8_t *)LABEL_CONTROL,
            sizeof LABEL_CONTROL - 1);
}

void
tac_kdf_path (uint8_t key[TAC_KEY_SIZE], const uint8_t root[TAC_KEY_SIZE])
{
  tac_hkdf (key, TAC_KEY_SIZE, root, TAC_KEY_SIZE, (const uint8_t *)LABEL_PATH,
            sizeof LABEL_PATH - 1);
}

void
tac_kdf_voice (uint8_t chain[TAC_KEY_SIZE], const uint8_t root[TAC_KEY_SIZE],
               const uint8_t *kem_secret, const uint8_t h[TAC_HASH_SIZE])
{
  uint8_t ikm[2 * TAC_KEY_SIZE];
  uint8_t info[sizeof LABEL_VOICE - 1 + TAC_HASH_SIZE];
  TacWriter ikm_writer = tac_writer (ikm, sizeof ikm);
  TacWriter info_writer = tac_writer (info, sizeof info);

  tac_write_bytes (&ikm_writer, root, TAC_KEY_SIZE);
  if (kem_secret != NULL)
    tac_write_bytes (&ikm_writer, kem_secret, TAC_KEY_SIZE);
  tac_write_bytes (&info_writer, (const uint8_t *)LABEL_VOICE, sizeof LABEL_VOICE - 1);
  tac_write_bytes (&info_writer, h, TAC_HASH_SIZE);

  tac_hkdf (chain, TAC_KEY_SIZE, ikm, sizeof ikm - ikm_writer.left, info, sizeof info);
  sodium_memzero (ikm, sizeof ikm);
}

void
tac_kdf_mix_kem (uint8_t h[TAC_HASH_SIZE], const uint8_t *ek, size_t ek_size, const uint8_t *ct,
                 size_t ct_size)
{
  crypto_hash_sha512_state state;

  crypto_hash_sha512_init (&state);
  crypto_hash_sha512_update (&state, h, TAC_HASH_SIZE);
  crypto_hash_sha512_update (&state, ek, ek_size);
  crypto_hash_sha512_update (&state, ct, ct_size);
  crypto_hash_sha512_final (&state, h);
}

void
tac_kdf_ratchet (uint8_t chain[TAC_KEY_SIZE], uint8_t key[TAC_KEY_SIZE])
{
  uint8_t of_key[TAC_HASH_SIZE], of_chain[TAC_HASH_SIZE];

  tac_hmac (of_key, chain, TAC_KEY_SIZE, (const uint8_t[]){ 0x01 }, 1);
  tac_hmac (of_chain, chain, TAC_KEY_SIZE, (const uint8_t[]){ 0x02 }, 1);
  memcpy (key, of_key, TAC_KEY_SIZE);
  memcpy (chain, of_chain, TAC_KEY_SIZE);
  sodium_memzero (of_key, sizeof of_key);
  sodium_memzero (of_chain, sizeof of_chain);
}
