/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A loudspeaker telephone in a simulated room. */
#include "codecs/voice-dsp.h"

#include <glib.h>
#include <string.h>

static void
test_off (void)
{
  static const TacVoiceDspOptions off;
  TacVoiceDsp *dsp = tac_voice_dsp_new (16000, &off);
  gint16 pcm[320], before[320];

  g_assert_cmpuint (tac_voice_dsp_latency_ms (dsp), ==, 0);
  for (guint block = 0; block < 100; block++)
    {
      for (guint i = 0; i < 320; i++)
        pcm[i] = (gint16)g_test_rand_int ();
      memcpy (before, pcm, sizeof pcm);
      tac_voice_dsp_playback (dsp, pcm);
      tac_voice_dsp_capture (dsp, pcm, 40);
      g_assert_cmpmem (pcm, sizeof pcm, before, sizeof before);
    }
  tac_voice_dsp_free (dsp);
}

static void
test_rates (void)
{
  static const struct
  {
    guint rate;
    gboolean taken;
  } rows[] = { { 8000, TRUE }, { 16000, TRUE },  { 48000, TRUE }, { 12000, TRUE },
               { 0, FALSE },   { 44100, FALSE }, { 1, FALSE },    { 96000, FALSE } };
  static const TacVoiceDspOptions options = { TAC_VOICE_DSP_ECHO_TAIL_MS, 15, true };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TacVoiceDsp *dsp = tac_voice_dsp_new (rows[i].rate, &options);

      g_assert_cmpint (dsp != NULL, ==, rows[i].taken);
      tac_voice_dsp_free (dsp);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/voice-dsp/off", test_off);
  g_test_add_func ("/voice-dsp/rates", test_rates);
  return g_test_run ();
}
