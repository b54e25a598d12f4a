/* SPDX-License-Identifier: GPL-3.0-or-later */
/* taciteldec: datagrams of any kind in, at any time; speech out, 20 ms at each tick of the
 * pipeline's clock.
 *
 * The src pad's task is the live source. Under @lock: playing, flushing, eos, clock id. What it
 * waits for, it can be woken from: the clock id is unscheduled, the condition signalled, whenever
 * one of these changes.
 */
#include "elements.h"

#define RATE_DEFAULT 16000
#define RATE_MAX 48000
#define BEHIND_MAX (200 * GST_MSECOND) /* this late, skip: the machine slept */

struct _TacGstDec
{
  GstElement parent;
  GstPad *sink, *src;
  TacVoiceReceiver *receiver;

  GMutex lock;
  GCond changed;
  gboolean playing, flushing, eos;
  GstClock *clock; /* while playing */
  GstClockTime base_time;
  GstClockID id;       /* waited on, used again for every tick */
  GstClockTime origin; /* running time of sample 0 */
  guint64 samples;     /* sent since */
  gboolean discont;
  gchar *key_file;
  guint rate_wanted;

  /* Of the task. */
  GstBufferPool *pool;
  guint rate;
  gboolean announced; /* stream-start, caps and segment have been sent */
};

enum
{
  PROP_0,
  PROP_KEY_FILE,
  PROP_RATE,
  PROP_SEARCHING,
  PROP_STATS,
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (TAC_GST_VOICE_CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (TAC_GST_AUDIO_CAPS));

G_DEFINE_TYPE (TacGstDec, tac_gst_dec, GST_TYPE_ELEMENT)

void
tac_gst_decoder_set_chain (GstElement *taciteldec, const guint8 chain[TAC_KEY_SIZE])
{
  tac_voice_receiver_set_chain (TAC_GST_DEC (taciteldec)->receiver, chain);
}

/* The clock's, while playing; else it does not matter. */
static gint64
now_us (TacGstDec *dec)
{
  GstClock *clock = NULL;
  gint64 now = 0;

  g_mutex_lock (&dec->lock);
  if (dec->clock != NULL)
    clock = gst_object_ref (dec->clock);
  g_mutex_unlock (&dec->lock);
  if (clock == NULL)
    return 0;
  now = GST_TIME_AS_USECONDS ((gint64)gst_clock_get_time (clock));
  gst_object_unref (clock);
  return now;
}

void
tac_gst_decoder_push (GstElement *taciteldec, const guint8 *packet, gsize size)
{
  TacGstDec *dec = TAC_GST_DEC (taciteldec);

  tac_voice_receiver_push (dec->receiver, now_us (dec), packet, size);
}

void
tac_gst_decoder_get_stats (GstElement *taciteldec, TacVoiceReceiverStats *stats)
{
  tac_voice_receiver_get_stats (TAC_GST_DEC (taciteldec)->receiver, stats);
}

static GstClockTime
position (const TacGstDec *dec)
{
  return dec->origin + gst_util_uint64_scale_int (dec->samples, GST_SECOND, (gint)dec->rate);
}

static void
move_to (TacGstDec *dec, GstClockTime running_time)
{
  dec->origin = running_time;
  dec->samples = 0;
  dec->discont = TRUE;
}

typedef enum
{
  TICK_NOW,
  TICK_AGAIN,
  TICK_EOS,
  TICK_FLUSHING
} Tick;

/* Waits until the next block is due at @time, the clock's. */
static Tick
wait_tick (TacGstDec *dec, GstClockTime *time)
{
  GstClockReturn waited = GST_CLOCK_UNSCHEDULED;
  GstClockTimeDiff late = 0;
  GstClockID id;
  Tick tick;

  g_mutex_lock (&dec->lock);
  while (!dec->playing && !dec->flushing)
    g_cond_wait (&dec->changed, &dec->lock);
  tick = dec->flushing ? TICK_FLUSHING : dec->eos ? TICK_EOS : TICK_NOW;
  if (tick == TICK_NOW)
    {
      *time = dec->base_time + position (dec);
      if (dec->id == NULL)
        dec->id = gst_clock_new_single_shot_id (dec->clock, *time);
      else
        gst_clock_single_shot_id_reinit (dec->clock, dec->id, *time);
      id = gst_clock_id_ref (dec->id);
      g_mutex_unlock (&dec->lock);
      waited = gst_clock_id_wait (id, &late);
      gst_clock_id_unref (id);
      g_mutex_lock (&dec->lock);
      if (waited == GST_CLOCK_UNSCHEDULED || !dec->playing || dec->flushing || dec->eos)
        tick = TICK_AGAIN;
      else if (late > (GstClockTimeDiff)BEHIND_MAX)
        {
          move_to (dec, position (dec) + (GstClockTime)late);
          tick = TICK_AGAIN;
        }
    }
  g_mutex_unlock (&dec->lock);
  return tick;
}

static GstFlowReturn
push_block (TacGstDec *dec, GstClockTime time)
{
  GstBuffer *buffer = NULL;
  GstFlowReturn flow = gst_buffer_pool_acquire_buffer (dec->pool, &buffer, NULL);
  GstMapInfo map;
  guint samples;

  if (flow != GST_FLOW_OK)
    return flow;
  if (!gst_buffer_map (buffer, &map, GST_MAP_WRITE))
    {
      gst_buffer_unref (buffer);
      return GST_FLOW_ERROR;
    }
  samples = tac_voice_receiver_pull (dec->receiver, GST_TIME_AS_USECONDS ((gint64)time),
                                     (gint16 *)map.data);
  gst_buffer_unmap (buffer, &map);
  if (samples != dec->rate / 50)
    gst_buffer_set_size (buffer, samples * sizeof (gint16));

  g_mutex_lock (&dec->lock);
  GST_BUFFER_PTS (buffer) = position (dec);
  dec->samples += samples;
  GST_BUFFER_DURATION (buffer) = position (dec) - GST_BUFFER_PTS (buffer);
  if (dec->discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  dec->discont = FALSE;
  g_mutex_unlock (&dec->lock);
  return gst_pad_push (dec->src, buffer);
}

static void
end_task (TacGstDec *dec, GstFlowReturn flow)
{
  gst_pad_pause_task (dec->src);
  if (flow == GST_FLOW_FLUSHING)
    return;
  if (flow == GST_FLOW_NOT_LINKED || flow < GST_FLOW_EOS)
    GST_ELEMENT_FLOW_ERROR (dec, flow);
  gst_pad_push_event (dec->src, gst_event_new_eos ());
}

static void
on_task (gpointer data)
{
  TacGstDec *dec = data;
  GstFlowReturn flow = GST_FLOW_OK;
  GstClockTime time = 0;

  switch (wait_tick (dec, &time))
    {
    case TICK_AGAIN:
      return;
    case TICK_FLUSHING:
      flow = GST_FLOW_FLUSHING;
      break;
    case TICK_EOS:
      flow = GST_FLOW_EOS;
      break;
    case TICK_NOW:
      break;
    }
  if (!dec->announced && flow != GST_FLOW_FLUSHING)
    {
      tac_gst_announce (dec->src, dec->rate);
      dec->announced = TRUE;
    }
  if (flow == GST_FLOW_OK)
    flow = push_block (dec, time);
  if (flow != GST_FLOW_OK)
    end_task (dec, flow);
}

/* Called with the lock held. */
static void
wake (TacGstDec *dec)
{
  if (dec->id != NULL)
    gst_clock_id_unschedule (dec->id);
  g_cond_broadcast (&dec->changed);
}

static void
set_flushing (TacGstDec *dec, gboolean flushing)
{
  g_mutex_lock (&dec->lock);
  dec->flushing = flushing;
  dec->eos = FALSE;
  wake (dec);
  g_mutex_unlock (&dec->lock);
}

static gboolean
on_activate_mode (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  TacGstDec *dec = TAC_GST_DEC (parent);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  set_flushing (dec, !active);
  if (!active)
    return gst_pad_stop_task (pad);
  dec->announced = FALSE;
  return gst_pad_start_task (pad, on_task, dec, NULL);
}

static GstFlowReturn
on_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstMapInfo map;

  if (gst_buffer_map (buffer, &map, GST_MAP_READ))
    {
      tac_gst_decoder_push (GST_ELEMENT (parent), map.data, map.size);
      gst_buffer_unmap (buffer, &map);
    }
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

/* The src pad is a stream of its own: of what comes with the datagrams only their end goes through,
 * and flushes. */
static gboolean
on_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  TacGstDec *dec = TAC_GST_DEC (parent);
  GstEventType type = GST_EVENT_TYPE (event);

  if (type != GST_EVENT_FLUSH_START && type != GST_EVENT_FLUSH_STOP)
    {
      gst_event_unref (event);
      g_mutex_lock (&dec->lock);
      dec->eos |= type == GST_EVENT_EOS;
      wake (dec);
      g_mutex_unlock (&dec->lock);
      return TRUE;
    }
  if (type == GST_EVENT_FLUSH_START)
    {
      set_flushing (dec, TRUE);
      gst_pad_push_event (dec->src, event);
      return gst_pad_pause_task (dec->src);
    }
  gst_pad_push_event (dec->src, event);
  tac_voice_receiver_reset (dec->receiver);
  set_flushing (dec, FALSE);
  dec->announced = FALSE;
  return gst_pad_start_task (dec->src, on_task, dec, NULL);
}

/* A block is made when its time has come: no latency of ours. The playout delay lies before the
 * time stamps. */
static gboolean
on_src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);
  gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static gboolean
prepare (TacGstDec *dec)
{
  if (!tac_gst_load_key (GST_ELEMENT (dec), tac_gst_decoder_set_chain,
                         tac_voice_receiver_has_chain (dec->receiver)))
    return FALSE;
  dec->rate = dec->rate_wanted;
  move_to (dec, 0);
  if (!tac_voice_receiver_prepare (dec->receiver, dec->rate))
    {
      GST_ELEMENT_ERROR (
          dec, LIBRARY, SETTINGS,
          ("Opus knows no rate of %u Hz: set rate to one of %s", dec->rate, TAC_GST_RATES), (NULL));
      return FALSE;
    }
  dec->pool = tac_gst_pool_new (dec->rate / 50 * sizeof (gint16));
  return dec->pool != NULL;
}

static void
start_playing (TacGstDec *dec)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (dec));
  GstClockTime now;

  if (clock == NULL)
    clock = gst_system_clock_obtain ();
  g_mutex_lock (&dec->lock);
  gst_clear_object (&dec->clock);
  dec->clock = clock;
  dec->base_time = gst_element_get_base_time (GST_ELEMENT (dec));
  now = gst_clock_get_time (clock);
  now = now > dec->base_time ? now - dec->base_time : 0;
  if (now > position (dec))
    move_to (dec, now);
  dec->playing = TRUE;
  wake (dec);
  g_mutex_unlock (&dec->lock);
  tac_voice_receiver_set_running (dec->receiver, TRUE);
}

static void
stop_playing (TacGstDec *dec)
{
  tac_voice_receiver_set_running (dec->receiver, FALSE);
  g_mutex_lock (&dec->lock);
  dec->playing = FALSE;
  wake (dec);
  g_clear_pointer (&dec->id, gst_clock_id_unref); /* another clock may come */
  g_mutex_unlock (&dec->lock);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  TacGstDec *dec = TAC_GST_DEC (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !prepare (dec))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    start_playing (dec);
  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    stop_playing (dec);

  result = GST_ELEMENT_CLASS (tac_gst_dec_parent_class)->change_state (element, transition);
  if (result == GST_STATE_CHANGE_SUCCESS
      && (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED))
    result = GST_STATE_CHANGE_NO_PREROLL;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    tac_gst_pool_free (&dec->pool);
  return result;
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  TacGstDec *dec = TAC_GST_DEC (object);

  g_mutex_lock (&dec->lock);
  switch (id)
    {
    case PROP_KEY_FILE:
      g_free (dec->key_file);
      dec->key_file = g_value_dup_string (value);
      break;
    case PROP_RATE:
      dec->rate_wanted = g_value_get_uint (value);
      break;
    case PROP_SEARCHING:
      tac_voice_receiver_set_tone (dec->receiver, g_value_get_boolean (value) ? TAC_TONE_SEARCHING
                                                                              : TAC_TONE_NONE);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
  g_mutex_unlock (&dec->lock);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  TacGstDec *dec = TAC_GST_DEC (object);
  TacVoiceReceiverStats stats;

  g_mutex_lock (&dec->lock);
  switch (id)
    {
    case PROP_KEY_FILE:
      g_value_set_string (value, dec->key_file);
      break;
    case PROP_RATE:
      g_value_set_uint (value, dec->rate_wanted);
      break;
    case PROP_SEARCHING:
      g_value_set_boolean (value,
                           tac_voice_receiver_get_tone (dec->receiver) == TAC_TONE_SEARCHING);
      break;
    case PROP_STATS:
      tac_voice_receiver_get_stats (dec->receiver, &stats);
      g_value_take_boxed (value, tac_gst_stats_structure (&stats));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
  g_mutex_unlock (&dec->lock);
}

static void
finalize (GObject *object)
{
  TacGstDec *dec = TAC_GST_DEC (object);

  tac_voice_receiver_free (dec->receiver);
  g_clear_pointer (&dec->id, gst_clock_id_unref);
  gst_clear_object (&dec->clock);
  g_free (dec->key_file);
  g_mutex_clear (&dec->lock);
  g_cond_clear (&dec->changed);
  G_OBJECT_CLASS (tac_gst_dec_parent_class)->finalize (object);
}

static void
tac_gst_dec_class_init (TacGstDecClass *class)
{
  const GParamFlags before = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  element_class->change_state = change_state;
  g_object_class_install_property (
      object_class, PROP_KEY_FILE,
      g_param_spec_string (
          "key-file", "Key file",
          "File of the direction's 32-byte voice chain key, raw or in hexadecimal, "
          "read on the way to PAUSED",
          NULL, before));
  g_object_class_install_property (
      object_class, PROP_RATE,
      g_param_spec_uint ("rate", "Rate", "Samples a second: 8000, 12000, 16000, 24000 or 48000",
                         8000, RATE_MAX, RATE_DEFAULT, before));
  g_object_class_install_property (
      object_class, PROP_SEARCHING,
      g_param_spec_boolean (
          "searching", "Searching", "A soft tone now and then while there is no voice to play",
          FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (
      object_class, PROP_STATS,
      g_param_spec_boxed (
          "stats", "Statistics",
          "Packets opened, refused by reason, late, lost and recovered; playout delay",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Tacitel voice decoder",
                                         "Codec/Decoder/Audio/Network",
                                         "Opens sealed voice datagrams, buffers them adaptively "
                                         "and plays them at the clock's pace; a live source",
                                         "Tacitel");
}

static void
tac_gst_dec_init (TacGstDec *dec)
{
  g_mutex_init (&dec->lock);
  g_cond_init (&dec->changed);
  dec->receiver = tac_voice_receiver_new ();
  if (dec->receiver == NULL)
    g_error ("taciteldec: no guarded memory for its key: raise RLIMIT_MEMLOCK");
  dec->rate = dec->rate_wanted = RATE_DEFAULT;

  dec->sink = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (dec->sink, on_chain);
  gst_pad_set_event_function (dec->sink, on_sink_event);
  gst_element_add_pad (GST_ELEMENT (dec), dec->sink);
  dec->src = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_activatemode_function (dec->src, on_activate_mode);
  gst_pad_set_query_function (dec->src, on_src_query);
  gst_pad_use_fixed_caps (dec->src);
  gst_element_add_pad (GST_ELEMENT (dec), dec->src);
  GST_OBJECT_FLAG_SET (dec, GST_ELEMENT_FLAG_SOURCE);
}
