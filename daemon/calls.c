/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All calls. One at most is current, from the dialing or the invitation until it is over for the
 * user; those that are over live on until the peer has been told. */
#include "daemon/calls.h"

#include "daemon/call-service.h"
#include "daemon/call.h"
#include "daemon/errors.h"
#include "daemon/reasons.h"

#include <malloc.h>
#include <sodium.h>
#include <string.h>

#define REFUSAL_TIMEOUT_MS 60000

struct _TacCalls
{
  GObject parent_instance;
  TacCallParts parts;
  TacContacts *contacts;
  GDBusObjectManagerServer *manager;
  TacCall *current;
  TacCallService *service; /* of current */
  GPtrArray *leaving;      /* TacCall, over but not released */
  guint64 number;          /* of the last object path */
  GSourceFunc done;        /* of tac_calls_end_all */
  gpointer done_data;
};

static guint signal_missed;

G_DEFINE_FINAL_TYPE (TacCalls, tac_calls, G_TYPE_OBJECT)

/* Missed calls */

static void
tell_missed (TacCalls *calls, const char *name, const char *number, const char *reason,
             gint64 time_us)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Name", "s", name);
  g_variant_dict_insert (&dict, "Number", "s", number);
  g_variant_dict_insert (&dict, "Reason", "s", reason);
  g_variant_dict_insert (&dict, "Time", "x", time_us);
  g_signal_emit (calls, signal_missed, 0, g_variant_dict_end (&dict));
}

static void
tell_missed_invitation (TacCalls *calls, const TacInvitation *invitation, const char *reason)
{
  tell_missed (calls, invitation->contact->name, invitation->contact->number, reason,
               (gint64)invitation->invite.time_ms * 1000);
}

/* A call's end */

static void
check_done (TacCalls *calls)
{
  GSourceFunc done = calls->done;

  if (done == NULL || calls->current != NULL || calls->leaving->len > 0)
    return;
  calls->done = NULL;
  g_idle_add (done, calls->done_data);
}

static void
on_released (TacCalls *calls, TacCall *call)
{
  g_signal_handlers_disconnect_by_data (call, calls);
  g_ptr_array_remove_fast (calls->leaving, call);
  /* What a call took may stay scattered over the heap until the next; an idle daemon gives it back.
   */
#ifdef __GLIBC__
  if (calls->current == NULL && calls->leaving->len == 0)
    malloc_trim (0);
#endif
  check_done (calls);
}

static void
on_over (TacCalls *calls, TacCall *call)
{
  const char *missed = tac_reason_to_missed (tac_call_get_reason (call));

  g_ptr_array_add (calls->leaving, g_steal_pointer (&calls->current));
  g_clear_pointer (&calls->service, tac_call_service_free);
  if (missed != NULL && !tac_call_is_dialed (call) && !tac_call_was_answered (call))
    tell_missed (calls, tac_call_get_peer_name (call), tac_call_get_peer_number (call), missed,
                 tac_call_get_invited_us (call));
}

static TacCall *
begin (TacCalls *calls, const TacContact *peer, gboolean dialed)
{
  g_autofree char *path = g_strdup_printf ("/org/tacitel/call/%" G_GUINT64_FORMAT, ++calls->number);
  TacCall *call = tac_call_new (&calls->parts, peer, dialed);

  calls->current = call;
  calls->service = tac_call_service_new (call, path, calls->manager);
  g_signal_connect_swapped (call, "over", G_CALLBACK (on_over), calls);
  g_signal_connect_swapped (call, "released", G_CALLBACK (on_released), calls);
  return call;
}

/* Outgoing */

static gboolean
check_modem (TacCalls *calls, GError **error)
{
  switch (tac_modem_get_state (calls->parts.modem))
    {
    case TAC_MODEM_NO_OFONO:
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NO_MODEM,
                           "oFono is not running, or this user may not reach it");
      return FALSE;
    case TAC_MODEM_NONE:
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NO_MODEM, "oFono knows no modem");
      return FALSE;
    case TAC_MODEM_OFF:
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NO_MODEM,
                           "the modem is off or in flight mode: switch it on");
      return FALSE;
    case TAC_MODEM_NO_SIM:
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NO_MODEM,
                           "there is no SIM card, or it waits for its PIN");
      return FALSE;
    case TAC_MODEM_NOT_REGISTERED:
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NOT_REGISTERED,
                           "the modem has no network at the moment: try again when it has");
      return FALSE;
    case TAC_MODEM_READY:
      return TRUE;
    }
  return FALSE;
}

static gboolean
check_self (TacCalls *calls, const char *target, GError **error)
{
  const char *own = tac_modem_get_number (calls->parts.modem);
  g_autofree char *number = tac_number_normalise (target);

  if (number == NULL || g_strcmp0 (number, own) != 0)
    return TRUE;
  g_set_error (error, TAC_ERROR, TAC_ERROR_SELF_CALL,
               "%s is this phone's own number: call another one", number);
  return FALSE;
}

static gboolean
check_contact (const TacContact *contact, GError **error)
{
  if (contact == NULL)
    return FALSE;
  if (contact->trust != TAC_TRUST_BLOCKED)
    return TRUE;
  g_set_error (error, TAC_ERROR, TAC_ERROR_FAILED,
               "\"%s\" is blocked: remove it and add it again to call it", contact->name);
  return FALSE;
}

const char *
tac_calls_dial (TacCalls *calls, const char *target, GError **error)
{
  const TacContact *contact;

  if (!check_self (calls, target, error))
    return NULL;
  contact = tac_contacts_find (calls->contacts, target, error);
  if (!check_contact (contact, error) || !check_self (calls, contact->number, error))
    return NULL;
  if (calls->current != NULL)
    {
      g_set_error (error, TAC_ERROR, TAC_ERROR_BUSY, "there is a call with %s: hang up first",
                   tac_call_get_peer_name (calls->current));
      return NULL;
    }
  if (!check_modem (calls, error))
    return NULL;
  tac_call_dial (begin (calls, contact, TRUE));
  if (calls->service != NULL)
    return tac_call_service_get_path (calls->service);
  g_set_error_literal (error, TAC_ERROR, TAC_ERROR_FAILED,
                       "the call ended at once: see the daemon's log");
  return NULL;
}

/* Incoming */

static void
on_refusal_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!tac_sms_send_finish (TAC_SMS (source), result, &error))
    g_info ("that this phone is busy could not be told: %s", error->message);
}

/* A call that never becomes one: no object, no data. */
static void
refuse_busy (TacCalls *calls, TacInvitation *invitation)
{
  const TacReply reply = { .status = TAC_REPLY_BUSY };
  guint8 ephemeral[TAC_KEY_SIZE], sms[TAC_SMS_SIZE];
  g_autoptr (GBytes) bytes = NULL;

  randombytes_buf (ephemeral, sizeof ephemeral);
  if (tac_reply_create (&invitation->handshake, sms, ephemeral, &reply) == TAC_MESSAGE_OK)
    {
      bytes = g_bytes_new (sms, sizeof sms);
      tac_sms_send_async (calls->parts.sms, invitation->contact->number, bytes, REFUSAL_TIMEOUT_MS,
                          NULL, on_refusal_sent, NULL);
    }
  sodium_memzero (ephemeral, sizeof ephemeral);
  tell_missed_invitation (calls, invitation, "busy");
}

/* Both invited each other: the smaller identity key's invitation stands (docs/protocol.md §3). */
static gboolean
peer_wins (TacCalls *calls, const TacInvitation *invitation)
{
  const TacKeyPair *me = tac_keyring_identity (calls->parts.keyring);

  return memcmp (invitation->contact->key, me->public, TAC_KEY_SIZE) < 0;
}

static void
take_invitation (TacCalls *calls, TacInvitation *invitation)
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
  if (same) /* who dials anew has forgotten the call that this phone still sees */
    tac_call_event (call, TAC_EVENT_SUPERSEDED);
  if (calls->current != NULL)
    refuse_busy (calls, invitation);
  else
    tac_call_accept_invitation (begin (calls, invitation->contact, FALSE), invitation);
}

static void
on_invite (TacCalls *calls, const char *sender, const guint8 *sms, gsize size, gint64 sent_us)
{
  g_autoptr (TacInvitation) invitation = NULL;

  if (calls->current != NULL && tac_call_is_of_invitation (calls->current, sms, size))
    {
      tac_counters_add (calls->parts.counters, "sms.repeated", 1);
      return;
    }
  invitation = tac_invitation_open (
      calls->contacts, tac_keyring_identity (calls->parts.keyring), calls->parts.counters, sender,
      sms, size, (guint64)g_get_real_time () / 1000, sent_us > 0 ? (guint64)sent_us / 1000 : 0);
  if (invitation == NULL)
    return;
  if (invitation->missed)
    tell_missed_invitation (calls, invitation, "stale");
  else if (calls->done == NULL) /* else the daemon ends */
    take_invitation (calls, invitation);
}

static void
on_reply (TacCalls *calls, const guint8 *sms, gsize size)
{
  TacMessageResult result = TAC_MESSAGE_TYPE;

  if (calls->current != NULL)
    result = tac_call_take_reply (calls->current, sms, size);
  if (result == TAC_MESSAGE_OK)
    tac_counters_add (calls->parts.counters, "sms.reply", 1);
  else if (result == TAC_MESSAGE_TYPE) /* it would be the answer to nothing */
    tac_counters_add (calls->parts.counters, "sms.unexpected-reply", 1);
  else
    tac_invitation_count (calls->parts.counters, result);
}

static void
on_received (TacCalls *calls, const char *sender, GBytes *datagram, gint64 sent_us)
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
    case TAC_SMS_PAIR: /* contacts are added by hand */
      tac_counters_add (calls->parts.counters, "sms.pair", 1);
      break;
    case TAC_SMS_TEXT:
      tac_counters_add (calls->parts.counters, "sms.text", 1);
      break;
    }
}

/* The rest */

gboolean
tac_calls_with (TacCalls *calls, const TacContact *contact)
{
  return calls->current != NULL && tac_call_is_with (calls->current, contact->key);
}

void
tac_calls_end_all (TacCalls *calls, GSourceFunc done, gpointer user_data)
{
  calls->done = done;
  calls->done_data = user_data;
  if (calls->current != NULL)
    tac_call_hang_up (calls->current, NULL);
  check_done (calls);
}

TacCalls *
tac_calls_new (const TacConfig *config, TacModem *modem, TacSms *sms, TacDataCall *data,
               TacKeyring *keyring, TacContacts *contacts, TacCounters *counters,
               GDBusObjectManagerServer *manager)
{
  TacCalls *calls = g_object_new (TAC_TYPE_CALLS, NULL);

  calls->parts = (TacCallParts){
    .config = config,
    .modem = modem,
    .sms = sms,
    .data = data,
    .keyring = keyring,
    .counters = counters,
    .invite_times = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
  };
  calls->contacts = contacts;
  calls->manager = manager;
  g_signal_connect_object (sms, "received", G_CALLBACK (on_received), calls, G_CONNECT_SWAPPED);
  return calls;
}

static void
tac_calls_init (TacCalls *calls)
{
  calls->leaving = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
tac_calls_finalize (GObject *object)
{
  TacCalls *calls = TAC_CALLS (object);

  if (calls->current != NULL)
    g_signal_handlers_disconnect_by_data (calls->current, calls);
  for (guint i = 0; i < calls->leaving->len; i++)
    g_signal_handlers_disconnect_by_data (calls->leaving->pdata[i], calls);
  g_clear_pointer (&calls->service, tac_call_service_free);
  g_clear_object (&calls->current);
  g_ptr_array_unref (calls->leaving);
  g_clear_pointer (&calls->parts.invite_times, g_hash_table_unref);
  G_OBJECT_CLASS (tac_calls_parent_class)->finalize (object);
}

static void
tac_calls_class_init (TacCallsClass *class)
{
  G_OBJECT_CLASS (class)->finalize = tac_calls_finalize;
  signal_missed = g_signal_new ("missed", TAC_TYPE_CALLS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_VARIANT);
}
