/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sound of a call: what the microphone gives is encoded, sealed and sent in the sound thread
 * itself, and what came is opened and played in the same 20 ms. The playing stream runs from the
 * first ring on, so that the sound server has woken up when the call is answered; the capturing one
 * joins at the answer and not before: nothing listens while it rings. */
#include "daemon/media.h"

#include "daemon/errors.h"
#include "daemon/level.h"
#include "daemon/media-dsp.h"
#include "daemon/sound.h"
#include "daemon/trim.h"

#include <sodium.h>
#include <string.h>

#define SAMPLES_MAX (48000 / 50 * 3)
#define LOOK_AHEAD_MS 7 /* of Opus: 6.5 */
#define FULL_SCALE 32767
#define CLIPPED_SAMPLES 3 /* of a block: fewer may be chance */
#define TRIM_BLOCKS 50    /* of 20 ms: all that a call needs has been loaded by then */

struct TacMedia
{
  TacSound *sound;
  TacVoiceSender *sender;
  TacVoiceReceiver *receiver;
  guint rate;
  TacMediaEvents events;
  gpointer user_data;
  gboolean started;
  gboolean silent; /* atomic */

  /* Of the sound thread. */
  TacMediaDsp dsp;
  gint16 frame[SAMPLES_MAX]; /* the packet that is being captured */
  guint filled, wanted;      /* samples of it; 0: none was begun */

  GMutex sending; /* of the next one, and held while a packet is sent */
  gboolean ended;

  GMutex lock; /* of the next ones */
  TacLevel captured, played;
  guint64 blocks, missing, clipped; /* as in TacMediaStats */
  char *problem;                    /* why there is no sound */
  TacSoundPlace place;
};

/* A key that has no tick left ends the call elsewhere: in an hour of calls there are 180,000 of
 * 2³². */
static void
make_packet (TacMedia *media)
{
  guint8 packet[TAC_DATAGRAM_SIZE];

  media->wanted = media->filled = 0;
  if (tac_voice_sender_make (media->sender, media->frame, packet) != TAC_VOICE_SENDER_OK)
    return;
  g_mutex_lock (&media->sending);
  if (!media->ended)
    media->events.send (packet, media->user_data);
  g_mutex_unlock (&media->sending);
}

/* @near: (inout) a block from the microphone. */
static void
clean (TacMedia *media, gint16 *near)
{
  TacSoundStats held;

  tac_sound_get_stats (media->sound, &held);
  tac_media_dsp_captured (&media->dsp, near, held.capture_ms, held.playback_ms);
}

static gboolean
is_clipped (const gint16 *pcm, guint samples)
{
  guint full = 0;

  for (guint i = 0; i < samples; i++)
    full += pcm[i] >= FULL_SCALE || pcm[i] <= -FULL_SCALE;
  return full >= CLIPPED_SAMPLES;
}

/* @pcm: as the microphone gave it, or NULL; @near: as it is used. Returns: blocks so far. */
static guint64
note_captured (TacMedia *media, const gint16 *pcm, const gint16 *near)
{
  const guint block = media->rate / 50;
  gboolean clipped = is_clipped (near, block);
  guint64 blocks;

  g_mutex_lock (&media->lock);
  tac_level_put (&media->captured, near, block);
  blocks = ++media->blocks;
  media->missing += pcm == NULL;
  media->clipped += clipped;
  g_mutex_unlock (&media->lock);
  return blocks;
}

static void
on_captured (const gint16 *pcm, gpointer user_data)
{
  TacMedia *media = user_data;
  const guint block = media->rate / 50;
  gint16 *near = media->frame + media->filled;

  if (media->wanted == 0)
    media->wanted = tac_voice_sender_begin (media->sender);
  if (pcm != NULL)
    memcpy (near, pcm, block * sizeof *pcm);
  else
    memset (near, 0, block * sizeof *pcm);
  if (note_captured (media, pcm, near) == TRIM_BLOCKS)
    tac_trim ();
  clean (media, near);
  media->filled += block;
  if (media->filled >= media->wanted)
    make_packet (media);
}

static guint
on_wanted (gint64 now_us, gint16 *pcm, gpointer user_data)
{
  TacMedia *media = user_data;
  guint samples = media->rate / 50;

  tac_voice_receiver_take (media->receiver, now_us, pcm);
  if (g_atomic_int_get (&media->silent))
    memset (pcm, 0, samples * sizeof *pcm);
  g_mutex_lock (&media->lock);
  tac_level_put (&media->played, pcm, samples);
  g_mutex_unlock (&media->lock);
  tac_media_dsp_played (&media->dsp, pcm, samples);
  return samples;
}

static void
on_sound_changed (const char *problem, gpointer user_data)
{
  TacMedia *media = user_data;

  if (problem != NULL)
    g_message ("%s", problem);
  g_mutex_lock (&media->lock);
  g_free (media->problem);
  media->problem = g_strdup (problem);
  g_mutex_unlock (&media->lock);
}

static void
on_placed (const TacSoundPlace *place, gpointer user_data)
{
  TacMedia *media = user_data;

  tac_media_dsp_place (&media->dsp, place->loud);
  g_mutex_lock (&media->lock);
  media->place = *place;
  g_mutex_unlock (&media->lock);
}

/* The receiver plays silence from the first ring on. Until the call's own key comes, it has one
 * that opens nothing. */
static gboolean
make_halves (TacMedia *media, const TacConfig *config)
{
  tac_media_dsp_init (&media->dsp, config);
  media->sender = tac_voice_sender_new ();
  media->receiver = tac_voice_receiver_new ();
  if (media->sender == NULL || media->receiver == NULL
      || !tac_voice_sender_prepare (media->sender, media->rate)
      || !tac_voice_receiver_prepare (media->receiver, media->rate))
    return FALSE;
  tac_voice_sender_set (media->sender,
                        &(TacVoiceSenderSettings){ .complexity = config->audio_complexity });
  tac_voice_receiver_set_running (media->receiver, TRUE);
  return TRUE;
}

TacMedia *
tac_media_new (const TacConfig *config, const TacMediaEvents *events, gpointer user_data,
               GError **error)
{
  static const TacSoundEvents sound_events = {
    .captured = on_captured, .wanted = on_wanted, .changed = on_sound_changed, .placed = on_placed
  };
  const TacSoundOptions options
      = { .source = config->audio_source, .sink = config->audio_sink, .rate = config->audio_rate };
  TacMedia *media = g_new0 (TacMedia, 1);

  media->events = *events;
  media->user_data = user_data;
  media->rate = config->audio_rate;
  g_mutex_init (&media->lock);
  g_mutex_init (&media->sending);
  tac_level_init (&media->captured, media->rate);
  tac_level_init (&media->played, media->rate);
  if (make_halves (media, config))
    media->sound = tac_sound_new (&options, &sound_events, media);
  else
    g_clear_pointer (&media, tac_media_free);
  if (media == NULL)
    g_set_error_literal (error, TAC_ERROR, TAC_ERROR_MEDIA_FAILED,
                         "no guarded memory for the voice's keys: raise RLIMIT_MEMLOCK");
  return media;
}

void
tac_media_start (TacMedia *media, const guint8 send_chain[TAC_KEY_SIZE],
                 const guint8 receive_chain[TAC_KEY_SIZE])
{
  tac_voice_sender_set_chain (media->sender, send_chain);
  tac_voice_receiver_set_chain (media->receiver, receive_chain);
  if (!media->started)
    tac_sound_start_capture (media->sound);
  media->started = TRUE;
}

void
tac_media_receive (TacMedia *media, const guint8 *packet, gsize size)
{
  tac_voice_receiver_push (media->receiver, g_get_monotonic_time (), packet, size);
}

void
tac_media_set_muted (TacMedia *media, gboolean muted)
{
  TacVoiceSenderSettings settings;

  tac_voice_sender_get (media->sender, &settings);
  settings.mute = muted;
  tac_voice_sender_set (media->sender, &settings);
}

void
tac_media_set_silent (TacMedia *media, gboolean silent)
{
  g_atomic_int_set (&media->silent, silent);
}

void
tac_media_set_tone (TacMedia *media, TacToneKind tone)
{
  tac_voice_receiver_set_tone (media->receiver, tone);
}

void
tac_media_set_loss (TacMedia *media, guint percent)
{
  TacVoiceSenderSettings settings;

  tac_voice_sender_get (media->sender, &settings);
  settings.loss = MIN (percent, 100);
  tac_voice_sender_set (media->sender, &settings);
}

void
tac_media_set_profile (TacMedia *media, TacProfile profile)
{
  TacVoiceSenderSettings settings;

  tac_voice_sender_get (media->sender, &settings);
  settings.profile = profile;
  tac_voice_sender_set (media->sender, &settings);
}

static void
get_sound (TacMedia *media, TacMediaStats *stats)
{
  guint working = tac_media_dsp_working (&media->dsp);
  TacSoundStats sound;

  tac_sound_get_stats (media->sound, &sound);
  stats->codec_ms = tac_profile_ticks (stats->sender.profile) * 20 + LOOK_AHEAD_MS
                    + tac_media_dsp_latency_ms (&media->dsp);
  stats->capture_ms = sound.capture_ms;
  stats->playback_ms = sound.playback_ms;
  stats->sound_breaks = sound.breaks;
  stats->sound = sound.sound;
  stats->echo_canceller = (working & TAC_MEDIA_DSP_ECHO) != 0;
  stats->noise_suppression = (working & TAC_MEDIA_DSP_NOISE) != 0;
  stats->gain = (working & TAC_MEDIA_DSP_GAIN) != 0;
}

void
tac_media_get_stats (TacMedia *media, TacMediaStats *stats)
{
  memset (stats, 0, sizeof *stats);
  tac_voice_receiver_get_stats (media->receiver, &stats->receiver);
  tac_voice_sender_get_stats (media->sender, &stats->sender);
  get_sound (media, stats);
  g_mutex_lock (&media->lock);
  stats->captured_dbfs = tac_level_get (&media->captured);
  stats->played_dbfs = tac_level_get (&media->played);
  stats->captured = media->blocks;
  stats->missing = media->missing;
  stats->clipped = media->clipped;
  stats->port_muted = media->place.muted;
  g_strlcpy (stats->sound_problem, media->problem != NULL ? media->problem : "",
             sizeof stats->sound_problem);
  g_strlcpy (stats->port, media->place.port, sizeof stats->port);
  g_mutex_unlock (&media->lock);
}

void
tac_media_end (TacMedia *media)
{
  tac_sound_stop_capture (media->sound);
  g_mutex_lock (&media->sending);
  media->ended = TRUE;
  g_mutex_unlock (&media->sending);
  tac_voice_sender_forget_chain (media->sender);
  tac_voice_receiver_set_running (media->receiver, FALSE);
  tac_voice_receiver_forget_chain (media->receiver);
  tac_media_set_silent (media, FALSE);
}

void
tac_media_free (TacMedia *media)
{
  if (media->sound != NULL)
    tac_sound_free (media->sound); /* until it returns, its thread uses it */
  g_clear_pointer (&media->sender, tac_voice_sender_free);
  g_clear_pointer (&media->receiver, tac_voice_receiver_free);
  tac_media_dsp_clear (&media->dsp);
  sodium_memzero (media->frame, sizeof media->frame);
  g_free (media->problem);
  g_mutex_clear (&media->lock);
  g_mutex_clear (&media->sending);
  g_free (media);
}
