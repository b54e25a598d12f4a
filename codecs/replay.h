/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The replay window: which of the newest TAC_REPLAY_WINDOW counters were seen (RFC 6479). */
#pragma once
#include "wire.h"
#include <stdbool.h>

/* All zeros is the empty window. */
typedef struct
{
  bool any;
  uint32_t newest;
  uint64_t seen[TAC_REPLAY_WINDOW / 64 + 1];
} TacReplayWindow;

/* False where @counter was seen, or lies TAC_REPLAY_WINDOW or more behind the newest. */
bool tac_replay_admits (const TacReplayWindow *window, uint32_t counter);
/* Marks an admitted @counter as seen; only once its datagram is authentic. */
void tac_replay_mark (TacReplayWindow *window, uint32_t counter);
