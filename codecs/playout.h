/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The adaptive playout buffer: opened packets in, in any order and at any time; 20 ms of PCM out at every tick of the sink.
 * Pure: time is injected (microseconds, monotonic), memory bounded, no allocation after _new. One thread, or the caller's lock. */
#pragma once
#include "voice-decoder.h"

#define TAC_PLAYOUT_BOUND 50 /* ticks of packets kept at most: one second */

typedef struct TacPlayout TacPlayout;

typedef struct {
  uint64_t received, duplicate, late, overflow, malformed; /* packets */
  uint64_t decoded, discarded;                             /* packets; discarded: jumped over to catch up */
  uint64_t played, concealed, recovered_fec, silence;      /* ticks out; silence: nothing to play, before the
                                                              first packet or in a long gap */
  uint64_t accelerated, expanded;                          /* ticks dropped or inserted to follow the target */
  uint32_t highest_tick;
  uint32_t delay_ms, target_ms; /* between the arrival of the fastest packet and its sound; wanted so */
  uint32_t jitter_ms;           /* RFC 3550 §6.4.1 */
} TacPlayoutStats;

TacPlayout *tac_playout_new (unsigned rate);
void tac_playout_free (TacPlayout *playout);
/* One opened voice packet, @arrival_us = when it came. */
void tac_playout_put (TacPlayout *playout, int64_t arrival_us, uint32_t tick, const uint8_t body[TAC_BODY_SIZE]);
/* The next 20 ms: always writes rate/50 samples. Returns false where they are silence because nothing came yet. */
bool tac_playout_get (TacPlayout *playout, int64_t now_us, int16_t *pcm);
/* µs by which the caller's next tick should come later, so that the first packet is played as soon as its
 * target delay allows: below 20 ms, and 0 except when a spurt is about to start. For a caller that sets its own pace. */
int64_t tac_playout_align (const TacPlayout *playout, int64_t now_us);
/* Forgets packets and times, keeps the counters: after a pause, or when the clock is another one. */
void tac_playout_reset (TacPlayout *playout);
const TacPlayoutStats *tac_playout_stats (const TacPlayout *playout);
