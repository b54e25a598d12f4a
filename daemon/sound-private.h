/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sound.c (the thread and its pace) and sound-streams.c (the server) share. Everything belongs
 * to the sound thread but what the lock is for. */
#pragma once
#include "daemon/sound-fill.h"
#include "daemon/sound-phase.h"
#include "daemon/sound.h"

#include <pulse/pulseaudio.h>

#define TAC_SOUND_BLOCK_US (G_USEC_PER_SEC / 50)
#define TAC_SOUND_QUEUE_US G_USEC_PER_SEC /* that the server takes in at most */

struct TacSound
{
  char *source, *sink;
  guint rate;
  TacSoundEvents events;
  gpointer user_data;
  GThread *thread;

  GMutex lock; /* of the next three */
  gboolean quit, want_capture;
  TacSoundStats stats;

  pa_mainloop *loop;
  pa_context *context;
  pa_stream *playback, *capture;
  gboolean capturing;      /* want_capture, as the thread knows it */
  gboolean default_source; /* the configured one is not there */
  gboolean default_sink;
  gboolean told, told_sound; /* what changed() said last */
  gint64 retry_us;           /* when to try again; 0: no need */
  guint retry_ms;
  gint64 asked_us;     /* the server, which has not answered since; 0: it has */
  gboolean blocked;    /* for too long: nothing more is written */
  gint64 expected_us;  /* when the next block is due */
  gint64 delivered_us; /* when the last one came from the microphone */
  gint16 *block;       /* being captured */
  guint filled;        /* samples of it */
  guint ticks;         /* since the server was asked how much it holds */
  TacSoundPhase phase;
  gboolean waited; /* the block was looked for, and was not there */
  gint64 until_us; /* poll at most as long */
  TacSoundFill fill;
  TacSoundPlace place; /* what placed() said last */
  gboolean placed;     /* it did */
};

/* sound.c */
/* 20 ms passed: @pcm was captured, or NULL. */
void tac_sound_tick (TacSound *sound, const gint16 *pcm);
/* A block from the microphone is complete. */
void tac_sound_block_captured (TacSound *sound);

/* sound-streams.c */
void tac_sound_connect (TacSound *sound);
void tac_sound_disconnect (TacSound *sound);
/* What is wanted and not there is opened, what is not wanted closed. */
void tac_sound_adjust (TacSound *sound);
void tac_sound_write (TacSound *sound, const gint16 *pcm, guint samples);
gboolean tac_sound_can_write (TacSound *sound);
/* What it holds of the playing stream is dropped. */
void tac_sound_flush (TacSound *sound);
/* It owes an answer; and has given one. */
void tac_sound_asked (TacSound *sound);
void tac_sound_answered (TacSound *sound);

/* sound-sink.c */
/* The playing stream is ready: placed() tells where it leads, from here on. */
void tac_sound_follow_sink (TacSound *sound);
gboolean tac_sound_plays_into (const TacSound *sound, guint32 sink);

/* sound-timing.c */
/* Asks the server how much it holds, unless it owes an answer: what it says goes to the fill and
 * the statistics. */
void tac_sound_measure (TacSound *sound);
/* The stream is gone, and with it what was measured. */
void tac_sound_unmeasure (TacSound *sound, gboolean playback);
