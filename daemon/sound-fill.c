/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two clocks, the microphone's and the ear piece's, and a server that takes samples in pieces of
 * its own size: a tick of the one writes what the other plays. */
#include "daemon/sound-fill.h"

#define BLOCK_US 20000
#define STEP_US 10000 /* more, after it ran dry */
#define RELAX_US 2000 /* less, after peace */
#define RELAX_PART 8  /* and more of it, far from the least */
#define MEASURES 5    /* before there is a correction: a server may be late now and then */
#define PATIENCE_FIRST 10
#define LONG_PEACE 1500
#define NONSENSE_S 2
#define PATIENCE_MOST 320
#define AGAIN 25 /* measures: what runs dry sooner than this is in the same trouble still */

void
tac_sound_fill_reset (TacSoundFill *fill)
{
  *fill = (TacSoundFill){ .target_us = TAC_SOUND_FILL_FIRST_US,
                          .patience = PATIENCE_FIRST,
                          .correction = 1 };
}

static void
correct (TacSoundFill *fill, int blocks)
{
  fill->correction = blocks;
  fill->measures = 0;
}

void
tac_sound_fill_ran_dry (TacSoundFill *fill)
{
  if (fill->correction > 0)
    return;
  fill->target_us += STEP_US;
  if (fill->target_us > TAC_SOUND_FILL_MOST_US)
    fill->target_us = TAC_SOUND_FILL_MOST_US;
  if (fill->peace >= AGAIN && fill->patience < PATIENCE_MOST)
    fill->patience *= 2;
  fill->calm = fill->peace = 0;
  correct (fill, 1);
}

/* A trouble that comes back doubles the patience, a long peace halves it: what was a moment's is
 * soon forgotten. */
static void
relax (TacSoundFill *fill)
{
  int64_t over = fill->target_us - TAC_SOUND_FILL_LEAST_US;

  if (++fill->peace % LONG_PEACE == 0 && fill->patience > PATIENCE_FIRST)
    fill->patience /= 2;
  if (++fill->calm < fill->patience || over <= 0)
    return;
  fill->target_us -= over / RELAX_PART > RELAX_US ? over / RELAX_PART : RELAX_US;
  fill->calm = 0;
  fill->measures = 0;
}

bool
tac_sound_fill_measured (TacSoundFill *fill, int64_t queued_us)
{
  bool stale = queued_us > fill->target_us + TAC_SOUND_FILL_STALE_US;

  if (stale && fill->stale)
    {
      fill->stale = false;
      correct (fill, 1);
      return true;
    }
  fill->stale = stale;
  if (fill->measures++ == 0 || queued_us < fill->least_us)
    fill->least_us = queued_us;
  relax (fill);
  if (fill->measures < MEASURES)
    return false;
  if (fill->least_us > fill->target_us + BLOCK_US * 3 / 4)
    correct (fill, -1);
  else if (fill->least_us < fill->target_us - BLOCK_US * 3 / 4)
    correct (fill, 1);
  else
    fill->measures = 0;
  return false;
}

unsigned
tac_sound_fill_tick (TacSoundFill *fill)
{
  unsigned blocks = (unsigned)(1 + fill->correction);

  fill->correction = 0;
  return blocks;
}

bool
tac_sound_fill_queued (int64_t write_index, int64_t read_index, unsigned rate, int64_t *queued_us)
{
  const int64_t second = (int64_t)rate * (int64_t)sizeof (int16_t);
  int64_t bytes;

  if (__builtin_sub_overflow (write_index, read_index, &bytes) || bytes < -NONSENSE_S * second
      || bytes > NONSENSE_S * second)
    return false;
  *queued_us = bytes * 1000000 / second;
  return true;
}
