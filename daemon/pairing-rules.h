/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What to do with a PAIR, given what is known. Pure: facts in, decision out; the time is a fact. */
#pragma once
#include "codecs/pair.h"
#include "daemon/contacts.h"

#define TAC_PAIRING_LIFE_US (24 * G_TIME_SPAN_HOUR) /* of a request, and of a "no" */
#define TAC_PAIRING_WINDOW_US G_TIME_SPAN_HOUR      /* of the limits: */
#define TAC_PAIRING_NUMBER_MOST 3   /* requests of a number; answers to it; sent to it */
#define TAC_PAIRING_ALL_MOST 30     /* requests of anybody */
#define TAC_PAIRING_WAITING_MOST 20 /* incoming ones, at any time */

typedef enum
{
  TAC_PAIRING_NEW,
  TAC_PAIRING_CHANGED_KEY,
  TAC_PAIRING_MOVED,
  TAC_PAIRING_STRAY_ANSWER,
  TAC_PAIRING_OUTGOING,
} TacPairingKind;
const char *tac_pairing_kind_to_string (TacPairingKind kind);
/* Of an incoming request, by what is known now: contacts come and go while it waits. Either contact
 * may be NULL: the one with its number, the one with its key. */
TacPairingKind tac_pairing_kind (gboolean answer, const guint8 key[TAC_KEY_SIZE],
                                 const TacContact *by_number, const TacContact *by_key);

/* Everything that a PAIR is judged by. */
typedef struct
{
  const char *number; /* normalised; NULL: withheld, or none */
  const TacPair *pair;
  const guint8 *own_key;
  const TacContact *by_number, *by_key; /* NULL: none */
  const guint8 *waiting_key;            /* of a request of this number that waits; NULL: none */
  gboolean contested;                   /* that one: another key came already */
  gboolean asked;                       /* a request to this number waits */
  gboolean declined;                    /* this key from this number, not long ago */
  guint waiting;                        /* incoming requests of anybody */
  guint of_number, of_all, answers;     /* in the last window, as above */
} TacPairingFacts;

typedef enum
{
  TAC_PAIRING_DROP,
  TAC_PAIRING_ANSWER,   /* PAIR again to a contact that has not got it */
  TAC_PAIRING_COMPLETE, /* both have the keys: a contact now, if it is none yet */
  TAC_PAIRING_CONTEST,  /* the request that waits is marked */
  TAC_PAIRING_STORE,    /* as a request, and the user is told */
} TacPairingVerdict;

/* @counter: (out) what is counted, static; NULL: nothing */
TacPairingVerdict tac_pairing_judge (const TacPairingFacts *facts, const char **counter);

/* A clock that was far ahead must not keep a request for years: both ways count. */
gboolean tac_pairing_expired (gint64 time_us, gint64 now_us);
/* The same of a window of the limits. */
gboolean tac_pairing_window_over (gint64 start_us, gint64 now_us);

/* For people: what it means, what to do. (transfer full)
 * @number: of the request. @sent: outgoing: the network took it at least once. */
char *tac_pairing_text (TacPairingKind kind, const char *number, const TacContact *by_number,
                        const TacContact *by_key, gboolean contested, gboolean sent);
/* The name that a contact gets where nobody can be asked, the nth try from 0: @wanted, or what the
 * peer says where that is ""; that with the number; the number's digits; these with a count.
 * NULL: no more. (transfer full) */
char *tac_pairing_name (const char *wanted, const char *said, const char *number, guint nth);
