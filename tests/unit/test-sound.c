/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What decides about sound: how much waits in the server, when to look for the microphone's block,
 * how loud it is, where it comes out. */
#include "daemon/level.h"
#include "daemon/sound-fill.h"
#include "daemon/sound-phase.h"
#include "daemon/sound-port.h"

#include <glib.h>
#include <math.h>
#include <pulse/def.h>

#define BLOCK_US 20000

/* Two clocks: the microphone's ticks write, the ear piece reads @ppm faster, in pieces of
 * @device_us. Returns: times that it ran dry, @worst_us what was there at most. */
static guint
play (guint seconds, double ppm, gint64 device_us, guint warm_up_s, gint64 *worst_us)
{
  TacSoundFill fill;
  double queued = 0, owed = 0;
  guint dry = 0;

  tac_sound_fill_reset (&fill);
  *worst_us = 0;
  for (guint tick = 1; tick <= seconds * 50; tick++)
    {
      queued += BLOCK_US * tac_sound_fill_tick (&fill);
      if (tick % 10 == 0 && tac_sound_fill_measured (&fill, (gint64)queued))
        queued = 0;
      if (tick > warm_up_s * 50)
        *worst_us = MAX (*worst_us, (gint64)queued);
      for (owed += BLOCK_US * (1 + ppm / 1e6); owed >= (double)device_us; owed -= (double)device_us)
        {
          if (queued < (double)device_us)
            {
              tac_sound_fill_ran_dry (&fill);
              dry += tick > warm_up_s * 50;
            }
          queued = MAX (queued - (double)device_us, 0);
        }
    }
  return dry;
}

/* A quarter of an hour with cards that differ: it runs dry a few times at most, and no delay piles
 * up. */
static void
test_fill_follows_drift (void)
{
  static const double drifts[] = { 0, 50, -50, 200, -200 };
  static const gint64 devices[] = { 5000, 10000, 20000, 40000 };

  for (guint i = 0; i < G_N_ELEMENTS (drifts); i++)
    for (guint j = 0; j < G_N_ELEMENTS (devices); j++)
      {
        gint64 worst;
        guint dry = play (900, drifts[i], devices[j], 30, &worst);

        g_test_message ("%g ppm, %d ms: dry %u times, at most %d ms", drifts[i],
                        (int)devices[j] / 1000, dry, (int)worst / 1000);
        g_assert_cmpint (worst, <=, devices[j] + 3 * BLOCK_US);
        g_assert_cmpuint (dry, <=, 15); /* 200 ppm of 900 s are nine blocks */
      }
}

static void
test_fill_bounds (void)
{
  TacSoundFill fill;

  tac_sound_fill_reset (&fill);
  for (guint i = 0; i < 1000; i++)
    {
      tac_sound_fill_ran_dry (&fill);
      g_assert_cmpuint (tac_sound_fill_tick (&fill), ==, 2);
    }
  g_assert_cmpint (fill.target_us, ==, TAC_SOUND_FILL_MOST_US);
  for (guint i = 0; i < 200000; i++)
    {
      g_assert_false (tac_sound_fill_measured (&fill, fill.target_us));
      g_assert_cmpuint (tac_sound_fill_tick (&fill), ==, 1);
    }
  g_assert_cmpint (fill.target_us, <=, TAC_SOUND_FILL_FIRST_US);
}

/* What was much in a moment of trouble is little again after a minute. Where less than 40 ms do not
 * do, that is tried ever more rarely. */
static void
test_fill_forgets (void)
{
  guint rarely = 0;
  TacSoundFill fill;

  tac_sound_fill_reset (&fill);
  for (guint i = 0; i < 10; i++)
    {
      tac_sound_fill_ran_dry (&fill);
      tac_sound_fill_tick (&fill);
    }
  g_assert_cmpint (fill.target_us, >=, 100000);
  for (guint i = 0; i < 60 * 5; i++)
    tac_sound_fill_measured (&fill, fill.target_us);
  g_assert_cmpint (fill.target_us, <=, TAC_SOUND_FILL_FIRST_US + 10000);
  for (guint i = 0; i < 20; i++)
    {
      guint measures = 0;

      for (; fill.target_us > 40000; measures++)
        tac_sound_fill_measured (&fill, fill.target_us);
      tac_sound_fill_ran_dry (&fill);
      tac_sound_fill_tick (&fill);
      rarely = measures;
    }
  g_assert_cmpuint (rarely, >=, 5 * 60); /* a minute at least */
}

static void
test_fill_takes_nonsense (void)
{
  static const gint64 nonsense[] = { G_MININT64 / 2, -1, G_MAXINT64 };
  TacSoundFill fill;

  tac_sound_fill_reset (&fill);
  tac_sound_fill_tick (&fill);
  for (guint i = 0; i < 1000; i++)
    {
      gint64 said = nonsense[g_test_rand_int_range (0, G_N_ELEMENTS (nonsense))];

      g_assert_true (!tac_sound_fill_measured (&fill, said) || said == G_MAXINT64);
      g_assert_cmpuint (tac_sound_fill_tick (&fill), <=, 2);
      g_assert_cmpint (fill.target_us, <=, TAC_SOUND_FILL_MOST_US);
    }
}

static void
test_queued (void)
{
  static const struct
  {
    gint64 write, read;
    gboolean sense;
    gint64 us;
  } rows[] = {
    { 0, 0, TRUE, 0 },
    { 32000, 0, TRUE, G_USEC_PER_SEC }, /* 16 kHz */
    { 1000, 1640, TRUE, -20000 },
    { 64000, 0, TRUE, 2 * G_USEC_PER_SEC },
    { 64001, 0, FALSE, 0 },
    { 0, 64001, FALSE, 0 },
    { G_MAXINT64, G_MAXINT64 - 640, TRUE, 20000 },
    { G_MAXINT64, 0, FALSE, 0 },
    { G_MAXINT64, -1, FALSE, 0 },
    { 0, G_MININT64, FALSE, 0 },
    { G_MININT64, 1, FALSE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gint64 us = 0;

      g_test_message ("row %u", i);
      g_assert_true (tac_sound_fill_queued (rows[i].write, rows[i].read, 16000, &us)
                     == rows[i].sense);
      g_assert_cmpint (us, ==, rows[i].us);
    }
}

/* A server whose blocks come at @jitter_us around their time, on a clock of its own. Returns: looks
 * a block; @late_us the mean time that a block waited. */
static double
look (double ppm, gint64 jitter_us, double *late_us)
{
  const guint blocks = 20000;
  TacSoundPhase phase;
  gint64 due = 0, now = 0;
  guint looks = 0;
  double at = 0;

  tac_sound_phase_reset (&phase);
  *late_us = 0;
  for (guint i = 0; i < blocks; i++)
    {
      at += BLOCK_US * (1 + ppm / 1e6);
      due = (gint64)at + g_test_rand_int_range (0, (gint32)jitter_us + 1);
      now = MAX (now + 1, phase.look_us);
      looks++;
      if (now < due)
        {
          now = due;
          looks++;
          tac_sound_phase_came (&phase, now, true);
        }
      else
        tac_sound_phase_came (&phase, now, false);
      *late_us += (double)(now - due) / blocks;
    }
  return (double)looks / blocks;
}

static void
test_phase (void)
{
  static const struct
  {
    double ppm;
    gint64 jitter_us;
    double looks, late_us;
  } rows[] = {
    { 0, 0, 1.2, 300 }, { 200, 50, 1.25, 400 }, { -200, 50, 1.25, 400 }, { 100, 500, 1.35, 2500 }
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      double late, looks = look (rows[i].ppm, rows[i].jitter_us, &late);

      g_test_message ("%g ppm, %d us: %.3f looks a block, %.0f us late", rows[i].ppm,
                      (int)rows[i].jitter_us, looks, late);
      g_assert_cmpfloat (looks, <=, rows[i].looks);
      g_assert_cmpfloat (late, <=, rows[i].late_us);
    }
}

static void
test_level (void)
{
  gint16 pcm[1600];
  TacLevel level;

  tac_level_init (&level, 16000);
  g_assert_cmpint (tac_level_get (&level), ==, TAC_LEVEL_SILENCE);
  for (guint i = 0; i < G_N_ELEMENTS (pcm); i++)
    pcm[i] = (gint16)lrint (32767 * sin (2 * G_PI * 440 * i / 16000));
  tac_level_put (&level, pcm, 1599);
  g_assert_cmpint (tac_level_get (&level), ==, TAC_LEVEL_SILENCE);
  tac_level_put (&level, pcm + 1599, 1);
  g_assert_cmpint (tac_level_get (&level), ==, -3);
  for (guint i = 0; i < G_N_ELEMENTS (pcm); i++)
    pcm[i] /= 100;
  tac_level_put (&level, pcm, 1600);
  g_assert_cmpint (tac_level_get (&level), ==, -43);
  for (guint i = 0; i < G_N_ELEMENTS (pcm); i++)
    pcm[i] = 0;
  tac_level_put (&level, pcm, 1600);
  g_assert_cmpint (tac_level_get (&level), ==, TAC_LEVEL_SILENCE);
}

static void
test_port (void)
{
  static const struct
  {
    TacSoundPort port;
    gboolean loud;
  } rows[] = {
    { { 0, FALSE, NULL, NULL }, TRUE }, /* a null sink: nobody knows */
    { { PA_DEVICE_PORT_TYPE_SPEAKER, FALSE, "[Out] Speaker", "internal" }, TRUE },
    { { PA_DEVICE_PORT_TYPE_HEADPHONES, FALSE, "[Out] Headphones", "internal" }, FALSE },
    { { PA_DEVICE_PORT_TYPE_HEADPHONES, TRUE, "[Out] Headphones", NULL }, TRUE },
    { { PA_DEVICE_PORT_TYPE_HEADSET, FALSE, NULL, NULL }, FALSE },
    { { PA_DEVICE_PORT_TYPE_EARPIECE, FALSE, "[Out] Earpiece", NULL }, FALSE },
    { { PA_DEVICE_PORT_TYPE_HANDSET, FALSE, "", NULL }, FALSE },
    { { PA_DEVICE_PORT_TYPE_HDMI, FALSE, "hdmi-output-0", NULL }, TRUE },
    { { PA_DEVICE_PORT_TYPE_LINE, FALSE, "analog-output-lineout", NULL }, TRUE },
    { { PA_DEVICE_PORT_TYPE_BLUETOOTH, FALSE, "headset-output", "speaker" }, TRUE },
    { { PA_DEVICE_PORT_TYPE_BLUETOOTH, FALSE, "headset-output", "headset" }, FALSE },
    { { PA_DEVICE_PORT_TYPE_USB, FALSE, NULL, "headset" }, FALSE },
    { { PA_DEVICE_PORT_TYPE_USB, FALSE, NULL, NULL }, TRUE },
    /* Drivers and servers that know no types. */
    { { 0, FALSE, "analog-output-headphones", NULL }, FALSE },
    { { 0, FALSE, "output-Wired_Headset", NULL }, FALSE },
    { { 0, FALSE, "[Out] Earpiece", NULL }, FALSE },
    { { 0, FALSE, "analog-output-speaker", NULL }, TRUE },
    { { PA_DEVICE_PORT_TYPE_ANALOG, FALSE, "analog-output", "headphone" }, FALSE },
    { { 4711, FALSE, "headphones", "headset" }, TRUE }, /* of a server of the future */
    { { -1, FALSE, "", "" }, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("row %u", i);
      g_assert_cmpint (tac_sound_port_is_loud (&rows[i].port), ==, rows[i].loud);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sound/fill-follows-drift", test_fill_follows_drift);
  g_test_add_func ("/sound/fill-bounds", test_fill_bounds);
  g_test_add_func ("/sound/fill-forgets", test_fill_forgets);
  g_test_add_func ("/sound/fill-takes-nonsense", test_fill_takes_nonsense);
  g_test_add_func ("/sound/queued", test_queued);
  g_test_add_func ("/sound/phase", test_phase);
  g_test_add_func ("/sound/level", test_level);
  g_test_add_func ("/sound/port", test_port);
  return g_test_run ();
}
