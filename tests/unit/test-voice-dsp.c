/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A telephone on its loudspeaker, in simulated rooms, while either or both talk. The synthetic
 * speech here has few frequencies at a time, and teaches the filter less than people do: the limits
 * are for any seed of it. tests/benchkit/rooms.py does the same with recorded speech. */
#include "codecs/voice-dsp.h"
#include "codecs/voice-gain.h"
#include "room-kit.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#define NOISE_DBFS (-65)
#define LEVEL_DBFS (-23)
#define SECONDS(n) ((n)*ROOM_RATE)

static const TacVoiceDspOptions all = { TAC_VOICE_DSP_ECHO_TAIL_MS, TAC_VOICE_DSP_NOISE_DB, true };

/* One call: what is played, what the microphone hears, what leaves. */
typedef struct
{
  guint samples;
  float *far, *near;
  gint16 *pcm; /* of near, then what left */
  TacVoiceDsp *dsp;
} Call;

static void
call_begin (Call *call, guint seconds, const TacVoiceDspOptions *options)
{
  call->samples = SECONDS (seconds);
  call->far = room_speech (g_test_rand_int (), seconds, LEVEL_DBFS);
  call->near = g_new0 (float, call->samples);
  call->pcm = g_new0 (gint16, call->samples);
  call->dsp = tac_voice_dsp_new (ROOM_RATE, options);
  room_noise (g_test_rand_int (), call->near, call->samples, NOISE_DBFS);
}

static void
call_end (Call *call)
{
  tac_voice_dsp_free (call->dsp);
  g_free (call->far);
  g_free (call->near);
  g_free (call->pcm);
}

typedef guint (*Delay) (guint block);

static void
call_run (Call *call, Delay delay)
{
  gint16 far[ROOM_BLOCK];

  room_to_pcm (call->near, call->pcm, call->samples);
  for (guint at = 0; at < call->samples; at += ROOM_BLOCK)
    {
      room_to_pcm (call->far + at, far, ROOM_BLOCK);
      tac_voice_dsp_playback (call->dsp, far);
      tac_voice_dsp_capture (call->dsp, call->pcm + at, delay (at / ROOM_BLOCK));
    }
}

/* Echo return loss enhancement in these seconds, in which only the far end talks. */
static double
erle (const Call *call, guint from, guint to)
{
  guint late = tac_voice_dsp_latency_ms (call->dsp) * ROOM_RATE / 1000;
  guint end = MIN (SECONDS (to), call->samples - late);
  double db = room_less_db (call->near + SECONDS (from), call->pcm + SECONDS (from) + late,
                            end - SECONDS (from));

  g_test_message ("%u to %u s: %.1f dB less", from, to, db);
  return db;
}

static void
expect_alike (const Call *call, const float *said, guint from, guint to)
{
  guint late = tac_voice_dsp_latency_ms (call->dsp) * ROOM_RATE / 1000;
  guint end = MIN (SECONDS (to), call->samples - late);
  double louder, alike = room_alike (said + SECONDS (from), call->pcm + SECONDS (from) + late,
                                     end - SECONDS (from), &louder);

  g_test_message ("%u to %u s: %.3f alike, %.1f dB louder", from, to, alike, louder);
  g_assert_cmpfloat (alike, >=, 0.85);
  g_assert_cmpfloat (fabs (louder), <=, 4);
}

/* @said: what is said here from second @from on. */
static float *
talk (Call *call, guint from, double dbfs)
{
  float *said = room_speech (g_test_rand_int (), call->samples / ROOM_RATE, dbfs);

  memset (said, 0, SECONDS (from) * sizeof *said);
  for (guint i = 0; i < call->samples; i++)
    call->near[i] += said[i];
  return said;
}

static guint
delay_100 (guint block)
{
  return 100;
}

static guint
delay_30 (guint block)
{
  return 30;
}

static guint
delay_180 (guint block)
{
  return 180;
}

static guint
delay_uneven (guint block)
{
  return 100 + (guint)g_test_rand_int_range (-10, 11);
}

static guint
delay_drops_out (guint block)
{
  return block % 200 < 150 ? 100 : block % 3 == 0 ? 0 : G_MAXUINT;
}

static guint
delay_random (guint block)
{
  return (guint)g_test_rand_int_range (0, TAC_VOICE_DSP_DELAY_MAX_MS + 100);
}

static guint
delay_none (guint block)
{
  return G_MAXUINT;
}

static guint
delay_300 (guint block)
{
  return 300;
}

static void
test_off (void)
{
  static const TacVoiceDspOptions off;
  TacVoiceDsp *dsp = tac_voice_dsp_new (ROOM_RATE, &off);
  gint16 pcm[ROOM_BLOCK], before[ROOM_BLOCK];

  g_assert_cmpuint (tac_voice_dsp_latency_ms (dsp), ==, 0);
  for (guint block = 0; block < 100; block++)
    {
      for (guint i = 0; i < ROOM_BLOCK; i++)
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
  } rows[] = { { 8000, TRUE }, { 12000, TRUE }, { 16000, TRUE },  { 24000, TRUE }, { 48000, TRUE },
               { 0, FALSE },   { 1, FALSE },    { 44100, FALSE }, { 96000, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TacVoiceDsp *dsp = tac_voice_dsp_new (rows[i].rate, &all);
      guint block = rows[i].rate / 50;
      gint16 pcm[960] = { 0 };

      g_assert_cmpint (dsp != NULL, ==, rows[i].taken);
      for (guint n = 0; dsp != NULL && n < 100; n++)
        {
          for (guint s = 0; s < block; s++)
            pcm[s] = (gint16)g_test_rand_int_range (-9000, 9000);
          tac_voice_dsp_playback (dsp, pcm);
          tac_voice_dsp_capture (dsp, pcm, 60);
        }
      tac_voice_dsp_free (dsp);
    }
}

static void
test_single_talk (void)
{
  static const struct
  {
    guint delay_ms;
    double db;
    Delay delay;
  } rows[] = { { 30, -6, delay_30 },        { 100, -6, delay_100 }, { 180, -6, delay_180 },
               { 100, -12, delay_100 },     { 100, 3, delay_100 },  { 100, -6, delay_uneven },
               { 100, -6, delay_drops_out } };

  double sum = 0;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Call call;
      double db;

      call_begin (&call, 10, &all);
      room_echo (g_test_rand_int (), call.far, call.near, call.samples, rows[i].delay_ms,
                 rows[i].db);
      call_run (&call, rows[i].delay);
      db = erle (&call, 3, 10);
      g_assert_cmpfloat (db, >=, 12);
      sum += db;
      call_end (&call);
    }
  g_assert_cmpfloat (sum / G_N_ELEMENTS (rows), >=, 20);
}

/* What is said here stays, and the filter does not learn it for an echo. */
static void
test_double_talk (void)
{
  Call call;
  g_autofree float *said = NULL;

  call_begin (&call, 20, &all);
  room_echo (g_test_rand_int (), call.far, call.near, call.samples, 100, -6);
  said = talk (&call, 5, LEVEL_DBFS);
  for (guint i = SECONDS (15); i < call.samples; i++)
    call.near[i] -= said[i];
  call_run (&call, delay_100);
  expect_alike (&call, said, 6, 15);
  g_assert_cmpfloat (erle (&call, 16, 20), >=, 12);
  call_end (&call);
}

static void
test_double_talk_from_the_start (void)
{
  Call call;
  g_autofree float *said = NULL;

  call_begin (&call, 15, &all);
  room_echo (g_test_rand_int (), call.far, call.near, call.samples, 60, -6);
  said = talk (&call, 0, LEVEL_DBFS);
  call_run (&call, delay_none);
  expect_alike (&call, said, 6, 15);
  call_end (&call);
}

static guint
delay_jumps_up (guint block)
{
  return block < 500 ? 100 : 140;
}

static guint
delay_jumps_down (guint block)
{
  return block < 500 ? 100 : 60;
}

/* The echo's delay changes at 10 s, and the sound server says so or does not. */
static void
test_jump (void)
{
  static const struct
  {
    guint delay_ms;
    Delay delay;
  } rows[]
      = { { 140, delay_jumps_up },  { 60, delay_jumps_down }, { 140, delay_100 },
          { 60, delay_100 },        { 100, delay_jumps_up }, /* it says so and it is not true */
          { 100, delay_jumps_down } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Call call;
      guint32 seed = g_test_rand_int ();
      g_autofree float *after = NULL;

      call_begin (&call, 26, &all);
      after = g_memdup2 (call.near, call.samples * sizeof *after);
      room_echo (seed, call.far, call.near, SECONDS (10), 100, -6);
      room_echo (seed, call.far + SECONDS (9), after + SECONDS (9), SECONDS (17), rows[i].delay_ms,
                 -6);
      memcpy (call.near + SECONDS (10), after + SECONDS (10), SECONDS (16) * sizeof *after);
      call_run (&call, rows[i].delay);
      g_assert_cmpfloat (erle (&call, 3, 10), >=, 12);
      g_assert_cmpfloat (erle (&call, 20, 26), >=, 8);
      if (rows[i].delay_ms == 100)
        g_assert_cmpfloat (erle (&call, 10, 16), >=, 12);
      call_end (&call);
    }
}

/* The echo is found without, or against, the sound server's word. */
static void
test_wrong_delay (void)
{
  static const Delay rows[] = { delay_random, delay_none, delay_300, delay_30 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Call call;

      call_begin (&call, 16, &all);
      room_echo (g_test_rand_int (), call.far, call.near, call.samples, 170, -6);
      call_run (&call, rows[i]);
      g_assert_cmpfloat (erle (&call, 10, 16), >=, 12);
      call_end (&call);
    }
}

/* No far end, no work; and what was learnt is still known when it talks again. */
static void
test_silence (void)
{
  Call call;
  TacVoiceDspStats stats;

  call_begin (&call, 16, &all);
  memset (call.far + SECONDS (6), 0, SECONDS (5) * sizeof *call.far);
  room_echo (g_test_rand_int (), call.far, call.near, call.samples, 100, -6);
  call_run (&call, delay_100);
  tac_voice_dsp_get_stats (call.dsp, &stats);
  g_assert_cmpuint (stats.blocks, ==, 16 * 50);
  g_assert_cmpuint (stats.cancelled, <=, 11 * 50 + 25);
  g_assert_cmpuint (stats.aligned, ==, 0);
  g_assert_cmpuint (stats.resets, ==, 0);
  g_assert_cmpfloat (erle (&call, 3, 6), >=, 10);
  g_assert_cmpfloat (erle (&call, 11, 12), >=, 12);
  call_end (&call);
}

static void
test_noise (void)
{
  static const TacVoiceDspOptions noise = { 0, TAC_VOICE_DSP_NOISE_DB, false };
  Call call;
  g_autofree float *said = NULL;

  call_begin (&call, 10, &noise);
  room_noise (g_test_rand_int (), call.near, call.samples, -50);
  said = talk (&call, 5, LEVEL_DBFS);
  call_run (&call, delay_100);
  g_assert_cmpfloat (erle (&call, 2, 5), >=, TAC_VOICE_DSP_NOISE_DB - 3);
  expect_alike (&call, said, 6, 10);
  call_end (&call);
}

/* Who talks softly is made louder, who shouts softer; and noise is not speech. */
static void
test_gain (void)
{
  static const TacVoiceDspOptions gain = { 0, TAC_VOICE_DSP_NOISE_DB, true };
  static const struct
  {
    double dbfs;
    int least_db, most_db;
  } rows[] = { { -40, 8, TAC_VOICE_GAIN_MAX_DB }, { -10, -12, -3 }, { -100, 0, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Call call;
      TacVoiceDspStats stats;
      g_autofree float *said = NULL;

      call_begin (&call, 15, &gain);
      said = talk (&call, 0, rows[i].dbfs);
      call_run (&call, delay_100);
      tac_voice_dsp_get_stats (call.dsp, &stats);
      g_assert_cmpint (stats.gain_db, >=, rows[i].least_db);
      g_assert_cmpint (stats.gain_db, <=, rows[i].most_db);
      call_end (&call);
    }
}

/* A sound server that stalls and catches up, a microphone that is stuck, or muted, or shouts. */
static void
test_bad_server (void)
{
  Call call;
  gint16 far[ROOM_BLOCK], bad[ROOM_BLOCK];

  call_begin (&call, 12, &all);
  room_echo (g_test_rand_int (), call.far, call.near, call.samples, 100, -6);
  for (guint n = 0; n < 3000; n++)
    {
      for (guint i = 0; i < ROOM_BLOCK; i++)
        {
          far[i] = (gint16)g_test_rand_int ();
          bad[i] = n % 400 < 100 ? G_MAXINT16 : n % 400 < 200 ? 0 : (gint16)g_test_rand_int ();
        }
      for (guint times = (guint)g_test_rand_int_range (0, n % 500 < 250 ? 2 : 4); times > 0;
           times--)
        tac_voice_dsp_playback (call.dsp, far);
      tac_voice_dsp_capture (call.dsp, bad, (guint)g_test_rand_int ());
    }
  for (guint n = 0; n < 200; n++)
    tac_voice_dsp_playback (call.dsp, far);
  call_run (&call, delay_100);
  g_assert_cmpfloat (erle (&call, 8, 12), >=, 12);
  call_end (&call);
}

/* What the library says on standard error while @call runs. To be freed. */
static char *
run_listening (Call *call)
{
  g_autofree char *path = NULL;
  char *said = NULL;
  int file = g_file_open_tmp (NULL, &path, NULL), errors = dup (STDERR_FILENO);

  g_assert_cmpint (file, >=, 0);
  dup2 (file, STDERR_FILENO);
  call_run (call, delay_100);
  dup2 (errors, STDERR_FILENO);
  close (errors);
  close (file);
  g_assert_true (g_file_get_contents (path, &said, NULL, NULL));
  unlink (path);
  return said;
}

/* The echo's delay jumps: the filter is begun anew before the library does that, which says so on
 * standard error, the daemon's log. Of these seeds it did with six. */
static void
test_quiet_library (void)
{
  for (guint32 seed = 1; seed <= 8; seed++)
    {
      Call call;
      g_autofree char *said = NULL;

      call_begin (&call, 16, &all);
      g_free (call.far);
      call.far = room_speech (seed, 16, LEVEL_DBFS);
      memset (call.near, 0, call.samples * sizeof *call.near);
      room_echo (seed, call.far, call.near, SECONDS (10), 100, -6);
      room_echo (seed, call.far + SECONDS (10), call.near + SECONDS (10), SECONDS (6), 60, -6);
      said = run_listening (&call);
      g_test_message ("seed %u", seed);
      g_assert_cmpstr (said, ==, "");
      call_end (&call);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/voice-dsp/off", test_off);
  g_test_add_func ("/voice-dsp/rates", test_rates);
  g_test_add_func ("/voice-dsp/single-talk", test_single_talk);
  g_test_add_func ("/voice-dsp/double-talk", test_double_talk);
  g_test_add_func ("/voice-dsp/double-talk-from-the-start", test_double_talk_from_the_start);
  g_test_add_func ("/voice-dsp/jump", test_jump);
  g_test_add_func ("/voice-dsp/wrong-delay", test_wrong_delay);
  g_test_add_func ("/voice-dsp/silence", test_silence);
  g_test_add_func ("/voice-dsp/noise", test_noise);
  g_test_add_func ("/voice-dsp/gain", test_gain);
  g_test_add_func ("/voice-dsp/bad-server", test_bad_server);
  g_test_add_func ("/voice-dsp/quiet-library", test_quiet_library);
  return g_test_run ();
}
