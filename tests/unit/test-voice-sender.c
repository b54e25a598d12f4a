/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sending half of a call's voice: where its profile changes, and that nothing is heard of it.
 */
#include "codecs/voice-receiver.h"
#include "codecs/voice-sender.h"

#include <glib.h>
#include <math.h>
#include <sodium.h>

#define RATE 16000
#define BLOCK (RATE / 50)
#define TICK_US 20000

/* Speech as far as Opus is concerned: a voice of 140 Hz whose loudness moves. */
static void
speak (gint16 *pcm, guint64 from, guint samples)
{
  for (guint i = 0; i < samples; i++)
    {
      double t = (double)(from + i) / RATE, sum = 0;

      for (guint harmonic = 1; harmonic <= 12; harmonic++)
        sum += sin (2 * G_PI * 140 * harmonic * t) / harmonic;
      pcm[i] = (gint16)lrint (4000 * sum * (0.75 + 0.25 * sin (2 * G_PI * 3 * t)));
    }
}

typedef struct
{
  TacVoiceSender *sender;
  TacVoiceReceiver *receiver;
  guint64 ticks; /* sent */
} Stream;

static void
open_stream (Stream *stream)
{
  guint8 chain[TAC_KEY_SIZE] = { 1 };

  *stream = (Stream){ tac_voice_sender_new (), tac_voice_receiver_new (), 0 };
  g_assert_true (tac_voice_sender_prepare (stream->sender, RATE));
  g_assert_true (tac_voice_receiver_prepare (stream->receiver, RATE));
  tac_voice_sender_set_chain (stream->sender, chain);
  tac_voice_receiver_set_chain (stream->receiver, chain);
  tac_voice_receiver_set_running (stream->receiver, true);
}

static void
close_stream (Stream *stream)
{
  tac_voice_sender_free (stream->sender);
  tac_voice_receiver_free (stream->receiver);
}

static void
set_profile (Stream *stream, TacProfile profile)
{
  TacVoiceSenderSettings settings;

  tac_voice_sender_get (stream->sender, &settings);
  settings.profile = profile;
  tac_voice_sender_set (stream->sender, &settings);
}

/* One packet, which arrives at once. Returns: its ticks. */
static guint
send_one (Stream *stream)
{
  gint16 pcm[3 * BLOCK];
  guint8 packet[TAC_DATAGRAM_SIZE];
  guint samples = tac_voice_sender_begin (stream->sender);

  speak (pcm, stream->ticks * BLOCK, samples);
  g_assert_cmpint (tac_voice_sender_make (stream->sender, pcm, packet), ==, TAC_VOICE_SENDER_OK);
  stream->ticks += samples / BLOCK;
  tac_voice_receiver_push (stream->receiver, (gint64)stream->ticks * TICK_US, packet,
                           sizeof packet);
  return samples / BLOCK;
}

/* From every profile to every other, asked for at every tick: it begins at a boundary, and ticks go
 * on without a hole. */
static void
test_boundary (void)
{
  for (guint from = 0; from < TAC_PROFILES; from++)
    for (guint to = 0; to < TAC_PROFILES; to++)
      for (guint at = 0; at < 2 * TAC_PROFILE_BOUNDARY; at++)
        {
          Stream stream;
          guint64 changed = 0;

          open_stream (&stream);
          set_profile (&stream, (TacProfile)from);
          while (stream.ticks < at)
            g_assert_cmpuint (send_one (&stream), ==, tac_profile_ticks ((TacProfile)from));
          set_profile (&stream, (TacProfile)to);
          while (stream.ticks < 60)
            {
              guint64 begins = stream.ticks;

              if (send_one (&stream) == tac_profile_ticks ((TacProfile)from))
                continue;
              changed = changed == 0 && begins != 0 ? begins : changed;
            }
          if (from != to && at > 0)
            {
              g_assert_cmpuint (changed % TAC_PROFILE_BOUNDARY, ==, 0);
              g_assert_cmpuint (changed, >=, at);
              g_assert_cmpuint (changed, <, at + TAC_PROFILE_BOUNDARY + 3);
            }
          close_stream (&stream);
        }
}

/* Changing twice a second, packets that all arrive are all played, and nothing is concealed. */
static void
test_nothing_is_lost (void)
{
  Stream stream;
  TacVoiceReceiverStats stats;
  gint16 pcm[BLOCK];
  gint64 played_us = 200000;

  open_stream (&stream);
  for (guint i = 0; i < 60; i++)
    {
      guint64 until = stream.ticks + 25;

      set_profile (&stream, (TacProfile)g_test_rand_int_range (0, TAC_PROFILES));
      while (stream.ticks < until)
        {
          send_one (&stream);
          while (played_us <= (gint64)stream.ticks * TICK_US)
            played_us += tac_voice_receiver_pull (stream.receiver, played_us, pcm) * G_USEC_PER_SEC
                         / RATE;
        }
    }
  tac_voice_receiver_get_stats (stream.receiver, &stats);
  g_assert_cmpuint (stats.playout.late, ==, 0);
  g_assert_cmpuint (stats.playout.malformed, ==, 0);
  g_assert_cmpuint (stats.playout.played, >, stream.ticks * 9 / 10);
  close_stream (&stream);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/voice-sender/profile-begins-at-a-boundary", test_boundary);
  g_test_add_func ("/voice-sender/profile-changes-lose-nothing", test_nothing_is_lost);
  return g_test_run ();
}
