/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shorter and longer speech of the same pitch, by overlap-add. */
#include "stretch.h"

#include <string.h>

#define COARSE_RATE 4000u /* the first look, at every so many samples */
#define WINDOW_US 10000u  /* over which waves are compared */
#define FADE_US 5000u     /* between sounds of other origin */
#define FADE_MOST 240     /* samples of it, at 48 kHz */
#define ONE 256

static unsigned
samples (unsigned rate, unsigned us)
{
  return rate / 1000 * us / 1000;
}

unsigned
tac_stretch_reach (unsigned rate)
{
  return 2 * samples (rate, TAC_STRETCH_MOST_US);
}

/* The square root, rounded down. */
static uint64_t
root (uint64_t x)
{
  uint64_t result = 0;

  for (uint64_t bit = (uint64_t)1 << 62; bit != 0; bit >>= 2)
    {
      bool over = x < result + bit;

      if (!over)
        x -= result + bit;
      result = (result >> 1) + (over ? 0 : bit);
    }
  return result;
}

/* How alike @a and @b are: their normalized correlation, -ONE to ONE. Silence is like silence. */
static int
likeness (const int16_t *a, const int16_t *b, unsigned n, unsigned step)
{
  int64_t product = 0, aa = 1, bb = 1;

  for (unsigned i = 0; i < n; i += step)
    {
      product += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
  if (aa <= n && bb <= n)
    return ONE;
  return (int)(product * ONE / (int64_t)(root ((uint64_t)aa) * root ((uint64_t)bb) + 1));
}

/* Where to look, and what was found. */
typedef struct
{
  const int16_t *a, *b; /* @b is moved */
  int sign;             /* to which side */
  unsigned n;           /* samples to compare */
  unsigned least, most; /* lags */
  int alike;            /* of the best */
} Search;

static unsigned
look (Search *search, unsigned from, unsigned to, unsigned step)
{
  unsigned best = from;

  search->alike = -ONE - 1;
  for (unsigned lag = from; lag <= to; lag += step)
    {
      int alike = likeness (search->a, search->b + search->sign * (int)lag, search->n, step);

      if (alike > search->alike)
        {
          search->alike = alike;
          best = lag;
        }
    }
  return best;
}

/* The lag at which the two are most alike: first coarsely, then around what was found. */
static unsigned
best_lag (Search *search, unsigned rate)
{
  unsigned step = rate / COARSE_RATE;
  unsigned lag = look (search, search->least, search->most, step);

  return look (search, lag > search->least + step ? lag - step : search->least,
               lag + step < search->most ? lag + step : search->most, 1);
}

/* @to: from @from to @other, over @n samples. Both may be of the same array as @to, and ahead. */
static void
fade (int16_t *to, const int16_t *from, const int16_t *other, unsigned n)
{
  for (unsigned i = 0; i < n; i++)
    to[i] = (int16_t)((from[i] * (int)(n - i) + other[i] * (int)i) / (int)n);
}

static unsigned
longer (unsigned a, unsigned b)
{
  return a > b ? a : b;
}

unsigned
tac_stretch_shorten (int16_t *pcm, unsigned n, unsigned rate, unsigned most, int alike)
{
  Search search = { pcm, pcm, 1, samples (rate, WINDOW_US), 0, 0, 0 };
  unsigned lag, over;

  search.least = samples (rate, TAC_STRETCH_LEAST_US);
  search.most = samples (rate, TAC_STRETCH_MOST_US);
  if (most < search.most)
    search.most = most;
  if (n < tac_stretch_reach (rate) || most == 0 || (most < search.least && alike > TAC_STRETCH_ANY))
    return 0;
  if (most < search.least)
    search.least = most;
  lag = best_lag (&search, rate);
  if (search.alike < alike)
    return 0;
  over = longer (lag, samples (rate, FADE_US));
  fade (pcm, pcm, pcm + lag, over);
  memmove (pcm + over, pcm + over + lag, (n - over - lag) * sizeof *pcm);
  return lag;
}

unsigned
tac_stretch_lengthen (int16_t *pcm, unsigned n, unsigned rate, unsigned most, int alike)
{
  Search search = { pcm, pcm, -1, samples (rate, WINDOW_US), 0, 0, 0 };
  unsigned lag, over;

  search.least = samples (rate, TAC_STRETCH_LEAST_US);
  search.most = samples (rate, TAC_STRETCH_MOST_US);
  if (n < search.most)
    return 0;
  if (most < search.most)
    search.most = most > search.least ? most : search.least;
  lag = best_lag (&search, rate);
  if (search.alike < alike)
    return 0;
  over = longer (lag, samples (rate, FADE_US));
  memmove (pcm + lag, pcm, n * sizeof *pcm);
  /* What was sample i is now i + lag; what was a lag before it is i, or still before the array. */
  for (unsigned i = 0; i < over; i++)
    {
      int again = i < lag ? *(pcm + i - lag) : pcm[i];

      pcm[i] = (int16_t)((pcm[i + lag] * (int)(over - i) + again * (int)i) / (int)over);
    }
  return lag;
}

/* How the sound before @pcm would go on: its last period, again and again. */
static void
go_on (const int16_t *pcm, unsigned rate, int16_t *further, unsigned n)
{
  unsigned window = samples (rate, WINDOW_US);
  Search search = { pcm - window, pcm - window, -1, window, 0, 0, 0 };
  unsigned lag;

  search.least = samples (rate, TAC_STRETCH_LEAST_US);
  search.most = samples (rate, TAC_STRETCH_MOST_US);
  lag = best_lag (&search, rate);
  for (unsigned i = 0; i < n; i++)
    further[i] = i < lag ? *(pcm + i - lag) : further[i - lag];
}

unsigned
tac_stretch_merge (int16_t *pcm, unsigned n, unsigned rate, unsigned most)
{
  int16_t further[FADE_MOST];
  unsigned over = samples (rate, FADE_US);
  Search search = { further, pcm, 1, over, 0, most, 0 };
  unsigned left_out;

  if (n < most + over || over > FADE_MOST)
    return 0;
  go_on (pcm, rate, further, over);
  left_out = best_lag (&search, rate);
  memmove (pcm, pcm + left_out, (n - left_out) * sizeof *pcm);
  fade (pcm, further, pcm, over);
  return left_out;
}
