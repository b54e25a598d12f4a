/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decoded voice that waits to be played. */
#include "voice-queue.h"

#include "stretch.h"

#include <stdlib.h>
#include <string.h>

#define BEFORE_MS 30      /* played, and kept to go on from; two of the longest pieces */
#define WAITING_MS 140    /* two ticks, a packet of three, a piece put in */
#define QUIET_RATIO 64    /* 18 dB below the level of the speech */
#define QUIET (50u * 50u) /* and what is quiet in any case */
#define LEVEL_FORGET 256  /* ticks */
#define ONE 256

_Static_assert(BEFORE_MS * 1000 >= 2 * TAC_STRETCH_MOST_US, "a seam looks so far back");

TacVoiceQueue *
tac_voice_queue_new (unsigned rate)
{
  TacVoiceDecoder *decoder = tac_voice_decoder_new (rate);
  TacVoiceQueue *queue;

  if (decoder == NULL)
    return NULL;
  queue = calloc (1, sizeof *queue + rate / 1000 * (BEFORE_MS + WAITING_MS) * sizeof (int16_t));
  if (queue == NULL)
    {
      tac_voice_decoder_free (decoder);
      return NULL;
    }
  queue->decoder = decoder;
  queue->rate = rate;
  queue->tick = rate / 50;
  queue->pcm = queue->buffer + rate / 1000 * BEFORE_MS;
  tac_comfort_init (&queue->comfort);
  return queue;
}

void
tac_voice_queue_free (TacVoiceQueue *queue)
{
  if (queue == NULL)
    return;
  tac_voice_decoder_free (queue->decoder);
  free (queue);
}

void
tac_voice_queue_clear (TacVoiceQueue *queue)
{
  queue->n = 0;
  queue->made_up = 0;
  queue->seam = true;
}

static int16_t *
end (TacVoiceQueue *queue)
{
  return queue->pcm + queue->n;
}

static void
append (TacVoiceQueue *queue, unsigned samples, unsigned may_leave_out)
{
  if (queue->seam)
    {
      samples -= tac_stretch_merge (end (queue), samples, queue->rate, may_leave_out);
      queue->merged++;
      queue->seam = false;
    }
  queue->n += samples;
  queue->made_up = 0;
}

bool
tac_voice_queue_decode (TacVoiceQueue *queue, const uint8_t body[TAC_BODY_SIZE],
                        unsigned may_leave_out)
{
  unsigned ticks = tac_voice_packet_ticks (body);

  if (ticks > 0 && tac_voice_decode (queue->decoder, body, end (queue)) == ticks * queue->tick)
    {
      append (queue, ticks * queue->tick, may_leave_out);
      return true;
    }
  for (unsigned i = 0; i < ticks; i++)
    tac_voice_queue_make_up (queue);
  return false;
}

bool
tac_voice_queue_decode_copy (TacVoiceQueue *queue, const uint8_t next[TAC_BODY_SIZE],
                             unsigned ticks)
{
  if (tac_voice_decode_fec (queue->decoder, next, ticks, end (queue)) != ticks * queue->tick)
    return false;
  append (queue, ticks * queue->tick, 0);
  return true;
}

void
tac_voice_queue_make_up (TacVoiceQueue *queue)
{
  unsigned row = queue->made_up++;
  int16_t *pcm = end (queue);

  if (row >= TAC_VOICE_QUEUE_NOISE || tac_voice_conceal (queue->decoder, 1, pcm) != queue->tick)
    memset (pcm, 0, queue->tick * sizeof *pcm);
  if (row >= TAC_VOICE_QUEUE_FADING)
    {
      const unsigned step = ONE / (TAC_VOICE_QUEUE_GONE - TAC_VOICE_QUEUE_FADING);
      unsigned done = row < TAC_VOICE_QUEUE_GONE ? (row - TAC_VOICE_QUEUE_FADING) * step : ONE;

      tac_comfort_make (&queue->comfort, pcm, queue->tick, ONE - done,
                        ONE - done > step ? ONE - done - step : 0);
    }
  else if (row >= TAC_VOICE_QUEUE_SPEECH)
    {
      const unsigned step = ONE / (TAC_VOICE_QUEUE_NOISE - TAC_VOICE_QUEUE_SPEECH);
      unsigned from = (row - TAC_VOICE_QUEUE_SPEECH) * step;
      bool noise = row + 1 >= TAC_VOICE_QUEUE_NOISE;

      tac_comfort_make (&queue->comfort, pcm, queue->tick, row < TAC_VOICE_QUEUE_NOISE ? from : ONE,
                        noise ? ONE : from + step);
      queue->seam = true; /* the decoder knows nothing of the noise */
    }
  queue->n += queue->tick;
}

/* Where there is room behind what waits. */
void
tac_voice_queue_learn (TacVoiceQueue *queue, const uint8_t body[TAC_BODY_SIZE])
{
  tac_voice_decode (queue->decoder, body, end (queue));
  queue->seam = true;
}

static uint32_t
power (const int16_t *pcm, unsigned n)
{
  uint64_t sum = 0;

  for (unsigned i = 0; i < n; i++)
    sum += (uint32_t)(pcm[i] * pcm[i]);
  return n > 0 ? (uint32_t)(sum / n) : 0;
}

bool
tac_voice_queue_is_quiet (const TacVoiceQueue *queue)
{
  uint32_t next = power (queue->pcm, queue->n < queue->tick ? queue->n : queue->tick);

  return next < QUIET || next < queue->level / QUIET_RATIO;
}

unsigned
tac_voice_queue_shorten (TacVoiceQueue *queue, unsigned most, int alike)
{
  unsigned samples = tac_stretch_shorten (queue->pcm, queue->n, queue->rate, most, alike);

  queue->n -= samples;
  return samples;
}

unsigned
tac_voice_queue_lengthen (TacVoiceQueue *queue, unsigned most, int alike)
{
  unsigned samples = tac_stretch_lengthen (queue->pcm, queue->n, queue->rate, most, alike);

  queue->n += samples;
  return samples;
}

void
tac_voice_queue_drop (TacVoiceQueue *queue, unsigned samples)
{
  memmove (queue->buffer, queue->buffer + samples,
           ((size_t)(queue->pcm - queue->buffer) + queue->n - samples) * sizeof (int16_t));
  queue->n -= samples;
}

void
tac_voice_queue_take (TacVoiceQueue *queue, int16_t *pcm)
{
  uint32_t now = power (queue->pcm, queue->tick);

  memcpy (pcm, queue->pcm, queue->tick * sizeof *pcm);
  queue->level -= queue->level / LEVEL_FORGET;
  if (now > queue->level)
    queue->level = now;
  if (queue->made_up == 0)
    tac_comfort_hear (&queue->comfort, pcm, queue->tick, now);
  tac_voice_queue_drop (queue, queue->tick);
}

void
tac_voice_queue_be_silent (TacVoiceQueue *queue, int16_t *pcm)
{
  memset (pcm, 0, queue->tick * sizeof *pcm);
  memset (queue->buffer, 0, (size_t)(queue->pcm - queue->buffer) * sizeof *pcm);
}
