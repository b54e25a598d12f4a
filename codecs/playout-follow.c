/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The playout buffer on its way to another delay: a pitch period less or more at a time, in pauses
 * first. */
#include "playout-private.h"

#include "stretch.h"

#include <limits.h>

/* When to take out or put in what is not quiet. */
#define SLACK_MS 1    /* too late by less: never */
#define HURRY_TICKS 2 /* too late by more: at once */
#define RUSH_TICKS 5  /* and twice in a tick */
#define PATIENCE 10   /* ticks to wait for a quiet moment */
#define IMPATIENCE 50 /* then anything half alike, and after as long again, anything */
#define TICKS_MOST 1000
#define URGENT 5 /* the same where too early */

/* Samples that wait beyond those that the target wants to; negative: so many are wanting. In whole
 * samples, for one too few is a whole tick too few. */
static int
excess (const TacPlayout *playout, int64_t now_us)
{
  int tick = (int)playout->queue->tick;
  int64_t ticks
      = tac_playout_floor_ticks (tac_playout_due (playout, now_us) - playout->target + TICK_US / 2);

  /* Of a clock that jumped it may be anything. */
  ticks = ticks < -TICKS_MOST ? -TICKS_MOST : ticks > TICKS_MOST ? TICKS_MOST : ticks;
  return (int)(playout->queue->n % playout->queue->tick) + (int)ticks * tick;
}

/* How alike must be what is taken out: of what is loud, more than of what is quiet. */
static int
shortening (const TacPlayout *playout, unsigned samples)
{
  unsigned tick = playout->queue->tick;

  if (tac_voice_queue_is_quiet (playout->queue) || playout->wanting > 2 * IMPATIENCE)
    return TAC_STRETCH_ANY;
  if (samples > HURRY_TICKS * tick || playout->wanting > IMPATIENCE)
    return TAC_STRETCH_HURRY;
  return playout->wanting > PATIENCE ? TAC_STRETCH_ALIKE : TAC_STRETCH_NEVER;
}

/* Returns: samples taken out. */
static unsigned
shorten (TacPlayout *playout, unsigned most)
{
  TacVoiceQueue *queue = playout->queue;
  int alike = shortening (playout, most);
  unsigned taken;

  if (alike == TAC_STRETCH_NEVER)
    return 0;
  while (queue->n < tac_stretch_reach (queue->rate) && tac_playout_decode (playout))
    ;
  if (most > queue->n - queue->tick)
    most = queue->n - queue->tick;
  taken = tac_voice_queue_shorten (queue, most, alike);
  if (taken == 0)
    return 0;
  playout->stats.accelerated++;
  playout->stats.compressed_samples += taken;
  playout->wanting = 0;
  return taken;
}

/* More at once than is wanted, where only a whole period will do. */
static void
lengthen (TacPlayout *playout, unsigned samples)
{
  TacVoiceQueue *queue = playout->queue;
  bool any = tac_voice_queue_is_quiet (queue) || playout->wanting > 2 * URGENT;
  int alike = any                         ? TAC_STRETCH_ANY
              : playout->wanting > URGENT ? TAC_STRETCH_HURRY
                                          : TAC_STRETCH_ALIKE;
  unsigned put = tac_voice_queue_lengthen (queue, any ? samples : UINT_MAX, alike);

  if (put == 0)
    return;
  playout->stats.expanded++;
  playout->stats.stretched_samples += put;
  playout->wanting = 0;
}

/* By a piece at a time; where it is far too late, by two. */
void
tac_playout_follow (TacPlayout *playout, int64_t now_us)
{
  int slack = SLACK_MS * (int)playout->queue->rate / 1000, over = excess (playout, now_us);

  if (playout->stalled > 0 || (over >= 0 && over <= slack))
    {
      playout->wanting = 0;
      return;
    }
  playout->wanting++;
  if (over < 0)
    {
      lengthen (playout, (unsigned)-over);
      return;
    }
  if (over > RUSH_TICKS * (int)playout->queue->tick)
    over -= (int)shorten (playout, (unsigned)over);
  shorten (playout, (unsigned)over);
}
