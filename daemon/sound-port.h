/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does the sound come out of a speaker, whose echo the microphone hears, or at somebody's ear?
 * Pure. */
#pragma once
#include <glib.h>

/* What a sound server says of a sink; anything. */
typedef struct
{
  int type;                /* pa_device_port_type_t of its active port; 0: unknown, or no port */
  gboolean unplugged;      /* nothing is at the port */
  const char *port;        /* its name, "analog-output-headphones"; NULL: none */
  const char *form_factor; /* of the device: "headset"; NULL: none */
} TacSoundPort;

/* Also where nobody knows: an echo canceller without an echo costs power, an echo without a
 * canceller costs the call. */
gboolean tac_sound_port_is_loud (const TacSoundPort *port);
