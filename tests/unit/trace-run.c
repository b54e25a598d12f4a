/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trace through the playout buffer: a sink takes 20 ms by its own clock, packets come between. */
#include "trace-run.h"

#include "codecs/voice-encoder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TICK_SAMPLES (TRACE_RATE / 50)
#define PI 3.14159265358979323846
#define COMPLEXITY 5 /* below, libopus makes no FEC */

/* Syllables of 250 ms of a voice that rises and falls, a pause of half a second in every two. */
static int16_t
sound (unsigned n)
{
  double t = (double)n / TRACE_RATE, sum = 0;
  double pitch = 120 * t + 5 * sin (2 * PI * 0.5 * t);
  double loudness = fmod (t, 2) < 1.5 ? 1200 * (1 - cos (2 * PI * 4 * t)) + 200 : 4;

  for (unsigned i = 1; i <= 15; i++)
    sum += sin (2 * PI * pitch * i) / i;
  return (int16_t)(loudness * sum + (double)(n * 2654435761u >> 28) - 8);
}

TraceVoice *
trace_voice_new (unsigned loss_percent)
{
  TraceVoice *voice = calloc (1, sizeof *voice);

  for (unsigned profile = 0; profile < TAC_PROFILES; profile++)
    {
      TacVoiceEncoder *encoder = tac_voice_encoder_new (TRACE_RATE, COMPLEXITY);
      unsigned ticks = tac_profile_ticks ((TacProfile)profile), n = 0;
      int16_t pcm[3 * TICK_SAMPLES];

      tac_voice_encoder_set_profile (encoder, (TacProfile)profile);
      tac_voice_encoder_set_loss (encoder, loss_percent);
      for (unsigned body = 0; body < TRACE_BODIES / ticks; body++)
        {
          for (unsigned i = 0; i < ticks * TICK_SAMPLES; i++)
            pcm[i] = sound (n++);
          tac_voice_encode (encoder, pcm, voice->bodies[ticks - 1][body]);
        }
      tac_voice_encoder_free (encoder);
    }
  return voice;
}

static void
put (TacPlayout *playout, const TraceVoice *voice, const TraceArrival *arrival)
{
  unsigned body = arrival->tick / arrival->ticks % (TRACE_BODIES / arrival->ticks);

  tac_playout_put (playout, arrival->at_us, arrival->tick, voice->bodies[arrival->ticks - 1][body]);
}

void
trace_run (const Trace *trace, const TraceVoice *voice, int64_t phase_us, int sink_ppm,
           TraceResult *result)
{
  TacPlayout *playout = tac_playout_new (TRACE_RATE);
  const TacPlayoutStats *stats = tac_playout_stats (playout);
  double tick_us = TRACE_TICK_US / (1 + sink_ppm * 1e-6), sum = 0;
  int64_t end_us = trace->n > 0 ? trace->arrivals[trace->n - 1].at_us : 0, now_us = 0;
  unsigned next = 0, heard = 0;

  for (unsigned n = 0; now_us < end_us; n++)
    {
      int16_t pcm[TICK_SAMPLES];

      now_us = phase_us + (int64_t)(n * tick_us);
      for (; next < trace->n && trace->arrivals[next].at_us <= now_us; next++)
        put (playout, voice, &trace->arrivals[next]);
      if (!tac_playout_get (playout, now_us, pcm))
        continue;
      sum += (double)stats->transit_us;
      heard++;
    }
  result->stats = *stats;
  result->made_up = (uint32_t)stats->concealed;
  result->delay_ms = heard > 0 ? (sum / heard - (double)trace_fastest (trace)) / 1000 : 0;
  tac_playout_free (playout);
}
