/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INVITE and REPLY: the Noise KK handshake in two messages of 133 bytes (docs/protocol.md §3). */
#pragma once
#include "candidate.h"
#include "freshness.h"
#include "kdf.h"
#include "message.h"
#include "noise.h"
#include "pair.h"

typedef enum
{
  TAC_REPLY_RINGING = 0,
  TAC_REPLY_BUSY = 1,
  TAC_REPLY_DECLINED = 2,
  TAC_REPLY_NO_DATA = 3,
} TacReplyStatus;

typedef struct
{
  uint64_t time_ms; /* Unix time of the caller, 48 bits */
  uint8_t capabilities;
  TacCandidates candidates;
} TacInvite;

typedef struct
{
  TacReplyStatus status;
  uint8_t capabilities;
  TacCandidates candidates;
} TacReply;

/* A handshake under way; lives in memory that the caller locks and wipes (tac_handshake_wipe). */
typedef struct
{
  TacNoise noise;
} TacHandshake;

/* What a finished handshake gives. */
typedef struct
{
  uint8_t send_root[TAC_KEY_SIZE];
  uint8_t receive_root[TAC_KEY_SIZE];
  uint8_t h[TAC_HASH_SIZE];
} TacCallKeys;

/* Whatever is (out), @hs included, is untouched unless TAC_MESSAGE_OK: a forged REPLY does not
 * stop the true one. @ephemeral: 32 random bytes, used this once and wiped by the caller. */

/* Caller. INVALID: @peer is of low order. */
TacMessageResult tac_invite_create (TacHandshake *hs, uint8_t sms[TAC_SMS_SIZE],
                                    const TacKeyPair *me, const uint8_t peer[TAC_KEY_SIZE],
                                    const uint8_t ephemeral[TAC_KEY_SIZE], const TacInvite *invite);
TacMessageResult tac_reply_open (TacHandshake *hs, const uint8_t *sms, size_t size,
                                 TacReply *reply);

/* Callee. es is computed once an SMS, ss once a contact, so a try is a few hashes and one AEAD
 * open. */
typedef struct
{
  uint8_t sms[TAC_SMS_SIZE];
  TacNoiseTrial noise;
} TacInviteTrial;
TacMessageResult tac_contact_secret (uint8_t ss[TAC_KEY_SIZE], const TacKeyPair *me,
                                     const uint8_t peer[TAC_KEY_SIZE]);
TacMessageResult tac_invite_trial (TacInviteTrial *trial, const uint8_t *sms, size_t size,
                                   const TacKeyPair *me);
TacMessageResult tac_invite_try (const TacInviteTrial *trial, TacHandshake *hs,
                                 const TacKeyPair *me, const uint8_t peer[TAC_KEY_SIZE],
                                 const uint8_t ss[TAC_KEY_SIZE], TacInvite *invite);
/* Once a handshake: one answer, whose bytes may go by two ways. A second one is INVALID. */
TacMessageResult tac_reply_create (TacHandshake *hs, uint8_t sms[TAC_SMS_SIZE],
                                   const uint8_t ephemeral[TAC_KEY_SIZE], const TacReply *reply);

/* Credentials of the path's @generation: the same on both sides from INVITE on. */
void tac_handshake_ice (const TacHandshake *hs, uint8_t generation, TacIceCredentials *out);
/* Noise Split(), after REPLY. Wipes all of the handshake but what tac_handshake_ice needs. */
void tac_handshake_split (TacHandshake *hs, TacCallKeys *keys);
void tac_handshake_wipe (TacHandshake *hs);
