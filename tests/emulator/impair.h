/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one direction of a link does to packets: queue and rate, loss, delay, order. Pure: the
 * caller gives the time, and a seed repeats a run. */
#pragma once
#include <glib.h>

/* All zeros but keep_order: an ideal link. Shares are in per cent. */
typedef struct
{
  double delay_ms;     /* mean */
  double jitter_ms;    /* 0 = every packet takes delay_ms */
  guint jitter_shape;  /* EmuShape; uniform: delay ± jitter, else the standard deviation */
  double correlation;  /* per cent: of a packet's jitter with the one before's */
  gboolean keep_order; /* a late packet holds back those behind it, as radio link layers do */
  double loss;         /* outside of bursts */
  double burst_start;  /* Gilbert and Elliott: how often a packet begins a burst */
  double burst_end;    /* and ends one; a burst's mean length is 100 / burst_end */
  double burst_loss;   /* inside of bursts */
  double rate_kbps;    /* of IP packets; 0 = unlimited */
  double queue_ms;     /* how much the queue before the rate holds, as time … */
  double queue_bytes;  /* … or, unless 0, in bytes */
  double reorder;      /* how many are overtaken … */
  double reorder_ms;   /* … by being that much later */
  double duplicate;
} EmuImpairConfig;

typedef struct
{
  guint64 overflowed; /* the queue was full */
  guint64 lost;
  guint64 lost_in_burst;
  guint64 lost_in_outage;
  guint64 reordered;
  guint64 doubled;
} EmuImpairCounters;

/* What becomes of one packet: when each copy is out at the other end. */
typedef struct
{
  guint copies; /* 0 = it is lost */
  gint64 due_us[2];
} EmuFate;

typedef struct _EmuImpair EmuImpair;
/* @uplink: presets have other rates there. */
EmuImpair *emu_impair_new (gboolean uplink, guint32 seed);
void emu_impair_free (EmuImpair *impair);
/* Starts the random numbers over. */
void emu_impair_set_seed (EmuImpair *impair, guint32 seed);

/* impair-config.c: changes what @values ("a{sv}", keys as in org.tacitel.Emulator1.xml) names.
 * Returns: FALSE with @error and nothing changed. */
gboolean emu_impair_set (EmuImpair *impair, GVariant *values, GError **error);
/* Likewise, but moves there evenly within @duration_us: a phone that nears the edge of its cell.
 * What is no number changes at once. */
gboolean emu_impair_fade (EmuImpair *impair, GVariant *values, gint64 duration_us, gint64 now_us,
                          GError **error);
/* Returns: (transfer floating) "a{sv}", what it is on its way to. */
GVariant *emu_impair_describe (const EmuImpair *impair);
/* The delays of a trace: one a line in ms, or "lost"; # begins a comment. They come on top of
 * delay_ms, in turn, instead of jitter.
 * Returns: (transfer full) of double, NAN where lost; NULL with @error naming the line. */
GArray *emu_impair_parse_trace (const char *text, GError **error);

/* Until @until_us packets are lost or, with @hold, kept back. */
void emu_impair_interrupt (EmuImpair *impair, gint64 until_us, gboolean hold);

/* Decides about a packet of @length bytes that enters at @now_us; time never goes back.
 * Order: outage, queue and rate, loss, delay, duplication. */
void emu_impair_decide (EmuImpair *impair, gsize length, gint64 now_us, EmuFate *fate);
const EmuImpairCounters *emu_impair_counters (const EmuImpair *impair);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmuImpair, emu_impair_free)
