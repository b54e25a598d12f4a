/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The emulated link: what is asked for is what packets meet, and a seed repeats it. */
#include "tests/emulator/impair.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <math.h>

#define PACKETS 200000
#define SPACING_US 20000

/* @settings: as in GVariant's text format. */
static EmuImpair *
make (const char *settings)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) values
      = g_variant_parse (G_VARIANT_TYPE_VARDICT, settings, NULL, NULL, &error);
  EmuImpair *impair = emu_impair_new (FALSE, (guint32)g_test_rand_int ());

  g_assert_no_error (error);
  emu_impair_set (impair, values, &error);
  g_assert_no_error (error);
  return impair;
}

typedef struct
{
  guint lost;
  double mean_ms, deviation_ms, correlation, min_ms, max_ms;
} Measured;

/* Sends PACKETS of 100 bytes, so far apart that none waits for another. */
static Measured
measure (EmuImpair *impair)
{
  double sum = 0, squares = 0, products = 0, last = 0;
  Measured got = { .min_ms = G_MAXDOUBLE };
  guint n = 0;

  for (gint64 i = 0; i < PACKETS; i++)
    {
      gint64 now_us = i * 10 * G_USEC_PER_SEC;
      EmuFate fate;
      double ms;

      emu_impair_decide (impair, 100, now_us, &fate);
      if (fate.copies == 0)
        {
          got.lost++;
          continue;
        }
      ms = (double)(fate.due_us[0] - now_us) / 1000;
      sum += ms;
      squares += ms * ms;
      products += n > 0 ? ms * last : 0;
      last = ms;
      n++;
      got.min_ms = MIN (got.min_ms, ms);
      got.max_ms = MAX (got.max_ms, ms);
    }
  got.mean_ms = sum / n;
  got.deviation_ms = sqrt (MAX (squares / n - got.mean_ms * got.mean_ms, 0));
  got.correlation = (products / (n - 1) - got.mean_ms * got.mean_ms)
                    / MAX (got.deviation_ms * got.deviation_ms, 1e-9);
  return got;
}

static void
test_ideal (void)
{
  g_autoptr (EmuImpair) impair = emu_impair_new (TRUE, 1);
  EmuFate fate;

  emu_impair_decide (impair, 1500, 42, &fate);
  g_assert_cmpuint (fate.copies, ==, 1);
  g_assert_cmpint (fate.due_us[0], ==, 42);
}

static void
test_delay (void)
{
  static const struct
  {
    const char *settings;
    double mean, deviation, correlation, min, max;
  } rows[] = {
    { "{'delay-ms': <50>}", 50, 0, 0, 50, 50 },
    { "{'delay-ms': <12.5>}", 12.5, 0, 0, 12.5, 12.5 },
    { "{'delay-ms': <100>, 'jitter-ms': <30>}", 100, 17.32, 0, 70, 130 },
    { "{'delay-ms': <100>, 'jitter-ms': <30>, 'correlation': <80>}", 100, 17.32, 0.78, 70, 130 },
    { "{'delay-ms': <100>, 'jitter-ms': <10>, 'jitter': <'normal'>}", 100, 10, 0, 0, 160 },
    { "{'delay-ms': <100>, 'jitter-ms': <10>, 'jitter': <'normal'>, 'correlation': <50>}", 100, 10,
      0.5, 0, 160 },
    { "{'delay-ms': <100>, 'jitter-ms': <20>, 'jitter': <'pareto'>}", 100, 20, 0, 88, 1200 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (EmuImpair) impair = make (rows[i].settings);
      Measured got = measure (impair);

      g_test_message ("%s: mean %.2f ms, deviation %.2f ms, correlation %.3f, %.2f to %.2f ms",
                      rows[i].settings, got.mean_ms, got.deviation_ms, got.correlation, got.min_ms,
                      got.max_ms);
      g_assert_cmpuint (got.lost, ==, 0);
      g_assert_cmpfloat_with_epsilon (got.mean_ms, rows[i].mean, 0.5);
      g_assert_cmpfloat (fabs (got.deviation_ms - rows[i].deviation), <=,
                         0.01 + rows[i].deviation * 0.2);
      g_assert_cmpfloat (fabs (got.correlation - rows[i].correlation), <, 0.03);
      g_assert_cmpfloat (got.min_ms, >=, rows[i].min);
      g_assert_cmpfloat (got.max_ms, <=, rows[i].max);
    }
}

/* A long tail: seen in what is later than the mean by ten deviations. */
static void
test_pareto_tail (void)
{
  g_autoptr (EmuImpair) pareto
      = make ("{'delay-ms': <100>, 'jitter-ms': <10>, 'jitter': <'pareto'>}");
  g_autoptr (EmuImpair) normal
      = make ("{'delay-ms': <100>, 'jitter-ms': <10>, 'jitter': <'normal'>}");

  g_assert_cmpfloat (measure (pareto).max_ms, >, 200);
  g_assert_cmpfloat (measure (normal).max_ms, <, 160);
}

static void
test_loss (void)
{
  static const struct
  {
    const char *settings;
    double per_cent;
  } rows[] = {
    { "{'loss': <0.0>}", 0 },
    { "{'loss': <1.0>}", 1 },
    { "{'loss': <30>}", 30 },
    { "{'loss': <100>}", 100 },
    /* p / (p + r) of the time in bursts: 2 / (2 + 20), half of the packets lost there. */
    { "{'burst-start': <2>, 'burst-end': <20>, 'burst-loss': <50>}", 4.545 },
    { "{'burst-start': <1>, 'burst-end': <25>, 'loss': <1>}", 1.0 / 26 * 100 + 25.0 / 26 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (EmuImpair) impair = make (rows[i].settings);
      double got = measure (impair).lost * 100.0 / PACKETS;

      g_test_message ("%s: lost %.3f %%, asked %.3f %%", rows[i].settings, got, rows[i].per_cent);
      g_assert_cmpfloat (fabs (got - rows[i].per_cent), <=, rows[i].per_cent * 0.12);
    }
}

/* Lost packets come in runs, of the length asked for. */
static void
test_bursts (void)
{
  g_autoptr (EmuImpair) impair = make ("{'burst-start': <1>, 'burst-end': <20>}");
  guint bursts = 0, lost = 0;
  gboolean before = FALSE;

  for (guint i = 0; i < PACKETS; i++)
    {
      EmuFate fate;

      emu_impair_decide (impair, 100, i, &fate);
      bursts += fate.copies == 0 && !before;
      before = fate.copies == 0;
      lost += before;
    }
  g_test_message ("%u bursts of %.2f packets on average", bursts, (double)lost / bursts);
  g_assert_cmpfloat_with_epsilon ((double)lost / bursts, 5, 0.5);
  g_assert_cmpuint (emu_impair_counters (impair)->lost_in_burst, ==, lost);
  g_assert_cmpuint (emu_impair_counters (impair)->lost, ==, 0);
}

/* Twice as much as the rate can carry: half comes, after the queue's time. */
static void
test_rate (void)
{
  static const struct
  {
    const char *settings;
    double queue_ms;
  } rows[] = {
    { "{'rate-kbps': <80>, 'queue-ms': <300>}", 300 },
    { "{'rate-kbps': <80>, 'queue-bytes': <1000>}", 100 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (EmuImpair) impair = make (rows[i].settings);
      gint64 last_us = 0;
      guint arrived = 0;

      /* 100 bytes each 5 ms are 160 kbit/s. */
      for (gint64 at = 0; at < 60 * G_USEC_PER_SEC; at += 5000)
        {
          EmuFate fate;

          emu_impair_decide (impair, 100, at, &fate);
          if (fate.copies == 0)
            continue;
          arrived++;
          g_assert_cmpint (fate.due_us[0], >=, last_us + 10000);
          last_us = fate.due_us[0];
          g_assert_cmpfloat ((double)(last_us - at), <=, rows[i].queue_ms * 1000);
        }
      g_test_message ("%s: %.2f kbit/s", rows[i].settings, arrived * 0.8 / ((double)last_us / 1e6));
      g_assert_cmpfloat_with_epsilon (arrived * 0.8 / ((double)last_us / 1e6), 80, 0.5);
      g_assert_cmpuint (emu_impair_counters (impair)->overflowed, ==, 12000 - arrived);
    }
}

/* A packet that is larger than the queue still passes a link that is free. */
static void
test_rate_large_packet (void)
{
  g_autoptr (EmuImpair) impair = make ("{'rate-kbps': <8>, 'queue-ms': <100>}");
  EmuFate fate;

  emu_impair_decide (impair, 1500, 0, &fate);
  g_assert_cmpuint (fate.copies, ==, 1);
  g_assert_cmpint (fate.due_us[0], ==, 1500000);
  emu_impair_decide (impair, 1, 1, &fate);
  g_assert_cmpuint (fate.copies, ==, 0);
}

static guint
count_overtaken (const char *settings)
{
  g_autoptr (EmuImpair) impair = make (settings);
  gint64 last_us = 0;
  guint overtaken = 0;

  for (gint64 i = 0; i < PACKETS; i++)
    {
      EmuFate fate;

      emu_impair_decide (impair, 100, i * SPACING_US, &fate);
      overtaken += fate.due_us[0] < last_us;
      last_us = MAX (last_us, fate.due_us[0]);
    }
  return overtaken;
}

static void
test_order (void)
{
  /* Jitter alone keeps the order, unless asked not to. */
  g_assert_cmpuint (count_overtaken ("{'delay-ms': <100>, 'jitter-ms': <90>}"), ==, 0);
  g_assert_cmpuint (
      count_overtaken ("{'delay-ms': <100>, 'jitter-ms': <90>, 'keep-order': <false>}"), >,
      PACKETS / 4);
  /* One in a hundred is 50 ms late: two overtake each. */
  g_assert_cmpfloat_with_epsilon (
      count_overtaken ("{'delay-ms': <5>, 'reorder': <1>, 'reorder-ms': <50>}"), PACKETS * 0.02,
      PACKETS * 0.002);
}

static void
test_duplicate (void)
{
  g_autoptr (EmuImpair) impair = make ("{'duplicate': <10>}");
  guint copies = 0;

  for (guint i = 0; i < PACKETS; i++)
    {
      EmuFate fate;

      emu_impair_decide (impair, 100, i, &fate);
      copies += fate.copies;
    }
  g_assert_cmpfloat_with_epsilon (copies, PACKETS * 1.1, PACKETS * 0.005);
  g_assert_cmpuint (emu_impair_counters (impair)->doubled, ==, copies - PACKETS);
}

static void
test_outage (void)
{
  g_autoptr (EmuImpair) impair = make ("{'delay-ms': <10>}");
  EmuFate fate;

  emu_impair_interrupt (impair, 1000000, FALSE);
  emu_impair_decide (impair, 100, 999999, &fate);
  g_assert_cmpuint (fate.copies, ==, 0);
  emu_impair_decide (impair, 100, 1000000, &fate);
  g_assert_cmpint (fate.due_us[0], ==, 1010000);

  emu_impair_interrupt (impair, 2000000, TRUE);
  emu_impair_decide (impair, 100, 1500000, &fate);
  g_assert_cmpint (fate.due_us[0], ==, 2010000);
  g_assert_cmpuint (emu_impair_counters (impair)->lost_in_outage, ==, 1);
}

static void
test_fade (void)
{
  g_autoptr (EmuImpair) impair = make ("{'delay-ms': <10>, 'rate-kbps': <1000>}");
  g_autoptr (GVariant) values
      = g_variant_ref_sink (g_variant_new_parsed ("{'loss': <40>, 'rate-kbps': <10>}"));
  g_autoptr (GError) error = NULL;
  guint lost[4] = { 0 };
  EmuFate fate;

  g_assert_true (emu_impair_fade (impair, values, 4 * G_USEC_PER_SEC, 0, &error));
  for (gint64 at = 0; at < 4 * G_USEC_PER_SEC; at += 100)
    {
      emu_impair_decide (impair, 0, at, &fate);
      lost[at / G_USEC_PER_SEC] += fate.copies == 0;
    }
  /* On average 5, 15, 25 and 35 % in each quarter of 10,000. */
  for (guint i = 0; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (lost[i], 500 + 1000 * i, 200);
  emu_impair_decide (impair, 100, 20 * G_USEC_PER_SEC, &fate);
  while (fate.copies == 0)
    emu_impair_decide (impair, 100, 20 * G_USEC_PER_SEC, &fate);
  g_assert_cmpint (fate.due_us[0], >=, 20 * G_USEC_PER_SEC + 90000); /* 100 bytes at 10 kbit/s */
}

static void
test_trace (void)
{
  g_autofree char *folder = g_dir_make_tmp ("emu-trace-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "delays", NULL);
  g_autofree char *settings = g_strdup_printf ("{'delay-ms': <100>, 'trace': <'%s'>}", path);
  static const gint64 expected[] = { 110000, -1, 100500, 110000, -1, 100500 };

  g_assert_true (g_file_set_contents (path, "# ms\n10\n\nlost # a gap\n0.5\n", -1, NULL));
  g_autoptr (EmuImpair) impair = make (settings);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      EmuFate fate;

      emu_impair_decide (impair, 100, i * G_USEC_PER_SEC, &fate);
      g_assert_cmpuint (fate.copies, ==, expected[i] < 0 ? 0 : 1);
      if (fate.copies > 0)
        g_assert_cmpint (fate.due_us[0] - i * G_USEC_PER_SEC, ==, expected[i]);
    }
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_trace_refuses (void)
{
  static const struct
  {
    const char *text, *message;
  } rows[] = {
    { "", "no delay" },     { "# only\n", "no delay" }, { "1\n-2\n", "line 2" },
    { "1\nx\n", "line 2" }, { "nan", "line 1" },        { "inf", "line 1" },
    { "1 2\n", "line 1" },  { "1e99", "line 1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (emu_impair_parse_trace (rows[i].text, &error));
      g_assert_nonnull (strstr (error->message, rows[i].message));
    }
}

static void
test_seed (void)
{
  g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_parsed (
      "{'preset': <'edge'>, 'loss': <20>, 'duplicate': <5>, 'reorder': <5>}"));
  g_autoptr (EmuImpair) one = emu_impair_new (FALSE, 1);
  g_autoptr (EmuImpair) same = emu_impair_new (FALSE, 99);
  g_autoptr (EmuImpair) other = emu_impair_new (FALSE, 2);
  guint different = 0;

  g_assert_true (emu_impair_set (one, values, NULL));
  g_assert_true (emu_impair_set (same, values, NULL));
  g_assert_true (emu_impair_set (other, values, NULL));
  emu_impair_set_seed (same, 1);
  for (gint64 i = 0; i < 1000; i++)
    {
      EmuFate a = { 0 }, b = { 0 }, c = { 0 };

      emu_impair_decide (one, 100, i * SPACING_US, &a);
      emu_impair_decide (same, 100, i * SPACING_US, &b);
      emu_impair_decide (other, 100, i * SPACING_US, &c);
      g_assert_cmpmem (&a, sizeof a, &b, sizeof b);
      different += a.copies != c.copies || a.due_us[0] != c.due_us[0];
    }
  g_assert_cmpuint (different, >, 500);
}

static void
test_refuses (void)
{
  static const struct
  {
    const char *settings, *message;
  } rows[] = {
    { "{'loss': <101>}", "loss: must be a number from 0 to 100" },
    { "{'loss': <-1>}", "loss: must be" },
    { "{'loss': <'x'>}", "loss: must be" },
    { "{'loss': <nan>}", "loss: must be" },
    { "{'delay': <5>}", "delay: no such key; the keys here are preset, trace, delay-ms" },
    { "{'jitter': <'wild'>}", "jitter: must be one of: uniform, normal, pareto" },
    { "{'jitter': <1>}", "jitter: must be one of" },
    { "{'keep-order': <1>}", "keep-order: must be true or false" },
    { "{'burst-end': <0>}", "burst-end: must be" },
    { "{'preset': <'5g'>}", "preset: must be one of: ideal, edge, umts, lte" },
    { "{'preset': <1>}", "preset: must be a string" },
    { "{'trace': <'/nonexistent'>}", "trace: /nonexistent" },
  };
  g_autoptr (EmuImpair) impair = make ("{'loss': <7>}");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GVariant) values
          = g_variant_parse (G_VARIANT_TYPE_VARDICT, rows[i].settings, NULL, NULL, NULL);
      g_autoptr (GError) error = NULL;
      double loss = 0;

      g_assert_nonnull (values);
      g_assert_false (emu_impair_set (impair, values, &error));
      g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);
      g_assert_true (g_str_has_prefix (error->message, rows[i].message));
      g_autoptr (GVariant) still = g_variant_ref_sink (emu_impair_describe (impair));
      g_assert_true (g_variant_lookup (still, "loss", "d", &loss));
      g_assert_cmpfloat (loss, ==, 7);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/emu-impair/ideal", test_ideal);
  g_test_add_func ("/emu-impair/delay", test_delay);
  g_test_add_func ("/emu-impair/pareto-tail", test_pareto_tail);
  g_test_add_func ("/emu-impair/loss", test_loss);
  g_test_add_func ("/emu-impair/bursts", test_bursts);
  g_test_add_func ("/emu-impair/rate", test_rate);
  g_test_add_func ("/emu-impair/rate-large-packet", test_rate_large_packet);
  g_test_add_func ("/emu-impair/order", test_order);
  g_test_add_func ("/emu-impair/duplicate", test_duplicate);
  g_test_add_func ("/emu-impair/outage", test_outage);
  g_test_add_func ("/emu-impair/fade", test_fade);
  g_test_add_func ("/emu-impair/trace", test_trace);
  g_test_add_func ("/emu-impair/trace-refuses", test_trace_refuses);
  g_test_add_func ("/emu-impair/seed", test_seed);
  g_test_add_func ("/emu-impair/refuses", test_refuses);
  return g_test_run ();
}
