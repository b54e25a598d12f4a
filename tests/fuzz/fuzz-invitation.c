/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMS messages of anybody, and payloads of an authentic peer that breaks the protocol.
 * First byte: what the rest is. 0: a whole SMS; 1: INVITE's payload; 2: REPLY's; 3: PAIR's body. */
#include "codecs/invitation.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const uint8_t secret_a[TAC_KEY_SIZE] = { 1 }, secret_b[TAC_KEY_SIZE] = { 2 };
static const uint8_t e_a[TAC_KEY_SIZE] = { 3 }, e_b[TAC_KEY_SIZE] = { 4 };

static void
require (bool holds)
{
  if (!holds)
    abort ();
}

static void
check_candidates (const TacCandidates *candidates)
{
  require (candidates->n <= TAC_CANDIDATES_MAX);
  for (size_t i = 0; i < candidates->n; i++)
    require (tac_candidate_valid (&candidates->list[i]));
}

static TacMessageResult
try_invite (const uint8_t *sms, size_t size, const TacKeyPair *a, const TacKeyPair *b,
            TacHandshake *hs)
{
  TacInviteTrial trial;
  TacInvite invite;
  uint8_t ss[TAC_KEY_SIZE];
  TacMessageResult result = tac_invite_trial (&trial, sms, size, b);

  if (result != TAC_MESSAGE_OK)
    return result;
  require (tac_contact_secret (ss, b, a->public) == TAC_MESSAGE_OK);
  result = tac_invite_try (&trial, hs, b, a->public, ss, &invite);
  if (result == TAC_MESSAGE_OK)
    check_candidates (&invite.candidates);
  return result;
}

static void
try_pair (const uint8_t *sms, size_t size)
{
  uint8_t again[TAC_SMS_SIZE];
  TacPair pair;

  if (tac_pair_open (sms, size, &pair) != TAC_MESSAGE_OK)
    return;
  require (memchr (pair.name, '\0', sizeof pair.name) != NULL);
  require (tac_pair_create (again, &pair) == TAC_MESSAGE_OK);
  require (memcmp (again, sms, sizeof again) == 0);
}

/* Nobody but A can make what Bob takes for an INVITE of A: no input may. */
static void
from_anybody (const uint8_t *data, size_t size, const TacKeyPair *a, const TacKeyPair *b)
{
  TacHandshake hs;
  TacReply reply;
  TacInvite invite = { 0 };
  uint8_t sms[TAC_SMS_SIZE];

  require (try_invite (data, size, a, b, &hs) != TAC_MESSAGE_OK);
  try_pair (data, size);
  require (tac_invite_create (&hs, sms, a, b->public, e_a, &invite) == TAC_MESSAGE_OK);
  require (tac_reply_open (&hs, data, size, &reply) != TAC_MESSAGE_OK);
}

static void
from_peer (bool is_reply, const uint8_t payload[TAC_SMS_PAYLOAD_SIZE], const TacKeyPair *a,
           const TacKeyPair *b)
{
  static const uint8_t empty[TAC_SMS_PAYLOAD_SIZE];
  uint8_t sms[TAC_SMS_SIZE], out[TAC_SMS_PAYLOAD_SIZE];
  TacHandshake caller, callee;
  TacReply reply;

  tac_noise_start (&caller.noise, TAC_NOISE_INITIATOR, (const uint8_t *)"tacitel/1", 9, a,
                   b->public);
  tac_noise_start (&callee.noise, TAC_NOISE_RESPONDER, (const uint8_t *)"tacitel/1", 9, b,
                   a->public);
  tac_message_header (sms, TAC_SMS_INVITE);
  require (tac_noise_create_first (&caller.noise, e_a, is_reply ? empty : payload,
                                   TAC_SMS_PAYLOAD_SIZE, sms + TAC_SMS_HEADER_SIZE));
  if (!is_reply)
    {
      require (try_invite (sms, sizeof sms, a, b, &callee) != TAC_MESSAGE_FORGED);
      return;
    }
  require (tac_noise_consume_first (&callee.noise, sms + TAC_SMS_HEADER_SIZE,
                                    sizeof sms - TAC_SMS_HEADER_SIZE, out));
  tac_message_header (sms, TAC_SMS_REPLY);
  require (tac_noise_create_second (&callee.noise, e_b, payload, TAC_SMS_PAYLOAD_SIZE,
                                    sms + TAC_SMS_HEADER_SIZE));
  if (tac_reply_open (&caller, sms, sizeof sms, &reply) == TAC_MESSAGE_OK)
    check_candidates (&reply.candidates);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  uint8_t payload[TAC_SMS_PAYLOAD_SIZE] = { 0 }, sms[TAC_SMS_SIZE] = { 0 };
  TacKeyPair a, b;

  if (size == 0)
    return 0;
  tac_noise_key_pair (&a, secret_a);
  tac_noise_key_pair (&b, secret_b);
  size--;
  memcpy (payload, data + 1, size < sizeof payload ? size : sizeof payload);
  if (data[0] == 0)
    from_anybody (data + 1, size, &a, &b);
  else if (data[0] <= 2)
    from_peer (data[0] == 2, payload, &a, &b);
  else
    {
      tac_message_header (sms, TAC_SMS_PAIR);
      memcpy (sms + 2, data + 1, size < sizeof sms - 2 ? size : sizeof sms - 2);
      try_pair (sms, sizeof sms);
    }
  return 0;
}
