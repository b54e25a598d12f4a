/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pace over modelled networks: a link with a rate, a queue, delay, jitter, loss and other
 * traffic; the reports come back 60 ms later, or get lost like the rest. `--verbose` prints what
 * docs/voice.md shows. */
#include "codecs/congestion.h"
#include "codecs/transit.h"

#include <glib.h>
#include <string.h>

#define MS 1000
#define SECOND (1000 * MS)
#define PACKET 109 /* bytes, with UDP and IPv4 */
#define OTHER 600
#define FLIGHTS 512

typedef struct
{
  guint at_s;
  double kbps, other_kbps; /* until the next */
} Phase;

typedef struct
{
  const char *name;
  Phase phases[5];
  guint queue_ms, jitter_ms;
  double loss;   /* 0 to 1 */
  guint seconds; /* of the call */
  /* what is asked for */
  guint settled_ms; /* 95 % of the voice waits no longer, from 5 s after a phase began */
  guint over_s;     /* in all, over 300 ms */
  guint changes;    /* in any minute */
  double wide;      /* least share of the voice, of the last 30 s */
  guint fixed_ms;   /* without control 95 % wait at least so long */
} Network;

static const Network networks[] = {
  { "room", { { 0, 1000, 0 } }, 600, 5, 0, 300, 20, 0, 0, 1, 0 },
  { "EDGE, 60 kbit/s", { { 0, 60, 0 } }, 600, 5, 0, 300, 40, 0, 0, 1, 0 },
  { "EDGE's jitter", { { 0, 60, 0 } }, 600, 35, .005, 600, 40, 0, 1, 1, 0 },
  { "60 kbit/s, others take 25", { { 0, 60, 25 } }, 600, 5, 0, 300, 160, 2, 10, 0, 550 },
  { "40 kbit/s", { { 0, 40, 0 } }, 600, 5, 0, 300, 160, 2, 10, 0, 550 },
  { "30 kbit/s", { { 0, 30, 0 } }, 1200, 5, 0, 300, 160, 5, 10, 0, 1100 },
  { "25 kbit/s", { { 0, 25, 0 } }, 600, 5, 0, 300, 200, 14, 10, 0, 550 },
  { "20 kbit/s", { { 0, 20, 0 } }, 600, 5, 0, 300, 200, 6, 10, 0, 550 },
  { .name = "LTE, full for a minute",
    .phases = { { 0, 1000, 0 }, { 30, 30, 0 }, { 90, 1000, 0 } },
    .queue_ms = 1500,
    .jitter_ms = 5,
    .seconds = 240,
    .settled_ms = 200,
    .over_s = 5,
    .changes = 10,
    .wide = 1,
    .fixed_ms = 1400 },
  { .name = "others come and go",
    .phases = { { 0, 60, 0 }, { 20, 60, 30 }, { 40, 60, 0 }, { 60, 60, 40 }, { 90, 60, 0 } },
    .queue_ms = 600,
    .jitter_ms = 10,
    .loss = .01,
    .seconds = 240,
    .settled_ms = 200,
    .over_s = 15,
    .changes = 10,
    .wide = 1,
    .fixed_ms = 550 },
  { "40 kbit/s, little queue", { { 0, 40, 0 } }, 80, 5, 0, 300, 100, 0, 10, 0, 60 },
  { "policed to 30 kbit/s", { { 0, 30, 0 } }, 25, 0, 0, 300, 60, 0, 4, 0, 0 },
  { "5 % random loss", { { 0, 1000, 0 } }, 600, 5, .05, 600, 20, 0, 0, 1, 0 },
  { "10 % random loss", { { 0, 1000, 0 } }, 600, 5, .10, 600, 20, 0, 0, 1, 0 },
  { "20 % random loss", { { 0, 1000, 0 } }, 600, 5, .20, 600, 20, 0, 4, .6, 0 },
  { "20 % random loss, 35 ms", { { 0, 1000, 0 } }, 600, 35, .20, 600, 40, 0, 4, .6, 0 },
  { "10 % random loss, 30 kbit/s", { { 0, 30, 0 } }, 600, 5, .10, 300, 200, 5, 10, 0, 550 },
};

typedef struct
{
  gint64 arrival;
  guint32 tick;
  guint ticks;
} Flight;

typedef struct
{
  const Network *network;
  gboolean controlled;
  gint64 now;

  TacCongestion congestion;
  TacProfile profile;
  guint32 next_tick, sent_tick;
  gint64 free_at, other_at, last_arrival;
  Flight flights[FLIGHTS];
  guint first, n;

  TacTransit transit;
  guint64 ticks, told_ticks;
  guint32 end, highest, told_end;
  guint told_ms;
  gint64 told_us;
  TacControlReport reports[16];
  gint64 due[16];
  guint first_report, n_reports;

  GArray *waits; /* ms, of each packet that counts as settled */
  GArray *changed;
  guint over, sent_ticks, wide_ticks, late_ticks;
} Model;

static const Phase *
phase_of (const Network *network, gint64 now)
{
  const Phase *phase = &network->phases[0];

  for (guint i = 1; i < G_N_ELEMENTS (network->phases) && network->phases[i].kbps > 0; i++)
    if (now >= network->phases[i].at_s * (gint64)SECOND)
      phase = &network->phases[i];
  return phase;
}

/* Returns: µs that it waits, or -1 where the queue is full. */
static gint64
enqueue (Model *model, guint bytes)
{
  gint64 wait = MAX (model->free_at - model->now, 0);

  if (wait > model->network->queue_ms * MS)
    return -1;
  wait += (gint64)(bytes * 8000 / phase_of (model->network, model->now)->kbps);
  model->free_at = model->now + wait;
  return wait;
}

static void
count (Model *model, gint64 wait, guint ticks)
{
  const Phase *phase = phase_of (model->network, model->now);

  if (wait > 300 * MS)
    model->over += ticks * TAC_TICK_MS;
  if (model->now > (phase->at_s + 5) * (gint64)SECOND)
    {
      guint ms = (guint)(wait / MS);

      g_array_append_val (model->waits, ms);
    }
  model->sent_ticks += ticks;
  if (model->now >= (model->network->seconds - 30) * (gint64)SECOND)
    {
      model->late_ticks += ticks;
      model->wide_ticks += ticks == 1 ? 1 : 0;
    }
}

static void
send_voice (Model *model)
{
  guint ticks;
  gint64 wait, late;

  if (model->next_tick % TAC_PROFILE_BOUNDARY == 0 && model->controlled)
    model->profile = model->congestion.profile;
  ticks = tac_profile_ticks (model->profile);
  if (model->now < (model->next_tick + ticks) * (gint64)TAC_TICK_MS * MS)
    return;
  wait = enqueue (model, PACKET);
  count (model, MAX (wait, 0), ticks);
  model->sent_tick = model->next_tick;
  model->next_tick += ticks;
  if (wait < 0 || g_test_rand_double () < model->network->loss)
    return;
  late = model->network->jitter_ms * (gint64)(MS * -0.5) * (g_test_rand_double () < .5 ? 0 : 1);
  late = model->network->jitter_ms * MS + late
         + (g_test_rand_double () < .05 ? model->network->jitter_ms * 2 * MS : 0);
  model->last_arrival = MAX (model->last_arrival, model->now + wait + 50 * MS + late);
  g_assert_cmpuint (model->n, <, FLIGHTS);
  model->flights[(model->first + model->n++) % FLIGHTS]
      = (Flight){ model->last_arrival, model->sent_tick, ticks };
}

static void
tell (Model *model)
{
  guint due = model->end - model->told_end, heard = (guint)(model->ticks - model->told_ticks);
  guint at = (model->first_report + model->n_reports) % 16;

  model->reports[at] = (TacControlReport){
    .highest_tick = model->highest,
    .ticks = (guint8)MIN (due, 255),
    .lost = (guint8)MIN (due > heard ? due - heard : 0, 255),
    .growth_ms = (guint16)tac_transit_growth_ms (&model->transit),
  };
  model->told_ms = model->reports[at].growth_ms;
  model->told_ticks = model->ticks;
  model->told_end = model->end;
  model->told_us = model->now;
  model->due[at] = model->now + 60 * MS;
  if (g_test_rand_double () >= model->network->loss)
    model->n_reports++;
}

static void
hear (Model *model)
{
  while (model->n > 0 && model->flights[model->first].arrival <= model->now)
    {
      Flight *flight = &model->flights[model->first];

      tac_transit_put (&model->transit, flight->arrival, flight->tick + flight->ticks);
      model->ticks += flight->ticks;
      model->highest = flight->tick;
      model->end = flight->tick + flight->ticks;
      model->first = (model->first + 1) % FLIGHTS;
      model->n--;
    }
  if (model->now - model->told_us >= SECOND
      || tac_transit_is_urgent (tac_transit_growth_ms (&model->transit), model->told_ms,
                                model->now - model->told_us))
    tell (model);
}

static void
take_reports (Model *model)
{
  while (model->n_reports > 0 && model->due[model->first_report] <= model->now)
    {
      if (model->controlled
          && tac_congestion_report (&model->congestion, model->now,
                                    &model->reports[model->first_report], model->sent_tick))
        {
          g_array_append_val (model->changed, model->now);
          if (g_test_verbose ())
            g_test_message ("  %5.1f s: %s, %s, %u ms", (double)model->now / SECOND,
                            tac_profile_name (model->congestion.profile),
                            tac_congestion_reason_name (model->congestion.reason),
                            model->congestion.delay_ms);
        }
      model->first_report = (model->first_report + 1) % 16;
      model->n_reports--;
    }
}

static void
send_other (Model *model)
{
  double kbps = phase_of (model->network, model->now)->other_kbps;

  if (kbps <= 0 || model->now < model->other_at)
    return;
  enqueue (model, OTHER);
  model->other_at = model->now + (gint64)(OTHER * 8000 / kbps * (.5 + g_test_rand_double ()));
}

static void
run (Model *model, const Network *network, gboolean controlled)
{
  memset (model, 0, sizeof *model);
  model->network = network;
  model->controlled = controlled;
  model->waits = g_array_new (FALSE, FALSE, sizeof (guint));
  model->changed = g_array_new (FALSE, FALSE, sizeof (gint64));
  tac_congestion_init (&model->congestion);
  for (; model->now < network->seconds * (gint64)SECOND; model->now += MS)
    {
      send_other (model);
      send_voice (model);
      hear (model);
      take_reports (model);
    }
}

static int
by_size (gconstpointer a, gconstpointer b)
{
  return *(const guint *)a < *(const guint *)b ? -1 : *(const guint *)a > *(const guint *)b;
}

static guint
percentile (GArray *waits, guint percent)
{
  g_array_sort (waits, by_size);
  return g_array_index (waits, guint, waits->len * percent / 100);
}

/* The most in any minute. */
static guint
busiest_minute (GArray *changed)
{
  guint most = 0;

  for (guint i = 0, first = 0; i < changed->len; i++)
    {
      while (g_array_index (changed, gint64, i) - g_array_index (changed, gint64, first)
             > 60 * (gint64)SECOND)
        first++;
      most = MAX (most, i - first + 1);
    }
  return most;
}

static void
clear (Model *model)
{
  g_array_unref (model->waits);
  g_array_unref (model->changed);
}

static void
test_network (gconstpointer data)
{
  const Network *network = data;
  static Model model;
  guint settled, fixed, over, minute, changes;
  double wide;

  run (&model, network, FALSE);
  fixed = percentile (model.waits, 95);
  clear (&model);
  run (&model, network, TRUE);
  settled = percentile (model.waits, 95);
  over = model.over / 1000;
  minute = busiest_minute (model.changed);
  changes = model.changed->len;
  wide = (double)model.wide_ticks / model.late_ticks;
  clear (&model);
  g_test_message (
      "%s: 95 %% wait %u ms (without control %u), %u s over 300 ms, %u changes, %u in a "
      "minute, %.0f %% wide at the end",
      network->name, settled, fixed, over, changes, minute, 100 * wide);
  g_assert_cmpuint (fixed, >=, network->fixed_ms);
  g_assert_cmpuint (settled, <=, network->settled_ms);
  g_assert_cmpuint (over, <=, network->over_s);
  g_assert_cmpuint (minute, <=, network->changes);
  g_assert_cmpfloat (wide, >=, network->wide);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autofree char *path = g_strdup_printf ("/congestion/%s", networks[i].name);

      g_strdelimit (path + 12, " ", '-');
      g_strdelimit (path + 12, "/", ':');
      g_test_add_data_func (path, &networks[i], test_network);
    }
  return g_test_run ();
}
