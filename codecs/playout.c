/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The adaptive playout buffer: opened packets in, in any order and at any time; 20 ms of PCM out at
 * every tick of the sink.
 *
 * A packet of tick T that arrives at A has the transit A − 20 ms × T; what is played now has one,
 * too. Packets must be there when a tick of the sink begins that needs them, so the transits at
 * which they are due are whole ticks apart: jitter.h chooses one. What waits in the queue beyond
 * that is of no use, and is taken out in pieces that nobody misses; where it is too little, pieces
 * are put in. A packet that is not there in time is made up, without giving it up before one after
 * it has come.
 */
#include "playout-private.h"

#include <stdlib.h>
#include <string.h>

#define PACKET_TICKS_MAX 3
#define ALIGN_US 5000     /* from a packet's arrival to a caller who chooses the moment */
#define SLACK_US 1000     /* as near as two clocks are to each other between two choices */
#define JUMP_US 1000000   /* a transit this far off is another clock or another stream */
#define RESTART_US 500000 /* this much too late, do not catch up piece by piece */
#define CHOOSE_TICKS 16   /* between choices, unless something was late */
#define RESUME_TICKS 3    /* made up in a row, from which on what came late is played later */
#define TIME_MAX ((int64_t)1 << 60)

_Static_assert(TAC_STORE_SLOTS >= TAC_PLAYOUT_BOUND + PACKET_TICKS_MAX, "slots");

TacPlayout *
tac_playout_new (unsigned rate)
{
  TacPlayout *playout = calloc (1, sizeof *playout);

  if (playout == NULL)
    return NULL;
  playout->queue = tac_voice_queue_new (rate);
  if (playout->queue == NULL)
    {
      free (playout);
      return NULL;
    }
  playout->last_get = -TIME_MAX;
  return playout;
}

void
tac_playout_free (TacPlayout *playout)
{
  if (playout == NULL)
    return;
  tac_voice_queue_free (playout->queue);
  free (playout);
}

const TacPlayoutStats *
tac_playout_stats (const TacPlayout *playout)
{
  return &playout->stats;
}

/* Moves the timeline on. Packets that it passes are counted in @counter. */
static void
advance (TacPlayout *playout, int64_t next, uint64_t *counter)
{
  *counter += tac_store_drop_before (&playout->store, next);
  playout->next = next;
  playout->stalled = 0;
}

static void
stop (TacPlayout *playout)
{
  playout->playing = false;
  playout->stalled = 0;
  playout->wanting = 0;
  tac_voice_queue_clear (playout->queue);
}

void
tac_playout_reset (TacPlayout *playout)
{
  stop (playout);
  advance (playout, playout->any ? (int64_t)playout->stats.highest_tick + 1 : 0,
           &playout->stats.discarded);
  tac_jitter_reset (&playout->jitter);
  tac_pace_reset (&playout->pace);
  playout->last_get = -TIME_MAX;
}

static int64_t
in_range (int64_t time_us)
{
  return time_us < -TIME_MAX ? -TIME_MAX : time_us > TIME_MAX ? TIME_MAX : time_us;
}

static int64_t
to_us (const TacPlayout *playout, unsigned samples)
{
  return (int64_t)samples * TICK_US / playout->queue->tick;
}

/* What the arrival says about the network. @fresh: newer than any before. */
static void
learn (TacPlayout *playout, int64_t arrival_us, const TacStoredPacket *packet, bool fresh)
{
  TacJitter *jitter = &playout->jitter;
  int64_t transit = arrival_us - (int64_t)packet->tick * TICK_US;
  bool jump = jitter->any && (transit > jitter->last + JUMP_US || transit < jitter->last - JUMP_US);

  if (jump && !fresh)
    return; /* a straggler, held somewhere: it tells nothing of the others */
  if (jump)
    {
      tac_jitter_reset (jitter);
      tac_pace_reset (&playout->pace);
    }
  tac_jitter_put (jitter, transit, packet->tick, packet->ticks,
                  tac_voice_packet_has_fec (packet->body));
  tac_pace_hear (&playout->pace, transit);
  playout->stats.jitter_ms = (uint32_t)(jitter->mean / 1000);
  if (fresh)
    {
      playout->any = true;
      playout->stats.highest_tick = packet->tick;
    }
}

void
tac_playout_put (TacPlayout *playout, int64_t arrival_us, uint32_t tick,
                 const uint8_t body[TAC_BODY_SIZE])
{
  TacStoredPacket packet = { .tick = tick, .ticks = (uint8_t)tac_voice_packet_ticks (body) };
  bool fresh = !playout->any || tick > playout->stats.highest_tick;

  playout->stats.received++;
  if (packet.ticks == 0)
    {
      playout->stats.malformed++;
      return;
    }
  memcpy (packet.body, body, TAC_BODY_SIZE);
  learn (playout, in_range (arrival_us), &packet, fresh);
  if (tick < playout->next)
    {
      playout->stats.late++;
      playout->choose = 0;
      return;
    }
  if (tick >= playout->next + TAC_PLAYOUT_BOUND)
    {
      tac_voice_queue_clear (playout->queue);
      advance (playout, (int64_t)tick - TAC_PLAYOUT_BOUND + 1, &playout->stats.overflow);
    }
  if (!tac_store_put (&playout->store, &packet))
    playout->stats.duplicate++;
}

bool
tac_playout_decode (TacPlayout *playout)
{
  TacStoredPacket *slot = tac_store_find (&playout->store, playout->next);
  /* Leaving out a piece is no use where the sink would wait for it. */
  unsigned may_leave_out;

  if (slot == NULL)
    return false;
  tac_store_release (&playout->store, slot);
  may_leave_out = playout->store.n > 0 || slot->ticks > 1 ? playout->queue->tick / 2 : 0;
  playout->stats.decoded++;
  playout->source = SOURCE_PACKET;
  if (!tac_voice_queue_decode (playout->queue, slot->body, may_leave_out))
    {
      playout->stats.undecodable++;
      playout->source = SOURCE_MADE_UP;
    }
  advance (playout, playout->next + slot->ticks, &playout->stats.discarded);
  return true;
}

/* The packet after the gap holds a copy of one packet before it, as long as itself. */
static bool
decode_copy (TacPlayout *playout)
{
  for (unsigned ticks = 1; ticks <= PACKET_TICKS_MAX; ticks++)
    {
      const TacStoredPacket *slot = tac_store_find (&playout->store, playout->next + ticks);

      if (slot == NULL)
        continue;
      if (slot->ticks != ticks || !tac_voice_packet_has_fec (slot->body)
          || !tac_voice_queue_decode_copy (playout->queue, slot->body, ticks))
        return false;
      playout->source = SOURCE_COPY;
      playout->next += ticks;
      return true;
    }
  return false;
}

/* Ticks were made up because nothing was there, and now something is. One or two ticks are not
 * missed much, so the sound goes on where it would be; but more are said later than not at all. */
static void
take_up (TacPlayout *playout)
{
  const TacStoredPacket *oldest = tac_store_oldest (&playout->store);
  int64_t due = playout->next + playout->stalled;
  bool later = playout->stalled >= RESUME_TICKS || tac_store_find (&playout->store, due) == NULL;

  playout->choose = 0;
  if (oldest->tick >= due)
    advance (playout, due, &playout->stats.discarded);
  else if (later)
    {
      playout->stats.resumed += (uint64_t)(due - oldest->tick);
      playout->queue->seam = true;
      advance (playout, oldest->tick, &playout->stats.discarded);
    }
  else
    {
      for (int64_t tick = playout->next; tick < due; tick++)
        {
          const TacStoredPacket *slot = tac_store_find (&playout->store, tick);

          if (slot != NULL)
            tac_voice_queue_learn (playout->queue, slot->body);
        }
      advance (playout, due, &playout->stats.late);
    }
}

/* At least one tick more. */
static void
more (TacPlayout *playout)
{
  if (playout->stalled > 0 && playout->store.n > 0)
    take_up (playout);
  if (tac_playout_decode (playout))
    return;
  if (playout->store.n > 0 && decode_copy (playout))
    return;
  tac_voice_queue_make_up (playout->queue);
  playout->source = SOURCE_MADE_UP;
  if (playout->store.n > 0)
    playout->next++;
  else
    {
      playout->stalled++;
      playout->stats.stalled++;
    }
}

/* The transit of the sample to play next. */
static int64_t
transit (const TacPlayout *playout, int64_t now_us)
{
  return now_us - (playout->next + playout->stalled) * TICK_US + to_us (playout, playout->queue->n);
}

static void
choose (TacPlayout *playout, int64_t grid)
{
  if (playout->choose-- > 0)
    return;
  playout->choose = CHOOSE_TICKS - 1;
  playout->target = tac_jitter_choose (&playout->jitter, grid, playout->target);
}

/* Begins with the newest packet whose time has come. */
static bool
start (TacPlayout *playout, int64_t now_us)
{
  const TacStoredPacket *first;
  int64_t tick, inside;

  if (playout->store.n == 0)
    return false;
  playout->choose = 0;
  choose (playout, now_us);
  tick = tac_playout_floor_ticks (now_us - playout->target + SLACK_US);
  first = tac_store_newest_until (&playout->store, tick);
  if (first == NULL)
    return false;
  inside = tick - first->tick;
  if (inside >= first->ticks)
    inside = first->ticks - 1;
  advance (playout, first->tick, &playout->stats.discarded);
  playout->playing = true;
  playout->queue->seam = true;
  tac_playout_decode (playout);
  tac_voice_queue_drop (playout->queue, (unsigned)inside * playout->queue->tick);
  return true;
}

static void
count (TacPlayout *playout)
{
  TacPlayoutStats *stats = &playout->stats;

  switch (playout->source)
    {
    case SOURCE_PACKET:
      stats->played++;
      break;
    case SOURCE_COPY:
      stats->recovered_fec++;
      break;
    case SOURCE_MADE_UP:
      stats->concealed++;
      stats->comfort += playout->queue->made_up > TAC_VOICE_QUEUE_SPEECH;
      break;
    }
}

static void
note (TacPlayout *playout, int64_t now_us)
{
  TacPlayoutStats *stats = &playout->stats;
  int64_t delay = transit (playout, now_us) - playout->jitter.fastest;
  int64_t target = playout->target - playout->jitter.fastest;

  stats->transit_us = transit (playout, now_us);
  stats->delay_ms = delay > 0 ? (uint32_t)(delay / 1000) : 0;
  stats->target_ms = target > 0 ? (uint32_t)(target / 1000) : 0;
  stats->drift_ppm = playout->pace.drift_ppm;
  stats->merged = playout->queue->merged;
}

/* Nothing measured by a clock that jumped holds. */
static int64_t
on_time (TacPlayout *playout, int64_t now_us)
{
  bool first = playout->last_get == -TIME_MAX;

  if (!first && (now_us < playout->last_get || now_us > playout->last_get + JUMP_US))
    {
      playout->stats.clock_jumps++;
      if (now_us < playout->last_get)
        tac_playout_reset (playout);
      else
        stop (playout);
      tac_pace_reset (&playout->pace);
    }
  playout->last_get = now_us;
  return tac_pace_tick (&playout->pace, now_us);
}

static void
restart_if_far (TacPlayout *playout, int64_t now_us)
{
  int64_t error = transit (playout, now_us) - playout->target;

  if (playout->queue->made_up >= TAC_VOICE_QUEUE_GONE && playout->store.n == 0)
    stop (playout);
  else if (error < -JUMP_US)
    tac_playout_reset (playout);
  else if (error > RESTART_US && playout->store.n > 0)
    stop (playout);
}

bool
tac_playout_get (TacPlayout *playout, int64_t now_us, int16_t *pcm)
{
  int64_t due = on_time (playout, in_range (now_us));

  if (playout->playing)
    {
      choose (playout, tac_playout_due (playout, due));
      restart_if_far (playout, due);
    }
  if (!playout->playing && !start (playout, due))
    {
      tac_voice_queue_be_silent (playout->queue, pcm);
      playout->stats.silence++;
      return false;
    }
  while (playout->queue->n < playout->queue->tick)
    more (playout);
  tac_playout_follow (playout, due);
  while (playout->queue->n < playout->queue->tick)
    more (playout);
  note (playout, due);
  count (playout);
  tac_voice_queue_take (playout->queue, pcm);
  return true;
}

int64_t
tac_playout_align (const TacPlayout *playout, int64_t now_us)
{
  int64_t since;

  if (playout->playing || playout->store.n == 0)
    return 0;
  since = in_range (now_us) - playout->jitter.fastest - ALIGN_US;
  since -= tac_playout_floor_ticks (since) * TICK_US;
  return since > SLACK_US ? TICK_US - since : 0;
}
