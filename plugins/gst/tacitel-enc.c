/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitelenc: raw speech in, sealed voice datagrams of 81 bytes out, at a pace that the samples set
 * and nothing else. */
#include "codecs/voice-sender.h"
#include "elements.h"

#include <sodium.h>
#include <string.h>

#define FRAME_MAX (3 * 48000 / 50)
struct _TacGstEnc
{
  GstElement parent;
  GstPad *sink, *src;

  TacVoiceSender *sender;
  GMutex lock;
  gchar *key_file;

  GMutex send_lock; /* held during send() */
  TacGstSend send;
  gpointer send_data;
  GDestroyNotify send_destroy;

  /* Of the streaming thread. */
  GstBufferPool *pool;
  guint rate;
  guint frame;  /* samples of the packet under way */
  guint filled; /* of these, here */
  GstClockTime pts;
  gint16 pcm[FRAME_MAX];
};

enum
{
  PROP_0,
  PROP_PROFILE,
  PROP_MUTE,
  PROP_LOSS,
  PROP_COMPLEXITY,
  PROP_KEY_FILE,
  PROP_STATS,
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (TAC_GST_AUDIO_CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (TAC_GST_VOICE_CAPS));

G_DEFINE_TYPE (TacGstEnc, tac_gst_enc, GST_TYPE_ELEMENT)

void
tac_gst_encoder_set_chain (GstElement *tacitelenc, const guint8 chain[TAC_KEY_SIZE])
{
  tac_voice_sender_set_chain (TAC_GST_ENC (tacitelenc)->sender, chain);
}

void
tac_gst_encoder_set_sink (GstElement *tacitelenc, TacGstSend send, gpointer data,
                          GDestroyNotify destroy)
{
  TacGstEnc *enc = TAC_GST_ENC (tacitelenc);
  GDestroyNotify old_destroy;
  gpointer old_data;

  g_mutex_lock (&enc->send_lock);
  old_destroy = enc->send_destroy;
  old_data = enc->send_data;
  enc->send = send;
  enc->send_data = data;
  enc->send_destroy = destroy;
  g_mutex_unlock (&enc->send_lock);
  if (old_destroy != NULL)
    old_destroy (old_data);
}

static gboolean
make_packet (TacGstEnc *enc, guint8 packet[TAC_DATAGRAM_SIZE])
{
  switch (tac_voice_sender_make (enc->sender, enc->pcm, packet))
    {
    case TAC_VOICE_SENDER_OK:
      return TRUE;
    case TAC_VOICE_SENDER_REFUSED:
      GST_ELEMENT_ERROR (enc, STREAM, ENCODE, ("libopus refused a frame of %u samples", enc->frame),
                         (NULL));
      return FALSE;
    case TAC_VOICE_SENDER_EXHAUSTED:
      GST_ELEMENT_ERROR (enc, STREAM, FAILED,
                         ("every tick of this key has been used: set a new key"), (NULL));
      return FALSE;
    }
  g_assert_not_reached ();
}

static GstFlowReturn
push_packet (TacGstEnc *enc, const guint8 packet[TAC_DATAGRAM_SIZE], GstClockTime duration)
{
  GstBuffer *buffer = NULL;
  GstFlowReturn flow = gst_buffer_pool_acquire_buffer (enc->pool, &buffer, NULL);

  if (flow != GST_FLOW_OK)
    return flow;
  gst_buffer_fill (buffer, 0, packet, TAC_DATAGRAM_SIZE);
  GST_BUFFER_PTS (buffer) = enc->pts;
  GST_BUFFER_DURATION (buffer) = duration;
  return gst_pad_push (enc->src, buffer);
}

static GstFlowReturn
send_packet (TacGstEnc *enc)
{
  guint8 packet[TAC_DATAGRAM_SIZE];
  GstClockTime duration = gst_util_uint64_scale_int (enc->frame, GST_SECOND, (gint)enc->rate);
  GstFlowReturn flow = GST_FLOW_OK;
  gboolean sent;

  enc->filled = 0;
  if (!make_packet (enc, packet))
    return GST_FLOW_ERROR;
  g_mutex_lock (&enc->send_lock);
  sent = enc->send != NULL;
  if (sent)
    enc->send (packet, enc->send_data);
  g_mutex_unlock (&enc->send_lock);
  if (!sent)
    flow = push_packet (enc, packet, duration);
  if (enc->pts != GST_CLOCK_TIME_NONE)
    enc->pts += duration;
  return flow;
}

static GstFlowReturn
encode_samples (TacGstEnc *enc, const guint8 *data, gsize samples)
{
  GstFlowReturn flow = GST_FLOW_OK;

  while (samples > 0 && flow == GST_FLOW_OK)
    {
      gsize n;

      if (enc->filled == 0)
        enc->frame = tac_voice_sender_begin (enc->sender);
      n = MIN (samples, enc->frame - enc->filled);
      memcpy (enc->pcm + enc->filled, data, n * sizeof (gint16));
      enc->filled += (guint)n;
      data += n * sizeof (gint16);
      samples -= n;
      if (enc->filled == enc->frame)
        flow = send_packet (enc);
    }
  return flow;
}

/* The time of the packet's first sample. The pace follows the samples, so a gap in the time stamps
 * sends nothing. */
static void
note_time (TacGstEnc *enc, const GstBuffer *buffer)
{
  GstClockTime pts = GST_BUFFER_PTS (buffer);
  GstClockTime before = gst_util_uint64_scale_int (enc->filled, GST_SECOND, (gint)enc->rate);

  if (pts != GST_CLOCK_TIME_NONE)
    enc->pts = pts > before ? pts - before : 0;
}

static GstFlowReturn
on_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  TacGstEnc *enc = TAC_GST_ENC (parent);
  GstFlowReturn flow = GST_FLOW_ERROR;
  GstMapInfo map;

  if (enc->rate == 0)
    flow = GST_FLOW_NOT_NEGOTIATED;
  else if (gst_buffer_map (buffer, &map, GST_MAP_READ))
    {
      note_time (enc, buffer);
      flow = encode_samples (enc, map.data, map.size / sizeof (gint16));
      gst_buffer_unmap (buffer, &map);
    }
  gst_buffer_unref (buffer);
  return flow;
}

static gboolean
set_caps (TacGstEnc *enc, GstCaps *caps)
{
  g_autoptr (GstCaps) out = gst_caps_from_string (TAC_GST_VOICE_CAPS);
  gint rate = 0;

  if (!gst_structure_get_int (gst_caps_get_structure (caps, 0), "rate", &rate))
    return FALSE;
  if ((guint)rate != enc->rate)
    {
      if (!tac_voice_sender_prepare (enc->sender, (guint)rate))
        return FALSE;
      enc->rate = (guint)rate;
      enc->filled = 0;
    }
  gst_pad_push_event (enc->src, gst_event_new_caps (out)); /* where it is linked at all */
  return TRUE;
}

/* The end of the speech seldom ends a packet: silence fills it. */
static void
drain (TacGstEnc *enc)
{
  if (enc->filled == 0)
    return;
  memset (enc->pcm + enc->filled, 0, (enc->frame - enc->filled) * sizeof (gint16));
  send_packet (enc);
}

static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  TacGstEnc *enc = TAC_GST_ENC (parent);

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    {
      GstCaps *caps;
      gboolean ok;

      gst_event_parse_caps (event, &caps);
      ok = set_caps (enc, caps);
      gst_event_unref (event);
      return ok;
    }
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    drain (enc);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    enc->filled = 0;
  return gst_pad_event_default (pad, parent, event);
}

/* A packet is there when its last sample is. */
static gboolean
on_src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  TacGstEnc *enc = TAC_GST_ENC (parent);
  TacVoiceSenderSettings settings;
  GstClockTime min, max, frame;
  gboolean live;

  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);
  if (!gst_pad_peer_query (enc->sink, query))
    return FALSE;
  tac_voice_sender_get (enc->sender, &settings);
  frame = tac_profile_ticks (settings.profile) * TAC_TICK_MS * GST_MSECOND;
  gst_query_parse_latency (query, &live, &min, &max);
  gst_query_set_latency (query, live, min + frame, max == GST_CLOCK_TIME_NONE ? max : max + frame);
  return TRUE;
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  TacGstEnc *enc = TAC_GST_ENC (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    {
      if (!tac_gst_load_key (GST_ELEMENT (enc), tac_gst_encoder_set_chain,
                             tac_voice_sender_has_chain (enc->sender)))
        return GST_STATE_CHANGE_FAILURE;
      enc->pool = tac_gst_pool_new (TAC_DATAGRAM_SIZE);
      if (enc->pool == NULL)
        return GST_STATE_CHANGE_FAILURE;
      enc->pts = GST_CLOCK_TIME_NONE;
      enc->filled = 0;
    }
  result = GST_ELEMENT_CLASS (tac_gst_enc_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    {
      enc->rate = 0; /* the next caps make a new encoder */
      tac_gst_pool_free (&enc->pool);
      sodium_memzero (enc->pcm, sizeof enc->pcm);
    }
  return result;
}

static GstStructure *
make_stats (TacGstEnc *enc)
{
  TacVoiceSenderSettings settings;
  TacVoiceSenderStats stats;

  tac_voice_sender_get (enc->sender, &settings);
  tac_voice_sender_get_stats (enc->sender, &stats);
  return gst_structure_new ("tacitelenc-stats", "packets", G_TYPE_UINT64, stats.packets, "muted",
                            G_TYPE_UINT64, stats.muted, "next-tick", G_TYPE_UINT64, stats.next_tick,
                            "profile", TAC_GST_TYPE_PROFILE, settings.profile, "fec",
                            G_TYPE_BOOLEAN, stats.fec, NULL);
}

/* Properties are set one at a time: the object's lock keeps two setters from losing each other's.
 */
static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  TacGstEnc *enc = TAC_GST_ENC (object);
  TacVoiceSenderSettings settings;

  g_mutex_lock (&enc->lock);
  tac_voice_sender_get (enc->sender, &settings);
  switch (id)
    {
    case PROP_PROFILE:
      settings.profile = (TacProfile)g_value_get_enum (value);
      break;
    case PROP_MUTE:
      settings.mute = g_value_get_boolean (value);
      break;
    case PROP_LOSS:
      settings.loss = g_value_get_uint (value);
      break;
    case PROP_COMPLEXITY:
      settings.complexity = g_value_get_int (value);
      break;
    case PROP_KEY_FILE:
      g_free (enc->key_file);
      enc->key_file = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
  tac_voice_sender_set (enc->sender, &settings);
  g_mutex_unlock (&enc->lock);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  TacGstEnc *enc = TAC_GST_ENC (object);
  TacVoiceSenderSettings settings;

  g_mutex_lock (&enc->lock);
  tac_voice_sender_get (enc->sender, &settings);
  switch (id)
    {
    case PROP_PROFILE:
      g_value_set_enum (value, (gint)settings.profile);
      break;
    case PROP_MUTE:
      g_value_set_boolean (value, settings.mute);
      break;
    case PROP_LOSS:
      g_value_set_uint (value, settings.loss);
      break;
    case PROP_COMPLEXITY:
      g_value_set_int (value, settings.complexity);
      break;
    case PROP_KEY_FILE:
      g_value_set_string (value, enc->key_file);
      break;
    case PROP_STATS:
      g_value_take_boxed (value, make_stats (enc));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
  g_mutex_unlock (&enc->lock);
}

static void
finalize (GObject *object)
{
  TacGstEnc *enc = TAC_GST_ENC (object);

  tac_gst_encoder_set_sink (GST_ELEMENT (enc), NULL, NULL, NULL);
  tac_voice_sender_free (enc->sender);
  g_free (enc->key_file);
  g_mutex_clear (&enc->lock);
  g_mutex_clear (&enc->send_lock);
  G_OBJECT_CLASS (tac_gst_enc_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *class)
{
  const GParamFlags any_time
      = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

  g_object_class_install_property (
      class, PROP_PROFILE,
      g_param_spec_enum ("profile", "Profile",
                         "Pace of the packets, from the next one on; their size never changes",
                         TAC_GST_TYPE_PROFILE, TAC_PROFILE_WIDE, any_time));
  g_object_class_install_property (
      class, PROP_MUTE,
      g_param_spec_boolean ("mute", "Mute", "Send silence: as many packets, of the same size",
                            FALSE, any_time));
  g_object_class_install_property (
      class, PROP_LOSS,
      g_param_spec_uint ("loss", "Loss",
                         "Loss that the peer reports, in percent; from 2 on, packets carry forward "
                         "error correction",
                         0, 100, 0, any_time));
  g_object_class_install_property (class, PROP_COMPLEXITY,
                                   g_param_spec_int ("complexity", "Complexity",
                                                     "Opus complexity: processor time for quality",
                                                     0, 10, TAC_VOICE_COMPLEXITY_DEFAULT, any_time));
  g_object_class_install_property (
      class, PROP_KEY_FILE,
      g_param_spec_string ("key-file", "Key file",
                           "File of the direction's 32-byte voice chain key, raw or in "
                           "hexadecimal, read on the way to PAUSED. "
                           "Never use one twice: every process starts at tick 0",
                           NULL,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (
      class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
                          "Packets sealed, of these muted, next tick, profile, FEC",
                          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
tac_gst_enc_class_init (TacGstEncClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  element_class->change_state = change_state;
  install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Tacitel voice encoder",
                                         "Codec/Encoder/Audio/Network",
                                         "Encodes speech with Opus at a constant size and seals "
                                         "it: one datagram of 81 bytes each 20, 40 or 60 ms",
                                         "Tacitel");
}

static void
tac_gst_enc_init (TacGstEnc *enc)
{
  g_mutex_init (&enc->lock);
  g_mutex_init (&enc->send_lock);
  enc->sender = tac_voice_sender_new ();
  if (enc->sender == NULL)
    g_error ("tacitelenc: no guarded memory for its key: raise RLIMIT_MEMLOCK");

  enc->sink = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (enc->sink, on_chain);
  gst_pad_set_event_function (enc->sink, on_event);
  gst_element_add_pad (GST_ELEMENT (enc), enc->sink);
  enc->src = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_query_function (enc->src, on_src_query);
  gst_pad_use_fixed_caps (enc->src);
  gst_element_add_pad (GST_ELEMENT (enc), enc->src);
}
