/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks, modelled: each is a delay and a fate for every packet, in the order of sending. */
#include "traces.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MS 1000.0

typedef struct
{
  uint64_t random;
  double last_us; /* arrival of the packet before, where the network keeps the order */
  double held_us; /* until then nothing gets through */
  double slow_us; /* wanders */
  bool bad;       /* state of the bursty loss */
} Net;

static double
uniform (Net *net)
{
  net->random = net->random * 6364136223846793005u + 1442695040888963407u;
  return (double)(net->random >> 11) / (double)(1ull << 53);
}

static double
exponential (Net *net, double mean)
{
  return -mean * log (1 - uniform (net));
}

/* Each returns the delay of a packet sent at @at, µs; negative: it is lost. */
typedef double (*Model) (Net *net, double at);

static double
in_order (Net *net, double at, double delay)
{
  if (at + delay < net->last_us)
    delay = net->last_us - at;
  net->last_us = at + delay;
  return delay;
}

static double
clean (Net *net, double at)
{
  (void)at;
  return 40 * MS + exponential (net, 0.3 * MS);
}

/* 90 ms of nothing every 8 s; what was sent meanwhile comes at once. */
static double
handover (Net *net, double at)
{
  double phase = fmod (at, 8000 * MS), delay = 45 * MS + exponential (net, 2 * MS);

  if (phase >= 3000 * MS && phase < 3090 * MS)
    delay += 3090 * MS - phase;
  return in_order (net, at, delay);
}

/* Grants every 10 ms, retransmissions of 8 ms, and a tail of up to 200 ms where the cell is full.
 */
static double
lte (Net *net, double at)
{
  double delay = 35 * MS + uniform (net) * 10 * MS;

  while (uniform (net) < 0.12)
    delay += 8 * MS;
  if (uniform (net) < 0.008)
    delay += fmin (exponential (net, 60 * MS), 200 * MS);
  return in_order (net, at, delay);
}

/* Wi-Fi beside other traffic: for a second now and then the packets come in bunches. */
static double
bursts (Net *net, double at)
{
  double phase = fmod (at, 6000 * MS), delay = 8 * MS + exponential (net, 1.5 * MS);

  if (phase < 1500 * MS)
    delay += 100 * MS - fmod (phase, 100 * MS);
  return in_order (net, at, delay);
}

/* The path gets 300 ms longer for half a minute. */
static double
step (Net *net, double at)
{
  double phase = fmod (at, 60000 * MS), delay = 50 * MS + exponential (net, 3 * MS);

  if (phase >= 15000 * MS && phase < 45000 * MS)
    delay += 300 * MS;
  return in_order (net, at, delay);
}

/* Two ways of different length, and every tenth packet takes the longer. */
static double
reorder (Net *net, double at)
{
  (void)at;
  return 30 * MS + exponential (net, 2 * MS) + (uniform (net) < 0.1 ? 45 * MS : 0);
}

static double
loss (Net *net, double at)
{
  (void)at;
  return uniform (net) < 0.1 ? -1 : 40 * MS + exponential (net, 3 * MS);
}

/* Gilbert's: 5 % in bursts of three. */
static double
bursty_loss (Net *net, double at)
{
  (void)at;
  net->bad = uniform (net) < (net->bad ? 0.67 : 0.0175);
  return net->bad ? -1 : 40 * MS + exponential (net, 5 * MS);
}

/* A queue that other traffic fills and empties within seconds. */
static double
wander (Net *net, double at)
{
  net->slow_us += (uniform (net) - 0.5) * 8 * MS;
  net->slow_us = fmin (fmax (net->slow_us, 0), 150 * MS);
  return in_order (net, at, 40 * MS + net->slow_us + exponential (net, 4 * MS));
}

static double
jitter (Net *net, double at)
{
  (void)at;
  return 40 * MS + uniform (net) * 60 * MS;
}

/* A satellite and a 2G cell: one packet in 500 half a second late, alone or with what follows. */
static double
tail (Net *net, double at)
{
  if (uniform (net) < 0.002)
    net->held_us = at + 300 * MS + uniform (net) * 300 * MS;
  return in_order (net, at, fmax (60 * MS + exponential (net, 6 * MS), net->held_us - at));
}

static const struct
{
  Model model;
  double drift; /* the sender's clock runs fast by this part */
} models[] = {
  { clean, 0 }, { clean, 2e-4 }, { clean, -2e-4 }, { handover, 0 },    { lte, 0 },    { bursts, 0 },
  { step, 0 },  { reorder, 0 },  { loss, 0 },      { bursty_loss, 0 }, { wander, 0 }, { jitter, 0 },
  { tail, 0 },  { lte, 2e-4 },   { lte, 0 },       { handover, 0 },
};

const TraceKind trace_kinds[] = {
  { "clean", "nothing happens", 1 },
  { "drift-fast", "the sender's card 200 ppm fast", 1 },
  { "drift-slow", "the sender's card 200 ppm slow", 1 },
  { "handover", "a gap of 90 ms every 8 s", 1 },
  { "lte", "grants, retransmissions, a tail of 200 ms", 1 },
  { "bursts", "bunches of 100 ms for 1.5 s of 6", 1 },
  { "step", "300 ms more for half a minute, and back", 1 },
  { "reorder", "every tenth packet 45 ms behind", 1 },
  { "loss", "10 % lost", 1 },
  { "bursty-loss", "5 % lost, three in a row", 1 },
  { "wander", "a queue of up to 150 ms that comes and goes", 1 },
  { "jitter", "anything between 40 and 100 ms, out of order", 1 },
  { "tail", "held for 300 to 600 ms, twice a minute", 1 },
  { "lte-drift", "the same cell, 200 ppm fast", 1 },
  { "lte-lean", "the same cell, 40 ms a packet", 2 },
  { "handover-thin", "a gap of 90 ms every 8 s, 60 ms a packet", 3 },
};

unsigned
trace_kinds_count (void)
{
  return sizeof trace_kinds / sizeof trace_kinds[0];
}

void
trace_make (Trace *trace, const TraceKind *kind, uint32_t ticks, uint64_t seed)
{
  Net net = { .random = seed * 2862933555777941757u + 3037000493u };
  unsigned model = (unsigned)(kind - trace_kinds);

  *trace = (Trace){ calloc (ticks, sizeof (TraceArrival)), 0, ticks };
  for (uint32_t tick = 0; tick + kind->ticks <= ticks; tick += kind->ticks)
    {
      double at = (tick + kind->ticks) * (double)TRACE_TICK_US / (1 + models[model].drift);
      double delay = models[model].model (&net, at);

      if (delay >= 0)
        trace->arrivals[trace->n++] = (TraceArrival){ (int64_t)(at + delay), tick, kind->ticks };
    }
  trace_sort (trace);
}

void
trace_clear (Trace *trace)
{
  free (trace->arrivals);
  *trace = (Trace){ 0 };
}

static int
by_time (const void *a, const void *b)
{
  const TraceArrival *x = a, *y = b;

  if (x->at_us != y->at_us)
    return x->at_us < y->at_us ? -1 : 1;
  return x->tick < y->tick ? -1 : x->tick > y->tick;
}

void
trace_sort (Trace *trace)
{
  qsort (trace->arrivals, trace->n, sizeof *trace->arrivals, by_time);
}

static int64_t
transit (const TraceArrival *arrival)
{
  return arrival->at_us - (int64_t)arrival->tick * TRACE_TICK_US;
}

int64_t
trace_fastest (const Trace *trace)
{
  int64_t fastest = INT64_MAX;

  for (unsigned i = 0; i < trace->n; i++)
    if (transit (&trace->arrivals[i]) < fastest)
      fastest = transit (&trace->arrivals[i]);
  return fastest;
}

static uint32_t
missed_at (const Trace *trace, int64_t delay)
{
  uint32_t there = 0;

  for (unsigned i = 0; i < trace->n; i++)
    if (transit (&trace->arrivals[i]) <= delay)
      there += trace->arrivals[i].ticks;
  return trace->ticks > there ? trace->ticks - there : 0;
}

int64_t
trace_oracle (const Trace *trace, uint32_t missed)
{
  int64_t fastest = trace_fastest (trace), low = 0, high = 10 * 1000000;

  if (missed_at (trace, fastest + high) > missed)
    return -1;
  while (low < high)
    {
      int64_t middle = (low + high) / 2;

      if (missed_at (trace, fastest + middle) > missed)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

int64_t
trace_oracle_sink (const Trace *trace, uint32_t missed, int64_t phase_us)
{
  int64_t delay = trace_oracle (trace, missed), fastest = trace_fastest (trace), over;

  if (delay < 0)
    return -1;
  over = (fastest + delay - phase_us) % TRACE_TICK_US;
  if (over < 0)
    over += TRACE_TICK_US;
  return over == 0 ? delay : delay + TRACE_TICK_US - over;
}
