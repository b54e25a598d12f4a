/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The soft tone that says: the other phone is not heard, but is being sought. */
#pragma once
#include <stdint.h>

/* 425 Hz, as tones of telephone networks are (ITU-T E.180), and soft beside speech, which has
 * its peaks at full scale. First after a while without voice, so that it is not in every hole. */
#define TAC_TONE_HZ 425
#define TAC_TONE_DBFS (-30) /* of its amplitude */
#define TAC_TONE_MS 200
#define TAC_TONE_RAMP_MS 20 /* of that, at either end */
#define TAC_TONE_FIRST_MS 500
#define TAC_TONE_EVERY_MS 2000

typedef enum
{
  TAC_TONE_NONE,
  TAC_TONE_RINGBACK,
  TAC_TONE_BUSY,
  TAC_TONE_SEARCHING, /* the other phone is not heard, but is being sought */
  TAC_TONE_ENDED,
} TacToneKind;

typedef struct
{
  uint64_t samples; /* without voice, up to now */
} TacTone;

/**
 * tac_tone_play:
 * @pcm: (out): @samples of the pause, at @rate samples a second
 *
 * Voice may follow at once, with no click: where @samples are a whole 20 ms each time, the tone
 * passes through zero at the end of each. No allocation.
 */
void tac_tone_play (TacTone *tone, unsigned rate, int16_t *pcm, unsigned samples);
/* There is voice again, or nothing to be told. */
void tac_tone_stop (TacTone *tone);
