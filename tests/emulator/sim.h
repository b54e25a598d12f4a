/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SIM card: its files and its PIN. Pure: no I/O. */
#pragma once
#include "config.h"

#define EMU_SIM_PIN_TRIES 3
#define EMU_SIM_PUK_TRIES 10
#define EMU_SIM_PIN_MAX 8
#define EMU_SIM_DEFAULT_PIN "1234"
#define EMU_SIM_PUK "12345678"

typedef enum
{
  EMU_SIM_READY,
  EMU_SIM_NEEDS_PIN,
  EMU_SIM_NEEDS_PUK,
  EMU_SIM_BLOCKED
} EmuSimLock;

typedef struct
{
  const EmuPhoneConfig *config; /* unowned */
  gboolean inserted;
  gboolean pin_enabled;
  gboolean verified;
  char pin[EMU_SIM_PIN_MAX + 1];
  guint pin_tries;
  guint puk_tries;
} EmuSim;

void emu_sim_init (EmuSim *sim, const EmuPhoneConfig *config);
/* The phone was switched off and on: the PIN must be given again. */
void emu_sim_reset (EmuSim *sim);
EmuSimLock emu_sim_lock (const EmuSim *sim);
/* Returns: FALSE on a wrong PIN (one try fewer), or where the lock isn't NEEDS_PIN. */
gboolean emu_sim_verify_pin (EmuSim *sim, const char *pin);
gboolean emu_sim_unblock (EmuSim *sim, const char *puk, const char *new_pin);
/* A PIN that must be right to change a setting; a wrong one costs a try. */
gboolean emu_sim_check_pin (EmuSim *sim, const char *pin);

/* Carries out one +CRSM (3GPP TS 27.007 §8.18): @command 192, 176 or 178.
 * @response: (out) (transfer full) bytes, or NULL. Returns: status word, 0x9000 on success. */
guint16 emu_sim_access (const EmuSim *sim, guint command, guint file, guint p1, guint p2, guint p3,
                        GByteArray **response);
