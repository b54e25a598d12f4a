/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sealing of call datagrams: direction keys, epochs, replay window (docs/protocol.md §5, §6). */
#pragma once
#include "replay.h"
#include "wire.h"
#include <stddef.h>

typedef enum
{
  TAC_OPEN_OK,
  TAC_OPEN_LENGTH, /* not TAC_DATAGRAM_SIZE bytes, or another type */
  TAC_OPEN_AHEAD,  /* more than TAC_EPOCH_AHEAD_MAX epochs ahead of the newest authentic tick */
  TAC_OPEN_LATE,   /* its epoch's key is gone */
  TAC_OPEN_FORGED, /* the tag does not fit */
  TAC_OPEN_REPLAY, /* seen before, or behind the window */
} TacOpenResult;
#define TAC_OPEN_RESULTS 6

/* Voice, sending side. */
typedef struct
{
  uint8_t chain[TAC_KEY_SIZE]; /* of the epoch after this one */
  uint8_t key[TAC_KEY_SIZE];
  uint32_t epoch;
  uint64_t next_tick; /* lowest tick not used yet; past UINT32_MAX the call must end */
} TacVoiceSealer;

/* Voice, receiving side. The keys ahead are made when an epoch begins, not when a datagram claims
 * one: a forgery costs one tag. The chain, which must be kept, gives them to a thief anyway. */
typedef struct
{
  uint8_t chain[TAC_KEY_SIZE];                         /* of the epoch after the last of keys */
  uint8_t keys[TAC_EPOCH_AHEAD_MAX + 1][TAC_KEY_SIZE]; /* of epoch, epoch + 1, … */
  uint8_t before[TAC_KEY_SIZE];
  bool has_before;
  uint32_t epoch; /* the newest authentic one */
  TacReplayWindow window;
} TacVoiceOpener;

/* Control: one key for the call, the counter is the nonce and is used once. */
typedef struct
{
  uint8_t key[TAC_KEY_SIZE];
  uint64_t next;
} TacControlSealer;
typedef struct
{
  uint8_t key[TAC_KEY_SIZE];
  TacReplayWindow window;
} TacControlOpener;

/* @chain: c₀ of the direction (tac_kdf_voice); the caller wipes its copy. */
void tac_voice_sealer_init (TacVoiceSealer *sealer, const uint8_t chain[TAC_KEY_SIZE]);
void tac_voice_opener_init (TacVoiceOpener *opener, const uint8_t chain[TAC_KEY_SIZE]);

/**
 * tac_voice_seal:
 * @tick: media time of the first sample in 20 ms units; higher than any sealed before
 * Returns: false, and nothing sealed, for any other @tick, since a nonce is never repeated, and for
 * one more than TAC_EPOCH_AHEAD_MAX epochs ahead of the last, which nobody would open.
 */
bool tac_voice_seal (TacVoiceSealer *sealer, uint32_t tick, const uint8_t body[TAC_BODY_SIZE],
                     uint8_t packet[TAC_DATAGRAM_SIZE]);
/**
 * tac_voice_open:
 * @body: (out) 60 bytes; untouched unless TAC_OPEN_OK
 * @tick: (out) media time of the first sample
 * Order: length, epoch bounds, tag, replay window; state changes only on success. One thread.
 */
TacOpenResult tac_voice_open (TacVoiceOpener *opener, const uint8_t *packet, size_t size,
                              uint8_t body[TAC_BODY_SIZE], uint32_t *tick);

void tac_control_sealer_init (TacControlSealer *sealer, const uint8_t key[TAC_KEY_SIZE]);
void tac_control_opener_init (TacControlOpener *opener, const uint8_t key[TAC_KEY_SIZE]);
/* Returns: false once 2³² counters are used. */
bool tac_control_seal (TacControlSealer *sealer, const uint8_t body[TAC_BODY_SIZE],
                       uint8_t packet[TAC_DATAGRAM_SIZE]);
TacOpenResult tac_control_open (TacControlOpener *opener, const uint8_t *packet, size_t size,
                                uint8_t body[TAC_BODY_SIZE], uint32_t *counter);
