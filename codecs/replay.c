/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The replay window: a ring of words, one more than it needs, so that the newest word may be partly
 * used and TAC_REPLAY_WINDOW counters still fit behind it (RFC 6479 §2). */
#include "replay.h"

#define WORD_BITS 64
#define WORDS (TAC_REPLAY_WINDOW / WORD_BITS + 1)

_Static_assert(TAC_REPLAY_WINDOW % WORD_BITS == 0, "whole words");

bool
tac_replay_admits (const TacReplayWindow *window, uint32_t counter)
{
  if (!window->any || counter > window->newest)
    return true;
  if (window->newest - counter >= TAC_REPLAY_WINDOW)
    return false;
  return (window->seen[counter / WORD_BITS % WORDS] >> counter % WORD_BITS & 1) == 0;
}

/* Words that come into the window with @counter are those of counters not seen yet. */
static void
move_to (TacReplayWindow *window, uint32_t counter)
{
  uint32_t to = counter / WORD_BITS;
  uint32_t from = window->any ? window->newest / WORD_BITS + 1 : 0;

  if (to + 1 - from > WORDS)
    from = to + 1 - WORDS;
  for (uint32_t word = from; word <= to; word++)
    window->seen[word % WORDS] = 0;
  window->any = true;
  window->newest = counter;
}

void
tac_replay_mark (TacReplayWindow *window, uint32_t counter)
{
  if (!window->any || counter > window->newest)
    move_to (window, counter);
  window->seen[counter / WORD_BITS % WORDS] |= (uint64_t)1 << counter % WORD_BITS;
}
