/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sound thread's connection to the server and its two streams. What ends is opened again, after
 * a while that grows; a device that is not there is replaced by the default one. What blocks gets
 * nothing more until it answers. */
#include "daemon/sound-private.h"

#include <string.h>

#define RETRY_FIRST_MS 200
#define RETRY_MOST_MS 2000
#define BLOCKED_US 1500000 /* no answer for so long */
#define REMEDY "is PulseAudio or PipeWire running for this user (pactl info)?"

/* The server asks for more every minreq, which would be a wake-up each: it is large, since nobody
 * waits for that. What the device's own buffer gets is the rest of tlength. */
#define REQUEST_US 250000
#define DEVICE_US 20000
#define CAPTURE_QUEUE_US 200000

static void
tell (TacSound *sound, gboolean works, const char *problem)
{
  g_mutex_lock (&sound->lock);
  sound->stats.sound = works;
  g_mutex_unlock (&sound->lock);
  if (sound->told && sound->told_sound == works)
    return;
  sound->told = TRUE;
  sound->told_sound = works;
  sound->events.changed (works ? NULL : problem, sound->user_data);
}

static void
try_later (TacSound *sound)
{
  sound->retry_ms = CLAMP (sound->retry_ms * 2, RETRY_FIRST_MS, RETRY_MOST_MS);
  sound->retry_us = g_get_monotonic_time () + (gint64)sound->retry_ms * 1000;
}

static void
count_break (TacSound *sound)
{
  g_mutex_lock (&sound->lock);
  sound->stats.breaks++;
  g_mutex_unlock (&sound->lock);
}

static void
close_stream (TacSound *sound, pa_stream **stream)
{
  if (*stream == NULL)
    return;
  tac_sound_unmeasure (sound, stream == &sound->playback);
  pa_stream_set_state_callback (*stream, NULL, NULL);
  pa_stream_set_moved_callback (*stream, NULL, NULL);
  pa_stream_set_read_callback (*stream, NULL, NULL);
  pa_stream_set_underflow_callback (*stream, NULL, NULL);
  pa_stream_disconnect (*stream);
  pa_stream_unref (*stream);
  *stream = NULL;
}

void
tac_sound_disconnect (TacSound *sound)
{
  close_stream (sound, &sound->capture);
  close_stream (sound, &sound->playback);
  if (sound->context == NULL)
    return;
  pa_context_set_state_callback (sound->context, NULL, NULL);
  pa_context_disconnect (sound->context);
  pa_context_unref (sound->context);
  sound->context = NULL;
}

/* Voice from the microphone */

/* @data: NULL is a hole. */
static void
take (TacSound *sound, const gint16 *data, gsize samples)
{
  const gsize block = sound->rate / 50;

  while (samples > 0)
    {
      gsize n = MIN (samples, block - sound->filled);

      if (data != NULL)
        memcpy (sound->block + sound->filled, data, n * sizeof *data);
      else
        memset (sound->block + sound->filled, 0, n * sizeof *data);
      data = data != NULL ? data + n : NULL;
      samples -= n;
      sound->filled += (guint)n;
      if (sound->filled == block)
        tac_sound_block_captured (sound);
    }
}

static void
on_readable (pa_stream *stream, size_t bytes, void *user_data)
{
  TacSound *sound = user_data;
  const void *data;
  size_t size;

  while (pa_stream_readable_size (stream) > 0 && pa_stream_peek (stream, &data, &size) == 0
         && size > 0)
    {
      take (sound, data, size / sizeof (gint16));
      pa_stream_drop (stream);
    }
}

/* Streams */

static void
on_underflow (pa_stream *stream, void *user_data)
{
  TacSound *sound = user_data;

  tac_sound_fill_ran_dry (&sound->fill);
  g_mutex_lock (&sound->lock);
  sound->stats.ran_dry++;
  g_mutex_unlock (&sound->lock);
}

static gboolean
ready (pa_stream *stream)
{
  return stream != NULL && pa_stream_get_state (stream) == PA_STREAM_READY;
}

static void
look (TacSound *sound)
{
  gboolean works = ready (sound->playback) && (!sound->capturing || ready (sound->capture));

  if (works && !sound->blocked)
    {
      sound->retry_ms = 0;
      tell (sound, TRUE, NULL);
    }
}

void
tac_sound_asked (TacSound *sound)
{
  gint64 now = g_get_monotonic_time ();

  if (sound->asked_us == 0)
    sound->asked_us = now;
  if (sound->blocked || now - sound->asked_us < BLOCKED_US)
    return;
  sound->blocked = TRUE;
  if (sound->told_sound)
    count_break (sound);
  tell (sound, FALSE, "No sound: the sound server does not answer; " REMEDY);
}

void
tac_sound_answered (TacSound *sound)
{
  sound->asked_us = 0;
  if (!sound->blocked)
    return;
  sound->blocked = FALSE;
  tac_sound_flush (sound);
  look (sound);
}

static const char *
wanted_device (const TacSound *sound, gboolean capture)
{
  if (capture)
    return sound->default_source ? NULL : sound->source;
  return sound->default_sink ? NULL : sound->sink;
}

static void
fall_back (TacSound *sound, gboolean capture)
{
  g_message ("the sound server has no %s %s: its default one is used; see [audio] in tacitel.conf",
             capture ? "source" : "sink", wanted_device (sound, capture));
  if (capture)
    sound->default_source = TRUE;
  else
    sound->default_sink = TRUE;
}

/* A stream is not freed within its own callback: tac_sound_adjust does. */
static void
on_stream_state (pa_stream *stream, void *user_data)
{
  TacSound *sound = user_data;
  gboolean capture = stream == sound->capture;

  switch (pa_stream_get_state (stream))
    {
    case PA_STREAM_READY:
      if (!capture)
        {
          tac_sound_fill_reset (&sound->fill);
          tac_sound_follow_sink (sound);
        }
      tac_sound_answered (sound);
      look (sound);
      break;
    case PA_STREAM_FAILED:
    case PA_STREAM_TERMINATED:
      if (pa_context_errno (sound->context) == PA_ERR_NOENTITY
          && wanted_device (sound, capture) != NULL)
        fall_back (sound, capture);
      count_break (sound);
      try_later (sound);
      break;
    case PA_STREAM_UNCONNECTED:
    case PA_STREAM_CREATING:
      break;
    }
}

static pa_stream *
stream_new (TacSound *sound, const char *name)
{
  const pa_sample_spec spec = { .format = PA_SAMPLE_S16NE, .rate = sound->rate, .channels = 1 };
  pa_proplist *properties = pa_proplist_new ();
  pa_stream *stream;

  pa_proplist_sets (properties, PA_PROP_MEDIA_ROLE, "phone");
  stream = pa_stream_new_with_proplist (sound->context, name, &spec, NULL, properties);
  pa_proplist_free (properties);
  if (stream != NULL)
    pa_stream_set_state_callback (stream, on_stream_state, sound);
  return stream;
}

static guint32
bytes_of (const TacSound *sound, gint64 us)
{
  return (guint32)(us * sound->rate / G_USEC_PER_SEC) * (guint32)sizeof (gint16);
}

static void
open_playback (TacSound *sound)
{
  const pa_buffer_attr attributes = {
    .maxlength = bytes_of (sound, TAC_SOUND_QUEUE_US),
    .tlength = bytes_of (sound, 2 * REQUEST_US + DEVICE_US),
    .minreq = bytes_of (sound, REQUEST_US),
    .prebuf = 0,
    .fragsize = (guint32)-1,
  };

  sound->playback = stream_new (sound, "Call");
  if (sound->playback == NULL)
    return;
  pa_stream_set_underflow_callback (sound->playback, on_underflow, sound);
  if (pa_stream_connect_playback (sound->playback, wanted_device (sound, FALSE), &attributes,
                                  PA_STREAM_NOFLAGS, NULL, NULL)
      < 0)
    try_later (sound);
  else
    tac_sound_asked (sound);
}

static void
open_capture (TacSound *sound)
{
  const pa_buffer_attr attributes = {
    .maxlength = bytes_of (sound, CAPTURE_QUEUE_US),
    .tlength = (guint32)-1,
    .minreq = (guint32)-1,
    .prebuf = (guint32)-1,
    .fragsize = bytes_of (sound, TAC_SOUND_BLOCK_US),
  };

  sound->filled = 0;
  sound->capture = stream_new (sound, "Call");
  if (sound->capture == NULL)
    return;
  pa_stream_set_read_callback (sound->capture, on_readable, sound);
  if (pa_stream_connect_record (sound->capture, wanted_device (sound, TRUE), &attributes,
                                PA_STREAM_ADJUST_LATENCY)
      < 0)
    try_later (sound);
  else
    tac_sound_asked (sound);
}

static void
close_ended (TacSound *sound, pa_stream **stream)
{
  if (*stream != NULL && !PA_STREAM_IS_GOOD (pa_stream_get_state (*stream)))
    close_stream (sound, stream);
}

void
tac_sound_adjust (TacSound *sound)
{
  if (sound->context != NULL && !PA_CONTEXT_IS_GOOD (pa_context_get_state (sound->context)))
    tac_sound_disconnect (sound);
  close_ended (sound, &sound->playback);
  close_ended (sound, &sound->capture);
  if (!sound->capturing)
    close_stream (sound, &sound->capture);
  if (sound->context == NULL || sound->retry_us != 0
      || pa_context_get_state (sound->context) != PA_CONTEXT_READY)
    return;
  if (sound->playback == NULL)
    open_playback (sound);
  if (sound->capture == NULL && sound->capturing)
    open_capture (sound);
}

/* The server */

static void
on_context_state (pa_context *context, void *user_data)
{
  TacSound *sound = user_data;
  pa_context_state_t state = pa_context_get_state (context);
  g_autofree char *problem = NULL;

  if (state == PA_CONTEXT_CONNECTING || state == PA_CONTEXT_AUTHORIZING)
    return; /* no word of the server yet */
  tac_sound_answered (sound);
  if (PA_CONTEXT_IS_GOOD (state))
    return;
  problem = g_strdup_printf ("No sound: the sound server says: %s; " REMEDY,
                             pa_strerror (pa_context_errno (context)));
  if (sound->told_sound)
    count_break (sound);
  tell (sound, FALSE, problem);
  try_later (sound);
}

/* Again, after what failed: a new connection, or new streams on the one that is there. */
void
tac_sound_connect (TacSound *sound)
{
  sound->retry_us = 0;
  if (sound->context != NULL && PA_CONTEXT_IS_GOOD (pa_context_get_state (sound->context)))
    return;
  tac_sound_disconnect (sound);
  sound->context = pa_context_new (pa_mainloop_get_api (sound->loop), "Tacitel");
  if (sound->context == NULL)
    return;
  pa_context_set_state_callback (sound->context, on_context_state, sound);
  if (pa_context_connect (sound->context, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL) < 0)
    on_context_state (sound->context, sound);
  else
    tac_sound_asked (sound);
}

gboolean
tac_sound_can_write (TacSound *sound)
{
  return !sound->blocked && ready (sound->playback)
         && pa_stream_is_suspended (sound->playback) == 0;
}

void
tac_sound_write (TacSound *sound, const gint16 *pcm, guint samples)
{
  pa_stream_write (sound->playback, pcm, samples * sizeof *pcm, NULL, 0, PA_SEEK_RELATIVE);
}

void
tac_sound_flush (TacSound *sound)
{
  pa_operation *flush
      = ready (sound->playback) ? pa_stream_flush (sound->playback, NULL, NULL) : NULL;

  if (flush != NULL)
    pa_operation_unref (flush);
}
