/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clang-format off */
/* The life of a call. All of it is in two tables: what a state is, and what an event does there.
 *
 *   caller                                                callee
 *   preparing-out     data up, candidates gathered
 *   inviting          ---- INVITE, one SMS ----------->   preparing-in      data up, candidates
 *   invited …         <=== checks towards the caller ==   checking          1.5 s, then by SMS too
 *   reached           <--- HANDSHAKE (REPLY) ----------   shaking           every 200 ms
 *   committed         ---- READY, SAS_COMMIT --------->   awaiting-commit   the caller is there, now
 *                     <--- SAS_NONCE ------------------   awaiting-reveal
 *   revealed          ---- SAS_REVEAL ---------------->   ringing-in        only now it may ring
 *   ringing-out       <--- RINGING --------------------
 *   active            <--- ANSWER ---------------------   active
 *
 * Where REPLY comes by SMS, replied takes the place of reached. A pair of state and event that no
 * row names changes nothing: whatever the network repeats, delays or makes up is no event here.
 * Entering a state that is over for the user adds END, entering ended adds RELEASE. */
/* clang-format on */
#include "daemon/call-machine.h"

#include "daemon/reasons.h"

#define S(state) (1u << TAC_CALL_##state)
#define T(timer) (1u << TAC_TIMER_##timer)

_Static_assert(TAC_CALL_ENDED + 1 == TAC_CALL_STATES && TAC_CALL_STATES <= 32, "states");
_Static_assert(TAC_EVENT_TIMEOUT + 1 == TAC_CALL_EVENTS, "events");
_Static_assert(TAC_TIMER_REFUSE + 1 == TAC_CALL_TIMERS, "timers");
_Static_assert(TAC_ACTION_RELEASE + 1 == TAC_CALL_ACTIONS, "actions");

#define RINGING_SILENCE_S 10
#define TALKING_SILENCE_S 3

/* What a state is: its name, how D-Bus and people call it, its timers, when silence matters. */
static const struct
{
  const char *name, *dbus, *waiting;
  unsigned timers, silence_s;
} states[TAC_CALL_STATES] = {
  [TAC_CALL_NEW] = { "new", "preparing", "", 0, 0 },
  [TAC_CALL_PREPARING_OUT] = { "preparing-out", "preparing", "Waiting for mobile data", 0, 0 },
  [TAC_CALL_INVITING]
  = { "inviting", "inviting", "Waiting for the network to take the SMS", T (GIVE_UP), 0 },
  [TAC_CALL_INVITED]
  = { "invited", "inviting", "SMS sent, waiting for the other phone", T (GIVE_UP) | T (REPEAT), 0 },
  [TAC_CALL_INVITED_TWICE]
  = { "invited-twice", "inviting", "SMS sent twice, waiting for the other phone",
      T (GIVE_UP) | T (REPEAT_2), 0 },
  [TAC_CALL_INVITED_THRICE]
  = { "invited-thrice", "inviting", "SMS sent three times, waiting for the other phone",
      T (GIVE_UP), 0 },
  [TAC_CALL_REACHED] = { "reached", "securing", "Path found, exchanging keys", T (SETUP), 0 },
  [TAC_CALL_REPLIED]
  = { "replied", "connecting", "The other phone is there, looking for a path", T (SETUP), 0 },
  [TAC_CALL_COMMITTED] = { "committed", "securing", "Exchanging keys", T (SETUP), 0 },
  [TAC_CALL_REVEALED] = { "revealed", "securing", "Exchanging keys", T (SETUP), 0 },
  [TAC_CALL_RINGING_OUT]
  = { "ringing-out", "ringing", "Waiting for an answer", T (RING) | T (SECOND), RINGING_SILENCE_S },

  [TAC_CALL_PREPARING_IN] = { "preparing-in", "preparing", "Waiting for mobile data", 0, 0 },
  [TAC_CALL_CHECKING]
  = { "checking", "connecting", "Looking for a path", T (SECOND_SMS) | T (SETUP), 0 },
  [TAC_CALL_CHECKING_SMS]
  = { "checking-sms", "connecting", "Looking for a path, answer sent by SMS", T (SETUP), 0 },
  [TAC_CALL_SHAKING]
  = { "shaking", "securing", "Path found, exchanging keys", T (HANDSHAKE) | T (SETUP), 0 },
  [TAC_CALL_AWAITING_COMMIT] = { "awaiting-commit", "securing", "Exchanging keys", T (SETUP), 0 },
  [TAC_CALL_AWAITING_REVEAL] = { "awaiting-reveal", "securing", "Exchanging keys", T (SETUP), 0 },
  [TAC_CALL_RINGING_IN] = { "ringing-in", "ringing", "Waiting for you to answer",
                            T (RING) | T (SECOND), RINGING_SILENCE_S },

  [TAC_CALL_ACTIVE] = { "active", "active", "", T (SECOND), TALKING_SILENCE_S },
  [TAC_CALL_HELD] = { "held", "held", "", T (SECOND), TALKING_SILENCE_S },
  [TAC_CALL_SEARCHING] = { "searching", "reconnecting", "Nothing is heard from the other phone",
                           T (SECOND) | T (LOST), 0 },
  [TAC_CALL_SEARCHING_HELD] = { "searching-held", "reconnecting",
                                "Nothing is heard from the other phone", T (SECOND) | T (LOST), 0 },

  [TAC_CALL_REFUSING] = { "refusing", "ended", "", T (REFUSE), 0 },
  [TAC_CALL_ENDING_NO_PATH] = { "ending-no-path", "ended", "", T (SETUP), 0 },
  [TAC_CALL_ENDING_SHAKING] = { "ending-shaking", "ended", "", T (HANDSHAKE) | T (SETUP), 0 },
  [TAC_CALL_ENDING] = { "ending", "ended", "", T (UNHEARD), 0 },
  [TAC_CALL_ENDING_UNHEARD] = { "ending-unheard", "ended", "", T (BYE), 0 },
  [TAC_CALL_ENDED] = { "ended", "ended", "", 0, 0 },
};

#define INVITES (S (INVITING) | S (INVITED) | S (INVITED_TWICE) | S (INVITED_THRICE))
#define BEFORE_REPLY_OUT (S (PREPARING_OUT) | INVITES | S (REACHED))
#define CHECKS (S (CHECKING) | S (CHECKING_SMS))
#define SECURING_OUT (S (COMMITTED) | S (REVEALED))
#define SECURING_IN (S (AWAITING_COMMIT) | S (AWAITING_REVEAL))
#define RINGS (S (RINGING_OUT) | S (RINGING_IN))
#define SEARCHES (S (SEARCHING) | S (SEARCHING_HELD))
#define TALKS (S (ACTIVE) | S (HELD) | SEARCHES)
#define CONNECTED (SECURING_OUT | SECURING_IN | RINGS | TALKS) /* BYE reaches the peer */
#define ENDINGS (S (ENDING_NO_PATH) | S (ENDING_SHAKING) | S (ENDING) | S (ENDING_UNHEARD))
#define UNCONNECTED (BEFORE_REPLY_OUT | S (REPLIED) | S (PREPARING_IN) | CHECKS | S (SHAKING))
#define ALIVE (UNCONNECTED | CONNECTED)

/* What an event does. The first row that fits counts. STAY keeps the state and its timers; a row
 * that leads to the state it comes from starts its timers anew. */
#define STAY TAC_CALL_NEW
#define BYE_REASON TAC_CALL_REASONS /* the reason that the peer's BYE gives */
#define ON(event) TAC_EVENT_##event, 0
#define AFTER(timer) TAC_EVENT_TIMEOUT, TAC_TIMER_##timer
#define TO(state) TAC_CALL_##state
#define WHY(reason) TAC_REASON_##reason
#define DO(action) TAC_ACTION_##action

static const struct Row
{
  unsigned from;
  TacCallEventKind event;
  unsigned timer;
  TacCallState to;
  unsigned reason;
  TacCallAction actions[5];
} table[] = {
  /* The caller's way up. */
  { S (NEW), ON (DIAL), TO (PREPARING_OUT), 0, { DO (RAISE_DATA) } },
  { S (PREPARING_OUT), ON (DATA_UP), STAY, 0, { DO (GATHER) } },
  { S (PREPARING_OUT), ON (GATHERED), TO (INVITING), 0, { DO (SEND_INVITE) } },
  { S (INVITING), ON (SMS_SENT), TO (INVITED), 0, { 0 } },
  { S (INVITING), ON (SMS_FAILED), TO (ENDED), WHY (SMS_FAILED), { 0 } },
  { S (INVITED), AFTER (REPEAT), TO (INVITED_TWICE), 0, { DO (SEND_INVITE) } },
  { S (INVITED_TWICE), AFTER (REPEAT_2), TO (INVITED_THRICE), 0, { DO (SEND_INVITE) } },
  { INVITES, AFTER (GIVE_UP), TO (ENDED), WHY (UNREACHABLE), { 0 } },
  { INVITES, ON (PATH_FOUND), TO (REACHED), 0, { 0 } },
  { INVITES, ON (REPLY), TO (REPLIED), 0, { DO (CHECK) } },
  { S (REACHED),
    ON (REPLY),
    TO (COMMITTED),
    0,
    { DO (SEND_READY), DO (SEND_SAS_COMMIT), DO (PREPARE_MEDIA) } },
  { S (REPLIED),
    ON (PATH_FOUND),
    TO (COMMITTED),
    0,
    { DO (SEND_READY), DO (SEND_SAS_COMMIT), DO (PREPARE_MEDIA) } },
  { S (COMMITTED),
    ON (SAS_NONCE),
    TO (REVEALED),
    0,
    { DO (SEND_SAS_REVEAL), DO (SHOW_SAS), DO (STAND) } },
  { S (REVEALED), ON (RINGING), TO (RINGING_OUT), 0, { 0 } },
  { S (RINGING_OUT), ON (ANSWER), TO (ACTIVE), 0, { DO (START_MEDIA) } },
  { INVITES | S (REACHED), ON (REPLY_BUSY), TO (ENDED), WHY (BUSY), { 0 } },
  { INVITES | S (REACHED), ON (REPLY_DECLINED), TO (ENDED), WHY (REMOTE_DECLINED), { 0 } },
  { INVITES | S (REACHED), ON (REPLY_NO_DATA), TO (ENDED), WHY (REMOTE_NO_DATA), { 0 } },

  /* The callee's. */
  { S (NEW), ON (INVITE), TO (PREPARING_IN), 0, { DO (RAISE_DATA) } },
  { S (PREPARING_OUT) | INVITES, ON (GLARE), TO (PREPARING_IN), 0, { DO (TURN) } },
  { S (PREPARING_IN), ON (DATA_UP), STAY, 0, { DO (GATHER) } },
  { S (PREPARING_IN), ON (DATA_FAILED), TO (REFUSING), WHY (NO_DATA), { DO (REFUSE_NO_DATA) } },
  { S (PREPARING_IN), ON (DATA_LOST), TO (REFUSING), WHY (NO_DATA), { DO (REFUSE_NO_DATA) } },
  { S (PREPARING_IN), ON (GATHERED), TO (CHECKING), 0, { DO (MAKE_REPLY) } },
  { S (CHECKING), AFTER (SECOND_SMS), TO (CHECKING_SMS), 0, { DO (REPLY_BY_SMS) } },
  { S (CHECKING_SMS), ON (INVITE_AGAIN), TO (CHECKING_SMS), 0, { DO (REPLY_BY_SMS) } },
  { CHECKS, ON (PATH_FOUND), TO (SHAKING), 0, { DO (SEND_HANDSHAKE) } },
  { S (SHAKING) | S (ENDING_SHAKING), AFTER (HANDSHAKE), STAY, 0, { DO (SEND_HANDSHAKE) } },
  /* It may overtake what ICE says of the path by which it came. */
  { CHECKS | S (SHAKING), ON (READY), TO (AWAITING_COMMIT), 0, { DO (PREPARE_MEDIA) } },
  { S (AWAITING_COMMIT), ON (SAS_COMMIT), TO (AWAITING_REVEAL), 0, { DO (SEND_SAS_NONCE) } },
  { S (AWAITING_REVEAL),
    ON (SAS_REVEAL),
    TO (RINGING_IN),
    0,
    { DO (SHOW_SAS), DO (SEND_RINGING), DO (STAND), DO (RING) } },
  { S (AWAITING_REVEAL), ON (SAS_BAD), TO (ENDING), WHY (SAS_MISMATCH), { DO (SEND_BYE) } },
  { S (RINGING_IN), ON (USER_ANSWER), TO (ACTIVE), 0, { DO (SEND_ANSWER), DO (START_MEDIA) } },

  /* Talking. */
  { S (ACTIVE), ON (USER_HOLD), TO (HELD), 0, { DO (HOLD_MEDIA), DO (SEND_HOLD) } },
  { S (HELD), ON (USER_RESUME), TO (ACTIVE), 0, { DO (RESUME_MEDIA), DO (SEND_RESUME) } },
  { TALKS, ON (HOLD), STAY, 0, { DO (PEER_HOLDS) } },
  { TALKS, ON (RESUME), STAY, 0, { DO (PEER_RESUMES) } },
  { TALKS, ON (USER_DIFFERS), TO (ENDING), WHY (SAS_MISMATCH), { DO (SEND_BYE) } },

  /* Talking, while the network is in a mood (docs/protocol.md §9). */
  { S (ACTIVE), ON (SILENT), TO (SEARCHING), 0, { DO (SEEK) } },
  { S (HELD), ON (SILENT), TO (SEARCHING_HELD), 0, { DO (SEEK) } },
  { S (ACTIVE), ON (MOVED), TO (SEARCHING), 0, { DO (SEEK) } },
  { S (HELD), ON (MOVED), TO (SEARCHING_HELD), 0, { DO (SEEK) } },
  { S (ACTIVE), ON (DATA_LOST), TO (SEARCHING), 0, { DO (SEEK), DO (RAISE_DATA) } },
  { S (HELD), ON (DATA_LOST), TO (SEARCHING_HELD), 0, { DO (SEEK), DO (RAISE_DATA) } },
  { SEARCHES, ON (DATA_LOST), STAY, 0, { DO (RAISE_DATA) } },
  { S (SEARCHING), ON (HEARD), TO (ACTIVE), 0, { DO (FOUND) } },
  { S (SEARCHING_HELD), ON (HEARD), TO (HELD), 0, { DO (FOUND) } },

  /* The user has enough. */
  { BEFORE_REPLY_OUT | S (REPLIED), ON (USER_HANGUP), TO (ENDED), WHY (HANGUP), { 0 } },
  { S (PREPARING_IN), ON (USER_HANGUP), TO (REFUSING), WHY (DECLINED), { DO (REFUSE_DECLINED) } },
  { CHECKS, ON (USER_HANGUP), TO (ENDING_NO_PATH), WHY (DECLINED), { DO (SEND_BYE) } },
  { S (SHAKING), ON (USER_HANGUP), TO (ENDING_SHAKING), WHY (DECLINED), { DO (SEND_BYE) } },
  { SECURING_IN | S (RINGING_IN),
    ON (USER_HANGUP),
    TO (ENDING),
    WHY (DECLINED),
    { DO (SEND_BYE) } },
  { SECURING_OUT | S (RINGING_OUT) | TALKS,
    ON (USER_HANGUP),
    TO (ENDING),
    WHY (HANGUP),
    { DO (SEND_BYE) } },

  /* The peer has. */
  { CONNECTED | S (SHAKING), ON (BYE), TO (ENDED), BYE_REASON, { 0 } },
  { CONNECTED, ON (SUPERSEDED), TO (ENDED), WHY (LOST), { 0 } },
  { UNCONNECTED, ON (SUPERSEDED), TO (ENDED), WHY (REMOTE_HANGUP), { 0 } },

  /* Nobody has, but it is over. */
  { RINGS, AFTER (RING), TO (ENDING), WHY (NO_ANSWER), { DO (SEND_BYE) } },
  { RINGS, ON (SILENT), TO (ENDING), WHY (LOST), { DO (SEND_BYE) } },
  { SEARCHES, AFTER (LOST), TO (ENDING), WHY (LOST), { DO (SEND_BYE) } },
  { S (REPLIED) | CHECKS, AFTER (SETUP), TO (ENDED), WHY (NO_PATH), { 0 } },
  { S (REACHED) | S (SHAKING), AFTER (SETUP), TO (ENDED), WHY (LOST), { 0 } },
  { SECURING_OUT | SECURING_IN, AFTER (SETUP), TO (ENDING), WHY (LOST), { DO (SEND_BYE) } },
  { CONNECTED, ON (MEDIA_FAILED), TO (ENDING), WHY (MEDIA_FAILED), { DO (SEND_BYE) } },
  { CONNECTED, ON (VIOLATION), TO (ENDING), WHY (PROTOCOL_ERROR), { DO (SEND_BYE) } },
  { CONNECTED & ~TALKS, ON (MODEM_GONE), TO (ENDING), WHY (MODEM_GONE), { DO (SEND_BYE) } },
  { CONNECTED & ~TALKS, ON (DATA_LOST), TO (ENDING), WHY (NO_DATA), { DO (SEND_BYE) } },
  { UNCONNECTED, ON (MEDIA_FAILED), TO (ENDED), WHY (MEDIA_FAILED), { 0 } },
  { UNCONNECTED, ON (VIOLATION), TO (ENDED), WHY (PROTOCOL_ERROR), { 0 } },
  { UNCONNECTED, ON (MODEM_GONE), TO (ENDED), WHY (MODEM_GONE), { 0 } },
  { UNCONNECTED, ON (DATA_FAILED), TO (ENDED), WHY (NO_DATA), { 0 } },
  { UNCONNECTED, ON (DATA_LOST), TO (ENDED), WHY (NO_DATA), { 0 } },
  { UNCONNECTED, ON (PATH_FAILED), TO (ENDED), WHY (NO_PATH), { 0 } },

  /* The peer is told, or cannot be. */
  { S (REFUSING), ON (SMS_SENT), TO (ENDED), 0, { 0 } },
  { S (REFUSING), ON (SMS_FAILED), TO (ENDED), 0, { 0 } },
  { S (REFUSING), AFTER (REFUSE), TO (ENDED), 0, { 0 } },
  { S (ENDING_NO_PATH), ON (PATH_FOUND), TO (ENDING_SHAKING), 0, { DO (SEND_HANDSHAKE) } },
  { ENDINGS, ON (ACKNOWLEDGED), TO (ENDED), 0, { 0 } },
  { ENDINGS, ON (BYE), TO (ENDED), 0, { 0 } },
  { S (ENDING_NO_PATH) | S (ENDING_SHAKING), ON (READY), TO (ENDING), 0, { 0 } },
  { S (ENDING), AFTER (UNHEARD), TO (ENDING_UNHEARD), 0, { DO (SEEK) } },
  { S (ENDING_UNHEARD), AFTER (BYE), TO (ENDED), 0, { 0 } },
  { S (ENDING_NO_PATH) | S (ENDING_SHAKING), AFTER (SETUP), TO (ENDED), 0, { 0 } },
  { ENDINGS | S (REFUSING), ON (MODEM_GONE), TO (ENDED), 0, { 0 } },
  { ENDINGS | S (REFUSING), ON (SUPERSEDED), TO (ENDED), 0, { 0 } },
  { ENDINGS, ON (DATA_LOST), TO (ENDED), 0, { 0 } },
};

static const struct Row *
find_row (TacCallState state, TacCallEvent event)
{
  for (unsigned i = 0; i < sizeof table / sizeof *table; i++)
    if ((table[i].from & (1u << state)) != 0 && table[i].event == event.kind
        && (event.kind != TAC_EVENT_TIMEOUT || table[i].timer == event.timer))
      return &table[i];
  return NULL;
}

static void
add (TacCallStep *step, TacCallAction action)
{
  step->actions[step->n++] = action;
}

TacCallStep
tac_call_machine_step (TacCallMachine *machine, TacCallEvent event)
{
  const struct Row *row = find_row (machine->state, event);
  TacCallState before = machine->state, after;
  TacCallStep step = { 0 };

  if (row == NULL)
    return (TacCallStep){ .ignored = true };
  after = row->to == STAY ? before : row->to;
  machine->state = after;
  if (machine->reason == TAC_REASON_NONE)
    machine->reason
        = row->reason == BYE_REASON ? tac_reason_from_bye (event.bye) : (TacCallReason)row->reason;

  for (unsigned i = 0; row->actions[i] != TAC_ACTION_NONE; i++)
    add (&step, row->actions[i]);
  if (tac_call_state_over (after) && !tac_call_state_over (before))
    add (&step, TAC_ACTION_END);
  if (after == TAC_CALL_ENDED)
    add (&step, TAC_ACTION_RELEASE);
  step.stop = states[before].timers & ~states[after].timers;
  step.start = states[after].timers & ~states[before].timers;
  if (row->to != STAY && after == before)
    step.stop = step.start = states[after].timers;
  return step;
}

unsigned
tac_call_state_timers (TacCallState state)
{
  return states[state].timers;
}

unsigned
tac_call_silence_s (TacCallState state)
{
  return states[state].silence_s;
}

bool
tac_call_state_over (TacCallState state)
{
  return ((1u << state) & (ENDINGS | S (REFUSING) | S (ENDED))) != 0;
}

const char *
tac_call_state_to_string (TacCallState state)
{
  return states[state].dbus;
}

const char *
tac_call_state_waiting (TacCallState state)
{
  return states[state].waiting;
}

const char *
tac_call_state_name (TacCallState state)
{
  return states[state].name;
}
