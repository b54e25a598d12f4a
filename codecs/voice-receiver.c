/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opener and playout buffer of one direction behind one lock. */
#include "codecs/voice-receiver.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* In sodium_malloc memory. */
typedef struct
{
  bool set;
  uint8_t chain[TAC_KEY_SIZE]; /* as it was set, to know it again */
  TacVoiceOpener opener;
} Secrets;

struct TacVoiceReceiver
{
  pthread_mutex_t lock;
  Secrets *secrets;
  TacPlayout *playout;
  unsigned rate;
  bool running;
  TacTone tone;
  TacTransit transit;
  TacVoiceReceiverStats stats;
};

TacVoiceReceiver *
tac_voice_receiver_new (void)
{
  TacVoiceReceiver *receiver = calloc (1, sizeof *receiver);

  if (receiver != NULL)
    receiver->secrets = sodium_malloc (sizeof *receiver->secrets);
  if (receiver == NULL || receiver->secrets == NULL)
    {
      free (receiver);
      return NULL;
    }
  memset (receiver->secrets, 0, sizeof *receiver->secrets);
  pthread_mutex_init (&receiver->lock, NULL);
  return receiver;
}

void
tac_voice_receiver_free (TacVoiceReceiver *receiver)
{
  tac_playout_free (receiver->playout);
  sodium_free (receiver->secrets); /* wipes it */
  pthread_mutex_destroy (&receiver->lock);
  free (receiver);
}

/* Called with the lock held. The ticks of a new stream start again at 0, so its buffer is a new
 * one. */
static bool
renew_playout (TacVoiceReceiver *receiver, unsigned rate)
{
  TacPlayout *playout = tac_playout_new (rate);

  if (playout == NULL)
    return false;
  tac_playout_free (receiver->playout);
  receiver->playout = playout;
  receiver->rate = rate;
  return true;
}

/* The chain that is set already keeps its opener: a new one would accept every old packet again. */
void
tac_voice_receiver_set_chain (TacVoiceReceiver *receiver, const uint8_t chain[TAC_KEY_SIZE])
{
  Secrets *secrets = receiver->secrets;

  pthread_mutex_lock (&receiver->lock);
  if (!secrets->set || sodium_memcmp (secrets->chain, chain, TAC_KEY_SIZE) != 0)
    {
      memcpy (secrets->chain, chain, TAC_KEY_SIZE);
      tac_voice_opener_init (&secrets->opener, chain);
      secrets->set = true;
      tac_transit_reset (&receiver->transit);
      receiver->stats.newest_tick = receiver->stats.newest_ticks = 0;
      if (receiver->playout != NULL)
        renew_playout (receiver, receiver->rate);
    }
  pthread_mutex_unlock (&receiver->lock);
}

void
tac_voice_receiver_forget_chain (TacVoiceReceiver *receiver)
{
  pthread_mutex_lock (&receiver->lock);
  sodium_memzero (receiver->secrets, sizeof *receiver->secrets);
  pthread_mutex_unlock (&receiver->lock);
}

bool
tac_voice_receiver_has_chain (TacVoiceReceiver *receiver)
{
  bool set;

  pthread_mutex_lock (&receiver->lock);
  set = receiver->secrets->set;
  pthread_mutex_unlock (&receiver->lock);
  return set;
}

bool
tac_voice_receiver_prepare (TacVoiceReceiver *receiver, unsigned rate)
{
  bool ok;

  pthread_mutex_lock (&receiver->lock);
  ok = renew_playout (receiver, rate);
  pthread_mutex_unlock (&receiver->lock);
  return ok;
}

void
tac_voice_receiver_set_running (TacVoiceReceiver *receiver, bool running)
{
  pthread_mutex_lock (&receiver->lock);
  receiver->running = running;
  if (receiver->playout != NULL)
    tac_playout_reset (receiver->playout);
  pthread_mutex_unlock (&receiver->lock);
}

void
tac_voice_receiver_reset (TacVoiceReceiver *receiver)
{
  pthread_mutex_lock (&receiver->lock);
  if (receiver->playout != NULL)
    tac_playout_reset (receiver->playout);
  pthread_mutex_unlock (&receiver->lock);
}

void
tac_voice_receiver_set_tone (TacVoiceReceiver *receiver, TacToneKind tone)
{
  pthread_mutex_lock (&receiver->lock);
  tac_tone_set (&receiver->tone, tone);
  pthread_mutex_unlock (&receiver->lock);
}

TacToneKind
tac_voice_receiver_get_tone (TacVoiceReceiver *receiver)
{
  TacToneKind tone;

  pthread_mutex_lock (&receiver->lock);
  tone = receiver->tone.kind;
  pthread_mutex_unlock (&receiver->lock);
  return tone;
}

/* Called with the lock held: an opened packet. */
static void
take (TacVoiceReceiver *receiver, int64_t now_us, uint32_t tick, const uint8_t body[TAC_BODY_SIZE])
{
  TacVoiceReceiverStats *stats = &receiver->stats;
  unsigned ticks = tac_voice_packet_ticks (body);

  stats->opened++;
  if (ticks > 0)
    {
      tac_transit_put (&receiver->transit, now_us, (uint64_t)tick + ticks);
      stats->ticks += ticks;
    }
  if (ticks > 0 && (stats->newest_ticks == 0 || tick > stats->newest_tick))
    {
      stats->newest_tick = tick;
      stats->newest_ticks = ticks;
    }
  if (receiver->running)
    tac_playout_put (receiver->playout, now_us, tick, body);
  else
    stats->early++;
}

void
tac_voice_receiver_push (TacVoiceReceiver *receiver, int64_t now_us, const uint8_t *packet,
                         size_t size)
{
  uint8_t body[TAC_BODY_SIZE];
  TacOpenResult result;
  uint32_t tick;

  pthread_mutex_lock (&receiver->lock);
  if (receiver->secrets->set)
    {
      result = tac_voice_open (&receiver->secrets->opener, packet, size, body, &tick);
      if (result == TAC_OPEN_OK)
        take (receiver, now_us, tick, body);
      else
        receiver->stats.refused[result]++;
      sodium_memzero (body, sizeof body);
    }
  pthread_mutex_unlock (&receiver->lock);
}

/* Called with the lock held: the 20 ms of a block. */
static void
play (TacVoiceReceiver *receiver, int64_t now_us, int16_t *pcm)
{
  if (tac_playout_get (receiver->playout, now_us, pcm) || receiver->tone.kind == TAC_TONE_NONE)
    tac_tone_restart (&receiver->tone);
  else
    tac_tone_play (&receiver->tone, receiver->rate, pcm, receiver->rate / 50);
}

void
tac_voice_receiver_take (TacVoiceReceiver *receiver, int64_t now_us, int16_t *pcm)
{
  pthread_mutex_lock (&receiver->lock);
  play (receiver, now_us, pcm);
  pthread_mutex_unlock (&receiver->lock);
}

unsigned
tac_voice_receiver_pull (TacVoiceReceiver *receiver, int64_t now_us, int16_t *pcm)
{
  unsigned samples;

  pthread_mutex_lock (&receiver->lock);
  samples = (unsigned)(tac_playout_align (receiver->playout, now_us) * receiver->rate / 1000000);
  if (samples > 0) /* voice follows */
    {
      memset (pcm, 0, samples * sizeof *pcm);
      tac_tone_restart (&receiver->tone);
    }
  else
    {
      samples = receiver->rate / 50;
      play (receiver, now_us, pcm);
    }
  pthread_mutex_unlock (&receiver->lock);
  return samples;
}

void
tac_voice_receiver_get_stats (TacVoiceReceiver *receiver, TacVoiceReceiverStats *stats)
{
  pthread_mutex_lock (&receiver->lock);
  *stats = receiver->stats;
  stats->growth_ms = tac_transit_growth_ms (&receiver->transit);
  if (receiver->playout != NULL)
    stats->playout = *tac_playout_stats (receiver->playout);
  pthread_mutex_unlock (&receiver->lock);
}
