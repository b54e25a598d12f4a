/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a test of the sound says is wrong: a table of what was measured. */
#include "daemon/audio-report.h"

#include <string.h>

#define S TAC_LEVEL_SILENCE
#define BIT(problem) (1u << TAC_AUDIO_##problem)

static const struct
{
  gboolean sound, muted;
  guint64 blocks, missing, clipped;
  gint captured_dbfs, played_dbfs;
  TacAudioEnd end;
  guint problems;
} rows[] = {
  { TRUE, FALSE, 500, 0, 0, -21, -23, TAC_AUDIO_END_TIME, 0 },
  { TRUE, FALSE, 500, 50, 5, -50, -60, TAC_AUDIO_END_TIME, 0 },
  { FALSE, TRUE, 500, 500, 500, S, S, TAC_AUDIO_END_TIME, BIT (NO_SOUND) },
  { FALSE, FALSE, 0, 0, 0, S, S, TAC_AUDIO_END_CALL, BIT (NO_SOUND) },
  { TRUE, FALSE, 500, 500, 0, S, S, TAC_AUDIO_END_TIME, BIT (NO_SAMPLES) },
  { TRUE, FALSE, 500, 51, 0, -21, -23, TAC_AUDIO_END_TIME, BIT (NO_SAMPLES) },
  { TRUE, FALSE, 500, 0, 0, S, S, TAC_AUDIO_END_TIME, BIT (SILENT) },
  { TRUE, TRUE, 500, 0, 0, S, S, TAC_AUDIO_END_TIME, BIT (SILENT) | BIT (MUTED) },
  { TRUE, FALSE, 500, 0, 0, -51, -60, TAC_AUDIO_END_TIME, BIT (QUIET) },
  { TRUE, FALSE, 500, 0, 6, -3, -10, TAC_AUDIO_END_TIME, BIT (CLIPPING) },
  { TRUE, FALSE, 500, 0, 0, -21, S, TAC_AUDIO_END_TIME, BIT (LOST) },
  /* Ended before it came back; and before anything can be said. */
  { TRUE, FALSE, 500, 0, 0, -21, S, TAC_AUDIO_END_STOPPED, 0 },
  { TRUE, FALSE, 24, 24, 24, S, S, TAC_AUDIO_END_STOPPED, 0 },
};

static TacAudioReport
report_of (guint i)
{
  TacAudioReport report = { .end = rows[i].end,
                            .blocks = rows[i].blocks,
                            .missing = rows[i].missing,
                            .captured_dbfs = rows[i].captured_dbfs,
                            .played_dbfs = rows[i].played_dbfs };

  report.stats.sound = rows[i].sound;
  report.stats.port_muted = rows[i].muted;
  report.stats.captured = rows[i].blocks;
  report.stats.clipped = rows[i].clipped;
  return report;
}

static void
test_problems (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TacAudioReport report = report_of (i);

      for (guint problem = 0; problem < TAC_AUDIO_PROBLEMS; problem++)
        {
          g_test_message ("row %u, problem %u", i, problem);
          g_assert_cmpint (tac_audio_report_has (&report, (TacAudioProblem)problem), ==,
                           (rows[i].problems >> problem) & 1);
        }
    }
}

/* Each problem has a name and a text, and AllWell is where there is none. */
static void
test_variant (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TacAudioReport report = report_of (i);
      g_autoptr (GVariant) dict = g_variant_ref_sink (tac_audio_report_to_variant (&report));
      g_autoptr (GVariant) list
          = g_variant_lookup_value (dict, "Problems", G_VARIANT_TYPE ("aa{sv}"));
      gboolean well;

      g_assert_true (g_variant_lookup (dict, "AllWell", "b", &well));
      g_assert_cmpint (well, ==, rows[i].problems == 0);
      g_assert_cmpuint (g_variant_n_children (list), ==,
                        (guint)__builtin_popcount (rows[i].problems));
      for (gsize n = 0; n < g_variant_n_children (list); n++)
        {
          g_autoptr (GVariant) one = g_variant_get_child_value (list, n);
          const char *name, *text;

          g_assert_true (g_variant_lookup (one, "Name", "&s", &name));
          g_assert_true (g_variant_lookup (one, "Text", "&s", &text));
          g_assert_cmpuint (strlen (text), >, 20);
        }
    }
}

/* The sum, and nothing where one of its parts is not known. */
static void
test_total (void)
{
  TacAudioReport report = report_of (0);

  report.stats.codec_ms = 37;
  report.stats.capture_ms = 12;
  report.stats.playback_ms = 22;
  g_assert_cmpuint (tac_audio_report_total_ms (&report), ==, 0);
  report.chain_ms = 21;
  g_assert_cmpuint (tac_audio_report_total_ms (&report), ==, 92);
  report.stats.playback_ms = 0;
  g_assert_cmpuint (tac_audio_report_total_ms (&report), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audio-report/problems", test_problems);
  g_test_add_func ("/audio-report/variant", test_variant);
  g_test_add_func ("/audio-report/total", test_total);
  return g_test_run ();
}
