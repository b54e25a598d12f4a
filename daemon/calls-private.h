/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What calls.c (the calls there are) and calls-incoming.c (the SMS that bring some) share. */
#pragma once
#include "daemon/call-service.h"
#include "daemon/calls.h"

#define TAC_SEEN_LOCKED 8 /* an invitation comes up to three times */

struct _TacCalls
{
  GObject parent_instance;
  TacCallParts parts;
  TacDecisions *decisions;
  TacPairing *pairing;
  GDBusObjectManagerServer *manager;
  TacCall *current;
  TacCallService *service; /* of current */
  gint64 log_row;          /* of current, in the history */
  GPtrArray *leaving;      /* TacCall, over but not released */
  guint64 number;          /* of the last object path */
  GSourceFunc done;        /* of tac_calls_end_all */
  gpointer done_data;

  /* incoming */
  guint8 locked_seen[TAC_SEEN_LOCKED][16]; /* hashes of what came while locked */
  guint locked_at;
  char *unknown_number; /* the last that was shown as unknown, and when (monotonic) */
  gint64 unknown_us;
};

/* A call begins: its object is on the bus, its row in the history. */
TacCall *tac_calls_begin (TacCalls *calls, const TacContact *peer, gboolean dialed,
                          const char *warning);
/* Tells, and writes down, that somebody called and it came to nothing. @contact: NULL unknown, then
 * @number. */
void tac_calls_missed (TacCalls *calls, const TacContact *contact, const char *number,
                       const char *reason, gint64 time_us);
void tac_calls_tell_missed (TacCalls *calls, const char *name, const char *number,
                            const char *reason, gint64 time_us); /* written down already */
void tac_calls_receive (TacCalls *calls, const char *sender, GBytes *datagram, gint64 sent_us);
