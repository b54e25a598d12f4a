/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The playout buffer over networks of all kinds, against the best constant delay that somebody who
 * knew the whole call before could have chosen. */
#include "trace-run.h"

#include <glib.h>

#define TICKS 6000 /* two minutes */
#define ROUNDS 4   /* phases of the sink, and calls */

static TraceVoice *plain, *with_copies;

/* A sink that takes 20 ms at a time can need packets at one moment in 20 ms only, so the oracle has
 * the same. What is beyond it is what learning costs; negative: the network changes, and the delay
 * with it. */
typedef struct
{
  const char *kind;
  double over_ms;     /* mean delay, more than the oracle's with as many ticks made up */
  double made_up;     /* percent of the ticks, at most */
  double with_copies; /* the same where the sender adds FEC */
} Bound;

static const Bound bounds[] = {
  { "clean", 4, 0.05, 0.05 },       { "drift-fast", 1, 0.2, 0.2 }, { "drift-slow", 0, 0.2, 0.2 },
  { "handover", 3, 1.3, 1.3 },      { "lte", 3, 2.3, 2.5 },        { "bursts", 4, 0.4, 0.4 },
  { "step", -60, 1.2, 1.2 },        { "reorder", 4, 0.5, 0.5 },    { "loss", 5, 11.5, 5 },
  { "bursty-loss", 4, 7.5, 6 },    { "wander", -5, 1.2, 1.2 },     { "jitter", 4, 0.5, 0.5 },
  { "tail", 6, 4.5, 5.5 },         { "lte-drift", 4, 2.3, 2.5 },  { "lte-lean", 0, 1.6, 1.8 },
  { "handover-thin", 0, 1.5, 1.5 },
};

static int64_t
phase (int round)
{
  return (2 * round + 1) * TRACE_TICK_US / (2 * ROUNDS);
}

static void
run_round (const TraceKind *kind, const TraceVoice *voice, int round, Trace *trace,
           TraceResult *result)
{
  trace_make (trace, kind, TICKS, (uint64_t)round + 1);
  trace_run (trace, voice, phase (round), 0, result);
}

static void
test_kind (gconstpointer data)
{
  const TraceKind *kind = data;
  const Bound *bound = &bounds[kind - trace_kinds];
  double delay = 0, oracle = 0, sinks = 0, made_up = 0, healed = 0;

  g_assert_cmpstr (bound->kind, ==, kind->name);
  for (int round = 0; round < ROUNDS; round++)
    {
      TraceResult result;
      Trace trace;

      run_round (kind, plain, round, &trace, &result);
      delay += result.delay_ms / ROUNDS;
      made_up += 100.0 * result.made_up / TICKS / ROUNDS;
      oracle += (double)trace_oracle (&trace, result.made_up) / 1000 / ROUNDS;
      sinks += (double)trace_oracle_sink (&trace, result.made_up, phase (round)) / 1000 / ROUNDS;
      trace_clear (&trace);
      run_round (kind, with_copies, round, &trace, &result);
      healed += 100.0 * result.made_up / TICKS / ROUNDS;
      trace_clear (&trace);
    }
  g_test_message (
      "%s: %.1f ms; oracle %.1f ms, with this sink %.1f ms; %.2f %% made up, %.2f %% with FEC",
      kind->what, delay, oracle, sinks, made_up, healed);
  g_assert_cmpfloat (delay - sinks, <=, bound->over_ms);
  g_assert_cmpfloat (made_up, <=, bound->made_up);
  g_assert_cmpfloat (healed, <=, bound->with_copies);
}

/* Sinks that run 200 ppm fast or slow, or take their ticks in bunches, cost no more than one that
 * does not. */
static void
test_sinks (void)
{
  static const int sinks_ppm[] = { -200, 0, 200 };

  for (unsigned i = 0; i < G_N_ELEMENTS (sinks_ppm); i++)
    {
      TraceResult result;
      Trace trace;

      trace_make (&trace, &trace_kinds[0], 5 * TICKS, 1);
      trace_run (&trace, plain, 7000, sinks_ppm[i], &result);
      g_test_message ("%d ppm: %.1f ms, %u made up, drift %d ppm", sinks_ppm[i], result.delay_ms,
                      result.made_up, result.stats.drift_ppm);
      g_assert_cmpint (ABS (result.stats.drift_ppm + sinks_ppm[i]), <=, 20);
      g_assert_cmpuint (result.made_up, <=, 30);
      trace_clear (&trace);
    }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  plain = trace_voice_new (0);
  with_copies = trace_voice_new (10);
  g_assert_cmpuint (trace_kinds_count (), ==, G_N_ELEMENTS (bounds));
  for (unsigned i = 0; i < trace_kinds_count (); i++)
    {
      g_autofree char *path = g_strconcat ("/playout-traces/", trace_kinds[i].name, NULL);

      g_test_add_data_func (path, &trace_kinds[i], test_kind);
    }
  g_test_add_func ("/playout-traces/sinks", test_sinks);
  result = g_test_run ();
  free (plain);
  free (with_copies);
  return result;
}
