/* SPDX-License-Identifier: GPL-3.0-or-later */
/* By the active port's type; by its name, where the server is older than types or the driver does
 * not say; by the device's form factor, where the port is only a way to it (USB, Bluetooth). */
#include "daemon/sound-port.h"

#include <pulse/def.h>
#include <string.h>

static gboolean
is_at_ear (const char *form_factor)
{
  static const char *const forms[] = { "headset", "headphone", "handset", NULL };

  return form_factor != NULL && g_strv_contains (forms, form_factor);
}

/* ALSA's use case manager calls them "[Out] Earpiece", PulseAudio "analog-output-headphones". */
static gboolean
is_named_for_ear (const char *port)
{
  static const char *const words[] = { "headphone", "headset", "earpiece", "handset", NULL };
  g_autofree char *lower = port != NULL ? g_ascii_strdown (port, -1) : NULL;

  for (gsize i = 0; lower != NULL && words[i] != NULL; i++)
    if (strstr (lower, words[i]) != NULL)
      return TRUE;
  return FALSE;
}

gboolean
tac_sound_port_is_loud (const TacSoundPort *port)
{
  if (port->unplugged)
    return TRUE;
  switch (port->type)
    {
    case PA_DEVICE_PORT_TYPE_HEADPHONES:
    case PA_DEVICE_PORT_TYPE_HEADSET:
    case PA_DEVICE_PORT_TYPE_HANDSET:
    case PA_DEVICE_PORT_TYPE_EARPIECE:
      return FALSE;
    case PA_DEVICE_PORT_TYPE_UNKNOWN:
    case PA_DEVICE_PORT_TYPE_ANALOG:
      return !is_named_for_ear (port->port) && !is_at_ear (port->form_factor);
    case PA_DEVICE_PORT_TYPE_USB:
    case PA_DEVICE_PORT_TYPE_BLUETOOTH:
      return !is_at_ear (port->form_factor);
    default: /* a speaker, a line to one, or a type that is newer than this */
      return TRUE;
    }
}
