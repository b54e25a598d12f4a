/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opus packets of a hostile peer: each 60 bytes are decoded, used as FEC, or concealed over, in one
 * decoder. */
#include "codecs/voice-decoder.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define RATE 16000
#define TICK_SAMPLES (RATE / 50)

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (bool ok)
{
  if (!ok)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  TacVoiceDecoder *decoder = tac_voice_decoder_new (RATE);

  while (size > 0)
    {
      uint8_t action = data[0], body[TAC_BODY_SIZE] = { 0 };
      size_t n = size - 1 < sizeof body ? size - 1 : sizeof body;
      unsigned ticks, lost = 1 + action % 3;
      int16_t pcm[3 * TICK_SAMPLES];

      memcpy (body, data + 1, n);
      data += 1 + n;
      size -= 1 + n;
      ticks = tac_voice_packet_ticks (body);
      check (ticks <= 3);
      check (ticks > 0 || !tac_voice_packet_has_fec (body));
      if (action & 0x10)
        check (tac_voice_decode_fec (decoder, body, lost, pcm) <= lost * TICK_SAMPLES);
      else if (action & 0x20)
        check (tac_voice_conceal (decoder, lost, pcm) == lost * TICK_SAMPLES);
      check (tac_voice_decode (decoder, body, pcm) <= ticks * TICK_SAMPLES);
    }
  tac_voice_decoder_free (decoder);
  return 0;
}
