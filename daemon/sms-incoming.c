/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oFono tells every program of every text. What is not ours is the user's: not kept, not counted,
 * not logged. */
#include "daemon/sms-incoming.h"

#include "daemon/ofono.h"

#include <string.h>

struct TacSmsIncoming
{
  TacModem *modem;
  TacSmsTextFunc func;
  gpointer user_data;
  guint watch;
};

/* IncomingMessage (text, {Sender, SentTime, LocalSentTime}). */
static void
on_message (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
            const char *signal, GVariant *arguments, gpointer user_data)
{
  TacSmsIncoming *incoming = user_data;
  g_autoptr (GVariant) info = NULL;
  g_autoptr (GBytes) datagram = NULL;
  guint8 sms[TAC_SMS_SIZE];
  const char *text, *number = "", *sent = NULL;
  TacTextForm form;

  if (g_strcmp0 (sender, tac_modem_get_owner (incoming->modem)) != 0
      || g_strcmp0 (path, tac_modem_get_path (incoming->modem)) != 0
      || !g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(sa{sv})")))
    return;
  g_variant_get (arguments, "(&s@a{sv})", &text, &info);
  form = tac_sms_text_decode (sms, text, strlen (text));
  if (form == TAC_TEXT_NONE)
    return;
  g_variant_lookup (info, "Sender", "&s", &number);
  g_variant_lookup (info, "SentTime", "&s", &sent);
  datagram = g_bytes_new (sms, sizeof sms);
  incoming->func (number, datagram, sent, form, incoming->user_data);
}

TacSmsIncoming *
tac_sms_incoming_new (TacModem *modem, TacSmsTextFunc func, gpointer user_data)
{
  TacSmsIncoming *incoming = g_new0 (TacSmsIncoming, 1);

  incoming->modem = g_object_ref (modem);
  incoming->func = func;
  incoming->user_data = user_data;
  incoming->watch = g_dbus_connection_signal_subscribe (
      tac_modem_get_bus (modem), OFONO_SERVICE, OFONO_MESSAGES, "IncomingMessage", NULL, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_message, incoming, NULL);
  return incoming;
}

void
tac_sms_incoming_free (TacSmsIncoming *incoming)
{
  if (incoming == NULL)
    return;
  g_dbus_connection_signal_unsubscribe (tac_modem_get_bus (incoming->modem), incoming->watch);
  g_object_unref (incoming->modem);
  g_free (incoming);
}
