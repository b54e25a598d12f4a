/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rogue's honest half: INVITE or REPLY, the path, the spoken words, ringing, an answer. */
#include "tests/rogue/rogue.h"

#include "codecs/sas.h"

#include <sodium.h>
#include <string.h>

#define RAW_COUNTERS (1u << 20) /* where the raw ones begin: the lane's are old from then on */

static void
on_lane_due (Rogue *rogue)
{
  rogue_pump (rogue);
}

static gboolean
on_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  on_lane_due (user_data);
  return G_SOURCE_CONTINUE;
}

void
rogue_pump (Rogue *rogue)
{
  guint8 packet[TAC_DATAGRAM_SIZE];
  gint64 deadline;

  if (rogue->lane == NULL || !rogue->connected)
    return;
  while (tac_control_next_datagram (rogue->lane, g_get_monotonic_time (), packet))
    rogue_path_send (rogue->path, packet, sizeof packet);
  deadline = tac_control_deadline (rogue->lane);
  g_source_set_ready_time (rogue->lane_source, deadline == TAC_CONTROL_NEVER ? -1 : deadline);
}

void
rogue_send (Rogue *rogue, TacControlType type, const void *value, gsize size)
{
  gsize fragments = size == 0 ? 1 : (size + TAC_CONTROL_VALUE_MAX - 1) / TAC_CONTROL_VALUE_MAX;

  if (tac_control_send (rogue->lane, type, value, size) == TAC_SEND_OK
      && tac_control_type_reliable (type))
    rogue->raw_sequence = (guint16)(rogue->raw_sequence + fragments);
  rogue_pump (rogue);
}

void
rogue_answer (Rogue *rogue)
{
  rogue_send (rogue, TAC_CONTROL_ANSWER, NULL, 0);
  rogue_say ("active");
  rogue_talk (rogue);
}

/* All keys of the call. */
static void
open_call (Rogue *rogue)
{
  static GSourceFuncs functions = { .dispatch = on_dispatch };
  TacCallKeys keys;
  guint8 send[TAC_KEY_SIZE], receive[TAC_KEY_SIZE], chain[TAC_KEY_SIZE];

  tac_handshake_split (&rogue->handshake, &keys);
  tac_kdf_control (send, keys.send_root);
  tac_kdf_control (receive, keys.receive_root);
  tac_kdf_voice (chain, keys.send_root, NULL, keys.h);
  rogue->lane = tac_control_new (send, receive);
  tac_control_sealer_init (&rogue->raw, send);
  rogue->raw.next = RAW_COUNTERS;
  tac_voice_sealer_init (&rogue->voice, chain);
  memcpy (rogue->h, keys.h, sizeof rogue->h);
  rogue->lane_source = g_source_new (&functions, sizeof (GSource));
  g_source_set_ready_time (rogue->lane_source, -1);
  g_source_set_callback (rogue->lane_source, (GSourceFunc)(void (*) (void))on_lane_due, rogue,
                         NULL);
  g_source_attach (rogue->lane_source, NULL);
}

static void
greet (Rogue *rogue)
{
  rogue_send (rogue, TAC_CONTROL_READY, NULL, 0);
  randombytes_buf (rogue->sas_a, sizeof rogue->sas_a);
  tac_sas_commit (rogue->sas_commitment, rogue->h, rogue->sas_a);
  rogue_send (rogue, TAC_CONTROL_SAS_COMMIT, rogue->sas_commitment, 32);
}

static void
take_message (Rogue *rogue, const TacControlMessage *message)
{
  const guint8 nonce[32] = { 1 };

  if (message->type == TAC_CONTROL_SAS_COMMIT)
    rogue_send (rogue, TAC_CONTROL_SAS_NONCE, nonce, sizeof nonce);
  else if (message->type == TAC_CONTROL_SAS_NONCE)
    rogue_send (rogue, TAC_CONTROL_SAS_REVEAL, rogue->sas_a, sizeof rogue->sas_a);
  else if (message->type == TAC_CONTROL_SAS_REVEAL)
    {
      rogue_send (rogue, TAC_CONTROL_RINGING, NULL, 0);
      rogue_say ("ringing");
    }
  else if (message->type == TAC_CONTROL_RINGING)
    rogue_say ("ringing");
  else if (message->type == TAC_CONTROL_ANSWER)
    {
      rogue_say ("active");
      rogue_talk (rogue);
    }
  else if (message->type == TAC_CONTROL_PING)
    rogue_send (rogue, TAC_CONTROL_PONG, message->value, message->size);
  else if (message->type == TAC_CONTROL_PONG)
    rogue->pongs++;
  else if (message->type == TAC_CONTROL_BYE && !rogue->ended)
    {
      rogue->ended = TRUE;
      rogue_say ("bye %u", message->size == 1 ? message->value[0] : 999);
    }
}

static void
take_control (Rogue *rogue, const guint8 *packet, gsize size)
{
  static TacControlMessage message;

  if (rogue->lane == NULL)
    return;
  tac_control_receive (rogue->lane, g_get_monotonic_time (), packet, size);
  while (tac_control_next_message (rogue->lane, &message))
    take_message (rogue, &message);
  rogue_pump (rogue);
}

/* Path */

static void
on_gathered (const TacCandidates *local, gpointer user_data)
{
  Rogue *rogue = user_data;
  TacInvite invite = { .time_ms = (guint64)g_get_real_time () / 1000, .candidates = *local };
  TacReply reply = { .candidates = *local };
  char hex[2 * TAC_SMS_SIZE + 1];

  if (rogue->caller)
    tac_invite_create (&rogue->handshake, rogue->sms, &rogue->me, rogue->peer, rogue->ephemeral,
                       &invite);
  else
    {
      randombytes_buf (rogue->ephemeral, sizeof rogue->ephemeral);
      tac_reply_create (&rogue->handshake, rogue->sms, rogue->ephemeral, &reply);
      open_call (rogue);
      rogue_path_set_remote (rogue->path, &rogue->remote);
    }
  rogue_say ("sms %s", sodium_bin2hex (hex, sizeof hex, rogue->sms, sizeof rogue->sms));
}

static gboolean
on_shake (gpointer user_data)
{
  Rogue *rogue = user_data;
  guint8 packet[TAC_HANDSHAKE_SIZE] = { TAC_DATAGRAM_HANDSHAKE };

  if (tac_control_stats (rogue->lane)->received > 0)
    return G_SOURCE_REMOVE;
  memcpy (packet + 1, rogue->sms, sizeof rogue->sms);
  rogue_path_send (rogue->path, packet, sizeof packet);
  return G_SOURCE_CONTINUE;
}

static void
on_connected (gpointer user_data)
{
  Rogue *rogue = user_data;

  if (rogue->connected)
    return;
  rogue->connected = TRUE;
  rogue_say ("connected");
  rogue_pump (rogue); /* READY waits here where HANDSHAKE was quicker than the nomination */
  if (!rogue->caller && on_shake (rogue))
    g_timeout_add (200, on_shake, rogue);
}

static void
on_received (const guint8 *packet, gsize size, gpointer user_data)
{
  Rogue *rogue = user_data;

  if (packet[0] == TAC_DATAGRAM_CONTROL)
    take_control (rogue, packet, size);
  else if (packet[0] == TAC_DATAGRAM_HANDSHAKE && rogue->caller)
    rogue_take_sms (rogue, packet + 1, size - 1);
}

static void
open_path (Rogue *rogue)
{
  static const RoguePathEvents events = { on_gathered, on_connected, on_received };
  TacIceCredentials credentials;

  tac_handshake_ice (&rogue->handshake, 0, &credentials);
  rogue->path = rogue_path_new (rogue->address, rogue->caller, &credentials, &events, rogue);
}

void
rogue_invite (Rogue *rogue)
{
  const TacInvite nothing = { 0 };
  guint8 draft[TAC_SMS_SIZE];

  rogue->caller = TRUE;
  randombytes_buf (rogue->ephemeral, sizeof rogue->ephemeral);
  tac_invite_create (&rogue->handshake, draft, &rogue->me, rogue->peer, rogue->ephemeral, &nothing);
  open_path (rogue);
}

static gboolean
take_invite (Rogue *rogue, const guint8 *sms, gsize size)
{
  TacInviteTrial trial;
  TacInvite invite;
  guint8 ss[TAC_KEY_SIZE];

  if (rogue->path != NULL || tac_invite_trial (&trial, sms, size, &rogue->me) != TAC_MESSAGE_OK
      || tac_contact_secret (ss, &rogue->me, rogue->peer) != TAC_MESSAGE_OK
      || tac_invite_try (&trial, &rogue->handshake, &rogue->me, rogue->peer, ss, &invite)
             != TAC_MESSAGE_OK)
    return FALSE;
  rogue->remote = invite.candidates;
  open_path (rogue);
  return TRUE;
}

/* INVITE to the callee, REPLY to the caller; the latter comes in a datagram too. */
gboolean
rogue_take_sms (Rogue *rogue, const guint8 *sms, gsize size)
{
  TacReply reply;

  if (!rogue->caller)
    return take_invite (rogue, sms, size);
  if (rogue->lane != NULL)
    return TRUE;
  if (tac_reply_open (&rogue->handshake, sms, size, &reply) != TAC_MESSAGE_OK)
    return FALSE;
  open_call (rogue);
  greet (rogue);
  return TRUE;
}
