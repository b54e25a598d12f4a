/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMS as they come: whose invitation is it, and what does the policy say to it? */
#include "daemon/calls-private.h"

#include <sodium.h>
#include <string.h>

#define REFUSAL_TIMEOUT_MS 60000
#define UNKNOWN_AGAIN_US                                                                           \
  (10 * 60 * G_USEC_PER_SEC) /* the same stranger is not shown again before */

static void
on_refusal_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!tac_sms_send_finish (TAC_SMS (source), result, &error))
    g_info ("that this phone does not take the call could not be told: %s", error->message);
}

/* A call that never becomes one: no object, no data. */
static void
refuse (TacCalls *calls, TacInvitation *invitation, TacReplyStatus status)
{
  const TacReply reply = { .status = status };
  guint8 ephemeral[TAC_KEY_SIZE], sms[TAC_SMS_SIZE];
  g_autoptr (GBytes) bytes = NULL;

  randombytes_buf (ephemeral, sizeof ephemeral);
  if (tac_reply_create (&invitation->handshake, sms, ephemeral, &reply) == TAC_MESSAGE_OK)
    {
      bytes = g_bytes_new (sms, sizeof sms);
      tac_sms_send_async (calls->parts.sms, invitation->contact->number, bytes, TAC_SMS_BEST,
                          REFUSAL_TIMEOUT_MS, NULL, on_refusal_sent, NULL);
    }
  sodium_memzero (ephemeral, sizeof ephemeral);
}

static void
missed (TacCalls *calls, const TacInvitation *invitation, const char *reason)
{
  tac_calls_missed (calls, invitation->contact, invitation->contact->number, reason,
                    (gint64)invitation->invite.time_ms * 1000);
}

/* Both invited each other: the smaller identity key's invitation stands (docs/protocol.md §3). */
static gboolean
peer_wins (TacCalls *calls, const TacInvitation *invitation)
{
  const TacKeyPair *me = tac_vault_identity (calls->parts.vault);

  return memcmp (invitation->contact->key, me->public, TAC_KEY_SIZE) < 0;
}

static void
take_invitation (TacCalls *calls, TacInvitation *invitation, const char *warning)
{
  TacCall *call = calls->current;
  gboolean same = call != NULL && tac_call_is_with (call, invitation->contact->key);

  if (same && tac_call_awaits_reply (call))
    {
      if (tac_call_is_inviting (call) && peer_wins (calls, invitation))
        tac_call_accept_invitation (call, invitation);
      else
        tac_counters_add (calls->parts.counters, "sms.glare", 1);
      return;
    }
  if (same && tac_call_crossed (call, invitation->invite.time_ms))
    {
      tac_counters_add (calls->parts.counters, "sms.glare", 1);
      return;
    }
  if (same) /* who dials anew has forgotten the call that this phone still sees */
    tac_call_event (call, TAC_EVENT_SUPERSEDED);
  if (calls->current != NULL)
    {
      refuse (calls, invitation, TAC_REPLY_BUSY);
      missed (calls, invitation, "busy");
    }
  else
    tac_call_accept_invitation (tac_calls_begin (calls, invitation->contact, FALSE, warning),
                                invitation);
}

/* The policy */

static TacPolicyAction
decide (TacCalls *calls, const TacContact *contact, const char *number)
{
  TacParty party = tac_party_of (contact);
  TacPolicyAction action = calls->parts.config->policy.action[party];

  tac_decisions_add (calls->decisions, g_get_real_time (), contact, number, party, action);
  return action;
}

static void
judge (TacCalls *calls, TacInvitation *invitation)
{
  TacPolicyAction action = decide (calls, invitation->contact, invitation->contact->number);
  g_autofree char *warning = NULL;

  switch (action)
    {
    case TAC_POLICY_RING:
    case TAC_POLICY_WARN:
      warning = tac_policy_warning (action, invitation->contact);
      if (invitation->missed)
        missed (calls, invitation, "stale");
      else
        take_invitation (calls, invitation, warning);
      break;
    case TAC_POLICY_REFUSE:
      tac_counters_add (calls->parts.counters, "sms.refused", 1);
      if (!invitation->missed)
        refuse (calls, invitation, TAC_REPLY_DECLINED);
      missed (calls, invitation, "refused");
      break;
    case TAC_POLICY_IGNORE:
      tac_counters_add (calls->parts.counters, "sms.ignored", 1);
      break;
    }
}

/* Nothing proves that it was a call at all, or from that number: so it is shown now and then, and
 * never answered. */
static void
judge_unknown (TacCalls *calls, const char *sender, gint64 sent_us)
{
  g_autofree char *number = tac_number_normalise (sender);
  gint64 now = g_get_monotonic_time ();

  if (number == NULL
      || (calls->unknown_us != 0 && now - calls->unknown_us < UNKNOWN_AGAIN_US
          && g_strcmp0 (number, calls->unknown_number) == 0))
    return;
  g_free (calls->unknown_number);
  calls->unknown_number = g_strdup (number);
  calls->unknown_us = now;
  if (decide (calls, NULL, number) != TAC_POLICY_IGNORE)
    tac_calls_missed (calls, NULL, number, "unknown", sent_us > 0 ? sent_us : g_get_real_time ());
}

/* Locked: that somebody called, and nothing else. A repeat is the same call. */
static void
note_locked (TacCalls *calls, const guint8 *sms, gsize size)
{
  guint8 hash[sizeof calls->locked_seen[0]];

  crypto_generichash (hash, sizeof hash, sms, size, NULL, 0);
  for (guint i = 0; i < TAC_SEEN_LOCKED; i++)
    if (memcmp (hash, calls->locked_seen[i], sizeof hash) == 0)
      {
        tac_counters_add (calls->parts.counters, "sms.repeated", 1);
        return;
      }
  memcpy (calls->locked_seen[calls->locked_at++ % TAC_SEEN_LOCKED], hash, sizeof hash);
  tac_counters_add (calls->parts.counters, "sms.locked", 1);
  tac_vault_someone_called (calls->parts.vault);
  tac_calls_tell_missed (calls, "", "", "locked", 0);
}

static void
on_invite (TacCalls *calls, const char *sender, const guint8 *sms, gsize size, gint64 sent_us)
{
  g_autoptr (TacInvitation) invitation = NULL;
  gboolean unknown = FALSE;

  switch (tac_vault_get_state (calls->parts.vault))
    {
    case TAC_VAULT_NONE:
    case TAC_VAULT_DAMAGED:
      tac_counters_add (calls->parts.counters, "sms.not-set-up", 1);
      return;
    case TAC_VAULT_LOCKED:
      note_locked (calls, sms, size);
      return;
    case TAC_VAULT_OPEN:
      break;
    }
  if (calls->current != NULL && tac_call_is_of_invitation (calls->current, sms, size))
    {
      tac_counters_add (calls->parts.counters, "sms.repeated", 1);
      tac_call_invited_again (calls->current);
      return;
    }
  invitation = tac_invitation_open (tac_vault_contacts (calls->parts.vault),
                                    tac_vault_identity (calls->parts.vault), calls->parts.counters,
                                    sender, sms, size, (guint64)g_get_real_time () / 1000,
                                    sent_us > 0 ? (guint64)sent_us / 1000 : 0, &unknown);
  if (unknown)
    judge_unknown (calls, sender, sent_us);
  else if (invitation != NULL && calls->done == NULL) /* else all calls are being ended */
    judge (calls, invitation);
}

static void
count_answer (TacCalls *calls, TacMessageResult result, const char *taken, const char *unexpected)
{
  if (result == TAC_MESSAGE_OK)
    tac_counters_add (calls->parts.counters, taken, 1);
  else if (result == TAC_MESSAGE_TYPE) /* it would be the answer to nothing */
    tac_counters_add (calls->parts.counters, unexpected, 1);
  else
    tac_invitation_count (calls->parts.counters, result);
}

static void
on_reply (TacCalls *calls, const guint8 *sms, gsize size)
{
  TacMessageResult result = TAC_MESSAGE_TYPE;

  if (calls->current != NULL)
    result = tac_call_take_reply (calls->current, sms, size);
  count_answer (calls, result, "sms.reply", "sms.unexpected-reply");
}

static void
on_path (TacCalls *calls, const guint8 *sms, gsize size)
{
  TacMessageResult result = TAC_MESSAGE_TYPE;

  if (calls->current != NULL)
    result = tac_call_take_path_sms (calls->current, sms, size);
  count_answer (calls, result, "sms.path", "sms.unexpected-path");
}

void
tac_calls_receive (TacCalls *calls, const char *sender, GBytes *datagram, gint64 sent_us)
{
  gsize size;
  const guint8 *sms = g_bytes_get_data (datagram, &size);
  TacSmsType type;
  TacMessageResult result = tac_message_peek (sms, size, &type);

  if (result != TAC_MESSAGE_OK)
    {
      tac_invitation_count (calls->parts.counters, result);
      return;
    }
  switch (type)
    {
    case TAC_SMS_INVITE:
      on_invite (calls, sender, sms, size, sent_us);
      break;
    case TAC_SMS_REPLY:
      on_reply (calls, sms, size);
      break;
    case TAC_SMS_PAIR:
      tac_pairing_receive (calls->pairing, sender, sms, size);
      break;
    case TAC_SMS_PATH:
      on_path (calls, sms, size);
      break;
    case TAC_SMS_ECHO:
      tac_counters_add (calls->parts.counters, "sms.unexpected", 1);
      break;
    case TAC_SMS_TEXT:
      tac_counters_add (calls->parts.counters, "sms.text", 1);
      break;
    }
}
