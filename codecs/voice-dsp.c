/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libspeexdsp's echo canceller (an adaptive filter of the room) and preprocessor (what the filter
 * left of the echo, and noise), and a gain of our own behind them. Where the far end is silent
 * there is no echo, and the filter rests. */
#include "codecs/voice-dsp.h"

#include "codecs/voice-far.h"
#include "codecs/voice-gain.h"

#include <math.h>
#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
#include <stdlib.h>
#include <string.h>

#define PARTS 2  /* of a block, each processed alone: the preprocessor is one of them late */
#define QUIET 20 /* a far end whose samples are at most this is silent: -64 dBFS */
#define ECHO_SUPPRESS_DB (-45)        /* of what the filter left, if nobody talks here */
#define ECHO_SUPPRESS_ACTIVE_DB (-15) /* if somebody does */
#define SPEECH_PERCENT 60
#define ECHO_ONLY 4      /* 6 dB less behind the filter: nobody talks here */
#define POWER_KEEP 0.97f /* 0.7 s */
#define POWER_LEAST 1000 /* mean square: -45 dBFS */
#define STALE 150        /* silent blocks after which this says nothing of now */
#define ADDS 1.05f       /* an echo cancelled that is not there adds its power */
#define ADDS_BLOCKS 8
#define ADDS_IN_A_ROW 10 /* at 25 the library says so on standard error, and begins anew itself */
#define DC_KEEP 0.99f

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
  bool resting;
  bool echo_only;                      /* in this block */
  int16_t *far_pcm, *near_pcm, *spare; /* a block; two parts */
  float power, left; /* of the microphone where an echo may be; of this, behind the filter */
  unsigned adds;     /* blocks that the filter made louder on average */
  unsigned in_a_row; /* blocks, each of them */
  float dc_in, dc_out;
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
  dsp->near_pcm = calloc (dsp->part, sizeof *dsp->near_pcm);
  dsp->spare = calloc (dsp->part, sizeof *dsp->spare);
  if (dsp->far_pcm == NULL || dsp->near_pcm == NULL || dsp->spare == NULL)
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
  tac_voice_gain_init (&dsp->gain);
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
  free (dsp->spare);
  free (dsp);
}

void
tac_voice_dsp_playback (TacVoiceDsp *dsp, const int16_t *pcm)
{
  if (dsp->echo != NULL)
    tac_voice_far_write (&dsp->far, pcm);
}

static bool
is_quiet (const int16_t *pcm, unsigned samples, int most)
{
  for (unsigned i = 0; i < samples; i++)
    if (pcm[i] > most || pcm[i] < -most)
      return false;
  return true;
}

/* A constant in the microphone's samples would click where the filter begins and ends its work. */
static void
block_dc (TacVoiceDsp *dsp, int16_t *pcm)
{
  for (unsigned i = 0; i < dsp->block; i++)
    {
      dsp->dc_out = (float)pcm[i] - dsp->dc_in + DC_KEEP * dsp->dc_out;
      dsp->dc_in = pcm[i];
      pcm[i] = (int16_t)lrintf (fminf (fmaxf (dsp->dc_out, INT16_MIN), INT16_MAX));
    }
}

static float
sum_of_squares (const int16_t *pcm, unsigned samples)
{
  float sum = 0;

  for (unsigned i = 0; i < samples; i++)
    sum += (float)pcm[i] * (float)pcm[i];
  return sum;
}

static void
begin_anew (TacVoiceDsp *dsp)
{
  speex_echo_state_reset (dsp->echo);
  dsp->power = dsp->left = 0;
  dsp->adds = dsp->in_a_row = 0;
  dsp->stats.resets++;
}

/* libspeexdsp learns a second room slowly while it believes in the first, and quickly from
 * nothing. */
static void
judge (TacVoiceDsp *dsp, float power, float left)
{
  dsp->power = POWER_KEEP * dsp->power + (1 - POWER_KEEP) * power / (float)dsp->block;
  dsp->left = POWER_KEEP * dsp->left + (1 - POWER_KEEP) * left / (float)dsp->block;
  if (dsp->power < POWER_LEAST || dsp->left < ADDS * dsp->power)
    dsp->adds = 0;
  else
    dsp->adds++;
  dsp->in_a_row = left > power ? dsp->in_a_row + 1 : dsp->in_a_row / 2;
  if (dsp->adds < ADDS_BLOCKS && dsp->in_a_row < ADDS_IN_A_ROW)
    return;
  begin_anew (dsp);
  tac_voice_far_doubt (&dsp->far);
}

static void
preprocess (TacVoiceDsp *dsp, int16_t *pcm)
{
  if (dsp->preprocess != NULL)
    speex_preprocess_run (dsp->preprocess, pcm);
}

static void
cancel (TacVoiceDsp *dsp, int16_t *pcm)
{
  float power = 0, left = 0;

  for (unsigned at = 0; at < dsp->block; at += dsp->part)
    {
      int16_t *part = pcm + at;

      memcpy (dsp->near_pcm, part, dsp->part * sizeof *pcm);
      speex_echo_cancellation (dsp->echo, dsp->near_pcm, dsp->far_pcm + at, part);
      power += sum_of_squares (dsp->near_pcm, dsp->part);
      left += sum_of_squares (part, dsp->part);
      preprocess (dsp, part);
    }
  judge (dsp, power, left);
  dsp->echo_only = left * ECHO_ONLY < power;
  dsp->stats.cancelled++;
}

/* The filter rests, and what it last took for echo is none. */
static void
rest (TacVoiceDsp *dsp)
{
  speex_preprocess_ctl (dsp->preprocess, SPEEX_PREPROCESS_SET_ECHO_STATE, NULL);
  dsp->resting = true;
}

/* Its memory of the microphone is from before the rest: one part, whose result nobody hears. */
static void
wake (TacVoiceDsp *dsp)
{
  static const int16_t silence[48000 / 50];
  int16_t *last = dsp->near_pcm, *result = dsp->spare;

  speex_echo_cancellation (dsp->echo, last, silence, result);
  speex_preprocess_ctl (dsp->preprocess, SPEEX_PREPROCESS_SET_ECHO_STATE, dsp->echo);
  dsp->resting = false;
}

static bool
echo_possible (TacVoiceDsp *dsp, const int16_t *pcm, unsigned delay_ms)
{
  float left = dsp->power < POWER_LEAST ? 1 : dsp->left / dsp->power;

  if (tac_voice_far_read (&dsp->far, pcm, delay_ms, dsp->options.echo_tail_ms / 2, left,
                          dsp->far_pcm))
    {
      begin_anew (dsp);
      dsp->stats.aligned++;
    }
  dsp->silent = is_quiet (dsp->far_pcm, dsp->block, QUIET) ? dsp->silent + 1 : 0;
  if (dsp->silent > STALE)
    dsp->power = dsp->left = 0;
  return dsp->silent < dsp->rest && !is_quiet (pcm, dsp->block, 0);
}

static void
clean (TacVoiceDsp *dsp, int16_t *pcm, unsigned delay_ms)
{
  block_dc (dsp, pcm);
  dsp->echo_only = false;
  if (dsp->echo != NULL && echo_possible (dsp, pcm, delay_ms))
    {
      if (dsp->resting)
        wake (dsp);
      cancel (dsp, pcm);
      return;
    }
  if (dsp->echo != NULL && !dsp->resting)
    rest (dsp);
  memcpy (dsp->near_pcm, pcm + dsp->block - dsp->part, dsp->part * sizeof *pcm);
  for (unsigned at = 0; at < dsp->block; at += dsp->part)
    preprocess (dsp, pcm + at);
}

static bool
is_speech (TacVoiceDsp *dsp)
{
  int percent = 100;

  if (dsp->preprocess != NULL)
    speex_preprocess_ctl (dsp->preprocess, SPEEX_PREPROCESS_GET_PROB, &percent);
  return percent >= SPEECH_PERCENT && !dsp->echo_only;
}

void
tac_voice_dsp_capture (TacVoiceDsp *dsp, int16_t *pcm, unsigned delay_ms)
{
  dsp->stats.blocks++;
  if (dsp->preprocess != NULL)
    clean (dsp, pcm, delay_ms);
  if (dsp->options.gain)
    tac_voice_gain_run (&dsp->gain, pcm, dsp->block, is_speech (dsp));
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
