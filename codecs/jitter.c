/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much later than the fastest do packets come? The estimator behind the playout buffer's
 * target. */
#include "jitter.h"

#include <string.h>

#define WINDOW_PER_LATE 50 /* packets of the window for each that may come later than slow */
#define RECENT_PER_LATE 12 /* the same among the recent ones */
#define LATE_MAX (TAC_JITTER_WINDOW / WINDOW_PER_LATE)

_Static_assert(TAC_JITTER_RECENT / RECENT_PER_LATE <= LATE_MAX, "one list serves both");

void
tac_jitter_reset (TacJitter *jitter)
{
  memset (jitter, 0, sizeof *jitter);
}

/* The (late + 1)th slowest of the newest @n transits. */
static int64_t
slowest_but (const TacJitter *jitter, unsigned n, unsigned late)
{
  int64_t slowest[LATE_MAX + 1];
  unsigned known = 0;

  for (unsigned i = 1; i <= n; i++)
    {
      int64_t transit = jitter->transit[(jitter->at + TAC_JITTER_WINDOW - i) % TAC_JITTER_WINDOW];
      unsigned at = known;

      if (known == late + 1 && transit <= slowest[late])
        continue;
      if (known <= late)
        known++;
      else
        at = late;
      for (; at > 0 && slowest[at - 1] < transit; at--)
        slowest[at] = slowest[at - 1];
      slowest[at] = transit;
    }
  return slowest[known - 1];
}

static int64_t
least (const TacJitter *jitter)
{
  int64_t fastest = jitter->transit[0];

  for (unsigned i = 1; i < jitter->n; i++)
    if (jitter->transit[i] < fastest)
      fastest = jitter->transit[i];
  return fastest;
}

void
tac_jitter_put (TacJitter *jitter, int64_t transit_us)
{
  unsigned before = (jitter->at + TAC_JITTER_WINDOW - 1) % TAC_JITTER_WINDOW;
  unsigned recent;
  int64_t of_window, of_recent;

  if (jitter->n > 0)
    {
      int64_t difference = transit_us - jitter->transit[before];

      jitter->mean += ((difference < 0 ? -difference : difference) - jitter->mean) / 16;
    }
  jitter->transit[jitter->at] = transit_us;
  jitter->at = (jitter->at + 1) % TAC_JITTER_WINDOW;
  if (jitter->n < TAC_JITTER_WINDOW)
    jitter->n++;

  recent = jitter->n < TAC_JITTER_RECENT ? jitter->n : TAC_JITTER_RECENT;
  of_window = slowest_but (jitter, jitter->n, jitter->n / WINDOW_PER_LATE);
  of_recent = slowest_but (jitter, recent, recent / RECENT_PER_LATE);
  jitter->slow = of_window > of_recent ? of_window : of_recent;
  jitter->fastest = least (jitter);
}
