/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long should packets wait? Each choice is played over again: with this delay, which of the
 * ticks that lately were due would have been late and made up, and which read from the next
 * packet's copy? Delay and damage are then weighed against each other. So a tail that one packet in
 * a thousand belongs to costs no delay, a loss that FEC can heal is worth waiting a packet for, and
 * a handover now and then is not prepared for.
 */
#include "jitter.h"

#include <string.h>

#define SLOT(tick) ((tick) & (TAC_JITTER_TICKS - 1))
#define COST_US 2000000    /* of delay that is as bad as every tick made up: 20 ms for 1 % */
#define COST_FEC_US 400000 /* the copy sounds worse than the original, but not much */
#define HYSTERESIS_US 4000
#define MARGIN_US 1000  /* a packet this close is late: so is, now and then, a thread */
#define RECENT_TICKS 64 /* which count more: a network that turns bad is believed soon */
#define RECENT_WEIGHT 4
#define WEIGHT_LEAST 200 /* two packets are no statistics */

void
tac_jitter_reset (TacJitter *jitter)
{
  memset (jitter, 0, sizeof *jitter);
}

static int64_t
least (const TacJitter *jitter)
{
  int64_t fastest = INT64_MAX;

  for (unsigned i = 0; i < TAC_JITTER_TICKS; i++)
    if (jitter->ticks[i] > 0 && jitter->transit[i] < fastest)
      fastest = jitter->transit[i];
  return fastest;
}

/* Moves the window on to @tick. */
static void
move_to (TacJitter *jitter, int64_t tick)
{
  if (tick - jitter->newest >= TAC_JITTER_TICKS)
    jitter->newest = tick - TAC_JITTER_TICKS;
  for (; jitter->newest < tick; jitter->newest++)
    {
      unsigned slot = (unsigned)SLOT (jitter->newest + 1);

      jitter->stale |= jitter->ticks[slot] > 0 && jitter->transit[slot] == jitter->fastest;
      jitter->ticks[slot] = 0;
    }
}

/* RFC 3550 §6.4.1. */
static void
smooth (TacJitter *jitter, int64_t transit_us)
{
  int64_t difference = transit_us - jitter->last;

  jitter->mean += ((difference < 0 ? -difference : difference) - jitter->mean) / 16;
}

void
tac_jitter_put (TacJitter *jitter, int64_t transit_us, int64_t tick, unsigned ticks, bool fec)
{
  unsigned slot = (unsigned)SLOT (tick);

  if (jitter->any)
    smooth (jitter, transit_us);
  else
    {
      jitter->any = true;
      jitter->newest = tick;
      jitter->fastest = transit_us;
    }
  jitter->last = transit_us;
  if (tick > jitter->newest)
    move_to (jitter, tick);
  if (tick <= jitter->newest - TAC_JITTER_TICKS || jitter->ticks[slot] > 0)
    return;
  jitter->transit[slot] = transit_us;
  jitter->ticks[slot] = (uint8_t)ticks;
  jitter->fec[slot] = fec;
  if (transit_us < jitter->fastest)
    jitter->fastest = transit_us;
}

/* What the choices cost: for each the weight of the ticks that only a longer delay would have saved
 * from being made up, or from their copy. */
typedef struct
{
  int64_t first; /* transit of choice 0, less the margin */
  uint32_t made_up[TAC_JITTER_CHOICES + 1], copied[TAC_JITTER_CHOICES + 1];
  uint32_t weight; /* of all ticks */
} Costs;

/* The first choice for which a packet of this transit is there in time. */
static unsigned
choice_of (const Costs *costs, int64_t transit)
{
  int64_t over = transit - costs->first;

  if (over <= 0)
    return 0;
  if (over > (int64_t)TAC_JITTER_CHOICES * TAC_JITTER_TICK_US)
    return TAC_JITTER_CHOICES;
  return ((uint32_t)over + TAC_JITTER_TICK_US - 1) / TAC_JITTER_TICK_US;
}

/* @alone, @copy: from which choice on the ticks are there as themselves, as the next packet's copy.
 */
static void
count (Costs *costs, unsigned alone, unsigned copy, uint32_t weight)
{
  costs->weight += weight;
  if (copy < alone)
    {
      costs->made_up[copy] += weight;
      costs->copied[copy] += weight;
      costs->copied[alone] -= weight; /* wraps; the sum does not */
    }
  else
    costs->made_up[alone] += weight;
}

/* The packet after the one looked at, and what of the time before it holds a copy of. */
typedef struct
{
  int64_t tick, transit;
  unsigned copies; /* ticks */
} After;

static uint32_t
weight_of (const TacJitter *jitter, int64_t tick, unsigned ticks)
{
  return ticks * (jitter->newest - tick < RECENT_TICKS ? RECENT_WEIGHT : 1);
}

/* From which choice on the copy of @tick is there when @tick is due. */
static unsigned
copy_of (const Costs *costs, const After *after, int64_t tick)
{
  if (after->copies == 0 || tick < after->tick - after->copies)
    return TAC_JITTER_CHOICES;
  return choice_of (costs, after->transit + (after->tick - tick) * TAC_JITTER_TICK_US);
}

/* From the newest packet back. */
static void
weigh (const TacJitter *jitter, Costs *costs)
{
  After after = { .tick = jitter->newest + TAC_JITTER_TICKS };

  for (int64_t tick = jitter->newest; tick > jitter->newest - TAC_JITTER_TICKS; tick--)
    {
      unsigned slot = (unsigned)SLOT (tick), ticks = jitter->ticks[slot];
      unsigned copies = jitter->fec[slot] ? ticks : 0;

      if (ticks == 0)
        continue;
      for (int64_t lost = tick + ticks; lost < after.tick && lost < jitter->newest; lost++)
        count (costs, TAC_JITTER_CHOICES, copy_of (costs, &after, lost),
               weight_of (jitter, lost, 1));
      count (costs, choice_of (costs, jitter->transit[slot]), copy_of (costs, &after, tick),
             weight_of (jitter, tick, ticks));
      after = (After){ tick, jitter->transit[slot], copies };
    }
}

/* The least of the grid for which the fastest packet is in time. */
static int64_t
first_choice (const TacJitter *jitter, int64_t grid)
{
  int64_t over = jitter->fastest + MARGIN_US - grid;

  return grid
         + (over + (over > 0 ? TAC_JITTER_TICK_US - 1 : 0)) / TAC_JITTER_TICK_US
               * TAC_JITTER_TICK_US;
}

/* The cheapest choice; @now, where that is hardly dearer. */
static unsigned
cheapest (const Costs *costs, int64_t now)
{
  int64_t best_cost = INT64_MAX, now_cost = INT64_MAX;
  uint32_t weight = costs->weight > WEIGHT_LEAST ? costs->weight : WEIGHT_LEAST;
  uint32_t made_up = 0, copied = 0;
  unsigned best = 0;

  for (unsigned i = 0; i <= TAC_JITTER_CHOICES; i++)
    made_up += costs->made_up[i];
  for (unsigned i = 0; i < TAC_JITTER_CHOICES; i++)
    {
      int64_t cost;

      made_up -= costs->made_up[i];
      copied += costs->copied[i];
      cost = (int64_t)i * TAC_JITTER_TICK_US
             + ((int64_t)made_up * COST_US + (int64_t)copied * COST_FEC_US) / weight;
      if (cost < best_cost)
        {
          best_cost = cost;
          best = i;
        }
      if (i == now)
        now_cost = cost;
    }
  return now_cost <= best_cost + HYSTERESIS_US ? (unsigned)now : best;
}

int64_t
tac_jitter_choose (TacJitter *jitter, int64_t grid, int64_t now)
{
  Costs costs = { 0 };
  int64_t first;

  if (jitter->stale)
    jitter->fastest = least (jitter);
  jitter->stale = false;
  first = first_choice (jitter, grid);
  costs.first = first - MARGIN_US;
  weigh (jitter, &costs);
  now = (now - first + TAC_JITTER_TICK_US / 2) / TAC_JITTER_TICK_US;
  return first + (int64_t)cheapest (&costs, now) * TAC_JITTER_TICK_US;
}
