/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call as its user sees it: what can be asked of it, and what can be read. */
#include "daemon/call-private.h"

#include "daemon/errors.h"
#include "daemon/reasons.h"

#include <string.h>

#define CLOCKS_DIFFER_US (3 * G_USEC_PER_SEC) /* of two phones that the network sets */

/* Asking */

static gboolean
refuse (TacCall *call, const char *what, GError **error)
{
  if (call->machine.reason == TAC_REASON_MEDIA_FAILED)
    {
      g_autofree char *text = tac_call_get_reason_text (call);

      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_MEDIA_FAILED, text);
    }
  else
    g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_STATE, "the call with %s is %s: %s",
                 call->peer_name, tac_call_state_to_string (call->machine.state), what);
  return FALSE;
}

gboolean
tac_call_answer (TacCall *call, GError **error)
{
  if (call->machine.state != TAC_CALL_RINGING_IN)
    return refuse (call, "only an incoming call that rings can be answered", error);
  tac_call_event (call, TAC_EVENT_USER_ANSWER);
  return TRUE;
}

gboolean
tac_call_hang_up (TacCall *call, GError **error)
{
  if (tac_call_state_over (call->machine.state))
    return refuse (call, "there is nothing to hang up", error);
  tac_call_event (call, TAC_EVENT_USER_HANGUP);
  return TRUE;
}

gboolean
tac_call_set_muted (TacCall *call, gboolean muted, GError **error)
{
  if (tac_call_state_over (call->machine.state))
    return refuse (call, "it cannot be muted any more", error);
  call->muted = muted;
  tac_call_media_update (call);
  tac_call_changed (call);
  return TRUE;
}

gboolean
tac_call_set_held (TacCall *call, gboolean held, GError **error)
{
  if (call->machine.state != (held ? TAC_CALL_ACTIVE : TAC_CALL_HELD))
    return refuse (
        call, held ? "only an active call can be held" : "only a held call can be resumed", error);
  tac_call_event (call, held ? TAC_EVENT_USER_HOLD : TAC_EVENT_USER_RESUME);
  return TRUE;
}

gboolean
tac_call_send_tone (TacCall *call, const char *digit, GError **error)
{
  if (strlen (digit) != 1 || strchr ("0123456789*#ABCD", *digit) == NULL)
    {
      g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                   "\"%s\" is no tone: send one of 0-9, *, # and A-D at a time", digit);
      return FALSE;
    }
  if (call->machine.state != TAC_CALL_ACTIVE)
    return refuse (call, "tones need an active call", error);
  tac_call_lane_send (call, TAC_CONTROL_TONE, (const guint8 *)digit, 1);
  return TRUE;
}

/* The contact, where it still is the one that this call is with. */
static TacContact *
find_contact (TacCall *call, GError **error)
{
  g_autoptr (TacContact) contact
      = tac_contacts_get (tac_vault_contacts (call->parts.vault), call->contact);

  if (contact != NULL && memcmp (contact->key, call->peer_key, TAC_KEY_SIZE) == 0)
    return g_steal_pointer (&contact);
  g_set_error (error, TAC_ERROR, TAC_ERROR_UNKNOWN_CONTACT,
               "\"%s\" is not a contact with this key any more: pair again, then compare the words",
               call->peer_name);
  return NULL;
}

gboolean
tac_call_verify (TacCall *call, gboolean match, GError **error)
{
  TacTrust trust = match ? TAC_TRUST_VERIFIED : TAC_TRUST_MISMATCH;
  g_autoptr (TacContact) contact = NULL;
  gboolean stored;

  if (call->answered_us == 0 || *call->sas == NULL || tac_call_state_over (call->machine.state))
    return refuse (call, "words are compared by voice, in a call that was answered", error);
  contact = find_contact (call, error);
  stored = contact != NULL
           && tac_contacts_set_trust (tac_vault_contacts (call->parts.vault), contact->id, trust,
                                      error);
  if (stored)
    call->trust = trust;
  if (match)
    tac_call_changed (call);
  else /* stored or not */
    tac_call_fail (call, TAC_EVENT_USER_DIFFERS,
                   "you found that the words on the two phones differ");
  return stored;
}

/* Reading */

TacCallState
tac_call_get_state (TacCall *call)
{
  return call->machine.state;
}

TacCallReason
tac_call_get_reason (TacCall *call)
{
  return call->machine.reason;
}

char *
tac_call_get_reason_text (TacCall *call)
{
  return tac_reason_to_text (call->machine.reason, call->peer_name, call->detail);
}

gboolean
tac_call_is_dialed (TacCall *call)
{
  return call->dialed;
}

gboolean
tac_call_was_answered (TacCall *call)
{
  return call->answered_us != 0;
}

gboolean
tac_call_awaits_reply (TacCall *call)
{
  return call->caller && !call->replied;
}

gboolean
tac_call_is_inviting (TacCall *call)
{
  return tac_call_awaits_reply (call) && !call->path_found;
}

gint64
tac_call_get_invited_us (TacCall *call)
{
  return call->timeline[TAC_STEP_INVITE_RECEIVED];
}

gboolean
tac_call_crossed (TacCall *call, guint64 time_ms)
{
  gint64 found_us = call->timeline[TAC_STEP_PATH_FOUND];

  if (found_us == 0)
    found_us = g_get_real_time ();
  return call->dialed && call->caller && !tac_call_state_over (call->machine.state)
         && (gint64)time_ms * 1000 <= found_us + CLOCKS_DIFFER_US;
}

gboolean
tac_call_is_of_invitation (TacCall *call, const guint8 *sms, gsize size)
{
  return !call->caller && size == TAC_SMS_SIZE && memcmp (sms, call->invite_sms, size) == 0;
}

gboolean
tac_call_is_with (TacCall *call, const guint8 key[TAC_KEY_SIZE])
{
  return memcmp (call->peer_key, key, TAC_KEY_SIZE) == 0;
}

const char *
tac_call_get_peer_name (TacCall *call)
{
  return call->peer_name;
}

const char *
tac_call_get_peer_number (TacCall *call)
{
  return call->peer_number;
}

const guint8 *
tac_call_get_peer_key (TacCall *call)
{
  return call->peer_key;
}

TacTrust
tac_call_get_trust (TacCall *call)
{
  return call->trust;
}

const char *
tac_call_get_warning (TacCall *call)
{
  return call->warning;
}

const char *
tac_call_get_security (TacCall *call)
{
  return tac_call_is_secured (call) ? "noise-kk" : "none";
}

gint64
tac_call_get_begun_us (TacCall *call)
{
  return call->timeline[call->dialed ? TAC_STEP_DIALED : TAC_STEP_INVITE_RECEIVED];
}

TacCallQuality
tac_call_get_quality (TacCall *call)
{
  return call->quality;
}

const TacQuality *
tac_call_get_series (TacCall *call)
{
  return call->series;
}

gboolean
tac_call_is_secured (TacCall *call)
{
  return call->timeline[TAC_STEP_SECURED] != 0;
}

gboolean
tac_call_is_muted (TacCall *call)
{
  return call->muted;
}

gboolean
tac_call_peer_holds (TacCall *call)
{
  return call->peer_holds;
}

const char *const *
tac_call_get_sas (TacCall *call)
{
  return call->sas;
}

GVariant *
tac_call_get_timeline (TacCall *call)
{
  static const char *const names[TAC_TIMELINE_STEPS]
      = { "dialed",  "data-up",  "invite-sent",      "invite-received",   "path-found", "secured",
          "ringing", "answered", "first-voice-sent", "first-voice-heard", "ended" };
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sx}"));
  for (guint i = 0; i < TAC_TIMELINE_STEPS; i++)
    if (call->timeline[i] != 0)
      g_variant_builder_add (&builder, "{sx}", names[i], call->timeline[i]);
  return g_variant_builder_end (&builder);
}
