/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Down at once where a queue grows, up slowly and on probation. Loss alone is a radio's, and
 * what FEC is for; it lowers the pace only where that makes it less. */
#include "congestion.h"

#include <limits.h>
#include <string.h>

#define SECOND_US INT64_C (1000000)

#define HIGH_MS 100      /* a queue: two reports in a row, */
#define RISE_MS 50       /* or one that tells of so much more than the one before, */
#define URGENT_MS 250    /* or of so much at all */
#define PROBE_HIGH_MS 80 /* on probation */
#define LOSS_HIGH 80     /* 1/10 percent: a queue that overflows, with so little delay: */
#define LOSS_DELAY_MS 50
#define CLEAR_MS 60     /* no queue */
#define FALLING_MS 30   /* it drains: nothing more to do */
#define REPORT_TICKS 10 /* that a report must tell of anew */
#define DRAIN_TICKS 50  /* after a slower pace, until reports tell what it does */
#define FILL_TICKS 10   /* after a faster one */
#define PROBE_US (15 * SECOND_US)
#define SILENCE_US (3 * SECOND_US) /* without reports: what was known is old */

/* Two clocks tell of a queue: the receiver's, by the times of arrival, and ours, by how many ticks
 * behind us its reports are. A sound card that stood still moves only the first. */
#define LAG_HALF_US (30 * SECOND_US)
#define LAG_KNOWN 5 /* reports */
#define LAG_SLACK_MS 60
#define MOVED_US (60 * SECOND_US)

#define TRIAL_LOSS 250 /* 1/10 percent */
#define TRIAL_REPORTS 8
#define TRIAL_US TAC_CONGESTION_WAIT_US
#define TRIAL_WAIT_US (60 * SECOND_US)
#define TRIAL_WAIT_MOST_US (600 * SECOND_US)

const char *
tac_congestion_reason_name (TacCongestionReason reason)
{
  static const char *const names[TAC_CONGESTION_REASONS] = {
    [TAC_CONGESTION_START] = "start",   [TAC_CONGESTION_DELAY] = "delay",
    [TAC_CONGESTION_LOSS] = "loss",     [TAC_CONGESTION_ROOM] = "room",
    [TAC_CONGESTION_RETURN] = "return",
  };

  return names[reason];
}

void
tac_congestion_init (TacCongestion *congestion)
{
  memset (congestion, 0, sizeof *congestion);
  congestion->profile = TAC_PROFILE_WIDE;
  congestion->lag_least = congestion->lag_before = UINT_MAX;
  congestion->trial_wait_us = TRIAL_WAIT_US;
  for (unsigned i = 0; i < TAC_PROFILES; i++)
    congestion->wait_us[i] = TAC_CONGESTION_WAIT_US;
}

void
tac_congestion_moved (TacCongestion *congestion, int64_t now_us)
{
  TacCongestion fresh;

  tac_congestion_init (&fresh);
  fresh.profile = congestion->profile;
  fresh.reason = congestion->reason;
  fresh.lowered = congestion->lowered;
  fresh.raised = congestion->raised;
  fresh.ignored = congestion->ignored;
  fresh.highest = congestion->highest;
  fresh.settled = congestion->settled;
  fresh.since_us = fresh.now_us = now_us;
  fresh.base_ms = UINT_MAX;
  fresh.base_until_us = now_us + MOVED_US;
  *congestion = fresh;
}

/* What is measured */

static unsigned
at_most (unsigned value, unsigned most)
{
  return value < most ? value : most;
}

/* Forgets what is older than two halves. Returns: ms that the reports are later than they were at
 * their quickest. */
static unsigned
lag_growth (TacCongestion *congestion, uint32_t behind)
{
  unsigned lag = at_most (behind, UINT16_MAX) * TAC_TICK_MS;

  if (congestion->now_us - congestion->lag_us >= LAG_HALF_US)
    {
      congestion->lag_before = congestion->lag_least;
      congestion->lag_least = lag;
      congestion->lag_us = congestion->now_us;
    }
  congestion->lag_least = at_most (congestion->lag_least, lag);
  return lag - at_most (congestion->lag_least, congestion->lag_before);
}

static unsigned
believed_delay (TacCongestion *congestion, unsigned growth_ms, uint32_t behind)
{
  unsigned lag = lag_growth (congestion, behind);

  if (congestion->now_us >= congestion->base_until_us)
    congestion->base_ms = 0;
  congestion->base_ms = at_most (congestion->base_ms, growth_ms);
  growth_ms -= congestion->base_ms;
  return congestion->reports < LAG_KNOWN ? growth_ms : at_most (growth_ms, lag + LAG_SLACK_MS);
}

/* ms of voice up to @tick that is news, and was sent at the present pace. */
static unsigned
heard (const TacCongestion *congestion, uint32_t tick)
{
  uint32_t since = congestion->highest;

  if (congestion->settled > since && congestion->settled < tick)
    since = congestion->settled;
  return at_most (tick - since, UINT16_MAX) * TAC_TICK_MS;
}

/* 1/10 percent */
static unsigned
loss_of (const TacControlReport *report)
{
  return report->ticks > 0 ? at_most (1000u * report->lost / report->ticks, 1000) : 0;
}

/* Pace */

static void
change (TacCongestion *congestion, TacProfile profile, TacCongestionReason reason,
        uint32_t sent_tick)
{
  uint32_t settle = profile > congestion->profile ? DRAIN_TICKS : FILL_TICKS;

  if (profile > congestion->profile)
    congestion->lowered++;
  else
    congestion->raised++;
  congestion->profile = profile;
  congestion->reason = reason;
  congestion->since_us = congestion->now_us;
  congestion->settled = sent_tick < UINT32_MAX - settle ? sent_tick + settle : UINT32_MAX;
  congestion->high = 0;
  congestion->lossy = 0;
  congestion->probing = reason == TAC_CONGESTION_ROOM;
  congestion->trying = false;
}

/* The fastest below the present pace of which 5/4 go through, so that the queue drains, where it
 * grew by @rise_ms while @heard_ms of voice came. */
static TacProfile
fitting (const TacCongestion *congestion, unsigned rise_ms, unsigned heard_ms, unsigned loss)
{
  uint64_t now = tac_profile_bitrate (congestion->profile);
  uint64_t through = now * heard_ms * (1000 - loss) / (heard_ms + rise_ms) / 1000;

  for (unsigned i = congestion->profile + 1; i < TAC_PROFILES; i++)
    if (tac_profile_bitrate ((TacProfile)i) * UINT64_C (5) <= through * 4)
      return (TacProfile)i;
  return TAC_PROFILE_THIN;
}

static void
lower (TacCongestion *congestion, unsigned rise_ms, unsigned heard_ms, unsigned loss,
       uint32_t sent_tick)
{
  int64_t *wait_us = &congestion->wait_us[congestion->profile];
  TacCongestionReason reason = loss >= LOSS_HIGH && congestion->delay_ms < HIGH_MS
                                   ? TAC_CONGESTION_LOSS
                                   : TAC_CONGESTION_DELAY;

  if (congestion->probing)
    *wait_us
        = *wait_us * 2 < TAC_CONGESTION_WAIT_MOST_US ? *wait_us * 2 : TAC_CONGESTION_WAIT_MOST_US;
  change (congestion, fitting (congestion, rise_ms, heard_ms, loss), reason, sent_tick);
}

/* Does this report tell that a queue grows, or stands? */
static bool
speaks_of_queue (TacCongestion *congestion, unsigned before_ms, unsigned loss)
{
  unsigned delay = congestion->delay_ms;
  unsigned high = congestion->probing ? PROBE_HIGH_MS : HIGH_MS;

  if (delay < high && (delay < LOSS_DELAY_MS || loss < LOSS_HIGH))
    congestion->high = 0;
  else if (delay + FALLING_MS > before_ms)
    congestion->high++;
  return congestion->high >= 2
         || (congestion->high == 1 && (delay >= URGENT_MS || delay >= before_ms + RISE_MS));
}

/* Great loss for long, and no queue: a policer's, perhaps. It is tried once whether fewer packets
 * make it less. */
static bool
try_for_loss (TacCongestion *congestion, uint32_t sent_tick)
{
  if (congestion->trying)
    {
      if (congestion->now_us - congestion->since_us < TRIAL_US)
        return false;
      congestion->trying = false;
      if (congestion->loss * 2 <= congestion->trial_loss)
        {
          congestion->wait_us[congestion->profile - 1] = TAC_CONGESTION_WAIT_MOST_US;
          return false;
        }
      congestion->trial_us = congestion->now_us + congestion->trial_wait_us;
      if (congestion->trial_wait_us < TRIAL_WAIT_MOST_US)
        congestion->trial_wait_us *= 2;
      change (congestion, (TacProfile)(congestion->profile - 1), TAC_CONGESTION_RETURN, sent_tick);
      return true;
    }
  congestion->lossy = congestion->loss >= TRIAL_LOSS ? congestion->lossy + 1 : 0;
  if (congestion->lossy < TRIAL_REPORTS || congestion->now_us < congestion->trial_us
      || congestion->profile == TAC_PROFILE_THIN)
    return false;
  congestion->trial_loss = congestion->loss;
  change (congestion, (TacProfile)(congestion->profile + 1), TAC_CONGESTION_LOSS, sent_tick);
  congestion->trying = true;
  return true;
}

static bool
raise_pace (TacCongestion *congestion, uint32_t sent_tick)
{
  TacProfile faster;

  if (congestion->trying || congestion->profile == TAC_PROFILE_WIDE)
    return false;
  if (congestion->smooth_ms >= CLEAR_MS)
    congestion->since_us = congestion->now_us;
  faster = (TacProfile)(congestion->profile - 1);
  if (congestion->now_us - congestion->since_us < congestion->wait_us[faster])
    return false;
  change (congestion, faster, TAC_CONGESTION_ROOM, sent_tick);
  return true;
}

static void
pass_probation (TacCongestion *congestion)
{
  if (!congestion->probing || congestion->now_us - congestion->since_us < PROBE_US)
    return;
  congestion->probing = false;
  congestion->wait_us[congestion->profile] = TAC_CONGESTION_WAIT_US;
}

/* Of what was sent, and later than what is known by enough to tell something. */
static bool
is_news (TacCongestion *congestion, const TacControlReport *report, uint32_t sent_tick)
{
  if (report->highest_tick <= sent_tick && report->highest_tick >= congestion->highest
      && report->highest_tick - congestion->highest >= REPORT_TICKS)
    return true;
  congestion->ignored++;
  return false;
}

static void
follow_clock (TacCongestion *congestion, int64_t now_us)
{
  if (congestion->reports == 0 || now_us < congestion->now_us
      || now_us - congestion->now_us > SILENCE_US)
    {
      congestion->since_us = now_us;
      congestion->lag_us = now_us;
      congestion->high = 0;
      congestion->lossy = 0;
    }
  congestion->now_us = now_us;
}

bool
tac_congestion_report (TacCongestion *congestion, int64_t now_us, const TacControlReport *report,
                       uint32_t sent_tick)
{
  unsigned before = congestion->delay_ms, heard_ms, loss;

  if (!is_news (congestion, report, sent_tick))
    return false;
  follow_clock (congestion, now_us);
  heard_ms = heard (congestion, report->highest_tick);
  congestion->highest = report->highest_tick;
  congestion->delay_ms
      = believed_delay (congestion, report->growth_ms, sent_tick - report->highest_tick);
  congestion->reports++;
  loss = loss_of (report);
  congestion->loss = (3 * congestion->loss + loss) / 4;
  congestion->smooth_ms = (3 * congestion->smooth_ms + congestion->delay_ms) / 4;

  if (report->highest_tick < congestion->settled)
    return false;
  pass_probation (congestion);
  if (speaks_of_queue (congestion, before, loss))
    {
      congestion->since_us = congestion->now_us;
      if (congestion->profile == TAC_PROFILE_THIN)
        return false;
      lower (congestion, congestion->delay_ms > before ? congestion->delay_ms - before : 0,
             heard_ms, loss, sent_tick);
      return true;
    }
  return try_for_loss (congestion, sent_tick) || raise_pace (congestion, sent_tick);
}
