/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control lane of a call: its messages are the machine's events (docs/protocol.md §7, §8). */
#include "daemon/call-private.h"

#include <sodium.h>
#include <string.h>

static gboolean
on_lane_due (GSource *source, GSourceFunc callback, gpointer user_data)
{
  tac_call_lane_pump (user_data);
  return G_SOURCE_CONTINUE;
}

static GSource *
make_source (TacCall *call)
{
  static GSourceFuncs functions = { .dispatch = on_lane_due };
  GSource *source = g_source_new (&functions, sizeof *source);

  g_source_set_ready_time (source, -1);
  g_source_set_callback (source, G_SOURCE_FUNC (on_lane_due), call, NULL);
  g_source_attach (source, NULL);
  return source;
}

gboolean
tac_call_lane_open (TacCall *call, TacCallKeys *keys)
{
  TacCallSecrets *secrets = call->secrets;
  guint8 send[TAC_KEY_SIZE], receive[TAC_KEY_SIZE];

  tac_kdf_control (send, keys->send_root);
  tac_kdf_control (receive, keys->receive_root);
  tac_kdf_path (secrets->path_send_key, keys->send_root);
  tac_kdf_path (secrets->path_receive_key, keys->receive_root);
  call->lane = tac_control_new (send, receive);
  sodium_memzero (send, sizeof send);
  sodium_memzero (receive, sizeof receive);

  tac_kdf_voice (secrets->send_chain, keys->send_root, NULL, keys->h);
  tac_kdf_voice (secrets->receive_chain, keys->receive_root, NULL, keys->h);
  memcpy (secrets->h, keys->h, sizeof secrets->h);
  sodium_memzero (keys, sizeof *keys);
  if (call->lane != NULL)
    call->lane_source = make_source (call);
  return call->lane != NULL;
}

void
tac_call_lane_close (TacCall *call)
{
  if (call->lane_source != NULL)
    g_source_destroy (call->lane_source);
  g_clear_pointer (&call->lane_source, g_source_unref);
  g_clear_pointer (&call->lane, tac_control_free);
}

void
tac_call_lane_pump (TacCall *call)
{
  guint8 packet[TAC_DATAGRAM_SIZE];
  gint64 deadline;

  if (call->lane == NULL || !call->path_found)
    return;
  while (tac_control_next_datagram (call->lane, g_get_monotonic_time (), packet))
    tac_paths_send (call->paths, packet, sizeof packet);
  deadline = tac_control_deadline (call->lane);
  g_source_set_ready_time (call->lane_source, deadline == TAC_CONTROL_NEVER ? -1 : deadline);
}

static void
queue_ping (TacCall *call)
{
  guint8 value[8];

  randombytes_buf (value, sizeof value);
  tac_control_send (call->lane, TAC_CONTROL_PING, value, sizeof value);
}

/* Whatever else is due goes by the same path: it is the newest one that works. */
void
tac_call_lane_ping (TacCall *call, guint way)
{
  guint8 packet[TAC_DATAGRAM_SIZE];

  if (call->lane == NULL)
    return;
  queue_ping (call);
  while (tac_control_next_datagram (call->lane, g_get_monotonic_time (), packet))
    tac_paths_send_by (call->paths, way, packet, sizeof packet);
  tac_call_lane_pump (call);
}

void
tac_call_lane_send (TacCall *call, TacControlType type, const guint8 *value, gsize size)
{
  TacControlSendResult result;

  if (call->lane == NULL)
    return;
  result = tac_control_send (call->lane, type, value, size);
  if (result != TAC_SEND_OK && tac_control_type_reliable (type))
    tac_call_fail (call, TAC_EVENT_VIOLATION, "it acknowledges nothing");
  tac_call_lane_pump (call);
}

/* Spoken authentication */

void
tac_call_sas_commit (TacCall *call)
{
  TacCallSecrets *secrets = call->secrets;

  randombytes_buf (secrets->sas_a, sizeof secrets->sas_a);
  tac_sas_commit (secrets->sas_commitment, secrets->h, secrets->sas_a);
  tac_call_lane_send (call, TAC_CONTROL_SAS_COMMIT, secrets->sas_commitment,
                      sizeof secrets->sas_commitment);
}

void
tac_call_sas_nonce (TacCall *call)
{
  TacCallSecrets *secrets = call->secrets;

  randombytes_buf (secrets->sas_b, sizeof secrets->sas_b);
  tac_call_lane_send (call, TAC_CONTROL_SAS_NONCE, secrets->sas_b, sizeof secrets->sas_b);
}

void
tac_call_sas_show (TacCall *call)
{
  tac_sas_words (call->sas, call->secrets->h, call->secrets->sas_a, call->secrets->sas_b);
  tac_call_stamp (call, TAC_STEP_SECURED, 0);
  tac_call_changed (call);
}

/* Takes a value of 32 bytes where the machine waits for it; @to is untouched else. */
static void
take_sas (TacCall *call, const TacControlMessage *message, TacCallState expected, guint8 to[32],
          TacCallEventKind event)
{
  if (call->machine.state != expected)
    return;
  if (message->size != 32)
    {
      tac_call_event (call, TAC_EVENT_VIOLATION);
      return;
    }
  memcpy (to, message->value, 32);
  if (event == TAC_EVENT_SAS_REVEAL
      && !tac_sas_check (call->secrets->sas_commitment, call->secrets->h, to))
    event = TAC_EVENT_SAS_BAD;
  tac_call_event (call, event);
}

static void
take_tone (TacCall *call, const TacControlMessage *message)
{
  const char digit[2] = { message->size == 1 ? (char)message->value[0] : '\0', '\0' };

  if (digit[0] != '\0' && strchr ("0123456789*#ABCD", digit[0]) != NULL)
    g_signal_emit_by_name (call, "tone", digit);
}

static void
take_bye (TacCall *call, const TacControlMessage *message)
{
  TacByeReason reason = message->size == 1 ? (TacByeReason)message->value[0] : TAC_BYE_PROTOCOL;

  tac_call_dispatch (call, (TacCallEvent){ .kind = TAC_EVENT_BYE, .bye = reason });
}

static void
take_message (TacCall *call, const TacControlMessage *message)
{
  TacCallSecrets *secrets = call->secrets;

  switch (message->type)
    {
    case TAC_CONTROL_READY:
      tac_call_event (call, TAC_EVENT_READY);
      break;
    case TAC_CONTROL_SAS_COMMIT:
      take_sas (call, message, TAC_CALL_AWAITING_COMMIT, secrets->sas_commitment,
                TAC_EVENT_SAS_COMMIT);
      break;
    case TAC_CONTROL_SAS_NONCE:
      take_sas (call, message, TAC_CALL_COMMITTED, secrets->sas_b, TAC_EVENT_SAS_NONCE);
      break;
    case TAC_CONTROL_SAS_REVEAL:
      take_sas (call, message, TAC_CALL_AWAITING_REVEAL, secrets->sas_a, TAC_EVENT_SAS_REVEAL);
      break;
    case TAC_CONTROL_RINGING:
      tac_call_event (call, TAC_EVENT_RINGING);
      break;
    case TAC_CONTROL_ANSWER:
      tac_call_event (call, TAC_EVENT_ANSWER);
      break;
    case TAC_CONTROL_HOLD:
      if (tac_call_allows (call, TAC_LIMIT_EVENT, 1))
        tac_call_event (call, TAC_EVENT_HOLD);
      break;
    case TAC_CONTROL_RESUME:
      if (tac_call_allows (call, TAC_LIMIT_EVENT, 1))
        tac_call_event (call, TAC_EVENT_RESUME);
      break;
    case TAC_CONTROL_BYE:
      take_bye (call, message);
      break;
    case TAC_CONTROL_TONE:
      if (tac_call_allows (call, TAC_LIMIT_EVENT, 1))
        take_tone (call, message);
      break;
    case TAC_CONTROL_REPORT:
      tac_call_take_report (call, message->value, message->size);
      break;
    case TAC_CONTROL_PING:
      if (tac_call_allows (call, TAC_LIMIT_PING, 1))
        tac_call_lane_send (call, TAC_CONTROL_PONG, message->value, message->size);
      break;
    case TAC_CONTROL_ACK:
    case TAC_CONTROL_PONG:
    case TAC_CONTROL_KEM_KEY: /* never offered */
    case TAC_CONTROL_KEM_TEXT:
      break;
    case TAC_CONTROL_PATH:
      if (tac_call_allows (call, TAC_LIMIT_PATH, 1))
        tac_call_take_path (call, message->value, message->size);
      break;
    }
}

/* The acknowledgement goes first: a message may be the call's last. */
void
tac_call_lane_receive (TacCall *call, guint way, const guint8 *packet, gsize size)
{
  TacControlMessage message;
  TacOpenResult result;
  gint64 newest;

  if (call->lane == NULL)
    {
      tac_counters_add (call->parts.counters, "datagram.early", 1);
      return;
    }
  if (!tac_call_allows (call, TAC_LIMIT_CONTROL, 1))
    return;
  newest = tac_control_newest (call->lane);
  result = tac_control_receive (call->lane, g_get_monotonic_time (), packet, size);
  if (tac_control_newest (call->lane) > newest)
    tac_paths_heard (call->paths, way);
  tac_call_lane_pump (call);
  if (result != TAC_OPEN_OK)
    {
      tac_call_count_refused (call, result, 1);
      return;
    }
  g_object_ref (call);
  tac_call_heard (call);
  tac_call_allows_lane (call);
  while (call->lane != NULL && tac_control_next_message (call->lane, &message))
    take_message (call, &message);
  if (call->lane != NULL && tac_control_idle (call->lane))
    tac_call_event (call, TAC_EVENT_ACKNOWLEDGED);
  tac_call_lane_pump (call);
  g_object_unref (call);
  sodium_memzero (&message, sizeof message);
}
