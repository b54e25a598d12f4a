/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was played, read again when its echo comes back: the far end's history, aligned with the
 * microphone. */
#pragma once
#include "codecs/voice-lag.h"

#define TAC_VOICE_FAR_BLOCKS 64 /* of 20 ms: the history */
#define TAC_VOICE_FAR_MARGIN_MS                                                                    \
  16 /* the echo's place in the filter, and how wrong a delay may be */
#define TAC_VOICE_FAR_UNKNOWN_MS 60

/* Positions are samples since the start of either direction; far minus near is an offset. */
typedef struct
{
  unsigned block; /* samples in 20 ms */
  int64_t written, captured;
  int64_t offset;          /* that the history is read at, the margin apart */
  int64_t said, candidate; /* offsets by what the server says: believed; perhaps */
  unsigned agree;          /* blocks that it said the candidate */
  unsigned trust;          /* blocks that the alignment is not doubted */
  unsigned astray;         /* blocks that the echo was found out of the filter's reach */
  bool begun;
  uint64_t moves;
  int16_t *ring; /* TAC_VOICE_FAR_BLOCKS blocks */
  TacVoiceLag lag;
} TacVoiceFar;

bool tac_voice_far_init (TacVoiceFar *far, unsigned block); /* false: no memory */
void tac_voice_far_clear (TacVoiceFar *far);
void tac_voice_far_write (TacVoiceFar *far, const int16_t *pcm);
/**
 * tac_voice_far_read:
 * @near: a block of the microphone
 * @delay_ms: as tac_voice_dsp_capture() has it
 * @reach_ms: an echo up to so late is still cancelled
 * @left: of the microphone's power behind the filter, lately; 1 or more: it does not help, or did
 *   nothing lately. Where it helps the delay is right, whatever the server says.
 * @pcm: (out): the block of the far end whose echo is in @near
 *
 * Returns: true if it is read from elsewhere than the last block was.
 */
bool tac_voice_far_read (TacVoiceFar *far, const int16_t *near, unsigned delay_ms,
                         unsigned reach_ms, float left, int16_t *pcm);
/* The filter found its echo gone. */
void tac_voice_far_doubt (TacVoiceFar *far);
/* Delay that the history is read at; UNKNOWN_MS before. */
unsigned tac_voice_far_delay_ms (const TacVoiceFar *far);
