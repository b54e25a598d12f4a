/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comfort noise: what the peer's room sounds like while nobody speaks, for gaps too long to make up
 * speech. */
#pragma once
#include <stdint.h>

typedef struct
{
  uint32_t power;   /* mean square of the quietest sound lately */
  int32_t likeness; /* of one sample to the next, there: of 256 */
  unsigned age;     /* ticks since then */
  uint32_t noise;   /* state of the generator */
  int32_t last;     /* sample made, times 16 */
} TacComfort;

void tac_comfort_init (TacComfort *comfort);
/* One tick of the peer's sound, of mean square @power. */
void tac_comfort_hear (TacComfort *comfort, const int16_t *pcm, unsigned n, uint32_t power);
/* Mixes noise into the @n samples of @pcm: its share (of 256) goes from @from to @to, theirs is the
 * rest. */
void tac_comfort_make (TacComfort *comfort, int16_t *pcm, unsigned n, unsigned from, unsigned to);
