/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tones, measured: how they sound, when, and that nothing of them clicks. */
#include "codecs/tone.h"

#include "codecs/voice-receiver.h"

#include <glib.h>
#include <math.h>
#include <sodium.h>

#define SECONDS 12

static const guint rates[] = { 8000, 12000, 16000, 24000, 48000 };

/* Beeps within SECONDS: the first, how long each, how far apart, how many. */
static const struct
{
  TacToneKind kind;
  int dbfs;
  guint first_ms, on_ms, every_ms, beeps;
} table[] = {
  { TAC_TONE_NONE, 0, 0, 0, 1000, 0 },           { TAC_TONE_RINGBACK, -24, 0, 1000, 5000, 3 },
  { TAC_TONE_BUSY, -24, 0, 500, 1000, SECONDS }, { TAC_TONE_SEARCHING, -30, 500, 200, 2000, 6 },
  { TAC_TONE_ENDED, -24, 0, 120, 240, 3 },
};

/* Amplitude of the part of one frequency (Goertzel's algorithm). */
static double
amplitude_at (const gint16 *pcm, guint n, guint rate, double hz)
{
  double s = 0, s1 = 0, s2 = 0, c = 2 * cos (2 * G_PI * hz / rate);

  for (guint i = 0; i < n; i++)
    {
      s = pcm[i] + c * s1 - s2;
      s2 = s1;
      s1 = s;
    }
  return 2 * sqrt (s1 * s1 + s2 * s2 - c * s1 * s2) / n;
}

static double
dbfs (double amplitude)
{
  return 20 * log10 (amplitude / G_MAXINT16);
}

static gint16 *
record (TacToneKind kind, guint rate)
{
  gint16 *pcm = g_new (gint16, rate * SECONDS);
  TacTone tone = { 0 };

  tac_tone_set (&tone, kind);
  for (guint i = 0; i < rate * SECONDS; i += rate / 50)
    tac_tone_play (&tone, rate, pcm + i, rate / 50);
  return pcm;
}

/* Is the sample within a beep? */
static gboolean
is_on (guint row, guint rate, guint i)
{
  guint first = rate * table[row].first_ms / 1000, every = rate * table[row].every_ms / 1000;

  return i >= first && (i - first) % every < rate * table[row].on_ms / 1000
         && (i - first) / every < table[row].beeps;
}

static void
check (guint row, guint rate)
{
  g_autofree gint16 *pcm = record (table[row].kind, rate);
  guint ramp = rate * TAC_TONE_RAMP_MS / 1000, on = rate * table[row].on_ms / 1000;
  const gint16 *steady = pcm + rate * table[row].first_ms / 1000 + ramp;
  double full = G_MAXINT16 * pow (10, table[row].dbfs / 20.0), squares = 0;
  double steepest = 2 * G_PI * TAC_TONE_HZ / rate * full;

  for (guint i = 0; i < rate * SECONDS; i++)
    {
      if (!is_on (row, rate, i))
        g_assert_cmpint (pcm[i], ==, 0);
      if (i > 0) /* no click */
        g_assert_cmpfloat (ABS (pcm[i] - pcm[i - 1]), <=, steepest + 1);
      /* Wherever voice cuts it off, that is at zero. */
      if (i % (rate / 50) == 0)
        g_assert_cmpint (ABS (pcm[i]), <=, 1);
    }
  if (on == 0)
    return;
  for (guint i = 0; i < on - 2 * ramp; i++)
    squares += pow (steady[i], 2);
  on -= 2 * ramp;
  g_assert_cmpfloat_with_epsilon (dbfs (amplitude_at (steady, on, rate, 425)), table[row].dbfs,
                                  0.1);
  /* Other than 425 Hz there is nothing but rounding. */
  g_assert_cmpfloat_with_epsilon (sqrt (2 * squares / on), amplitude_at (steady, on, rate, 425), 1);
}

static void
test_sound (void)
{
  for (guint row = 0; row < G_N_ELEMENTS (table); row++)
    for (guint r = 0; r < G_N_ELEMENTS (rates); r++)
      check (row, rates[r]);
}

static guint
loud (const gint16 *pcm, guint n)
{
  guint count = 0;

  for (guint i = 0; i < n; i++)
    count += pcm[i] != 0;
  return count;
}

/* What is set twice goes on; another begins; voice lets the next pause begin it anew. */
static void
test_change (void)
{
  TacTone tone = { 0 };
  gint16 second[16000], again[320];

  tac_tone_set (&tone, TAC_TONE_ENDED);
  tac_tone_play (&tone, 16000, second, 16000);
  tac_tone_set (&tone, TAC_TONE_ENDED);
  tac_tone_play (&tone, 16000, second, 16000);
  g_assert_cmpuint (loud (second, 16000), ==, 0);
  tac_tone_restart (&tone);
  tac_tone_play (&tone, 16000, second, 16000);
  g_assert_cmpuint (loud (second, 16000), >, 3 * 120 * 16 * 9 / 10);
  tac_tone_set (&tone, TAC_TONE_BUSY);
  tac_tone_play (&tone, 16000, again, 320);
  g_assert_cmpuint (loud (again, 320), >, 200);
}

/* As the ear piece gets it: before there is a key, and after it was forgotten. */
static void
test_receiver (void)
{
  static const guint8 chain[TAC_KEY_SIZE] = { 1 };
  TacVoiceReceiver *receiver = tac_voice_receiver_new ();
  gint16 pcm[320];

  g_assert_true (tac_voice_receiver_prepare (receiver, 16000));
  tac_voice_receiver_set_running (receiver, true);
  tac_voice_receiver_take (receiver, 0, pcm);
  g_assert_cmpuint (loud (pcm, 320), ==, 0);
  tac_voice_receiver_set_tone (receiver, TAC_TONE_RINGBACK);
  tac_voice_receiver_take (receiver, 20000, pcm);
  g_assert_cmpuint (loud (pcm, 320), >, 200);
  tac_voice_receiver_set_tone (receiver, TAC_TONE_NONE);
  tac_voice_receiver_take (receiver, 40000, pcm);
  g_assert_cmpuint (loud (pcm, 320), ==, 0);
  tac_voice_receiver_set_chain (receiver, chain);
  g_assert_true (tac_voice_receiver_has_chain (receiver));
  tac_voice_receiver_forget_chain (receiver);
  g_assert_false (tac_voice_receiver_has_chain (receiver));
  tac_voice_receiver_set_tone (receiver, TAC_TONE_ENDED);
  g_assert_cmpint (tac_voice_receiver_get_tone (receiver), ==, TAC_TONE_ENDED);
  tac_voice_receiver_take (receiver, 60000, pcm);
  g_assert_cmpuint (loud (pcm, 320), >, 200);
  tac_voice_receiver_free (receiver);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (sodium_init () < 0)
    g_error ("libsodium");
  g_test_add_func ("/tone/sound", test_sound);
  g_test_add_func ("/tone/change", test_change);
  g_test_add_func ("/tone/receiver", test_receiver);
  return g_test_run ();
}
