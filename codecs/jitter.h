/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long should packets wait? What each delay would have cost over the last ten seconds, and the
 * cheapest. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define TAC_JITTER_TICKS 512  /* of media time that are remembered; a power of two */
#define TAC_JITTER_CHOICES 40 /* delays compared, a tick apart */
#define TAC_JITTER_TICK_US 20000

/* Transit times in µs: arrival on our clock less media time on the sender's, so only differences
 * mean anything. */
typedef struct
{
  int64_t
      transit[TAC_JITTER_TICKS];   /* of the packet that starts at a tick, by tick modulo length */
  uint8_t ticks[TAC_JITTER_TICKS]; /* that it holds; 0: there is none */
  bool fec[TAC_JITTER_TICKS];      /* it holds those before it, too */
  bool any;
  int64_t newest;  /* tick */
  int64_t fastest; /* the least of those remembered, at the latest choice */
  bool stale;      /* that one is forgotten */
  int64_t last;    /* that came last */
  int64_t mean;    /* smoothed difference of successive transits, RFC 3550 §6.4.1 */
} TacJitter;

void tac_jitter_reset (TacJitter *jitter);
/* One arrival, of @ticks from @tick on. fastest means nothing before the first. */
void tac_jitter_put (TacJitter *jitter, int64_t transit_us, int64_t tick, unsigned ticks, bool fec);
/**
 * tac_jitter_choose:
 * @grid: a transit at which the caller could play; others are whole ticks from it
 * @now: the transit chosen before
 *
 * Returns: the transit at which to play from now on, one of the grid's; that next to @now, where
 * another is hardly better.
 */
int64_t tac_jitter_choose (TacJitter *jitter, int64_t grid, int64_t now);
