/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A few floats a block: the same on every machine, whether libspeexdsp was built for fixed point,
 * where it has no gain control, or not. */
#include "codecs/voice-gain.h"

#include <math.h>

#define FULL 32768.0f
#define PEAK 29000.0f     /* -1 dBFS: nothing is made louder than this */
#define FLOOR_DBFS (-50)  /* softer is no speech, whoever says so */
#define LEVEL_KEEP 0.99f  /* 2 s of speech */
#define UP_DB (3.0f / 50) /* a block */
#define DOWN_DB (6.0f / 50)
#define RELEASE_DB (20.0f / 50) /* after what would have clipped */

static float
from_db (float db)
{
  return powf (10, db / 20);
}

static float
square_of_db (float dbfs)
{
  return FULL * FULL * powf (10, dbfs / 10);
}

void
tac_voice_gain_init (TacVoiceGain *gain)
{
  gain->gain = gain->applied = 1;
  gain->level = square_of_db (TAC_VOICE_GAIN_TARGET_DBFS);
}

static void
measure (const int16_t *pcm, unsigned samples, float *square, float *peak)
{
  *square = *peak = 0;
  for (unsigned i = 0; i < samples; i++)
    {
      float value = fabsf ((float)pcm[i]);

      *square += value * value;
      if (value > *peak)
        *peak = value;
    }
  *square /= (float)samples;
}

/* A step from the present gain to what the level asks for. */
static void
follow (TacVoiceGain *gain, float square)
{
  float wanted;

  gain->level = LEVEL_KEEP * gain->level + (1 - LEVEL_KEEP) * square;
  wanted = sqrtf (square_of_db (TAC_VOICE_GAIN_TARGET_DBFS) / gain->level);
  wanted = fmaxf (wanted, from_db (TAC_VOICE_GAIN_MIN_DB));
  wanted = fminf (wanted, from_db (TAC_VOICE_GAIN_MAX_DB));
  gain->gain
      = fminf (fmaxf (wanted, gain->gain * from_db (-DOWN_DB)), gain->gain * from_db (UP_DB));
}

void
tac_voice_gain_run (TacVoiceGain *gain, int16_t *pcm, unsigned samples, bool speech)
{
  float square, peak, from, step;

  measure (pcm, samples, &square, &peak);
  if (speech && square > square_of_db (FLOOR_DBFS))
    follow (gain, square);
  from = gain->applied;
  gain->applied = fminf (gain->gain, from * from_db (RELEASE_DB));
  if (peak * gain->applied > PEAK)
    gain->applied = fminf (gain->applied, fmaxf (PEAK / peak, from_db (TAC_VOICE_GAIN_MIN_DB)));
  if (peak * from > PEAK) /* no time for a slope */
    from = gain->applied;
  step = (gain->applied - from) / (float)samples;
  for (unsigned i = 0; i < samples; i++)
    {
      float value = (float)pcm[i] * (from + step * (float)(i + 1));

      pcm[i] = (int16_t)lrintf (fminf (fmaxf (value, INT16_MIN), INT16_MAX));
    }
}

int
tac_voice_gain_db (const TacVoiceGain *gain)
{
  return (int)lrintf (20 * log10f (gain->gain));
}
