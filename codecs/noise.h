/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noise_KK_25519_ChaChaPoly_SHA512, token by token as the specification (revision 34) reads. */
#pragma once
#include "wire.h"
#include <sodium/crypto_auth_hmacsha512.h>
#include <stdbool.h>
#include <stddef.h>

#define TAC_NOISE_PROTOCOL "Noise_KK_25519_ChaChaPoly_SHA512"
#define TAC_NOISE_OVERHEAD (TAC_KEY_SIZE + TAC_TAG_SIZE) /* of a handshake message: e, tag */
#define TAC_NOISE_MESSAGE_MAX 65535

typedef struct
{
  uint8_t secret[TAC_KEY_SIZE];
  uint8_t public[TAC_KEY_SIZE];
} TacKeyPair;

typedef enum
{
  TAC_NOISE_INITIATOR,
  TAC_NOISE_RESPONDER,
} TacNoiseRole;

typedef struct
{
  TacNoiseRole role;
  unsigned messages;         /* of the two, how many are done: a third try is refused */
  uint8_t ck[TAC_HASH_SIZE]; /* chaining key */
  uint8_t h[TAC_HASH_SIZE];  /* handshake hash */
  uint8_t k[TAC_KEY_SIZE];   /* cipher key */
  uint64_t n;                /* cipher nonce */
  TacKeyPair s, e;
  uint8_t rs[TAC_KEY_SIZE], re[TAC_KEY_SIZE];
  uint8_t invite_ck[TAC_HASH_SIZE]; /* ck after message 1: where the path's credentials come from */
} TacNoise;

/* A CipherState of the transport phase: one direction. */
typedef struct
{
  uint8_t k[TAC_KEY_SIZE];
  uint64_t n;
} TacNoiseCipher;

/* @pair: the public key of 32 secret bytes. */
void tac_noise_key_pair (TacKeyPair *pair, const uint8_t secret[TAC_KEY_SIZE]);
/* X25519. False, and @out wiped, where @public is of low order (RFC 7748 §6.1). */
bool tac_noise_dh (uint8_t out[TAC_KEY_SIZE], const uint8_t secret[TAC_KEY_SIZE],
                   const uint8_t public[TAC_KEY_SIZE]);

/* Initialize(): @s own, @rs the other's static key, both known before. */
void tac_noise_start (TacNoise *noise, TacNoiseRole role, const uint8_t *prologue, size_t size,
                      const TacKeyPair *s, const uint8_t rs[TAC_KEY_SIZE]);

/* The handshake messages: first (-> e, es, ss) and second (<- e, ee, se).
 *
 * @ephemeral: 32 random bytes used this once. @message: create writes @size + TAC_NOISE_OVERHEAD
 * bytes; consume reads @size and writes @size - TAC_NOISE_OVERHEAD to @payload, zeros on failure.
 * False: a low-order key, a tag that does not fit, the wrong turn or size; @noise is as before. */
bool tac_noise_create_first (TacNoise *noise, const uint8_t ephemeral[TAC_KEY_SIZE],
                             const uint8_t *payload, size_t size, uint8_t *message);
bool tac_noise_consume_first (TacNoise *noise, const uint8_t *message, size_t size,
                              uint8_t *payload);
bool tac_noise_create_second (TacNoise *noise, const uint8_t ephemeral[TAC_KEY_SIZE],
                              const uint8_t *payload, size_t size, uint8_t *message);
bool tac_noise_consume_second (TacNoise *noise, const uint8_t *message, size_t size,
                               uint8_t *payload);

/* A first message whose sender is one of many: what is the same for each is computed once, so that
 * a try costs no X25519. */
typedef struct
{
  uint8_t h[TAC_HASH_SIZE];           /* of the prologue */
  crypto_auth_hmacsha512_state keyed; /* with ck after es */
} TacNoiseTrial;
/* False, and @trial untouched: as for consuming. */
bool tac_noise_trial (TacNoiseTrial *trial, const uint8_t *prologue, size_t prologue_size,
                      const TacKeyPair *s, const uint8_t *message, size_t size);
/* With the trial of this @s and @message, and @ss of @s and @rs. @noise: (out) as after
 * tac_noise_start and tac_noise_consume_first; untouched where it is false. */
bool tac_noise_try_first (const TacNoiseTrial *trial, TacNoise *noise, const TacKeyPair *s,
                          const uint8_t rs[TAC_KEY_SIZE], const uint8_t ss[TAC_KEY_SIZE],
                          const uint8_t *message, size_t size, uint8_t *payload);

/* Split(); wipes every key of @noise but h and invite_ck. */
void tac_noise_split (TacNoise *noise, TacNoiseCipher *send, TacNoiseCipher *receive);

/* EncryptWithAd / DecryptWithAd, empty associated data; as above for sizes and failure. */
bool tac_noise_encrypt (TacNoiseCipher *cipher, const uint8_t *plain, size_t size, uint8_t *out);
bool tac_noise_decrypt (TacNoiseCipher *cipher, const uint8_t *sealed, size_t size, uint8_t *out);
