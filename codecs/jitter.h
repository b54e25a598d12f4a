/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much later than the fastest do packets come? The estimator behind the playout buffer's target. */
#pragma once
#include <stdint.h>

#define TAC_JITTER_WINDOW 250 /* packets: five seconds in the wide profile */
#define TAC_JITTER_RECENT 25  /* of these, the newest: a network that turns bad is believed soon */

/* Transit times in µs: arrival on our clock less media time on the sender's, so only differences mean anything. */
typedef struct {
  int64_t transit[TAC_JITTER_WINDOW];
  unsigned n;      /* how many of them are known */
  unsigned at;     /* where the next goes */
  int64_t fastest; /* the least of the window */
  int64_t slow;    /* all but 2 % of the window, and all but 8 % of the recent ones, came by then */
  int64_t mean;    /* smoothed difference of successive transits, RFC 3550 §6.4.1 */
} TacJitter;

void tac_jitter_reset (TacJitter *jitter);
/* One arrival. fastest and slow mean nothing before the first. */
void tac_jitter_put (TacJitter *jitter, int64_t transit_us);
