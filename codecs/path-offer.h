/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PATH: where this side can be reached by the call's next path (docs/protocol.md §9): on the
 * control lane, or, when no path is left, by SMS. */
#pragma once
#include "candidate.h"
#include "message.h"

#define TAC_PATH_OFFER_SIZE (1 + TAC_CANDIDATES_SIZE)

typedef struct
{
  uint8_t generation; /* of the path's credentials (tac_handshake_ice) */
  TacCandidates candidates;
} TacPathOffer;

/* As a control message's value: generation 1 ‖ candidates ‖ zeros, always of one size. */
void tac_path_offer_encode (const TacPathOffer *offer, uint8_t out[TAC_PATH_OFFER_SIZE]);
/* False, and @out untouched, where @value is malformed. */
bool tac_path_offer_decode (TacPathOffer *out, const uint8_t *value, size_t size);

/* As an SMS: header 2 ‖ counter 4 ‖ AEAD(generation 1 ‖ candidates 75 ‖ zeros 35); nonce: eight
 * zeros ‖ counter; associated data: the first six bytes. @key: tac_kdf_path of the sender's root.
 * @counter: from 1, used once under a key. */
void tac_path_sms_seal (uint8_t sms[TAC_SMS_SIZE], const uint8_t key[TAC_KEY_SIZE],
                        uint32_t counter, const TacPathOffer *offer);
/* @highest: counter of the newest that opened, 0 for none; moves only on TAC_MESSAGE_OK. One that
 * is not newer is TAC_MESSAGE_INVALID. Order: length, header, tag, counter, content. */
TacMessageResult tac_path_sms_open (const uint8_t key[TAC_KEY_SIZE], uint32_t *highest,
                                    const uint8_t *sms, size_t size, TacPathOffer *offer);
