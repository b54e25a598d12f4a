/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Found again and again, it is looked for a little earlier each time; not found, later by more. */
#include "daemon/sound-phase.h"

#define BLOCK_US 20000
#define EARLIER_US 8
#define CALM 100 /* found so often in a row, the server is steadier than it was thought */

void
tac_sound_phase_reset (TacSoundPhase *phase)
{
  *phase = (TacSoundPhase){ .margin_us = TAC_SOUND_PHASE_LEAST_US };
}

static void
not_found (TacSoundPhase *phase, int64_t now_us)
{
  bool again = phase->found < CALM / 10;

  phase->look_us = now_us + BLOCK_US + phase->margin_us;
  phase->found = 0;
  if (again && phase->margin_us < TAC_SOUND_PHASE_MOST_US)
    phase->margin_us += phase->margin_us / 2;
}

void
tac_sound_phase_came (TacSoundPhase *phase, int64_t now_us, bool waited)
{
  int64_t since_us = now_us - phase->came_us;

  phase->came_us = now_us;
  if (since_us < BLOCK_US / 2) /* with the one before: it tells nothing of the next */
    return;
  if (waited || now_us - phase->look_us > BLOCK_US / 2 || phase->look_us - now_us > 0)
    {
      not_found (phase, now_us);
      return;
    }
  phase->look_us += BLOCK_US - EARLIER_US;
  if (++phase->found % CALM == 0 && phase->margin_us > TAC_SOUND_PHASE_LEAST_US)
    phase->margin_us -= phase->margin_us / 4;
}
