/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in queues, from the arrival of packets alone. */
#include "codecs/transit.h"

#include <glib.h>

#define TICK_US 20000
#define START 5000000

/* @n packets from @tick on, each @delay_ms after its time, growing by @slope_us a packet. */
static guint32
arrive (TacTransit *transit, guint32 tick, guint n, gint64 delay_ms, gint64 slope_us)
{
  for (guint i = 0; i < n; i++, tick++)
    tac_transit_put (transit, START + tick * TICK_US + delay_ms * 1000 + i * slope_us, tick);
  return tick;
}

static void
test_steady (void)
{
  TacTransit transit = { 0 };

  g_assert_cmpuint (tac_transit_growth_ms (&transit), ==, 0);
  arrive (&transit, 0, 5000, 40, 0);
  g_assert_cmpuint (tac_transit_growth_ms (&transit), ==, 0);
}

/* Half of the bottleneck's rate too much: 500 ms a second. */
static void
test_queue (void)
{
  TacTransit transit = { 0 };
  guint32 tick = arrive (&transit, 0, 500, 40, 0);

  tick = arrive (&transit, tick, 50, 40, TICK_US / 2);
  g_assert_cmpuint (tac_transit_growth_ms (&transit), >=, 300);
  g_assert_cmpuint (tac_transit_growth_ms (&transit), <=, 500);
  tick = arrive (&transit, tick, 40, 540, -TICK_US / 2); /* the queue drains */
  tick = arrive (&transit, tick, 20, 140, 0);
  g_assert_cmpuint (tac_transit_growth_ms (&transit), ==, 100);
  arrive (&transit, tick, 20, 30, 0); /* quicker than ever */
  g_assert_cmpuint (tac_transit_growth_ms (&transit), ==, 0);
}

/* One second held back by the radio and delivered at once is no queue, whoever looks, whenever. */
static void
test_held_back (void)
{
  TacTransit transit = { 0 };
  guint32 tick = arrive (&transit, 0, 500, 40, 0);
  gint64 end = START + (tick + 50) * TICK_US + 40000;

  for (guint i = 0; i < 50; i++, tick++)
    {
      tac_transit_put (&transit, end, tick);
      g_assert_cmpuint (tac_transit_growth_ms (&transit), ==, 0);
    }
  for (guint i = 0; i < 50; i++)
    {
      tick = arrive (&transit, tick, 1, 40, 0);
      g_assert_cmpuint (tac_transit_growth_ms (&transit), <=, 20);
    }
}

/* A radio that delivers every 100 ms, and sometimes an interval later. */
static void
test_jitter (void)
{
  TacTransit transit = { 0 };
  gint64 arrival = 0;

  for (guint32 tick = 0; tick < 5000; tick++)
    {
      if (tick % 5 == 0)
        arrival = MAX (arrival, START + (tick + 4) * TICK_US);
      if (g_test_rand_int_range (0, 50) == 0)
        arrival += TICK_US;
      tac_transit_put (&transit, arrival, tick);
      g_assert_cmpuint (tac_transit_growth_ms (&transit), <=, 80);
    }
}

/* A way that is longer by now is forgotten to have been shorter, within 48 s, not before 44. */
static void
test_window (void)
{
  TacTransit transit = { 0 };
  guint32 tick = arrive (&transit, 0, 500, 40, 0);

  tick = arrive (&transit, tick, 44 * 50 - 10, 240, 0);
  g_assert_cmpuint (tac_transit_growth_ms (&transit), ==, 200);
  arrive (&transit, tick, 4 * 50 + 20, 240, 0);
  g_assert_cmpuint (tac_transit_growth_ms (&transit), ==, 0);
}

/* ±200 ppm between two sound cards. */
static void
test_drift (void)
{
  for (gint sign = -1; sign <= 1; sign += 2)
    {
      TacTransit transit = { 0 };

      for (guint32 tick = 0; tick < 10000; tick++)
        {
          tac_transit_put (&transit, START + tick * (gint64)(TICK_US + 4 * sign), tick);
          g_assert_cmpuint (tac_transit_growth_ms (&transit), <=, 10);
        }
    }
}

/* A clock that jumps, ticks of another timeline: it starts over, and stays in range. */
static void
test_jumps (void)
{
  TacTransit transit = { 0 };

  arrive (&transit, 0, 100, 40, 0);
  arrive (&transit, 4000000000u, 100, 40, 0);
  g_assert_cmpuint (tac_transit_growth_ms (&transit), ==, 0);
  arrive (&transit, 100, 20, 9000, 0);
  for (guint i = 0; i < 100000; i++)
    {
      tac_transit_put (&transit, g_test_rand_int () * (gint64)1000, (guint32)g_test_rand_int ());
      g_assert_cmpuint (tac_transit_growth_ms (&transit), <=, TAC_TRANSIT_GROWTH_MAX);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transit/steady", test_steady);
  g_test_add_func ("/transit/queue", test_queue);
  g_test_add_func ("/transit/held-back", test_held_back);
  g_test_add_func ("/transit/jitter", test_jitter);
  g_test_add_func ("/transit/window", test_window);
  g_test_add_func ("/transit/drift", test_drift);
  g_test_add_func ("/transit/jumps", test_jumps);
  return g_test_run ();
}
