/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A voice direction through a network that the input steers: what opens was sealed, whole, once.
 * Input: steps of two bytes. First byte: 0–63 seals that many ticks on; 64–127 seals that many
 * epochs on, less a tick; else one of the last 64 datagrams (its low six bits) is delivered, and
 * where bit 6 is set the second byte's bit is flipped on the way. */
#include "codecs/seal.h"

#include <stdlib.h>
#include <string.h>

#define KEPT 64

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef struct
{
  bool sealed, opened;
  uint32_t tick;
  uint8_t packet[TAC_DATAGRAM_SIZE];
} Kept;

static void
require (bool holds)
{
  if (!holds)
    abort ();
}

static void
seal_one (TacVoiceSealer *sealer, Kept *kept, uint64_t tick)
{
  uint64_t ahead = (tick >> TAC_EPOCH_SHIFT) - sealer->epoch;
  uint8_t body[TAC_BODY_SIZE];

  if (tick > UINT32_MAX)
    return;
  memset (body, (uint8_t)tick, sizeof body);
  require (tac_voice_seal (sealer, (uint32_t)tick, body, kept->packet)
           == (ahead <= TAC_EPOCH_AHEAD_MAX));
  if (ahead > TAC_EPOCH_AHEAD_MAX)
    return;
  kept->sealed = true;
  kept->opened = false;
  kept->tick = (uint32_t)tick;
}

static void
deliver (TacVoiceOpener *opener, Kept *kept, bool flip, uint8_t bit)
{
  TacVoiceOpener before = *opener;
  uint8_t packet[TAC_DATAGRAM_SIZE], body[TAC_BODY_SIZE] = { 0xa5 };
  uint32_t tick;
  TacOpenResult result;

  memcpy (packet, kept->packet, sizeof packet);
  if (flip)
    packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
  result = tac_voice_open (opener, packet, sizeof packet, body, &tick);
  if (result != TAC_OPEN_OK)
    {
      require (memcmp (opener, &before, sizeof before) == 0);
      require (body[0] == 0xa5 && body[1] == 0);
      return;
    }
  require (!flip && !kept->opened && tick == kept->tick);
  for (size_t i = 0; i < sizeof body; i++)
    require (body[i] == (uint8_t)tick);
  kept->opened = true;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const uint8_t chain[TAC_KEY_SIZE] = { 1 };
  static Kept kept[KEPT];
  TacVoiceSealer sealer;
  TacVoiceOpener opener;
  unsigned n = 0;

  memset (kept, 0, sizeof kept);
  tac_voice_sealer_init (&sealer, chain);
  tac_voice_opener_init (&opener, chain);
  for (size_t i = 0; i + 1 < size; i += 2)
    {
      unsigned low = data[i] & 63;

      if (data[i] < 64)
        seal_one (&sealer, &kept[n++ % KEPT], sealer.next_tick + low);
      else if (data[i] < 128)
        seal_one (&sealer, &kept[n++ % KEPT],
                  sealer.next_tick + (uint64_t)low * (1u << TAC_EPOCH_SHIFT) - (low > 0));
      else if (kept[low].sealed)
        deliver (&opener, &kept[low], (data[i] & 64) != 0, data[i + 1]);
    }
  return 0;
}
