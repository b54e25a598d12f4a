/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 20 ms of 425 Hz are 8½ periods: it starts with a block, so it is zero at the end of each. */
#include "codecs/tone.h"

#include <math.h>

/* 0 to 1, a raised cosine at both ends. */
static double
envelope (double ms)
{
  double from_end = fmin (ms, TAC_TONE_MS - ms);

  if (from_end >= TAC_TONE_RAMP_MS)
    return 1;
  return (1 - cos (M_PI * from_end / TAC_TONE_RAMP_MS)) / 2;
}

void
tac_tone_play (TacTone *tone, unsigned rate, int16_t *pcm, unsigned samples)
{
  const uint64_t first = (uint64_t)rate * TAC_TONE_FIRST_MS / 1000;
  const uint64_t every = (uint64_t)rate * TAC_TONE_EVERY_MS / 1000;
  const double amplitude = INT16_MAX * pow (10, TAC_TONE_DBFS / 20.0);

  for (unsigned i = 0; i < samples; i++, tone->samples++)
    {
      uint64_t at = tone->samples < first ? every : (tone->samples - first) % every;
      double ms = (double)at * 1000 / rate;

      if (ms < TAC_TONE_MS)
        pcm[i] = (int16_t)lrint (amplitude * envelope (ms)
                                 * sin (2 * M_PI * TAC_TONE_HZ * (double)at / rate));
      else
        pcm[i] = 0;
    }
}

void
tac_tone_stop (TacTone *tone)
{
  tone->samples = 0;
}
