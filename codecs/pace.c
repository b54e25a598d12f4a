/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pace of a sound card that asks for 20 ms at a time, bunched and delayed by the threads
 * between, and its drift against the sender's. */
#include "pace.h"

#include "wire.h"

#include <string.h>

#define TICK_US (TAC_TICK_MS * 1000)
#define SLOPES (TAC_PACE_POINTS * (TAC_PACE_POINTS - 1) / 2)
#define DRIFT_MOST_PPM 2000 /* what is more is the network */

void
tac_pace_reset (TacPace *pace)
{
  memset (pace, 0, sizeof *pace);
}

/* The median of the slopes between all points (Theil and Sen): a path that changes moves few. */
static int
slope (const TacPace *pace)
{
  int slopes[SLOPES];
  unsigned n = 0;

  for (unsigned i = 0; i < pace->n_points; i++)
    for (unsigned j = i + 1; j < pace->n_points; j++)
      {
        int64_t ppm = (pace->points[i] - pace->points[j]) * 1000000
                      / ((int64_t)(j - i) * TAC_PACE_SPAN * TICK_US);
        unsigned at = n++;

        if (ppm > DRIFT_MOST_PPM)
          ppm = DRIFT_MOST_PPM;
        if (ppm < -DRIFT_MOST_PPM)
          ppm = -DRIFT_MOST_PPM;
        for (; at > 0 && slopes[at - 1] > ppm; at--)
          slopes[at] = slopes[at - 1];
        slopes[at] = (int)ppm;
      }
  return n > 0 ? slopes[n / 2] : 0;
}

static void
end_span (TacPace *pace)
{
  if (!pace->heard)
    {
      pace->n_points = 0;
      return;
    }
  if (pace->n_points == TAC_PACE_POINTS)
    memmove (pace->points, pace->points + 1, --pace->n_points * sizeof pace->points[0]);
  pace->points[pace->n_points++] = pace->fastest - pace->least;
  pace->heard = false;
  pace->drift_ppm = slope (pace);
}

int64_t
tac_pace_tick (TacPace *pace, int64_t now_us)
{
  int64_t n = pace->count + 1 < TAC_PACE_WINDOW ? pace->count + 1 : TAC_PACE_WINDOW;

  pace->offset[pace->count % TAC_PACE_WINDOW] = now_us - pace->count * TICK_US;
  pace->least = pace->offset[0];
  for (int64_t i = 1; i < n; i++)
    if (pace->offset[i] < pace->least)
      pace->least = pace->offset[i];
  if ((pace->count + 1) % TAC_PACE_SPAN == 0)
    end_span (pace);
  return pace->least + pace->count++ * TICK_US;
}

void
tac_pace_hear (TacPace *pace, int64_t transit_us)
{
  if (!pace->heard || transit_us < pace->fastest)
    pace->fastest = transit_us;
  pace->heard = true;
}
