/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sealing and opening of call datagrams. On receipt always in this order: length, epoch bounds,
 * tag, replay window; and nothing of the state moves before all of them are passed. */
#include "seal.h"

#include "cursor.h"
#include "kdf.h"

#include <sodium.h>
#include <string.h>

#define EPOCH_OFFSET_MASK ((1u << TAC_EPOCH_SHIFT) - 1)
#define NONCE_SIZE crypto_aead_chacha20poly1305_ietf_NPUBBYTES

_Static_assert(TAC_KEY_SIZE == crypto_aead_chacha20poly1305_ietf_KEYBYTES, "ChaCha20");
_Static_assert(TAC_TAG_SIZE == crypto_aead_chacha20poly1305_ietf_ABYTES, "Poly1305");

/* One datagram: header and nonce from its type and number, then the AEAD over the body. */
static void
seal (const uint8_t key[TAC_KEY_SIZE], uint8_t type, uint32_t number,
      const uint8_t body[TAC_BODY_SIZE], uint8_t packet[TAC_DATAGRAM_SIZE])
{
  uint8_t header[TAC_DATAGRAM_HEADER_SIZE], nonce[NONCE_SIZE] = { 0 };
  uint8_t sealed[TAC_BODY_SIZE + TAC_TAG_SIZE];
  TacWriter writer = tac_writer (header, sizeof header);

  tac_write_number (&writer, type, 1);
  tac_write_number (&writer, number, 4);
  memcpy (nonce + NONCE_SIZE - 4, header + 1, 4);
  crypto_aead_chacha20poly1305_ietf_encrypt (sealed, NULL, body, TAC_BODY_SIZE, header,
                                             sizeof header, NULL, nonce, key);
  memcpy (packet, header, sizeof header);
  memcpy (packet + sizeof header, sealed, sizeof sealed);
}

/* False where the tag does not fit. @body is written only on success. */
static bool
open_sealed (const uint8_t key[TAC_KEY_SIZE], const uint8_t packet[TAC_DATAGRAM_SIZE],
             uint8_t body[TAC_BODY_SIZE])
{
  uint8_t nonce[NONCE_SIZE] = { 0 }, plain[TAC_BODY_SIZE];
  bool ok;

  memcpy (nonce + NONCE_SIZE - 4, packet + 1, 4);
  ok = crypto_aead_chacha20poly1305_ietf_decrypt (
           plain, NULL, NULL, packet + TAC_DATAGRAM_HEADER_SIZE, TAC_BODY_SIZE + TAC_TAG_SIZE,
           packet, TAC_DATAGRAM_HEADER_SIZE, nonce, key)
       == 0;
  if (ok)
    memcpy (body, plain, sizeof plain);
  sodium_memzero (plain, sizeof plain);
  return ok;
}

static bool
read_header (const uint8_t *packet, size_t size, uint8_t type, uint32_t *number)
{
  TacReader reader;

  if (size != TAC_DATAGRAM_SIZE || packet[0] != type)
    return false;
  reader = tac_reader (packet + 1, TAC_DATAGRAM_HEADER_SIZE - 1);
  *number = (uint32_t)tac_read_number (&reader, 4);
  return true;
}

void
tac_voice_sealer_init (TacVoiceSealer *sealer, const uint8_t chain[TAC_KEY_SIZE])
{
  memset (sealer, 0, sizeof *sealer);
  memcpy (sealer->chain, chain, TAC_KEY_SIZE);
  tac_kdf_ratchet (sealer->chain, sealer->key);
}

bool
tac_voice_seal (TacVoiceSealer *sealer, uint32_t tick, const uint8_t body[TAC_BODY_SIZE],
                uint8_t packet[TAC_DATAGRAM_SIZE])
{
  uint32_t epoch = tick >> TAC_EPOCH_SHIFT;

  if (tick < sealer->next_tick || epoch - sealer->epoch > TAC_EPOCH_AHEAD_MAX)
    return false;
  for (; sealer->epoch < epoch; sealer->epoch++)
    tac_kdf_ratchet (sealer->chain, sealer->key);
  sealer->next_tick = (uint64_t)tick + 1;
  seal (sealer->key, TAC_DATAGRAM_VOICE, tick, body, packet);
  return true;
}

void
tac_voice_opener_init (TacVoiceOpener *opener, const uint8_t chain[TAC_KEY_SIZE])
{
  memset (opener, 0, sizeof *opener);
  memcpy (opener->chain, chain, TAC_KEY_SIZE);
  for (size_t i = 0; i <= TAC_EPOCH_AHEAD_MAX; i++)
    tac_kdf_ratchet (opener->chain, opener->keys[i]);
}

/* The key that @tick's epoch would have, if it may have one now. */
static TacOpenResult
find_key (const TacVoiceOpener *opener, uint32_t tick, const uint8_t **key)
{
  uint32_t epoch = tick >> TAC_EPOCH_SHIFT;

  if (epoch >= opener->epoch)
    {
      if (epoch - opener->epoch > TAC_EPOCH_AHEAD_MAX)
        return TAC_OPEN_AHEAD;
      *key = opener->keys[epoch - opener->epoch];
      return TAC_OPEN_OK;
    }
  if (!opener->has_before || epoch + 1 != opener->epoch)
    return TAC_OPEN_LATE;
  *key = opener->before;
  return TAC_OPEN_OK;
}

/* An authentic tick of a later epoch: its key becomes the newest, the one before it stays for a
 * while, all older ones are overwritten. */
static void
enter_epoch (TacVoiceOpener *opener, uint32_t epoch)
{
  for (; opener->epoch < epoch; opener->epoch++)
    {
      memcpy (opener->before, opener->keys[0], TAC_KEY_SIZE);
      memmove (opener->keys[0], opener->keys[1], TAC_EPOCH_AHEAD_MAX * TAC_KEY_SIZE);
      tac_kdf_ratchet (opener->chain, opener->keys[TAC_EPOCH_AHEAD_MAX]);
      opener->has_before = true;
    }
}

static void
forget_before (TacVoiceOpener *opener)
{
  if (opener->has_before && (opener->window.newest & EPOCH_OFFSET_MASK) >= TAC_EPOCH_KEEP_TICKS)
    {
      sodium_memzero (opener->before, sizeof opener->before);
      opener->has_before = false;
    }
}

TacOpenResult
tac_voice_open (TacVoiceOpener *opener, const uint8_t *packet, size_t size,
                uint8_t body[TAC_BODY_SIZE], uint32_t *tick)
{
  const uint8_t *key;
  uint8_t plain[TAC_BODY_SIZE];
  uint32_t number;
  TacOpenResult result;

  if (!read_header (packet, size, TAC_DATAGRAM_VOICE, &number))
    return TAC_OPEN_LENGTH;
  result = find_key (opener, number, &key);
  if (result != TAC_OPEN_OK)
    return result;
  if (!open_sealed (key, packet, plain))
    return TAC_OPEN_FORGED;
  if (tac_replay_admits (&opener->window, number))
    {
      tac_replay_mark (&opener->window, number);
      enter_epoch (opener, number >> TAC_EPOCH_SHIFT);
      forget_before (opener);
      memcpy (body, plain, sizeof plain);
      *tick = number;
    }
  else
    result = TAC_OPEN_REPLAY;
  sodium_memzero (plain, sizeof plain);
  return result;
}

void
tac_control_sealer_init (TacControlSealer *sealer, const uint8_t key[TAC_KEY_SIZE])
{
  memset (sealer, 0, sizeof *sealer);
  memcpy (sealer->key, key, TAC_KEY_SIZE);
}

void
tac_control_opener_init (TacControlOpener *opener, const uint8_t key[TAC_KEY_SIZE])
{
  memset (opener, 0, sizeof *opener);
  memcpy (opener->key, key, TAC_KEY_SIZE);
}

bool
tac_control_seal (TacControlSealer *sealer, const uint8_t body[TAC_BODY_SIZE],
                  uint8_t packet[TAC_DATAGRAM_SIZE])
{
  if (sealer->next > UINT32_MAX)
    return false;
  seal (sealer->key, TAC_DATAGRAM_CONTROL, (uint32_t)sealer->next++, body, packet);
  return true;
}

TacOpenResult
tac_control_open (TacControlOpener *opener, const uint8_t *packet, size_t size,
                  uint8_t body[TAC_BODY_SIZE], uint32_t *counter)
{
  uint8_t plain[TAC_BODY_SIZE];
  uint32_t number;
  TacOpenResult result = TAC_OPEN_OK;

  if (!read_header (packet, size, TAC_DATAGRAM_CONTROL, &number))
    return TAC_OPEN_LENGTH;
  if (!open_sealed (opener->key, packet, plain))
    return TAC_OPEN_FORGED;
  if (tac_replay_admits (&opener->window, number))
    {
      tac_replay_mark (&opener->window, number);
      memcpy (body, plain, sizeof plain);
      *counter = number;
    }
  else
    result = TAC_OPEN_REPLAY;
  sodium_memzero (plain, sizeof plain);
  return result;
}
