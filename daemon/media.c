/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pipeline of a call. The playing half runs from the first ring on, so that the sound server
 * has woken up when the call is answered; the capturing half joins at the answer and not before:
 * nothing listens while it rings. Both are in one pipeline, and so on one clock, the speaker's,
 * which the echo canceller needs. */
#include "daemon/media.h"

#include "daemon/errors.h"
#include "daemon/gstreamer.h"
#include "plugins/gst/tacitel-elements.h"

#include <sodium.h>

/* The capture is no clock's slave: an encoder counts samples, and a correction of the time between
 * two sound cards would cut or stretch them. The drift ends in the other side's playout buffer,
 * which is made for it. */
#define DEFAULT_CAPTURE                                                                            \
  "pulsesrc client-name=Tacitel provide-clock=false slave-method=none buffer-time=80000 "          \
  "latency-time=20000 "                                                                            \
  "stream-properties=\"props,media.role=phone\""
#define DEFAULT_PLAYBACK                                                                           \
  "pulsesink client-name=Tacitel buffer-time=40000 latency-time=20000 "                            \
  "stream-properties=\"props,media.role=phone\""
#define CANCELLER                                                                                  \
  "webrtcdsp probe=tacitel-far-end echo-suppression-level=low gain-control=false "                 \
  "noise-suppression=false"
#define FAR_END "webrtcechoprobe name=tacitel-far-end"

struct TacMedia
{
  GstElement *pipeline, *capture; /* capture: a reference of our own until it joined the pipeline */
  GstElement *encoder, *decoder, *volume;
  guint bus_watch;
  gboolean failed, joined;
  TacMediaEvents events;
  gpointer user_data;
  guint64 sent; /* atomic by being read late: a statistic */
};

static void
on_packet (const guint8 packet[TAC_DATAGRAM_SIZE], gpointer user_data)
{
  TacMedia *media = user_data;

  media->sent++;
  media->events.send (packet, media->user_data);
}

/* What GStreamer says of a broken sound system, and what to do about it. */
static char *
explain (const GError *problem)
{
  return g_strdup_printf ("the sound system failed: %s Is PulseAudio or PipeWire running for this "
                          "user (pactl info)?",
                          problem->message);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  TacMedia *media = user_data;
  g_autoptr (GError) problem = NULL;
  g_autofree char *text = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_LATENCY)
    gst_bin_recalculate_latency (GST_BIN (media->pipeline));
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
    text = g_strdup ("the sound source came to its end");
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      gst_message_parse_error (message, &problem, NULL);
      text = explain (problem);
    }
  if (text == NULL || media->failed)
    return G_SOURCE_CONTINUE;
  media->failed = TRUE;
  media->events.failed (text, media->user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
wants_canceller (const TacConfig *config)
{
  switch (config->audio_echo)
    {
    case TAC_ECHO_ON:
      return TRUE;
    case TAC_ECHO_OFF:
      return FALSE;
    case TAC_ECHO_AUTO:
      return config->audio_capture == NULL;
    }
  return FALSE;
}

static GstElement *
parse_bin (const char *what, const char *description, GError **error)
{
  g_autoptr (GError) problem = NULL;
  GstElement *bin = gst_parse_bin_from_description_full (description, FALSE, NULL,
                                                         GST_PARSE_FLAG_FATAL_ERRORS, &problem);

  if (bin == NULL)
    g_set_error (error, TAC_ERROR, TAC_ERROR_MEDIA_FAILED,
                 "%s does not work in GStreamer: %s; see [audio] in tacitel.conf", what,
                 problem->message);
  return bin;
}

/* The decoder plays silence from the first ring on, and does not start without a key: until the
 * call's own comes, one that opens nothing. */
static void
close_decoder (TacMedia *media)
{
  guint8 chain[TAC_KEY_SIZE];

  randombytes_buf (chain, sizeof chain);
  tac_gst_decoder_set_chain (media->decoder, chain);
  sodium_memzero (chain, sizeof chain);
}

/* webrtcechoprobe (GStreamer 1.22) never frees the query that it makes for a latency event. The
 * pipeline sends several with the same latency as its halves start: it need not know of those. */
static GstPadProbeReturn
pass_new_latency (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstClockTime *known = user_data, latency;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_LATENCY)
    return GST_PAD_PROBE_OK;
  gst_event_parse_latency (GST_PAD_PROBE_INFO_EVENT (info), &latency);
  if (latency == *known)
    return GST_PAD_PROBE_DROP;
  *known = latency;
  return GST_PAD_PROBE_OK;
}

static void
spare_far_end (GstBin *bin)
{
  g_autoptr (GstElement) far_end = gst_bin_get_by_name (bin, "tacitel-far-end");
  GstClockTime *known = g_new (GstClockTime, 1);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (far_end, "src");

  *known = GST_CLOCK_TIME_NONE;
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, pass_new_latency, known, g_free);
}

/* taciteldec → volume → far end → playback */
static gboolean
make_playback (TacMedia *media, const TacConfig *config, gboolean canceller, GError **error)
{
  const char *sink = config->audio_playback != NULL ? config->audio_playback : DEFAULT_PLAYBACK;
  g_autofree char *description = g_strdup_printf (
      "taciteldec name=decoder rate=%u ! volume name=volume ! %s audioconvert ! audioresample ! %s",
      config->audio_rate, canceller ? FAR_END " ! " : "", sink);
  GstElement *bin = parse_bin ("the playing side", description, error);

  if (bin == NULL)
    return FALSE;
  gst_bin_add (GST_BIN (media->pipeline), bin);
  media->decoder = gst_bin_get_by_name (GST_BIN (bin), "decoder");
  media->volume = gst_bin_get_by_name (GST_BIN (bin), "volume");
  if (canceller)
    spare_far_end (GST_BIN (bin));
  close_decoder (media);
  return TRUE;
}

/* capture → canceller → tacitelenc → send. The far end's probe must exist before the canceller that
 * names it. */
static gboolean
make_capture (TacMedia *media, const TacConfig *config, gboolean canceller, GError **error)
{
  const char *source = config->audio_capture != NULL ? config->audio_capture : DEFAULT_CAPTURE;
  g_autofree char *description = g_strdup_printf (
      "%s ! audioconvert ! audioresample ! "
      "audio/x-raw,format=S16LE,channels=1,layout=interleaved,rate=%u ! %s "
      "tacitelenc name=encoder complexity=%d",
      source, config->audio_rate, canceller ? CANCELLER " ! " : "", config->audio_complexity);

  media->capture = parse_bin ("the capturing side", description, error);
  if (media->capture == NULL)
    return FALSE;
  gst_object_ref_sink (media->capture);
  media->encoder = gst_bin_get_by_name (GST_BIN (media->capture), "encoder");
  tac_gst_encoder_set_sink (media->encoder, on_packet, media, NULL);
  return TRUE;
}

static gboolean
has_element (const char *name)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  return factory != NULL;
}

TacMedia *
tac_media_new (const TacConfig *config, const TacMediaEvents *events, gpointer user_data,
               GError **error)
{
  gboolean own_bins = config->audio_capture != NULL || config->audio_playback != NULL;
  gboolean canceller;
  g_autoptr (GstBus) bus = NULL;
  TacMedia *media;

  if (!tac_gstreamer_start (own_bins, error))
    return NULL;
  canceller = wants_canceller (config) && has_element ("webrtcdsp");
  media = g_new0 (TacMedia, 1);
  media->events = *events;
  media->user_data = user_data;
  media->pipeline = gst_object_ref_sink (gst_pipeline_new ("call"));
  if (!make_playback (media, config, canceller, error)
      || !make_capture (media, config, canceller, error))
    {
      tac_media_free (media);
      return NULL;
    }
  bus = gst_element_get_bus (media->pipeline);
  media->bus_watch = gst_bus_add_watch (bus, on_message, media);
  /* What fails here is on the bus, with its reason. */
  gst_element_set_state (media->pipeline, GST_STATE_PLAYING);
  return media;
}

void
tac_media_start (TacMedia *media, const guint8 send_chain[TAC_KEY_SIZE],
                 const guint8 receive_chain[TAC_KEY_SIZE])
{
  tac_gst_encoder_set_chain (media->encoder, send_chain);
  tac_gst_decoder_set_chain (media->decoder, receive_chain);
  if (media->joined)
    return;
  media->joined = TRUE;
  gst_bin_add (GST_BIN (media->pipeline), media->capture);
  gst_element_sync_state_with_parent (media->capture);
}

void
tac_media_receive (TacMedia *media, const guint8 *packet, gsize size)
{
  tac_gst_decoder_push (media->decoder, packet, size);
}

void
tac_media_set_muted (TacMedia *media, gboolean muted)
{
  g_object_set (media->encoder, "mute", muted, NULL);
}

void
tac_media_set_silent (TacMedia *media, gboolean silent)
{
  g_object_set (media->volume, "mute", silent, NULL);
}

void
tac_media_set_tone (TacMedia *media, TacToneKind tone)
{
  g_object_set (media->decoder, "searching", tone == TAC_TONE_SEARCHING, NULL);
}

void
tac_media_set_loss (TacMedia *media, guint percent)
{
  g_object_set (media->encoder, "loss", MIN (percent, 100), NULL);
}

void
tac_media_set_profile (TacMedia *media, TacProfile profile)
{
  g_object_set (media->encoder, "profile", profile, NULL);
}

void
tac_media_get_stats (TacMedia *media, TacMediaStats *stats)
{
  *stats = (TacMediaStats){ .captured_dbfs = TAC_LEVEL_SILENCE, .played_dbfs = TAC_LEVEL_SILENCE };
  tac_gst_decoder_get_stats (media->decoder, &stats->receiver);
  stats->sender.packets = media->sent;
}

void
tac_media_free (TacMedia *media)
{
  g_clear_handle_id (&media->bus_watch, g_source_remove);
  gst_element_set_state (media->pipeline, GST_STATE_NULL);
  if (media->encoder != NULL)
    tac_gst_encoder_set_sink (media->encoder, NULL, NULL, NULL);
  g_clear_pointer (&media->encoder, gst_object_unref);
  g_clear_pointer (&media->decoder, gst_object_unref);
  g_clear_pointer (&media->volume, gst_object_unref);
  g_clear_pointer (&media->capture, gst_object_unref);
  gst_object_unref (media->pipeline);
  g_free (media);
}
