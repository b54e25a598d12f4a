/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the history. */
#include "daemon/call-log.h"

#include "daemon/reasons.h"

static TacHistoryCall
describe (TacCall *call)
{
  TacCallQuality quality = tac_call_get_quality (call);
  gint64 begun_us = tac_call_get_begun_us (call);

  return (TacHistoryCall){
    .time_us = begun_us != 0 ? begun_us : g_get_real_time (),
    .outgoing = tac_call_is_dialed (call),
    .name = tac_call_get_peer_name (call),
    .number = tac_call_get_peer_number (call),
    .security = tac_call_get_security (call),
    .verified = tac_call_get_trust (call) == TAC_TRUST_VERIFIED,
    .duration_ms = quality.duration_ms,
    .loss = quality.loss,
    .jitter_ms = quality.jitter_ms,
    .round_trip_ms = quality.round_trip_ms,
    .reason = tac_reason_to_string (tac_call_get_reason (call)),
    .count = 1,
  };
}

static void
complain (const GError *error)
{
  g_warning ("a call is missing in the history: %s", error->message);
}

gint64
tac_call_log_begin (TacHistory *history, TacCall *call)
{
  const TacHistoryCall row = describe (call);
  g_autoptr (GError) error = NULL;
  gint64 id = tac_history_add (history, &row, &error);

  if (id == 0)
    complain (error);
  return id;
}

void
tac_call_log_end (TacHistory *history, gint64 row, TacCall *call)
{
  TacHistoryCall now = describe (call);
  const TacQuality *series = tac_call_get_series (call);
  g_autoptr (GBytes) quality = NULL;
  g_autoptr (GError) error = NULL;

  now.id = row;
  if (row == 0)
    return;
  if (series != NULL)
    quality = tac_quality_to_bytes (series);
  if (!tac_history_update (history, &now, &error)
      || (quality != NULL && !tac_history_set_quality (history, row, quality, &error)))
    complain (error);
}

void
tac_call_log_missed (TacHistory *history, const TacContact *contact, const char *number,
                     gint64 time_us, const char *reason, guint count)
{
  const TacHistoryCall row = {
    .time_us = time_us,
    .name = contact != NULL ? contact->name : "",
    .number = contact != NULL ? contact->number : number,
    .security = "none",
    .verified = contact != NULL && contact->trust == TAC_TRUST_VERIFIED,
    .duration_ms = -1,
    .reason = reason,
    .count = count,
  };
  g_autoptr (GError) error = NULL;

  if (tac_history_add (history, &row, &error) == 0)
    complain (error);
}
