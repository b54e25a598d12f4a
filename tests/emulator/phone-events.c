/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What befalls a phone: its modem resets, or all of it falls asleep. */
#include "at-server.h"
#include "phone.h"

static void
forget_timer (EmuPhone *phone)
{
  if (phone->reset_timer != NULL)
    g_source_destroy (phone->reset_timer);
  g_clear_pointer (&phone->reset_timer, g_source_unref);
}

static gboolean
on_modem_back (gpointer user_data)
{
  EmuPhone *phone = user_data;
  g_autoptr (GError) error = NULL;

  forget_timer (phone);
  if (!emu_phone_set_power (phone, TRUE, &error))
    g_warning ("phone %s: its modem does not come back: %s", phone->config->name, error->message);
  return G_SOURCE_REMOVE;
}

void
emu_phone_reset_modem (EmuPhone *phone, guint off_ms)
{
  forget_timer (phone);
  emu_phone_set_power (phone, FALSE, NULL);
  phone->reset_timer = g_timeout_source_new (off_ms);
  g_source_set_callback (phone->reset_timer, on_modem_back, phone, NULL);
  g_source_attach (phone->reset_timer, g_main_context_get_thread_default ());
}

void
emu_phone_stop_events (EmuPhone *phone)
{
  forget_timer (phone);
}

void
emu_phone_suspend (EmuPhone *phone, gboolean sms_wakes)
{
  phone->suspended = TRUE;
  phone->sms_wakes = sms_wakes;
  phone->loses_sms = TRUE;
  emu_at_server_set_paused (phone->server, TRUE);
  phone->ops->changed (phone, phone->user_data);
}

void
emu_phone_resume (EmuPhone *phone)
{
  if (!phone->suspended)
    return;
  phone->suspended = FALSE;
  emu_at_server_set_paused (phone->server, FALSE);
  phone->ops->changed (phone, phone->user_data);
}

/* The modem has taken it from the network, and then is enumerated anew. */
gboolean
emu_phone_loses_sms (EmuPhone *phone)
{
  if (!phone->loses_sms)
    return FALSE;
  phone->loses_sms = FALSE;
  phone->counters.sms_lost++;
  phone->ops->sms_acknowledged (phone, TRUE, phone->user_data);
  if (phone->sms_wakes)
    emu_phone_resume (phone);
  return TRUE;
}
