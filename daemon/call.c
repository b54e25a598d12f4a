/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Brings events to the machine, one after the other, and does what it says. */
#include "daemon/call-private.h"

#include "daemon/errors.h"
#include "daemon/reasons.h"

#include <sodium.h>
#include <string.h>

enum
{
  SIGNAL_CHANGED,
  SIGNAL_TONE,
  SIGNAL_RINGING,
  SIGNAL_OVER,
  SIGNAL_RELEASED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TacCall, tac_call, G_TYPE_OBJECT)

void
tac_call_changed (TacCall *call)
{
  g_signal_emit (call, signals[SIGNAL_CHANGED], 0);
}

void
tac_call_stamp (TacCall *call, TacCallTimelineStep step, gint64 unix_us)
{
  if (call->timeline[step] != 0)
    return;
  call->timeline[step] = unix_us != 0 ? unix_us : g_get_real_time ();
  tac_call_changed (call);
}

/* The end */

static void
on_paths_closed (gpointer user_data)
{
  TacCall *call = user_data;

  if (call->holds_data)
    tac_data_call_release (call->parts.data);
  call->holds_data = FALSE;
  g_signal_emit (call, signals[SIGNAL_RELEASED], 0);
  g_object_unref (call);
}

/* Not from within a callback of what is released here. */
static gboolean
on_release (gpointer user_data)
{
  TacCall *call = user_data;

  tac_call_media_stop (call);
  tac_call_lane_close (call);
  g_object_ref (call);
  tac_call_drop_setup (call, on_paths_closed);
  sodium_memzero (call->secrets, sizeof *call->secrets);
  return G_SOURCE_REMOVE;
}

static void
end (TacCall *call)
{
  tac_call_stamp (call, TAC_STEP_ENDED, 0);
  tac_call_media_leave (call);
  g_signal_emit (call, signals[SIGNAL_OVER], 0);
}

static void
send_bye (TacCall *call)
{
  const guint8 reason = (guint8)tac_reason_to_bye (call->machine.reason);

  tac_call_lane_send (call, TAC_CONTROL_BYE, &reason, 1);
}

/* What the machine says */

static void
set_held (TacCall *call, gboolean held)
{
  call->held = held;
  tac_call_media_update (call);
}

static void
turn (TacCall *call)
{
  call->caller = FALSE;
  tac_call_drop_setup (call, NULL);
  tac_call_take_invitation (call);
  /* Where the context is still on its way, its waiter was just cancelled. */
  if (call->holds_data)
    tac_call_event (call, TAC_EVENT_DATA_UP);
  else
    tac_call_raise_data (call);
}

/* A call that this user dialed (glare) needs no second decision. */
static void
ring (TacCall *call)
{
  if (call->dialed)
    tac_call_event (call, TAC_EVENT_USER_ANSWER);
  else
    g_signal_emit (call, signals[SIGNAL_RINGING], 0);
}

static void
perform (TacCall *call, TacCallAction action)
{
  switch (action)
    {
    case TAC_ACTION_NONE:
      break;
    case TAC_ACTION_RAISE_DATA:
      tac_call_raise_data (call);
      break;
    case TAC_ACTION_GATHER:
      tac_call_gather (call);
      break;
    case TAC_ACTION_SEND_INVITE:
      tac_call_send_invite (call);
      break;
    case TAC_ACTION_TURN:
      turn (call);
      break;
    case TAC_ACTION_MAKE_REPLY:
      tac_call_make_reply (call);
      break;
    case TAC_ACTION_REPLY_BY_SMS:
      tac_call_send_reply_sms (call);
      break;
    case TAC_ACTION_REFUSE_DECLINED:
      tac_call_refuse (call, TAC_REPLY_DECLINED);
      break;
    case TAC_ACTION_REFUSE_NO_DATA:
      tac_call_refuse (call, TAC_REPLY_NO_DATA);
      break;
    case TAC_ACTION_SEND_HANDSHAKE:
      tac_call_send_handshake (call);
      tac_call_lane_pump (call);
      break;
    case TAC_ACTION_CHECK:
      tac_paths_set_remote (call->paths, &call->remote);
      break;
    case TAC_ACTION_SEND_READY:
      tac_call_lane_send (call, TAC_CONTROL_READY, NULL, 0);
      break;
    case TAC_ACTION_SEND_SAS_COMMIT:
      tac_call_sas_commit (call);
      break;
    case TAC_ACTION_SEND_SAS_NONCE:
      tac_call_sas_nonce (call);
      break;
    case TAC_ACTION_SEND_SAS_REVEAL:
      tac_call_lane_send (call, TAC_CONTROL_SAS_REVEAL, call->secrets->sas_a,
                          sizeof call->secrets->sas_a);
      break;
    case TAC_ACTION_SHOW_SAS:
      tac_call_sas_show (call);
      break;
    case TAC_ACTION_SEND_RINGING:
      tac_call_lane_send (call, TAC_CONTROL_RINGING, NULL, 0);
      break;
    case TAC_ACTION_RING:
      ring (call);
      break;
    case TAC_ACTION_SEND_ANSWER:
      tac_call_lane_send (call, TAC_CONTROL_ANSWER, NULL, 0);
      break;
    case TAC_ACTION_PREPARE_MEDIA:
      tac_call_media_prepare (call);
      break;
    case TAC_ACTION_START_MEDIA:
      tac_call_media_start (call);
      break;
    case TAC_ACTION_HOLD_MEDIA:
      set_held (call, TRUE);
      break;
    case TAC_ACTION_RESUME_MEDIA:
      set_held (call, FALSE);
      break;
    case TAC_ACTION_STAND:
      tac_paths_stand (call->paths);
      break;
    case TAC_ACTION_SEEK:
      tac_call_seek (call);
      break;
    case TAC_ACTION_FOUND:
      tac_call_media_search (call, FALSE);
      break;
    case TAC_ACTION_SEND_HOLD:
      tac_call_lane_send (call, TAC_CONTROL_HOLD, NULL, 0);
      break;
    case TAC_ACTION_SEND_RESUME:
      tac_call_lane_send (call, TAC_CONTROL_RESUME, NULL, 0);
      break;
    case TAC_ACTION_PEER_HOLDS:
      call->peer_holds = TRUE;
      break;
    case TAC_ACTION_PEER_RESUMES:
      call->peer_holds = FALSE;
      break;
    case TAC_ACTION_SEND_BYE:
      send_bye (call);
      break;
    case TAC_ACTION_END:
      end (call);
      break;
    case TAC_ACTION_RELEASE:
      g_idle_add_full (G_PRIORITY_DEFAULT, on_release, g_object_ref (call), g_object_unref);
      break;
    }
}

static void
follow_state (TacCall *call, TacCallState before)
{
  TacCallState state = call->machine.state;

  if (tac_call_silence_s (before) == 0)
    call->heard_us = g_get_monotonic_time ();
  if (state == TAC_CALL_RINGING_IN || state == TAC_CALL_RINGING_OUT)
    tac_call_stamp (call, TAC_STEP_RINGING, 0);
  if (state == TAC_CALL_RINGING_OUT)
    tac_call_media_ring_back (call);
}

static void
step (TacCall *call, TacCallEvent event)
{
  TacCallState before = call->machine.state;
  TacCallStep done = tac_call_machine_step (&call->machine, event);

  if (done.ignored)
    return;
  g_debug ("call %p: %s → %s", (void *)call, tac_call_state_name (before),
           tac_call_state_name (call->machine.state));
  for (guint timer = 0; timer < TAC_CALL_TIMERS; timer++)
    {
      if ((done.stop & (1u << timer)) != 0)
        tac_call_timer_stop (call, (TacCallTimer)timer);
      if ((done.start & (1u << timer)) != 0)
        tac_call_timer_start (call, (TacCallTimer)timer);
    }
  if (call->machine.state != before)
    follow_state (call, before);
  for (guint i = 0; i < done.n; i++)
    perform (call, done.actions[i]);
  tac_call_changed (call);
}

/* An action may be the cause of the next event: that one waits until all of this one is done. */
void
tac_call_dispatch (TacCall *call, TacCallEvent event)
{
  g_array_append_val (call->pending, event);
  if (call->stepping)
    return;
  call->stepping = TRUE;
  g_object_ref (call);
  while (call->pending->len > 0)
    {
      TacCallEvent next = g_array_index (call->pending, TacCallEvent, 0);

      g_array_remove_index (call->pending, 0);
      step (call, next);
    }
  call->stepping = FALSE;
  g_object_unref (call);
}

void
tac_call_event (TacCall *call, TacCallEventKind kind)
{
  tac_call_dispatch (call, (TacCallEvent){ .kind = kind });
}

void
tac_call_fail (TacCall *call, TacCallEventKind kind, const char *detail)
{
  if (call->machine.reason == TAC_REASON_NONE && detail != NULL)
    {
      g_free (call->detail);
      call->detail = g_strdup (detail);
    }
  tac_call_event (call, kind);
}

/* The world */

static gboolean
modem_is_gone (TacCall *call)
{
  switch (tac_modem_get_state (call->parts.modem))
    {
    case TAC_MODEM_NO_OFONO:
    case TAC_MODEM_NONE:
    case TAC_MODEM_OFF:
    case TAC_MODEM_NO_SIM:
      return TRUE;
    case TAC_MODEM_NOT_REGISTERED:
    case TAC_MODEM_READY:
      return FALSE;
    }
  return FALSE;
}

static void
on_modem_changed (TacCall *call)
{
  if (modem_is_gone (call))
    tac_call_event (call, TAC_EVENT_MODEM_GONE);
}

static void
on_data_lost (TacCall *call)
{
  call->holds_data = FALSE;
  tac_call_follow_addresses (call);
  if (modem_is_gone (call))
    tac_call_event (call, TAC_EVENT_MODEM_GONE);
  tac_call_fail (call, TAC_EVENT_DATA_LOST, "the network took it away during the call");
}

static void
on_address_changed (TacCall *call)
{
  if (call->holds_data)
    tac_call_follow_addresses (call);
}

TacCall *
tac_call_new (const TacCallParts *parts, const TacContact *peer, gboolean dialed,
              const char *warning)
{
  TacCall *call = g_object_new (TAC_TYPE_CALL, NULL);

  call->parts = *parts;
  call->contact = peer->id;
  call->peer_name = g_strdup (peer->name);
  call->warning = g_strdup (warning);
  call->quality.duration_ms = -1;
  call->peer_number = g_strdup (peer->number);
  memcpy (call->peer_key, peer->key, sizeof call->peer_key);
  call->trust = peer->trust;
  call->dialed = call->caller = dialed;
  g_signal_connect_object (parts->modem, "changed", G_CALLBACK (on_modem_changed), call,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (parts->data, "lost", G_CALLBACK (on_data_lost), call, G_CONNECT_SWAPPED);
  g_signal_connect_object (parts->data, "address-changed", G_CALLBACK (on_address_changed), call,
                           G_CONNECT_SWAPPED);
  return call;
}

void
tac_call_dial (TacCall *call)
{
  tac_call_stamp (call, TAC_STEP_DIALED, 0);
  tac_call_event (call, TAC_EVENT_DIAL);
}

static void
tac_call_init (TacCall *call)
{
  call->secrets = sodium_malloc (sizeof *call->secrets);
  if (call->secrets == NULL)
    g_error ("no guarded memory for a call's keys: raise RLIMIT_MEMLOCK");
  memset (call->secrets, 0, sizeof *call->secrets);
  call->pending = g_array_new (FALSE, FALSE, sizeof (TacCallEvent));
  call->cancellable = g_cancellable_new ();
  tac_congestion_init (&call->congestion);
}

static void
tac_call_finalize (GObject *object)
{
  TacCall *call = TAC_CALL (object);

  for (guint timer = 0; timer < TAC_CALL_TIMERS; timer++)
    tac_call_timer_stop (call, (TacCallTimer)timer);
  tac_call_media_stop (call);
  tac_call_drop_setup (call, NULL);
  tac_call_lane_close (call);
  g_clear_object (&call->cancellable);
  sodium_free (call->secrets); /* wipes first */
  g_array_unref (call->pending);
  g_free (call->detail);
  g_free (call->series);
  g_free (call->peer_name);
  g_free (call->peer_number);
  g_free (call->warning);
  G_OBJECT_CLASS (tac_call_parent_class)->finalize (object);
}

static void
tac_call_class_init (TacCallClass *class)
{
  G_OBJECT_CLASS (class)->finalize = tac_call_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", TAC_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_TONE] = g_signal_new ("tone", TAC_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_RINGING] = g_signal_new ("ringing", TAC_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_OVER] = g_signal_new ("over", TAC_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_RELEASED] = g_signal_new ("released", TAC_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 0);
}
