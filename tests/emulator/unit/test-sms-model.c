/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SMS network's moods: what is asked for is what SMS meet. */
#include "sms-model.h"

#include <gio/gio.h>

#define MESSAGES 100000

typedef struct
{
  double lost, doubled, mean_s, above; /* shares in per cent; above 65 s */
  gint64 min_us, max_us;
} Measured;

static EmuSmsModel
make (const char *settings)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) values
      = g_variant_parse (G_VARIANT_TYPE_VARDICT, settings, NULL, NULL, &error);
  EmuSmsModel model;

  g_assert_no_error (error);
  emu_sms_model_init (&model, 150);
  emu_sms_model_set (&model, values, &error);
  g_assert_no_error (error);
  return model;
}

static Measured
measure (const EmuSmsModel *model, gboolean binary)
{
  GRand *random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
  Measured got = { .min_us = G_MAXINT64 };
  double sum = 0;
  guint arrived = 0;

  for (guint i = 0; i < MESSAGES; i++)
    {
      EmuSmsFate fate = emu_sms_model_decide (model, random, binary);

      got.lost += fate.copies == 0;
      got.doubled += fate.copies == 2;
      if (fate.copies == 0)
        continue;
      arrived++;
      sum += (double)fate.delay_us[0];
      got.above += fate.delay_us[0] > 65 * G_TIME_SPAN_SECOND;
      got.min_us = MIN (got.min_us, fate.delay_us[0]);
      got.max_us = MAX (got.max_us, fate.delay_us[0]);
    }
  g_rand_free (random);
  got.lost *= 100.0 / MESSAGES;
  got.doubled *= 100.0 / MESSAGES;
  got.above *= 100.0 / MESSAGES;
  got.mean_s = arrived > 0 ? sum / arrived / 1e6 : 0;
  return got;
}

static void
test_moods (void)
{
  static const struct
  {
    const char *settings;
    double lost, doubled, mean_s, above;
  } rows[] = {
    { "{}", 0, 0, 0.15, 0 },
    { "{'preset': <'typical'>}", 0, 0, 7, 0 },
    { "{'preset': <'poor'>}", 2, 2, 7 + 0.38 * 60, 0.98 * 38 },
    { "{'loss': <25.5>}", 25.5, 0, 0.15, 0 },
    { "{'duplicate': <10>}", 0, 10, 0.15, 0 },
    { "{'late': <50>}", 0, 0, 90.15, 50 },
    { "{'latency-ms': <1000>, 'jitter-ms': <500>, 'jitter': <'pareto'>}", 0, 0, 1, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      EmuSmsModel model = make (rows[i].settings);
      Measured got = measure (&model, FALSE);

      g_test_message ("%s: lost %.2f %%, doubled %.2f %%, mean %.2f s, %.2f %% above 65 s",
                      rows[i].settings, got.lost, got.doubled, got.mean_s, got.above);
      g_assert_cmpfloat_with_epsilon (got.lost, rows[i].lost, 0.7);
      g_assert_cmpfloat_with_epsilon (got.doubled, rows[i].doubled, 0.6);
      g_assert_cmpfloat_with_epsilon (got.mean_s, rows[i].mean_s, 0.01 + rows[i].mean_s * 0.03);
      g_assert_cmpfloat_with_epsilon (got.above, rows[i].above, 0.8);
    }
}

static void
test_typical_range (void)
{
  EmuSmsModel model = make ("{'preset': <'typical'>}");
  Measured got = measure (&model, TRUE);

  g_assert_cmpint (got.min_us, >=, 6 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (got.max_us, <=, 8 * G_TIME_SPAN_SECOND);
}

static void
test_strips_binary (void)
{
  EmuSmsModel model = make ("{'strip-binary': <true>}");

  g_assert_cmpfloat (measure (&model, TRUE).lost, ==, 100);
  g_assert_cmpfloat (measure (&model, FALSE).lost, ==, 0);
}

static void
test_copy_later (void)
{
  EmuSmsModel model = make ("{'duplicate': <100>, 'duplicate-ms': <30000>}");
  GRand *random = g_rand_new_with_seed (1);
  EmuSmsFate fate = emu_sms_model_decide (&model, random, FALSE);

  g_assert_cmpuint (fate.copies, ==, 2);
  g_assert_cmpint (fate.delay_us[0], ==, 150000);
  g_assert_cmpint (fate.delay_us[1], ==, 30150000);
  g_rand_free (random);
}

static void
test_refuses (void)
{
  static const char *const rows[]
      = { "{'loss': <101>}", "{'preset': <'good'>}", "{'x': <1>}", "{'strip-binary': <1>}" };
  EmuSmsModel model = make ("{'loss': <7>}");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) values
          = g_variant_parse (G_VARIANT_TYPE_VARDICT, rows[i], NULL, NULL, NULL);

      g_assert_false (emu_sms_model_set (&model, values, &error));
      g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);
      g_assert_cmpfloat (model.loss, ==, 7);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sms-model/moods", test_moods);
  g_test_add_func ("/sms-model/typical-range", test_typical_range);
  g_test_add_func ("/sms-model/strips-binary", test_strips_binary);
  g_test_add_func ("/sms-model/copy-later", test_copy_later);
  g_test_add_func ("/sms-model/refuses", test_refuses);
  return g_test_run ();
}
