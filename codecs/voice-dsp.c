/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libspeexdsp's echo canceller (an adaptive filter of the room) and preprocessor (what the filter
 * left of the echo, and noise), and a gain of our own behind them. Where the far end is silent
 * there is no echo, and the filter rests. */
#include "codecs/voice-dsp.h"

#include "codecs/voice-far.h"
#include "codecs/voice-gain.h"

#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
#include <stdlib.h>
#include <string.h>

#define PARTS 2  /* of a block, each processed alone: the preprocessor is one of them late */
#define QUIET 20 /* a far end whose samples are at most this is silent: -64 dBFS */
#define ECHO_SUPPRESS_DB (-45)        /* of what the filter left, if nobody talks here */
#define ECHO_SUPPRESS_ACTIVE_DB (-15) /* if somebody does */
#define SPEECH_PERCENT 60

struct TacVoiceDsp
{
  TacVoiceDspOptions options;
  unsigned block, part; /* samples */
  unsigned latency_ms;
  unsigned rest;   /* blocks of silence after which the filter holds nothing else */
  unsigned silent; /* blocks of it */
  TacVoiceFar far;
  TacVoiceGain gain;
  SpeexEchoState *echo;
  SpeexPreprocessState *preprocess;
  int16_t *far_pcm, *near_pcm, *last_near; /* blocks */
  TacVoiceDspStats stats;
};

static bool
set_up_echo (TacVoiceDsp *dsp, int rate)
{
  unsigned tail = dsp->options.echo_tail_ms;

  tail = tail < 40 ? 40 : tail > 400 ? 400 : tail;
  dsp->rest = tail / 20 + 2;
  dsp->silent = dsp->rest;
  dsp->options.echo_tail_ms = tail;
  dsp->echo = speex_echo_state_init ((int)dsp->part, (int)(tail * dsp->block / 20));
  if (dsp->echo == NULL)
    return false;
  speex_echo_ctl (dsp->echo, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
  return tac_voice_far_init (&dsp->far, dsp->block);
}

static bool
set_up_preprocess (TacVoiceDsp *dsp, int rate)
{
  int on = 1, off = 0, noise = -(int)dsp->options.noise_db;
  int echo = ECHO_SUPPRESS_DB, active = ECHO_SUPPRESS_ACTIVE_DB;

  dsp->preprocess = speex_preprocess_state_init ((int)dsp->part, rate);
  if (dsp->preprocess == NULL)
    return false;
  dsp->latency_ms = 20 / PARTS;
  speex_preprocess_ctl (dsp->preprocess, SPEEX_PREPROCESS_SET_DENOISE, &on);
  speex_preprocess_ctl (dsp->preprocess, SPEEX_PREPROCESS_SET_AGC, &off);
  speex_preprocess_ctl (dsp->preprocess, SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, &noise);
  speex_preprocess_ctl (dsp->preprocess, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS, &echo);
  speex_preprocess_ctl (dsp->preprocess, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS_ACTIVE, &active);
  if (dsp->echo != NULL)
    speex_preprocess_ctl (dsp->preprocess, SPEEX_PREPROCESS_SET_ECHO_STATE, dsp->echo);
  return true;
}

static bool
set_up (TacVoiceDsp *dsp, unsigned rate)
{
  const TacVoiceDspOptions *options = &dsp->options;

  dsp->far_pcm = calloc (dsp->block, sizeof *dsp->far_pcm);
  dsp->near_pcm = calloc (dsp->block, sizeof *dsp->near_pcm);
  dsp->last_near = calloc (dsp->block, sizeof *dsp->last_near);
  if (dsp->far_pcm == NULL || dsp->near_pcm == NULL || dsp->last_near == NULL)
    return false;
  if (options->echo_tail_ms > 0 && !set_up_echo (dsp, (int)rate))
    return false;
  return (options->echo_tail_ms == 0 && options->noise_db == 0)
         || set_up_preprocess (dsp, (int)rate);
}

TacVoiceDsp *
tac_voice_dsp_new (unsigned rate, const TacVoiceDspOptions *options)
{
  TacVoiceDsp *dsp;

  if (rate != 8000 && rate != 12000 && rate != 16000 && rate != 24000 && rate != 48000)
    return NULL;
  dsp = calloc (1, sizeof *dsp);
  if (dsp == NULL)
    return NULL;
  dsp->options = *options;
  dsp->block = rate / 50;
  dsp->part = dsp->block / PARTS;
  if (dsp->options.noise_db > 40)
    dsp->options.noise_db = 40;
  if (set_up (dsp, rate))
    return dsp;
  tac_voice_dsp_free (dsp);
  return NULL;
}

void
tac_voice_dsp_free (TacVoiceDsp *dsp)
{
  if (dsp == NULL)
    return;
  if (dsp->preprocess != NULL)
    speex_preprocess_state_destroy (dsp->preprocess);
  if (dsp->echo != NULL)
    speex_echo_state_destroy (dsp->echo);
  tac_voice_far_clear (&dsp->far);
  free (dsp->far_pcm);
  free (dsp->near_pcm);
  free (dsp->last_near);
  free (dsp);
}

void
tac_voice_dsp_playback (TacVoiceDsp *dsp, const int16_t *pcm)
{
  if (dsp->echo != NULL)
    tac_voice_far_write (&dsp->far, pcm);
}

static bool
is_quiet (const int16_t *pcm, unsigned samples)
{
  for (unsigned i = 0; i < samples; i++)
    if (pcm[i] > QUIET || pcm[i] < -QUIET)
      return false;
  return true;
}

static void
cancel (TacVoiceDsp *dsp, int16_t *pcm, unsigned delay_ms)
{
  unsigned reach_ms = dsp->options.echo_tail_ms / 2;

  if (tac_voice_far_read (&dsp->far, pcm, delay_ms, reach_ms, dsp->far_pcm))
    dsp->stats.aligned++;
  memcpy (dsp->near_pcm, pcm, dsp->block * sizeof *pcm);
  dsp->silent = is_quiet (dsp->far_pcm, dsp->block) ? dsp->silent + 1 : 0;
  dsp->stats.cancelled++;
  for (unsigned at = 0; at < dsp->block; at += dsp->part)
    {
      speex_echo_cancellation (dsp->echo, dsp->near_pcm + at, dsp->far_pcm + at, pcm + at);
      speex_preprocess_run (dsp->preprocess, pcm + at);
    }
}

void
tac_voice_dsp_capture (TacVoiceDsp *dsp, int16_t *pcm, unsigned delay_ms)
{
  bool speech = true;

  dsp->stats.blocks++;
  if (dsp->echo != NULL)
    cancel (dsp, pcm, delay_ms);
  else if (dsp->preprocess != NULL)
    for (unsigned at = 0; at < dsp->block; at += dsp->part)
      speex_preprocess_run (dsp->preprocess, pcm + at);
  if (!dsp->options.gain)
    return;
  if (dsp->preprocess != NULL)
    {
      int percent = 0;

      speex_preprocess_ctl (dsp->preprocess, SPEEX_PREPROCESS_GET_PROB, &percent);
      speech = percent >= SPEECH_PERCENT;
    }
  tac_voice_gain_run (&dsp->gain, pcm, dsp->block, speech);
}

unsigned
tac_voice_dsp_latency_ms (const TacVoiceDsp *dsp)
{
  return dsp->latency_ms;
}

void
tac_voice_dsp_get_stats (const TacVoiceDsp *dsp, TacVoiceDspStats *stats)
{
  *stats = dsp->stats;
  stats->delay_ms = dsp->echo == NULL ? 0 : tac_voice_far_delay_ms (&dsp->far);
  stats->gain_db = tac_voice_gain_db (&dsp->gain);
}
