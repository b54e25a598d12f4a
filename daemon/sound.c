/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sound thread: its loop, and the pace that never stops. The microphone's blocks are the
 * clock: each is one tick, in which the ear piece gets its next block too. Where they do not come,
 * the monotonic clock takes their place, and silence goes out. */
#include "daemon/sound-private.h"

#include <poll.h>
#include <string.h>

#define LATE_US 40000      /* then the microphone has failed to deliver */
#define DELIVERS_US 100000 /* it has, so long ago at most */
#define JUMP_US 200000     /* behind: no voice of now would come of it */
#define BURST_BLOCKS 3     /* that may come ahead of their time */
#define FOLLOW 64          /* the pace follows the microphone's by this part of the difference */
#define MEASURE_TICKS 10

static void
play (TacSound *sound)
{
  gboolean audible = tac_sound_can_write (sound);
  guint wanted = (audible ? tac_sound_fill_tick (&sound->fill) : 1) * (sound->rate / 50);
  gint16 pcm[48000 / 50];
  gint64 now = g_get_monotonic_time ();

  for (guint written = 0; written < wanted;)
    {
      guint samples = sound->events.wanted (now, pcm, sound->user_data);

      if (audible)
        tac_sound_write (sound, pcm, samples);
      written += MAX (samples, 1);
    }
}

void
tac_sound_tick (TacSound *sound, const gint16 *pcm)
{
  sound->expected_us += TAC_SOUND_BLOCK_US;
  if (sound->capturing)
    sound->events.captured (pcm, sound->user_data);
  play (sound);
  if (++sound->ticks < MEASURE_TICKS)
    return;
  sound->ticks = 0;
  tac_sound_measure (sound);
}

/* What comes too far ahead of the pace was held back somewhere: the silence in its place has been
 * sent. */
void
tac_sound_block_captured (TacSound *sound)
{
  gint64 now = g_get_monotonic_time ();
  gint64 late = now - sound->expected_us;

  sound->filled = 0;
  sound->delivered_us = now;
  tac_sound_phase_came (&sound->phase, now, sound->waited);
  sound->waited = FALSE;
  if (late < -BURST_BLOCKS * TAC_SOUND_BLOCK_US)
    {
      g_mutex_lock (&sound->lock);
      sound->stats.dropped++;
      g_mutex_unlock (&sound->lock);
      return;
    }
  sound->expected_us += late / FOLLOW;
  tac_sound_tick (sound, sound->block);
}

static gboolean
delivers (const TacSound *sound, gint64 now)
{
  return sound->capture != NULL && now - sound->delivered_us < DELIVERS_US;
}

/* When silence takes the place of the next block. */
static gint64
deadline (const TacSound *sound, gint64 now)
{
  return sound->expected_us + (delivers (sound, now) ? LATE_US : 0);
}

static void
keep_pace (TacSound *sound)
{
  gint64 now = g_get_monotonic_time ();

  if (now - sound->expected_us > JUMP_US + LATE_US) /* the phone slept, or this thread did */
    sound->expected_us = now;
  while (deadline (sound, now) <= now)
    tac_sound_tick (sound, NULL);
}

static void
follow_orders (TacSound *sound, gboolean *quit)
{
  g_mutex_lock (&sound->lock);
  *quit = sound->quit;
  sound->capturing = sound->want_capture;
  g_mutex_unlock (&sound->lock);
}

static int
poll_until (struct pollfd *files, gulong n, gint64 until_us)
{
  gint64 left = MAX (until_us - g_get_monotonic_time (), 0);
  const struct timespec patience = { left / G_USEC_PER_SEC, (glong)(left % G_USEC_PER_SEC) * 1000 };

  return ppoll (files, n, &patience, NULL);
}

/* Until the next block is to be expected only orders count, which come by the first file, the
 * loop's own. */
static int
poll_in_phase (struct pollfd *files, gulong n, int timeout, void *user_data)
{
  TacSound *sound = user_data;
  gint64 now = g_get_monotonic_time ();
  gint64 look = MIN (sound->phase.look_us, sound->until_us);
  int found;

  if (delivers (sound, now) && now < look)
    {
      for (gulong i = 0; i < n; i++)
        files[i].revents = 0;
      found = poll_until (files, 1, look);
      if (found == 0)
        found = poll_until (files, n, 0);
      if (found != 0)
        return found;
      sound->waited = TRUE;
    }
  return poll_until (files, n, timeout == 0 ? 0 : sound->until_us);
}

static gboolean
iterate (TacSound *sound)
{
  gint64 now = g_get_monotonic_time ();

  sound->until_us = deadline (sound, now);
  if (sound->retry_us != 0)
    sound->until_us = MIN (sound->until_us, sound->retry_us);
  if (pa_mainloop_prepare (sound->loop, (int)CLAMP (sound->until_us - now, 0, G_USEC_PER_SEC)) < 0
      || pa_mainloop_poll (sound->loop) < 0 || pa_mainloop_dispatch (sound->loop) < 0)
    return FALSE;
  if (sound->retry_us != 0 && g_get_monotonic_time () >= sound->retry_us)
    tac_sound_connect (sound);
  return TRUE;
}

static gpointer
run (gpointer user_data)
{
  TacSound *sound = user_data;
  gboolean quit = FALSE;

  sound->expected_us = g_get_monotonic_time ();
  tac_sound_phase_reset (&sound->phase);
  tac_sound_connect (sound);
  for (;;)
    {
      follow_orders (sound, &quit);
      if (quit)
        break;
      tac_sound_adjust (sound);
      keep_pace (sound);
      if (!iterate (sound))
        break;
    }
  tac_sound_disconnect (sound);
  return NULL;
}

/* Of other threads */

TacSound *
tac_sound_new (const TacSoundOptions *options, const TacSoundEvents *events, gpointer user_data)
{
  TacSound *sound = g_new0 (TacSound, 1);

  sound->source = g_strdup (options->source);
  sound->sink = g_strdup (options->sink);
  sound->rate = options->rate;
  sound->events = *events;
  sound->user_data = user_data;
  sound->block = g_new0 (gint16, options->rate / 50);
  g_mutex_init (&sound->lock);
  sound->loop = pa_mainloop_new ();
  pa_mainloop_set_poll_func (sound->loop, poll_in_phase, sound);
  sound->thread = g_thread_new ("tacitel-sound", run, sound);
  return sound;
}

static void
order (TacSound *sound, gboolean quit, gboolean capture)
{
  g_mutex_lock (&sound->lock);
  sound->quit = quit;
  sound->want_capture = capture;
  g_mutex_unlock (&sound->lock);
  pa_mainloop_wakeup (sound->loop);
}

void
tac_sound_start_capture (TacSound *sound)
{
  order (sound, FALSE, TRUE);
}

void
tac_sound_stop_capture (TacSound *sound)
{
  order (sound, FALSE, FALSE);
}

void
tac_sound_get_stats (TacSound *sound, TacSoundStats *stats)
{
  g_mutex_lock (&sound->lock);
  *stats = sound->stats;
  g_mutex_unlock (&sound->lock);
}

void
tac_sound_free (TacSound *sound)
{
  order (sound, TRUE, FALSE);
  g_thread_join (sound->thread);
  pa_mainloop_free (sound->loop);
  g_mutex_clear (&sound->lock);
  g_free (sound->block);
  g_free (sound->source);
  g_free (sound->sink);
  g_free (sound);
}
