/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noise_KK_25519_ChaChaPoly_SHA512, token by token as the specification (revision 34) reads. */
#pragma once
#include "wire.h"
#include <stdbool.h>
#include <stddef.h>

#define TAC_NOISE_PROTOCOL "Noise_KK_25519_ChaChaPoly_SHA512"
#define TAC_NOISE_OVERHEAD (TAC_KEY_SIZE + TAC_TAG_SIZE) /* of a handshake message: e, tag */

typedef struct {
  uint8_t secret[TAC_KEY_SIZE];
  uint8_t public[TAC_KEY_SIZE];
} TacKeyPair;

typedef enum { TAC_NOISE_INITIATOR, TAC_NOISE_RESPONDER } TacNoiseRole;

typedef struct {
  TacNoiseRole role;
  uint8_t ck[TAC_HASH_SIZE]; /* chaining key */
  uint8_t h[TAC_HASH_SIZE];  /* handshake hash */
  uint8_t k[TAC_KEY_SIZE];   /* cipher key */
  uint64_t n;                /* cipher nonce */
  TacKeyPair s, e;
  uint8_t rs[TAC_KEY_SIZE], re[TAC_KEY_SIZE];
  uint8_t invite_ck[TAC_HASH_SIZE]; /* ck after message 1: what the path's credentials come from */
} TacNoise;

/* A CipherState of the transport phase: one direction. */
typedef struct {
  uint8_t k[TAC_KEY_SIZE];
  uint64_t n;
} TacNoiseCipher;
