/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the sound server says that it holds back, asked a few times a second: nonsense is not
 * believed, and no answer is one, too. */
#include "daemon/sound-private.h"

#define DEVICE_MOST_US (10 * G_USEC_PER_SEC)

/* @wait_us: of the device. FALSE: it says nothing, or nonsense. */
static gboolean
held (TacSound *sound, pa_stream *stream, gint64 *queued_us, gint64 *wait_us)
{
  const pa_timing_info *timing = pa_stream_get_timing_info (stream);
  pa_usec_t wait;

  if (timing == NULL || timing->write_index_corrupt || timing->read_index_corrupt)
    return FALSE;
  wait = stream == sound->playback ? timing->sink_usec : timing->source_usec;
  *wait_us = (gint64)MIN (wait, DEVICE_MOST_US);
  return wait <= DEVICE_MOST_US
         && tac_sound_fill_queued (timing->write_index, timing->read_index, sound->rate, queued_us);
}

static void
note_held (TacSound *sound, gboolean playback, guint ms)
{
  g_mutex_lock (&sound->lock);
  if (playback)
    sound->stats.playback_ms = ms;
  else
    sound->stats.capture_ms = ms;
  g_mutex_unlock (&sound->lock);
}

/* Never 0, which is unknown. */
static guint
ms_of (gint64 us)
{
  return (guint)MAX ((us + 999) / 1000, 1);
}

static void
on_playback_timing (pa_stream *stream, int success, void *user_data)
{
  TacSound *sound = user_data;
  gint64 queued, wait;

  tac_sound_answered (sound);
  if (!success || stream != sound->playback || !held (sound, stream, &queued, &wait))
    return;
  note_held (sound, TRUE, ms_of (queued + wait));
  if (!tac_sound_fill_measured (&sound->fill, queued))
    return;
  tac_sound_flush (sound);
  g_mutex_lock (&sound->lock);
  sound->stats.dropped++;
  g_mutex_unlock (&sound->lock);
}

static void
on_capture_timing (pa_stream *stream, int success, void *user_data)
{
  TacSound *sound = user_data;
  gint64 queued, wait;

  tac_sound_answered (sound);
  if (success && stream == sound->capture && held (sound, stream, &queued, &wait))
    note_held (sound, FALSE, ms_of (queued + wait));
}

static gboolean
ask (TacSound *sound, pa_stream *stream, pa_stream_success_cb_t on_timing)
{
  pa_operation *question;

  if (stream == NULL || pa_stream_get_state (stream) != PA_STREAM_READY)
    return FALSE;
  question = pa_stream_update_timing_info (stream, on_timing, sound);
  if (question != NULL)
    pa_operation_unref (question);
  return question != NULL;
}

void
tac_sound_measure (TacSound *sound)
{
  gboolean waits = sound->asked_us != 0;
  gboolean asks = !waits && ask (sound, sound->playback, on_playback_timing);

  asks = (!waits && ask (sound, sound->capture, on_capture_timing)) || asks;
  if (waits || asks)
    tac_sound_asked (sound);
}

void
tac_sound_unmeasure (TacSound *sound, gboolean playback)
{
  note_held (sound, playback, 0);
}
