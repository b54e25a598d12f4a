/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the playout buffer plays where the voice is missing, comes in lumps or is none: levels,
 * clicks, counters. */
#include "trace-run.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define TICK_SAMPLES (TRACE_RATE / 50)
#define TICK_US TRACE_TICK_US
#define CLICK 3000 /* the voice itself moves by 1900 a sample */

static TraceVoice *voice;

typedef struct
{
  TacPlayout *playout;
  const TacPlayoutStats *stats;
  int64_t now;
  uint32_t tick;
  int16_t pcm[TICK_SAMPLES], last;
  int largest_step;
} Call;

static void
call_begin (Call *call)
{
  memset (call, 0, sizeof *call);
  call->playout = tac_playout_new (TRACE_RATE);
  call->stats = tac_playout_stats (call->playout);
  call->now = 5 * G_USEC_PER_SEC;
}

static void
get (Call *call)
{
  tac_playout_get (call->playout, call->now, call->pcm);
  for (unsigned i = 0; i < TICK_SAMPLES; i++)
    {
      call->largest_step = MAX (call->largest_step, ABS (call->pcm[i] - call->last));
      call->last = call->pcm[i];
    }
}

static void
put (Call *call, unsigned ticks)
{
  tac_playout_put (call->playout, call->now - 3000, call->tick,
                   voice->bodies[ticks - 1][call->tick / ticks % (TRACE_BODIES / ticks)]);
  call->tick += ticks;
}

static void
talk (Call *call, unsigned packets, unsigned ticks)
{
  for (unsigned i = 0; i < packets; i++)
    {
      put (call, ticks);
      for (unsigned n = 0; n < ticks; n++, call->now += TICK_US)
        get (call);
    }
}

static double
level (const Call *call)
{
  double sum = 0;

  for (unsigned i = 0; i < TICK_SAMPLES; i++)
    sum += call->pcm[i] * call->pcm[i];
  return sqrt (sum / TICK_SAMPLES);
}

/* Cut off in the middle of a word: no click, noise as low as the pauses were, then nothing. */
static void
test_comfort (void)
{
  Call call;
  double loudest = 0;

  call_begin (&call);
  talk (&call, 420, 1);
  for (unsigned i = 0; i < 60; i++, call.now += TICK_US)
    {
      get (&call);
      if (i >= 8 && i < 50)
        loudest = MAX (loudest, level (&call));
      if (i >= 8 && i < 38)
        g_assert_cmpfloat (level (&call), >, 1);
      if (i >= 50)
        g_assert_cmpfloat (level (&call), ==, 0);
    }
  g_test_message ("noise of %.0f, largest step %d", loudest, call.largest_step);
  g_assert_cmpfloat (loudest, <, 100);
  g_assert_cmpint (call.largest_step, <, CLICK);
  g_assert_cmpuint (call.stats->comfort, ==, 47);
  g_assert_cmpuint (call.stats->silence, ==, 10);
  talk (&call, 100, 1);
  g_assert_cmpuint (call.stats->played, ==, 520);
  g_assert_cmpint (call.largest_step, <, CLICK);
  tac_playout_free (call.playout);
}

/* Held by the network, then all at once: everything is said, and within two seconds as soon as
 * before. */
static void
test_held (void)
{
  for (unsigned held = 1; held <= 20; held++)
    {
      Call call;
      unsigned before;

      call_begin (&call);
      talk (&call, 300, 1);
      before = call.stats->delay_ms;
      for (unsigned i = 0; i < held; i++, call.now += TICK_US)
        get (&call);
      for (unsigned i = 0; i < held; i++)
        put (&call, 1);
      talk (&call, 150, 1);
      g_assert_cmpuint (call.stats->stalled, ==, held);
      g_assert_cmpuint (call.stats->discarded, ==, 0);
      g_assert_cmpuint (call.stats->late, ==, held < 3 ? held : 0);
      g_assert_cmpuint (call.stats->resumed, ==, held < 3 ? 0 : held);
      g_assert_cmpuint (call.stats->delay_ms, <=, before + 25);
      g_assert_cmpint (call.largest_step, <, CLICK);
      tac_playout_free (call.playout);
    }
}

static void
test_profiles (void)
{
  static const unsigned ticks[] = { 1, 2, 1, 3, 2, 3, 1 };
  Call call;

  call_begin (&call);
  for (unsigned i = 0; i < G_N_ELEMENTS (ticks); i++)
    {
      uint64_t made_up = call.stats->concealed;

      call.tick = (call.tick + 5) / 6 * 6;
      call.now += 2 * TICK_US; /* as long a packet is on the way at least */
      talk (&call, 120 / ticks[i], ticks[i]);
      g_assert_cmpuint (call.stats->concealed - made_up, <=, 6);
    }
  g_assert_cmpuint (call.stats->undecodable + call.stats->overflow, ==, 0);
  g_assert_cmpuint (call.stats->played, >=, 7 * 120 - 30);
  tac_playout_free (call.playout);
}

/* Two, three or five ticks are taken at once, by a thread that sleeps between: as if they were not.
 */
static void
test_bunched_sink (void)
{
  static const unsigned bunches[] = { 2, 3, 5 };

  for (unsigned i = 0; i < G_N_ELEMENTS (bunches); i++)
    {
      Call call;
      uint64_t settled;

      call_begin (&call);
      for (unsigned n = 0; n < 3000; n++, call.now += TICK_US)
        {
          put (&call, 1);
          for (unsigned taken = 0; taken < bunches[i] && n % bunches[i] == 0; taken++)
            get (&call);
          if (n == 300)
            settled = call.stats->concealed;
        }
      g_test_message ("by %u: %u ms", bunches[i], call.stats->delay_ms);
      g_assert_cmpuint (call.stats->concealed, ==, settled);
      g_assert_cmpuint (call.stats->delay_ms, <=, 20 * bunches[i] + 5);
      tac_playout_free (call.playout);
    }
}

/* Threads that wake up to 15 ms late cost no voice, and no delay once that is known. */
static void
test_late_threads (void)
{
  Call call;
  uint64_t settled = 0;
  int64_t due;

  call_begin (&call);
  due = call.now;
  for (unsigned n = 0; n < 3000; n++)
    {
      call.now = due + n * TICK_US;
      put (&call, 1);
      call.now += g_test_rand_int_range (0, 15000);
      get (&call);
      if (n == 300)
        settled = call.stats->concealed;
    }
  g_assert_cmpuint (call.stats->concealed, ==, settled);
  g_assert_cmpuint (call.stats->delay_ms, <=, 10);
  g_assert_cmpuint (call.stats->clock_jumps, ==, 0);
  tac_playout_free (call.playout);
}

/* Authentic, and no voice of ours. */
static void
test_bodies (void)
{
  static const struct
  {
    uint8_t bytes[4];
    bool refused;
  } bodies[] = {
    { { 0x4c }, true },                 /* stereo */
    { { 0x40 }, true },                 /* 10 ms */
    { { 0x4b, 0 }, true },              /* no frames */
    { { 0x4b, 4 }, true },              /* four frames of 20 ms */
    { { 0x4b, 0x41, 255, 255 }, true }, /* more padding than there is packet */
    { { 0x4b, 0x41, 57 }, false },      /* a frame of no bytes: 20 ms that are lost */
    { { 0xe0 }, true },                 /* CELT, 2.5 ms */
    { { 0xff, 0xff, 0xff, 0xff }, true },
  };

  for (unsigned i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      uint8_t body[TAC_BODY_SIZE] = { 0 };
      Call call;

      call_begin (&call);
      talk (&call, 100, 1);
      memcpy (body, bodies[i].bytes, sizeof bodies[i].bytes);
      for (unsigned n = 0; n < 3000; n++, call.now += TICK_US)
        {
          tac_playout_put (call.playout, call.now - 3000, call.tick++, body);
          get (&call);
        }
      g_test_message ("%02x %02x: %u malformed, %u undecodable", body[0], body[1],
                      (unsigned)call.stats->malformed, (unsigned)call.stats->undecodable);
      g_assert_cmpuint (call.stats->malformed, ==, bodies[i].refused ? 3000 : 0);
      g_assert_cmpint (call.largest_step, <, CLICK);
      talk (&call, 100, 1);
      g_assert_cmpuint (call.stats->played, >=, 195);
      tac_playout_free (call.playout);
    }
}

static void
test_clock (void)
{
  Call call;

  call_begin (&call);
  talk (&call, 100, 1);
  g_assert_cmpuint (call.stats->clock_jumps, ==, 0);
  call.now -= 1;
  call.now -= TICK_US;
  talk (&call, 100, 1);
  g_assert_cmpuint (call.stats->clock_jumps, ==, 1);
  call.now += 3600 * (int64_t)G_USEC_PER_SEC;
  talk (&call, 100, 1);
  g_assert_cmpuint (call.stats->clock_jumps, ==, 2);
  g_assert_cmpuint (call.stats->played, >=, 295);
  tac_playout_free (call.playout);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  voice = trace_voice_new (0);
  g_test_add_func ("/playout-gaps/comfort", test_comfort);
  g_test_add_func ("/playout-gaps/held-by-the-network", test_held);
  g_test_add_func ("/playout-gaps/profiles", test_profiles);
  g_test_add_func ("/playout-gaps/bunched-sink", test_bunched_sink);
  g_test_add_func ("/playout-gaps/late-threads", test_late_threads);
  g_test_add_func ("/playout-gaps/bodies", test_bodies);
  g_test_add_func ("/playout-gaps/clock", test_clock);
  result = g_test_run ();
  free (voice);
  return result;
}
