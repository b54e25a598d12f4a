/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The playout buffer, with its memory: any ticks and bodies at any time, taken at any time; clocks
 * leap both ways.
 *
 * Each step is a byte: bits 0 to 1 say what it does, the rest is its argument; then the bytes that
 * it takes.
 */
#include "codecs/playout.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define RATE 8000

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

static void
check (const TacPlayoutStats *s, uint64_t puts, uint64_t gets)
{
  uint64_t gone = s->duplicate + s->late + s->overflow + s->malformed + s->decoded + s->discarded;

  if (s->received != puts || gone > puts || puts - gone > TAC_PLAYOUT_BOUND
      || s->played + s->concealed + s->recovered_fec + s->silence != gets)
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

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Input input = { data, size };
  TacPlayout *playout = tac_playout_new (RATE);
  uint64_t puts = 0, gets = 0, now = 1000000;
  uint32_t tick = 0;

  while (input.size > 0)
    {
      uint8_t step = (uint8_t)take (&input, 1);
      int16_t pcm[RATE / 50];

      switch (step & 3)
        {
        case 0:
          put (playout, &input, step >> 2, (int64_t)now, &tick);
          puts++;
          break;
        case 1:
          now += 1000 * (uint64_t)(step >> 2);
          break;
        case 2:
          now += 20000;
          tac_playout_get (playout, (int64_t)now, pcm);
          gets++;
          break;
        default:
          if (step & 0x80)
            tac_playout_reset (playout);
          else if (step & 0x40)
            tac_playout_align (playout, (int64_t)now);
          else
            now = take (&input, 8);
          break;
        }
      check (tac_playout_stats (playout), puts, gets);
    }
  tac_playout_free (playout);
  return 0;
}
