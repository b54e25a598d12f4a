/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The counters of taciteldec as its stats property shows them. */
#include "elements.h"

GstStructure *
tac_gst_stats_structure (const TacVoiceReceiverStats *stats)
{
  const TacPlayoutStats *playout = &stats->playout;

#define COUNT(name, value) name, G_TYPE_UINT64, (guint64)(value)
#define NUMBER(name, value) name, G_TYPE_UINT, (guint)(value)
  return gst_structure_new (
      "taciteldec-stats", COUNT ("opened", stats->opened), COUNT ("early", stats->early),
      COUNT ("refused-length", stats->refused[TAC_OPEN_LENGTH]),
      COUNT ("refused-ahead", stats->refused[TAC_OPEN_AHEAD]),
      COUNT ("refused-late", stats->refused[TAC_OPEN_LATE]),
      COUNT ("refused-forged", stats->refused[TAC_OPEN_FORGED]),
      COUNT ("refused-replay", stats->refused[TAC_OPEN_REPLAY]),
      COUNT ("received", playout->received), COUNT ("duplicate", playout->duplicate),
      COUNT ("late", playout->late), COUNT ("overflow", playout->overflow),
      COUNT ("malformed", playout->malformed), COUNT ("decoded", playout->decoded),
      COUNT ("discarded", playout->discarded), COUNT ("played", playout->played),
      COUNT ("concealed", playout->concealed), COUNT ("recovered-fec", playout->recovered_fec),
      COUNT ("silence", playout->silence), COUNT ("accelerated", playout->accelerated),
      COUNT ("expanded", playout->expanded),
      COUNT ("compressed-samples", playout->compressed_samples),
      COUNT ("stretched-samples", playout->stretched_samples), COUNT ("merged", playout->merged),
      COUNT ("comfort", playout->comfort), COUNT ("stalled", playout->stalled),
      COUNT ("resumed", playout->resumed), COUNT ("undecodable", playout->undecodable),
      COUNT ("clock-jumps", playout->clock_jumps), NUMBER ("highest-tick", playout->highest_tick),
      NUMBER ("delay-ms", playout->delay_ms), NUMBER ("target-ms", playout->target_ms),
      NUMBER ("jitter-ms", playout->jitter_ms), "drift-ppm", G_TYPE_INT, (gint)playout->drift_ppm,
      NULL);
#undef COUNT
#undef NUMBER
}
