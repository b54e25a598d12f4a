/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moving the place where the history is read costs the echo canceller all it learnt: so what the
 * server says must have changed for good, and the echo be out of the filter's reach. */
#include "codecs/voice-far.h"

#include "codecs/voice-dsp.h"

#include <stdlib.h>
#include <string.h>

#define AGREE 75        /* blocks: sound servers are asked about once a second */
#define ASTRAY 25       /* blocks */
#define LEFT_HELPS 0.5f /* 3 dB less: nearly always, also with somebody here talking */
#define LEFT_WELL 0.05f
#define TRUST 100 /* blocks: who talks here hides the echo for a while */

bool
tac_voice_far_init (TacVoiceFar *far, unsigned block)
{
  memset (far, 0, sizeof *far);
  far->block = block;
  far->ring = calloc (TAC_VOICE_FAR_BLOCKS, block * sizeof *far->ring);
  return far->ring != NULL;
}

void
tac_voice_far_clear (TacVoiceFar *far)
{
  free (far->ring);
  far->ring = NULL;
}

static int64_t
samples (const TacVoiceFar *far, int64_t ms)
{
  return ms * far->block / 20;
}

void
tac_voice_far_write (TacVoiceFar *far, const int16_t *pcm)
{
  size_t at = (size_t)(far->written / far->block % TAC_VOICE_FAR_BLOCKS) * far->block;

  memcpy (far->ring + at, pcm, far->block * sizeof *pcm);
  far->written += far->block;
  tac_voice_lag_far (&far->lag, pcm, far->block);
}

void
tac_voice_far_doubt (TacVoiceFar *far)
{
  far->trust = far->astray = 0;
  tac_voice_lag_forget (&far->lag);
}

static void
move (TacVoiceFar *far, int64_t offset)
{
  far->offset = offset;
  far->agree = 0;
  far->moves++;
  tac_voice_far_doubt (far);
}

/* The server's word: followed at once at first, then if it says another for a second. Readings
 * differ by what it delivers late, those of a nonsense one by anything. */
static void
hear (TacVoiceFar *far, unsigned delay_ms, float left)
{
  int64_t said, near_by = samples (far, TAC_VOICE_FAR_MARGIN_MS * 3 / 4);

  if (delay_ms > TAC_VOICE_DSP_DELAY_MAX_MS)
    return;
  said = far->written - samples (far, delay_ms) - far->captured - far->block;
  if (llabs (said - far->said) <= near_by)
    {
      far->agree = 0;
      return;
    }
  if (far->agree == 0 || llabs (said - far->candidate) > near_by)
    {
      far->candidate = said;
      far->agree = 0;
    }
  if (++far->agree < AGREE)
    return;
  if (left > LEFT_HELPS)
    move (far, far->offset + far->candidate - far->said);
  far->agree = 0;
  far->said = far->candidate;
}

/* The echo's own word, where it is clear: only for what the filter cannot reach. */
static void
look (TacVoiceFar *far, unsigned reach_ms)
{
  int64_t units, offset, late;

  if (!tac_voice_lag_find (&far->lag, &units))
    return;
  offset = units * far->block / TAC_VOICE_LAG_UNITS;
  late = far->offset + samples (far, TAC_VOICE_FAR_MARGIN_MS) - offset;
  if (late >= samples (far, TAC_VOICE_LAG_UNIT_MS) && late <= samples (far, reach_ms))
    far->astray = 0;
  else if (++far->astray >= ASTRAY)
    move (far, offset);
}

/* Nothing is heard before it is played, and nothing is kept for ever. */
static void
clamp (TacVoiceFar *far, int64_t *at)
{
  int64_t most = far->written - far->block;
  int64_t least = far->written - (int64_t)TAC_VOICE_FAR_BLOCKS * far->block;
  int64_t wanted = *at;

  if (*at > most)
    *at = most;
  if (*at < least)
    *at = least;
  far->offset += *at - wanted;
}

static void
copy (const TacVoiceFar *far, int64_t at, int16_t *pcm)
{
  int64_t size = (int64_t)TAC_VOICE_FAR_BLOCKS * far->block;

  for (unsigned i = 0; i < far->block; i++, at++)
    pcm[i] = at < 0 ? 0 : far->ring[at % size];
}

bool
tac_voice_far_read (TacVoiceFar *far, const int16_t *near, unsigned delay_ms, unsigned reach_ms,
                    float left, int16_t *pcm)
{
  uint64_t moves = far->moves;
  int64_t at;

  if (!far->begun)
    {
      unsigned delay = delay_ms > TAC_VOICE_DSP_DELAY_MAX_MS ? TAC_VOICE_FAR_UNKNOWN_MS : delay_ms;

      far->said = far->offset = far->written - samples (far, delay) - far->block;
      far->begun = true;
    }
  tac_voice_lag_near (&far->lag, near, far->block);
  hear (far, delay_ms, left);
  if (left < LEFT_WELL)
    far->trust = TRUST;
  if (far->trust > 0)
    far->trust--;
  else
    look (far, reach_ms);
  at = far->captured + far->offset + samples (far, TAC_VOICE_FAR_MARGIN_MS);
  clamp (far, &at);
  copy (far, at, pcm);
  far->captured += far->block;
  return far->moves != moves;
}

unsigned
tac_voice_far_delay_ms (const TacVoiceFar *far)
{
  int64_t behind = far->written - far->captured - far->offset;

  if (!far->begun || behind < 0)
    return TAC_VOICE_FAR_UNKNOWN_MS;
  return (unsigned)(behind * 20 / far->block);
}
