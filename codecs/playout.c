/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The adaptive playout buffer: opened packets in, in any order and at any time; 20 ms of PCM out at
 * every tick of the sink.
 *
 * A packet of tick T that arrives at A has the transit A − 20 ms × T. The buffer plays tick T when
 * the target has passed: the transit that nearly all packets keep (jitter.h), a margin, and the
 * length of a packet while the peer sends FEC, for what was lost is in the next one. Playing more
 * than a tick too late, two ticks become one by a cross-fade; too early, the decoder makes up one.
 * Both wait for a quiet moment, if one comes in time.
 */
#include "playout.h"
#include "jitter.h"
#include "packet-store.h"

#include <stdlib.h>
#include <string.h>

#define TICK_US (TAC_TICK_MS * 1000)
#define PACKET_TICKS_MAX 3
#define READY_MAX 4             /* decoded ticks: one left over and a packet */
#define MARGIN_US 5000          /* for threads that wake late, on top of the jitter */
#define SLACK_US 3000           /* no correction for less */
#define JUMP_US 1000000         /* a transit this far off is another clock or another stream */
#define TARGET_RANGE_US 800000  /* never wait longer than this for slow packets */
#define RESTART_US 500000       /* this much too late, do not catch up tick by tick */
#define PATIENCE_TICKS 50       /* ticks to wait for a quiet moment */
#define GAP_TICKS 25            /* made-up ticks after which the voice has gone */
#define FEC_MEMORY_TICKS 250    /* FEC shows in speech only, so remember it over a pause */
#define LATE_RUN 3              /* fresh packets in a row too late: the timeline is what is wrong */
#define QUIET_RATIO 64          /* 18 dB below the level of the speech */
#define QUIET_POWER (50u * 50u) /* and what is quiet in any case */
#define TIME_MAX ((int64_t)1 << 60)

_Static_assert(TAC_STORE_SLOTS >= TAC_PLAYOUT_BOUND + PACKET_TICKS_MAX, "slots");

typedef enum
{
  SOURCE_PACKET,
  SOURCE_FEC,
  SOURCE_CONCEALED
} Source;

struct TacPlayout
{
  TacVoiceDecoder *decoder;
  unsigned tick_samples;
  TacPlayoutStats stats;
  TacJitter jitter;

  bool any;     /* a packet has come */
  bool playing; /* else silence, until start() finds a packet whose time has come */
  int64_t next; /* tick to decode next; packets below it are late */
  int64_t last_get;
  TacPacketStore store;

  unsigned packet_ticks; /* of the newest packet */
  int64_t fec_until;     /* tick up to which the peer's FEC is expected */
  unsigned late_run;     /* fresh packets too late, in a row */
  unsigned missing;      /* made-up ticks in a row */
  unsigned wanting;      /* ticks since a correction is due */
  uint32_t power, level; /* mean square of the newest tick; peak of it, decaying */

  unsigned ready; /* ticks decoded and not played */
  Source source[READY_MAX];
  int16_t pcm[]; /* READY_MAX ticks */
};

TacPlayout *
tac_playout_new (unsigned rate)
{
  TacVoiceDecoder *decoder = tac_voice_decoder_new (rate);
  TacPlayout *playout;

  if (decoder == NULL)
    return NULL;
  playout = calloc (1, sizeof *playout + READY_MAX * (rate / 50) * sizeof (int16_t));
  if (playout == NULL)
    {
      tac_voice_decoder_free (decoder);
      return NULL;
    }
  playout->decoder = decoder;
  playout->tick_samples = rate / 50;
  return playout;
}

void
tac_playout_free (TacPlayout *playout)
{
  if (playout == NULL)
    return;
  tac_voice_decoder_free (playout->decoder);
  free (playout);
}

const TacPlayoutStats *
tac_playout_stats (const TacPlayout *playout)
{
  return &playout->stats;
}

/* Moves the timeline on. Packets that it passes are counted in @counter. */
static void
advance (TacPlayout *playout, int64_t next, uint64_t *counter)
{
  *counter += tac_store_drop_before (&playout->store, next);
  playout->next = next;
}

static void
stop (TacPlayout *playout)
{
  playout->playing = false;
  playout->ready = 0;
  playout->missing = 0;
  playout->wanting = 0;
  playout->late_run = 0;
}

void
tac_playout_reset (TacPlayout *playout)
{
  stop (playout);
  advance (playout, playout->any ? (int64_t)playout->stats.highest_tick + 1 : 0,
           &playout->stats.discarded);
  tac_jitter_reset (&playout->jitter);
  playout->last_get = -TIME_MAX;
}

/* The transit at which to play. */
static int64_t
target (const TacPlayout *playout)
{
  int64_t slow = playout->jitter.slow;

  if (slow > playout->jitter.fastest + TARGET_RANGE_US)
    slow = playout->jitter.fastest + TARGET_RANGE_US;
  if (playout->stats.highest_tick < playout->fec_until)
    slow += playout->packet_ticks * TICK_US;
  return slow + MARGIN_US;
}

static int64_t
in_range (int64_t time_us)
{
  return time_us < -TIME_MAX ? -TIME_MAX : time_us > TIME_MAX ? TIME_MAX : time_us;
}

static int64_t
floor_ticks (int64_t us)
{
  return us >= 0 ? us / TICK_US : -((-us + TICK_US - 1) / TICK_US);
}

/* What the arrival says about the network. @fresh: newer than any before. */
static void
learn (TacPlayout *playout, int64_t arrival_us, const TacStoredPacket *packet, bool fresh)
{
  TacJitter *jitter = &playout->jitter;
  int64_t transit = arrival_us - (int64_t)packet->tick * TICK_US;

  if (jitter->n > 0 && transit > jitter->fastest + JUMP_US && !fresh)
    return; /* a straggler, held somewhere: it tells nothing of the others */
  if (jitter->n > 0 && (transit > jitter->fastest + JUMP_US || transit < jitter->fastest - JUMP_US))
    tac_jitter_reset (jitter);
  tac_jitter_put (jitter, transit);
  playout->stats.jitter_ms = (uint32_t)(jitter->mean / 1000);

  if (fresh)
    {
      playout->any = true;
      playout->stats.highest_tick = packet->tick;
      playout->packet_ticks = packet->ticks;
    }
  if (tac_voice_packet_has_fec (packet->body))
    playout->fec_until = (int64_t)packet->tick + FEC_MEMORY_TICKS;
}

/* Is the packet's time still to come? If fresh packets keep coming too late, the sender has paused,
 * and its timeline must be taken up again where it is now. */
static bool
in_time (TacPlayout *playout, uint32_t tick, bool fresh)
{
  if (tick >= playout->next)
    playout->late_run = 0;
  else if (fresh && (!playout->playing || ++playout->late_run >= LATE_RUN))
    {
      stop (playout);
      playout->next = tick;
    }
  else
    return false;
  return true;
}

void
tac_playout_put (TacPlayout *playout, int64_t arrival_us, uint32_t tick,
                 const uint8_t body[TAC_BODY_SIZE])
{
  TacStoredPacket packet = { .tick = tick, .ticks = (uint8_t)tac_voice_packet_ticks (body) };
  bool fresh = !playout->any || tick > playout->stats.highest_tick;

  playout->stats.received++;
  if (packet.ticks == 0)
    {
      playout->stats.malformed++;
      return;
    }
  memcpy (packet.body, body, TAC_BODY_SIZE);
  learn (playout, in_range (arrival_us), &packet, fresh);
  if (!in_time (playout, tick, fresh))
    {
      playout->stats.late++;
      return;
    }

  if (tick >= playout->next + TAC_PLAYOUT_BOUND)
    {
      playout->ready = 0;
      advance (playout, (int64_t)tick - TAC_PLAYOUT_BOUND + 1, &playout->stats.overflow);
    }
  if (!tac_store_put (&playout->store, &packet))
    playout->stats.duplicate++;
}

static int16_t *
ready_pcm (TacPlayout *playout, unsigned tick)
{
  return playout->pcm + tick * playout->tick_samples;
}

static void
append (TacPlayout *playout, unsigned ticks, Source source)
{
  for (unsigned i = 0; i < ticks; i++)
    playout->source[playout->ready++] = source;
}

static void
skip_ready (TacPlayout *playout, unsigned ticks)
{
  playout->ready -= ticks;
  memmove (playout->pcm, ready_pcm (playout, ticks),
           playout->ready * playout->tick_samples * sizeof (int16_t));
  memmove (playout->source, playout->source + ticks, playout->ready * sizeof (Source));
}

/* One tick from the decoder's memory alone. */
static void
conceal (TacPlayout *playout)
{
  int16_t *pcm = ready_pcm (playout, playout->ready);

  if (tac_voice_conceal (playout->decoder, 1, pcm) != playout->tick_samples)
    memset (pcm, 0, playout->tick_samples * sizeof *pcm);
  append (playout, 1, SOURCE_CONCEALED);
}

static bool
decode_packet (TacPlayout *playout)
{
  TacStoredPacket *slot = tac_store_find (&playout->store, playout->next);
  unsigned ticks;

  if (slot == NULL)
    return false;
  ticks = slot->ticks;
  tac_store_release (&playout->store, slot);
  playout->stats.decoded++;
  if (tac_voice_decode (playout->decoder, slot->body, ready_pcm (playout, playout->ready))
      == ticks * playout->tick_samples)
    append (playout, ticks, SOURCE_PACKET);
  else
    for (unsigned i = 0; i < ticks; i++)
      conceal (playout);
  advance (playout, playout->next + ticks, &playout->stats.discarded);
  return true;
}

/* The packet after the gap holds a copy of one packet before it, as long as itself. */
static bool
decode_fec (TacPlayout *playout)
{
  for (unsigned ticks = 1; ticks <= PACKET_TICKS_MAX; ticks++)
    {
      const TacStoredPacket *slot = tac_store_find (&playout->store, playout->next + ticks);

      if (slot == NULL)
        continue;
      if (slot->ticks != ticks || !tac_voice_packet_has_fec (slot->body)
          || tac_voice_decode_fec (playout->decoder, slot->body, ticks,
                                   ready_pcm (playout, playout->ready))
                 != ticks * playout->tick_samples)
        return false;
      append (playout, ticks, SOURCE_FEC);
      playout->next += ticks;
      return true;
    }
  return false;
}

/* At least one tick ready. @early: rather make one up than call a packet lost that may still come.
 */
static void
fill (TacPlayout *playout, bool early)
{
  if (playout->ready > 0 || decode_packet (playout))
    return;
  if (playout->store.n == 0 && early)
    {
      conceal (playout);
      playout->stats.expanded++;
      playout->wanting = 0;
      return;
    }
  if (decode_fec (playout))
    return;
  conceal (playout);
  playout->next++;
}

/* Begins with the newest packet whose time has come. */
static bool
start (TacPlayout *playout, int64_t now_us)
{
  int64_t tick = floor_ticks (now_us - target (playout));
  const TacStoredPacket *first = tac_store_newest_until (&playout->store, tick);
  int64_t inside;

  if (first == NULL)
    return false;
  inside = tick - first->tick;
  advance (playout, first->tick, &playout->stats.discarded);
  playout->playing = true;
  decode_packet (playout);
  if (inside >= playout->ready)
    inside = playout->ready - 1;
  skip_ready (playout, (unsigned)inside);
  return true;
}

/* Two ticks become one. */
static void
accelerate (TacPlayout *playout)
{
  int16_t *from = playout->pcm, *to = ready_pcm (playout, 1);
  int n = (int)playout->tick_samples;

  if (playout->ready < 2 && !decode_packet (playout))
    return;
  for (int i = 0; i < n; i++)
    to[i] = (int16_t)((from[i] * (n - i) + to[i] * i) / n);
  skip_ready (playout, 1);
  playout->stats.accelerated++;
  playout->wanting = 0;
}

/* Follows the target, by a tick at a time. @error: µs that the tick to play now is too late. */
static void
follow (TacPlayout *playout, int64_t error)
{
  bool early = error < -SLACK_US;
  bool late = error > TICK_US + SLACK_US;
  bool now;

  playout->wanting = early || late ? playout->wanting + 1 : 0;
  now = playout->power < QUIET_POWER || playout->power < playout->level / QUIET_RATIO
        || playout->wanting > PATIENCE_TICKS;
  if (early && now && playout->ready == 0)
    {
      conceal (playout);
      playout->stats.expanded++;
      playout->wanting = 0;
      return;
    }
  fill (playout, early);
  if (late && now)
    accelerate (playout);
}

static void
measure (TacPlayout *playout, const int16_t *pcm)
{
  uint64_t sum = 0;

  for (unsigned i = 0; i < playout->tick_samples; i++)
    sum += (uint64_t)(pcm[i] * pcm[i]);
  playout->power = (uint32_t)(sum / playout->tick_samples);
  playout->level -= playout->level / 256;
  if (playout->power > playout->level)
    playout->level = playout->power;
}

/* Hands the first ready tick out and counts it. */
static void
play (TacPlayout *playout, int16_t *pcm)
{
  Source source = playout->source[0];

  memcpy (pcm, playout->pcm, playout->tick_samples * sizeof *pcm);
  skip_ready (playout, 1);
  measure (playout, pcm);
  playout->missing = source == SOURCE_CONCEALED ? playout->missing + 1 : 0;
  switch (source)
    {
    case SOURCE_PACKET:
      playout->stats.played++;
      break;
    case SOURCE_FEC:
      playout->stats.recovered_fec++;
      break;
    case SOURCE_CONCEALED:
      playout->stats.concealed++;
      break;
    }
  if (playout->missing >= GAP_TICKS && playout->store.n == 0)
    stop (playout);
}

/* µs that the tick to play now is later than the target wants it. */
static int64_t
error_at (const TacPlayout *playout, int64_t now_us)
{
  return now_us - (playout->next - playout->ready) * TICK_US - target (playout);
}

static void
note_delay (TacPlayout *playout, int64_t now_us)
{
  int64_t late = error_at (playout, now_us);
  int64_t wanted = target (playout) - playout->jitter.fastest;

  playout->stats.target_ms = (uint32_t)(wanted / 1000);
  playout->stats.delay_ms = late + wanted > 0 ? (uint32_t)((late + wanted) / 1000) : 0;
}

bool
tac_playout_get (TacPlayout *playout, int64_t now_us, int16_t *pcm)
{
  now_us = in_range (now_us);
  if (now_us < playout->last_get)
    tac_playout_reset (playout); /* the clock went back: nothing measured by it holds */
  playout->last_get = now_us;

  if (playout->playing)
    {
      int64_t error = error_at (playout, now_us);

      if (error < -JUMP_US)
        tac_playout_reset (playout);
      else if (error > RESTART_US && playout->store.n > 0)
        stop (playout);
    }
  if (!playout->playing && !start (playout, now_us))
    {
      memset (pcm, 0, playout->tick_samples * sizeof *pcm);
      playout->stats.silence++;
      return false;
    }
  follow (playout, error_at (playout, now_us));
  note_delay (playout, now_us);
  play (playout, pcm);
  return true;
}

int64_t
tac_playout_align (const TacPlayout *playout, int64_t now_us)
{
  int64_t since;

  if (playout->playing || playout->store.n == 0)
    return 0;
  since = in_range (now_us) - target (playout);
  since -= floor_ticks (since) * TICK_US;
  return since > SLACK_US ? TICK_US - since : 0;
}
