/* SPDX-License-Identifier: GPL-3.0-or-later */
/* REPORTs of a call, both ways (docs/protocol.md §7): what is said of the voice received, and at
 * which pace to send by what the peer says of ours. */
#include "daemon/call-private.h"

static guint64
heard_until (const TacVoiceReceiverStats *receiver)
{
  return (guint64)receiver->newest_tick + receiver->newest_ticks;
}

/* Of the ticks that were due since @before. */
static guint
lost_since (const TacVoiceReceiverStats *now, const TacVoiceReceiverStats *before, guint *due)
{
  guint64 ticks = heard_until (now) - heard_until (before);
  guint64 opened = now->ticks - before->ticks;

  if (before->newest_ticks == 0) /* the first may be long after 0: nobody listened before */
    ticks = opened;
  *due = (guint)MIN (ticks, G_MAXUINT);
  return ticks > opened ? (guint)MIN (ticks - opened, G_MAXUINT) : 0;
}

/* Counters begin anew where the sound does. */
static guint8
counted (guint64 now, guint64 before)
{
  return now > before ? (guint8)MIN (now - before, G_MAXUINT8) : 0;
}

static void
fill (TacControlReport *report, const TacVoiceReceiverStats *now,
      const TacVoiceReceiverStats *before)
{
  const TacPlayoutStats *playout = &now->playout;
  guint due, lost = lost_since (now, before, &due);

  report->highest_tick = now->newest_tick;
  report->ticks = (guint8)MIN (due, G_MAXUINT8);
  report->lost = (guint8)MIN (lost, report->ticks);
  report->late = counted (playout->late, before->playout.late);
  report->concealed = counted (playout->concealed, before->playout.concealed);
  report->playout_delay_ms = (guint16)MIN (playout->delay_ms, G_MAXUINT16);
  report->jitter_ms = (guint16)MIN (playout->jitter_ms, G_MAXUINT16);
  report->growth_ms = (guint16)MIN (now->growth_ms, G_MAXUINT16);
}

static void
send_report (TacCall *call, const TacVoiceReceiverStats *now)
{
  TacControlReport report = { 0 };
  guint8 value[TAC_REPORT_SIZE];

  fill (&report, now, &call->reported);
  call->reported = *now;
  call->reported_us = g_get_monotonic_time ();
  tac_control_report_encode (&report, value);
  tac_call_lane_send (call, TAC_CONTROL_REPORT, value, sizeof value);
}

void
tac_call_report_early (TacCall *call, const TacVoiceReceiverStats *now)
{
  if (tac_transit_is_urgent (now->growth_ms, call->reported.growth_ms,
                             g_get_monotonic_time () - call->reported_us))
    send_report (call, now);
}

static TacProfile
profile_of (guint ticks)
{
  for (guint i = 0; i < TAC_PROFILES; i++)
    if (tac_profile_ticks ((TacProfile)i) == ticks)
      return (TacProfile)i;
  return TAC_PROFILE_WIDE; /* nothing was heard yet */
}

static guint8
percent (guint64 part, guint64 whole)
{
  return whole > 0 ? (guint8)MIN ((100 * part + whole / 2) / whole, 100) : 0;
}

static void
remember (TacCall *call, const TacVoiceReceiverStats *now, const TacVoiceReceiverStats *before)
{
  const TacCallSecond *second = &call->second;
  guint made_up = counted (now->playout.concealed, before->playout.concealed);
  guint heard = counted (now->playout.played, before->playout.played)
                + counted (now->playout.recovered_fec, before->playout.recovered_fec);
  const TacQualityPoint point = {
    .loss = (guint8)(second->loss_received + 0.5),
    .concealed = percent (made_up, made_up + heard),
    .jitter_ms = (guint16)MIN (second->jitter_ms, G_MAXUINT16),
    .delay_ms = (guint16)MIN (second->playout_delay_ms, G_MAXUINT16),
    .round_trip_ms = (guint16)MIN (second->round_trip_ms, G_MAXUINT16),
    .profile = second->profile,
    .peer_profile = second->peer_profile,
  };

  if (call->answered_us == 0)
    return;
  if (call->series == NULL)
    {
      call->series = g_new (TacQuality, 1);
      tac_quality_init (call->series);
    }
  tac_quality_add (call->series, &point);
}

static void
measure (TacCall *call, const TacVoiceReceiverStats *now)
{
  guint due, lost = lost_since (now, &call->second_ago, &due);
  gint64 srtt = call->lane != NULL ? tac_control_stats (call->lane)->srtt_us : 0;

  call->ticks_lost += lost;
  call->ticks_due += due;
  call->second = (TacCallSecond){
    .loss_received = due > 0 ? 100.0 * lost / due : 0,
    .loss_sent = call->loss_sent,
    .round_trip_ms = (guint)((srtt + 999) / 1000),
    .jitter_ms = now->playout.jitter_ms,
    .playout_delay_ms = now->playout.delay_ms,
    .growth_received_ms = now->growth_ms,
    .growth_sent_ms = call->congestion.delay_ms,
    .profile = call->congestion.profile,
    .peer_profile = profile_of (now->newest_ticks),
  };
  remember (call, now, &call->second_ago);
  call->second_ago = *now;
}

void
tac_call_report_second (TacCall *call, const TacVoiceReceiverStats *now)
{
  measure (call, now);
  send_report (call, now);
}

/* A path of its own has queues of its own. */
static void
follow_path (TacCall *call, gint64 now)
{
  guint changes = call->paths != NULL ? tac_paths_get_changes (call->paths) : 0;

  if (changes == call->paced_changes)
    return;
  call->paced_changes = changes;
  tac_congestion_moved (&call->congestion, now);
}

static void
follow_peer (TacCall *call, const TacControlReport *report)
{
  guint32 sent = __atomic_load_n (&call->sent_tick, __ATOMIC_RELAXED);
  TacCongestion *congestion = &call->congestion;
  gint64 now = g_get_monotonic_time ();

  follow_path (call, now);
  if (!tac_congestion_report (congestion, now, report, sent))
    return;
  g_info ("voice is sent %s from now on (%s): it stands for %u ms, %u.%u %% are lost",
          tac_profile_name (congestion->profile), tac_congestion_reason_name (congestion->reason),
          congestion->delay_ms, congestion->loss / 10, congestion->loss % 10);
  call->engine->media_set_profile (call->media, congestion->profile);
}

void
tac_call_take_report (TacCall *call, const guint8 *value, gsize size)
{
  TacControlReport report;

  if (!tac_control_report_decode (&report, value, size) || !call->media_started)
    return;
  if (report.ticks > 0)
    {
      call->loss_sent = 100.0 * report.lost / report.ticks;
      call->engine->media_set_loss (call->media, (guint)(call->loss_sent + 0.5));
    }
  follow_peer (call, &report);
}
