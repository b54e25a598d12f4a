/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much a peer may send. It is authentic and may be malicious all the same: what it sends costs
 * this phone work, so each kind has a rate and a burst, an honest peer's worst times a margin.
 * Token buckets, kept as one time each. Pure. */
#pragma once
#include <glib.h>

typedef enum
{
  /* Before they are opened, from anybody: over it, drop and count; nobody is to blame. */
  TAC_LIMIT_VOICE,
  TAC_LIMIT_CONTROL,
  TAC_LIMIT_HANDSHAKE,
  /* Of the peer, proven by the tag: over it, the peer breaks the protocol. */
  TAC_LIMIT_OPENED_VOICE,
  TAC_LIMIT_OPENED_CONTROL,
  TAC_LIMIT_MALFORMED, /* authentic, and no control message (TacControlStats) */
  TAC_LIMIT_PATH,      /* PATH messages, in both of their forms */
  TAC_LIMIT_EVENT,     /* what the user interface is told of: HOLD, RESUME, TONE */
  /* What is answered: over it, no answer. */
  TAC_LIMIT_PING,
} TacPeerLimit;
#define TAC_PEER_LIMITS 9

typedef struct
{
  gint64 empty_us[TAC_PEER_LIMITS]; /* when all that was taken is paid for */
} TacPeerLimits;                    /* zeros: nothing taken yet; one a call */

/**
 * tac_peer_limits_take:
 * @now_us: of a monotonic clock, > 0
 * @n: how many at once; 0 only asks
 * Returns: FALSE, and nothing taken, where @n more are too many. No state grows with what comes.
 */
gboolean tac_peer_limits_take (TacPeerLimits *limits, gint64 now_us, TacPeerLimit limit, guint64 n);
/* TRUE where going over @limit breaks the protocol and ends the call: TAC_EVENT_VIOLATION. */
gboolean tac_peer_limit_is_breach (TacPeerLimit limit);
/* For the reason's text: "too many PATH messages". */
const char *tac_peer_limit_to_text (TacPeerLimit limit);
