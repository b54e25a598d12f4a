/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HKDF-SHA-512 (RFC 5869) and the protocol's labelled keys (docs/protocol.md §4, §5). */
#pragma once
#include "wire.h"
#include <stddef.h>

#define TAC_ICE_UFRAG_LENGTH 8 /* base64 of 6 bytes */
#define TAC_ICE_PWD_LENGTH 24  /* base64 of 18 bytes */

/* ICE credentials of one generation of a call's path; NUL-terminated base64 (RFC 4648). */
typedef struct
{
  char caller_ufrag[TAC_ICE_UFRAG_LENGTH + 1];
  char caller_pwd[TAC_ICE_PWD_LENGTH + 1];
  char callee_ufrag[TAC_ICE_UFRAG_LENGTH + 1];
  char callee_pwd[TAC_ICE_PWD_LENGTH + 1];
} TacIceCredentials;

/* HKDF-SHA-512, empty salt; @out_size at most 255 × 64 bytes. @out may not alias @ikm or @info. */
void tac_hkdf (uint8_t *out, size_t out_size, const uint8_t *ikm, size_t ikm_size,
               const uint8_t *info, size_t info_size);
/* HMAC-SHA-512 over @data, all 64 bytes. */
void tac_hmac (uint8_t out[TAC_HASH_SIZE], const uint8_t *key, size_t key_size, const uint8_t *data,
               size_t size);

void tac_kdf_ice (TacIceCredentials *out, const uint8_t ck[TAC_HASH_SIZE], uint8_t generation);
void tac_kdf_control (uint8_t key[TAC_KEY_SIZE], const uint8_t root[TAC_KEY_SIZE]);
/* Of the PATH messages that a direction sends by SMS. */
void tac_kdf_path (uint8_t key[TAC_KEY_SIZE], const uint8_t root[TAC_KEY_SIZE]);
/* c₀ of a direction. @kem_secret: the ML-KEM shared secret, or NULL where there was no exchange. */
void tac_kdf_voice (uint8_t chain[TAC_KEY_SIZE], const uint8_t root[TAC_KEY_SIZE],
                    const uint8_t *kem_secret, const uint8_t h[TAC_HASH_SIZE]);
/* h := SHA-512(h ‖ ek ‖ ct), the hook for the hybrid exchange. */
void tac_kdf_mix_kem (uint8_t h[TAC_HASH_SIZE], const uint8_t *ek, size_t ek_size,
                      const uint8_t *ct, size_t ct_size);
/* One step of the in-call ratchet: @key of this epoch out, @chain moved on in place, the old one
 * wiped. */
void tac_kdf_ratchet (uint8_t chain[TAC_KEY_SIZE], uint8_t key[TAC_KEY_SIZE]);
