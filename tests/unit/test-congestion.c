/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pace, report by report: what lowers it, what does not, and what a liar can do with it.
 * Over whole networks: test-congestion-networks. */
#include "codecs/congestion.h"

#include <glib.h>
#include <string.h>

#define SECOND G_GINT64_CONSTANT (1000000)
#define LAG 5 /* ticks that a report is behind, when nothing stands in a queue */

typedef struct
{
  TacCongestion congestion;
  gint64 now;
  guint32 sent;
} Call;

static Call
call_new (void)
{
  Call call = { .now = 1000 * SECOND };

  tac_congestion_init (&call.congestion);
  return call;
}

static gboolean
report (Call *call, guint growth_ms, guint behind, guint lost)
{
  TacControlReport report = { .highest_tick = call->sent - LAG - behind,
                              .ticks = 50,
                              .lost = (guint8)lost,
                              .growth_ms = (guint16)growth_ms };

  return tac_congestion_report (&call->congestion, call->now, &report, call->sent);
}

/* Each letter is a second and its report: '.' nothing stands in queues, 'a' to 'z' 20 ms more each
 * ('a' 20, 'e' 100, 'j' 200), and the reports are as late; '1' to '9' that many tenths lost;
 * ' ' no report. A letter in upper case: so does the receiver's clock say, but the report is not
 * late. '+': 40 ms of delay and 20 % of loss. */
static void
say (Call *call, const char *seconds)
{
  for (const char *at = seconds; *at != '\0'; at++)
    {
      guint step = g_ascii_isalpha (*at) ? (guint)(g_ascii_tolower (*at) - 'a' + 1) : 0;

      call->now += SECOND;
      call->sent += 50;
      if (*at == '.')
        report (call, 0, 0, 0);
      else if (*at == '+')
        report (call, 60, 3, 10);
      else if (g_ascii_isdigit (*at))
        report (call, 0, 0, (guint)(*at - '0') * 5);
      else if (g_ascii_islower (*at))
        report (call, step * 20, step, 0);
      else if (g_ascii_isupper (*at))
        report (call, step * 20, 0, 0);
    }
}

static const struct
{
  const char *name, *seconds;
  TacProfile profile;
  TacCongestionReason reason;
} stories[] = {
  { "nothing", "", TAC_PROFILE_WIDE, TAC_CONGESTION_START },
  { "clear", "..........", TAC_PROFILE_WIDE, TAC_CONGESTION_START },
  { "a spike", "......d......", TAC_PROFILE_WIDE, TAC_CONGESTION_START },
  { "spikes", "..d..d..d..d..", TAC_PROFILE_WIDE, TAC_CONGESTION_START },
  { "it stands", "......dee", TAC_PROFILE_LEAN, TAC_CONGESTION_DELAY },
  { "it stands, twice", "......ee", TAC_PROFILE_LEAN, TAC_CONGESTION_DELAY },
  { "below the bound", "......dddddddddddd", TAC_PROFILE_WIDE, TAC_CONGESTION_START },
  { "it jumps", "......h", TAC_PROFILE_LEAN, TAC_CONGESTION_DELAY },
  { "by more than lean can", "......z", TAC_PROFILE_THIN, TAC_CONGESTION_DELAY },
  { "far more", "......pz", TAC_PROFILE_LEAN, TAC_CONGESTION_DELAY },
  { "lean does not help", "......hmmmmm", TAC_PROFILE_THIN, TAC_CONGESTION_DELAY },
  { "lean drains it", "......hzvrnjfb..", TAC_PROFILE_LEAN, TAC_CONGESTION_DELAY },
  { "a sound card stood still", "......ZZZZZZZZZZ", TAC_PROFILE_WIDE, TAC_CONGESTION_START },
  { "10 % lost", "....111111111111111111111111", TAC_PROFILE_WIDE, TAC_CONGESTION_START },
  { "20 % lost", "....222222222222222222222222", TAC_PROFILE_WIDE, TAC_CONGESTION_START },
  { "20 % lost and some delay", "....++", TAC_PROFILE_LEAN, TAC_CONGESTION_LOSS },
  { "a second lost", "....9....", TAC_PROFILE_WIDE, TAC_CONGESTION_START },
  { "half lost: a trial", "....5555555555", TAC_PROFILE_LEAN, TAC_CONGESTION_LOSS },
  { "in vain", "....55555555555555555555555", TAC_PROFILE_WIDE, TAC_CONGESTION_RETURN },
  { "with success", "....5555555555..............", TAC_PROFILE_LEAN, TAC_CONGESTION_LOSS },
  { "nothing heard", "......          .....", TAC_PROFILE_WIDE, TAC_CONGESTION_START },
  { "silence makes no room", "......h..        ....", TAC_PROFILE_LEAN, TAC_CONGESTION_DELAY },
  { "room", "......h............", TAC_PROFILE_WIDE, TAC_CONGESTION_ROOM },
  { "almost", "......h........a..", TAC_PROFILE_WIDE, TAC_CONGESTION_ROOM },
  { "a probe that fails", "......h..........ee", TAC_PROFILE_LEAN, TAC_CONGESTION_DELAY },
  { "and waits", "......h..........ee..................", TAC_PROFILE_LEAN, TAC_CONGESTION_DELAY },
  { "and tries again", "......h..........ee.......................", TAC_PROFILE_WIDE,
    TAC_CONGESTION_ROOM },
};

static void
test_story (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  Call call = call_new ();

  say (&call, stories[i].seconds);
  g_assert_cmpstr (tac_profile_name (call.congestion.profile), ==,
                   tac_profile_name (stories[i].profile));
  g_assert_cmpstr (tac_congestion_reason_name (call.congestion.reason), ==,
                   tac_congestion_reason_name (stories[i].reason));
}

/* How many seconds of quiet, each time it fails, until wide is tried again. */
static void
test_back_off (void)
{
  static const guint expected[] = { 10, 20, 40, 80, 120, 120 };
  Call call = call_new ();

  say (&call, "......h");
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      guint quiet = 0;

      for (; call.congestion.profile == TAC_PROFILE_LEAN; quiet++)
        say (&call, ".");
      g_assert_cmpuint (quiet + 1, >=, expected[i]);
      g_assert_cmpuint (quiet, <=, expected[i] + 4); /* the last probe's delay is smoothed away */
      say (&call, "ee");
      g_assert_cmpint (call.congestion.profile, ==, TAC_PROFILE_LEAN);
    }
  say (&call, "................................................................");
  say (&call, "................................................................");
  say (&call, "......................h");
  say (&call, "...........");
  g_assert_cmpint (call.congestion.profile, ==, TAC_PROFILE_WIDE); /* it was good for long */
}

/* From thin up: a step at a time. */
static void
test_steps (void)
{
  Call call = call_new ();

  say (&call, "......hmmmmmm");
  g_assert_cmpint (call.congestion.profile, ==, TAC_PROFILE_THIN);
  for (guint i = 0; call.congestion.profile == TAC_PROFILE_THIN; i++)
    {
      g_assert_cmpuint (i, <, 20);
      say (&call, ".");
    }
  g_assert_cmpint (call.congestion.profile, ==, TAC_PROFILE_LEAN);
  say (&call, ".........");
  g_assert_cmpint (call.congestion.profile, ==, TAC_PROFILE_LEAN);
  say (&call, "..");
  g_assert_cmpint (call.congestion.profile, ==, TAC_PROFILE_WIDE);
  g_assert_cmpuint (call.congestion.lowered, ==, 2);
  g_assert_cmpuint (call.congestion.raised, ==, 2);
}

/* Another path is longer from the start: that is no queue. What grows on it is one. */
static void
test_moved (void)
{
  Call call = call_new ();

  say (&call, "..........");
  tac_congestion_moved (&call.congestion, call.now);
  say (&call, "ooooooooooooooo");
  g_assert_cmpint (call.congestion.profile, ==, TAC_PROFILE_WIDE);
  say (&call, "vv");
  g_assert_cmpint (call.congestion.profile, ==, TAC_PROFILE_LEAN);
}

/* Of what was never sent, of what is known already, out of order. */
static void
test_ignored (void)
{
  Call call = call_new ();
  TacControlReport lie = { .ticks = 50, .lost = 50, .growth_ms = G_MAXUINT16 };

  say (&call, "......");
  for (guint i = 0; i < 100; i++)
    {
      lie.highest_tick = i < 50 ? call.sent + 1 + (guint32)g_test_rand_int_range (0, G_MAXINT)
                                : (guint32)g_test_rand_int_range (0, (gint32)call.sent);
      g_assert_false (tac_congestion_report (&call.congestion, call.now + SECOND, &lie, call.sent));
    }
  g_assert_cmpuint (call.congestion.ignored, ==, 100);
  say (&call, "......");
  g_assert_cmpint (call.congestion.profile, ==, TAC_PROFILE_WIDE);
}

/* The most that a liar gets: the slowest pace, for as long as it lies. */
static void
test_pinned (void)
{
  Call call = call_new ();

  for (guint i = 0; i < 3600; i++)
    {
      call.now += SECOND;
      call.sent += 50;
      report (&call, G_MAXUINT16, 4, 50);
    }
  g_assert_cmpint (call.congestion.profile, ==, TAC_PROFILE_THIN);
  g_assert_cmpuint (call.congestion.lowered, <=, 2);
  say (&call, "..............................");
  g_assert_cmpint (call.congestion.profile, ==, TAC_PROFILE_WIDE);
}

/* Whatever comes: one of three, at most one step up, and that after 10 s. */
static void
test_anything (gconstpointer back)
{
  Call call = call_new ();
  gint64 raised = 0;

  for (guint i = 0; i < 300000; i++)
    {
      TacProfile before = call.congestion.profile;
      gboolean calm = g_test_rand_int_range (0, 40) > 0;
      TacControlReport any = { .ticks = (guint8)g_test_rand_int (),
                               .lost = calm ? 0 : (guint8)g_test_rand_int (),
                               .growth_ms = calm ? 0 : (guint16)g_test_rand_int () };
      gboolean changed;

      call.now += g_test_rand_int_range (back != NULL && i % 1000 == 0 ? -100 : 0, 2) * SECOND;
      call.sent += (guint32)g_test_rand_int_range (0, 80);
      any.highest_tick = call.sent + (guint32)g_test_rand_int_range (-60, 10);
      if (i % 5000 == 0)
        tac_congestion_moved (&call.congestion, call.now);
      changed = tac_congestion_report (&call.congestion, call.now, &any, call.sent);
      g_assert_cmpint (changed, ==, call.congestion.profile != before);
      g_assert_cmpint (call.congestion.profile, <, TAC_PROFILES);
      if (call.congestion.profile >= before)
        continue;
      g_assert_cmpint (before - call.congestion.profile, ==, 1);
      if (back == NULL)
        g_assert_cmpint (call.now - raised, >=, TAC_CONGESTION_WAIT_US);
      raised = call.now;
    }
  g_assert_cmpuint (call.congestion.raised, >, 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strdup_printf ("/congestion/%s", stories[i].name);

      g_strdelimit (path, " ", '-');
      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_story);
    }
  g_test_add_func ("/congestion/back-off", test_back_off);
  g_test_add_func ("/congestion/steps", test_steps);
  g_test_add_func ("/congestion/moved", test_moved);
  g_test_add_func ("/congestion/ignored", test_ignored);
  g_test_add_func ("/congestion/pinned", test_pinned);
  g_test_add_data_func ("/congestion/anything", NULL, test_anything);
  g_test_add_data_func ("/congestion/anything, the clock goes back", "back", test_anything);
  return g_test_run ();
}
