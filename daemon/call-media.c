/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sound, and what is measured of it: reports, silence, statistics. */
#include "codecs/cursor.h"
#include "daemon/call-private.h"
#include "daemon/reasons.h"

#include <sodium.h>
#include <string.h>

#define PING_IDLE_US (15 * G_USEC_PER_SEC)
#define LOOK_PACKETS 4 /* a look at the delay, while these came */

void
tac_call_count_refused (TacCall *call, TacOpenResult result, guint64 n)
{
  static const char *const names[TAC_OPEN_RESULTS] = {
    [TAC_OPEN_LENGTH] = "datagram.length",   [TAC_OPEN_AHEAD] = "datagram.ahead",
    [TAC_OPEN_LATE] = "datagram.late",       [TAC_OPEN_FORGED] = "datagram.forged",
    [TAC_OPEN_REPLAY] = "datagram.replayed",
  };

  if (names[result] != NULL && n > 0)
    tac_counters_add (call->parts.counters, names[result], n);
}

static guint32
tick_of (const guint8 packet[TAC_DATAGRAM_SIZE])
{
  TacReader reader = tac_reader (packet + 1, TAC_DATAGRAM_HEADER_SIZE - 1);

  return (guint32)tac_read_number (&reader, 4);
}

/* Capture thread. */
static void
on_send (const guint8 packet[TAC_DATAGRAM_SIZE], gpointer user_data)
{
  TacCall *call = user_data;

  __atomic_store_n (&call->sent_tick, tick_of (packet), __ATOMIC_RELAXED);
  if (tac_paths_send (call->paths, packet, TAC_DATAGRAM_SIZE)
      && __atomic_load_n (&call->first_sent_us, __ATOMIC_RELAXED) == 0)
    __atomic_store_n (&call->first_sent_us, g_get_real_time (), __ATOMIC_RELAXED);
}

static void
on_failed (const char *message, gpointer user_data)
{
  tac_call_fail (user_data, TAC_EVENT_MEDIA_FAILED, message);
}

void
tac_call_media_prepare (TacCall *call)
{
  static const TacMediaEvents events = { .send = on_send, .failed = on_failed };
  g_autoptr (GError) error = NULL;

  call->media = call->engine->media_new (call->parts.config, &events, call, &error);
  if (call->media == NULL)
    tac_call_fail (call, TAC_EVENT_MEDIA_FAILED, error->message);
  else
    tac_call_media_update (call);
}

static void
set_tone (TacCall *call, TacToneKind tone)
{
  if (call->media != NULL && call->parts.config->audio_tones)
    call->engine->media_set_tone (call->media, tone);
}

void
tac_call_media_ring_back (TacCall *call)
{
  set_tone (call, TAC_TONE_RINGBACK);
}

/* The chains are the media's now: with c₀ in memory the ratchet would protect nothing. */
void
tac_call_media_start (TacCall *call)
{
  TacCallSecrets *secrets = call->secrets;

  call->answered_us = g_get_monotonic_time ();
  call->heard_us = call->answered_us;
  tac_call_stamp (call, TAC_STEP_ANSWERED, 0);
  if (call->media == NULL)
    return;
  set_tone (call, TAC_TONE_NONE);
  call->engine->media_start (call->media, secrets->send_chain, secrets->receive_chain);
  call->media_started = TRUE;
  sodium_memzero (secrets->send_chain, sizeof secrets->send_chain);
  sodium_memzero (secrets->receive_chain, sizeof secrets->receive_chain);
}

void
tac_call_media_update (TacCall *call)
{
  if (call->media == NULL)
    return;
  call->engine->media_set_muted (call->media, call->muted || call->held);
  call->engine->media_set_silent (call->media, call->held);
}

static void
get_stats (TacCall *call, TacMediaStats *stats)
{
  memset (stats, 0, sizeof *stats);
  if (call->media != NULL)
    call->engine->media_get_stats (call->media, stats);
}

/* What happened since the last look. */
static void
follow_media (TacCall *call)
{
  gint64 first_sent = __atomic_load_n (&call->first_sent_us, __ATOMIC_RELAXED);
  TacMediaStats stats;

  if (!call->media_started)
    return;
  if (first_sent != 0)
    tac_call_stamp (call, TAC_STEP_FIRST_VOICE_SENT, first_sent);
  get_stats (call, &stats);
  if (stats.receiver.opened > call->voice_opened)
    tac_call_heard (call);
  call->voice_opened = stats.receiver.opened;
  for (guint i = 0; i < TAC_OPEN_RESULTS; i++)
    {
      tac_call_count_refused (call, (TacOpenResult)i,
                              stats.receiver.refused[i] - call->refused_counted[i]);
      call->refused_counted[i] = stats.receiver.refused[i];
    }
}

static void
measure (TacCall *call)
{
  gint64 srtt = call->lane != NULL ? tac_control_stats (call->lane)->srtt_us : 0;

  call->quality = (TacCallQuality){
    .duration_ms = (g_get_monotonic_time () - call->answered_us) / 1000,
    .loss = call->ticks_due > 0 ? 100.0 * (double)call->ticks_lost / (double)call->ticks_due : 0,
    .jitter_ms = call->second.jitter_ms,
    .round_trip_ms = (guint)((srtt + 999) / 1000),
  };
}

static void
look_back (TacCall *call)
{
  follow_media (call);
  if (call->media != NULL && call->answered_us != 0)
    measure (call);
  call->media_started = FALSE;
}

/* The sound is given away, to tell the user with a tone; the call has no part in that. */
void
tac_call_media_leave (TacCall *call)
{
  TacToneKind tone = tac_reason_to_tone (call->machine.reason, call->dialed,
                                         call->timeline[TAC_STEP_ANSWERED] != 0);

  look_back (call);
  if (call->engine != NULL && call->parts.config->audio_tones && tone != TAC_TONE_NONE)
    tac_farewell_play (call->parts.farewell, call->engine, g_steal_pointer (&call->media), tone);
  else
    tac_call_media_stop (call);
}

void
tac_call_media_stop (TacCall *call)
{
  look_back (call);
  if (call->media != NULL)
    call->engine->media_free (g_steal_pointer (&call->media));
}

void
tac_call_media_receive (TacCall *call, const guint8 *packet, gsize size)
{
  TacMediaStats stats;

  if (!call->media_started)
    {
      tac_counters_add (call->parts.counters, "datagram.early", 1);
      return;
    }
  if (!tac_call_allows (call, TAC_LIMIT_VOICE, 1))
    return;
  call->engine->media_receive (call->media, packet, size);
  if (call->timeline[TAC_STEP_FIRST_VOICE_HEARD] != 0 && ++call->unlooked < LOOK_PACKETS)
    return;
  call->unlooked = 0;
  get_stats (call, &stats);
  if (stats.receiver.opened > 0)
    tac_call_stamp (call, TAC_STEP_FIRST_VOICE_HEARD, 0);
  tac_call_report_early (call, &stats.receiver);
}

/* What was opened before this second's end says nothing of what can be heard from now on. */
void
tac_call_media_search (TacCall *call, gboolean searching)
{
  TacMediaStats stats;

  get_stats (call, &stats);
  call->voice_opened = stats.receiver.opened;
  set_tone (call, searching ? TAC_TONE_SEARCHING : TAC_TONE_NONE);
}

void
tac_call_heard (TacCall *call)
{
  call->heard_us = g_get_monotonic_time ();
  if (call->paths != NULL)
    tac_paths_found (call->paths);
  tac_call_event (call, TAC_EVENT_HEARD);
}

static void
send_ping (TacCall *call, gint64 now)
{
  guint8 value[8];

  call->pinged_us = now;
  randombytes_buf (value, sizeof value);
  tac_call_lane_send (call, TAC_CONTROL_PING, value, sizeof value);
}

void
tac_call_second (TacCall *call)
{
  gint64 now = g_get_monotonic_time ();
  guint silence = tac_call_silence_s (call->machine.state);
  guint64 opened = call->voice_opened;
  TacMediaStats stats;

  follow_media (call);
  tac_call_allows (call, TAC_LIMIT_OPENED_VOICE, call->voice_opened - opened);
  if (call->media_started)
    {
      get_stats (call, &stats);
      tac_call_report_second (call, &stats.receiver);
    }
  if (opened == call->voice_opened || now - call->pinged_us >= PING_IDLE_US)
    send_ping (call, now);
  if (silence > 0 && now - call->heard_us >= silence * G_USEC_PER_SEC)
    tac_call_event (call, TAC_EVENT_SILENT);
}

/* What the playout buffer did, since the sound was opened. */
static void
insert_playout (GVariantDict *dict, const TacPlayoutStats *playout)
{
  g_variant_dict_insert (dict, "Concealed", "t", playout->concealed);
  g_variant_dict_insert (dict, "Comfort", "t", playout->comfort);
  g_variant_dict_insert (dict, "RecoveredFec", "t", playout->recovered_fec);
  g_variant_dict_insert (dict, "Played", "t", playout->played);
  g_variant_dict_insert (dict, "Silence", "t", playout->silence);
  g_variant_dict_insert (dict, "Late", "t", playout->late);
  g_variant_dict_insert (dict, "Duplicate", "t", playout->duplicate);
  g_variant_dict_insert (dict, "Undecodable", "t", playout->malformed + playout->undecodable);
  g_variant_dict_insert (dict, "Discarded", "t", playout->discarded + playout->overflow);
  g_variant_dict_insert (dict, "Accelerated", "t", playout->accelerated);
  g_variant_dict_insert (dict, "Expanded", "t", playout->expanded);
  g_variant_dict_insert (dict, "Merged", "t", playout->merged);
  g_variant_dict_insert (dict, "ClockJumps", "t", playout->clock_jumps);
  g_variant_dict_insert (dict, "PlayoutTarget", "u", playout->target_ms);
  g_variant_dict_insert (dict, "Drift", "i", playout->drift_ppm);
}

static void
insert_sound (GVariantDict *dict, const TacMediaStats *stats)
{
  g_variant_dict_insert (dict, "Sound", "b", stats->sound);
  g_variant_dict_insert (dict, "SoundProblem", "s", stats->sound_problem);
  g_variant_dict_insert (dict, "SoundBreaks", "t", stats->sound_breaks);
  g_variant_dict_insert (dict, "CapturedLevel", "i", stats->captured_dbfs);
  g_variant_dict_insert (dict, "PlayedLevel", "i", stats->played_dbfs);
  g_variant_dict_insert (dict, "SoundPort", "s", stats->port);
  g_variant_dict_insert (dict, "EchoCanceller", "b", stats->echo_canceller);
  g_variant_dict_insert (dict, "NoiseSuppression", "b", stats->noise_suppression);
  g_variant_dict_insert (dict, "Gain", "b", stats->gain);
  g_variant_dict_insert (dict, "CaptureDelay", "u", stats->capture_ms);
  g_variant_dict_insert (dict, "PlaybackDelay", "u", stats->playback_ms);
}

GVariant *
tac_call_get_statistics (TacCall *call)
{
  GVariantDict dict;
  TacMediaStats stats;
  const TacPlayoutStats *playout = &stats.receiver.playout;
  TacPathInfo info = { .kind = "" };
  gint64 srtt = call->lane != NULL ? tac_control_stats (call->lane)->srtt_us : 0;
  guint64 refused = 0;

  get_stats (call, &stats);
  for (guint i = 0; i < TAC_OPEN_RESULTS; i++)
    refused += i != TAC_OPEN_OK ? stats.receiver.refused[i] : 0;
  if (call->paths != NULL)
    tac_paths_get_info (call->paths, &info);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (
      &dict, "Duration", "x",
      call->answered_us != 0 ? (g_get_monotonic_time () - call->answered_us) / 1000 : (gint64)0);
  g_variant_dict_insert (&dict, "RoundTrip", "u", (guint)((srtt + 999) / 1000));
  g_variant_dict_insert (&dict, "LossReceived", "d", call->second.loss_received);
  g_variant_dict_insert (&dict, "LossSent", "d", call->loss_sent);
  g_variant_dict_insert (&dict, "Jitter", "u", playout->jitter_ms);
  g_variant_dict_insert (&dict, "PlayoutDelay", "u", playout->delay_ms);
  g_variant_dict_insert (&dict, "DelayGrowth", "u", stats.receiver.growth_ms);
  g_variant_dict_insert (&dict, "DelayGrowthSent", "u", call->congestion.delay_ms);
  g_variant_dict_insert (&dict, "Profile", "s", tac_profile_name (call->congestion.profile));
  g_variant_dict_insert (&dict, "ProfileReason", "s",
                         tac_congestion_reason_name (call->congestion.reason));
  g_variant_dict_insert (&dict, "ProfileLowered", "t", call->congestion.lowered);
  g_variant_dict_insert (&dict, "ProfileRaised", "t", call->congestion.raised);
  g_variant_dict_insert (&dict, "PeerProfile", "s", tac_profile_name (call->second.peer_profile));
  g_variant_dict_insert (&dict, "PacketsSent", "t", stats.sender.packets);
  g_variant_dict_insert (&dict, "PacketsReceived", "t", stats.receiver.opened);
  insert_playout (&dict, playout);
  g_variant_dict_insert (&dict, "Refused", "t", refused);
  g_variant_dict_insert (&dict, "LocalAddress", "s", info.local);
  g_variant_dict_insert (&dict, "RemoteAddress", "s", info.remote);
  g_variant_dict_insert (&dict, "PathKind", "s", info.kind);
  g_variant_dict_insert (&dict, "PathChanges", "u",
                         call->paths != NULL ? tac_paths_get_changes (call->paths) : 0);
  g_variant_dict_insert (&dict, "StandbyOffered", "b",
                         call->paths != NULL && tac_paths_stands_by (call->paths));
  insert_sound (&dict, &stats);
  return g_variant_dict_end (&dict);
}
