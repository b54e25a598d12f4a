/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Noise KK handshake. Names and order are the specification's (noiseprotocol.org, revision 34);
 * creating and consuming a message are mirror images, one line a token. Both work on a copy of the
 * state, which replaces the original only once the whole message is made or authentic. */
#include "noise.h"

#include <sodium.h>
#include <string.h>

_Static_assert(sizeof TAC_NOISE_PROTOCOL - 1 <= TAC_HASH_SIZE, "h starts as the padded name");
_Static_assert(TAC_KEY_SIZE == crypto_scalarmult_curve25519_BYTES, "X25519");
_Static_assert(TAC_KEY_SIZE == crypto_aead_chacha20poly1305_ietf_KEYBYTES, "ChaCha20");
_Static_assert(TAC_TAG_SIZE == crypto_aead_chacha20poly1305_ietf_ABYTES, "Poly1305");

void
tac_noise_key_pair (TacKeyPair *pair, const uint8_t secret[TAC_KEY_SIZE])
{
  memmove (pair->secret, secret, TAC_KEY_SIZE);
  crypto_scalarmult_curve25519_base (pair->public, pair->secret);
}

bool
tac_noise_dh (uint8_t out[TAC_KEY_SIZE], const uint8_t secret[TAC_KEY_SIZE],
              const uint8_t public[TAC_KEY_SIZE])
{
  if (crypto_scalarmult_curve25519 (out, secret, public) == 0)
    return true;
  sodium_memzero (out, TAC_KEY_SIZE);
  return false;
}

/* The AEAD's nonce: 32 zero bits, then n as 64 bits, little-endian (§12.3). */
static void
make_nonce (uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES], uint64_t n)
{
  memset (nonce, 0, 4);
  for (unsigned i = 0; i < 8; i++)
    nonce[4 + i] = (uint8_t)(n >> (8 * i));
}

static void
mix_hash (uint8_t h[TAC_HASH_SIZE], const uint8_t *data, size_t size)
{
  crypto_hash_sha512_state state;

  crypto_hash_sha512_init (&state);
  crypto_hash_sha512_update (&state, h, TAC_HASH_SIZE);
  crypto_hash_sha512_update (&state, data, size);
  crypto_hash_sha512_final (&state, h);
}

/* HKDF of §4.3 with two outputs. @keyed: HMAC with ck, used up. Both outputs are keyed alike, so
 * that key is absorbed once. */
static void
hkdf2 (uint8_t out1[TAC_HASH_SIZE], uint8_t out2[TAC_HASH_SIZE],
       crypto_auth_hmacsha512_state *keyed, const uint8_t *ikm, size_t size)
{
  crypto_auth_hmacsha512_state second;
  uint8_t temp[TAC_HASH_SIZE];

  crypto_auth_hmacsha512_update (keyed, ikm, size);
  crypto_auth_hmacsha512_final (keyed, temp);

  crypto_auth_hmacsha512_init (keyed, temp, sizeof temp);
  second = *keyed;
  crypto_auth_hmacsha512_update (keyed, (const uint8_t[]){ 0x01 }, 1);
  crypto_auth_hmacsha512_final (keyed, out1);
  crypto_auth_hmacsha512_update (&second, out1, TAC_HASH_SIZE);
  crypto_auth_hmacsha512_update (&second, (const uint8_t[]){ 0x02 }, 1);
  crypto_auth_hmacsha512_final (&second, out2);
  sodium_memzero (keyed, sizeof *keyed);
  sodium_memzero (&second, sizeof second);
  sodium_memzero (temp, sizeof temp);
}

static void
mix_key_with (TacNoise *noise, crypto_auth_hmacsha512_state *keyed, const uint8_t dh[TAC_KEY_SIZE])
{
  uint8_t temp_k[TAC_HASH_SIZE];

  hkdf2 (noise->ck, temp_k, keyed, dh, TAC_KEY_SIZE);
  memcpy (noise->k, temp_k, TAC_KEY_SIZE);
  noise->n = 0;
  sodium_memzero (temp_k, sizeof temp_k);
}

static void
mix_key (TacNoise *noise, const uint8_t dh[TAC_KEY_SIZE])
{
  crypto_auth_hmacsha512_state keyed;

  crypto_auth_hmacsha512_init (&keyed, noise->ck, sizeof noise->ck);
  mix_key_with (noise, &keyed, dh);
}

static bool
mix_dh (TacNoise *noise, const uint8_t secret[TAC_KEY_SIZE], const uint8_t public[TAC_KEY_SIZE])
{
  uint8_t dh[TAC_KEY_SIZE];
  bool ok = tac_noise_dh (dh, secret, public);

  if (ok)
    mix_key (noise, dh);
  sodium_memzero (dh, sizeof dh);
  return ok;
}

static void
encrypt_and_hash (TacNoise *noise, const uint8_t *plain, size_t size, uint8_t *out)
{
  uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

  make_nonce (nonce, noise->n++);
  crypto_aead_chacha20poly1305_ietf_encrypt (out, NULL, plain, size, noise->h, sizeof noise->h,
                                             NULL, nonce, noise->k);
  mix_hash (noise->h, out, size + TAC_TAG_SIZE);
}

static bool
decrypt_and_hash (TacNoise *noise, const uint8_t *sealed, size_t size, uint8_t *out)
{
  uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

  make_nonce (nonce, noise->n++);
  if (crypto_aead_chacha20poly1305_ietf_decrypt (out, NULL, NULL, sealed, size, noise->h,
                                                 sizeof noise->h, nonce, noise->k)
      != 0)
    return false;
  mix_hash (noise->h, sealed, size);
  return true;
}

/* Initialize() up to the prologue. */
static void
begin (uint8_t h[TAC_HASH_SIZE], uint8_t ck[TAC_HASH_SIZE], const uint8_t *prologue, size_t size)
{
  memset (h, 0, TAC_HASH_SIZE);
  memcpy (h, TAC_NOISE_PROTOCOL, sizeof TAC_NOISE_PROTOCOL - 1);
  memcpy (ck, h, TAC_HASH_SIZE);
  mix_hash (h, prologue, size);
}

/* -> s, <- s: the pre-messages, the initiator's first whoever computes */
static void
mix_static_keys (TacNoise *noise)
{
  bool initiator = noise->role == TAC_NOISE_INITIATOR;

  mix_hash (noise->h, initiator ? noise->s.public : noise->rs, TAC_KEY_SIZE);
  mix_hash (noise->h, initiator ? noise->rs : noise->s.public, TAC_KEY_SIZE);
}

void
tac_noise_start (TacNoise *noise, TacNoiseRole role, const uint8_t *prologue, size_t size,
                 const TacKeyPair *s, const uint8_t rs[TAC_KEY_SIZE])
{
  memset (noise, 0, sizeof *noise);
  noise->role = role;
  noise->s = *s;
  memcpy (noise->rs, rs, TAC_KEY_SIZE);
  begin (noise->h, noise->ck, prologue, size);
  mix_static_keys (noise);
}

/* e, when creating */
static void
make_e (TacNoise *noise, const uint8_t ephemeral[TAC_KEY_SIZE], uint8_t *message)
{
  tac_noise_key_pair (&noise->e, ephemeral);
  memcpy (message, noise->e.public, TAC_KEY_SIZE);
  mix_hash (noise->h, noise->e.public, TAC_KEY_SIZE);
}

/* e, when consuming */
static void
take_e (TacNoise *noise, const uint8_t *message)
{
  memcpy (noise->re, message, TAC_KEY_SIZE);
  mix_hash (noise->h, noise->re, TAC_KEY_SIZE);
}

/* What every message ends with: on success the copy becomes the state. */
static bool
finish (TacNoise *noise, TacNoise *next, bool ok)
{
  if (ok)
    {
      next->messages++;
      if (next->messages == 1)
        memcpy (next->invite_ck, next->ck, sizeof next->ck);
      *noise = *next;
    }
  sodium_memzero (next, sizeof *next);
  return ok;
}

static bool
may_create (const TacNoise *noise, TacNoiseRole role, unsigned messages, size_t size)
{
  return noise->role == role && noise->messages == messages
         && size <= TAC_NOISE_MESSAGE_MAX - TAC_NOISE_OVERHEAD;
}

static bool
may_consume (const TacNoise *noise, TacNoiseRole role, unsigned messages, size_t size)
{
  return noise->role == role && noise->messages == messages && size >= TAC_NOISE_OVERHEAD
         && size <= TAC_NOISE_MESSAGE_MAX;
}

/* -> e, es, ss */
bool
tac_noise_create_first (TacNoise *noise, const uint8_t ephemeral[TAC_KEY_SIZE],
                        const uint8_t *payload, size_t size, uint8_t *message)
{
  TacNoise next = *noise;
  bool ok;

  if (!may_create (noise, TAC_NOISE_INITIATOR, 0, size))
    return finish (noise, &next, false);

  make_e (&next, ephemeral, message);             /* e  */
  ok = mix_dh (&next, next.e.secret, next.rs)     /* es */
       && mix_dh (&next, next.s.secret, next.rs); /* ss */
  if (ok)
    encrypt_and_hash (&next, payload, size, message + TAC_KEY_SIZE);
  return finish (noise, &next, ok);
}

bool
tac_noise_consume_first (TacNoise *noise, const uint8_t *message, size_t size, uint8_t *payload)
{
  TacNoise next = *noise;
  bool ok;

  if (!may_consume (noise, TAC_NOISE_RESPONDER, 0, size))
    return finish (noise, &next, false);

  take_e (&next, message);                        /* e  */
  ok = mix_dh (&next, next.s.secret, next.re)     /* es */
       && mix_dh (&next, next.s.secret, next.rs); /* ss */
  if (ok)
    ok = decrypt_and_hash (&next, message + TAC_KEY_SIZE, size - TAC_KEY_SIZE, payload);
  return finish (noise, &next, ok);
}

/* es changes the keys alone and e, like the static keys, h alone: so es may come first. */
bool
tac_noise_trial (TacNoiseTrial *trial, const uint8_t *prologue, size_t prologue_size,
                 const TacKeyPair *s, const uint8_t *message, size_t size)
{
  TacNoise common = { .role = TAC_NOISE_RESPONDER };
  bool ok = may_consume (&common, TAC_NOISE_RESPONDER, 0, size);

  begin (common.h, common.ck, prologue, prologue_size);
  ok = ok && mix_dh (&common, s->secret, message); /* es */
  if (ok)
    {
      memcpy (trial->h, common.h, sizeof trial->h);
      crypto_auth_hmacsha512_init (&trial->keyed, common.ck, sizeof common.ck);
    }
  sodium_memzero (&common, sizeof common);
  return ok;
}

bool
tac_noise_try_first (const TacNoiseTrial *trial, TacNoise *noise, const TacKeyPair *s,
                     const uint8_t rs[TAC_KEY_SIZE], const uint8_t ss[TAC_KEY_SIZE],
                     const uint8_t *message, size_t size, uint8_t *payload)
{
  TacNoise next = { .role = TAC_NOISE_RESPONDER, .s = *s };
  crypto_auth_hmacsha512_state keyed;
  bool ok = may_consume (&next, TAC_NOISE_RESPONDER, 0, size);

  if (!ok)
    return finish (noise, &next, false);

  keyed = trial->keyed;
  memcpy (next.rs, rs, TAC_KEY_SIZE);
  memcpy (next.h, trial->h, sizeof next.h);
  mix_static_keys (&next);
  take_e (&next, message);          /* e  (es: in the trial's key) */
  mix_key_with (&next, &keyed, ss); /* ss */
  ok = decrypt_and_hash (&next, message + TAC_KEY_SIZE, size - TAC_KEY_SIZE, payload);
  return finish (noise, &next, ok);
}

/* <- e, ee, se */
bool
tac_noise_create_second (TacNoise *noise, const uint8_t ephemeral[TAC_KEY_SIZE],
                         const uint8_t *payload, size_t size, uint8_t *message)
{
  TacNoise next = *noise;
  bool ok;

  if (!may_create (noise, TAC_NOISE_RESPONDER, 1, size))
    return finish (noise, &next, false);

  make_e (&next, ephemeral, message);             /* e  */
  ok = mix_dh (&next, next.e.secret, next.re)     /* ee */
       && mix_dh (&next, next.e.secret, next.rs); /* se */
  if (ok)
    encrypt_and_hash (&next, payload, size, message + TAC_KEY_SIZE);
  return finish (noise, &next, ok);
}

bool
tac_noise_consume_second (TacNoise *noise, const uint8_t *message, size_t size, uint8_t *payload)
{
  TacNoise next = *noise;
  bool ok;

  if (!may_consume (noise, TAC_NOISE_INITIATOR, 1, size))
    return finish (noise, &next, false);

  take_e (&next, message);                        /* e  */
  ok = mix_dh (&next, next.e.secret, next.re)     /* ee */
       && mix_dh (&next, next.s.secret, next.re); /* se */
  if (ok)
    ok = decrypt_and_hash (&next, message + TAC_KEY_SIZE, size - TAC_KEY_SIZE, payload);
  return finish (noise, &next, ok);
}

void
tac_noise_split (TacNoise *noise, TacNoiseCipher *send, TacNoiseCipher *receive)
{
  bool initiator = noise->role == TAC_NOISE_INITIATOR;
  uint8_t temp_k1[TAC_HASH_SIZE], temp_k2[TAC_HASH_SIZE];
  crypto_auth_hmacsha512_state keyed;

  crypto_auth_hmacsha512_init (&keyed, noise->ck, sizeof noise->ck);
  hkdf2 (temp_k1, temp_k2, &keyed, NULL, 0);
  memcpy (send->k, initiator ? temp_k1 : temp_k2, TAC_KEY_SIZE);
  memcpy (receive->k, initiator ? temp_k2 : temp_k1, TAC_KEY_SIZE);
  send->n = receive->n = 0;

  sodium_memzero (temp_k1, sizeof temp_k1);
  sodium_memzero (temp_k2, sizeof temp_k2);
  sodium_memzero (noise->ck, sizeof noise->ck);
  sodium_memzero (noise->k, sizeof noise->k);
  sodium_memzero (&noise->s, sizeof noise->s);
  sodium_memzero (&noise->e, sizeof noise->e);
}

bool
tac_noise_encrypt (TacNoiseCipher *cipher, const uint8_t *plain, size_t size, uint8_t *out)
{
  uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

  if (size > TAC_NOISE_MESSAGE_MAX - TAC_TAG_SIZE || cipher->n == UINT64_MAX)
    return false;
  make_nonce (nonce, cipher->n++);
  crypto_aead_chacha20poly1305_ietf_encrypt (out, NULL, plain, size, NULL, 0, NULL, nonce,
                                             cipher->k);
  return true;
}

bool
tac_noise_decrypt (TacNoiseCipher *cipher, const uint8_t *sealed, size_t size, uint8_t *out)
{
  uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

  if (size > TAC_NOISE_MESSAGE_MAX || cipher->n == UINT64_MAX)
    return false;
  make_nonce (nonce, cipher->n);
  if (crypto_aead_chacha20poly1305_ietf_decrypt (out, NULL, NULL, sealed, size, NULL, 0, nonce,
                                                 cipher->k)
      != 0)
    return false;
  cipher->n++;
  return true;
}
