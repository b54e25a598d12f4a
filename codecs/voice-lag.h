/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds how late the far end's echo comes, from the envelopes of both directions alone: for sound
 * servers and headsets that do not know, or say something else. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define TAC_VOICE_LAG_UNIT_MS 5
#define TAC_VOICE_LAG_UNITS 4     /* a block of 20 ms */
#define TAC_VOICE_LAG_RANGE 140   /* units: 700 ms */
#define TAC_VOICE_LAG_HISTORY 256 /* units */

/* Units are counted from the start of either direction. A far unit minus the near unit that has its
 * echo is the offset: constant while the delay is, however unevenly blocks are asked for. */
typedef struct
{
  int64_t far_units, near_units; /* so far */
  int64_t newest;                /* offset that product[0] is of; the next ones are of less */
  float far[TAC_VOICE_LAG_HISTORY];
  float far_mean, near_mean; /* log2 of the power, slow */
  float product[TAC_VOICE_LAG_RANGE];
  float far_square, near_square;
  unsigned heard; /* near units that the far end was to be heard in, up to a limit */
} TacVoiceLag;

/* @pcm: 20 ms, @samples; in both. */
void tac_voice_lag_far (TacVoiceLag *lag, const int16_t *pcm, unsigned samples);
void tac_voice_lag_near (TacVoiceLag *lag, const int16_t *pcm, unsigned samples);
/* The delay has changed: what was heard counts no more. */
void tac_voice_lag_forget (TacVoiceLag *lag);
/* @offset: (out): in units. Returns: false where nothing stands out. */
bool tac_voice_lag_find (const TacVoiceLag *lag, int64_t *offset);
