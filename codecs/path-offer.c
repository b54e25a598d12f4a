/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PATH, in both of its forms. */
#include "path-offer.h"

#include "cursor.h"

#include <sodium.h>
#include <string.h>

#define COUNTER_SIZE 4
#define HEADER_SIZE (TAC_SMS_HEADER_SIZE + COUNTER_SIZE)
#define BODY_SIZE (TAC_SMS_SIZE - HEADER_SIZE - TAC_TAG_SIZE)

_Static_assert(BODY_SIZE >= TAC_PATH_OFFER_SIZE, "an offer fits");

void
tac_path_offer_encode (const TacPathOffer *offer, uint8_t out[TAC_PATH_OFFER_SIZE])
{
  out[0] = offer->generation;
  tac_candidates_encode (&offer->candidates, out + 1, TAC_CANDIDATES_SIZE);
}

bool
tac_path_offer_decode (TacPathOffer *out, const uint8_t *value, size_t size)
{
  TacPathOffer offer;

  if (size != TAC_PATH_OFFER_SIZE)
    return false;
  offer.generation = value[0];
  if (!tac_candidates_decode (&offer.candidates, value + 1, TAC_CANDIDATES_SIZE))
    return false;
  *out = offer;
  return true;
}

static void
make_nonce (uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES], const uint8_t *counter)
{
  memset (nonce, 0, 8);
  memcpy (nonce + 8, counter, COUNTER_SIZE);
}

void
tac_path_sms_seal (uint8_t sms[TAC_SMS_SIZE], const uint8_t key[TAC_KEY_SIZE], uint32_t counter,
                   const TacPathOffer *offer)
{
  uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES], body[BODY_SIZE] = { 0 };
  TacWriter writer = tac_writer (sms + TAC_SMS_HEADER_SIZE, COUNTER_SIZE);

  tac_message_header (sms, TAC_SMS_PATH);
  tac_write_number (&writer, counter, COUNTER_SIZE);
  make_nonce (nonce, sms + TAC_SMS_HEADER_SIZE);
  tac_path_offer_encode (offer, body);
  crypto_aead_chacha20poly1305_ietf_encrypt (sms + HEADER_SIZE, NULL, body, sizeof body, sms,
                                             HEADER_SIZE, NULL, nonce, key);
}

TacMessageResult
tac_path_sms_open (const uint8_t key[TAC_KEY_SIZE], uint32_t *highest, const uint8_t *sms,
                   size_t size, TacPathOffer *offer)
{
  uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES], body[BODY_SIZE];
  TacMessageResult result = tac_message_expect (sms, size, TAC_SMS_PATH);
  uint32_t counter;
  TacReader reader;

  if (result != TAC_MESSAGE_OK)
    return result;
  reader = tac_reader (sms + TAC_SMS_HEADER_SIZE, COUNTER_SIZE);
  counter = (uint32_t)tac_read_number (&reader, COUNTER_SIZE);
  make_nonce (nonce, sms + TAC_SMS_HEADER_SIZE);
  if (crypto_aead_chacha20poly1305_ietf_decrypt (body, NULL, NULL, sms + HEADER_SIZE,
                                                 size - HEADER_SIZE, sms, HEADER_SIZE, nonce, key)
      != 0)
    return TAC_MESSAGE_FORGED;
  if (counter <= *highest
      || !sodium_is_zero (body + TAC_PATH_OFFER_SIZE, BODY_SIZE - TAC_PATH_OFFER_SIZE)
      || !tac_path_offer_decode (offer, body, TAC_PATH_OFFER_SIZE))
    return TAC_MESSAGE_INVALID;
  *highest = counter;
  return TAC_MESSAGE_OK;
}
