/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is set of a link: keys, presets, traces, and a fade from one to another. */
#include "distribution.h"
#include "impair-private.h"
#include "settings.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define PER_CENT(key, member)                                                                      \
  {                                                                                                \
    key, EMU_SETTING_NUMBER, offsetof (EmuImpairConfig, member), 0, 100, NULL                      \
  }
#define NUMBER(key, member, max)                                                                   \
  {                                                                                                \
    key, EMU_SETTING_NUMBER, offsetof (EmuImpairConfig, member), 0, max, NULL                      \
  }
#define MS_MAX 3600000
#define TRACE_MAX 1000000
#define UNLIMITED_KBPS 100000 /* where a fade from or to "unlimited" begins or ends */

static const EmuSetting settings[] = {
  NUMBER ("delay-ms", delay_ms, MS_MAX),
  NUMBER ("jitter-ms", jitter_ms, MS_MAX),
  { "jitter", EMU_SETTING_WORD, offsetof (EmuImpairConfig, jitter_shape), 0, 0, emu_shape_names },
  PER_CENT ("correlation", correlation),
  { "keep-order", EMU_SETTING_FLAG, offsetof (EmuImpairConfig, keep_order), 0, 0, NULL },
  PER_CENT ("loss", loss),
  PER_CENT ("burst-start", burst_start),
  { "burst-end", EMU_SETTING_NUMBER, offsetof (EmuImpairConfig, burst_end), 0.001, 100, NULL },
  PER_CENT ("burst-loss", burst_loss),
  NUMBER ("rate-kbps", rate_kbps, 10000000),
  NUMBER ("queue-ms", queue_ms, MS_MAX),
  NUMBER ("queue-bytes", queue_bytes, 1e9),
  PER_CENT ("reorder", reorder),
  NUMBER ("reorder-ms", reorder_ms, MS_MAX),
  PER_CENT ("duplicate", duplicate),
  { NULL, 0, 0, 0, 0, NULL },
};
static const char *const other_keys[] = { "preset", "trace", NULL };

/* One way of what such networks typically give: round trips of 400 ms (EDGE), 150 ms (UMTS, release
 * 99) and 50 ms (LTE); the tail is that of retransmissions on the radio. The rate is the
 * downlink's. */
static const char *const preset_names[] = { "ideal", "edge", "umts", "lte", NULL };
static const double preset_uplink_kbps[] = { 0, 60, 128, 5000 };
static const EmuImpairConfig presets[] = {
  { .keep_order = TRUE, .burst_end = 25, .burst_loss = 100, .queue_ms = 500, .reorder_ms = 20 },
  { .keep_order = TRUE,
    .delay_ms = 200,
    .jitter_ms = 35,
    .jitter_shape = EMU_SHAPE_PARETO,
    .correlation = 50,
    .burst_start = 0.2,
    .burst_end = 30,
    .burst_loss = 60,
    .rate_kbps = 180,
    .queue_ms = 2000,
    .reorder_ms = 20 },
  { .keep_order = TRUE,
    .delay_ms = 75,
    .jitter_ms = 12,
    .jitter_shape = EMU_SHAPE_PARETO,
    .correlation = 40,
    .burst_start = 0.1,
    .burst_end = 40,
    .burst_loss = 60,
    .rate_kbps = 384,
    .queue_ms = 1000,
    .reorder_ms = 20 },
  { .keep_order = TRUE,
    .delay_ms = 25,
    .jitter_ms = 5,
    .jitter_shape = EMU_SHAPE_PARETO,
    .correlation = 30,
    .burst_start = 0.02,
    .burst_end = 50,
    .burst_loss = 50,
    .rate_kbps = 20000,
    .queue_ms = 200,
    .reorder_ms = 20 },
};

static gboolean
parse_delay (const char *text, double *delay_ms)
{
  char *end;

  if (strcmp (text, "lost") == 0)
    {
      *delay_ms = NAN;
      return TRUE;
    }
  *delay_ms = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && *delay_ms >= 0 && *delay_ms <= MS_MAX;
}

GArray *
emu_impair_parse_trace (const char *text, GError **error)
{
  g_autoptr (GArray) trace = g_array_new (FALSE, FALSE, sizeof (double));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *comment = strchr (lines[i], '#');
      double delay_ms;

      if (comment != NULL)
        *comment = '\0';
      if (*g_strstrip (lines[i]) == '\0')
        continue;
      if (trace->len == TRACE_MAX || !parse_delay (lines[i], &delay_ms))
        {
          emu_settings_refuse (
              error, "line %u: must be a delay in ms, 0 to %d, or 'lost'; at most %d lines", i + 1,
              MS_MAX, TRACE_MAX);
          return NULL;
        }
      g_array_append_val (trace, delay_ms);
    }
  if (trace->len > 0)
    return g_steal_pointer (&trace);
  emu_settings_refuse (error, "there is no delay in it");
  return NULL;
}

/* Returns: TRUE with *@trace NULL where the path is empty. */
static gboolean
load_trace (const char *path, GArray **trace, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) reason = NULL;

  *trace = NULL;
  if (*path == '\0')
    return TRUE;
  if (g_file_get_contents (path, &text, NULL, &reason))
    *trace = emu_impair_parse_trace (text, &reason);
  return *trace != NULL || emu_settings_refuse (error, "trace: %s: %s", path, reason->message);
}

static gboolean
lookup_text (GVariant *values, const char *key, const char **text, GError **error)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (values, key, NULL);

  *text = NULL;
  if (value == NULL)
    return TRUE;
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return emu_settings_refuse (error, "%s: must be a string", key);
  g_variant_lookup (values, key, "&s", text);
  return TRUE;
}

static gboolean
apply_preset (EmuImpairConfig *config, gboolean uplink, const char *name, GError **error)
{
  guint index = emu_word_index (preset_names, name);
  g_autofree char *list = g_strjoinv (", ", (char **)preset_names);

  if (index == G_N_ELEMENTS (presets))
    return emu_settings_refuse (error, "preset: must be one of: %s", list);
  *config = presets[index];
  if (uplink)
    config->rate_kbps = preset_uplink_kbps[index];
  return TRUE;
}

gboolean
emu_impair_set (EmuImpair *impair, GVariant *values, GError **error)
{
  EmuImpairConfig config = impair->config;
  const char *preset, *path;
  GArray *trace = NULL;

  if (!lookup_text (values, "preset", &preset, error)
      || !lookup_text (values, "trace", &path, error)
      || (preset != NULL && !apply_preset (&config, impair->uplink, preset, error))
      || !emu_settings_apply (settings, &config, sizeof config, values, other_keys, error)
      || (path != NULL && !load_trace (path, &trace, error)))
    return FALSE;
  impair->config = config;
  impair->fade_start_us = impair->fade_end_us = 0;
  if (path == NULL && preset == NULL)
    return TRUE;
  g_clear_pointer (&impair->trace, g_array_unref);
  g_free (impair->trace_path);
  impair->trace = trace;
  impair->trace_path = g_strdup (path);
  impair->trace_next = 0;
  return TRUE;
}

gboolean
emu_impair_fade (EmuImpair *impair, GVariant *values, gint64 duration_us, gint64 now_us,
                 GError **error)
{
  EmuImpairConfig from = emu_impair_effective (impair, now_us);

  if (!emu_impair_set (impair, values, error))
    return FALSE;
  impair->fade_from = from;
  impair->fade_start_us = now_us;
  impair->fade_end_us = now_us + duration_us;
  return TRUE;
}

/* Evenly in the logarithm: from 10 Mbit/s to 10 kbit/s, half of the way is 316 kbit/s. */
static double
fade_rate (double from_kbps, double to_kbps, double part)
{
  from_kbps = from_kbps > 0 ? from_kbps : UNLIMITED_KBPS;
  to_kbps = to_kbps > 0 ? to_kbps : UNLIMITED_KBPS;
  return from_kbps * pow (to_kbps / from_kbps, part);
}

EmuImpairConfig
emu_impair_effective (const EmuImpair *impair, gint64 now_us)
{
  EmuImpairConfig config = impair->config;
  const EmuImpairConfig *from = &impair->fade_from;
  double part;

  if (now_us >= impair->fade_end_us)
    return config;
  part = (double)(now_us - impair->fade_start_us)
         / (double)(impair->fade_end_us - impair->fade_start_us);
  config.delay_ms = from->delay_ms + (config.delay_ms - from->delay_ms) * part;
  config.jitter_ms = from->jitter_ms + (config.jitter_ms - from->jitter_ms) * part;
  config.loss = from->loss + (config.loss - from->loss) * part;
  config.burst_start = from->burst_start + (config.burst_start - from->burst_start) * part;
  config.reorder = from->reorder + (config.reorder - from->reorder) * part;
  config.duplicate = from->duplicate + (config.duplicate - from->duplicate) * part;
  if (config.rate_kbps > 0 || from->rate_kbps > 0)
    config.rate_kbps = fade_rate (from->rate_kbps, config.rate_kbps, part);
  return config;
}

GVariant *
emu_impair_describe (const EmuImpair *impair)
{
  g_autoptr (GVariant) values
      = g_variant_ref_sink (emu_settings_describe (settings, &impair->config));
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (values);

  g_variant_dict_insert (&dict, "trace", "s", impair->trace_path != NULL ? impair->trace_path : "");
  return g_variant_dict_end (&dict);
}
