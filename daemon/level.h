/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How loud it is, for a meter: the root mean square of the last 100 ms or so. Pure. */
#pragma once
#include <stdint.h>

#define TAC_LEVEL_SILENCE (-96) /* dBFS: as little as 16 bits have */

typedef struct
{
  unsigned window, samples; /* of a measure; of the one that is under way */
  double squares;           /* of these */
  int dbfs;                 /* the last measure */
} TacLevel;

/* @rate: Hz */
void tac_level_init (TacLevel *level, unsigned rate);
void tac_level_put (TacLevel *level, const int16_t *pcm, unsigned samples);
/* dBFS, TAC_LEVEL_SILENCE to 0: of a sine wave at full scale −3. */
int tac_level_get (const TacLevel *level);
