/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The adaptive playout buffer: opened packets in, in any order and at any time; 20 ms of PCM out at
 * every tick of the sink. Pure: time is injected (microseconds, monotonic), memory bounded, no
 * allocation after _new. One thread, or the caller's lock. How it decides: docs/voice.md, Playout.
 */
#pragma once
#include "voice-decoder.h"

#define TAC_PLAYOUT_BOUND 50 /* ticks of packets kept at most: one second */

typedef struct TacPlayout TacPlayout;

typedef struct
{
  /* Packets. late: their place was played before they came; discarded: jumped over, to catch up. */
  uint64_t received, duplicate, late, overflow, malformed, decoded, discarded;
  uint64_t undecodable; /* of the decoded: the decoder refused them, and their ticks were made up */

  /* Ticks out, each in one of these; silence: nothing to play, before the first packet or in a long
   * gap. */
  uint64_t played, concealed, recovered_fec, silence;
  uint64_t comfort; /* of the concealed: with comfort noise, for the gap is long */
  uint64_t stalled; /* of the concealed: nothing newer was there either */
  uint64_t resumed; /* of the stalled: what had not come in time was played all the same, later */
  uint64_t accelerated, expanded; /* times a piece was taken out or put in, to follow the target */
  uint64_t compressed_samples, stretched_samples; /* in all these */
  uint64_t merged;                                /* seams cross-faded, after gaps and leaps */
  uint64_t clock_jumps;                           /* back, or a second and more ahead */

  uint32_t highest_tick;
  uint32_t delay_ms,
      target_ms;      /* between the arrival of the fastest packet and its sound; wanted so */
  uint32_t jitter_ms; /* RFC 3550 §6.4.1 */
  int32_t drift_ppm;  /* the sender's sound card is faster than ours by so much; 0: not known yet */
  int64_t transit_us; /* our clock less the media time of what is played */
} TacPlayoutStats;

TacPlayout *tac_playout_new (unsigned rate);
void tac_playout_free (TacPlayout *playout);
/* One opened voice packet, @arrival_us = when it came. */
void tac_playout_put (TacPlayout *playout, int64_t arrival_us, uint32_t tick,
                      const uint8_t body[TAC_BODY_SIZE]);
/* The next 20 ms: always writes rate/50 samples. Returns false where they are silence because
 * nothing came yet. */
bool tac_playout_get (TacPlayout *playout, int64_t now_us, int16_t *pcm);
/* µs by which the caller's next tick should come later, so that the first packet is played as soon
 * as its target delay allows: below 20 ms, and 0 except when a spurt is about to start. For a
 * caller that sets its own pace. */
int64_t tac_playout_align (const TacPlayout *playout, int64_t now_us);
/* Forgets packets and times, keeps the counters: after a pause, or when the clock is another one.
 */
void tac_playout_reset (TacPlayout *playout);
const TacPlayoutStats *tac_playout_stats (const TacPlayout *playout);
