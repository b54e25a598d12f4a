/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is an INVITE new? Its time against what came before and the clocks (docs/protocol.md §3). All
 * times are Unix milliseconds, and arguments: nothing here reads a clock. */
#pragma once
#include <stdint.h>

#define TAC_INVITE_MAX_AGE_MS (60 * 1000)
#define TAC_INVITE_MAX_AHEAD_MS (10 * 60 * 1000)

typedef enum
{
  TAC_INVITE_FRESH,    /* record its time, go on towards ringing */
  TAC_INVITE_MISSED,   /* new but too old to ring: record its time, show a missed call */
  TAC_INVITE_REPEATED, /* not higher than the highest: drop, unless it is the call being set up */
  TAC_INVITE_FUTURE,   /* ahead of every clock: drop and record nothing, or it would lock the
                        * contact out until that time comes */
} TacInviteFreshness;

/**
 * tac_invite_freshness:
 * @time_ms: what the INVITE says, authentic
 * @highest_ms: the highest time recorded for this contact, 0 for none
 * @clock_ms: the own clock
 * @centre_ms: the SMS centre's time stamp, 0 where there is none. It proves nothing, so it may
 *   only excuse a wrong own clock; an INVITE that it makes look fresh still cannot ring before the
 *   caller has proved to be there (§4).
 */
TacInviteFreshness tac_invite_freshness (uint64_t time_ms, uint64_t highest_ms, uint64_t clock_ms,
                                         uint64_t centre_ms);
/* The time for the next INVITE to a contact: later than the last one sent to it, even where the
 * clock was set back; but a last time that the peer refused as FUTURE is forgotten. */
uint64_t tac_invite_next_time (uint64_t clock_ms, uint64_t last_sent_ms);
