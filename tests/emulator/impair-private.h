/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What impair.c (what happens to a packet) and impair-config.c (what is set) share. */
#pragma once
#include "impair.h"

struct _EmuImpair
{
  gboolean uplink;
  EmuImpairConfig config; /* what holds, or will hold at fade_end_us */
  EmuImpairConfig fade_from;
  gint64 fade_start_us, fade_end_us; /* equal: no fade */
  char *trace_path;
  GArray *trace; /* of double; NULL = none */
  guint trace_next;

  GRand *random;
  double jitter_state; /* standard normal, correlated */
  gboolean in_burst;
  double free_us; /* when the rate has done with all that is queued */
  gint64 last_due_us;
  gint64 outage_until_us;
  gboolean outage_holds;
  EmuImpairCounters counters;
};

/* The configuration at @now_us, in the middle of a fade. */
EmuImpairConfig emu_impair_effective (const EmuImpair *impair, gint64 now_us);
