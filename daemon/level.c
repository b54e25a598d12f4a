/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures of 100 ms each, one after the other. */
#include "daemon/level.h"

#include <math.h>

void
tac_level_init (TacLevel *level, unsigned rate)
{
  *level = (TacLevel){ .window = rate / 10, .dbfs = TAC_LEVEL_SILENCE };
}

static int
decibels (double square)
{
  double level = square > 0 ? 10 * log10 (square) : TAC_LEVEL_SILENCE;

  return level > TAC_LEVEL_SILENCE ? (int)lrint (level) : TAC_LEVEL_SILENCE;
}

void
tac_level_put (TacLevel *level, const int16_t *pcm, unsigned samples)
{
  for (unsigned i = 0; i < samples; i++)
    level->squares += (double)pcm[i] * pcm[i];
  level->samples += samples;
  if (level->samples < level->window)
    return;
  level->dbfs = decibels (level->squares / level->samples / (32768.0 * 32768.0));
  level->squares = 0;
  level->samples = 0;
}

int
tac_level_get (const TacLevel *level)
{
  return level->dbfs;
}
