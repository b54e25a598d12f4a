/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long do packets stand in queues? A minimum filter, as CoDel's (RFC 8289 §3), over transits.
 */
#include "transit.h"

#include "wire.h"

#include <string.h>

/* A queue that grows by 450 ms a second, as one of a link 30 % too slow does, is long before the
 * second is over. */
#define URGENT_MS 80
#define URGENT_RISE_MS 30
#define URGENT_US 250000

void
tac_transit_reset (TacTransit *transit)
{
  memset (transit, 0, sizeof *transit);
}

static void
begin (TacTransit *transit, int64_t arrival_us, int64_t value)
{
  tac_transit_reset (transit);
  transit->any = true;
  transit->bucket_us = transit->part_us = arrival_us;
  transit->bucket = transit->standing = transit->least[0] = transit->base = value;
  transit->parts = 1;
}

static void
find_base (TacTransit *transit)
{
  transit->base = transit->least[0];
  for (unsigned i = 1; i < transit->parts; i++)
    if (transit->least[i] < transit->base)
      transit->base = transit->least[i];
}

/* A part for each span that was heard: silence forgets nothing. */
static void
next_part (TacTransit *transit, int64_t arrival_us, int64_t value)
{
  memmove (transit->least + 1, transit->least, (TAC_TRANSIT_PARTS - 1) * sizeof transit->least[0]);
  transit->least[0] = value;
  if (transit->parts < TAC_TRANSIT_PARTS)
    transit->parts++;
  transit->part_us = arrival_us;
  find_base (transit);
}

void
tac_transit_put (TacTransit *transit, int64_t arrival_us, uint64_t end)
{
  int64_t value = arrival_us - (int64_t)end * TAC_TICK_MS * 1000;

  if (!transit->any || value > transit->base + TAC_TRANSIT_JUMP_US
      || value < transit->base - TAC_TRANSIT_JUMP_US || arrival_us < transit->bucket_us)
    {
      begin (transit, arrival_us, value);
      return;
    }
  if (arrival_us - transit->bucket_us >= TAC_TRANSIT_BUCKET_US)
    {
      transit->standing = transit->bucket;
      transit->bucket = value;
      transit->bucket_us = arrival_us;
    }
  if (value < transit->bucket)
    transit->bucket = value;
  if (arrival_us - transit->part_us >= TAC_TRANSIT_SPAN_US)
    next_part (transit, arrival_us, value);
  if (value < transit->least[0])
    transit->least[0] = value;
  if (value < transit->base)
    transit->base = value;
}

unsigned
tac_transit_growth_ms (const TacTransit *transit)
{
  int64_t growth = transit->any ? (transit->standing - transit->base) / 1000 : 0;

  return growth > (int64_t)TAC_TRANSIT_GROWTH_MAX ? TAC_TRANSIT_GROWTH_MAX : (unsigned)growth;
}

bool
tac_transit_is_urgent (unsigned growth_ms, unsigned told_ms, int64_t since_us)
{
  return growth_ms >= URGENT_MS && growth_ms >= told_ms + URGENT_RISE_MS && since_us >= URGENT_US;
}
