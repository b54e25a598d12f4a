/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opener and playout buffer of one direction behind one lock: the thread-safe half of taciteldec.
 */
#include "receiver.h"

#include "tone.h"

#include <sodium.h>
#include <string.h>

/* In sodium_malloc memory. */
typedef struct
{
  gboolean set;
  guint8 chain[TAC_KEY_SIZE]; /* as it was set, to know it again */
  TacVoiceOpener opener;
} Secrets;

struct TacGstReceiver
{
  GMutex lock;
  Secrets *secrets;
  TacPlayout *playout;
  guint rate;
  GstClock *clock; /* while PLAYING */
  gboolean searching;
  TacGstTone tone;
  TacGstDecoderStats stats;
};

TacGstReceiver *
tac_gst_receiver_new (void)
{
  TacGstReceiver *receiver = g_new0 (TacGstReceiver, 1);

  receiver->secrets = sodium_malloc (sizeof *receiver->secrets);
  if (receiver->secrets == NULL)
    g_error ("taciteldec: no guarded memory for its key: raise RLIMIT_MEMLOCK");
  memset (receiver->secrets, 0, sizeof *receiver->secrets);
  g_mutex_init (&receiver->lock);
  return receiver;
}

void
tac_gst_receiver_free (TacGstReceiver *receiver)
{
  gst_clear_object (&receiver->clock);
  tac_playout_free (receiver->playout);
  sodium_free (receiver->secrets); /* wipes it */
  g_mutex_clear (&receiver->lock);
  g_free (receiver);
}

/* Called with the lock held. The ticks of a new stream start again at 0, so its buffer is a new
 * one. */
static gboolean
renew_playout (TacGstReceiver *receiver, guint rate)
{
  TacPlayout *playout = tac_playout_new (rate);

  if (playout == NULL)
    return FALSE;
  tac_playout_free (receiver->playout);
  receiver->playout = playout;
  receiver->rate = rate;
  return TRUE;
}

/* The chain that is set already keeps its opener: a new one would accept every old packet again. */
void
tac_gst_receiver_set_chain (TacGstReceiver *receiver, const guint8 chain[TAC_KEY_SIZE])
{
  Secrets *secrets = receiver->secrets;

  g_mutex_lock (&receiver->lock);
  if (!secrets->set || sodium_memcmp (secrets->chain, chain, TAC_KEY_SIZE) != 0)
    {
      memcpy (secrets->chain, chain, TAC_KEY_SIZE);
      tac_voice_opener_init (&secrets->opener, chain);
      secrets->set = TRUE;
      if (receiver->playout != NULL)
        renew_playout (receiver, receiver->rate);
    }
  g_mutex_unlock (&receiver->lock);
}

gboolean
tac_gst_receiver_has_chain (TacGstReceiver *receiver)
{
  gboolean set;

  g_mutex_lock (&receiver->lock);
  set = receiver->secrets->set;
  g_mutex_unlock (&receiver->lock);
  return set;
}

gboolean
tac_gst_receiver_prepare (TacGstReceiver *receiver, guint rate)
{
  gboolean ok;

  g_mutex_lock (&receiver->lock);
  ok = renew_playout (receiver, rate);
  g_mutex_unlock (&receiver->lock);
  return ok;
}

void
tac_gst_receiver_set_clock (TacGstReceiver *receiver, GstClock *clock)
{
  g_mutex_lock (&receiver->lock);
  gst_object_replace ((GstObject **)&receiver->clock, (GstObject *)clock);
  if (receiver->playout != NULL)
    tac_playout_reset (receiver->playout);
  g_mutex_unlock (&receiver->lock);
}

void
tac_gst_receiver_reset (TacGstReceiver *receiver)
{
  g_mutex_lock (&receiver->lock);
  if (receiver->playout != NULL)
    tac_playout_reset (receiver->playout);
  g_mutex_unlock (&receiver->lock);
}

void
tac_gst_receiver_set_searching (TacGstReceiver *receiver, gboolean searching)
{
  g_mutex_lock (&receiver->lock);
  receiver->searching = searching;
  g_mutex_unlock (&receiver->lock);
}

gboolean
tac_gst_receiver_is_searching (TacGstReceiver *receiver)
{
  gboolean searching;

  g_mutex_lock (&receiver->lock);
  searching = receiver->searching;
  g_mutex_unlock (&receiver->lock);
  return searching;
}

void
tac_gst_receiver_push (TacGstReceiver *receiver, const guint8 *packet, gsize size)
{
  guint8 body[TAC_BODY_SIZE];
  TacOpenResult result;
  guint32 tick;

  g_mutex_lock (&receiver->lock);
  if (receiver->secrets->set)
    {
      result = tac_voice_open (&receiver->secrets->opener, packet, size, body, &tick);
      if (result != TAC_OPEN_OK)
        receiver->stats.refused[result]++;
      else if (receiver->clock == NULL)
        receiver->stats.early++;
      else
        tac_playout_put (receiver->playout,
                         GST_TIME_AS_USECONDS ((gint64)gst_clock_get_time (receiver->clock)), tick,
                         body);
      receiver->stats.opened += result == TAC_OPEN_OK;
      sodium_memzero (body, sizeof body);
    }
  g_mutex_unlock (&receiver->lock);
}

/* Called with the lock held: the 20 ms of a block. */
static void
play (TacGstReceiver *receiver, gint64 now_us, gint16 *pcm)
{
  if (tac_playout_get (receiver->playout, now_us, pcm) || !receiver->searching)
    tac_gst_tone_stop (&receiver->tone);
  else
    tac_gst_tone_play (&receiver->tone, receiver->rate, pcm, receiver->rate / 50);
}

guint
tac_gst_receiver_pull (TacGstReceiver *receiver, GstClockTime time, gint16 *pcm)
{
  gint64 now_us = GST_TIME_AS_USECONDS ((gint64)time);
  guint samples;

  g_mutex_lock (&receiver->lock);
  samples
      = (guint)(tac_playout_align (receiver->playout, now_us) * receiver->rate / G_USEC_PER_SEC);
  if (samples > 0) /* voice follows */
    {
      memset (pcm, 0, samples * sizeof *pcm);
      tac_gst_tone_stop (&receiver->tone);
    }
  else
    {
      samples = receiver->rate / 50;
      play (receiver, now_us, pcm);
    }
  g_mutex_unlock (&receiver->lock);
  return samples;
}

void
tac_gst_receiver_get_stats (TacGstReceiver *receiver, TacGstDecoderStats *stats)
{
  g_mutex_lock (&receiver->lock);
  *stats = receiver->stats;
  if (receiver->playout != NULL)
    stats->playout = *tac_playout_stats (receiver->playout);
  g_mutex_unlock (&receiver->lock);
}
