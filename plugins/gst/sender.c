/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Voice encoder and sealer of one direction behind one lock: the thread-safe half of tacitelenc. */
#include "sender.h"

#include <sodium.h>
#include <string.h>

/* In sodium_malloc memory. It lives as long as the element: a tick is never sealed twice with one
 * key, whatever states the element goes through. */
typedef struct
{
  gboolean set;
  guint8 chain[TAC_KEY_SIZE]; /* as it was set, to know it again */
  TacVoiceSealer sealer;
} Secrets;

struct TacGstSender
{
  GMutex lock;
  Secrets *secrets;
  TacVoiceEncoder *encoder;
  TacGstSenderSettings settings;
  TacGstSenderStats stats;
};

TacGstSender *
tac_gst_sender_new (void)
{
  TacGstSender *sender = g_new0 (TacGstSender, 1);

  sender->secrets = sodium_malloc (sizeof *sender->secrets);
  if (sender->secrets == NULL)
    g_error ("tacitelenc: no guarded memory for its key: raise RLIMIT_MEMLOCK");
  memset (sender->secrets, 0, sizeof *sender->secrets);
  sender->settings.complexity = TAC_GST_COMPLEXITY_DEFAULT;
  g_mutex_init (&sender->lock);
  return sender;
}

void
tac_gst_sender_free (TacGstSender *sender)
{
  tac_voice_encoder_free (sender->encoder);
  sodium_free (sender->secrets); /* wipes it */
  g_mutex_clear (&sender->lock);
  g_free (sender);
}

void
tac_gst_sender_set_chain (TacGstSender *sender, const guint8 chain[TAC_KEY_SIZE])
{
  Secrets *secrets = sender->secrets;

  g_mutex_lock (&sender->lock);
  if (!secrets->set || sodium_memcmp (secrets->chain, chain, TAC_KEY_SIZE) != 0)
    {
      memcpy (secrets->chain, chain, TAC_KEY_SIZE);
      tac_voice_sealer_init (&secrets->sealer, chain);
      secrets->set = TRUE;
      sender->stats.next_tick = 0;
    }
  g_mutex_unlock (&sender->lock);
}

gboolean
tac_gst_sender_has_chain (TacGstSender *sender)
{
  gboolean set;

  g_mutex_lock (&sender->lock);
  set = sender->secrets->set;
  g_mutex_unlock (&sender->lock);
  return set;
}

void
tac_gst_sender_get (TacGstSender *sender, TacGstSenderSettings *settings)
{
  g_mutex_lock (&sender->lock);
  *settings = sender->settings;
  g_mutex_unlock (&sender->lock);
}

/* Called with the lock held. */
static void
apply (TacGstSender *sender)
{
  if (sender->encoder == NULL)
    return;
  tac_voice_encoder_set_loss (sender->encoder, sender->settings.loss);
  tac_voice_encoder_set_complexity (sender->encoder, sender->settings.complexity);
}

void
tac_gst_sender_set (TacGstSender *sender, const TacGstSenderSettings *settings)
{
  g_mutex_lock (&sender->lock);
  sender->settings = *settings;
  apply (sender);
  g_mutex_unlock (&sender->lock);
}

gboolean
tac_gst_sender_prepare (TacGstSender *sender, guint rate)
{
  TacVoiceEncoder *encoder = tac_voice_encoder_new (rate, TAC_GST_COMPLEXITY_DEFAULT);

  if (encoder == NULL)
    return FALSE;
  g_mutex_lock (&sender->lock);
  tac_voice_encoder_free (sender->encoder);
  sender->encoder = encoder;
  apply (sender);
  g_mutex_unlock (&sender->lock);
  return TRUE;
}

guint
tac_gst_sender_begin (TacGstSender *sender)
{
  guint samples;

  g_mutex_lock (&sender->lock);
  if (tac_voice_encoder_profile (sender->encoder) != sender->settings.profile)
    tac_voice_encoder_set_profile (sender->encoder, sender->settings.profile);
  samples = tac_voice_encoder_frame (sender->encoder);
  g_mutex_unlock (&sender->lock);
  return samples;
}

/* Called with the lock held. */
static TacGstSenderResult
seal (TacGstSender *sender, const guint8 body[TAC_BODY_SIZE], guint8 packet[TAC_DATAGRAM_SIZE])
{
  TacGstSenderStats *stats = &sender->stats;

  if (stats->next_tick > G_MAXUINT32
      || !tac_voice_seal (&sender->secrets->sealer, (guint32)stats->next_tick, body, packet))
    return TAC_GST_SENDER_EXHAUSTED;
  stats->next_tick += tac_profile_ticks (tac_voice_encoder_profile (sender->encoder));
  stats->packets++;
  stats->muted += sender->settings.mute ? 1 : 0;
  return TAC_GST_SENDER_OK;
}

TacGstSenderResult
tac_gst_sender_make (TacGstSender *sender, const gint16 *pcm, guint8 packet[TAC_DATAGRAM_SIZE])
{
  TacGstSenderResult result = TAC_GST_SENDER_REFUSED;
  guint8 body[TAC_BODY_SIZE];

  g_mutex_lock (&sender->lock);
  if (tac_voice_encode (sender->encoder, sender->settings.mute ? NULL : pcm, body))
    result = seal (sender, body, packet);
  g_mutex_unlock (&sender->lock);
  sodium_memzero (body, sizeof body);
  return result;
}

void
tac_gst_sender_get_stats (TacGstSender *sender, TacGstSenderStats *stats)
{
  g_mutex_lock (&sender->lock);
  *stats = sender->stats;
  stats->fec = sender->encoder != NULL && tac_voice_encoder_fec (sender->encoder);
  g_mutex_unlock (&sender->lock);
}
