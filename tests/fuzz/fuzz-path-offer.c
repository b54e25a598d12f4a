/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PATH. First byte even: a control message's value, which is refused or has one encoding; odd: an
 * SMS of the network, which never opens, and of the peer, with the input as its content. */
#include "codecs/path-offer.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define BODY_SIZE (TAC_SMS_SIZE - 6 - TAC_TAG_SIZE)
#define HIGHEST 1000

static const uint8_t key[TAC_KEY_SIZE] = { 1 };

static void
require (bool holds)
{
  if (!holds)
    abort ();
}

/* The same again after encoding and decoding, and encoded in one way only. */
static void
check (const TacPathOffer *offer)
{
  uint8_t once[TAC_PATH_OFFER_SIZE], twice[TAC_PATH_OFFER_SIZE];
  TacPathOffer again;

  require (offer->candidates.n <= TAC_CANDIDATES_MAX);
  for (size_t i = 0; i < offer->candidates.n; i++)
    require (tac_candidate_valid (&offer->candidates.list[i]));
  tac_path_offer_encode (offer, once);
  require (tac_path_offer_decode (&again, once, sizeof once));
  require (again.generation == offer->generation && again.candidates.n == offer->candidates.n);
  tac_path_offer_encode (&again, twice);
  require (memcmp (once, twice, sizeof once) == 0);
}

static void
take_value (const uint8_t *data, size_t size)
{
  TacPathOffer offer;

  if (!tac_path_offer_decode (&offer, data, size))
    return;
  require (size == TAC_PATH_OFFER_SIZE && offer.generation == data[0]);
  check (&offer);
}

static void
take_sms (const uint8_t *data, size_t size)
{
  uint8_t body[BODY_SIZE] = { 0 }, sms[TAC_SMS_SIZE], nonce[12] = { 0 };
  uint32_t highest = HIGHEST, counter;
  TacPathOffer offer;
  TacMessageResult result;

  require (tac_path_sms_open (key, &highest, data, size, &offer) != TAC_MESSAGE_OK);
  require (highest == HIGHEST);
  if (size < 4)
    return;

  memcpy (body, data + 4, size - 4 < sizeof body ? size - 4 : sizeof body);
  tac_message_header (sms, TAC_SMS_PATH);
  memcpy (sms + 2, data, 4);
  memcpy (nonce + 8, data, 4);
  crypto_aead_chacha20poly1305_ietf_encrypt (sms + 6, NULL, body, sizeof body, sms, 6, NULL, nonce,
                                             key);
  counter = (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
  result = tac_path_sms_open (key, &highest, sms, sizeof sms, &offer);
  require (result == TAC_MESSAGE_OK || result == TAC_MESSAGE_INVALID);
  require (highest == (result == TAC_MESSAGE_OK ? counter : HIGHEST) && highest >= HIGHEST);
  if (result == TAC_MESSAGE_OK)
    check (&offer);
  require (tac_path_sms_open (key, &highest, sms, sizeof sms, &offer) != TAC_MESSAGE_OK);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  if (data[0] % 2 == 0)
    take_value (data + 1, size - 1);
  else
    take_sms (data + 1, size - 1);
  return 0;
}
