/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tones: a table of cadences, and one sine that each beep starts anew. */
#include "codecs/tone.h"

#include <math.h>

static const struct
{
  int dbfs; /* of its amplitude */
  unsigned first_ms, on_ms, every_ms;
  unsigned times; /* 0: for ever */
} cadences[TAC_TONE_KINDS] = {
  [TAC_TONE_NONE] = { 0, 0, 0, 1000, 0 },     [TAC_TONE_RINGBACK] = { -24, 0, 1000, 5000, 0 },
  [TAC_TONE_BUSY] = { -24, 0, 500, 1000, 0 }, [TAC_TONE_SEARCHING] = { -30, 500, 200, 2000, 0 },
  [TAC_TONE_ENDED] = { -24, 0, 120, 240, 3 },
};

/* 0 to 1, a raised cosine at both ends. */
static double
envelope (double ms, double on_ms)
{
  double from_end = fmin (ms, on_ms - ms);

  if (from_end >= TAC_TONE_RAMP_MS)
    return 1;
  return (1 - cos (M_PI * from_end / TAC_TONE_RAMP_MS)) / 2;
}

void
tac_tone_set (TacTone *tone, TacToneKind kind)
{
  if (tone->kind != kind)
    *tone = (TacTone){ .kind = kind };
}

void
tac_tone_play (TacTone *tone, unsigned rate, int16_t *pcm, unsigned samples)
{
  const uint64_t first = (uint64_t)rate * cadences[tone->kind].first_ms / 1000;
  const uint64_t every = (uint64_t)rate * cadences[tone->kind].every_ms / 1000;
  const unsigned on_ms = cadences[tone->kind].on_ms, times = cadences[tone->kind].times;
  const double amplitude = INT16_MAX * pow (10, cadences[tone->kind].dbfs / 20.0);

  for (unsigned i = 0; i < samples; i++, tone->samples++)
    {
      uint64_t since = tone->samples < first ? 0 : tone->samples - first;
      uint64_t at = since % every;
      double ms = (double)at * 1000 / rate;

      pcm[i] = 0;
      if (tone->samples >= first && ms < on_ms && (times == 0 || since / every < times))
        pcm[i] = (int16_t)lrint (amplitude * envelope (ms, on_ms)
                                 * sin (2 * M_PI * TAC_TONE_HZ * (double)at / rate));
    }
}

void
tac_tone_restart (TacTone *tone)
{
  tone->samples = 0;
}
