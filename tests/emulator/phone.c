/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One phone: its SIM, what the network tells it, and what oFono has asked of its modem. */
#include "phone.h"
#include "at-server.h"
#include <string.h>

#define RADIO_OFF 4
#define SIGNAL 20
#define LAC "00C3"
#define CELL "0000A1B2"

const char *const emu_registration_names[]
    = { "unregistered", "registered", "searching", "denied", "unknown", "roaming", NULL };
const char *const emu_technology_names[]
    = { "gsm", "gsm-compact", "umts", "edge", "hsdpa", "hsupa", "hspa", "lte", NULL };

static void
reset_session (EmuPhone *phone)
{
  emu_phone_expect_sms (phone, FALSE);
  memset (&phone->session, 0, sizeof phone->session);
  phone->session.cfun = RADIO_OFF;
  for (guint cid = 1; cid <= EMU_CONTEXTS_MAX; cid++)
    emu_phone_end_context (phone, cid);
}

EmuPhone *
emu_phone_new (const EmuPhoneConfig *config, EmuRules *rules, const EmuPhoneOps *ops,
               gpointer user_data)
{
  EmuPhone *phone = g_new0 (EmuPhone, 1);

  phone->config = config;
  phone->rules = rules;
  phone->ops = ops;
  phone->user_data = user_data;
  emu_sim_init (&phone->sim, config);
  phone->network = (EmuNetwork){
    .registration = EMU_REGISTERED,
    .technology = EMU_LTE,
    .operator_name = g_strdup (config->operator_name),
    .operator_code = g_strdup (config->operator_code),
    .signal = SIGNAL,
    .data_allowed = TRUE,
  };
  reset_session (phone);
  phone->server = emu_at_server_new (phone);
  return phone;
}

void
emu_phone_free (EmuPhone *phone)
{
  if (phone == NULL)
    return;
  emu_phone_stop_events (phone);
  emu_at_server_free (phone->server);
  reset_session (phone);
  g_free (phone->network.operator_name);
  g_free (phone->network.operator_code);
  g_free (phone);
}

void
emu_phone_say (EmuPhone *phone, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  emu_at_server_write_line (phone->server, line);
}

gboolean
emu_phone_connected (const EmuPhone *phone)
{
  return emu_at_server_connected (phone->server);
}

/* What the network says counts only while the radio is on. */
EmuRegistration
emu_phone_registration (const EmuPhone *phone)
{
  return phone->session.cfun == 1 && phone->sim.inserted ? phone->network.registration
                                                         : EMU_UNREGISTERED;
}

EmuRegistration
emu_phone_data_registration (const EmuPhone *phone)
{
  EmuRegistration registration = emu_phone_registration (phone);

  if (registration != EMU_REGISTERED && registration != EMU_ROAMING)
    return registration;
  return phone->session.attached && phone->network.data_allowed ? registration : EMU_UNREGISTERED;
}

gboolean
emu_phone_registered (const EmuPhone *phone)
{
  EmuRegistration registration = emu_phone_registration (phone);

  return registration == EMU_REGISTERED || registration == EMU_ROAMING;
}

gboolean
emu_phone_has_data (const EmuPhone *phone)
{
  EmuRegistration registration = emu_phone_data_registration (phone);

  return registration == EMU_REGISTERED || registration == EMU_ROAMING;
}

gboolean
emu_phone_takes_sms (const EmuPhone *phone)
{
  return emu_phone_connected (phone) && emu_phone_registered (phone) && phone->session.wants_sms;
}

static void
changed (EmuPhone *phone)
{
  phone->ops->changed (phone, phone->user_data);
}

void
emu_phone_end_context (EmuPhone *phone, guint cid)
{
  EmuDataContext *context = &phone->contexts[cid - 1];

  g_clear_pointer (&context->packet, emu_packet_context_deactivate);
  context->active = FALSE;
  context->interface[0] = '\0';
}

gboolean
emu_phone_set_power (EmuPhone *phone, gboolean on, GError **error)
{
  if (on == phone->powered)
    return TRUE;
  if (on && !emu_at_server_start (phone->server, error))
    return FALSE;
  phone->powered = on;
  if (!on)
    {
      emu_at_server_stop (phone->server);
      emu_sim_reset (&phone->sim);
    }
  changed (phone);
  return TRUE;
}

void
emu_phone_say_registration (EmuPhone *phone, const char *prefix, EmuRegistration registration,
                            guint mode, gboolean full)
{
  g_autofree char *head = full ? g_strdup_printf ("%s: %u,%u", prefix, mode, (guint)registration)
                               : g_strdup_printf ("%s: %u", prefix, (guint)registration);

  if (mode >= 2 && (registration == EMU_REGISTERED || registration == EMU_ROAMING))
    emu_phone_say (phone, "%s,\"" LAC "\",\"" CELL "\",%u", head, (guint)phone->network.technology);
  else
    emu_phone_say (phone, "%s", head);
}

/* Unsolicited, as oFono has asked for: +CREG and +CGREG. */
static void
announce (EmuPhone *phone)
{
  if (phone->session.cfun != 1)
    return;
  if (phone->session.creg_mode > 0)
    emu_phone_say_registration (phone, "+CREG", emu_phone_registration (phone),
                                phone->session.creg_mode, FALSE);
  if (phone->session.cgreg_mode > 0)
    emu_phone_say_registration (phone, "+CGREG", emu_phone_data_registration (phone),
                                phone->session.cgreg_mode, FALSE);
}

void
emu_phone_set_registration (EmuPhone *phone, EmuRegistration registration)
{
  if (phone->network.registration == registration)
    return;
  phone->network.registration = registration;
  announce (phone);
  changed (phone);
}

void
emu_phone_set_technology (EmuPhone *phone, EmuTechnology technology)
{
  if (phone->network.technology == technology)
    return;
  phone->network.technology = technology;
  announce (phone);
  changed (phone);
}

/* oFono asks for the operator after a registration: so lose the network for a moment. */
void
emu_phone_set_operator (EmuPhone *phone, const char *name, const char *code)
{
  EmuRegistration registration = phone->network.registration;

  g_free (phone->network.operator_name);
  g_free (phone->network.operator_code);
  phone->network.operator_name = g_strdup (name);
  phone->network.operator_code = g_strdup (code);
  if (registration == EMU_REGISTERED || registration == EMU_ROAMING)
    {
      phone->network.registration = EMU_SEARCHING;
      announce (phone);
      phone->network.registration = registration;
      announce (phone);
    }
  changed (phone);
}

void
emu_phone_set_signal (EmuPhone *phone, guint signal)
{
  phone->network.signal = signal;
  if (phone->session.cfun == 1)
    emu_phone_say (phone, "+CSQ: %u,99", signal);
  changed (phone);
}

/* The network ends the packet service: contexts are gone, though oFono isn't told which. */
void
emu_phone_set_data_allowed (EmuPhone *phone, gboolean allowed)
{
  if (phone->network.data_allowed == allowed)
    return;
  phone->network.data_allowed = allowed;
  if (!allowed)
    {
      for (guint cid = 1; cid <= EMU_CONTEXTS_MAX; cid++)
        emu_phone_end_context (phone, cid);
      if (phone->session.attached)
        emu_phone_say (phone, "+CGEV: NW DETACH");
    }
  announce (phone);
  changed (phone);
}

/* Without a word to oFono, which knows why. */
static void
detach (EmuPhone *phone)
{
  phone->session.attached = FALSE;
  for (guint cid = 1; cid <= EMU_CONTEXTS_MAX; cid++)
    emu_phone_end_context (phone, cid);
}

void
emu_phone_set_sim_inserted (EmuPhone *phone, gboolean inserted)
{
  if (phone->sim.inserted == inserted)
    return;
  phone->sim.inserted = inserted;
  emu_sim_reset (&phone->sim);
  if (!inserted)
    detach (phone); /* no network serves a phone without a SIM */
  emu_phone_say (phone, "+USIMSTATE: %d", inserted);
  changed (phone);
}

/* oFono's phonesim driver doesn't ask again after a right PIN: it looks at a SIM that comes. */
void
emu_phone_answered (EmuPhone *phone)
{
  if (!phone->session.sim_unlocked)
    return;
  phone->session.sim_unlocked = FALSE;
  emu_phone_say (phone, "+USIMSTATE: 0");
  emu_phone_say (phone, "+USIMSTATE: 1");
}

void
emu_phone_restart_modem (EmuPhone *phone)
{
  emu_phone_say (phone, "+CRST: 1");
}

void
emu_phone_set_cfun (EmuPhone *phone, guint cfun)
{
  if (phone->session.cfun == cfun)
    return;
  phone->session.cfun = cfun;
  if (cfun == 1)
    announce (phone);
  else
    detach (phone);
  changed (phone);
}

void
emu_phone_connected_changed (EmuPhone *phone, gboolean connected)
{
  reset_session (phone);
  if (connected)
    phone->counters.connections++;
  changed (phone);
}

gboolean
emu_phone_deliver (EmuPhone *phone, const guint8 *tpdu, gsize size)
{
  GString *hex;

  if (!emu_phone_takes_sms (phone))
    return FALSE;
  if (emu_phone_loses_sms (phone))
    return TRUE;
  /* No service centre's address: a length of 0 in front. */
  hex = g_string_new ("00");
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (hex, "%02X", tpdu[i]);
  emu_phone_say (phone, "+CMT: \"\",%" G_GSIZE_FORMAT "\r\n%s", size, hex->str);
  g_string_free (hex, TRUE);
  phone->session.to_acknowledge++;
  phone->counters.sms_received++;
  return TRUE;
}
