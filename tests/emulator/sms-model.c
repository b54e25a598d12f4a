/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an SMS network serves its customers: how late, how often not at all or twice. */
#include "sms-model.h"
#include "distribution.h"
#include "settings.h"

#include <math.h>
#include <stddef.h>

#define MS_MAX 86400000
#define SHARE(key, member)                                                                         \
  {                                                                                                \
    key, EMU_SETTING_NUMBER, offsetof (EmuSmsModel, member), 0, 100, NULL                          \
  }
#define MS(key, member)                                                                            \
  {                                                                                                \
    key, EMU_SETTING_NUMBER, offsetof (EmuSmsModel, member), 0, MS_MAX, NULL                       \
  }

static const EmuSetting settings[] = {
  MS ("latency-ms", latency_ms),
  MS ("jitter-ms", jitter_ms),
  { "jitter", EMU_SETTING_WORD, offsetof (EmuSmsModel, jitter_shape), 0, 0, emu_shape_names },
  SHARE ("loss", loss),
  SHARE ("duplicate", duplicate),
  MS ("duplicate-ms", duplicate_ms),
  SHARE ("reorder", reorder),
  MS ("reorder-ms", reorder_ms),
  SHARE ("late", late),
  MS ("late-ms", late_ms),
  SHARE ("retry", retry),
  MS ("retry-ms", retry_ms),
  { "strip-binary", EMU_SETTING_FLAG, offsetof (EmuSmsModel, strip_binary), 0, 0, NULL },
  { NULL, 0, 0, 0, 0, NULL },
};
static const char *const other_keys[] = { "preset", NULL };

/* "typical" is a good day, mobile to mobile; "poor" what was measured over many: 38 % not there at
 * the first try, 98 % in the end, doubles. The times of tries are the network's own choice. */
static const char *const preset_names[] = { "instant", "typical", "poor", NULL };
static const struct
{
  double latency_ms, jitter_ms, loss, duplicate, retry;
} presets[] = {
  { 150, 0, 0, 0, 0 },
  { 7000, 1000, 0, 0, 0 },
  { 7000, 1000, 2, 2, 38 },
};

void
emu_sms_model_init (EmuSmsModel *model, double latency_ms)
{
  *model = (EmuSmsModel){
    .latency_ms = latency_ms,
    .duplicate_ms = 2000,
    .reorder_ms = 5000,
    .late_ms = 180000,
    .retry_ms = 60000,
  };
}

static gboolean
apply_preset (EmuSmsModel *model, GVariant *value, GError **error)
{
  g_autofree char *list = g_strjoinv (", ", (char **)preset_names);
  guint index = G_N_ELEMENTS (presets);

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    index = emu_word_index (preset_names, g_variant_get_string (value, NULL));
  if (index == G_N_ELEMENTS (presets))
    return emu_settings_refuse (error, "preset: must be one of: %s", list);
  emu_sms_model_init (model, presets[index].latency_ms);
  model->jitter_ms = presets[index].jitter_ms;
  model->loss = presets[index].loss;
  model->duplicate = presets[index].duplicate;
  model->retry = presets[index].retry;
  return TRUE;
}

gboolean
emu_sms_model_set (EmuSmsModel *model, GVariant *values, GError **error)
{
  g_autoptr (GVariant) preset = g_variant_lookup_value (values, "preset", NULL);
  EmuSmsModel copy = *model;

  if ((preset != NULL && !apply_preset (&copy, preset, error))
      || !emu_settings_apply (settings, &copy, sizeof copy, values, other_keys, error))
    return FALSE;
  *model = copy;
  return TRUE;
}

GVariant *
emu_sms_model_describe (const EmuSmsModel *model)
{
  return emu_settings_describe (settings, model);
}

EmuSmsFate
emu_sms_model_decide (const EmuSmsModel *model, GRand *random, gboolean binary)
{
  EmuSmsFate fate = { .copies = 1 };
  double ms = model->latency_ms;

  if ((binary && model->strip_binary) || emu_draw_share (random, model->loss))
    return (EmuSmsFate){ .copies = 0 };
  if (model->jitter_ms > 0)
    ms += model->jitter_ms
          * emu_shape_normal ((EmuShape)model->jitter_shape, emu_draw_normal (random));
  ms = MAX (ms, 0);
  ms += emu_draw_share (random, model->reorder) ? model->reorder_ms : 0;
  ms += emu_draw_share (random, model->late) ? model->late_ms : 0;
  ms += emu_draw_share (random, model->retry) ? model->retry_ms : 0;
  if (emu_draw_share (random, model->duplicate))
    fate.copies = 2;
  fate.delay_us[0] = (gint64)llround (ms * 1000);
  fate.delay_us[1] = fate.delay_us[0] + (gint64)(model->duplicate_ms * 1000);
  return fate;
}
