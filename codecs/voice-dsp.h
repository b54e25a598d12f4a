/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a loudspeaker telephone does to the voice before it is encoded: takes the far end's echo
 * out, then noise, and evens the level. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define TAC_VOICE_DSP_ECHO_TAIL_MS 160 /* of a room, and what delays are wrong by */
#define TAC_VOICE_DSP_NOISE_DB 15
#define TAC_VOICE_DSP_DELAY_MAX_MS 500

typedef struct TacVoiceDsp TacVoiceDsp;

typedef struct
{
  unsigned echo_tail_ms; /* 40 to 400; 0: no echo canceller */
  unsigned noise_db;     /* suppress noise by, up to 40; 0: not at all */
  bool gain;             /* even the level of speech */
} TacVoiceDspOptions;

typedef struct
{
  uint64_t blocks;    /* captured */
  uint64_t cancelled; /* of these, with the echo canceller at work */
  uint64_t aligned;   /* times that the far end's history was read from elsewhere */
  uint64_t resets;    /* of the filter: the room has changed */
  unsigned delay_ms;  /* from playback to capture, as the echo canceller has it */
  int gain_db;        /* now */
} TacVoiceDspStats;

/**
 * tac_voice_dsp_new:
 * @rate: 8000, 12000, 16000, 24000 or 48000 Hz
 *
 * One thread: that of the sound card. No allocation after this.
 * Returns: NULL for no such rate or out of memory.
 */
TacVoiceDsp *tac_voice_dsp_new (unsigned rate, const TacVoiceDspOptions *options);
void tac_voice_dsp_free (TacVoiceDsp *dsp);
/* The speaker gets these @rate / 50 samples next. */
void tac_voice_dsp_playback (TacVoiceDsp *dsp, const int16_t *pcm);
/**
 * tac_voice_dsp_capture:
 * @pcm: (inout): @rate / 50 samples from the microphone
 * @delay_ms: from a playback's sample to its echo here, by the sound server: what both directions
 *   hold back together. Above TAC_VOICE_DSP_DELAY_MAX_MS it is nonsense, and not looked at.
 *
 * Unchanged, if all options are off; else tac_voice_dsp_latency_ms() late.
 */
void tac_voice_dsp_capture (TacVoiceDsp *dsp, int16_t *pcm, unsigned delay_ms);
/* What it adds to the delay of the voice. */
unsigned tac_voice_dsp_latency_ms (const TacVoiceDsp *dsp);
void tac_voice_dsp_get_stats (const TacVoiceDsp *dsp, TacVoiceDspStats *stats);
