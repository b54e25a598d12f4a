/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SMS centre, its clock in the test's hand. */
#include "smsc.h"
#include <string.h>

#define BOB "+15551000002"
#define MS 1000
#define S 1000000

typedef struct
{
  EmuSmsc *smsc;
  gint64 now_us;
  GString *events; /* what was asked of us: "A@150 " = text A handed over at 150 ms */
  gboolean refuse; /* deliver() fails */
  gint64 postpone_us;
  gboolean drop;
  gboolean last_more;
} World;

static gboolean
on_deliver (const EmuSmsRecord *record, gboolean more, gpointer user_data)
{
  World *world = user_data;

  if (world->drop)
    emu_smsc_drop (world->smsc, record->id, world->now_us);
  else if (world->postpone_us > 0 && !record->postponed)
    emu_smsc_postpone (world->smsc, record->id, world->postpone_us, world->now_us);
  else
    g_string_append_printf (world->events, "%c%s@%d ", record->sms.user_data[0],
                            world->refuse ? "!" : "", (int)(world->now_us / MS));
  world->last_more = more;
  return !world->refuse;
}

static void
on_changed (const EmuSmsRecord *record, gpointer user_data)
{
  World *world = user_data;

  if (record->state == EMU_SMS_EXPIRED || record->state == EMU_SMS_DROPPED)
    g_string_append_printf (world->events, "%c-%s@%d ", record->sms.user_data[0],
                            emu_sms_state_names[record->state], (int)(world->now_us / MS));
}

static void
set_up (World *world, gconstpointer data)
{
  static const EmuSmscOps ops = { on_deliver, on_changed };

  world->smsc = emu_smsc_new (&ops, world);
  world->events = g_string_new (NULL);
  emu_smsc_add_subscriber (world->smsc, BOB);
  *emu_smsc_settings (world->smsc) = (EmuSmscSettings){ 100 * MS, 10 * S, 60 * S };
  emu_smsc_set_reachable (world->smsc, BOB, TRUE, 0);
}

static void
tear_down (World *world, gconstpointer data)
{
  emu_smsc_free (world->smsc);
  g_string_free (world->events, TRUE);
}

static void
submit (World *world, char text, gint64 validity_s, gint64 delay_us)
{
  EmuSms sms = { .address = "+15551000001",
                 .user_data_size = 1,
                 .user_data_length = 1,
                 .user_data = { (guint8)text },
                 .dcs = 4 };

  emu_smsc_accept (world->smsc, &sms, BOB, validity_s, delay_us, world->now_us);
}

/* Lets time pass, acting exactly when the centre asks to. */
static void
pass (World *world, gint64 duration_us)
{
  gint64 end_us = world->now_us + duration_us;

  for (gint64 next_us; (next_us = emu_smsc_next (world->smsc)) <= end_us;)
    {
      g_assert_cmpint (next_us, >=, world->now_us);
      world->now_us = next_us;
      emu_smsc_run (world->smsc, world->now_us);
      g_assert_cmpint (emu_smsc_next (world->smsc), >, world->now_us); /* no busy loop */
    }
  world->now_us = end_us;
}

static void
acknowledge (World *world, gboolean ok)
{
  g_assert_true (emu_smsc_acknowledge (world->smsc, BOB, ok, world->now_us));
  emu_smsc_run (world->smsc, world->now_us);
}

static void
test_latency (World *world, gconstpointer data)
{
  submit (world, 'A', -1, 0);
  g_assert_cmpint (emu_smsc_next (world->smsc), ==, 100 * MS);
  pass (world, 150 * MS);
  g_assert_cmpstr (world->events->str, ==, "A@100 ");
  acknowledge (world, TRUE);
  const EmuSmsRecord *record = emu_smsc_record (world->smsc, 0);
  g_assert_cmpint (record->state, ==, EMU_SMS_DELIVERED);
  g_assert_cmpint (record->delivered_us - record->accepted_us, ==, 150 * MS);
  g_assert_cmpint (emu_smsc_next (world->smsc), ==, G_MAXINT64);
  g_assert_cmpuint (emu_smsc_count (world->smsc, EMU_SMS_DELIVERED), ==, 1);
}

static void
test_one_at_a_time (World *world, gconstpointer data)
{
  submit (world, 'A', -1, 0);
  submit (world, 'B', -1, 0);
  pass (world, 200 * MS);
  g_assert_cmpstr (world->events->str, ==, "A@100 ");
  g_assert_true (world->last_more);
  acknowledge (world, TRUE);
  g_assert_cmpstr (world->events->str, ==, "A@100 B@200 ");
  g_assert_false (world->last_more);
}

static void
test_delay_lets_others_pass (World *world, gconstpointer data)
{
  submit (world, 'A', -1, 500 * MS);
  submit (world, 'B', -1, 0);
  pass (world, 100 * MS);
  acknowledge (world, TRUE);
  pass (world, 500 * MS);
  g_assert_cmpstr (world->events->str, ==, "B@100 A@600 ");
}

static void
test_stored_in_order (World *world, gconstpointer data)
{
  emu_smsc_set_reachable (world->smsc, BOB, FALSE, 0);
  submit (world, 'A', -1, 0);
  pass (world, 10 * MS);
  submit (world, 'B', -1, 0);
  pass (world, 1 * S);
  g_assert_cmpstr (world->events->str, ==, "");
  emu_smsc_set_reachable (world->smsc, BOB, TRUE, world->now_us);
  emu_smsc_run (world->smsc, world->now_us);
  acknowledge (world, TRUE);
  g_assert_cmpstr (world->events->str, ==, "A@1010 B@1010 ");
}

static void
test_not_acknowledged (World *world, gconstpointer data)
{
  submit (world, 'A', -1, 0);
  submit (world, 'B', -1, 0);
  pass (world, 20200 * MS);
  g_assert_cmpstr (world->events->str, ==, "A@100 A@10100 A@20100 ");
  acknowledge (world, TRUE);
  g_assert_cmpuint (emu_smsc_record (world->smsc, 0)->attempts, ==, 3);
}

static void
test_refused_by_phone (World *world, gconstpointer data)
{
  submit (world, 'A', -1, 0);
  pass (world, 100 * MS);
  acknowledge (world, FALSE);
  pass (world, 11 * S);
  g_assert_cmpstr (world->events->str, ==, "A@100 A@10100 ");
}

static void
test_not_taken (World *world, gconstpointer data)
{
  world->refuse = TRUE;
  submit (world, 'A', -1, 0);
  pass (world, 11 * S);
  world->refuse = FALSE;
  pass (world, 10 * S);
  g_assert_cmpstr (world->events->str, ==, "A!@100 A!@10100 A@20100 ");
}

/* The phone goes between delivery and acknowledgement: at least once, never lost. */
static void
test_gone_before_acknowledgement (World *world, gconstpointer data)
{
  submit (world, 'A', -1, 0);
  pass (world, 200 * MS);
  emu_smsc_set_reachable (world->smsc, BOB, FALSE, world->now_us);
  g_assert_false (emu_smsc_acknowledge (world->smsc, BOB, TRUE, world->now_us));
  pass (world, 30 * S);
  emu_smsc_set_reachable (world->smsc, BOB, TRUE, world->now_us);
  pass (world, 0);
  g_assert_cmpstr (world->events->str, ==, "A@100 A@30200 ");
}

static void
test_expiry (World *world, gconstpointer data)
{
  emu_smsc_set_reachable (world->smsc, BOB, FALSE, 0);
  submit (world, 'A', 5, 0);
  submit (world, 'B', -1, 0);
  pass (world, 100 * S);
  g_assert_cmpstr (world->events->str, ==, "A-expired@5000 B-expired@60000 ");
  emu_smsc_set_reachable (world->smsc, BOB, TRUE, world->now_us);
  g_assert_cmpint (emu_smsc_next (world->smsc), ==, G_MAXINT64);
  g_assert_cmpuint (emu_smsc_count (world->smsc, EMU_SMS_EXPIRED), ==, 2);
}

static void
test_drop_and_postpone (World *world, gconstpointer data)
{
  world->drop = TRUE;
  submit (world, 'A', -1, 0);
  pass (world, 100 * MS);
  world->drop = FALSE;
  world->postpone_us = 1 * S;
  submit (world, 'B', -1, 0);
  pass (world, 100 * MS);
  world->postpone_us = 0;
  submit (world, 'C', -1, 0);
  pass (world, 500 * MS);
  acknowledge (world, TRUE);
  pass (world, 1 * S);
  g_assert_cmpstr (world->events->str, ==, "A-dropped@100 C@300 B@1200 ");
  g_assert_cmpuint (emu_smsc_record (world->smsc, 1)->attempts, ==, 1);
}

static void
test_notes (World *world, gconstpointer data)
{
  EmuSms sms = { .address = "+1" };

  emu_smsc_note (world->smsc, &sms, "+999", EMU_SMS_REFUSED, 38, 0);
  g_assert_cmpuint (emu_smsc_record (world->smsc, 0)->code, ==, 38);
  g_assert_cmpuint (emu_smsc_count (world->smsc, EMU_SMS_REFUSED), ==, 1);
  g_assert_true (emu_smsc_has_subscriber (world->smsc, "15551000002"));
  g_assert_false (emu_smsc_has_subscriber (world->smsc, "+999"));
  g_assert_cmpint (emu_smsc_next (world->smsc), ==, G_MAXINT64);
}

static void
test_log_bounded (World *world, gconstpointer data)
{
  EmuSms sms = { .address = "+1" };

  emu_smsc_set_reachable (world->smsc, BOB, FALSE, 0);
  submit (world, 'A', -1, 0);
  for (guint i = 0; i < EMU_SMSC_LOG_MAX + 10; i++)
    emu_smsc_note (world->smsc, &sms, "+999", EMU_SMS_DROPPED, 0, 0);
  g_assert_nonnull (emu_smsc_record (world->smsc, EMU_SMSC_LOG_MAX - 1));
  g_assert_null (emu_smsc_record (world->smsc, EMU_SMSC_LOG_MAX));
  g_assert_cmpuint (emu_smsc_record (world->smsc, 0)->id, ==, 1); /* still on its way */
  emu_smsc_clear_log (world->smsc);
  g_assert_null (emu_smsc_record (world->smsc, 1));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (World *world, gconstpointer data);
  } tests[] = {
    { "/smsc/latency", test_latency },
    { "/smsc/one-at-a-time", test_one_at_a_time },
    { "/smsc/delay-lets-others-pass", test_delay_lets_others_pass },
    { "/smsc/stored-in-order", test_stored_in_order },
    { "/smsc/not-acknowledged", test_not_acknowledged },
    { "/smsc/refused-by-phone", test_refused_by_phone },
    { "/smsc/not-taken", test_not_taken },
    { "/smsc/gone-before-acknowledgement", test_gone_before_acknowledgement },
    { "/smsc/expiry", test_expiry },
    { "/smsc/drop-and-postpone", test_drop_and_postpone },
    { "/smsc/notes", test_notes },
    { "/smsc/log-bounded", test_log_bounded },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, World, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
