/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tone of taciteldec's property searching: when it is, and that voice never has any of it. */
#include "codecs/tone.h"
#include "plugins/gst/tacitel-elements.h"

#include <gst/check/gstharness.h>
#include <math.h>
#include <string.h>

#define RATE 16000
#define BLOCK (RATE / 50)
#define TONE_MS 200
#define BACK 130 /* the packet with which voice comes back */
#define OVER 390 /* the search is over */

static const guint8 chain[TAC_KEY_SIZE] = { 7, 1 };

typedef guint8 Packet[TAC_DATAGRAM_SIZE];

static void
seal (Packet *packets, guint n)
{
  GstElement *element = gst_element_factory_make ("tacitelenc", NULL);
  GstHarness *harness;

  tac_gst_encoder_set_chain (element, chain);
  harness = gst_harness_new_with_element (element, "sink", "src");
  gst_harness_set_src_caps_str (
      harness, "audio/x-raw, format=S16LE, layout=interleaved, channels=1, rate=16000");
  for (guint i = 0; i < n; i++)
    {
      GstBuffer *buffer = gst_buffer_new_allocate (NULL, BLOCK * sizeof (gint16), NULL);
      GstMapInfo map;
      g_autoptr (GstBuffer) sealed = NULL;

      GST_BUFFER_PTS (buffer) = i * 20 * GST_MSECOND;
      gst_buffer_map (buffer, &map, GST_MAP_WRITE);
      for (guint j = 0; j < BLOCK; j++)
        ((gint16 *)(gpointer)map.data)[j]
            = (gint16)(8000 * sin (2 * G_PI * 300 * (i * BLOCK + j) / RATE));
      gst_buffer_unmap (buffer, &map);
      gst_harness_push (harness, buffer);
      sealed = gst_harness_pull (harness);
      gst_buffer_extract (sealed, 0, packets[i], TAC_DATAGRAM_SIZE);
    }
  gst_harness_teardown (harness);
  gst_object_unref (element);
}

static GstHarness *
decoder_new (gboolean searching)
{
  GstElement *element = gst_element_factory_make ("taciteldec", NULL);
  GstHarness *harness;

  tac_gst_decoder_set_chain (element, chain);
  g_object_set (element, "searching", searching, NULL);
  harness = gst_harness_new_with_element (element, "sink", "src");
  gst_harness_set_src_caps_str (harness, TAC_GST_VOICE_CAPS);
  gst_object_unref (element);
  return harness;
}

/* Returns: samples of the next block. */
static guint
next_block (GstHarness *harness, gint16 pcm[BLOCK])
{
  g_autoptr (GstBuffer) buffer = NULL;

  g_assert_true (gst_harness_crank_single_clock_wait (harness));
  buffer = gst_harness_pull (harness);
  return (guint)gst_buffer_extract (buffer, 0, pcm, BLOCK * sizeof (gint16)) / sizeof (gint16);
}

static gboolean
is_silent (const gint16 *pcm, guint n)
{
  for (guint i = 0; i < n; i++)
    if (pcm[i] != 0)
      return FALSE;
  return TRUE;
}

/* Voice, a pause with the tone that voice ends in its middle, and a pause in which the search
 * ends: beside an element that searches for nothing, a difference is in the pauses only. */
static void
test_never_over_voice (void)
{
  static Packet packets[400];
  GstHarness *plain = decoder_new (FALSE), *searching = decoder_new (TRUE);
  guint in_pause = 0, first_after = 0;
  gboolean cut = FALSE;

  seal (packets, G_N_ELEMENTS (packets));
  for (guint i = 0; i < G_N_ELEMENTS (packets); i++)
    {
      /* 80 lost: a second of concealment, half a one of silence, and the tone has begun. */
      gboolean arrives = i < 50 || (i >= BACK && i < 200);
      gint16 expected[BLOCK], got[BLOCK];
      TacVoiceReceiverStats before, after;
      guint n;

      if (i == OVER)
        g_object_set (searching->element, "searching", FALSE, NULL);
      tac_gst_decoder_get_stats (plain->element, &before);
      if (arrives)
        {
          tac_gst_decoder_push (plain->element, packets[i], TAC_DATAGRAM_SIZE);
          tac_gst_decoder_push (searching->element, packets[i], TAC_DATAGRAM_SIZE);
        }
      n = next_block (plain, expected);
      g_assert_cmpuint (next_block (searching, got), ==, n);
      tac_gst_decoder_get_stats (plain->element, &after);
      if (after.playout.silence == before.playout.silence || i >= OVER)
        g_assert_cmpmem (got, n * sizeof (gint16), expected, n * sizeof (gint16));
      else
        {
          g_assert_true (is_silent (expected, n));
          in_pause += !is_silent (got, n);
          cut |= i == BACK - 1 && !is_silent (got, n);
        }
      if (i >= BACK && first_after == 0 && after.playout.silence == before.playout.silence)
        first_after = i;
    }
  /* Voice came at once, in the middle of the first tone; the second pause has all of two. */
  g_assert_cmpuint (first_after, ==, BACK);
  g_assert_true (cut);
  g_assert_cmpuint (in_pause, >, 2 * TONE_MS / 20);
  g_assert_cmpuint (in_pause, <, 3 * TONE_MS / 20);
  gst_harness_teardown (plain);
  gst_harness_teardown (searching);
}

static void
test_silence_without_search (void)
{
  GstHarness *harness = decoder_new (FALSE);
  gint16 pcm[BLOCK];
  gboolean searching = TRUE;

  for (guint i = 0; i < 150; i++)
    g_assert_true (is_silent (pcm, next_block (harness, pcm)));
  g_object_get (harness->element, "searching", &searching, NULL);
  g_assert_false (searching);
  gst_harness_teardown (harness);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  if (!tac_gst_register (&error))
    g_error ("%s", error->message);
  g_test_add_func ("/gst-tone/never-over-voice", test_never_over_voice);
  g_test_add_func ("/gst-tone/silence-without-search", test_silence_without_search);
  return g_test_run ();
}
