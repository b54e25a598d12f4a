/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What honest peers send passes, for an hour and after the worst outage; a flood does not. */
#include "daemon/peer-limits.h"

#define S ((gint64)G_USEC_PER_SEC)
#define START (1000 * S)

/* How many of @rate a second pass in @seconds, from @from on. */
static guint
passed (TacPeerLimits *limits, TacPeerLimit limit, gint64 from, guint seconds, guint rate)
{
  guint n = 0;

  for (guint64 i = 0; i < (guint64)seconds * rate; i++)
    n += tac_peer_limits_take (limits, from + (gint64)(i * S / rate), limit, 1) ? 1 : 0;
  return n;
}

static void
test_honest (void)
{
  static const struct
  {
    const char *what;
    TacPeerLimit limit;
    guint rate, burst;
  } rows[] = {
    { "voice", TAC_LIMIT_VOICE, 50, 1500 },
    { "voice opened", TAC_LIMIT_OPENED_VOICE, 50, 1500 },
    { "lane", TAC_LIMIT_CONTROL, 15, 960 },
    { "lane opened", TAC_LIMIT_OPENED_CONTROL, 15, 960 },
    { "handshakes every 200 ms", TAC_LIMIT_HANDSHAKE, 5, 20 },
    { "a ping a second", TAC_LIMIT_PING, 1, 15 },
    { "tones", TAC_LIMIT_EVENT, 4, 60 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TacPeerLimits limits = { 0 };
      gint64 after = START + 3600 * S;

      if (passed (&limits, rows[i].limit, START, 3600, rows[i].rate) != 3600 * rows[i].rate)
        g_error ("%s: an honest hour does not pass", rows[i].what);
      for (guint n = 0; n < rows[i].burst; n++)
        if (!tac_peer_limits_take (&limits, after, rows[i].limit, 1))
          g_error ("%s: %u of an outage's %u passed", rows[i].what, n, rows[i].burst);
      if (passed (&limits, rows[i].limit, after, 60, rows[i].rate) != 60 * rows[i].rate)
        g_error ("%s: the minute after an outage does not pass", rows[i].what);
    }
}

static void
test_flood (void)
{
  static const struct
  {
    const char *what;
    TacPeerLimit limit;
    guint rate, seconds, at_most;
    gboolean breach;
  } rows[] = {
    { "10 Mbit/s of voice", TAC_LIMIT_VOICE, 15432, 60, 4000 + 60 * 2000, FALSE },
    { "what of it opens", TAC_LIMIT_OPENED_VOICE, 1543, 60, 3000 + 60 * 75, TRUE },
    { "control", TAC_LIMIT_CONTROL, 15432, 60, 2000 + 60 * 1000, FALSE },
    { "what of it opens", TAC_LIMIT_OPENED_CONTROL, 1000, 60, 1200 + 60 * 40, TRUE },
    { "handshakes", TAC_LIMIT_HANDSHAKE, 1000, 60, 50 + 60 * 10, FALSE },
    { "10,000 candidates", TAC_LIMIT_PATH, 1000, 1, 64 + 1, TRUE },
    { "garbage", TAC_LIMIT_MALFORMED, 1000, 60, 8 + 6, TRUE },
    { "holds", TAC_LIMIT_EVENT, 1000, 60, 100 + 60 * 5, TRUE },
    { "pings", TAC_LIMIT_PING, 1000, 60, 50 + 60 * 10, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TacPeerLimits limits = { 0 };
      guint n = passed (&limits, rows[i].limit, START, rows[i].seconds, rows[i].rate);

      if (n > rows[i].at_most || n < rows[i].at_most / 2)
        g_error ("%s: %u passed, not up to %u", rows[i].what, n, rows[i].at_most);
      g_assert_cmpint (tac_peer_limit_is_breach (rows[i].limit), ==, rows[i].breach);
    }
}

/* A flood takes nothing from the time after it: what was refused was not taken. */
static void
test_recovers (void)
{
  TacPeerLimits limits = { 0 };

  passed (&limits, TAC_LIMIT_VOICE, START, 600, 15000);
  g_assert_cmpuint (passed (&limits, TAC_LIMIT_VOICE, START + 600 * S, 60, 50), ==, 60 * 50);
}

/* Kinds do not pay for each other, and odd numbers do not overflow. */
static void
test_edges (void)
{
  TacPeerLimits limits = { 0 };

  g_assert_false (tac_peer_limits_take (&limits, START, TAC_LIMIT_OPENED_VOICE, G_MAXUINT64));
  g_assert_false (tac_peer_limits_take (&limits, START, TAC_LIMIT_OPENED_VOICE, 3001));
  g_assert_true (tac_peer_limits_take (&limits, START, TAC_LIMIT_OPENED_VOICE, 3000));
  g_assert_true (tac_peer_limits_take (&limits, START, TAC_LIMIT_OPENED_VOICE, 0));
  g_assert_false (tac_peer_limits_take (&limits, START, TAC_LIMIT_OPENED_VOICE, 1));
  g_assert_true (tac_peer_limits_take (&limits, START, TAC_LIMIT_PATH, 64));
  g_assert_false (tac_peer_limits_take (&limits, START, TAC_LIMIT_PATH, 1));
  /* a clock that stands still, or goes back a little, gives nothing away */
  g_assert_false (tac_peer_limits_take (&limits, START - S, TAC_LIMIT_PATH, 1));
  g_assert_true (tac_peer_limits_take (&limits, START + S, TAC_LIMIT_PATH, 1));
  for (guint i = 0; i < TAC_PEER_LIMITS; i++)
    g_assert_nonnull (tac_peer_limit_to_text ((TacPeerLimit)i));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer-limits/honest", test_honest);
  g_test_add_func ("/peer-limits/flood", test_flood);
  g_test_add_func ("/peer-limits/recovers", test_recovers);
  g_test_add_func ("/peer-limits/edges", test_edges);
  return g_test_run ();
}
