/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The call machine where chance leads it, alone and against another one. */
#include "daemon/call-machine.h"
#include "daemon/reasons.h"

#include <glib.h>

static TacCallEvent
random_event (void)
{
  return (TacCallEvent){ .kind = (TacCallEventKind)g_test_rand_int_range (0, TAC_CALL_EVENTS),
                         .bye = (TacByeReason)g_test_rand_int_range (0, TAC_BYE_PROTOCOL + 1),
                         .timer = (TacCallTimer)g_test_rand_int_range (0, TAC_CALL_TIMERS) };
}

/* What a step says, and the state it leads to, fit what came before. */
typedef struct
{
  TacCallMachine machine;
  unsigned timers;
  gboolean ready, over, released;
} Walk;

static void
check_step (Walk *walk, TacCallStep step)
{
  g_assert_cmpuint (step.stop & ~walk->timers, ==, 0);
  g_assert_cmpuint (step.start & walk->timers & ~step.stop, ==, 0);
  walk->timers = (walk->timers & ~step.stop) | step.start;
  g_assert_cmpuint (walk->timers, ==, tac_call_state_timers (walk->machine.state));
  for (guint i = 0; i < step.n; i++)
    {
      if (step.actions[i] == TAC_ACTION_RING || step.actions[i] == TAC_ACTION_START_MEDIA)
        g_assert_true (walk->ready);
      if (step.actions[i] == TAC_ACTION_END)
        {
          g_assert_false (walk->over);
          walk->over = TRUE;
        }
      if (step.actions[i] == TAC_ACTION_RELEASE)
        {
          g_assert_false (walk->released);
          walk->released = TRUE;
        }
    }
  g_assert_cmpint (walk->over, ==, walk->machine.reason != TAC_REASON_NONE);
  g_assert_cmpint (walk->over, ==, tac_call_state_over (walk->machine.state));
  g_assert_cmpint (walk->released, ==, walk->machine.state == TAC_CALL_ENDED);
}

static void
walk_at_random (void)
{
  static const TacCallEventKind starts[] = { TAC_EVENT_DIAL, TAC_EVENT_INVITE };
  Walk walk = { .machine = { TAC_CALL_NEW, TAC_REASON_NONE } };
  TacCallReason reason;
  guint steps;

  check_step (&walk,
              tac_call_machine_step (
                  &walk.machine, (TacCallEvent){ .kind = starts[g_test_rand_int_range (0, 2)] }));
  for (steps = 0; walk.machine.state != TAC_CALL_ENDED && steps < 100000; steps++)
    {
      TacCallEvent event = random_event ();

      /* READY for the callee; for the caller, SAS_NONCE proves as much. */
      if ((event.kind == TAC_EVENT_READY
           && (walk.machine.state == TAC_CALL_SHAKING || walk.machine.state == TAC_CALL_CHECKING
               || walk.machine.state == TAC_CALL_CHECKING_SMS))
          || (event.kind == TAC_EVENT_SAS_NONCE && walk.machine.state == TAC_CALL_COMMITTED))
        walk.ready = TRUE;
      check_step (&walk, tac_call_machine_step (&walk.machine, event));
    }
  g_assert_cmpint (walk.machine.state, ==, TAC_CALL_ENDED);
  g_assert_cmpuint (walk.timers, ==, 0);
  reason = walk.machine.reason;
  for (steps = 0; steps < 100; steps++)
    g_assert_true (tac_call_machine_step (&walk.machine, random_event ()).ignored);
  g_assert_cmpint (walk.machine.reason, ==, reason);
}

static void
test_random_walks (void)
{
  for (guint i = 0; i < 5000; i++)
    walk_at_random ();
}

/* Two machines. What one sends, the other gets in order (the control lane sees to it), unless the
 * network is cut. Time passes only when nothing is under way. */
typedef struct Peer Peer;
struct Peer
{
  TacCallMachine machine;
  GQueue inbox; /* TacCallEvent */
  Peer *other;
  gboolean cut;
};

static void
deliver (Peer *to, TacCallEvent event)
{
  if (!to->cut)
    g_queue_push_tail (&to->inbox, g_memdup2 (&event, sizeof event));
}

static void
own (Peer *peer, TacCallEventKind kind)
{
  TacCallEvent event = { .kind = kind };

  g_queue_push_tail (&peer->inbox, g_memdup2 (&event, sizeof event));
}

static void
act (Peer *peer, TacCallAction action)
{
  static const struct
  {
    TacCallAction action;
    gboolean own;
    TacCallEventKind event;
  } effects[] = {
    { TAC_ACTION_RAISE_DATA, TRUE, TAC_EVENT_DATA_UP },
    { TAC_ACTION_GATHER, TRUE, TAC_EVENT_GATHERED },
    { TAC_ACTION_SEND_INVITE, TRUE, TAC_EVENT_SMS_SENT },
    { TAC_ACTION_SEND_INVITE, FALSE, TAC_EVENT_INVITE },
    { TAC_ACTION_SEND_INVITE, FALSE, TAC_EVENT_INVITE_AGAIN },
    { TAC_ACTION_REPLY_BY_SMS, FALSE, TAC_EVENT_REPLY },
    { TAC_ACTION_MAKE_REPLY, TRUE, TAC_EVENT_PATH_FOUND },
    { TAC_ACTION_MAKE_REPLY, FALSE, TAC_EVENT_PATH_FOUND },
    { TAC_ACTION_SEND_HANDSHAKE, FALSE, TAC_EVENT_REPLY },
    { TAC_ACTION_REFUSE_DECLINED, FALSE, TAC_EVENT_REPLY_DECLINED },
    { TAC_ACTION_REFUSE_DECLINED, TRUE, TAC_EVENT_SMS_SENT },
    { TAC_ACTION_REFUSE_NO_DATA, FALSE, TAC_EVENT_REPLY_NO_DATA },
    { TAC_ACTION_REFUSE_NO_DATA, TRUE, TAC_EVENT_SMS_SENT },
    { TAC_ACTION_SEND_READY, FALSE, TAC_EVENT_READY },
    { TAC_ACTION_SEND_SAS_COMMIT, FALSE, TAC_EVENT_SAS_COMMIT },
    { TAC_ACTION_SEND_SAS_NONCE, FALSE, TAC_EVENT_SAS_NONCE },
    { TAC_ACTION_SEND_SAS_REVEAL, FALSE, TAC_EVENT_SAS_REVEAL },
    { TAC_ACTION_SEND_RINGING, FALSE, TAC_EVENT_RINGING },
    { TAC_ACTION_SEND_ANSWER, FALSE, TAC_EVENT_ANSWER },
    { TAC_ACTION_SEND_HOLD, FALSE, TAC_EVENT_HOLD },
    { TAC_ACTION_SEND_RESUME, FALSE, TAC_EVENT_RESUME },
  };

  for (guint i = 0; i < G_N_ELEMENTS (effects); i++)
    if (effects[i].action == action && effects[i].own)
      own (peer, effects[i].event);
    else if (effects[i].action == action)
      deliver (peer->other, (TacCallEvent){ .kind = effects[i].event });
  if (action == TAC_ACTION_SEND_BYE)
    {
      deliver (peer->other, (TacCallEvent){ .kind = TAC_EVENT_BYE,
                                            .bye = tac_reason_to_bye (peer->machine.reason) });
      if (!peer->cut && !peer->other->cut)
        own (peer, TAC_EVENT_ACKNOWLEDGED);
    }
}

static void
feed (Peer *peer, TacCallEvent event)
{
  TacCallStep step = tac_call_machine_step (&peer->machine, event);

  for (guint i = 0; i < step.n; i++)
    act (peer, step.actions[i]);
}

static gboolean
drain_one (Peer *peer)
{
  g_autofree TacCallEvent *event = g_queue_pop_head (&peer->inbox);

  if (event != NULL)
    feed (peer, *event);
  return event != NULL;
}

/* The first of its timers, in the machine's order; silence once the network is cut. */
static gboolean
wait_for_time (Peer *peer)
{
  unsigned timers = tac_call_state_timers (peer->machine.state) & ~(1u << TAC_TIMER_SECOND);

  if (peer->cut && tac_call_silence_s (peer->machine.state) > 0)
    feed (peer, (TacCallEvent){ .kind = TAC_EVENT_SILENT });
  else if (timers != 0)
    feed (peer, (TacCallEvent){ .kind = TAC_EVENT_TIMEOUT,
                                .timer = (TacCallTimer)g_bit_nth_lsf (timers, -1) });
  else
    return FALSE;
  return TRUE;
}

static const TacCallEventKind whims[]
    = { TAC_EVENT_USER_ANSWER, TAC_EVENT_USER_HANGUP,  TAC_EVENT_USER_HOLD,
        TAC_EVENT_USER_RESUME, TAC_EVENT_MEDIA_FAILED, TAC_EVENT_MODEM_GONE,
        TAC_EVENT_DATA_FAILED, TAC_EVENT_USER_DIFFERS, TAC_EVENT_DATA_LOST,
        TAC_EVENT_MOVED };

static void
live (Peer peers[2])
{
  guint chatter = (guint)g_test_rand_int_range (0, 60);

  for (guint round = 0; round < 2000; round++)
    {
      Peer *peer = &peers[g_test_rand_int_range (0, 2)];

      if (round == chatter)
        peers[0].cut = peers[1].cut = g_test_rand_bit ();
      if (round < chatter && g_test_rand_int_range (0, 8) == 0)
        feed (peer, (TacCallEvent){ .kind = whims[g_test_rand_int_range (0, 4)] });
      else if (g_test_rand_int_range (0, 200) == 0)
        feed (peer,
              (TacCallEvent){ .kind = whims[g_test_rand_int_range (0, G_N_ELEMENTS (whims))] });
      if (!drain_one (peer) && !drain_one (peer->other) && !wait_for_time (peer))
        wait_for_time (peer->other);
    }
  /* Whoever still talks hangs up. */
  feed (&peers[0], (TacCallEvent){ .kind = TAC_EVENT_USER_HANGUP });
  for (guint round = 0; round < 500; round++)
    if (!drain_one (&peers[0]) && !drain_one (&peers[1]) && !wait_for_time (&peers[0])
        && !wait_for_time (&peers[1]))
      break;
}

static void
test_two_agree (void)
{
  for (guint i = 0; i < 1000; i++)
    {
      Peer peers[2] = { { .machine = { TAC_CALL_NEW, TAC_REASON_NONE } },
                        { .machine = { TAC_CALL_NEW, TAC_REASON_NONE } } };

      peers[0].other = &peers[1];
      peers[1].other = &peers[0];
      feed (&peers[0], (TacCallEvent){ .kind = TAC_EVENT_DIAL });
      live (peers);
      g_assert_cmpstr (tac_call_state_name (peers[0].machine.state), ==, "ended");
      g_assert_cmpint (peers[0].machine.reason, !=, TAC_REASON_NONE);
      if (peers[1].machine.state != TAC_CALL_NEW) /* the invitation came */
        g_assert_cmpstr (tac_call_state_name (peers[1].machine.state), ==, "ended");
      for (guint side = 0; side < 2; side++)
        g_queue_clear_full (&peers[side].inbox, g_free);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call-model/random-walks", test_random_walks);
  g_test_add_func ("/call-model/two-agree", test_two_agree);
  return g_test_run ();
}
