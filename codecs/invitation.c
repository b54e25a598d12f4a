/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INVITE and REPLY: what the payloads mean, on top of the handshake in noise.c. */
#include "invitation.h"

#include "cursor.h"

#include <sodium.h>
#include <string.h>

#define TIME_SIZE 6
#define BODY(sms) ((sms) + TAC_SMS_HEADER_SIZE)
#define BODY_SIZE (TAC_SMS_SIZE - TAC_SMS_HEADER_SIZE)

static const uint8_t prologue[] = { 't', 'a', 'c', 'i', 't', 'e', 'l', '/', '1' };

_Static_assert(BODY_SIZE == TAC_NOISE_OVERHEAD + TAC_SMS_PAYLOAD_SIZE, "a handshake message");
_Static_assert(TIME_SIZE + 1 + TAC_CANDIDATES_SIZE <= TAC_SMS_PAYLOAD_SIZE, "INVITE's payload");

/* Both payloads end in candidates and zeros. */
static void
write_candidates (TacWriter *writer, const TacCandidates *candidates)
{
  uint8_t encoded[TAC_CANDIDATES_SIZE];

  tac_candidates_encode (candidates, encoded, sizeof encoded);
  tac_write_bytes (writer, encoded, sizeof encoded);
  tac_write_zeros (writer);
}

static bool
read_candidates (TacReader *reader, TacCandidates *candidates)
{
  uint8_t encoded[TAC_CANDIDATES_SIZE] = { 0 };

  tac_read_bytes (reader, encoded, sizeof encoded);
  return !reader->failed && tac_read_zeros (reader)
         && tac_candidates_decode (candidates, encoded, sizeof encoded);
}

static void
write_invite (uint8_t payload[TAC_SMS_PAYLOAD_SIZE], const TacInvite *invite)
{
  TacWriter writer = tac_writer (payload, TAC_SMS_PAYLOAD_SIZE);

  tac_write_number (&writer, invite->time_ms, TIME_SIZE);
  tac_write_number (&writer, invite->capabilities, 1);
  write_candidates (&writer, &invite->candidates);
}

static bool
read_invite (const uint8_t payload[TAC_SMS_PAYLOAD_SIZE], TacInvite *invite)
{
  TacReader reader = tac_reader (payload, TAC_SMS_PAYLOAD_SIZE);

  invite->time_ms = tac_read_number (&reader, TIME_SIZE);
  invite->capabilities = (uint8_t)tac_read_number (&reader, 1);
  return read_candidates (&reader, &invite->candidates);
}

static void
write_reply (uint8_t payload[TAC_SMS_PAYLOAD_SIZE], const TacReply *reply)
{
  TacWriter writer = tac_writer (payload, TAC_SMS_PAYLOAD_SIZE);

  tac_write_number (&writer, reply->status, 1);
  tac_write_number (&writer, reply->capabilities, 1);
  write_candidates (&writer, &reply->candidates);
}

static bool
read_reply (const uint8_t payload[TAC_SMS_PAYLOAD_SIZE], TacReply *reply)
{
  TacReader reader = tac_reader (payload, TAC_SMS_PAYLOAD_SIZE);
  uint8_t status = (uint8_t)tac_read_number (&reader, 1);

  if (status > TAC_REPLY_NO_DATA)
    return false;
  reply->status = (TacReplyStatus)status;
  reply->capabilities = (uint8_t)tac_read_number (&reader, 1);
  return read_candidates (&reader, &reply->candidates);
}

TacMessageResult
tac_invite_create (TacHandshake *hs, uint8_t sms[TAC_SMS_SIZE], const TacKeyPair *me,
                   const uint8_t peer[TAC_KEY_SIZE], const uint8_t ephemeral[TAC_KEY_SIZE],
                   const TacInvite *invite)
{
  uint8_t payload[TAC_SMS_PAYLOAD_SIZE], message[TAC_SMS_SIZE];
  TacHandshake next;
  bool ok;

  write_invite (payload, invite);
  tac_message_header (message, TAC_SMS_INVITE);
  tac_noise_start (&next.noise, TAC_NOISE_INITIATOR, prologue, sizeof prologue, me, peer);
  ok = tac_noise_create_first (&next.noise, ephemeral, payload, sizeof payload, BODY (message));
  if (ok)
    {
      memcpy (sms, message, sizeof message);
      *hs = next;
    }
  tac_handshake_wipe (&next);
  sodium_memzero (payload, sizeof payload);
  return ok ? TAC_MESSAGE_OK : TAC_MESSAGE_INVALID;
}

TacMessageResult
tac_reply_open (TacHandshake *hs, const uint8_t *sms, size_t size, TacReply *reply)
{
  TacMessageResult result = tac_message_expect (sms, size, TAC_SMS_REPLY);
  uint8_t payload[TAC_SMS_PAYLOAD_SIZE];
  TacHandshake next;
  TacReply read = { 0 };

  if (result != TAC_MESSAGE_OK)
    return result;
  next = *hs;
  if (!tac_noise_consume_second (&next.noise, BODY (sms), BODY_SIZE, payload))
    result = TAC_MESSAGE_FORGED;
  else if (!read_reply (payload, &read))
    result = TAC_MESSAGE_INVALID;
  else
    {
      *hs = next;
      *reply = read;
    }
  tac_handshake_wipe (&next);
  sodium_memzero (payload, sizeof payload);
  return result;
}

TacMessageResult
tac_contact_secret (uint8_t ss[TAC_KEY_SIZE], const TacKeyPair *me,
                    const uint8_t peer[TAC_KEY_SIZE])
{
  uint8_t dh[TAC_KEY_SIZE];
  bool ok = tac_noise_dh (dh, me->secret, peer);

  if (ok)
    memcpy (ss, dh, sizeof dh);
  sodium_memzero (dh, sizeof dh);
  return ok ? TAC_MESSAGE_OK : TAC_MESSAGE_INVALID;
}

TacMessageResult
tac_invite_trial (TacInviteTrial *trial, const uint8_t *sms, size_t size, const TacKeyPair *me)
{
  TacMessageResult result = tac_message_expect (sms, size, TAC_SMS_INVITE);

  if (result != TAC_MESSAGE_OK)
    return result;
  if (!tac_noise_trial (&trial->noise, prologue, sizeof prologue, me, BODY (sms), BODY_SIZE))
    return TAC_MESSAGE_INVALID;
  memcpy (trial->sms, sms, TAC_SMS_SIZE);
  return TAC_MESSAGE_OK;
}

TacMessageResult
tac_invite_try (const TacInviteTrial *trial, TacHandshake *hs, const TacKeyPair *me,
                const uint8_t peer[TAC_KEY_SIZE], const uint8_t ss[TAC_KEY_SIZE], TacInvite *invite)
{
  TacMessageResult result = TAC_MESSAGE_OK;
  uint8_t payload[TAC_SMS_PAYLOAD_SIZE];
  TacHandshake next;
  TacInvite read = { 0 };

  if (!tac_noise_try_first (&trial->noise, &next.noise, me, peer, ss, BODY (trial->sms), BODY_SIZE,
                            payload))
    result = TAC_MESSAGE_FORGED;
  else if (!read_invite (payload, &read))
    result = TAC_MESSAGE_INVALID;
  else
    {
      *hs = next;
      *invite = read;
    }
  tac_handshake_wipe (&next);
  sodium_memzero (payload, sizeof payload);
  return result;
}

TacMessageResult
tac_reply_create (TacHandshake *hs, uint8_t sms[TAC_SMS_SIZE],
                  const uint8_t ephemeral[TAC_KEY_SIZE], const TacReply *reply)
{
  uint8_t payload[TAC_SMS_PAYLOAD_SIZE], message[TAC_SMS_SIZE];
  bool ok;

  write_reply (payload, reply);
  tac_message_header (message, TAC_SMS_REPLY);
  ok = tac_noise_create_second (&hs->noise, ephemeral, payload, sizeof payload, BODY (message));
  if (ok)
    memcpy (sms, message, sizeof message);
  sodium_memzero (payload, sizeof payload);
  return ok ? TAC_MESSAGE_OK : TAC_MESSAGE_INVALID;
}

void
tac_handshake_ice (const TacHandshake *hs, uint8_t generation, TacIceCredentials *out)
{
  tac_kdf_ice (out, hs->noise.invite_ck, generation);
}

void
tac_handshake_split (TacHandshake *hs, TacCallKeys *keys)
{
  TacNoiseCipher send, receive;

  tac_noise_split (&hs->noise, &send, &receive);
  memcpy (keys->send_root, send.k, sizeof send.k);
  memcpy (keys->receive_root, receive.k, sizeof receive.k);
  memcpy (keys->h, hs->noise.h, sizeof hs->noise.h);
  sodium_memzero (&send, sizeof send);
  sodium_memzero (&receive, sizeof receive);
}

void
tac_handshake_wipe (TacHandshake *hs)
{
  sodium_memzero (hs, sizeof *hs);
}
