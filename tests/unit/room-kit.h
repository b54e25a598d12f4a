/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A telephone on its loudspeaker in a room: what people say, and what the microphone hears of the
 * loudspeaker. */
#pragma once
#include <glib.h>

#define ROOM_RATE 16000
#define ROOM_BLOCK (ROOM_RATE / 50)

/* Something like speech: harmonics and hiss in syllables, with pauses. @seed: whose voice. Mean
 * power over all about @dbfs. To be freed. */
float *room_speech (guint32 seed, guint seconds, double dbfs);
void room_noise (guint32 seed, float *sound, guint samples, double dbfs);
/* Adds the echo of @far to @near: through a loudspeaker that bends a little, @delay_ms late, by a
 * room that rings for 200 ms (-60 dB) and lets @db through. */
void room_echo (guint32 seed, const float *far, float *near, guint samples, guint delay_ms,
                double db);
void room_to_pcm (const float *sound, gint16 *pcm, guint samples);
/* dB by which @less has less power than @more. */
double room_less_db (const float *more, const gint16 *less, guint samples);
/* How alike they are, and by how many dB @heard is louder. */
double room_alike (const float *said, const gint16 *heard, guint samples, double *louder_db);
