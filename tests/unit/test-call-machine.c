/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The call machine against a table of its own, written from the protocol. */
#include "daemon/call-machine.h"
#include "daemon/reasons.h"

#include <glib.h>
#include <string.h>

static const char *const event_names[TAC_CALL_EVENTS] = {
  "dial",          "invite",      "invite-again", "glare",     "superseded",  "data-up",
  "data-failed",   "data-lost",   "modem-gone",   "moved",     "gathered",    "path-found",
  "path-failed",   "sms-sent",    "sms-failed",   "reply",     "reply-busy",  "reply-declined",
  "reply-no-data", "ready",       "sas-commit",   "sas-nonce", "sas-reveal",  "sas-bad",
  "ringing",       "answer",      "hold",         "resume",    "bye",         "acknowledged",
  "violation",     "user-answer", "user-hangup",  "user-hold", "user-resume", "user-differs",
  "media-failed",  "silent",      "heard",        "timeout",
};
static const char *const timer_names[TAC_CALL_TIMERS]
    = { "repeat", "repeat-2", "give-up", "second-sms", "setup", "handshake",
        "ring",   "second",   "lost",    "unheard",    "bye",   "refuse" };
static const char *const action_names[TAC_CALL_ACTIONS] = { "none",
                                                            "raise-data",
                                                            "gather",
                                                            "send-invite",
                                                            "turn",
                                                            "make-reply",
                                                            "reply-by-sms",
                                                            "refuse-declined",
                                                            "refuse-no-data",
                                                            "send-handshake",
                                                            "check",
                                                            "send-ready",
                                                            "send-sas-commit",
                                                            "send-sas-nonce",
                                                            "send-sas-reveal",
                                                            "show-sas",
                                                            "send-ringing",
                                                            "ring",
                                                            "send-answer",
                                                            "prepare-media",
                                                            "start-media",
                                                            "hold-media",
                                                            "resume-media",
                                                            "stand",
                                                            "seek",
                                                            "found",
                                                            "send-hold",
                                                            "send-resume",
                                                            "peer-holds",
                                                            "peer-resumes",
                                                            "send-bye",
                                                            "end",
                                                            "release" };

/* "states: event -> next [reason], actions". "=" for next: it stays; its own name: its timers start
 * anew. "timeout TIMER" is an event. A
 * pair that stands nowhere changes nothing. */
static const char *const table[] = {
  /* The fast path: one SMS, HANDSHAKE in band. */
  "new: dial -> preparing-out raise-data",
  "preparing-out: data-up -> = gather",
  "preparing-out: gathered -> inviting send-invite",
  "inviting: sms-sent -> invited",
  "inviting invited invited-twice invited-thrice: path-found -> reached",
  "reached: reply -> committed send-ready send-sas-commit prepare-media",
  "committed: sas-nonce -> revealed send-sas-reveal show-sas stand",
  "revealed: ringing -> ringing-out",
  "ringing-out: answer -> active start-media",
  "new: invite -> preparing-in raise-data",
  "preparing-in: data-up -> = gather",
  "preparing-in: gathered -> checking make-reply",
  "checking checking-sms: path-found -> shaking send-handshake",
  "shaking: timeout handshake -> = send-handshake",
  "checking checking-sms shaking: ready -> awaiting-commit prepare-media",
  "awaiting-commit: sas-commit -> awaiting-reveal send-sas-nonce",
  "awaiting-reveal: sas-reveal -> ringing-in show-sas send-ringing stand ring",
  "ringing-in: user-answer -> active send-answer start-media",
  /* The second SMS. */
  "checking: timeout second-sms -> checking-sms reply-by-sms",
  "inviting invited invited-twice invited-thrice: reply -> replied check",
  "checking-sms: invite-again -> checking-sms reply-by-sms",
  "replied: path-found -> committed send-ready send-sas-commit prepare-media",
  /* Repeats, and giving up. */
  "invited: timeout repeat -> invited-twice send-invite",
  "invited-twice: timeout repeat-2 -> invited-thrice send-invite",
  "inviting invited invited-twice invited-thrice: timeout give-up -> ended unreachable end release",
  "inviting: sms-failed -> ended sms-failed end release",
  /* A REPLY that says no. */
  "inviting invited invited-twice invited-thrice reached: reply-busy -> ended busy end release",
  "inviting invited invited-twice invited-thrice reached: reply-declined -> ended remote-declined "
  "end release",
  "inviting invited invited-twice invited-thrice reached: reply-no-data -> ended remote-no-data "
  "end "
  "release",
  "preparing-in: data-failed -> refusing no-data refuse-no-data end",
  "preparing-in: user-hangup -> refusing declined refuse-declined end",
  "refusing: sms-sent -> ended release",
  "refusing: sms-failed -> ended release",
  "refusing: timeout refuse -> ended release",
  /* Glare, and a peer that has forgotten this call. */
  "preparing-out inviting invited invited-twice invited-thrice: glare -> preparing-in turn",
  "preparing-out inviting invited invited-twice invited-thrice reached replied preparing-in "
  "checking "
  "checking-sms shaking: superseded -> ended remote-hangup end release",
  "committed revealed awaiting-commit awaiting-reveal ringing-out ringing-in active held searching "
  "searching-held: superseded -> ended lost end release",
  "refusing ending-no-path ending-shaking ending ending-unheard: superseded -> ended release",
  /* Talking. */
  "active: user-hold -> held hold-media send-hold",
  "active held searching searching-held: user-differs -> ending sas-mismatch send-bye end",
  "held: user-resume -> active resume-media send-resume",
  "active held searching searching-held: hold -> = peer-holds",
  "active held searching searching-held: resume -> = peer-resumes",
  /* The network's moods. */
  "active: silent -> searching seek",
  "held: silent -> searching-held seek",
  "active: moved -> searching seek",
  "held: moved -> searching-held seek",
  "active: data-lost -> searching seek raise-data",
  "held: data-lost -> searching-held seek raise-data",
  "searching searching-held: data-lost -> = raise-data",
  "searching: heard -> active found",
  "searching-held: heard -> held found",
  "searching searching-held: timeout lost -> ending lost send-bye end",
  /* Hanging up, in every state. */
  "preparing-out inviting invited invited-twice invited-thrice reached replied: user-hangup -> "
  "ended "
  "hangup end release",
  "checking checking-sms: user-hangup -> ending-no-path declined send-bye end",
  "shaking: user-hangup -> ending-shaking declined send-bye end",
  "awaiting-commit awaiting-reveal ringing-in: user-hangup -> ending declined send-bye end",
  "committed revealed ringing-out active held searching searching-held: user-hangup -> ending "
  "hangup "
  "send-bye end",
  "shaking committed revealed awaiting-commit awaiting-reveal ringing-out ringing-in active held "
  "searching searching-held: bye -> ended bye end release",
  /* Nobody answers, nobody is there, the key does not fit. */
  "ringing-out ringing-in: timeout ring -> ending no-answer send-bye end",
  "ringing-out ringing-in: silent -> ending lost send-bye end",
  "awaiting-reveal: sas-bad -> ending sas-mismatch send-bye end",
  "replied checking checking-sms: timeout setup -> ended no-path end release",
  "reached shaking: timeout setup -> ended lost end release",
  "committed revealed awaiting-commit awaiting-reveal: timeout setup -> ending lost send-bye end",
  /* What breaks. */
  "committed revealed awaiting-commit awaiting-reveal ringing-out ringing-in active held searching "
  "searching-held: media-failed -> ending media-failed send-bye end",
  "committed revealed awaiting-commit awaiting-reveal ringing-out ringing-in active held searching "
  "searching-held: violation -> ending protocol-error send-bye end",
  "committed revealed awaiting-commit awaiting-reveal ringing-out ringing-in: modem-gone -> "
  "ending modem-gone send-bye end",
  "committed revealed awaiting-commit awaiting-reveal ringing-out ringing-in: data-lost -> "
  "ending no-data send-bye end",
  "preparing-out inviting invited invited-twice invited-thrice reached replied preparing-in "
  "checking "
  "checking-sms shaking: media-failed -> ended media-failed end release",
  "preparing-out inviting invited invited-twice invited-thrice reached replied preparing-in "
  "checking "
  "checking-sms shaking: violation -> ended protocol-error end release",
  "preparing-out inviting invited invited-twice invited-thrice reached replied preparing-in "
  "checking "
  "checking-sms shaking: modem-gone -> ended modem-gone end release",
  "preparing-out inviting invited invited-twice invited-thrice reached replied checking "
  "checking-sms "
  "shaking: data-failed -> ended no-data end release",
  "preparing-in: data-lost -> refusing no-data refuse-no-data end",
  "preparing-out inviting invited invited-twice invited-thrice reached replied checking "
  "checking-sms "
  "shaking: data-lost -> ended no-data end release",
  "preparing-out inviting invited invited-twice invited-thrice reached replied preparing-in "
  "checking "
  "checking-sms shaking: path-failed -> ended no-path end release",
  /* BYE on its way, while it is over for this user. */
  "ending-no-path: path-found -> ending-shaking send-handshake",
  "ending-shaking: timeout handshake -> = send-handshake",
  "ending-no-path ending-shaking: ready -> ending",
  "ending-no-path ending-shaking: timeout setup -> ended release",
  "ending: timeout unheard -> ending-unheard seek",
  "ending-unheard: timeout bye -> ended release",
  "ending-no-path ending-shaking ending ending-unheard: acknowledged -> ended release",
  "ending-no-path ending-shaking ending ending-unheard: bye -> ended release",
  "ending-no-path ending-shaking ending ending-unheard refusing: modem-gone -> ended release",
  "ending-no-path ending-shaking ending ending-unheard: data-lost -> ended release",
};

static guint
find_name (const char *const *names, guint n, const char *name)
{
  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (names[i], name) == 0)
      return i;
  return n;
}

static TacCallState
find_state (const char *name)
{
  for (guint i = 0; i < TAC_CALL_STATES; i++)
    if (g_str_equal (tac_call_state_name ((TacCallState)i), name))
      return (TacCallState)i;
  g_error ("the table names no state \"%s\"", name);
}

static TacCallReason
find_reason (const char *name)
{
  for (guint i = 1; i < TAC_CALL_REASONS; i++)
    if (g_str_equal (tac_reason_to_string ((TacCallReason)i), name))
      return (TacCallReason)i;
  return TAC_REASON_NONE;
}

typedef struct
{
  gboolean named;
  gboolean anew; /* its own state again, with its timers */
  TacCallState next;
  TacCallReason reason;
  gboolean reason_of_bye;
  guint n;
  TacCallAction actions[TAC_CALL_ACTIONS_MAX];
} Expected;

static Expected expected[TAC_CALL_STATES][TAC_CALL_EVENTS][TAC_CALL_TIMERS];

static void
parse_effect (Expected *row, TacCallState from, char **words)
{
  row->named = TRUE;
  row->next = g_str_equal (words[0], "=") ? from : find_state (words[0]);
  row->anew = row->next == from && !g_str_equal (words[0], "=");
  for (guint i = 1; words[i] != NULL; i++)
    {
      guint action = find_name (action_names, TAC_CALL_ACTIONS, words[i]);

      if (action < TAC_CALL_ACTIONS)
        row->actions[row->n++] = (TacCallAction)action;
      else if (g_str_equal (words[i], "bye"))
        row->reason_of_bye = TRUE;
      else if ((row->reason = find_reason (words[i])) == TAC_REASON_NONE)
        g_error ("neither reason nor action: \"%s\"", words[i]);
    }
}

static void
parse_row (const char *text)
{
  g_auto (GStrv) halves = g_strsplit (text, " -> ", 2);
  g_auto (GStrv) left = g_strsplit (halves[0], ": ", 2);
  g_auto (GStrv) froms = g_strsplit (left[0], " ", 0);
  g_auto (GStrv) event = g_strsplit (left[1], " ", 2);
  g_auto (GStrv) effect = g_strsplit (halves[1], " ", 0);
  guint kind = find_name (event_names, TAC_CALL_EVENTS, event[0]);
  guint timer = event[1] != NULL ? find_name (timer_names, TAC_CALL_TIMERS, event[1]) : 0;

  g_assert_cmpuint (kind, <, TAC_CALL_EVENTS);
  g_assert_cmpuint (timer, <, TAC_CALL_TIMERS);
  for (guint i = 0; froms[i] != NULL; i++)
    {
      TacCallState from = find_state (froms[i]);
      Expected *row = &expected[from][kind][timer];

      if (row->named)
        g_error ("the table has two rows for %s", text);
      parse_effect (row, from, effect);
    }
}

static void
parse_table (void)
{
  memset (expected, 0, sizeof expected);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    parse_row (table[i]);
}

static void
check_named (const Expected *row, TacCallState from, TacCallEvent event)
{
  TacCallMachine machine = { from, TAC_REASON_NONE };
  TacCallStep step = tac_call_machine_step (&machine, event);
  unsigned before = tac_call_state_timers (from), after = tac_call_state_timers (row->next);

  g_test_message ("%s, %s %s", tac_call_state_name (from), event_names[event.kind],
                  event.kind == TAC_EVENT_TIMEOUT ? timer_names[event.timer] : "");
  g_assert_false (step.ignored);
  g_assert_cmpstr (tac_call_state_name (machine.state), ==, tac_call_state_name (row->next));
  g_assert_cmpint (machine.reason, ==,
                   row->reason_of_bye ? tac_reason_from_bye (event.bye) : row->reason);
  g_assert_cmpuint (step.n, ==, row->n);
  for (guint i = 0; i < row->n; i++)
    g_assert_cmpstr (action_names[step.actions[i]], ==, action_names[row->actions[i]]);
  g_assert_cmpuint (step.stop, ==, row->anew ? after : before & ~after);
  g_assert_cmpuint (step.start, ==, row->anew ? after : after & ~before);
}

/* Every state with every event: what the table names happens, and nothing else does. */
static void
test_table (void)
{
  parse_table ();
  for (guint from = 0; from < TAC_CALL_STATES; from++)
    for (guint kind = 0; kind < TAC_CALL_EVENTS; kind++)
      for (guint argument = 0; argument < TAC_CALL_TIMERS; argument++)
        {
          const guint timer = kind == TAC_EVENT_TIMEOUT ? argument : 0;
          const Expected *row = &expected[from][kind][timer];
          TacCallEvent event = { .kind = (TacCallEventKind)kind,
                                 .bye = (TacByeReason)(argument % (TAC_BYE_PROTOCOL + 1)),
                                 .timer = (TacCallTimer)timer };
          TacCallMachine machine = { (TacCallState)from, TAC_REASON_NONE };

          if (row->named)
            check_named (row, machine.state, event);
          else
            {
              if (!tac_call_machine_step (&machine, event).ignored)
                g_error ("%s heeds %s %s", tac_call_state_name ((TacCallState)from),
                         event_names[kind], timer_names[timer]);
              g_assert_cmpint (machine.state, ==, from);
              g_assert_cmpint (machine.reason, ==, TAC_REASON_NONE);
            }
        }
}

/* A timer that runs out does something, save the one that only measures. */
static void
test_timers_have_rows (void)
{
  for (guint state = 0; state < TAC_CALL_STATES; state++)
    for (guint timer = 0; timer < TAC_CALL_TIMERS; timer++)
      {
        TacCallMachine machine = { (TacCallState)state, TAC_REASON_NONE };
        TacCallEvent event = { .kind = TAC_EVENT_TIMEOUT, .timer = (TacCallTimer)timer };
        gboolean runs = (tac_call_state_timers (machine.state) & (1u << timer)) != 0;

        if (timer != TAC_TIMER_SECOND)
          g_assert_cmpint (!tac_call_machine_step (&machine, event).ignored, ==, runs);
      }
}

/* No state is a trap: with no more events than timers and BYE's end, every call ends. States that
 * wait for something else are those that wait for data, which has a time-out of its own, and
 * talking. */
static gboolean
reaches_end (TacCallState state, guint depth)
{
  if (state == TAC_CALL_ENDED)
    return TRUE;
  for (guint timer = 0; depth > 0 && timer < TAC_CALL_TIMERS; timer++)
    {
      TacCallMachine machine = { state, TAC_REASON_NONE };

      if ((tac_call_state_timers (state) & (1u << timer)) != 0)
        tac_call_machine_step (
            &machine, (TacCallEvent){ .kind = TAC_EVENT_TIMEOUT, .timer = (TacCallTimer)timer });
      if (machine.state != state && reaches_end (machine.state, depth - 1))
        return TRUE;
    }
  return FALSE;
}

static void
test_no_trap (void)
{
  for (guint state = TAC_CALL_PREPARING_OUT; state < TAC_CALL_STATES; state++)
    {
      TacCallMachine machine = { (TacCallState)state, TAC_REASON_NONE };

      if (state == TAC_CALL_PREPARING_OUT || state == TAC_CALL_PREPARING_IN)
        tac_call_machine_step (&machine, (TacCallEvent){ .kind = TAC_EVENT_DATA_FAILED });
      else if (state == TAC_CALL_ACTIVE || state == TAC_CALL_HELD)
        tac_call_machine_step (&machine, (TacCallEvent){ .kind = TAC_EVENT_SILENT });
      g_test_message ("%s", tac_call_state_name ((TacCallState)state));
      g_assert_true (reaches_end (machine.state, 4));
    }
}

static void
test_reasons (void)
{
  for (guint i = 1; i < TAC_CALL_REASONS; i++)
    {
      TacCallReason reason = (TacCallReason)i;
      g_autofree char *plain = tac_reason_to_text (reason, "Bob 100%s", NULL);
      g_autofree char *detailed = tac_reason_to_text (reason, "Bob", "it is raining");

      g_assert_cmpstr (tac_reason_to_string (reason), !=, "");
      g_assert_cmpuint (strlen (plain), >, 8);
      g_assert_nonnull (strstr (detailed, "it is raining"));
      g_assert_null (strstr (detailed, "%s"));
    }
  for (guint bye = 0; bye <= TAC_BYE_PROTOCOL; bye++)
    g_assert_cmpint (tac_reason_to_bye (tac_reason_from_bye ((TacByeReason)bye)), ==, bye);
  g_assert_cmpint (tac_reason_from_bye ((TacByeReason)200), ==, TAC_REASON_PROTOCOL_ERROR);
  g_assert_null (tac_reason_to_missed (TAC_REASON_DECLINED));
  g_assert_cmpstr (tac_reason_to_missed (TAC_REASON_NO_ANSWER), ==, "no-answer");
}

/* What this phone's user did needs no tone; nor does what rang here in vain. */
static void
test_tones (void)
{
  for (guint i = 1; i < TAC_CALL_REASONS; i++)
    {
      TacCallReason reason = (TacCallReason)i;
      gboolean own = reason == TAC_REASON_HANGUP || reason == TAC_REASON_DECLINED
                     || reason == TAC_REASON_MEDIA_FAILED;
      gboolean busy = reason == TAC_REASON_BUSY || reason == TAC_REASON_REMOTE_DECLINED;
      TacToneKind tone = own ? TAC_TONE_NONE : busy ? TAC_TONE_BUSY : TAC_TONE_ENDED;

      g_assert_cmpint (tac_reason_to_tone (reason, false, false), ==, TAC_TONE_NONE);
      g_assert_cmpint (tac_reason_to_tone (reason, true, false), ==, tone);
      g_assert_cmpint (tac_reason_to_tone (reason, false, true), ==, tone);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call-machine/table", test_table);
  g_test_add_func ("/call-machine/timers-have-rows", test_timers_have_rows);
  g_test_add_func ("/call-machine/no-trap", test_no_trap);
  g_test_add_func ("/call-machine/reasons", test_reasons);
  g_test_add_func ("/call-machine/tones", test_tones);
  return g_test_run ();
}
