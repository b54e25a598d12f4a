/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tones in place of voice that tell this phone's user, and nobody else, how the call stands. Pure:
 * time is what was played. */
#pragma once
#include <stdint.h>

/* 425 Hz and these cadences are the European ones of ITU-T E.180; soft beside speech, which has its
 * peaks at full scale. 20 ms of it are 8½ periods, and all that is below is whole 20 ms: so a block
 * of a tone ends at zero. */
#define TAC_TONE_HZ 425
#define TAC_TONE_RAMP_MS 20 /* at either end of a beep */

typedef enum
{
  TAC_TONE_NONE,
  TAC_TONE_RINGBACK,  /* the other phone rings: 1 s in 5 s */
  TAC_TONE_BUSY,      /* it is in a call, or declined: ½ s in 1 s */
  TAC_TONE_SEARCHING, /* it is not heard, but is being sought: 200 ms in 2 s, softer, and first
                         after ½ s without voice, so that it is not in every hole */
  TAC_TONE_ENDED,     /* it hung up, or the call is lost: three short beeps, once */
} TacToneKind;
#define TAC_TONE_KINDS 5

/* {0} is none. */
typedef struct
{
  TacToneKind kind;
  uint64_t samples; /* without voice, up to now */
} TacTone;

/* Begins @kind; that which is set already goes on. */
void tac_tone_set (TacTone *tone, TacToneKind kind);
/**
 * tac_tone_play:
 * @pcm: (out): @samples of the pause, at @rate samples a second
 *
 * Voice may follow at once, with no click: where @samples are a whole 20 ms each time, the tone
 * passes through zero at the end of each. No allocation.
 */
void tac_tone_play (TacTone *tone, unsigned rate, int16_t *pcm, unsigned samples);
/* There is voice: the next pause has the tone from its beginning. */
void tac_tone_restart (TacTone *tone);
