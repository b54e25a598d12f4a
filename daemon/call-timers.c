/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's timers on the main loop. */
#include "daemon/call-private.h"

static guint
duration_ms (TacCall *call, TacCallTimer timer)
{
  switch (timer)
    {
    case TAC_TIMER_REPEAT:
      return 8000;
    case TAC_TIMER_REPEAT_2:
      return 12000;
    case TAC_TIMER_GIVE_UP:
    case TAC_TIMER_REFUSE:
      return 60000;
    case TAC_TIMER_SECOND_SMS:
      return 1500;
    case TAC_TIMER_SETUP:
      return 20000;
    case TAC_TIMER_HANDSHAKE:
      return 200;
    case TAC_TIMER_RING: /* the callee's ends first, so that both phones tell the same */
      return 1000 * call->parts.config->ring_timeout_s + (call->caller ? 2000 : 0);
    case TAC_TIMER_SECOND:
      return 1000;
    case TAC_TIMER_LOST:
      return 30000;
    case TAC_TIMER_UNHEARD: /* BYE was said twice: only this phone may think that its path works */
      return 800;
    case TAC_TIMER_BYE: /* six or seven times in all, however much is lost */
      return 5200;
    }
  g_return_val_if_reached (0);
}

static gboolean
is_periodic (TacCallTimer timer)
{
  return timer == TAC_TIMER_HANDSHAKE || timer == TAC_TIMER_SECOND;
}

typedef struct
{
  TacCall *call;
  TacCallTimer timer;
} Running;

static gboolean
on_timeout (gpointer user_data)
{
  Running *running = user_data;
  TacCall *call = running->call;
  TacCallTimer timer = running->timer;
  gboolean periodic = is_periodic (timer);

  g_object_ref (call); /* this may be its end */
  if (!periodic)
    call->timers[timer] = 0;
  if (timer == TAC_TIMER_SECOND)
    tac_call_second (call);
  else
    tac_call_dispatch (call, (TacCallEvent){ .kind = TAC_EVENT_TIMEOUT, .timer = timer });
  g_object_unref (call);
  return periodic ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
tac_call_timer_start (TacCall *call, TacCallTimer timer)
{
  guint ms = duration_ms (call, timer);
  Running *running = g_new (Running, 1);

  tac_call_timer_stop (call, timer);
  *running = (Running){ call, timer };
  /* Whole seconds may be late by a part of one, together with the rest of the system. */
  if (ms % 1000 == 0 && ms >= 2000)
    call->timers[timer]
        = g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, ms / 1000, on_timeout, running, g_free);
  else
    call->timers[timer] = g_timeout_add_full (G_PRIORITY_DEFAULT, ms, on_timeout, running, g_free);
}

void
tac_call_timer_stop (TacCall *call, TacCallTimer timer)
{
  g_clear_handle_id (&call->timers[timer], g_source_remove);
}
