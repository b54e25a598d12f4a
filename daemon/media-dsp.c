/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Echo canceller, noise suppression and gain of a call, made anew where the sound moves to an ear
 * piece or back. */
#include "daemon/media-dsp.h"

#include <sodium.h>

#define DELAY_UNKNOWN_MS (TAC_VOICE_DSP_DELAY_MAX_MS + 1)

static gboolean
is_on (TacVoiceSwitch setting, gboolean loud)
{
  switch (setting)
    {
    case TAC_VOICE_AUTO:
      return loud;
    case TAC_VOICE_ON:
      return TRUE;
    case TAC_VOICE_OFF:
      return FALSE;
    }
  return FALSE;
}

static void
make (TacMediaDsp *dsp, const TacVoiceDspOptions *options)
{
  guint working = 0;

  g_clear_pointer (&dsp->dsp, tac_voice_dsp_free);
  dsp->options = *options;
  dsp->far_filled = 0;
  if (options->echo_tail_ms > 0 || options->noise_db > 0 || options->gain)
    dsp->dsp = tac_voice_dsp_new (dsp->rate, options);
  if (dsp->dsp != NULL)
    working = (options->echo_tail_ms > 0 ? TAC_MEDIA_DSP_ECHO : 0)
              | (options->noise_db > 0 ? TAC_MEDIA_DSP_NOISE : 0)
              | (options->gain ? TAC_MEDIA_DSP_GAIN : 0);
  g_atomic_int_set (&dsp->working, (gint)working);
  g_atomic_int_set (&dsp->latency_ms,
                    dsp->dsp != NULL ? (gint)tac_voice_dsp_latency_ms (dsp->dsp) : 0);
}

void
tac_media_dsp_init (TacMediaDsp *dsp, const TacConfig *config)
{
  *dsp = (TacMediaDsp){ .echo = config->audio_echo,
                        .noise = config->audio_noise,
                        .gain = config->audio_gain,
                        .rate = config->audio_rate };
  tac_media_dsp_place (dsp, TRUE);
}

void
tac_media_dsp_place (TacMediaDsp *dsp, gboolean loud)
{
  const TacVoiceDspOptions options
      = { .echo_tail_ms = is_on (dsp->echo, loud) ? TAC_VOICE_DSP_ECHO_TAIL_MS : 0,
          .noise_db = is_on (dsp->noise, loud) ? TAC_VOICE_DSP_NOISE_DB : 0,
          .gain = is_on (dsp->gain, loud) };

  if (options.echo_tail_ms != dsp->options.echo_tail_ms || options.noise_db != dsp->options.noise_db
      || options.gain != dsp->options.gain)
    make (dsp, &options);
}

void
tac_media_dsp_played (TacMediaDsp *dsp, const gint16 *pcm, guint samples)
{
  const guint block = dsp->rate / 50;

  for (guint i = 0; i < samples && dsp->dsp != NULL; i++)
    {
      dsp->far_end[dsp->far_filled++] = pcm[i];
      if (dsp->far_filled < block)
        continue;
      tac_voice_dsp_playback (dsp->dsp, dsp->far_end);
      dsp->far_filled = 0;
    }
}

void
tac_media_dsp_captured (TacMediaDsp *dsp, gint16 *pcm, guint capture_ms, guint playback_ms)
{
  gboolean known = capture_ms > 0 && playback_ms > 0;

  if (dsp->dsp != NULL)
    tac_voice_dsp_capture (dsp->dsp, pcm, known ? capture_ms + playback_ms : DELAY_UNKNOWN_MS);
}

guint
tac_media_dsp_working (const TacMediaDsp *dsp)
{
  return (guint)g_atomic_int_get (&dsp->working);
}

guint
tac_media_dsp_latency_ms (const TacMediaDsp *dsp)
{
  return (guint)g_atomic_int_get (&dsp->latency_ms);
}

void
tac_media_dsp_clear (TacMediaDsp *dsp)
{
  g_clear_pointer (&dsp->dsp, tac_voice_dsp_free);
  sodium_memzero (dsp->far_end, sizeof dsp->far_end);
}
