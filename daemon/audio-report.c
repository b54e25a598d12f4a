/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judges a test of the sound. */
#include "daemon/audio-report.h"

#define QUIET_DBFS (-50) /* the loudest of speech has −35 to −10 */
#define CLIPPING_PART 100
#define MISSING_PART 10 /* more of the blocks are a fault; less is a moment's trouble */
#define LEAST_BLOCKS 25 /* to judge by */

static gboolean
is_missing (const TacAudioReport *report)
{
  return report->missing > report->blocks / MISSING_PART;
}

static double
clipped (const TacMediaStats *stats)
{
  return (double)stats->clipped / (double)MAX (stats->captured, 1);
}

gboolean
tac_audio_report_has (const TacAudioReport *report, TacAudioProblem problem)
{
  const TacMediaStats *stats = &report->stats;
  gboolean silent = report->captured_dbfs == TAC_LEVEL_SILENCE;

  if (problem != TAC_AUDIO_NO_SOUND && (!stats->sound || report->blocks < LEAST_BLOCKS))
    return FALSE;
  switch (problem)
    {
    case TAC_AUDIO_NO_SOUND:
      return !stats->sound;
    case TAC_AUDIO_NO_SAMPLES:
      return is_missing (report);
    case TAC_AUDIO_SILENT:
      return silent && !is_missing (report);
    case TAC_AUDIO_QUIET:
      return !silent && report->captured_dbfs < QUIET_DBFS;
    case TAC_AUDIO_CLIPPING:
      return clipped (stats) > 1.0 / CLIPPING_PART;
    case TAC_AUDIO_LOST:
      return report->end == TAC_AUDIO_END_TIME && report->captured_dbfs >= QUIET_DBFS
             && report->played_dbfs == TAC_LEVEL_SILENCE;
    case TAC_AUDIO_MUTED:
      return stats->port_muted;
    }
  return FALSE;
}

static const char *
name_of (TacAudioProblem problem)
{
  static const char *const names[TAC_AUDIO_PROBLEMS]
      = { "no-sound", "no-samples", "silent", "quiet", "clipping", "lost", "speaker-muted" };

  return names[problem];
}

/* Returns: (transfer full). */
static char *
text_of (const TacAudioReport *report, TacAudioProblem problem)
{
  const char *said = report->stats.sound_problem;

  switch (problem)
    {
    case TAC_AUDIO_NO_SOUND:
      return g_strdup (*said != '\0' ? said
                                     : "No sound: the sound server does not give microphone and "
                                       "speaker; try \"pactl info\"");
    case TAC_AUDIO_NO_SAMPLES:
      return g_strdup ("The microphone delivers nothing, or with gaps: it sleeps, or another "
                       "program holds it; see \"pactl list sources\", or name another one: source "
                       "in [audio] of tacitel.conf");
    case TAC_AUDIO_SILENT:
      return g_strdup ("The microphone delivers only zeros: it is muted (\"pactl set-source-mute "
                       "@DEFAULT_SOURCE@ 0\"), switched off by a switch of the phone, or another "
                       "one is meant: source in [audio] of tacitel.conf");
    case TAC_AUDIO_QUIET:
      return g_strdup_printf ("The microphone heard %d dBFS at most, where speech has -35 to -10: "
                              "speak nearer to it, or turn it up: \"pactl set-source-volume "
                              "@DEFAULT_SOURCE@ +10dB\"",
                              report->captured_dbfs);
    case TAC_AUDIO_CLIPPING:
      return g_strdup ("The microphone is too loud, and clips: turn it down: \"pactl "
                       "set-source-volume @DEFAULT_SOURCE@ -10dB\"");
    case TAC_AUDIO_LOST:
      return g_strdup ("What was said did not come back, though no device failed: see the log of "
                       "taciteld");
    case TAC_AUDIO_MUTED:
      return g_strdup ("The speaker is muted: \"pactl set-sink-mute @DEFAULT_SINK@ 0\", and turn "
                       "it up");
    }
  return g_strdup ("");
}

static GVariant *
list_problems (const TacAudioReport *report)
{
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < TAC_AUDIO_PROBLEMS; i++)
    {
      g_autofree char *text = NULL;
      GVariantDict problem;

      if (!tac_audio_report_has (report, (TacAudioProblem)i))
        continue;
      text = text_of (report, (TacAudioProblem)i);
      g_variant_dict_init (&problem, NULL);
      g_variant_dict_insert (&problem, "Name", "s", name_of ((TacAudioProblem)i));
      g_variant_dict_insert (&problem, "Text", "s", text);
      g_variant_builder_add_value (&list, g_variant_dict_end (&problem));
    }
  return g_variant_builder_end (&list);
}

guint
tac_audio_report_total_ms (const TacAudioReport *report)
{
  const TacMediaStats *stats = &report->stats;

  if (stats->capture_ms == 0 || stats->playback_ms == 0 || report->chain_ms == 0)
    return 0;
  return stats->capture_ms + stats->codec_ms + report->chain_ms + stats->playback_ms;
}

GVariant *
tac_audio_report_to_variant (const TacAudioReport *report)
{
  static const char *const ends[] = { "time", "stopped", "call" };
  const TacMediaStats *stats = &report->stats;
  GVariant *problems = list_problems (report);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Ended", "s", ends[report->end]);
  g_variant_dict_insert (&dict, "AllWell", "b", g_variant_n_children (problems) == 0);
  g_variant_dict_insert_value (&dict, "Problems", problems);
  g_variant_dict_insert (&dict, "SoundPort", "s", stats->port);
  g_variant_dict_insert (&dict, "EchoCanceller", "b", stats->echo_canceller);
  g_variant_dict_insert (&dict, "NoiseSuppression", "b", stats->noise_suppression);
  g_variant_dict_insert (&dict, "Gain", "b", stats->gain);
  g_variant_dict_insert (&dict, "CapturedLevel", "i", report->captured_dbfs);
  g_variant_dict_insert (&dict, "PlayedLevel", "i", report->played_dbfs);
  g_variant_dict_insert (&dict, "Clipped", "d", 100 * clipped (stats));
  g_variant_dict_insert (&dict, "Concealed", "t", stats->receiver.playout.concealed);
  g_variant_dict_insert (&dict, "CaptureDelay", "u", stats->capture_ms);
  g_variant_dict_insert (&dict, "CodecDelay", "u", stats->codec_ms);
  g_variant_dict_insert (&dict, "PlayoutDelay", "u", report->chain_ms);
  g_variant_dict_insert (&dict, "PlaybackDelay", "u", stats->playback_ms);
  g_variant_dict_insert (&dict, "MouthToEar", "u", tac_audio_report_total_ms (report));
  g_variant_dict_insert (&dict, "Delay", "u", report->delay_ms);
  return g_variant_dict_end (&dict);
}
