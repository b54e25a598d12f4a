/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Methods of org.tacitel.Emulator1.Phone about the phone's radio link and network access. */
#include "dbus-phone.h"
#include "emulator-generated.h"
#include "settings.h"

static const char *const directions[] = { "up", "down", "both", NULL };
typedef enum
{
  UP,
  DOWN,
  BOTH
} Direction;

/* Returns: FALSE when it has answered. */
static gboolean
begin (GDBusMethodInvocation *invocation, const EmuPhone *phone, const char *word, Direction last,
       Direction *direction)
{
  GError *error = NULL;

  if (emu_dbus_needs_tun (invocation, phone))
    return FALSE;
  *direction = (Direction)emu_word_index (directions, word);
  if (*direction <= last)
    return TRUE;
  emu_settings_refuse (&error, "direction: must be one of: up, down%s",
                       last == BOTH ? ", both" : "");
  emu_dbus_fail (invocation, error);
  return FALSE;
}

/* @fade_us: -1 = at once. Both directions have the same keys and limits: what the first takes, the
 * second does too. */
static gboolean
change (EmuPhone *phone, Direction direction, GVariant *values, gint64 fade_us, GError **error)
{
  gint64 now_us = g_get_monotonic_time ();

  for (Direction at = UP; at <= DOWN; at++)
    {
      EmuImpair *impair = emu_packet_phone_link (phone->packet, at == UP);

      if (direction != BOTH && direction != at)
        continue;
      if (fade_us < 0 ? !emu_impair_set (impair, values, error)
                      : !emu_impair_fade (impair, values, fade_us, now_us, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
on_set_link (EmuGdbusPhone *skeleton, GDBusMethodInvocation *invocation, const char *word,
             GVariant *values, EmuPhone *phone)
{
  GError *error = NULL;
  Direction direction;

  if (!begin (invocation, phone, word, BOTH, &direction))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  if (!change (phone, direction, values, -1, &error))
    return emu_dbus_fail (invocation, error);
  emu_gdbus_phone_complete_set_link (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_fade_link (EmuGdbusPhone *skeleton, GDBusMethodInvocation *invocation, const char *word,
              GVariant *values, guint ms, EmuPhone *phone)
{
  GError *error = NULL;
  Direction direction;

  if (!begin (invocation, phone, word, BOTH, &direction))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  if (!change (phone, direction, values, ms * G_TIME_SPAN_MILLISECOND, &error))
    return emu_dbus_fail (invocation, error);
  emu_gdbus_phone_complete_fade_link (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_get_link (EmuGdbusPhone *skeleton, GDBusMethodInvocation *invocation, const char *word,
             EmuPhone *phone)
{
  Direction direction;

  if (!begin (invocation, phone, word, DOWN, &direction))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  emu_gdbus_phone_complete_get_link (
      skeleton, invocation,
      emu_impair_describe (emu_packet_phone_link (phone->packet, direction == UP)));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_interrupt_link (EmuGdbusPhone *skeleton, GDBusMethodInvocation *invocation, guint ms,
                   gboolean hold, EmuPhone *phone)
{
  gint64 until_us = g_get_monotonic_time () + ms * G_TIME_SPAN_MILLISECOND;

  if (emu_dbus_needs_tun (invocation, phone))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  for (Direction at = UP; at <= DOWN; at++)
    emu_impair_interrupt (emu_packet_phone_link (phone->packet, at == UP), until_us, hold);
  emu_gdbus_phone_complete_interrupt_link (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_access (EmuGdbusPhone *skeleton, GDBusMethodInvocation *invocation, GVariant *values,
               EmuPhone *phone)
{
  GError *error = NULL;

  if (emu_dbus_needs_tun (invocation, phone))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  if (!emu_packet_phone_set_access (phone->packet, values, &error))
    return emu_dbus_fail (invocation, error);
  emu_gdbus_phone_complete_set_access (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_get_access (EmuGdbusPhone *skeleton, GDBusMethodInvocation *invocation, EmuPhone *phone)
{
  if (!emu_dbus_needs_tun (invocation, phone))
    emu_gdbus_phone_complete_get_access (skeleton, invocation,
                                         emu_packet_phone_describe_access (phone->packet));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_change_address (EmuGdbusPhone *skeleton, GDBusMethodInvocation *invocation, EmuPhone *phone)
{
  GError *error = NULL;

  if (emu_dbus_needs_tun (invocation, phone))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  if (!emu_packet_phone_change_address (phone->packet, &error))
    return emu_dbus_fail (invocation, error);
  emu_gdbus_phone_complete_change_address (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
emu_dbus_link_connect (GObject *skeleton, EmuPhone *phone)
{
  g_signal_connect (skeleton, "handle-set-link", G_CALLBACK (on_set_link), phone);
  g_signal_connect (skeleton, "handle-fade-link", G_CALLBACK (on_fade_link), phone);
  g_signal_connect (skeleton, "handle-get-link", G_CALLBACK (on_get_link), phone);
  g_signal_connect (skeleton, "handle-interrupt-link", G_CALLBACK (on_interrupt_link), phone);
  g_signal_connect (skeleton, "handle-set-access", G_CALLBACK (on_set_access), phone);
  g_signal_connect (skeleton, "handle-get-access", G_CALLBACK (on_get_access), phone);
  g_signal_connect (skeleton, "handle-change-address", G_CALLBACK (on_change_address), phone);
}
