/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Voice packets that wait for their tick: a ring indexed by tick, for ticks less than its length
 * apart. */
#include "packet-store.h"

#include <stddef.h>

#define SLOT(tick) ((tick) & (TAC_STORE_SLOTS - 1))

_Static_assert((TAC_STORE_SLOTS & (TAC_STORE_SLOTS - 1)) == 0, "a power of two");

bool
tac_store_put (TacPacketStore *store, const TacStoredPacket *packet)
{
  TacStoredPacket *slot = &store->slots[SLOT (packet->tick)];

  if (slot->used)
    return false;
  *slot = *packet;
  slot->used = true;
  store->n++;
  return true;
}

TacStoredPacket *
tac_store_find (TacPacketStore *store, int64_t tick)
{
  TacStoredPacket *slot = &store->slots[SLOT (tick)];

  return slot->used && slot->tick == tick ? slot : NULL;
}

void
tac_store_release (TacPacketStore *store, TacStoredPacket *packet)
{
  packet->used = false;
  store->n--;
}

const TacStoredPacket *
tac_store_newest_until (const TacPacketStore *store, int64_t tick)
{
  const TacStoredPacket *newest = NULL;

  for (unsigned i = 0; i < TAC_STORE_SLOTS && store->n > 0; i++)
    {
      const TacStoredPacket *slot = &store->slots[i];

      if (slot->used && slot->tick <= tick && (newest == NULL || slot->tick > newest->tick))
        newest = slot;
    }
  return newest;
}

const TacStoredPacket *
tac_store_oldest (const TacPacketStore *store)
{
  const TacStoredPacket *oldest = NULL;

  for (unsigned i = 0; i < TAC_STORE_SLOTS && store->n > 0; i++)
    if (store->slots[i].used && (oldest == NULL || store->slots[i].tick < oldest->tick))
      oldest = &store->slots[i];
  return oldest;
}

unsigned
tac_store_drop_before (TacPacketStore *store, int64_t tick)
{
  unsigned before = store->n;

  for (unsigned i = 0; i < TAC_STORE_SLOTS && store->n > 0; i++)
    if (store->slots[i].used && store->slots[i].tick < tick)
      tac_store_release (store, &store->slots[i]);
  return before - store->n;
}
