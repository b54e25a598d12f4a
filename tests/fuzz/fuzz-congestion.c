/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pace against reports of a peer that says anything, and arrivals that the network chose: the
 * profile is one of three, goes up by one step and after ten seconds at least; a growth is in its
 * range. The input: how far time and ticks go on, then a REPORT as it came. */
#include "codecs/congestion.h"
#include "codecs/transit.h"

#include <stdlib.h>

#define STEP (3 + TAC_REPORT_SIZE)

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
require (bool holds)
{
  if (!holds)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  int64_t now_us = 0, raised_us = -TAC_CONGESTION_WAIT_US;
  TacTransit transit = { 0 };
  TacCongestion congestion;
  TacControlReport report;
  uint32_t sent = 0;

  tac_congestion_init (&congestion);
  for (; size >= STEP; data += STEP, size -= STEP)
    {
      TacProfile before = congestion.profile;

      now_us += data[0] * INT64_C (50000);
      sent += data[1];
      if (data[2] == 0xff)
        tac_congestion_moved (&congestion, now_us);
      if (!tac_control_report_decode (&report, data + 3, TAC_REPORT_SIZE))
        continue;
      tac_transit_put (&transit, now_us + report.jitter_ms, report.highest_tick);
      require (tac_transit_growth_ms (&transit) <= TAC_TRANSIT_GROWTH_MAX);
      if (data[2] % 2 == 0) /* it keeps to what was sent */
        report.highest_tick = sent - data[2] % 16;
      require (tac_congestion_report (&congestion, now_us, &report, sent)
               == (congestion.profile != before));
      require (congestion.profile < TAC_PROFILES);
      if (congestion.profile >= before)
        continue;
      require (before - congestion.profile == 1 && now_us - raised_us >= TAC_CONGESTION_WAIT_US);
      raised_us = now_us;
    }
  return 0;
}
