/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trace through the playout buffer, for the benchmark: what it cost in delay and what it had to
 * make up, as JSON.
 *
 *   playout-trace KIND [SEED]            prints a modelled trace, two minutes long: "arrival_us
 * tick ticks" a line playout-trace - [PHASE_US [FEC %]]   plays the trace of stdin ("arrival_us
 * tick [ticks]" a line)
 */
#include "tests/unit/trace-run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICKS 6000
#define ARRIVALS_MOST 1000000

static int
print_kind (const char *name, uint64_t seed)
{
  Trace trace;

  for (unsigned i = 0; i < trace_kinds_count (); i++)
    if (strcmp (trace_kinds[i].name, name) == 0)
      {
        trace_make (&trace, &trace_kinds[i], TICKS, seed);
        for (unsigned n = 0; n < trace.n; n++)
          printf ("%" PRId64 " %" PRIu32 " %u\n", trace.arrivals[n].at_us, trace.arrivals[n].tick,
                  trace.arrivals[n].ticks);
        trace_clear (&trace);
        return 0;
      }
  fprintf (stderr, "playout-trace: no kind of trace is called %s; there are:", name);
  for (unsigned i = 0; i < trace_kinds_count (); i++)
    fprintf (stderr, " %s", trace_kinds[i].name);
  fputc ('\n', stderr);
  return 2;
}

static bool
read_trace (Trace *trace)
{
  char line[100];
  unsigned room = 0;

  *trace = (Trace){ 0 };
  while (fgets (line, sizeof line, stdin) != NULL && trace->n < ARRIVALS_MOST)
    {
      TraceArrival arrival = { .ticks = 1 };

      if (sscanf (line, "%" SCNd64 " %" SCNu32 " %u", &arrival.at_us, &arrival.tick, &arrival.ticks)
              < 2
          || arrival.ticks < 1 || arrival.ticks > 3)
        return false;
      if (trace->n == room)
        {
          room = room * 2 + 1000;
          trace->arrivals = realloc (trace->arrivals, room * sizeof *trace->arrivals);
          if (trace->arrivals == NULL)
            return false;
        }
      trace->arrivals[trace->n++] = arrival;
      if (arrival.tick + arrival.ticks > trace->ticks)
        trace->ticks = arrival.tick + arrival.ticks;
    }
  trace_sort (trace);
  return trace->n > 0;
}

static int
play (int64_t phase_us, unsigned fec_percent)
{
  TraceVoice *voice = trace_voice_new (fec_percent);
  const TacPlayoutStats *s;
  TraceResult result;
  Trace trace;

  if (voice == NULL || !read_trace (&trace))
    {
      fprintf (stderr,
               "playout-trace: stdin must be lines of: arrival in us, tick, ticks (1 to 3)\n");
      return 2;
    }
  trace_run (&trace, voice, phase_us, 0, &result);
  s = &result.stats;
  printf (
      "{\"ticks\": %" PRIu32
      ", \"delay_ms\": %.2f, \"oracle_ms\": %.2f, \"oracle_sink_ms\": %.2f, \"concealed\": %" PRIu64
      ", \"played\": %" PRIu64 ", \"recovered_fec\": %" PRIu64 ", \"comfort\": %" PRIu64
      ", \"late\": %" PRIu64 ", \"discarded\": %" PRIu64 ", \"stalled\": %" PRIu64
      ", \"resumed\": %" PRIu64 ", \"accelerated\": %" PRIu64 ", \"expanded\": %" PRIu64
      ", \"compressed_ms\": %.1f, \"stretched_ms\": %.1f, \"merged\": %" PRIu64
      ", \"drift_ppm\": %d}\n",
      trace.ticks, result.delay_ms, (double)trace_oracle (&trace, result.made_up) / 1000,
      (double)trace_oracle_sink (&trace, result.made_up, phase_us) / 1000, s->concealed, s->played,
      s->recovered_fec, s->comfort, s->late, s->discarded, s->stalled, s->resumed, s->accelerated,
      s->expanded, (double)s->compressed_samples * 1000 / TRACE_RATE,
      (double)s->stretched_samples * 1000 / TRACE_RATE, s->merged, s->drift_ppm);
  trace_clear (&trace);
  free (voice);
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc < 2)
    {
      fprintf (stderr,
               "usage: playout-trace KIND [SEED] | playout-trace - [PHASE_US [FEC_PERCENT]]\n");
      return 2;
    }
  if (strcmp (argv[1], "-") != 0)
    return print_kind (argv[1], argc > 2 ? strtoull (argv[2], NULL, 10) : 1);
  return play (argc > 2 ? strtoll (argv[2], NULL, 10) : TRACE_TICK_US / 2,
               argc > 3 ? (unsigned)strtoul (argv[3], NULL, 10) : 0);
}
