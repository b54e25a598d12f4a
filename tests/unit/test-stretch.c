/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shorter and longer sound of the same pitch: voices of all heights at all rates, noise, silence,
 * seams. */
#include "codecs/stretch.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define RATE_MOST 48000
#define BEFORE (RATE_MOST / 1000 * 30)
#define LONGEST (RATE_MOST * 3)

static const unsigned rates[] = { 8000, 12000, 16000, 24000, 48000 };
static int16_t room[BEFORE + LONGEST];
static int16_t *const pcm = room + BEFORE;

/* A voice: many harmonics, the higher the weaker. */
static void
speak (int16_t *to, int n, unsigned rate, double pitch, double loudness)
{
  for (int i = -BEFORE; i < n; i++)
    {
      double sum = 0;

      for (int harmonic = 1; harmonic * pitch < 3400; harmonic++)
        sum += cos (2 * G_PI * pitch * harmonic * i / rate) / harmonic;
      to[i] = (int16_t)(loudness * sum);
    }
}

/* The lag at which the sound is most like itself, in samples and parts of them: parabola through
 * the best three. */
static double
period (const int16_t *sound, unsigned n, unsigned rate)
{
  unsigned least = rate / 420, most = rate / 66;
  g_autofree double *found = g_new0 (double, most + 2);
  unsigned best = least;

  for (unsigned lag = least; lag <= most; lag++)
    {
      for (unsigned i = 0; i + most < n; i++)
        found[lag] += (double)sound[i] * sound[i + lag];
      if (found[lag] > found[best])
        best = lag;
    }
  /* Two periods are as alike as one: the first peak that is about as high. */
  for (unsigned lag = least + 1; lag < best; lag++)
    if (found[lag] > 0.8 * found[best] && found[lag] > found[lag - 1]
        && found[lag] >= found[lag + 1])
      best = lag;
  if (best == least || best == most)
    return best;
  return best
         + (found[best - 1] - found[best + 1])
               / (2 * (found[best - 1] - 2 * found[best] + found[best + 1]));
}

static int
largest_step (const int16_t *sound, unsigned n)
{
  int largest = 0;

  for (unsigned i = 1; i < n; i++)
    largest = MAX (largest, ABS (sound[i] - sound[i - 1]));
  return largest;
}

typedef unsigned (*Change) (unsigned n, unsigned rate);

static unsigned
change_shorter (unsigned n, unsigned rate)
{
  unsigned done = 0, taken;

  /* One piece every 50 ms, as long as there is sound. */
  for (unsigned at = 0; at + rate / 20 + 2 * BEFORE < n - done; at += rate / 20)
    {
      taken = tac_stretch_shorten (pcm + at, n - done - at, rate, rate, TAC_STRETCH_ALIKE);
      g_assert_cmpuint (taken, >, 0);
      g_assert_cmpuint (taken, <=, rate * 15 / 1000);
      done += taken;
    }
  return n - done;
}

static unsigned
change_longer (unsigned n, unsigned rate)
{
  unsigned put, all = n;

  for (unsigned at = rate / 20; at + rate / 10 < all && all < n * 3 / 2; at += rate / 20)
    {
      put = tac_stretch_lengthen (pcm + at, all - at, rate, rate, TAC_STRETCH_ALIKE);
      g_assert_cmpuint (put, >, 0);
      g_assert_cmpuint (put, <=, rate * 15 / 1000);
      all += put;
    }
  return all;
}

static void
test_pitch (void)
{
  static const double pitches[] = { 75, 97.3, 120, 163, 211, 297, 380 };
  static const Change changes[] = { change_shorter, change_longer };

  for (unsigned i = 0; i < G_N_ELEMENTS (rates); i++)
    for (unsigned j = 0; j < G_N_ELEMENTS (pitches); j++)
      for (unsigned k = 0; k < G_N_ELEMENTS (changes); k++)
        {
          unsigned n = rates[i] * 3 / 2, changed;
          double before, after;
          int step;

          speak (pcm, (int)n, rates[i], pitches[j], 3000);
          before = period (pcm, n, rates[i]);
          step = largest_step (pcm, n);
          changed = changes[k](n, rates[i]);
          after = period (pcm, MIN (n, changed) - rates[i] / 10, rates[i]);
          g_assert_cmpfloat (ABS ((int)changed - (int)n), >, n * 0.05);
          g_assert_cmpfloat (fabs (before * pitches[j] / rates[i] - 1), <, 0.01);
          g_assert_cmpfloat (fabs (after / before - 1), <, 0.01);
          g_assert_cmpint (largest_step (pcm, changed), <=, step * 5 / 4);
        }
}

/* Nothing repeats in noise that gets louder: only who does not care may cut. */
static void
test_refuses (void)
{
  unsigned rate = 16000, n = 1000;
  int16_t copy[1000];

  for (int i = -BEFORE; i < (int)n; i++)
    pcm[i] = (int16_t)g_test_rand_int_range (-8000, 8000);
  memcpy (copy, pcm, sizeof copy);
  g_assert_cmpuint (tac_stretch_shorten (pcm, n, rate, n, TAC_STRETCH_ALIKE), ==, 0);
  g_assert_cmpuint (tac_stretch_lengthen (pcm, n, rate, n, TAC_STRETCH_ALIKE), ==, 0);
  g_assert_cmpmem (pcm, sizeof copy, copy, sizeof copy);
  g_assert_cmpuint (tac_stretch_shorten (pcm, n, rate, 3, TAC_STRETCH_ANY), ==, 3);
  g_assert_cmpuint (tac_stretch_shorten (pcm, 479, rate, n, TAC_STRETCH_ANY), ==, 0);
  g_assert_cmpuint (tac_stretch_shorten (pcm, n, rate, 0, TAC_STRETCH_ANY), ==, 0);
  g_assert_cmpuint (tac_stretch_lengthen (pcm, 100, rate, n, TAC_STRETCH_ANY), ==, 0);
  g_assert_cmpuint (tac_stretch_lengthen (pcm, n, rate, n, TAC_STRETCH_ANY), >, 0);
}

/* The exact number, of silence and of the loudest there is. */
static void
test_extremes (void)
{
  static const int16_t levels[] = { 0, 1, INT16_MAX, INT16_MIN };

  for (unsigned i = 0; i < G_N_ELEMENTS (rates); i++)
    for (unsigned j = 0; j < G_N_ELEMENTS (levels); j++)
      {
        unsigned n = rates[i] / 20;

        for (int at = -BEFORE; at < (int)(2 * n); at++)
          pcm[at] = levels[j];
        g_assert_cmpuint (tac_stretch_shorten (pcm, n, rates[i], 7, TAC_STRETCH_ANY), ==, 7);
        g_assert_cmpuint (tac_stretch_lengthen (pcm, n, rates[i], n, TAC_STRETCH_ALIKE), >, 0);
        tac_stretch_merge (pcm, n, rates[i], rates[i] / 100);
        for (unsigned at = 0; at < n; at++)
          g_assert_cmpint (pcm[at], ==, levels[j]);
      }
}

/* A voice that goes on at another place of its wave: the waves meet, and nothing clicks. */
static void
test_seam (void)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (rates); i++)
    for (unsigned leap_us = 500; leap_us < 8000; leap_us += 500)
      {
        unsigned rate = rates[i], n = rate / 25, most = rate / 100, left_out;
        int leap = (int)(rate / 1000 * leap_us / 1000), step;
        double periods;

        speak (pcm, (int)n * 2, rate, 120, 3000);
        step = largest_step (pcm, n);
        memmove (pcm, pcm + leap, n * sizeof *pcm);
        left_out = tac_stretch_merge (pcm, n, rate, most);
        g_assert_cmpuint (left_out, <=, most);
        g_assert_cmpint (largest_step (pcm - 1, n - left_out), <=, step * 5 / 4);
        /* The leap and what was left out are whole periods, as near as a sample goes. */
        periods = (leap + left_out) * 120.0 / rate;
        g_assert_cmpfloat (fabs (periods - round (periods)) * rate / 120, <=, 1 + rate / 16000.0);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stretch/keeps-the-pitch", test_pitch);
  g_test_add_func ("/stretch/refuses-what-does-not-repeat", test_refuses);
  g_test_add_func ("/stretch/extremes", test_extremes);
  g_test_add_func ("/stretch/seam", test_seam);
  return g_test_run ();
}
