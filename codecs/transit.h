/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long do packets stand in queues? Of one direction, from their arrival alone. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define TAC_TRANSIT_BUCKET_US 120000  /* two packets of the slowest profile */
#define TAC_TRANSIT_SPAN_US 4000000   /* of one part of the window */
#define TAC_TRANSIT_PARTS 12          /* the window: 44 to 48 s */
#define TAC_TRANSIT_JUMP_US 10000000  /* a transit so different is another timeline's */
#define TAC_TRANSIT_GROWTH_MAX 10000u /* ms */

/* Transit: arrival on our clock less media time on the sender's, so only differences mean anything.
 * Media time is that of a packet's end, when it was sent, or a slower pace would look like a queue.
 * The least transit of a short time is what stood in queues then: jitter, and a link that held
 * packets back and delivered them at once, leave no mark on it. */
typedef struct
{
  bool any;
  int64_t bucket_us, bucket;              /* when the present one began, its least transit */
  int64_t standing;                       /* least of the bucket before */
  int64_t part_us;                        /* when the present part of the window began */
  int64_t least[TAC_TRANSIT_PARTS], base; /* newest part first; the least of all */
  unsigned parts;
} TacTransit;

void tac_transit_reset (TacTransit *transit);
/* One arrival of a packet that ends at @end, in ticks; any order. */
void tac_transit_put (TacTransit *transit, int64_t arrival_us, uint64_t end);
/* ms by which transit stands above the least of the window; 0 before the first, at most
 * TAC_TRANSIT_GROWTH_MAX. */
unsigned tac_transit_growth_ms (const TacTransit *transit);
/* Has it grown so much that the sender should know before the second is over? */
bool tac_transit_is_urgent (unsigned growth_ms, unsigned told_ms, int64_t since_us);
