/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cross-correlation of what envelopes do beyond their slow mean: where syllables begin and
 * end. Over some seconds the echo's lag stands out, whoever else talks. 140 products for 5 ms. */
#include "codecs/voice-lag.h"

#include <math.h>
#include <string.h>

#define MEAN_KEEP 0.95f      /* 100 ms */
#define PRODUCT_KEEP 0.9985f /* 3 s of what was heard */
#define HEARD_FIRST 200      /* 1 s, before anything is said */
#define HEARD_LIMIT 2000
#define QUIET 12.0f            /* log2 of a power: about -54 dBFS */
#define STANDS_OUT 0.25f       /* of a perfect correlation, in the end */
#define STANDS_OUT_FIRST 80.0f /* more, by units heard: chance has its way with few */
#define BESIDE 16              /* units that the peak is wide */
#define SLACK 8                /* units that the offset may grow by */
#define LATE 2                 /* units that a room's envelope rises late by */

static float
envelope (const int16_t *pcm, unsigned samples)
{
  float power = 0;

  /* The difference of neighbours: room noise is low, consonants are high. */
  for (unsigned i = 1; i < samples; i++)
    {
      float step = (float)(pcm[i] - pcm[i - 1]);

      power += step * step;
    }
  return log2f (power / (float)samples + 64);
}

static float
beyond (float *mean, float value)
{
  *mean = MEAN_KEEP * *mean + (1 - MEAN_KEEP) * value;
  return value - *mean;
}

void
tac_voice_lag_far (TacVoiceLag *lag, const int16_t *pcm, unsigned samples)
{
  unsigned unit = samples / TAC_VOICE_LAG_UNITS;

  for (unsigned u = 0; u < TAC_VOICE_LAG_UNITS; u++)
    lag->far[lag->far_units++ % TAC_VOICE_LAG_HISTORY]
        = beyond (&lag->far_mean, envelope (pcm + u * unit, unit));
}

void
tac_voice_lag_forget (TacVoiceLag *lag)
{
  memset (lag->product, 0, sizeof lag->product);
  lag->far_square = lag->near_square = 0;
  lag->heard = 0;
}

/* The range begins just before the newest that was played, or nothing of it can be heard yet. */
static void
anchor (TacVoiceLag *lag)
{
  int64_t newest = lag->far_units - lag->near_units;

  if (lag->heard > 0 && newest <= lag->newest && newest > lag->newest - 4 * SLACK)
    return;
  tac_voice_lag_forget (lag);
  lag->newest = newest + SLACK;
}

static void
add (TacVoiceLag *lag, float near)
{
  float far_square = 0;

  for (int k = 0; k < TAC_VOICE_LAG_RANGE; k++)
    {
      int64_t at = lag->near_units + lag->newest - k;
      float far = 0;

      if (at >= 0 && at < lag->far_units && at >= lag->far_units - TAC_VOICE_LAG_HISTORY)
        far = lag->far[at % TAC_VOICE_LAG_HISTORY];
      lag->product[k] = PRODUCT_KEEP * lag->product[k] + far * near;
      far_square += far * far;
    }
  lag->far_square = PRODUCT_KEEP * lag->far_square + far_square / TAC_VOICE_LAG_RANGE;
  lag->near_square = PRODUCT_KEEP * lag->near_square + near * near;
}

void
tac_voice_lag_near (TacVoiceLag *lag, const int16_t *pcm, unsigned samples)
{
  unsigned unit = samples / TAC_VOICE_LAG_UNITS;

  anchor (lag);
  for (unsigned u = 0; u < TAC_VOICE_LAG_UNITS; u++, lag->near_units++)
    {
      float near = beyond (&lag->near_mean, envelope (pcm + u * unit, unit));

      if (lag->far_mean < QUIET)
        continue;
      add (lag, near);
      if (lag->heard < HEARD_LIMIT)
        lag->heard++;
    }
}

bool
tac_voice_lag_find (const TacVoiceLag *lag, int64_t *offset)
{
  float scale = sqrtf (lag->far_square * lag->near_square), best = 0, second = 0;
  int peak = 0;

  if (lag->heard < HEARD_FIRST || scale <= 0)
    return false;
  for (int k = 0; k < TAC_VOICE_LAG_RANGE; k++)
    if (lag->product[k] > best)
      {
        best = lag->product[k];
        peak = k;
      }
  for (int k = 0; k < TAC_VOICE_LAG_RANGE; k++)
    if ((k < peak - BESIDE || k > peak + BESIDE) && lag->product[k] > second)
      second = lag->product[k];
  *offset = lag->newest - peak + LATE;
  return best - second > (STANDS_OUT + STANDS_OUT_FIRST / (float)lag->heard) * scale;
}
