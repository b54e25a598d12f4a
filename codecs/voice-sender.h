/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Voice encoder and sealer of one direction behind one lock: what captures, what controls and what
 * shows it may be different threads. */
#pragma once
#include "codecs/kdf.h"
#include "codecs/voice-encoder.h"
#include "codecs/wire.h"

#define TAC_VOICE_COMPLEXITY_DEFAULT 5

typedef struct TacVoiceSender TacVoiceSender;

typedef struct
{
  TacProfile profile; /* from the next tick on that is a multiple of TAC_PROFILE_BOUNDARY */
  bool mute;
  unsigned loss; /* percent */
  int complexity;
} TacVoiceSenderSettings;

typedef struct
{
  uint64_t packets, muted, next_tick;
  bool fec;
  TacProfile profile; /* of the packet before the next one */
} TacVoiceSenderStats;

typedef enum
{
  TAC_VOICE_SENDER_OK,
  TAC_VOICE_SENDER_REFUSED,   /* by libopus */
  TAC_VOICE_SENDER_EXHAUSTED, /* the key has no tick left, or there is none */
} TacVoiceSenderResult;

/* NULL: no guarded memory for its key (RLIMIT_MEMLOCK). */
TacVoiceSender *tac_voice_sender_new (void);
void tac_voice_sender_free (TacVoiceSender *sender);
void tac_voice_sender_set_chain (TacVoiceSender *sender, const uint8_t chain[TAC_KEY_SIZE]);
/* Wipes it and all that came of it: a packet is sealed again when another is set. */
void tac_voice_sender_forget_chain (TacVoiceSender *sender);
bool tac_voice_sender_has_chain (TacVoiceSender *sender);
void tac_voice_sender_get (TacVoiceSender *sender, TacVoiceSenderSettings *settings);
void tac_voice_sender_set (TacVoiceSender *sender, const TacVoiceSenderSettings *settings);
/* Makes the encoder. false: no such rate. */
bool tac_voice_sender_prepare (TacVoiceSender *sender, unsigned rate);
/* Starts a packet: the profile and so the length hold until it is made. Returns: its samples. */
unsigned tac_voice_sender_begin (TacVoiceSender *sender);
/* Encodes and seals the samples that tac_voice_sender_begin() asked for. */
TacVoiceSenderResult tac_voice_sender_make (TacVoiceSender *sender, const int16_t *pcm,
                                            uint8_t packet[TAC_DATAGRAM_SIZE]);
void tac_voice_sender_get_stats (TacVoiceSender *sender, TacVoiceSenderStats *stats);
