/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trace through the playout buffer. */
#pragma once
#include "codecs/playout.h"
#include "traces.h"

#define TRACE_RATE 16000
#define TRACE_BODIES 1500 /* half a minute of coded sound, again and again */

typedef struct
{
  uint8_t bodies[3][TRACE_BODIES][TAC_BODY_SIZE]; /* by ticks a packet, less 1 */
} TraceVoice;

typedef struct
{
  double delay_ms;  /* mean, beyond the fastest packet of the trace, while something was played */
  uint32_t made_up; /* ticks that nothing came in time for */
  TacPlayoutStats stats;
} TraceResult;

/* Voiced sounds and pauses, coded in all profiles for @loss_percent. Free with free(). */
TraceVoice *trace_voice_new (unsigned loss_percent);
/* @phase_us: of the sink's ticks, against the sender's; @sink_ppm: the sink's card is faster by so
 * much. */
void trace_run (const Trace *trace, const TraceVoice *voice, int64_t phase_us, int sink_ppm,
                TraceResult *result);
