/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one direction of a link does to packets: queue and rate, loss, delay, order. */
#include "distribution.h"
#include "impair-private.h"

#include <math.h>

EmuImpair *
emu_impair_new (gboolean uplink, guint32 seed)
{
  EmuImpair *impair = g_new0 (EmuImpair, 1);

  impair->uplink = uplink;
  impair->config = (EmuImpairConfig){
    .keep_order = TRUE,
    .burst_end = 25,
    .burst_loss = 100,
    .queue_ms = 500,
    .reorder_ms = 20,
  };
  impair->random = g_rand_new_with_seed (seed);
  emu_impair_set_seed (impair, seed);
  return impair;
}

void
emu_impair_free (EmuImpair *impair)
{
  if (impair == NULL)
    return;
  g_rand_free (impair->random);
  g_free (impair->trace_path);
  g_clear_pointer (&impair->trace, g_array_unref);
  g_free (impair);
}

void
emu_impair_set_seed (EmuImpair *impair, guint32 seed)
{
  g_rand_set_seed (impair->random, seed);
  impair->jitter_state = 0;
  impair->in_burst = FALSE;
  impair->trace_next = 0;
}

void
emu_impair_interrupt (EmuImpair *impair, gint64 until_us, gboolean hold)
{
  impair->outage_until_us = until_us;
  impair->outage_holds = hold;
}

const EmuImpairCounters *
emu_impair_counters (const EmuImpair *impair)
{
  return &impair->counters;
}

static gboolean
happens (EmuImpair *impair, double per_cent)
{
  return emu_draw_share (impair->random, per_cent);
}

/* Correlated jitter keeps its distribution: a first-order autoregressive normal variable whose
 * probability, not value, is put into the shape asked for. */
static double
draw_jitter_ms (EmuImpair *impair, const EmuImpairConfig *config)
{
  double correlation = config->correlation / 100;

  impair->jitter_state = correlation * impair->jitter_state
                         + sqrt (1 - correlation * correlation) * emu_draw_normal (impair->random);
  return config->jitter_ms
         * emu_shape_normal ((EmuShape)config->jitter_shape, impair->jitter_state);
}

/* NAN: the trace says that it is lost. */
static double
draw_delay_ms (EmuImpair *impair, const EmuImpairConfig *config)
{
  double extra_ms = 0;

  if (impair->trace != NULL)
    {
      extra_ms = g_array_index (impair->trace, double, impair->trace_next);
      impair->trace_next = (impair->trace_next + 1) % impair->trace->len;
    }
  else if (config->jitter_ms > 0)
    extra_ms = draw_jitter_ms (impair, config);
  return isnan (extra_ms) ? extra_ms : MAX (config->delay_ms + extra_ms, 0);
}

/* Puts a packet into the queue before the rate. Returns: FALSE where it is full; else @sent_us is
 * when its last bit is out. A packet that finds the link free always gets through. */
static gboolean
queue (EmuImpair *impair, const EmuImpairConfig *config, gsize length, gint64 now_us,
       double *sent_us)
{
  double us_per_byte = 8000 / config->rate_kbps;
  double backlog_us = MAX (impair->free_us - (double)now_us, 0);
  double room_us
      = config->queue_bytes > 0 ? config->queue_bytes * us_per_byte : config->queue_ms * 1000;

  if (backlog_us > 0 && backlog_us + (double)length * us_per_byte > room_us)
    return FALSE;
  *sent_us = impair->free_us = (double)now_us + backlog_us + (double)length * us_per_byte;
  return TRUE;
}

/* Gilbert and Elliott's channel: its state may change with each packet, then decides. */
static gboolean
is_lost (EmuImpair *impair, const EmuImpairConfig *config)
{
  if (config->burst_start <= 0)
    impair->in_burst = FALSE;
  else if (happens (impair, impair->in_burst ? config->burst_end : config->burst_start))
    impair->in_burst = !impair->in_burst;

  if (!happens (impair, impair->in_burst ? config->burst_loss : config->loss))
    return FALSE;
  if (impair->in_burst)
    impair->counters.lost_in_burst++;
  else
    impair->counters.lost++;
  return TRUE;
}

static gint64
set_order (EmuImpair *impair, const EmuImpairConfig *config, gint64 due_us)
{
  if (happens (impair, config->reorder))
    {
      impair->counters.reordered++;
      return due_us + (gint64)(config->reorder_ms * 1000);
    }
  if (config->keep_order)
    due_us = impair->last_due_us = MAX (due_us, impair->last_due_us);
  return due_us;
}

void
emu_impair_decide (EmuImpair *impair, gsize length, gint64 now_us, EmuFate *fate)
{
  const EmuImpairConfig config = emu_impair_effective (impair, now_us);
  gboolean interrupted = now_us < impair->outage_until_us;
  double sent_us = (double)now_us, delay_ms;

  fate->copies = 0;
  if (interrupted && !impair->outage_holds)
    {
      impair->counters.lost_in_outage++;
      return;
    }
  if (config.rate_kbps > 0 && !queue (impair, &config, length, now_us, &sent_us))
    {
      impair->counters.overflowed++;
      return;
    }
  if (is_lost (impair, &config))
    return;
  delay_ms = draw_delay_ms (impair, &config);
  if (isnan (delay_ms))
    {
      impair->counters.lost++;
      return;
    }

  if (interrupted)
    sent_us = MAX (sent_us, (double)impair->outage_until_us);
  fate->copies = happens (impair, config.duplicate) ? 2 : 1;
  impair->counters.doubled += fate->copies - 1;
  fate->due_us[0] = fate->due_us[1]
      = set_order (impair, &config, (gint64)llround (sent_us + delay_ms * 1000));
}
