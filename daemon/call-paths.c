/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call and its paths: what comes in by them, and what the two phones tell each other of them
 * (docs/protocol.md §4, §9). */
#include "daemon/call-private.h"

#include <string.h>

#define PATH_SMS_TIMEOUT_MS 20000 /* then the call is lost, and who is where says nothing */

/* What the paths say */

static void
on_gathered (const TacCandidates *local, gpointer user_data)
{
  TacCall *call = user_data;

  call->local = *local;
  tac_call_event (call, TAC_EVENT_GATHERED);
}

static void
on_connected (gpointer user_data)
{
  TacCall *call = user_data;

  call->path_found = TRUE;
  tac_call_stamp (call, TAC_STEP_PATH_FOUND, 0);
  tac_call_event (call, TAC_EVENT_PATH_FOUND);
  tac_call_lane_pump (call); /* what could not be sent until now */
}

static void
on_received (guint way, const guint8 *packet, gsize size, gpointer user_data)
{
  TacCall *call = user_data;
  TacMessageResult result = TAC_MESSAGE_LENGTH;

  switch (packet[0])
    {
    case TAC_DATAGRAM_VOICE:
      tac_call_media_receive (call, packet, size);
      return;
    case TAC_DATAGRAM_CONTROL:
      tac_call_lane_receive (call, way, packet, size);
      return;
    case TAC_DATAGRAM_HANDSHAKE:
      if (size == TAC_HANDSHAKE_SIZE && tac_call_allows (call, TAC_LIMIT_HANDSHAKE, 1))
        result = tac_call_take_reply (call, packet + 1, size - 1);
      if (result != TAC_MESSAGE_OK)
        tac_counters_add (call->parts.counters, "datagram.forged-handshake", 1);
      return;
    default:
      tac_counters_add (call->parts.counters, "datagram.unknown", 1);
    }
}

static void
on_sms_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!tac_sms_send_finish (TAC_SMS (source), result, &error))
    g_info ("where this phone is now could not be told: %s", error->message);
}

static void
offer_by_sms (TacCall *call, const TacPathOffer *offer)
{
  guint8 sms[TAC_SMS_SIZE];
  g_autoptr (GBytes) bytes = NULL;

  tac_path_sms_seal (sms, call->secrets->path_send_key, ++call->path_sms_sent, offer);
  bytes = g_bytes_new (sms, sizeof sms);
  tac_sms_send_async (call->parts.sms, call->peer_number, bytes, TAC_SMS_BEST, PATH_SMS_TIMEOUT_MS,
                      call->cancellable, on_sms_sent, NULL);
}

static void
on_offer (const TacPathOffer *offer, gboolean by_sms, gpointer user_data)
{
  TacCall *call = user_data;
  guint8 value[TAC_PATH_OFFER_SIZE];

  if (by_sms)
    offer_by_sms (call, offer);
  else
    {
      tac_path_offer_encode (offer, value);
      tac_call_lane_send (call, TAC_CONTROL_PATH, value, sizeof value);
    }
}

static void
on_ping (guint way, gpointer user_data)
{
  tac_call_lane_ping (user_data, way);
}

static void
on_changed (gpointer user_data)
{
  tac_call_changed (user_data);
}

gboolean
tac_call_paths_open (TacCall *call, GError **error)
{
  static const TacPathsEvents events = { .gathered = on_gathered,
                                         .connected = on_connected,
                                         .received = on_received,
                                         .offer = on_offer,
                                         .ping = on_ping,
                                         .changed = on_changed };

  call->paths
      = tac_paths_new (call->engine, call->parts.config, call->caller, &call->secrets->handshake,
                       tac_data_call_get_addresses (call->parts.data), &events, call, error);
  return call->paths != NULL;
}

/* What the world and the peer say */

void
tac_call_follow_addresses (TacCall *call)
{
  GPtrArray *addresses = call->holds_data ? tac_data_call_get_addresses (call->parts.data) : NULL;

  if (call->paths != NULL && tac_paths_move (call->paths, addresses) && addresses != NULL)
    tac_call_event (call, TAC_EVENT_MOVED);
}

void
tac_call_seek (TacCall *call)
{
  tac_call_media_search (call, TRUE);
  tac_paths_seek (call->paths);
}

static void
take_offer (TacCall *call, const TacPathOffer *offer)
{
  if (call->paths == NULL || !tac_paths_offered (call->paths, offer))
    tac_counters_add (call->parts.counters, "path.unexpected", 1);
}

void
tac_call_take_path (TacCall *call, const guint8 *value, gsize size)
{
  TacPathOffer offer;

  if (tac_path_offer_decode (&offer, value, size))
    take_offer (call, &offer);
  else
    tac_call_event (call, TAC_EVENT_VIOLATION);
}

TacMessageResult
tac_call_take_path_sms (TacCall *call, const guint8 *sms, gsize size)
{
  TacPathOffer offer;
  TacMessageResult result;

  if (call->lane == NULL)
    return TAC_MESSAGE_TYPE;
  result = tac_path_sms_open (call->secrets->path_receive_key, &call->path_sms_highest, sms, size,
                              &offer);
  if (result == TAC_MESSAGE_OK && tac_call_allows (call, TAC_LIMIT_PATH, 1))
    take_offer (call, &offer);
  return result;
}
