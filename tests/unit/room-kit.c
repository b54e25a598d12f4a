/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All sound is random, and the same for the same seed. */
#include "room-kit.h"

#include <math.h>

#define HARMONICS 30
#define TAPS (ROOM_RATE / 10) /* 100 ms of the room: -30 dB */
#define LANES 16              /* so that a compiler can take several taps at a time */
#define RING_S 0.2
#define BEND 0.5

static double
normal (GRand *random)
{
  double sum = 0;

  for (guint i = 0; i < 4; i++)
    sum += g_rand_double (random) - 0.5;
  return sum * sqrt (3);
}

/* The sum of strength[h] sin ((h + 1) phase): each sine from the two before. */
static double
voice (const double strength[HARMONICS], double phase)
{
  double sum = 0, before = 0, sine = sin (phase), turn = 2 * cos (phase);

  for (guint h = 0; h < HARMONICS; h++)
    {
      double next = turn * sine - before;

      sum += strength[h] * sine;
      before = sine;
      sine = next;
    }
  return sum;
}

/* Its voiced part glides, and its harmonics are weak and strong, as formants make them. */
static void
syllable (GRand *random, float *sound, guint samples)
{
  double pitch = g_rand_double_range (random, 90, 220);
  double glide = g_rand_double_range (random, -0.2, 0.2), phase = 0, hiss = 0;
  double strength[HARMONICS], loud = g_rand_double_range (random, 0.3, 1);
  double breath = g_rand_int_range (random, 0, 4) == 0 ? 1 : 0.3;

  for (guint h = 0; h < HARMONICS; h++)
    strength[h] = (0.2 + g_rand_double (random)) / (1 + 0.2 * h);
  for (guint i = 0; i < samples; i++)
    {
      double at = (double)i / samples, value = 0, white = normal (random);

      phase += 2 * G_PI * pitch * (1 + glide * at) / ROOM_RATE;
      value = voice (strength, phase);
      value += breath * (white - hiss);
      hiss = white;
      sound[i] += (float)(value * loud * pow (sin (G_PI * at), 0.5));
    }
}

static double
power_of (const float *sound, guint samples)
{
  double sum = 1e-9;

  for (guint i = 0; i < samples; i++)
    sum += (double)sound[i] * sound[i];
  return sum / samples;
}

float *
room_speech (guint32 seed, guint seconds, double dbfs)
{
  guint samples = seconds * ROOM_RATE, at = 0;
  float *sound = g_new0 (float, samples);
  GRand *random = g_rand_new_with_seed (seed);
  double scale;

  for (;;)
    {
      guint length = (guint)g_rand_int_range (random, ROOM_RATE / 10, ROOM_RATE / 4);

      if (at + length > samples)
        break;
      syllable (random, sound + at, length);
      at += length;
      if (g_rand_int_range (random, 0, 6) == 0)
        at += (guint)g_rand_int_range (random, ROOM_RATE / 10, ROOM_RATE / 2);
    }
  g_rand_free (random);
  scale = 32768 * pow (10, dbfs / 20) / sqrt (power_of (sound, samples));
  for (guint i = 0; i < samples; i++)
    sound[i] *= (float)scale;
  return sound;
}

void
room_noise (guint32 seed, float *sound, guint samples, double dbfs)
{
  GRand *random = g_rand_new_with_seed (seed);
  double scale = 32768 * pow (10, dbfs / 20);

  for (guint i = 0; i < samples; i++)
    sound[i] += (float)(scale * normal (random));
  g_rand_free (random);
}

/* The direct way, and then what walls throw back, less and less. */
static void
make_room (guint32 seed, double db, float taps[TAPS])
{
  GRand *random = g_rand_new_with_seed (seed);
  double scale;

  for (guint i = 0; i < TAPS; i++)
    taps[i] = (float)(0.3 * normal (random) * pow (10, -3.0 * i / (RING_S * ROOM_RATE)));
  taps[0] = 1;
  g_rand_free (random);
  scale = pow (10, db / 20) / sqrt (power_of (taps, TAPS) * TAPS);
  for (guint i = 0; i < TAPS; i++)
    taps[i] *= (float)scale;
}

void
room_echo (guint32 seed, const float *far, float *near, guint samples, guint delay_ms, double db)
{
  guint delay = delay_ms * ROOM_RATE / 1000;
  g_autofree float *bent = g_new0 (float, samples + TAPS);
  float taps[TAPS], backwards[TAPS];

  make_room (seed, db, taps);
  for (guint i = 0; i < TAPS; i++)
    backwards[i] = taps[TAPS - 1 - i];
  for (guint i = 0; i < samples; i++)
    bent[TAPS - 1 + i] = (float)(tanh (far[i] / 32768 * BEND) / BEND * 32768);
  for (guint i = 0; i + delay < samples; i++)
    {
      float sums[LANES] = { 0 };

      for (guint t = 0; t < TAPS; t += LANES)
        for (guint lane = 0; lane < LANES; lane++)
          sums[lane] += backwards[t + lane] * bent[i + t + lane];
      for (guint lane = 0; lane < LANES; lane++)
        near[i + delay] += sums[lane];
    }
}

void
room_to_pcm (const float *sound, gint16 *pcm, guint samples)
{
  for (guint i = 0; i < samples; i++)
    pcm[i] = (gint16)lrintf (CLAMP (sound[i], -32768.0f, 32767.0f));
}

double
room_less_db (const float *more, const gint16 *less, guint samples)
{
  double sum = 1e-9;

  for (guint i = 0; i < samples; i++)
    sum += (double)less[i] * less[i];
  return 10 * log10 (power_of (more, samples) * samples / sum);
}

double
room_alike (const float *said, const gint16 *heard, guint samples, double *louder_db)
{
  double both = 0, one = 1e-9, other = 1e-9;

  for (guint i = 0; i < samples; i++)
    {
      both += (double)said[i] * heard[i];
      one += (double)said[i] * said[i];
      other += (double)heard[i] * heard[i];
    }
  *louder_db = 10 * log10 (other / one);
  return both / sqrt (one * other);
}
