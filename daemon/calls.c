/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All calls. One at most is current, from the dialing or the invitation until it is over for the
 * user; those that are over live on until the peer has been told. */
#include "daemon/calls-private.h"

#include "daemon/call-log.h"
#include "daemon/errors.h"
#include "daemon/reasons.h"

#include <malloc.h>

enum
{
  SIGNAL_MISSED,
  SIGNAL_RINGING,
  SIGNAL_MISMATCH,
  SIGNAL_BEGINNING,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TacCalls, tac_calls, G_TYPE_OBJECT)

/* Missed calls */

void
tac_calls_tell_missed (TacCalls *calls, const char *name, const char *number, const char *reason,
                       gint64 time_us)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Name", "s", name);
  g_variant_dict_insert (&dict, "Number", "s", number);
  g_variant_dict_insert (&dict, "Reason", "s", reason);
  g_variant_dict_insert (&dict, "Time", "x", time_us);
  g_signal_emit (calls, signals[SIGNAL_MISSED], 0, g_variant_dict_end (&dict));
}

void
tac_calls_missed (TacCalls *calls, const TacContact *contact, const char *number,
                  const char *reason, gint64 time_us)
{
  tac_call_log_missed (tac_vault_history (calls->parts.vault), contact, number, time_us, reason, 1);
  tac_calls_tell_missed (calls, contact != NULL ? contact->name : "",
                         contact != NULL ? contact->number : number, reason, time_us);
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

  tac_call_log_end (tac_vault_history (calls->parts.vault), calls->log_row, call);
  g_ptr_array_add (calls->leaving, g_steal_pointer (&calls->current));
  g_clear_pointer (&calls->service, tac_call_service_free);
  if (missed != NULL && !tac_call_is_dialed (call) && !tac_call_was_answered (call))
    tac_calls_tell_missed (calls, tac_call_get_peer_name (call), tac_call_get_peer_number (call),
                           missed, tac_call_get_invited_us (call));
  if (tac_call_get_reason (call) == TAC_REASON_SAS_MISMATCH)
    g_signal_emit (calls, signals[SIGNAL_MISMATCH], 0, call);
}

static void
on_ringing (TacCalls *calls, TacCall *call)
{
  g_signal_emit (calls, signals[SIGNAL_RINGING], 0, call);
}

TacCall *
tac_calls_begin (TacCalls *calls, const TacContact *peer, gboolean dialed, const char *warning)
{
  g_autofree char *path = g_strdup_printf ("/org/tacitel/call/%" G_GUINT64_FORMAT, ++calls->number);
  TacCall *call = tac_call_new (&calls->parts, peer, dialed, warning);

  tac_farewell_stop (calls->parts.farewell);
  g_signal_emit (calls, signals[SIGNAL_BEGINNING], 0);
  calls->current = call;
  calls->service = tac_call_service_new (call, path, calls->manager);
  g_signal_connect_swapped (call, "ringing", G_CALLBACK (on_ringing), calls);
  g_signal_connect_swapped (call, "over", G_CALLBACK (on_over), calls);
  g_signal_connect_swapped (call, "released", G_CALLBACK (on_released), calls);
  calls->log_row = tac_call_log_begin (tac_vault_history (calls->parts.vault), call);
  return call;
}

/* Outgoing */

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

static TacContact *
find_callee (TacCalls *calls, const char *target, GError **error)
{
  g_autoptr (TacContact) contact = NULL;

  if (!tac_vault_check_open (calls->parts.vault, error) || !check_self (calls, target, error))
    return NULL;
  contact = tac_contacts_find (tac_vault_contacts (calls->parts.vault), target, error);
  if (contact == NULL || !check_self (calls, contact->number, error)
      || !tac_policy_check_dial (&calls->parts.config->policy, contact, error))
    return NULL;
  return g_steal_pointer (&contact);
}

const char *
tac_calls_dial (TacCalls *calls, const char *target, GError **error)
{
  g_autoptr (TacContact) contact = find_callee (calls, target, error);
  g_autofree char *warning = NULL;
  TacCall *call;

  if (contact == NULL)
    return NULL;
  if (calls->current != NULL)
    {
      g_set_error (error, TAC_ERROR, TAC_ERROR_BUSY, "there is a call with %s: hang up first",
                   tac_call_get_peer_name (calls->current));
      return NULL;
    }
  if (!tac_modem_check_ready (calls->parts.modem, error))
    return NULL;
  warning
      = tac_policy_warning (calls->parts.config->policy.action[tac_party_of (contact)], contact);
  call = tac_calls_begin (calls, contact, TRUE, warning);
  tac_call_dial (call);
  if (calls->service != NULL)
    return tac_call_service_get_path (calls->service);
  g_set_error_literal (error, TAC_ERROR, TAC_ERROR_FAILED,
                       "the call ended at once: see the daemon's log");
  return NULL;
}

/* The rest */

gboolean
tac_calls_is_busy (TacCalls *calls)
{
  return calls->current != NULL || calls->leaving->len > 0;
}

gboolean
tac_calls_is_on (TacCalls *calls)
{
  return calls->current != NULL;
}

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
tac_calls_new (const TacCallParts *parts, TacPairing *pairing, TacDecisions *decisions,
               GDBusObjectManagerServer *manager)
{
  TacCalls *calls = g_object_new (TAC_TYPE_CALLS, NULL);

  calls->parts = *parts;
  calls->pairing = pairing;
  calls->decisions = decisions;
  calls->manager = manager;
  g_signal_connect_object (parts->sms, "received", G_CALLBACK (tac_calls_receive), calls,
                           G_CONNECT_SWAPPED);
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
  g_free (calls->unknown_number);
  G_OBJECT_CLASS (tac_calls_parent_class)->finalize (object);
}

static void
tac_calls_class_init (TacCallsClass *class)
{
  G_OBJECT_CLASS (class)->finalize = tac_calls_finalize;
  signals[SIGNAL_MISSED] = g_signal_new ("missed", TAC_TYPE_CALLS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, G_TYPE_VARIANT);
  signals[SIGNAL_RINGING] = g_signal_new ("ringing", TAC_TYPE_CALLS, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, TAC_TYPE_CALL);
  signals[SIGNAL_MISMATCH] = g_signal_new ("mismatch", TAC_TYPE_CALLS, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 1, TAC_TYPE_CALL);
  signals[SIGNAL_BEGINNING] = g_signal_new ("beginning", TAC_TYPE_CALLS, G_SIGNAL_RUN_LAST, 0, NULL,
                                            NULL, NULL, G_TYPE_NONE, 0);
}
