/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Echo canceller, noise suppression and gain of a call: as the configuration wants them, and where
 * it leaves that open, as the place wants them where the sound comes out. One thread, the sound's,
 * but for what is said to be otherwise. */
#pragma once
#include "codecs/voice-dsp.h"
#include "daemon/config.h"

typedef struct
{
  TacVoiceSwitch echo, noise, gain;
  guint rate;
  gint working;               /* atomic: TacMediaDspPart, by what is on */
  gint latency_ms;            /* atomic */
  TacVoiceDspOptions options; /* of the next one */
  TacVoiceDsp *dsp;           /* NULL: the voice is left as it is */
  gint16 far_end[48000 / 50]; /* what is played, in whole blocks */
  guint far_filled;
} TacMediaDsp;

typedef enum
{
  TAC_MEDIA_DSP_ECHO = 1 << 0,
  TAC_MEDIA_DSP_NOISE = 1 << 1,
  TAC_MEDIA_DSP_GAIN = 1 << 2,
} TacMediaDspPart;

/* As for a speaker, until more is known. */
void tac_media_dsp_init (TacMediaDsp *dsp, const TacConfig *config);
/* @loud: the sound comes out of a speaker. What has to change begins anew. */
void tac_media_dsp_place (TacMediaDsp *dsp, gboolean loud);
/* What is played; any number of samples. */
void tac_media_dsp_played (TacMediaDsp *dsp, const gint16 *pcm, guint samples);
/* @pcm: (inout) 20 ms from the microphone. @capture_ms, @playback_ms: as in TacSoundStats. */
void tac_media_dsp_captured (TacMediaDsp *dsp, gint16 *pcm, guint capture_ms, guint playback_ms);
/* TacMediaDspPart of what is at work. Any thread. */
guint tac_media_dsp_working (const TacMediaDsp *dsp);
/* What it adds to the delay of the voice, as it is now. Any thread. */
guint tac_media_dsp_latency_ms (const TacMediaDsp *dsp);
void tac_media_dsp_clear (TacMediaDsp *dsp);
