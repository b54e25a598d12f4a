/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The playout buffer, with its memory: any ticks and bodies at any time, taken at any time; clocks
 * leap both ways.
 *
 * Each step is a byte: bits 0 to 1 say what it does, the rest is its argument; then the bytes that
 * it takes.
 */
#include "codecs/playout.h"
#include "codecs/voice-encoder.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define RATE 8000
#define VOICES 30 /* coded packets of each profile */
#define GUARD 0x5a5a

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef struct
{
  const uint8_t *data;
  size_t size;
} Input;

static uint64_t
take (Input *input, size_t n)
{
  uint64_t value = 0;

  for (; n > 0 && input->size > 0; n--, input->data++, input->size--)
    value = value << 8 | input->data[0];
  return value;
}

/* A buzz with pauses, so that there is something to stretch, of all profiles and with FEC. */
static const uint8_t *
voice (unsigned profile, unsigned n)
{
  static uint8_t bodies[TAC_PROFILES][VOICES][TAC_BODY_SIZE];

  if (bodies[0][0][0] != 0)
    return bodies[profile][n % VOICES];
  for (unsigned i = 0; i < TAC_PROFILES; i++)
    {
      TacVoiceEncoder *encoder = tac_voice_encoder_new (RATE, 5);
      int16_t pcm[3 * RATE / 50];
      unsigned at = 0;

      tac_voice_encoder_set_profile (encoder, (TacProfile)i);
      tac_voice_encoder_set_loss (encoder, 10);
      for (unsigned j = 0; j < VOICES; j++)
        {
          for (unsigned k = 0; k < tac_voice_encoder_frame (encoder); k++, at++)
            pcm[k] = (int16_t)(at / 2000 % 2 ? (int)(at % 60) * 300 - 9000 : (int)(at % 7));
          if (!tac_voice_encode (encoder, pcm, bodies[i][j]))
            abort ();
        }
      tac_voice_encoder_free (encoder);
    }
  return bodies[profile][n % VOICES];
}

static void
check (const TacPlayoutStats *s, uint64_t puts, uint64_t gets)
{
  uint64_t gone = s->duplicate + s->late + s->overflow + s->malformed + s->decoded + s->discarded;
  uint64_t pieces = s->accelerated + s->expanded;

  if (s->received != puts || gone > puts || puts - gone > TAC_PLAYOUT_BOUND
      || s->played + s->concealed + s->recovered_fec + s->silence != gets)
    abort ();
  if (s->comfort > s->concealed || s->stalled > gets || s->undecodable > s->decoded
      || s->compressed_samples + s->stretched_samples > pieces * RATE * 15 / 1000
      || s->compressed_samples + s->stretched_samples < pieces || s->clock_jumps > gets
      || s->drift_ppm > 2000 || s->drift_ppm < -2000)
    abort ();
}

/* Most packets are those that a peer would send: else the fuzzer would hardly find two in a row. */
static void
put (TacPlayout *playout, Input *input, uint8_t argument, int64_t now, uint32_t *tick)
{
  static const uint8_t tocs[] = { 9 << 3, 10 << 3, 11 << 3, 31 << 3 };
  uint8_t body[TAC_BODY_SIZE] = { 0 };

  *tick = argument & 1 ? (uint32_t)take (input, 4) : *tick + (argument >> 1 & 7);
  body[0] = argument & 0x20 ? (uint8_t)take (input, 1) : tocs[argument >> 3 & 3];
  body[1] = (uint8_t)take (input, 1);
  body[2] = (uint8_t)take (input, 1);
  tac_playout_put (playout, now, *tick, body);
}

static void
get (TacPlayout *playout, int64_t now)
{
  int16_t pcm[RATE / 50 + 2];

  for (unsigned i = 0; i < sizeof pcm / sizeof pcm[0]; i++)
    pcm[i] = GUARD;
  tac_playout_get (playout, now, pcm + 1);
  if (pcm[0] != GUARD || pcm[RATE / 50 + 1] != GUARD)
    abort ();
}

/* A stretch of a call: ten packets a tick of theirs apart, each taken at once or all at the end;
 * some are lost. */
static void
speak (TacPlayout *playout, Input *input, uint64_t *now, uint32_t *tick, uint64_t counts[2])
{
  uint8_t how = (uint8_t)take (input, 1), lost = (uint8_t)take (input, 1);
  unsigned profile = (how & 3) % TAC_PROFILES, ticks = profile + 1, owed = 0;

  for (unsigned i = 0; i < 10; i++)
    {
      *tick += ticks;
      *now += 20000 * ticks;
      owed += ticks;
      if (!(lost >> (i & 7) & 1))
        {
          tac_playout_put (playout, (int64_t)*now + (how & 0x40 ? 137 * (int64_t)(i & 3) : 0),
                           *tick, voice (profile, *tick / ticks));
          counts[0]++;
        }
      for (; owed > 0 && (!(how & 0x80) || i == 9); owed--, counts[1]++)
        get (playout, (int64_t)*now - (how & 0x20 ? 20000 * (int64_t)owed : 0));
    }
}

static void
move_clock (TacPlayout *playout, Input *input, uint8_t step, uint64_t *now)
{
  if (step & 0x80)
    tac_playout_reset (playout);
  else if (step & 0x40)
    {
      int64_t wait = tac_playout_align (playout, (int64_t)*now);

      if (wait < 0 || wait >= 20000)
        abort ();
    }
  else
    *now = take (input, 8);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Input input = { data, size };
  TacPlayout *playout = tac_playout_new (RATE);
  uint64_t counts[2] = { 0 }, now = 1000000; /* puts and gets */
  uint32_t tick = 0;

  while (input.size > 0)
    {
      uint8_t step = (uint8_t)take (&input, 1);

      switch (step & 3)
        {
        case 0:
          put (playout, &input, step >> 2, (int64_t)now, &tick);
          counts[0]++;
          break;
        case 1:
          if (step == 1)
            speak (playout, &input, &now, &tick, counts);
          else
            now += 1000 * (uint64_t)(step >> 2);
          break;
        case 2:
          now += 20000;
          get (playout, (int64_t)now);
          counts[1]++;
          break;
        default:
          move_clock (playout, &input, step, &now);
          break;
        }
      check (tac_playout_stats (playout), counts[0], counts[1]);
    }
  tac_playout_free (playout);
  return 0;
}
