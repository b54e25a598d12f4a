/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INVITE and REPLY, the two messages of the Noise KK handshake, and PAIR: each 133 bytes, one SMS (docs/protocol.md §3). */
#pragma once
#include "candidate.h"
#include "kdf.h"
#include "noise.h"

typedef enum {
  TAC_MESSAGE_OK,
  TAC_MESSAGE_LENGTH,   /* not exactly TAC_SMS_SIZE bytes */
  TAC_MESSAGE_NOT_OURS, /* first byte is not 'T' (a vCard, or another application's datagram) */
  TAC_MESSAGE_VERSION,
  TAC_MESSAGE_TYPE,    /* unknown, or not the type asked for */
  TAC_MESSAGE_FORGED,  /* no authentication: another key, or altered */
  TAC_MESSAGE_INVALID, /* authentic, yet its content breaks the protocol (or a low-order public key) */
} TacMessageResult;

typedef enum { TAC_REPLY_RINGING = 0, TAC_REPLY_BUSY = 1, TAC_REPLY_DECLINED = 2, TAC_REPLY_NO_DATA = 3 } TacReplyStatus;

typedef struct {
  uint64_t time_ms; /* Unix time of the caller, 48 bits */
  uint8_t capabilities;
  TacCandidates candidates;
} TacInvite;

typedef struct {
  TacReplyStatus status;
  uint8_t capabilities;
  TacCandidates candidates;
} TacReply;

/* A handshake under way; lives in memory that the caller locks and wipes (tac_handshake_wipe). */
typedef struct {
  TacNoise noise;
} TacHandshake;

/* What a finished handshake gives. */
typedef struct {
  uint8_t send_root[TAC_KEY_SIZE];
  uint8_t receive_root[TAC_KEY_SIZE];
  uint8_t h[TAC_HASH_SIZE];
} TacCallKeys;

/* Header alone: what kind of SMS is this? Checks length, magic, version and type; nothing is authenticated. */
TacMessageResult tac_message_peek (const uint8_t *sms, size_t size, TacSmsType *type);

/* Caller. @ephemeral: 32 random bytes, a secret key used this once. Fails (INVALID) on a low-order @peer. */
TacMessageResult tac_invite_create (TacHandshake *hs, uint8_t sms[TAC_SMS_SIZE], const TacKeyPair *me,
                                    const uint8_t peer[TAC_KEY_SIZE], const uint8_t ephemeral[TAC_KEY_SIZE],
                                    const TacInvite *invite);
TacMessageResult tac_reply_open (TacHandshake *hs, const uint8_t *sms, size_t size, TacReply *reply);

/* Callee. es is computed once an SMS, ss once a contact (tac_contact_secret), so a try is one AEAD open. */
typedef struct {
  uint8_t sms[TAC_SMS_SIZE];
  uint8_t es[TAC_KEY_SIZE];
} TacInviteTrial;
TacMessageResult tac_contact_secret (uint8_t ss[TAC_KEY_SIZE], const TacKeyPair *me, const uint8_t peer[TAC_KEY_SIZE]);
TacMessageResult tac_invite_trial (TacInviteTrial *trial, const uint8_t *sms, size_t size, const TacKeyPair *me);
/* @hs and @invite untouched unless TAC_MESSAGE_OK. */
TacMessageResult tac_invite_try (const TacInviteTrial *trial, TacHandshake *hs, const TacKeyPair *me,
                                 const uint8_t peer[TAC_KEY_SIZE], const uint8_t ss[TAC_KEY_SIZE], TacInvite *invite);
TacMessageResult tac_reply_create (TacHandshake *hs, uint8_t sms[TAC_SMS_SIZE], const uint8_t ephemeral[TAC_KEY_SIZE],
                                   const TacReply *reply);

/* Credentials of the path's @generation; after INVITE, before or after REPLY, the same on both sides. */
void tac_handshake_ice (const TacHandshake *hs, uint8_t generation, TacIceCredentials *out);
/* Noise Split(), after REPLY. Wipes the handshake's chaining key but not what tac_handshake_ice needs. */
void tac_handshake_split (TacHandshake *hs, TacCallKeys *keys);
void tac_handshake_wipe (TacHandshake *hs);

/* PAIR. @name: UTF-8, at most TAC_PAIR_NAME_MAX bytes, NUL-terminated on reading (65 bytes). */
typedef struct {
  bool answer; /* this answers yours */
  uint8_t identity[TAC_KEY_SIZE];
  char name[TAC_PAIR_NAME_MAX + 1];
} TacPair;
TacMessageResult tac_pair_create (uint8_t sms[TAC_SMS_SIZE], const TacPair *pair);
TacMessageResult tac_pair_open (const uint8_t *sms, size_t size, TacPair *pair);
