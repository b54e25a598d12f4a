/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What befalls a phone: its modem resets, or all of it falls asleep. */
#include "at-server.h"
#include "phone.h"

/* As a modem, which has its SIM and its network to ask first. oFono relies on it: a +CMT before it
 * has the answer to +CNMI, or just behind that, leaves it deaf (1.31). */
#define SMS_AFTER_MS 250

static void
forget_timer (GSource **timer)
{
  if (*timer != NULL)
    g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}

static void
start_timer (GSource **timer, guint ms, GSourceFunc function, EmuPhone *phone)
{
  forget_timer (timer);
  *timer = g_timeout_source_new (ms);
  g_source_set_callback (*timer, function, phone, NULL);
  g_source_attach (*timer, g_main_context_get_thread_default ());
}

static gboolean
on_sms_time (gpointer user_data)
{
  EmuPhone *phone = user_data;

  forget_timer (&phone->sms_timer);
  phone->session.wants_sms = TRUE;
  phone->ops->changed (phone, phone->user_data);
  return G_SOURCE_REMOVE;
}

void
emu_phone_expect_sms (EmuPhone *phone, gboolean expect)
{
  if (phone->session.wants_sms && expect)
    return;
  phone->session.wants_sms = FALSE;
  if (expect)
    start_timer (&phone->sms_timer, SMS_AFTER_MS, on_sms_time, phone);
  else
    forget_timer (&phone->sms_timer);
}

static gboolean
on_modem_back (gpointer user_data)
{
  EmuPhone *phone = user_data;
  g_autoptr (GError) error = NULL;

  forget_timer (&phone->reset_timer);
  if (!emu_phone_set_power (phone, TRUE, &error))
    g_warning ("phone %s: its modem does not come back: %s", phone->config->name, error->message);
  return G_SOURCE_REMOVE;
}

void
emu_phone_reset_modem (EmuPhone *phone, guint off_ms)
{
  emu_phone_set_power (phone, FALSE, NULL);
  start_timer (&phone->reset_timer, off_ms, on_modem_back, phone);
}

void
emu_phone_stop_events (EmuPhone *phone)
{
  forget_timer (&phone->reset_timer);
  forget_timer (&phone->sms_timer);
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
