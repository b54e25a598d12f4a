/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which paths a call keeps, and by which it sends: (rules, event) → actions. Pure: no clock, no
 * memory, no I/O (docs/protocol.md §9). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define TAC_WAYS                                                                                   \
  6 /* current, former, standby, seeker, and what a change of paths leaves for a while */
#define TAC_WAY_NONE TAC_WAYS

/* One ICE agent. */
typedef struct
{
  bool exists;
  uint8_t generation; /* of its credentials */
  bool gathered, connected;
  bool checked; /* it was told the peer's candidates */
  bool dead;    /* its address is gone */
} TacWay;

typedef struct
{
  bool caller;
  bool standing;     /* there shall be a standby */
  bool seeking;      /* the peer is not heard, or this phone has moved */
  bool confirmed;    /* heard on the current way since it is the current one */
  bool offered;      /* the peer said where its next way can be reached */
  bool sms_due;      /* where this phone is now, as soon as it knows */
  unsigned sms_left; /* that the search may still cost */
  unsigned current, former, standby, seeker; /* TAC_WAY_NONE: there is none */
  TacWay ways[TAC_WAYS];
} TacPathRules;

typedef enum
{
  TAC_PATHS_STAND,     /* keep a standby from now on: the keys are there */
  TAC_PATHS_GATHERED,  /* way */
  TAC_PATHS_CONNECTED, /* way */
  TAC_PATHS_FAILED,    /* way could not be made */
  TAC_PATHS_HEARD,     /* way: it brought a control datagram newer than all before */
  TAC_PATHS_OFFERED,   /* the peer's offer of generation */
  TAC_PATHS_MOVED,     /* this phone has other addresses */
  TAC_PATHS_GONE,      /* it has none */
  TAC_PATHS_SEEK,      /* the peer is not heard */
  TAC_PATHS_FOUND,     /* it is */
  TAC_PATHS_RETRY,     /* timers */
  TAC_PATHS_SMS,
  TAC_PATHS_SETTLE,
} TacPathsEventKind;

typedef struct
{
  TacPathsEventKind kind;
  unsigned way;
  uint8_t generation;
} TacPathsEvent;

/* A timer starts anew where it runs. */
typedef enum
{
  TAC_PATHS_DO_MAKE,  /* way, with its generation's credentials, on the addresses there are */
  TAC_PATHS_DO_CHECK, /* way: towards what the peer offered */
  TAC_PATHS_DO_USE,   /* way: send by it from now on */
  TAC_PATHS_DO_FREE,  /* way */
  TAC_PATHS_DO_OFFER, /* way's candidates to the peer, on the control lane */
  TAC_PATHS_DO_OFFER_BY_SMS,
  TAC_PATHS_DO_PING,        /* way: so that the peer hears it, at once */
  TAC_PATHS_DO_START_RETRY, /* TAC_PATHS_RETRY_MS */
  TAC_PATHS_DO_STOP_RETRY,
  TAC_PATHS_DO_START_SMS, /* TAC_PATHS_SMS_MS */
  TAC_PATHS_DO_STOP_SMS,
  TAC_PATHS_DO_START_SETTLE, /* TAC_PATHS_SETTLE_MS */
} TacPathsAction;

#define TAC_PATHS_RETRY_MS 5000
#define TAC_PATHS_SMS_MS 2500
#define TAC_PATHS_SETTLE_MS 2000
#define TAC_PATHS_SMS_MOST 3
#define TAC_PATHS_ACTIONS_MAX 16

typedef struct
{
  unsigned n;
  struct
  {
    TacPathsAction action;
    unsigned way;
  } list[TAC_PATHS_ACTIONS_MAX];
  bool refused; /* an offer that fits nothing */
} TacPathsStep;

/* Way 0, generation 0, is the current one, being made by the caller of this. */
void tac_path_rules_init (TacPathRules *rules, bool caller);
TacPathsStep tac_path_rules_step (TacPathRules *rules, TacPathsEvent event);
