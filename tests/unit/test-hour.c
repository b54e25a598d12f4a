/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An hour of a call, as fast as it can be computed: 351 epochs and no glitch. */
#include "codecs/playout.h"
#include "codecs/seal.h"
#include "codecs/voice-encoder.h"

#include <glib.h>
#include <sodium.h>

#define TICK_US 20000
#define TICKS (3600 * 50)
#define RATE 8000
#define JITTER_TICKS 2  /* packets come up to 40 ms late, and out of order */
#define SOUNDS 50       /* a second of sound, said again and again */
#define START_TICKS 100 /* until the buffer knows the network */

/* What comes within one tick. */
typedef struct
{
  uint8_t packets[JITTER_TICKS + 1][TAC_DATAGRAM_SIZE];
  guint n;
} Arrivals;

static void
make_sounds (uint8_t sounds[SOUNDS][TAC_BODY_SIZE])
{
  TacVoiceEncoder *encoder = tac_voice_encoder_new (RATE, 0);
  int16_t pcm[RATE / 50];

  g_assert_nonnull (encoder);
  for (guint i = 0; i < SOUNDS; i++)
    {
      for (guint sample = 0; sample < G_N_ELEMENTS (pcm); sample++)
        pcm[sample] = (int16_t)g_test_rand_int_range (-3000, 3000);
      g_assert_true (tac_voice_encode (encoder, pcm, sounds[i]));
    }
  tac_voice_encoder_free (encoder);
}

static void
receive (TacVoiceOpener *opener, TacPlayout *playout, Arrivals *arrivals, int64_t now_us)
{
  uint8_t body[TAC_BODY_SIZE];
  uint32_t tick;

  for (; arrivals->n > 0; arrivals->n--)
    {
      const uint8_t *packet = arrivals->packets[arrivals->n - 1];

      g_assert_cmpint (tac_voice_open (opener, packet, TAC_DATAGRAM_SIZE, body, &tick), ==,
                       TAC_OPEN_OK);
      tac_playout_put (playout, now_us, tick, body);
    }
}

static void
test_an_hour (void)
{
  static uint8_t sounds[SOUNDS][TAC_BODY_SIZE];
  Arrivals underway[JITTER_TICKS + 1] = { 0 };
  uint8_t chain[TAC_KEY_SIZE];
  int16_t pcm[RATE / 50];
  TacVoiceSealer sealer;
  TacVoiceOpener opener;
  TacPlayout *playout = tac_playout_new (RATE);
  const TacPlayoutStats *stats = tac_playout_stats (playout);
  TacPlayoutStats begun = { 0 };

  make_sounds (sounds);
  randombytes_buf (chain, sizeof chain);
  tac_voice_sealer_init (&sealer, chain);
  tac_voice_opener_init (&opener, chain);
  for (uint32_t tick = 0; tick < TICKS; tick++)
    {
      int64_t now_us = (int64_t)(tick + 1) * TICK_US;
      guint late = (guint)g_test_rand_int_range (0, JITTER_TICKS + 1);
      Arrivals *arrivals = &underway[(tick + late) % G_N_ELEMENTS (underway)];

      g_assert_true (
          tac_voice_seal (&sealer, tick, sounds[tick % SOUNDS], arrivals->packets[arrivals->n++]));
      receive (&opener, playout, &underway[tick % G_N_ELEMENTS (underway)], now_us);
      tac_playout_get (playout, now_us, pcm);
      if (tick == START_TICKS)
        begun = *stats;
    }
  g_test_message ("%u epochs, %" G_GUINT64_FORMAT " played, %" G_GUINT64_FORMAT " concealed",
                  opener.epoch + 1, stats->played, stats->concealed);
  g_assert_cmpuint (opener.epoch, ==, (TICKS - 1) >> TAC_EPOCH_SHIFT);
  g_assert_cmpuint (opener.epoch, >=, 350);
  g_assert_cmpuint (stats->concealed, ==, begun.concealed);
  g_assert_cmpuint (stats->silence, ==, begun.silence);
  g_assert_cmpuint (stats->late, ==, begun.late);
  g_assert_cmpuint (stats->played - begun.played, >=, TICKS - START_TICKS - 50);
  tac_playout_free (playout);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/hour/epochs-without-a-glitch", test_an_hour);
  return g_test_run ();
}
