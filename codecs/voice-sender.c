/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Voice encoder and sealer of one direction behind one lock. */
#include "codecs/voice-sender.h"

#include "codecs/seal.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* In sodium_malloc memory. It lives as long as the sender: a tick is never sealed twice with one
 * key, whatever is prepared anew. */
typedef struct
{
  bool set;
  uint8_t chain[TAC_KEY_SIZE]; /* as it was set, to know it again */
  TacVoiceSealer sealer;
} Secrets;

struct TacVoiceSender
{
  pthread_mutex_t lock;
  Secrets *secrets;
  TacVoiceEncoder *encoder;
  TacVoiceSenderSettings settings;
  TacVoiceSenderStats stats;
};

TacVoiceSender *
tac_voice_sender_new (void)
{
  TacVoiceSender *sender = calloc (1, sizeof *sender);

  if (sender != NULL)
    sender->secrets = sodium_malloc (sizeof *sender->secrets);
  if (sender == NULL || sender->secrets == NULL)
    {
      free (sender);
      return NULL;
    }
  memset (sender->secrets, 0, sizeof *sender->secrets);
  sender->settings.complexity = TAC_VOICE_COMPLEXITY_DEFAULT;
  pthread_mutex_init (&sender->lock, NULL);
  return sender;
}

void
tac_voice_sender_free (TacVoiceSender *sender)
{
  tac_voice_encoder_free (sender->encoder);
  sodium_free (sender->secrets); /* wipes it */
  pthread_mutex_destroy (&sender->lock);
  free (sender);
}

void
tac_voice_sender_set_chain (TacVoiceSender *sender, const uint8_t chain[TAC_KEY_SIZE])
{
  Secrets *secrets = sender->secrets;

  pthread_mutex_lock (&sender->lock);
  if (!secrets->set || sodium_memcmp (secrets->chain, chain, TAC_KEY_SIZE) != 0)
    {
      memcpy (secrets->chain, chain, TAC_KEY_SIZE);
      tac_voice_sealer_init (&secrets->sealer, chain);
      secrets->set = true;
      sender->stats.next_tick = 0;
    }
  pthread_mutex_unlock (&sender->lock);
}

void
tac_voice_sender_forget_chain (TacVoiceSender *sender)
{
  pthread_mutex_lock (&sender->lock);
  sodium_memzero (sender->secrets, sizeof *sender->secrets);
  pthread_mutex_unlock (&sender->lock);
}

bool
tac_voice_sender_has_chain (TacVoiceSender *sender)
{
  bool set;

  pthread_mutex_lock (&sender->lock);
  set = sender->secrets->set;
  pthread_mutex_unlock (&sender->lock);
  return set;
}

void
tac_voice_sender_get (TacVoiceSender *sender, TacVoiceSenderSettings *settings)
{
  pthread_mutex_lock (&sender->lock);
  *settings = sender->settings;
  pthread_mutex_unlock (&sender->lock);
}

/* Called with the lock held. */
static void
apply (TacVoiceSender *sender)
{
  if (sender->encoder == NULL)
    return;
  tac_voice_encoder_set_loss (sender->encoder, sender->settings.loss);
  tac_voice_encoder_set_complexity (sender->encoder, sender->settings.complexity);
}

void
tac_voice_sender_set (TacVoiceSender *sender, const TacVoiceSenderSettings *settings)
{
  pthread_mutex_lock (&sender->lock);
  sender->settings = *settings;
  apply (sender);
  pthread_mutex_unlock (&sender->lock);
}

bool
tac_voice_sender_prepare (TacVoiceSender *sender, unsigned rate)
{
  TacVoiceEncoder *encoder = tac_voice_encoder_new (rate, TAC_VOICE_COMPLEXITY_DEFAULT);

  if (encoder == NULL)
    return false;
  pthread_mutex_lock (&sender->lock);
  tac_voice_encoder_free (sender->encoder);
  sender->encoder = encoder;
  apply (sender);
  pthread_mutex_unlock (&sender->lock);
  return true;
}

unsigned
tac_voice_sender_begin (TacVoiceSender *sender)
{
  unsigned samples;

  pthread_mutex_lock (&sender->lock);
  if (sender->stats.next_tick % TAC_PROFILE_BOUNDARY == 0
      && tac_voice_encoder_profile (sender->encoder) != sender->settings.profile)
    tac_voice_encoder_set_profile (sender->encoder, sender->settings.profile);
  samples = tac_voice_encoder_frame (sender->encoder);
  pthread_mutex_unlock (&sender->lock);
  return samples;
}

/* Called with the lock held. */
static TacVoiceSenderResult
seal (TacVoiceSender *sender, const uint8_t body[TAC_BODY_SIZE], uint8_t packet[TAC_DATAGRAM_SIZE])
{
  TacVoiceSenderStats *stats = &sender->stats;

  if (stats->next_tick > UINT32_MAX || !sender->secrets->set
      || !tac_voice_seal (&sender->secrets->sealer, (uint32_t)stats->next_tick, body, packet))
    return TAC_VOICE_SENDER_EXHAUSTED;
  stats->next_tick += tac_profile_ticks (tac_voice_encoder_profile (sender->encoder));
  stats->packets++;
  stats->muted += sender->settings.mute ? 1 : 0;
  return TAC_VOICE_SENDER_OK;
}

TacVoiceSenderResult
tac_voice_sender_make (TacVoiceSender *sender, const int16_t *pcm,
                       uint8_t packet[TAC_DATAGRAM_SIZE])
{
  TacVoiceSenderResult result = TAC_VOICE_SENDER_REFUSED;
  uint8_t body[TAC_BODY_SIZE];

  pthread_mutex_lock (&sender->lock);
  if (tac_voice_encode (sender->encoder, sender->settings.mute ? NULL : pcm, body))
    result = seal (sender, body, packet);
  pthread_mutex_unlock (&sender->lock);
  sodium_memzero (body, sizeof body);
  return result;
}

void
tac_voice_sender_get_stats (TacVoiceSender *sender, TacVoiceSenderStats *stats)
{
  pthread_mutex_lock (&sender->lock);
  *stats = sender->stats;
  stats->profile
      = sender->encoder != NULL ? tac_voice_encoder_profile (sender->encoder) : TAC_PROFILE_WIDE;
  stats->fec = sender->encoder != NULL && tac_voice_encoder_fec (sender->encoder);
  pthread_mutex_unlock (&sender->lock);
}
