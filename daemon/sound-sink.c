/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the sound comes out: asked of the server when the playing stream starts or moves to another
 * sink, and when that sink changes, as it does where a headset is plugged in. */
#include "daemon/sound-port.h"
#include "daemon/sound-private.h"

#include <string.h>

static gboolean
is_same (const TacSoundPlace *one, const TacSoundPlace *other)
{
  return one->loud == other->loud && one->muted == other->muted
         && g_str_equal (one->port, other->port);
}

/* What the server says is shown to people, and goes over D-Bus. */
static void
set_name (TacSoundPlace *place, const pa_sink_info *sink)
{
  const char *said = sink->active_port != NULL && sink->active_port->description != NULL
                         ? sink->active_port->description
                         : sink->description;
  g_autofree char *name = g_utf8_make_valid (said != NULL ? said : "", -1);

  if (strlen (name) >= sizeof place->port)
    *g_utf8_find_prev_char (name, name + sizeof place->port) = '\0';
  g_strlcpy (place->port, name, sizeof place->port);
}

static void
on_sink (pa_context *context, const pa_sink_info *sink, int end, void *user_data)
{
  TacSound *sound = user_data;
  TacSoundPlace place = { .loud = TRUE };
  TacSoundPort port = { 0 };

  if (end != 0 || sink == NULL || !tac_sound_plays_into (sound, sink->index))
    return;
  port.form_factor = pa_proplist_gets (sink->proplist, PA_PROP_DEVICE_FORM_FACTOR);
  if (sink->active_port != NULL)
    {
      port.port = sink->active_port->name;
      port.type = (int)sink->active_port->type;
      port.unplugged = sink->active_port->available == PA_PORT_AVAILABLE_NO;
    }
  place.loud = tac_sound_port_is_loud (&port);
  place.muted = sink->mute != 0 || pa_cvolume_is_muted (&sink->volume);
  set_name (&place, sink);
  if (sound->placed && is_same (&place, &sound->place))
    return;
  sound->placed = TRUE;
  sound->place = place;
  sound->events.placed (&place, sound->user_data);
}

static void
ask (TacSound *sound, guint32 sink)
{
  pa_operation *question = pa_context_get_sink_info_by_index (sound->context, sink, on_sink, sound);

  if (question != NULL)
    pa_operation_unref (question);
}

static void
on_event (pa_context *context, pa_subscription_event_type_t event, uint32_t sink, void *user_data)
{
  TacSound *sound = user_data;

  if ((event & PA_SUBSCRIPTION_EVENT_TYPE_MASK) == PA_SUBSCRIPTION_EVENT_CHANGE
      && tac_sound_plays_into (sound, sink))
    ask (sound, sink);
}

static void
on_moved (pa_stream *stream, void *user_data)
{
  ask (user_data, pa_stream_get_device_index (stream));
}

gboolean
tac_sound_plays_into (const TacSound *sound, guint32 sink)
{
  return sound->playback != NULL && pa_stream_get_state (sound->playback) == PA_STREAM_READY
         && pa_stream_get_device_index (sound->playback) == sink;
}

void
tac_sound_follow_sink (TacSound *sound)
{
  pa_operation *subscription;

  pa_stream_set_moved_callback (sound->playback, on_moved, sound);
  pa_context_set_subscribe_callback (sound->context, on_event, sound);
  subscription = pa_context_subscribe (sound->context, PA_SUBSCRIPTION_MASK_SINK, NULL, NULL);
  if (subscription != NULL)
    pa_operation_unref (subscription);
  ask (sound, pa_stream_get_device_index (sound->playback));
}
