/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Integer samples and a few floats a block: the same on every machine, whether libspeexdsp was
 * built for fixed point, where it has no gain control, or not. */
#include "codecs/voice-gain.h"

#include <math.h>

#define FULL 32768.0f
#define PEAK 29000.0f     /* -1 dBFS: nothing is made louder than this */
#define FLOOR_DBFS (-55)  /* softer is no speech, whoever says so */
#define LEVEL_KEEP 0.98f  /* a second of speech */
#define UP_DB (4.0f / 50) /* a block */
#define DOWN_DB (12.0f / 50)

static float
from_db (float db)
{
  return powf (10, db / 20);
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
static float
follow (const TacVoiceGain *gain)
{
  float wanted = from_db (TAC_VOICE_GAIN_TARGET_DBFS) * FULL / sqrtf (gain->level);
  float up = gain->gain * from_db (UP_DB), down = gain->gain * from_db (-DOWN_DB);

  wanted = fminf (fmaxf (wanted, from_db (TAC_VOICE_GAIN_MIN_DB)), from_db (TAC_VOICE_GAIN_MAX_DB));
  return fminf (fmaxf (wanted, down), up);
}

void
tac_voice_gain_run (TacVoiceGain *gain, int16_t *pcm, unsigned samples, bool speech)
{
  float square, peak, from, step;

  if (gain->gain == 0)
    {
      gain->gain = 1;
      gain->level = powf (from_db (TAC_VOICE_GAIN_TARGET_DBFS) * FULL, 2);
    }
  measure (pcm, samples, &square, &peak);
  from = gain->gain;
  if (speech && square > powf (from_db (FLOOR_DBFS) * FULL, 2))
    {
      gain->level = LEVEL_KEEP * gain->level + (1 - LEVEL_KEEP) * square;
      gain->gain = follow (gain);
    }
  if (peak * gain->gain > PEAK)
    gain->gain = fmaxf (PEAK / peak, from_db (TAC_VOICE_GAIN_MIN_DB));
  if (peak * from > PEAK) /* no time for a slope */
    from = gain->gain;
  step = (gain->gain - from) / (float)samples;
  for (unsigned i = 0; i < samples; i++)
    {
      float value = (float)pcm[i] * (from + step * (float)(i + 1));

      pcm[i] = (int16_t)lrintf (fminf (fmaxf (value, INT16_MIN), INT16_MAX));
    }
}

int
tac_voice_gain_db (const TacVoiceGain *gain)
{
  return gain->gain == 0 ? 0 : (int)lrintf (20 * log10f (gain->gain));
}
