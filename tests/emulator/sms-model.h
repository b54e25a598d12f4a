/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an SMS network serves its customers: how late, how often not at all or twice. Pure: a seed
 * repeats a run. */
#pragma once
#include <glib.h>

/* Shares are in per cent. */
typedef struct
{
  double latency_ms; /* mean, from acceptance to the first delivery */
  double jitter_ms;
  guint jitter_shape; /* EmuShape */
  double loss;
  double duplicate;    /* a second copy … */
  double duplicate_ms; /* … that much later */
  double reorder;      /* overtaken by later ones, by taking … */
  double reorder_ms;   /* … that much longer */
  double late;         /* minutes late */
  double late_ms;
  double retry;          /* the first try fails, the second comes … */
  double retry_ms;       /* … that much later */
  gboolean strip_binary; /* 8-bit data is accepted and thrown away */
} EmuSmsModel;

typedef struct
{
  guint copies; /* 0 = lost */
  gint64 delay_us[2];
} EmuSmsFate;

void emu_sms_model_init (EmuSmsModel *model, double latency_ms);
/* Changes what @values ("a{sv}", keys as in org.tacitel.Emulator1.xml) names.
 * Returns: FALSE with @error and nothing changed. */
gboolean emu_sms_model_set (EmuSmsModel *model, GVariant *values, GError **error);
/* Returns: (transfer floating) "a{sv}" */
GVariant *emu_sms_model_describe (const EmuSmsModel *model);
/* Decides about one SMS. @binary: it is 8-bit data. */
EmuSmsFate emu_sms_model_decide (const EmuSmsModel *model, GRand *random, gboolean binary);
