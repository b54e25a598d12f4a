/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitelenc and taciteldec on a test clock: sizes, pace, keys, states, and anything at all on the
 * sink pad. */
#include "plugins/gst/tacitel-elements.h"

#include <gst/check/gstharness.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define RATE 16000
#define TICK_SAMPLES (RATE / 50)
#define AUDIO_CAPS "audio/x-raw, format=S16LE, layout=interleaved, channels=1, rate=16000"

static const guint8 chain[TAC_KEY_SIZE] = { 7, 1 }, other_chain[TAC_KEY_SIZE] = { 8 };

typedef guint8 Packet[TAC_DATAGRAM_SIZE];

static GstHarness *
encoder_new (void)
{
  GstElement *element = gst_element_factory_make ("tacitelenc", NULL);
  GstHarness *harness;

  tac_gst_encoder_set_chain (element, chain);
  harness = gst_harness_new_with_element (element, "sink", "src");
  gst_harness_set_src_caps_str (harness, AUDIO_CAPS);
  gst_object_unref (element);
  return harness;
}

static GstHarness *
decoder_new (void)
{
  GstElement *element = gst_element_factory_make ("taciteldec", NULL);
  GstHarness *harness;

  tac_gst_decoder_set_chain (element, chain);
  harness = gst_harness_new_with_element (element, "sink", "src");
  gst_harness_set_src_caps_str (harness, TAC_GST_VOICE_CAPS);
  gst_object_unref (element);
  return harness;
}

static GstBuffer *
tone (guint samples, guint64 *n)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, samples * sizeof (gint16), NULL);
  GstMapInfo map;

  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (*n, GST_SECOND, RATE);
  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (guint i = 0; i < samples; i++)
    ((gint16 *)map.data)[i] = (gint16)(8000 * sin (2 * G_PI * 300 * (double)(*n)++ / RATE));
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

static guint32
tick_of (const Packet packet)
{
  guint32 tick;

  memcpy (&tick, packet + 1, sizeof tick);
  return GUINT32_FROM_BE (tick);
}

/* Pulls a packet and checks what all of them have. */
static void
pull (GstHarness *harness, Packet packet, GstClockTime *pts)
{
  g_autoptr (GstBuffer) buffer = gst_harness_try_pull (harness);

  g_assert_nonnull (buffer);
  g_assert_cmpuint (gst_buffer_get_size (buffer), ==, TAC_DATAGRAM_SIZE);
  gst_buffer_extract (buffer, 0, packet, TAC_DATAGRAM_SIZE);
  g_assert_cmpuint (packet[0], ==, TAC_DATAGRAM_VOICE);
  if (pts != NULL)
    *pts = GST_BUFFER_PTS (buffer);
}

static guint64
stat_of (GstElement *element, const char *name)
{
  GstStructure *stats = NULL;
  guint64 value = 0;

  g_object_get (element, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, name, &value));
  gst_structure_free (stats);
  return value;
}

static void
test_pace (void)
{
  GstHarness *harness = encoder_new ();
  guint64 n = 0;

  while (n < RATE)
    {
      guint samples = (guint)g_test_rand_int_range (1, 1500);

      gst_harness_push (harness, tone (MIN (samples, RATE - (guint)n), &n));
    }
  g_assert_cmpuint (gst_harness_buffers_in_queue (harness), ==, 50);
  for (guint i = 0; i < 50; i++)
    {
      GstClockTimeDiff off;
      GstClockTime pts;
      Packet packet;

      pull (harness, packet, &pts);
      g_assert_cmpuint (tick_of (packet), ==, i);
      off = (GstClockTimeDiff)pts - (GstClockTimeDiff)(i * 20 * GST_MSECOND);
      g_assert_cmpint (ABS (off), <, 1000); /* a sample is 62.5 µs */
    }
  gst_harness_teardown (harness);
}

static void
test_mute (void)
{
  GstHarness *harness = encoder_new ();
  guint64 n = 0;
  Packet packet;

  for (guint i = 0; i < 100; i++)
    {
      g_object_set (harness->element, "mute", i >= 50, NULL);
      gst_harness_push (harness, tone (TICK_SAMPLES, &n));
      g_assert_cmpuint (gst_harness_buffers_in_queue (harness), ==, 1);
      pull (harness, packet, NULL);
      g_assert_cmpuint (tick_of (packet), ==, i);
    }
  g_assert_cmpuint (stat_of (harness->element, "packets"), ==, 100);
  g_assert_cmpuint (stat_of (harness->element, "muted"), ==, 50);
  gst_harness_teardown (harness);
}

static void
test_profiles (void)
{
  static const char *const names[] = { "wide", "thin", "lean", "wide" };
  static const guint ticks[] = { 1, 3, 2, 1 };
  GstHarness *harness = encoder_new ();
  guint64 n = 0;
  guint32 expected = 0;
  Packet packet;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gst_util_set_object_arg (G_OBJECT (harness->element), "profile", names[i]);
      for (guint packets = 0; packets < 6; packets++)
        {
          gst_harness_push (harness, tone (TICK_SAMPLES * ticks[i], &n));
          g_assert_cmpuint (gst_harness_buffers_in_queue (harness), ==, 1);
          pull (harness, packet, NULL);
          g_assert_cmpuint (tick_of (packet), ==, expected);
          expected += ticks[i];
        }
    }
  gst_harness_teardown (harness);
}

static void
test_eos_fills_the_last (void)
{
  GstHarness *harness = encoder_new ();
  guint64 n = 0;

  gst_harness_push (harness, tone (TICK_SAMPLES + 1, &n));
  g_assert_cmpuint (gst_harness_buffers_in_queue (harness), ==, 1);
  gst_harness_push_event (harness, gst_event_new_eos ());
  g_assert_cmpuint (gst_harness_buffers_in_queue (harness), ==, 2);
  gst_harness_teardown (harness);
}

static void
test_latency (void)
{
  GstHarness *harness = encoder_new ();

  g_assert_cmpuint (gst_harness_query_latency (harness), ==, 20 * GST_MSECOND);
  gst_util_set_object_arg (G_OBJECT (harness->element), "profile", "thin");
  g_assert_cmpuint (gst_harness_query_latency (harness), ==, 60 * GST_MSECOND);
  gst_harness_teardown (harness);
  harness = decoder_new ();
  g_assert_cmpuint (gst_harness_query_latency (harness), ==, 0);
  gst_harness_teardown (harness);
}

/* Through READY and NULL, and with the chain set again, the ticks go on; a new chain starts at 0.
 */
static void
test_ticks_never_repeat (void)
{
  GstElement *element = gst_object_ref_sink (gst_element_factory_make ("tacitelenc", NULL));
  guint32 expected = 0;

  for (guint round = 0; round < 4; round++)
    {
      GstHarness *harness;
      guint64 n = 0;
      Packet packet;

      tac_gst_encoder_set_chain (element, round < 3 ? chain : other_chain);
      if (round == 3)
        expected = 0;
      harness = gst_harness_new_with_element (element, "sink", "src");
      gst_harness_set_src_caps_str (harness, AUDIO_CAPS);
      for (guint i = 0; i < 5; i++)
        {
          gst_harness_push (harness, tone (TICK_SAMPLES, &n));
          pull (harness, packet, NULL);
          g_assert_cmpuint (tick_of (packet), ==, expected++);
        }
      tac_gst_encoder_set_chain (element, round < 3 ? chain : other_chain);
      gst_harness_teardown (harness);
      gst_element_set_state (element, GST_STATE_NULL);
    }
  gst_object_unref (element);
}

static void
on_packet (const guint8 packet[TAC_DATAGRAM_SIZE], gpointer data)
{
  g_array_append_vals (data, packet, TAC_DATAGRAM_SIZE);
}

static void
test_direct_sink (void)
{
  GstElement *element = gst_object_ref_sink (gst_element_factory_make ("tacitelenc", NULL));
  g_autoptr (GArray) sent = g_array_new (FALSE, FALSE, 1);
  GstHarness *harness;
  guint64 n = 0;

  tac_gst_encoder_set_chain (element, chain);
  tac_gst_encoder_set_sink (element, on_packet, g_array_ref (sent), (GDestroyNotify)g_array_unref);
  harness = gst_harness_new_with_element (element, "sink", NULL);
  gst_harness_set_src_caps_str (harness, AUDIO_CAPS);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpint (gst_harness_push (harness, tone (TICK_SAMPLES, &n)), ==, GST_FLOW_OK);
  g_assert_cmpuint (sent->len, ==, 10 * TAC_DATAGRAM_SIZE);
  gst_harness_teardown (harness);
  gst_object_unref (element);
}

/* Without a key the element stops on the way to PAUSED and says what to do. */
static void
check_key_error (GstElement *element)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  gst_element_set_bus (element, bus);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
  g_assert_nonnull (strstr (error->message, "key-file"));
  gst_element_set_bus (element, NULL);
  gst_element_set_state (element, GST_STATE_NULL);
}

static void
test_keys (void)
{
  static const struct
  {
    const char *text;
    gssize size;
    gboolean ok;
  } files[] = {
    { "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef\n", -1, TRUE },
    { "not hexadecimal, but thirty-two!", 32, TRUE }, /* so it is raw */
    { "", 0, FALSE },
    { "0123456789abcdef", -1, FALSE },
    { "zz23456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef", -1, FALSE },
    { "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef00", -1, FALSE },
  };
  static const char *const names[] = { "tacitelenc", "taciteldec" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GstElement *element = gst_object_ref_sink (gst_element_factory_make (names[i], NULL));

      check_key_error (element);
      g_object_set (element, "key-file", "/nonexistent/key", NULL);
      check_key_error (element);
      gst_object_unref (element);
      for (guint file = 0; file < G_N_ELEMENTS (files); file++)
        {
          g_autofree char *path = NULL;
          int fd = g_file_open_tmp ("tacitel-XXXXXX", &path, NULL);

          close (fd);
          g_assert_true (g_file_set_contents (path, files[file].text, files[file].size, NULL));
          element = gst_object_ref_sink (gst_element_factory_make (names[i], NULL));
          g_object_set (element, "key-file", path, NULL);
          if (files[file].ok)
            g_assert_cmpint (gst_element_set_state (element, GST_STATE_PAUSED), !=,
                             GST_STATE_CHANGE_FAILURE);
          else
            check_key_error (element);
          gst_element_set_state (element, GST_STATE_NULL);
          gst_object_unref (element);
          unlink (path);
        }
    }
}

/* @n packets of a tone. */
static void
seal_tone (Packet *packets, guint n)
{
  GstHarness *harness = encoder_new ();
  guint64 at = 0;

  for (guint i = 0; i < n; i++)
    {
      gst_harness_push (harness, tone (TICK_SAMPLES, &at));
      pull (harness, packets[i], NULL);
    }
  gst_harness_teardown (harness);
}

/* The next block, of which no two may overlap nor leave a gap. Returns: its mean square. */
static double
next_block (GstHarness *harness, GstClockTime *end)
{
  g_autoptr (GstBuffer) buffer = NULL;
  GstMapInfo map;
  double sum = 0;

  g_assert_true (gst_harness_crank_single_clock_wait (harness));
  buffer = gst_harness_pull (harness);
  g_assert_nonnull (buffer);
  if (*end != GST_CLOCK_TIME_NONE)
    g_assert_cmpuint (GST_BUFFER_PTS (buffer), ==, *end);
  *end = GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_assert_cmpuint (map.size, <=, TICK_SAMPLES * sizeof (gint16));
  for (gsize i = 0; i < map.size / sizeof (gint16); i++)
    sum += pow (((const gint16 *)(gconstpointer)map.data)[i], 2);
  sum /= (double)map.size / sizeof (gint16);
  gst_buffer_unmap (buffer, &map);
  return sum;
}

static void
test_silence_until_voice (void)
{
  GstHarness *harness = decoder_new ();
  GstClockTime end = GST_CLOCK_TIME_NONE;
  static Packet packets[60];

  seal_tone (packets, G_N_ELEMENTS (packets));
  for (guint i = 0; i < 10; i++)
    g_assert_cmpfloat (next_block (harness, &end), ==, 0);
  g_assert_cmpuint (end, ==, 200 * GST_MSECOND);
  for (guint i = 0; i < G_N_ELEMENTS (packets); i++)
    {
      double power;

      if (i % 2) /* both ways in */
        tac_gst_decoder_push (harness->element, packets[i], TAC_DATAGRAM_SIZE);
      else
        gst_harness_push (harness, gst_buffer_new_memdup (packets[i], TAC_DATAGRAM_SIZE));
      power = next_block (harness, &end);
      if (i > 10)
        g_assert_cmpfloat (power, >, 1e6);
    }
  g_assert_cmpuint (stat_of (harness->element, "opened"), ==, G_N_ELEMENTS (packets));
  g_assert_cmpuint (stat_of (harness->element, "concealed"), ==, 0);
  gst_harness_teardown (harness);
}

static void
test_garbage (void)
{
  GstHarness *harness = decoder_new ();
  GstClockTime end = GST_CLOCK_TIME_NONE;
  TacVoiceReceiverStats stats;
  guint8 garbage[2000];
  static Packet packets[3];
  Packet forged;

  seal_tone (packets, G_N_ELEMENTS (packets));
  for (guint i = 0; i < sizeof garbage; i++)
    garbage[i] = (guint8)g_test_rand_int ();
  for (gsize size = 1; size <= sizeof garbage; size += 7)
    gst_harness_push (harness, gst_buffer_new_memdup (garbage, size));
  gst_harness_push (harness, gst_buffer_new ());
  memcpy (forged, packets[0], sizeof forged);
  forged[40] ^= 1;
  gst_harness_push (harness, gst_buffer_new_memdup (forged, sizeof forged));
  forged[1] = 0xff;
  gst_harness_push (harness, gst_buffer_new_memdup (forged, sizeof forged));
  for (guint copy = 0; copy < 3; copy++)
    gst_harness_push (harness, gst_buffer_new_memdup (packets[0], TAC_DATAGRAM_SIZE));
  next_block (harness, &end);

  tac_gst_decoder_get_stats (harness->element, &stats);
  g_assert_cmpuint (stats.refused[TAC_OPEN_LENGTH], ==, sizeof garbage / 7 + 2);
  g_assert_cmpuint (stats.refused[TAC_OPEN_FORGED], ==, 1);
  g_assert_cmpuint (stats.refused[TAC_OPEN_AHEAD], ==, 1);
  g_assert_cmpuint (stats.refused[TAC_OPEN_REPLAY], ==, 2);
  g_assert_cmpuint (stats.opened, ==, 1);
  g_assert_cmpuint (stats.playout.received, ==, 1);
  g_assert_cmpuint (stat_of (harness->element, "refused-replay"), ==, 2);
  gst_harness_teardown (harness);
}

/* In and out of every state while the task waits for the clock, on the system's clock and with
 * packets coming. */
static gpointer
push_forever (gpointer data)
{
  GstElement *element = data;
  static Packet packets[50];

  seal_tone (packets, G_N_ELEMENTS (packets));
  for (guint i = 0; g_object_get_data (G_OBJECT (element), "stop") == NULL; i++)
    tac_gst_decoder_push (element, packets[i % G_N_ELEMENTS (packets)], TAC_DATAGRAM_SIZE);
  return NULL;
}

static void
test_states (void)
{
  static const GstState states[]
      = { GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_READY,
          GST_STATE_PAUSED,  GST_STATE_NULL,   GST_STATE_PLAYING, GST_STATE_NULL };
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *decoder = gst_element_factory_make ("taciteldec", NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  GThread *thread;

  tac_gst_decoder_set_chain (decoder, chain);
  gst_bin_add_many (GST_BIN (pipeline), decoder, sink, NULL);
  gst_element_link (decoder, sink);
  thread = g_thread_new ("packets", push_forever, decoder);
  for (guint round = 0; round < 10; round++)
    for (guint i = 0; i < G_N_ELEMENTS (states); i++)
      g_assert_cmpint (gst_element_set_state (pipeline, states[i]), !=, GST_STATE_CHANGE_FAILURE);
  g_object_set_data (G_OBJECT (decoder), "stop", decoder);
  g_thread_join (thread);
  gst_object_unref (pipeline);
}

static void
test_eos_and_flush (void)
{
  GstHarness *harness = decoder_new ();
  GstClockTime end = GST_CLOCK_TIME_NONE;
  g_autoptr (GstEvent) event = NULL;

  next_block (harness, &end);
  gst_harness_push_event (harness, gst_event_new_flush_start ());
  gst_harness_push_event (harness, gst_event_new_flush_stop (FALSE));
  next_block (harness, &end);
  gst_harness_push_event (harness, gst_event_new_eos ());
  do
    {
      g_clear_pointer (&event, gst_event_unref);
      event = gst_harness_pull_event (harness);
      g_assert_nonnull (event);
    }
  while (GST_EVENT_TYPE (event) != GST_EVENT_EOS);
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
  g_test_add_func ("/gst/encoder/pace-and-size", test_pace);
  g_test_add_func ("/gst/encoder/mute", test_mute);
  g_test_add_func ("/gst/encoder/profiles", test_profiles);
  g_test_add_func ("/gst/encoder/eos-fills-the-last", test_eos_fills_the_last);
  g_test_add_func ("/gst/encoder/ticks-never-repeat", test_ticks_never_repeat);
  g_test_add_func ("/gst/encoder/direct-sink", test_direct_sink);
  g_test_add_func ("/gst/latency", test_latency);
  g_test_add_func ("/gst/keys", test_keys);
  g_test_add_func ("/gst/decoder/silence-until-voice", test_silence_until_voice);
  g_test_add_func ("/gst/decoder/garbage", test_garbage);
  g_test_add_func ("/gst/decoder/states", test_states);
  g_test_add_func ("/gst/decoder/eos-and-flush", test_eos_and_flush);
  return g_test_run ();
}
