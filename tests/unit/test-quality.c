/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The series of a call's seconds: its bound, what is kept of several seconds, and its bytes. */
#include "daemon/quality.h"

#include <string.h>

static const TacQualityPoint calm
    = { .loss = 1, .concealed = 2, .jitter_ms = 3, .delay_ms = 60, .round_trip_ms = 80 };

static void
test_seconds (void)
{
  TacQuality quality;
  const TacQualityPoint bad = { .loss = 50, .delay_ms = 900, .peer_profile = TAC_PROFILE_THIN };

  tac_quality_init (&quality);
  tac_quality_add (&quality, &calm);
  tac_quality_add (&quality, &bad);
  g_assert_cmpuint (quality.n, ==, 2);
  g_assert_cmpuint (quality.step_s, ==, 1);
  g_assert_cmpmem (&quality.points[0], sizeof calm, &calm, sizeof calm);
  g_assert_cmpuint (quality.points[1].delay_ms, ==, 900);
}

/* A day of it: never more points than there is room for, each second in one of them. */
static void
test_bounded (void)
{
  TacQuality quality;
  guint seconds = 24 * 3600;

  tac_quality_init (&quality);
  for (guint i = 0; i < seconds; i++)
    {
      TacQualityPoint point = calm;

      point.loss = i % 2 == 0 ? 0 : 100;
      point.jitter_ms = i == 40000 ? 7000 : 3;
      tac_quality_add (&quality, &point);
      g_assert_cmpuint (quality.n, <, TAC_QUALITY_POINTS);
      g_assert_cmpuint (quality.n * quality.step_s + quality.seconds, ==, i + 1);
    }
  g_assert_cmpuint (quality.n, >=, TAC_QUALITY_POINTS / 2);
  for (guint i = 0; i < quality.n; i++)
    {
      gboolean worst = i == 40000 / quality.step_s;

      g_assert_cmpuint (quality.points[i].loss, >=, 45);
      g_assert_cmpuint (quality.points[i].loss, <=, 55);
      g_assert_cmpuint (quality.points[i].jitter_ms, ==, worst ? 7000 : 3);
    }
}

static void
test_bytes (void)
{
  TacQuality quality, back;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree guint8 *copy = NULL;
  gsize size;

  tac_quality_init (&quality);
  for (guint i = 0; i < 700; i++)
    {
      const TacQualityPoint point
          = { .loss = (guint8)g_test_rand_int_range (0, 101),
              .jitter_ms = (guint16)g_test_rand_int_range (0, 65536),
              .profile = (TacProfile)g_test_rand_int_range (0, TAC_PROFILES),
              .peer_profile = (TacProfile)g_test_rand_int_range (0, TAC_PROFILES) };

      tac_quality_add (&quality, &point);
    }
  bytes = tac_quality_to_bytes (&quality);
  copy = g_bytes_unref_to_data (g_steal_pointer (&bytes), &size);
  g_assert_true (tac_quality_from_bytes (&back, copy, size));
  g_assert_cmpuint (back.step_s, ==, 2);
  g_assert_cmpuint (back.n, ==, quality.n);
  for (guint i = 0; i < back.n; i++)
    g_assert_cmpmem (&back.points[i], sizeof back.points[i], &quality.points[i],
                     sizeof back.points[i]);
  g_assert_false (tac_quality_from_bytes (&back, copy, size - 1));
  g_assert_false (tac_quality_from_bytes (&back, copy, 0));
  copy[0] = 2; /* a later version */
  g_assert_false (tac_quality_from_bytes (&back, copy, size));
}

/* Whatever is in the store: no point outside of the array, no profile that there is not. */
static void
test_nonsense (void)
{
  for (guint i = 0; i < 20000; i++)
    {
      guint8 bytes[64];
      gsize size = (gsize)g_test_rand_int_range (0, sizeof bytes + 1);
      TacQuality quality;

      for (gsize j = 0; j < size; j++)
        bytes[j] = (guint8)g_test_rand_int_range (0, j < 5 ? 8 : 256);
      if (!tac_quality_from_bytes (&quality, bytes, size))
        continue;
      g_assert_cmpuint (quality.n, <, TAC_QUALITY_POINTS);
      g_assert_cmpuint (quality.step_s, >, 0);
      for (guint j = 0; j < quality.n; j++)
        g_assert_nonnull (tac_profile_name (quality.points[j].profile));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quality/seconds", test_seconds);
  g_test_add_func ("/quality/bounded", test_bounded);
  g_test_add_func ("/quality/bytes", test_bytes);
  g_test_add_func ("/quality/nonsense", test_nonsense);
  return g_test_run ();
}
