/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tone after a call. One at a time; at most a timer and a playing stream. */
#include "daemon/farewell.h"

#include <malloc.h>

#define TONE_MS 1400
#define SILENCE_MS 100 /* what the sound server still holds of the tone is played in it */

struct TacFarewell
{
  const TacConfig *config;
  const TacEngine *engine;
  TacMedia *media; /* NULL: nothing is played */
  guint timer;
};

static void
never_sends (const guint8 packet[TAC_DATAGRAM_SIZE], gpointer user_data)
{
}

static void
on_failed (const char *message, gpointer user_data)
{
  g_info ("the tone that says how the call ended is not played: %s", message);
}

void
tac_farewell_stop (TacFarewell *farewell)
{
  g_clear_handle_id (&farewell->timer, g_source_remove);
  if (farewell->media != NULL)
    farewell->engine->media_free (g_steal_pointer (&farewell->media));
}

static gboolean
on_silence (gpointer user_data)
{
  TacFarewell *farewell = user_data;

  farewell->timer = 0;
  tac_farewell_stop (farewell);
#ifdef __GLIBC__
  malloc_trim (0); /* an idle daemon gives back what a call took */
#endif
  return G_SOURCE_REMOVE;
}

static gboolean
on_played (gpointer user_data)
{
  TacFarewell *farewell = user_data;

  farewell->engine->media_set_tone (farewell->media, TAC_TONE_NONE);
  farewell->timer = g_timeout_add (SILENCE_MS, on_silence, farewell);
  return G_SOURCE_REMOVE;
}

void
tac_farewell_play (TacFarewell *farewell, const TacEngine *engine, TacMedia *media,
                   TacToneKind tone)
{
  static const TacMediaEvents events = { .send = never_sends, .failed = on_failed };
  g_autoptr (GError) error = NULL;

  tac_farewell_stop (farewell);
  if (media == NULL)
    media = engine->media_new (farewell->config, &events, NULL, &error);
  if (media == NULL)
    {
      on_failed (error->message, NULL);
      return;
    }
  engine->media_end (media);
  engine->media_set_tone (media, tone);
  farewell->engine = engine;
  farewell->media = media;
  farewell->timer = g_timeout_add (TONE_MS, on_played, farewell);
}

TacFarewell *
tac_farewell_new (const TacConfig *config)
{
  TacFarewell *farewell = g_new0 (TacFarewell, 1);

  farewell->config = config;
  return farewell;
}

void
tac_farewell_free (TacFarewell *farewell)
{
  tac_farewell_stop (farewell);
  g_free (farewell);
}
