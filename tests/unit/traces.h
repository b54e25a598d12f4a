/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrival times of a call's packets over networks of several kinds, and what the best constant
 * delay would make of them. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define TRACE_TICK_US 20000

typedef struct
{
  int64_t at_us;
  uint32_t tick;
  unsigned ticks; /* that it holds */
} TraceArrival;

typedef struct
{
  TraceArrival *arrivals; /* in the order of arrival */
  unsigned n;
  uint32_t ticks; /* of media time sent, from 0 on */
} Trace;

typedef struct
{
  const char *name;
  const char *what; /* for the table */
  unsigned ticks;   /* a packet */
} TraceKind;

extern const TraceKind trace_kinds[];
unsigned trace_kinds_count (void);

/* @ticks of media, of kind @kind; every @seed another. Free with trace_clear(). */
void trace_make (Trace *trace, const TraceKind *kind, uint32_t ticks, uint64_t seed);
void trace_clear (Trace *trace);
/* Puts the arrivals into order. */
void trace_sort (Trace *trace);
/* The least transit of all, µs. */
int64_t trace_fastest (const Trace *trace);
/* The least constant delay beyond the fastest packet, in µs, at which no more than @missed ticks
 * are missing when they are to be played; -1: so many are lost in any case. */
int64_t trace_oracle (const Trace *trace, uint32_t missed);
/* The same for a sink that takes whole ticks, at @phase_us after each of the sender's: the least of
 * the delays that it can have at all. */
int64_t trace_oracle_sink (const Trace *trace, uint32_t missed, int64_t phase_us);
