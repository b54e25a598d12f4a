/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call does, and when: (state, event) → (state, actions). Pure: no clock, no memory, no I/O.
 */
#pragma once
#include "codecs/control-message.h"
#include <stdbool.h>

typedef enum
{
  TAC_CALL_NEW,
  /* caller */
  TAC_CALL_PREPARING_OUT, /* data comes up, candidates are gathered */
  TAC_CALL_INVITING,      /* the network has not accepted the INVITE yet */
  TAC_CALL_INVITED,
  TAC_CALL_INVITED_TWICE,
  TAC_CALL_INVITED_THRICE,
  TAC_CALL_REACHED,     /* a path works, REPLY has not come */
  TAC_CALL_REPLIED,     /* REPLY came (by SMS), no path yet */
  TAC_CALL_COMMITTED,   /* READY and SAS_COMMIT are on their way */
  TAC_CALL_REVEALED,    /* SAS_REVEAL is on its way */
  TAC_CALL_RINGING_OUT, /* the callee's phone rings */
  /* callee */
  TAC_CALL_PREPARING_IN,
  TAC_CALL_CHECKING,        /* looks for a path */
  TAC_CALL_CHECKING_SMS,    /* the same, REPLY goes by SMS too */
  TAC_CALL_SHAKING,         /* a path works, HANDSHAKE is repeated until READY */
  TAC_CALL_AWAITING_COMMIT, /* READY has opened: the caller is there, now */
  TAC_CALL_AWAITING_REVEAL,
  TAC_CALL_RINGING_IN,
  /* both */
  TAC_CALL_ACTIVE,
  TAC_CALL_HELD,           /* by this side */
  TAC_CALL_SEARCHING,      /* reconnecting; active before */
  TAC_CALL_SEARCHING_HELD, /* reconnecting; held before */
  /* over for the user; the peer is still being told */
  TAC_CALL_REFUSING,       /* a REPLY that says no goes by SMS */
  TAC_CALL_ENDING_NO_PATH, /* declined after REPLY: BYE waits for a path */
  TAC_CALL_ENDING_SHAKING, /* the same, HANDSHAKE is repeated */
  TAC_CALL_ENDING,         /* BYE waits for its acknowledgement */
  TAC_CALL_ENDING_UNHEARD, /* longer than it should: it goes by another path, too */
  TAC_CALL_ENDED,
} TacCallState;
#define TAC_CALL_STATES 28

typedef enum
{
  TAC_EVENT_DIAL,
  TAC_EVENT_INVITE,       /* an invitation opened, fresh */
  TAC_EVENT_INVITE_AGAIN, /* the same bytes: the caller repeats it, REPLY has not reached it */
  TAC_EVENT_GLARE,        /* the peer's own invitation came, and it wins */
  TAC_EVENT_SUPERSEDED,   /* a newer invitation of the same peer: it has forgotten this call */
  TAC_EVENT_DATA_UP,
  TAC_EVENT_DATA_FAILED,
  TAC_EVENT_DATA_LOST, /* it was up; the network, or the modem, took it */
  TAC_EVENT_MODEM_GONE,
  TAC_EVENT_MOVED, /* the address of the path in use is gone */
  TAC_EVENT_GATHERED,
  TAC_EVENT_PATH_FOUND,
  TAC_EVENT_PATH_FAILED, /* no socket, no engine */
  TAC_EVENT_SMS_SENT,
  TAC_EVENT_SMS_FAILED,
  TAC_EVENT_REPLY, /* of status ringing, by either way */
  TAC_EVENT_REPLY_BUSY,
  TAC_EVENT_REPLY_DECLINED,
  TAC_EVENT_REPLY_NO_DATA,
  TAC_EVENT_READY,
  TAC_EVENT_SAS_COMMIT,
  TAC_EVENT_SAS_NONCE,
  TAC_EVENT_SAS_REVEAL, /* and it fits the commitment */
  TAC_EVENT_SAS_BAD,    /* it does not */
  TAC_EVENT_RINGING,
  TAC_EVENT_ANSWER,
  TAC_EVENT_HOLD,
  TAC_EVENT_RESUME,
  TAC_EVENT_BYE,
  TAC_EVENT_ACKNOWLEDGED, /* all that was sent on the control lane */
  TAC_EVENT_VIOLATION,    /* the peer, authentic, breaks the protocol; or counters ran out */
  TAC_EVENT_USER_ANSWER,
  TAC_EVENT_USER_HANGUP,
  TAC_EVENT_USER_HOLD,
  TAC_EVENT_USER_RESUME,
  TAC_EVENT_USER_DIFFERS, /* the spoken words are not the same */
  TAC_EVENT_MEDIA_FAILED,
  TAC_EVENT_SILENT,  /* nothing authentic for tac_call_silence_s() */
  TAC_EVENT_HEARD,   /* something authentic again */
  TAC_EVENT_TIMEOUT, /* TacCallEvent.timer ran out */
} TacCallEventKind;
#define TAC_CALL_EVENTS 40

/* A timer runs in the states that list it and in no other, so none is left behind. */
typedef enum
{
  TAC_TIMER_REPEAT,     /* INVITE again, 8 s after it was accepted */
  TAC_TIMER_REPEAT_2,   /* and 12 s later */
  TAC_TIMER_GIVE_UP,    /* 60 s without a sign */
  TAC_TIMER_SECOND_SMS, /* 1.5 s of checks without a path */
  TAC_TIMER_SETUP,      /* 20 s to find a path and exchange keys */
  TAC_TIMER_HANDSHAKE,  /* every 200 ms */
  TAC_TIMER_RING,       /* no answer; as configured */
  TAC_TIMER_SECOND,     /* every second: report, measure, notice silence */
  TAC_TIMER_LOST,       /* 30 s of reconnecting */
  TAC_TIMER_UNHEARD,    /* 0.8 s for the acknowledgement of BYE */
  TAC_TIMER_BYE,        /* and 5.2 s more */
  TAC_TIMER_REFUSE,     /* 60 s for an SMS that says no */
} TacCallTimer;
#define TAC_CALL_TIMERS 12

typedef struct
{
  TacCallEventKind kind;
  TacByeReason bye;   /* of TAC_EVENT_BYE */
  TacCallTimer timer; /* of TAC_EVENT_TIMEOUT */
} TacCallEvent;

typedef enum
{
  TAC_REASON_NONE,
  TAC_REASON_HANGUP,
  TAC_REASON_REMOTE_HANGUP,
  TAC_REASON_DECLINED,
  TAC_REASON_REMOTE_DECLINED,
  TAC_REASON_BUSY,
  TAC_REASON_NO_ANSWER,
  TAC_REASON_UNREACHABLE,
  TAC_REASON_NO_PATH,
  TAC_REASON_NO_DATA,
  TAC_REASON_REMOTE_NO_DATA,
  TAC_REASON_SMS_FAILED,
  TAC_REASON_MODEM_GONE,
  TAC_REASON_MEDIA_FAILED,
  TAC_REASON_REMOTE_MEDIA_FAILED,
  TAC_REASON_LOST,
  TAC_REASON_SAS_MISMATCH,
  TAC_REASON_PROTOCOL_ERROR,
} TacCallReason;
#define TAC_CALL_REASONS 18

/* In the order in which they are to be done. */
typedef enum
{
  TAC_ACTION_NONE,
  TAC_ACTION_RAISE_DATA,
  TAC_ACTION_GATHER,
  TAC_ACTION_SEND_INVITE, /* the first time it is made, then the same bytes */
  TAC_ACTION_TURN,        /* glare: drop the own invitation and its path, take the peer's */
  TAC_ACTION_MAKE_REPLY,  /* and the call's keys; check towards the caller's candidates */
  TAC_ACTION_REPLY_BY_SMS,
  TAC_ACTION_REFUSE_DECLINED, /* REPLY of that status, by SMS */
  TAC_ACTION_REFUSE_NO_DATA,
  TAC_ACTION_SEND_HANDSHAKE,
  TAC_ACTION_CHECK, /* towards REPLY's candidates */
  TAC_ACTION_SEND_READY,
  TAC_ACTION_SEND_SAS_COMMIT,
  TAC_ACTION_SEND_SAS_NONCE,
  TAC_ACTION_SEND_SAS_REVEAL,
  TAC_ACTION_SHOW_SAS,
  TAC_ACTION_SEND_RINGING,
  TAC_ACTION_RING, /* tell this phone's user */
  TAC_ACTION_SEND_ANSWER,
  TAC_ACTION_PREPARE_MEDIA,
  TAC_ACTION_START_MEDIA,
  TAC_ACTION_HOLD_MEDIA,
  TAC_ACTION_RESUME_MEDIA,
  TAC_ACTION_STAND, /* keep a standby path from now on */
  TAC_ACTION_SEEK,  /* another path, and tell the user that nothing is heard */
  TAC_ACTION_FOUND, /* the peer is heard again */
  TAC_ACTION_SEND_HOLD,
  TAC_ACTION_SEND_RESUME,
  TAC_ACTION_PEER_HOLDS,
  TAC_ACTION_PEER_RESUMES,
  TAC_ACTION_SEND_BYE, /* tac_reason_to_bye() of the call's reason */
  TAC_ACTION_END,      /* tell the user the reason; stop the sound */
  TAC_ACTION_RELEASE,  /* path, data, keys: all of it */
} TacCallAction;
#define TAC_CALL_ACTIONS 33
#define TAC_CALL_ACTIONS_MAX 8

typedef struct
{
  TacCallState state;
  TacCallReason reason; /* NONE until it is over for the user */
} TacCallMachine;

typedef struct
{
  bool ignored; /* nothing in the table: nothing has changed */
  unsigned n;
  TacCallAction actions[TAC_CALL_ACTIONS_MAX];
  unsigned stop, start; /* bits of TacCallTimer, both of a timer that starts anew */
} TacCallStep;

TacCallStep tac_call_machine_step (TacCallMachine *machine, TacCallEvent event);

/* Bits of the timers that run in @state. */
unsigned tac_call_state_timers (TacCallState state);
/* Seconds of silence after which TAC_EVENT_SILENT is due; 0: silence is normal. */
unsigned tac_call_silence_s (TacCallState state);
bool tac_call_state_over (TacCallState state); /* for the user */
/* Static strings: as D-Bus says it; what it waits for, for people; and the name in tests. */
const char *tac_call_state_to_string (TacCallState state);
const char *tac_call_state_waiting (TacCallState state);
const char *tac_call_state_name (TacCallState state);
