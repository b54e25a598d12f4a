/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Voice packets that wait for their tick: a ring indexed by tick, for ticks less than its length apart. */
#pragma once
#include "wire.h"
#include <stdbool.h>

#define TAC_STORE_SLOTS 64 /* a power of two */

typedef struct {
  bool used;
  uint8_t ticks; /* that it holds */
  uint32_t tick; /* of its first sample */
  uint8_t body[TAC_BODY_SIZE];
} TacStoredPacket;

typedef struct {
  TacStoredPacket slots[TAC_STORE_SLOTS];
  unsigned n; /* packets here */
} TacPacketStore;

/* False: there is one of this tick already. */
bool tac_store_put (TacPacketStore *store, const TacStoredPacket *packet);
/* The packet that starts at @tick, or NULL. */
TacStoredPacket *tac_store_find (TacPacketStore *store, int64_t tick);
/* Frees the slot of a packet of the store; its bytes stay until the next put. */
void tac_store_release (TacPacketStore *store, TacStoredPacket *packet);
/* The newest packet that starts at @tick or before, or NULL. */
const TacStoredPacket *tac_store_newest_until (const TacPacketStore *store, int64_t tick);
/* The oldest packet, or NULL. */
const TacStoredPacket *tac_store_oldest (const TacPacketStore *store);
/* Returns: how many packets started before @tick; they are gone. */
unsigned tac_store_drop_before (TacPacketStore *store, int64_t tick);
