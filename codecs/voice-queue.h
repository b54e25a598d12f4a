/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decoded voice that waits to be played: what the decoder made of packets, copies and nothing,
 * joined without clicks, stretched where that is wanted. */
#pragma once
#include "comfort.h"
#include "voice-decoder.h"

/* Made-up ticks in a row: speech from the decoder's memory, turning into comfort noise, then into
 * silence. */
#define TAC_VOICE_QUEUE_SPEECH 3
#define TAC_VOICE_QUEUE_NOISE 8
#define TAC_VOICE_QUEUE_FADING 40
#define TAC_VOICE_QUEUE_GONE 50

typedef struct
{
  TacVoiceDecoder *decoder;
  TacComfort comfort;
  unsigned rate, tick; /* Hz; samples of a tick */
  unsigned n;          /* samples that wait */
  bool seam;           /* what comes next does not go on from them */
  unsigned made_up;    /* ticks in a row */
  uint32_t level;      /* peak of the ticks' mean squares, decaying */
  uint64_t merged;     /* seams */
  int16_t *pcm;        /* they; before it, what was played */
  int16_t buffer[];
} TacVoiceQueue;

TacVoiceQueue *tac_voice_queue_new (unsigned rate);
void tac_voice_queue_free (TacVoiceQueue *queue);
void tac_voice_queue_clear (TacVoiceQueue *queue);

/* These append, where there are less than two ticks. False: the decoder refused, and it was made
 * up. */
bool tac_voice_queue_decode (TacVoiceQueue *queue, const uint8_t body[TAC_BODY_SIZE],
                             unsigned may_leave_out);
bool tac_voice_queue_decode_copy (TacVoiceQueue *queue, const uint8_t next[TAC_BODY_SIZE],
                                  unsigned ticks);
void tac_voice_queue_make_up (TacVoiceQueue *queue);
/* Lets the decoder know what is not to be heard any more. */
void tac_voice_queue_learn (TacVoiceQueue *queue, const uint8_t body[TAC_BODY_SIZE]);

/* Is what is to be played next so low that nobody hears what is done to it? */
bool tac_voice_queue_is_quiet (const TacVoiceQueue *queue);
unsigned tac_voice_queue_shorten (TacVoiceQueue *queue, unsigned most, int alike);
unsigned tac_voice_queue_lengthen (TacVoiceQueue *queue, unsigned most, int alike);

/* A tick, of those that wait or of silence. */
void tac_voice_queue_take (TacVoiceQueue *queue, int16_t *pcm);
void tac_voice_queue_drop (TacVoiceQueue *queue, unsigned samples);
void tac_voice_queue_be_silent (TacVoiceQueue *queue, int16_t *pcm);
