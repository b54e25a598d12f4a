/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replayed, delayed and future invitations. */
#include "codecs/freshness.h"

#include <glib.h>

#define NOW 1790000000000u
#define S 1000

static void
test_table (void)
{
  static const struct
  {
    const char *what;
    uint64_t time, highest, clock, centre;
    TacInviteFreshness expected;
  } rows[] = {
    { "just sent", NOW - 2 * S, 0, NOW, NOW - S, TAC_INVITE_FRESH },
    { "no time stamp", NOW - 2 * S, 0, NOW, 0, TAC_INVITE_FRESH },
    { "60 s old", NOW - 60 * S, 0, NOW, 0, TAC_INVITE_FRESH },
    { "older", NOW - 60 * S - 1, 0, NOW, 0, TAC_INVITE_MISSED },
    { "an hour late, stored by the centre at once", NOW - 3600 * S, 0, NOW, NOW - 3599 * S,
      TAC_INVITE_FRESH },
    { "old by both clocks", NOW - 3600 * S, 0, NOW, NOW - 3000 * S, TAC_INVITE_MISSED },
    { "own clock an hour fast", NOW, 0, NOW + 3600 * S, NOW + S, TAC_INVITE_FRESH },
    { "own clock in 1970", NOW, 0, 5 * S, NOW + S, TAC_INVITE_FRESH },
    { "replayed", NOW, NOW, NOW + S, 0, TAC_INVITE_REPEATED },
    { "an earlier one, replayed", NOW - S, NOW, NOW + S, 0, TAC_INVITE_REPEATED },
    { "replayed after years", NOW, NOW, NOW + 1000000000u, 0, TAC_INVITE_REPEATED },
    { "the next one", NOW + 1, NOW, NOW, 0, TAC_INVITE_FRESH },
    { "ten minutes ahead", NOW + 600 * S, 0, NOW, 0, TAC_INVITE_FRESH },
    { "further ahead", NOW + 600 * S + 1, 0, NOW, 0, TAC_INVITE_FUTURE },
    { "ahead of one clock only", NOW + 3600 * S, 0, NOW, NOW + 3600 * S, TAC_INVITE_FRESH },
    { "the end of time", (1ull << 48) - 1, 0, NOW, NOW, TAC_INVITE_FUTURE },
    { "the beginning of time", 0, 0, NOW, NOW, TAC_INVITE_REPEATED },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TacInviteFreshness got
          = tac_invite_freshness (rows[i].time, rows[i].highest, rows[i].clock, rows[i].centre);

      if (got != rows[i].expected)
        g_error ("%s: %d, not %d", rows[i].what, got, rows[i].expected);
    }
}

/* A caller whose clock was years ahead for one call, then set right. */
static void
test_no_lockout (void)
{
  uint64_t wrong = tac_invite_next_time (NOW + 1000000000u, 0), right;

  g_assert_cmpint (tac_invite_freshness (wrong, 0, NOW, 0), ==, TAC_INVITE_FUTURE);
  right = tac_invite_next_time (NOW, wrong); /* the callee has recorded nothing */
  g_assert_cmpuint (right, ==, NOW);
  g_assert_cmpint (tac_invite_freshness (right, 0, NOW, 0), ==, TAC_INVITE_FRESH);
  /* a clock set back a little: still rising */
  g_assert_cmpuint (tac_invite_next_time (NOW - 300 * S, NOW), ==, NOW + 1);
  g_assert_cmpuint (tac_invite_next_time (NOW, NOW), ==, NOW + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/freshness/table", test_table);
  g_test_add_func ("/freshness/no-lockout", test_no_lockout);
  return g_test_run ();
}
