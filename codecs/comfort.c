/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comfort noise: white noise through one pole, as loud and as dull as the peer's quietest moments.
 */
#include "comfort.h"

#include <stdbool.h>

#define LOUDEST (300u * 300u) /* -40 dBov: what is louder is no background */
#define FORGET_TICKS 250      /* a room that gets louder is believed after so long */
#define ONE 256
#define SEED 22222u

void
tac_comfort_init (TacComfort *comfort)
{
  *comfort = (TacComfort){ .noise = SEED, .power = LOUDEST };
}

static unsigned
root (uint32_t x)
{
  uint32_t result = 0;

  for (uint32_t bit = 1u << 15; bit != 0; bit >>= 1)
    if ((result | bit) * (result | bit) <= x)
      result |= bit;
  return result;
}

void
tac_comfort_hear (TacComfort *comfort, const int16_t *pcm, unsigned n, uint32_t power)
{
  int64_t product = 0;
  bool quieter = power <= comfort->power;

  if (!quieter && ++comfort->age < FORGET_TICKS)
    return;
  comfort->age = 0;
  comfort->power = power < LOUDEST ? power : LOUDEST;
  for (unsigned i = 1; i < n; i++)
    product += pcm[i] * pcm[i - 1];
  comfort->likeness = (int32_t)(product * ONE / ((int64_t)power * n + 1));
  if (comfort->likeness < 0)
    comfort->likeness = 0;
  if (comfort->likeness > ONE * 15 / 16)
    comfort->likeness = ONE * 15 / 16;
}

/* Uniform noise of one step has 1/3 of its peak's power; the pole adds 1 / (1 - likeness²). */
static int32_t
peak (const TacComfort *comfort)
{
  uint32_t left = (uint32_t)(ONE * ONE - comfort->likeness * comfort->likeness);

  return (int32_t)root ((uint32_t)((uint64_t)comfort->power * 3 * left / (ONE * ONE)));
}

void
tac_comfort_make (TacComfort *comfort, int16_t *pcm, unsigned n, unsigned from, unsigned to)
{
  int32_t loudest = peak (comfort);

  for (unsigned i = 0; i < n; i++)
    {
      int share = (int)((from * (n - i) + to * i) / n);
      int32_t white;

      comfort->noise = comfort->noise * 1664525u + 1013904223u;
      white = (int32_t)(comfort->noise >> 16) - 32768;
      comfort->last = comfort->last * comfort->likeness / ONE + white * loudest / 2048;
      pcm[i] = (int16_t)((pcm[i] * (ONE - share) + comfort->last / 16 * share) / ONE);
    }
}
