/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Microphone and ear piece through a sound server that speaks PulseAudio's protocol (PulseAudio,
 * PipeWire). One thread of its own, which wakes up once for 20 ms in both directions; whatever the
 * server does, also when it is not there, the pace goes on. */
#pragma once
#include <glib.h>

typedef struct TacSound TacSound;

typedef struct
{
  const char *source,
      *sink;  /* devices by the server's names; NULL: its default, also as it changes */
  guint rate; /* Hz, a multiple of 50 */
} TacSoundOptions;

/* Where the sound comes out. */
typedef struct
{
  gboolean loud;  /* of a speaker, as far as one knows: the microphone hears it */
  gboolean muted; /* by the sound server */
  char port[64];  /* for people, of the server: "Headphones"; "" unknown */
} TacSoundPlace;

/* All run in the sound thread. */
typedef struct
{
  /* Every 20 ms while capturing: rate / 50 samples. @pcm: NULL where there was no sound. */
  void (*captured) (const gint16 *pcm, gpointer user_data);
  /* Writes at most rate / 50 samples to be played next. Returns: how many, at least 1. */
  guint (*wanted) (gint64 now_us, gint16 *pcm, gpointer user_data);
  /* @problem: why there is no sound, for people, with the remedy; NULL: now there is. */
  void (*changed) (const char *problem, gpointer user_data);
  /* It is known now, or another: a headset was plugged in. */
  void (*placed) (const TacSoundPlace *place, gpointer user_data);
} TacSoundEvents;

typedef struct
{
  guint capture_ms, playback_ms; /* what the server holds back; 0: not known yet */
  guint64 breaks;                /* streams that ended without being told to */
  guint64 ran_dry, dropped;      /* the server had nothing to play; had too much */
  gboolean sound;                /* the streams that are wanted run */
} TacSoundStats;

/* Opens the playing stream, or goes on trying. @options' strings are copied. */
TacSound *tac_sound_new (const TacSoundOptions *options, const TacSoundEvents *events,
                         gpointer user_data);
/* Opens the capturing stream, too: nothing is captured before. */
void tac_sound_start_capture (TacSound *sound);
/* Closes it; captured is not called after this. */
void tac_sound_stop_capture (TacSound *sound);
void tac_sound_get_stats (TacSound *sound, TacSoundStats *stats);
/* No event after this. */
void tac_sound_free (TacSound *sound);
