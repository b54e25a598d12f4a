/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the microphone's next block will be there. The sound server has more to say than that, and
 * each word would be a wake-up: who looks only when the block has come finds all of it at once.
 * Pure. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define TAC_SOUND_PHASE_LEAST_US 150 /* behind the time that the block is expected at */
#define TAC_SOUND_PHASE_MOST_US 3000

typedef struct
{
  int64_t look_us;   /* no need to look before */
  int64_t margin_us; /* what the server's time varies by */
  int64_t came_us;
  unsigned found; /* blocks in a row */
} TacSoundPhase;

/* Look at once. */
void tac_sound_phase_reset (TacSoundPhase *phase);
/* A block of 20 ms came. @waited: it was not there yet when looked for, at look_us. */
void tac_sound_phase_came (TacSoundPhase *phase, int64_t now_us, bool waited);
