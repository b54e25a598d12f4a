/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the playout buffer share. */
#pragma once
#include "jitter.h"
#include "pace.h"
#include "packet-store.h"
#include "playout.h"
#include "voice-queue.h"

#define TICK_US (TAC_TICK_MS * 1000)

typedef enum
{
  SOURCE_PACKET,
  SOURCE_COPY,
  SOURCE_MADE_UP,
} Source;

struct TacPlayout
{
  TacVoiceQueue *queue;
  TacPlayoutStats stats;
  TacJitter jitter;
  TacPace pace;
  TacPacketStore store;

  bool any;     /* a packet has come */
  bool playing; /* else silence, until start() finds a packet whose time has come */
  int64_t next; /* tick to decode next; packets below it are late */
  int64_t last_get;
  int64_t target;   /* transit at which packets are due */
  unsigned choose;  /* ticks until it is chosen again */
  unsigned stalled; /* ticks from next on that were made up: they may still come */
  unsigned wanting; /* ticks since a correction is due */
  Source source;    /* of what was queued last */
};

/* Rounded down. */
static inline int64_t
tac_playout_floor_ticks (int64_t us)
{
  return us >= 0 ? us / TICK_US : -((-us + TICK_US - 1) / TICK_US);
}

/* The transit at which the packets to decode next are due. */
static inline int64_t
tac_playout_due (const TacPlayout *playout, int64_t now_us)
{
  return now_us
         - (playout->next + playout->stalled - playout->queue->n / playout->queue->tick) * TICK_US;
}

/* The packet that is next into the queue. False: it is not here. */
bool tac_playout_decode (TacPlayout *playout);
/* Takes a piece out or puts one in, if the target is elsewhere. A tick at least waits. */
void tac_playout_follow (TacPlayout *playout, int64_t now_us);
