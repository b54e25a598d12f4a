/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pace at which a sound card takes its ticks, and how much faster or slower the sender's runs.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define TAC_PACE_WINDOW 25 /* ticks: half a second */
#define TAC_PACE_SPAN 800  /* ticks for a point of the drift: 16 s */
#define TAC_PACE_POINTS 8

typedef struct
{
  int64_t offset[TAC_PACE_WINDOW]; /* by which each of the last ticks was later than the count of
                                      them says, µs */
  int64_t count;                   /* ticks */
  int64_t least;                   /* of the offsets */
  bool heard;
  int64_t fastest; /* transit of this span */
  int64_t points[TAC_PACE_POINTS];
  unsigned n_points;
  int drift_ppm; /* the sender's card is faster by so much; 0 in the first half minute */
} TacPace;

void tac_pace_reset (TacPace *pace);
/* A tick was taken at @now_us. Returns: when it was due, had all come as early as the earliest of
 * late. */
int64_t tac_pace_tick (TacPace *pace, int64_t now_us);
/* A packet came; transit as in jitter.h. */
void tac_pace_hear (TacPace *pace, int64_t transit_us);
