/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From nothing to a path: the data context, the SMS, the ICE agent, the handshake. */
#include "daemon/call-private.h"

#include "daemon/errors.h"

#include <sodium.h>
#include <string.h>

#define SMS_TIMEOUT_MS 60000 /* an INVITE that is older rings nobody */
#define REACQUIRE_MS 30000   /* no longer than a call is lost for */
#define REPLY_AGAIN_MAX 5    /* three copies, each doubled; who replays more gets nothing */

static guint64
clock_ms (void)
{
  return (guint64)g_get_real_time () / 1000;
}

/* Data */

static void
on_data (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacCall) call = user_data;
  g_autoptr (GError) error = NULL;
  gboolean up = tac_data_call_acquire_finish (TAC_DATA_CALL (source), result, &error);

  /* Too late, or twice: cancelling (glare) may come after the context did. */
  if (up && (call->holds_data || call->machine.state == TAC_CALL_ENDED))
    tac_data_call_release (call->parts.data);
  else if (up)
    {
      call->holds_data = TRUE;
      tac_call_stamp (call, TAC_STEP_DATA_UP, 0);
      tac_call_follow_addresses (call);
      tac_call_event (call, TAC_EVENT_DATA_UP);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    tac_call_fail (call, TAC_EVENT_DATA_FAILED, error->message);
}

void
tac_call_raise_data (TacCall *call)
{
  if (call->answered_us == 0)
    tac_data_call_acquire_async (call->parts.data, call->cancellable, on_data, g_object_ref (call));
  else
    tac_data_call_reacquire_async (call->parts.data, REACQUIRE_MS, call->cancellable, on_data,
                                   g_object_ref (call));
}

/* Path */

/* The path's credentials come from the handshake, which ends with the INVITE; the INVITE carries
 * the path's candidates. They do not depend on its payload, so a draft with none gives them. The
 * draft goes nowhere: with its ephemeral key and nonce only one ciphertext ever leaves this
 * function's file. */
static gboolean
draft_invite (TacCall *call)
{
  TacCallSecrets *secrets = call->secrets;
  guint8 draft[TAC_SMS_SIZE];
  const TacInvite nothing = { 0 };
  gboolean ok;

  randombytes_buf (secrets->ephemeral, sizeof secrets->ephemeral);
  ok = tac_invite_create (&secrets->handshake, draft, tac_vault_identity (call->parts.vault),
                          call->peer_key, secrets->ephemeral, &nothing)
       == TAC_MESSAGE_OK;
  sodium_memzero (draft, sizeof draft);
  return ok;
}

void
tac_call_gather (TacCall *call)
{
  g_autoptr (GError) error = NULL;

  call->engine = tac_engine_load (&error);
  if (call->engine == NULL)
    {
      tac_call_fail (call, TAC_EVENT_MEDIA_FAILED, error->message);
      return;
    }
  if (tac_data_call_get_addresses (call->parts.data) == NULL
      || (call->caller && !draft_invite (call)))
    {
      tac_call_fail (call, TAC_EVENT_PATH_FAILED, NULL);
      return;
    }
  if (!tac_call_paths_open (call, &error))
    tac_call_fail (call, TAC_EVENT_DATA_FAILED, error->message);
}

/* SMS */

static void
on_sms_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacCall) call = user_data;
  g_autoptr (GError) error = NULL;

  if (tac_sms_send_finish (TAC_SMS (source), result, &error))
    {
      if (call->caller)
        tac_call_stamp (call, TAC_STEP_INVITE_SENT, 0);
      tac_call_event (call, TAC_EVENT_SMS_SENT);
    }
  else if (call->machine.state == TAC_CALL_INVITING)
    tac_call_fail (call, TAC_EVENT_SMS_FAILED, error->message);
  else
    tac_call_event (call, TAC_EVENT_SMS_FAILED);
}

static void
send_sms (TacCall *call, const guint8 sms[TAC_SMS_SIZE], TacSmsForm form)
{
  g_autoptr (GBytes) bytes = g_bytes_new (sms, TAC_SMS_SIZE);

  tac_sms_send_async (call->parts.sms, call->peer_number, bytes, form, SMS_TIMEOUT_MS,
                      call->cancellable, on_sms_sent, g_object_ref (call));
}

/* Its time is later than the last to this contact, even where the clock was set back. */
static gboolean
make_invite (TacCall *call, GError **error)
{
  TacCallSecrets *secrets = call->secrets;
  TacInvite invite = { .candidates = call->local };

  invite.time_ms = tac_contacts_next_invite_time (tac_vault_contacts (call->parts.vault),
                                                  call->contact, clock_ms (), error);
  if (invite.time_ms == 0)
    return FALSE;
  call->invite_made = tac_invite_create (&secrets->handshake, call->invite_sms,
                                         tac_vault_identity (call->parts.vault), call->peer_key,
                                         secrets->ephemeral, &invite)
                      == TAC_MESSAGE_OK;
  sodium_memzero (secrets->ephemeral, sizeof secrets->ephemeral);
  if (!call->invite_made)
    g_set_error_literal (error, TAC_ERROR, TAC_ERROR_FAILED,
                         "its key is none that a phone could have");
  return call->invite_made;
}

void
tac_call_send_invite (TacCall *call)
{
  g_autoptr (GError) error = NULL;
  /* Two copies of the best form have brought nothing. */
  TacSmsForm form = call->machine.state == TAC_CALL_INVITED_THRICE ? TAC_SMS_OTHER : TAC_SMS_BEST;

  if (call->invite_made || make_invite (call, &error))
    send_sms (call, call->invite_sms, form);
  else
    tac_call_fail (call, TAC_EVENT_SMS_FAILED, error->message);
}

/* REPLY */

static gboolean
create_reply (TacCall *call, TacReplyStatus status)
{
  TacReply reply = { .status = status, .candidates = call->local };
  guint8 ephemeral[TAC_KEY_SIZE];

  randombytes_buf (ephemeral, sizeof ephemeral);
  call->reply_made
      = tac_reply_create (&call->secrets->handshake, call->reply_sms, ephemeral, &reply)
        == TAC_MESSAGE_OK;
  sodium_memzero (ephemeral, sizeof ephemeral);
  return call->reply_made;
}

/* Both phones have REPLY now: the keys of the call, and nothing left that could make them again. */
static gboolean
finish_handshake (TacCall *call)
{
  TacCallKeys keys;

  call->replied = TRUE;
  tac_handshake_split (&call->secrets->handshake, &keys);
  return tac_call_lane_open (call, &keys);
}

void
tac_call_make_reply (TacCall *call)
{
  if (create_reply (call, TAC_REPLY_RINGING) && finish_handshake (call))
    tac_paths_set_remote (call->paths, &call->remote);
  else
    tac_call_event (call, TAC_EVENT_VIOLATION);
}

void
tac_call_send_reply_sms (TacCall *call)
{
  send_sms (call, call->reply_sms, TAC_SMS_BEST);
}

void
tac_call_refuse (TacCall *call, TacReplyStatus status)
{
  call->local.n = 0;
  if (create_reply (call, status))
    send_sms (call, call->reply_sms, TAC_SMS_BEST);
  else
    tac_call_event (call, TAC_EVENT_SMS_FAILED);
}

void
tac_call_send_handshake (TacCall *call)
{
  guint8 packet[TAC_HANDSHAKE_SIZE] = { TAC_DATAGRAM_HANDSHAKE };

  memcpy (packet + 1, call->reply_sms, TAC_SMS_SIZE);
  tac_paths_send (call->paths, packet, sizeof packet);
}

/* A copy by the other way says nothing new, whatever it says. */
TacMessageResult
tac_call_take_reply (TacCall *call, const guint8 *sms, gsize size)
{
  TacCallEventKind event = TAC_EVENT_REPLY;
  TacMessageResult result;
  TacReply reply;

  if (!call->caller || !call->invite_made)
    return TAC_MESSAGE_TYPE;
  if (call->replied)
    return TAC_MESSAGE_OK;
  result = tac_reply_open (&call->secrets->handshake, sms, size, &reply);
  if (result != TAC_MESSAGE_OK)
    return result;
  switch (reply.status)
    {
    case TAC_REPLY_RINGING:
      call->remote = reply.candidates;
      if (!finish_handshake (call))
        event = TAC_EVENT_VIOLATION;
      break;
    case TAC_REPLY_BUSY:
      event = TAC_EVENT_REPLY_BUSY;
      break;
    case TAC_REPLY_DECLINED:
      event = TAC_EVENT_REPLY_DECLINED;
      break;
    case TAC_REPLY_NO_DATA:
      event = TAC_EVENT_REPLY_NO_DATA;
      break;
    }
  call->replied = TRUE;
  tac_call_event (call, event);
  return TAC_MESSAGE_OK;
}

/* The own side of the handshake gives way to the peer's, which waited beside it. */
void
tac_call_take_invitation (TacCall *call)
{
  call->secrets->handshake = call->secrets->invited;
  tac_handshake_wipe (&call->secrets->invited);
  memcpy (call->invite_sms, call->invited_sms, sizeof call->invite_sms);
  call->remote = call->invited_candidates;
  tac_call_stamp (call, TAC_STEP_INVITE_RECEIVED, 0);
}

void
tac_call_accept_invitation (TacCall *call, const TacInvitation *invitation)
{
  call->secrets->invited = invitation->handshake;
  memcpy (call->invited_sms, invitation->sms, sizeof call->invited_sms);
  call->invited_candidates = invitation->invite.candidates;
  if (call->dialed)
    tac_call_event (call, TAC_EVENT_GLARE);
  else
    {
      tac_call_take_invitation (call);
      tac_call_event (call, TAC_EVENT_INVITE);
    }
}

/* What makes this phone send SMS, and wait, must not go on for as long as somebody replays it. */
void
tac_call_invited_again (TacCall *call)
{
  if (call->machine.state == TAC_CALL_CHECKING_SMS && call->replied_again++ >= REPLY_AGAIN_MAX)
    return;
  tac_call_event (call, TAC_EVENT_INVITE_AGAIN);
}

void
tac_call_drop_setup (TacCall *call, GDestroyNotify closed)
{
  g_cancellable_cancel (call->cancellable);
  g_object_unref (call->cancellable);
  call->cancellable = g_cancellable_new ();
  call->path_found = FALSE;
  tac_handshake_wipe (&call->secrets->handshake);
  sodium_memzero (call->secrets->ephemeral, sizeof call->secrets->ephemeral);
  call->invite_made = call->reply_made = call->replied = FALSE;
  if (call->paths != NULL)
    tac_paths_free (g_steal_pointer (&call->paths), closed, call);
  else if (closed != NULL)
    closed (call);
}
