/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evens the level of speech: up to 18 dB more, slowly, for who speaks softly; less at once for what
 * would clip. What is no speech changes nothing. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define TAC_VOICE_GAIN_TARGET_DBFS (-23) /* of active speech, as ITU-T P.56 has it */
#define TAC_VOICE_GAIN_MAX_DB 18
#define TAC_VOICE_GAIN_MIN_DB (-12)

typedef struct
{
  float gain;    /* factor that the level asks for */
  float applied; /* at the end of the last block: less where it would clip */
  float level;   /* mean square of speech */
} TacVoiceGain;

void tac_voice_gain_init (TacVoiceGain *gain);
/**
 * tac_voice_gain_run:
 * @pcm: (inout): 20 ms, @samples
 * @speech: it is the near end's speech, as far as one can tell
 */
void tac_voice_gain_run (TacVoiceGain *gain, int16_t *pcm, unsigned samples, bool speech);
int tac_voice_gain_db (const TacVoiceGain *gain);
