/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 20 ms of 425 Hz are 8½ periods: it starts with a block, so it is zero at the end of each. */
#include "tone.h"

#include <math.h>

/* 0 to 1, a raised cosine at both ends. */
static double
envelope (double ms)
{
  double from_end = MIN (ms, TAC_GST_TONE_MS - ms);

  if (from_end >= TAC_GST_TONE_RAMP_MS)
    return 1;
  return (1 - cos (G_PI * from_end / TAC_GST_TONE_RAMP_MS)) / 2;
}

void
tac_gst_tone_play (TacGstTone *tone, guint rate, gint16 *pcm, guint samples)
{
  const guint64 first = (guint64)rate * TAC_GST_TONE_FIRST_MS / 1000;
  const guint64 every = (guint64)rate * TAC_GST_TONE_EVERY_MS / 1000;
  const double amplitude = G_MAXINT16 * pow (10, TAC_GST_TONE_DBFS / 20.0);

  for (guint i = 0; i < samples; i++, tone->samples++)
    {
      guint64 at = tone->samples < first ? every : (tone->samples - first) % every;
      double ms = (double)at * 1000 / rate;

      if (ms < TAC_GST_TONE_MS)
        pcm[i] = (gint16)lrint (amplitude * envelope (ms)
                                * sin (2 * G_PI * TAC_GST_TONE_HZ * (double)at / rate));
      else
        pcm[i] = 0;
    }
}

void
tac_gst_tone_stop (TacGstTone *tone)
{
  tone->samples = 0;
}
