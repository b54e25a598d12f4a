/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All phones, the SMS centre, the rules and the packet core, tied together. */
#pragma once
#include "config.h"
#include "phone.h"
#include "rules.h"
#include "sms-model.h"
#include "smsc.h"

typedef struct _EmuEmulator EmuEmulator;

typedef struct
{
  void (*phone_changed) (EmuPhone *phone, gpointer user_data);
  void (*sms_changed) (const EmuSmsRecord *record, gpointer user_data);
} EmuListener;

/* @config: taken over. Everything runs in the thread-default main context.
 * Returns: NULL with @error where the packet core cannot have its namespaces or rights. */
EmuEmulator *emu_emulator_new (EmuConfig *config, GError **error);
void emu_emulator_free (EmuEmulator *emulator);
/* Powers every phone. */
gboolean emu_emulator_start (EmuEmulator *emulator, GError **error);
/* @listener: NULL to stop listening. */
void emu_emulator_listen (EmuEmulator *emulator, const EmuListener *listener, gpointer user_data);

/* EmuPhone, in order of configuration. */
GPtrArray *emu_emulator_phones (EmuEmulator *emulator);
EmuRules *emu_emulator_rules (EmuEmulator *emulator);
EmuSmsc *emu_emulator_smsc (EmuEmulator *emulator);
/* What the SMS network does; to be set. */
EmuSmsModel *emu_emulator_sms_model (EmuEmulator *emulator);
/* Of all random numbers; setting it starts them over. */
guint emu_emulator_seed (const EmuEmulator *emulator);
void emu_emulator_set_seed (EmuEmulator *emulator, guint seed);
/* Sends @list (EmuSms) to @phone. Returns: (transfer full) ids (guint). */
GArray *emu_emulator_inject (EmuEmulator *emulator, EmuPhone *phone, const GArray *list);
/* Monotonic microseconds, the clock of the SMS centre, to Unix time in microseconds. */
gint64 emu_emulator_real_time (const EmuEmulator *emulator, gint64 time_us);
