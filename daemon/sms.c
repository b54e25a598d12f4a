/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The agent that receives datagrams, and what all messages have in common. oFono acknowledges a
 * datagram to the network before the agent sees it, and loses it when there is no agent: so the
 * agent is registered whenever SmartMessaging appears, and always answers well. */
#include "daemon/sms.h"

#include "codecs/message.h"
#include "daemon/contacts.h"
#include "daemon/errors.h"
#include "daemon/ofono.h"
#include "daemon/sms-incoming.h"

#define AGENT_PATH "/org/tacitel/agent"
#define RETRY_FIRST_S 5
#define RETRY_MOST_S 300

struct _TacSms
{
  GObject parent_instance;
  TacModem *modem;
  guint object;
  gboolean registering, registered;
  char *problem;
  GCancellable *session; /* of the SmartMessaging that the agent registers with */
  guint retry, retry_s;
  TacSmsIncoming *texts;
  TacSmsForms forms;
  guint leavers; /* watch of programs that leave the bus, while one of them holds our place */
};

enum
{
  SIGNAL_RECEIVED,
  SIGNAL_ECHO,
  SIGNAL_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TacSms, tac_sms, G_TYPE_OBJECT)

static void follow (TacSms *sms);

static const char agent_xml[]
    = "<node><interface name='" OFONO_SMARTMSG_AGENT "'>"
      "<method name='ReceiveBusinessCard'><arg type='ay' direction='in'/><arg type='a{sv}' "
      "direction='in'/></method>"
      "<method name='ReceiveAppointment'><arg type='ay' direction='in'/><arg type='a{sv}' "
      "direction='in'/></method>"
      "<method name='Release'/></interface></node>";

static void
set_problem (TacSms *sms, gboolean registered, const char *problem)
{
  sms->registered = registered;
  g_free (sms->problem);
  sms->problem = g_strdup (problem);
  g_signal_emit (sms, signals[SIGNAL_CHANGED], 0);
}

/* Receiving */

/* "2026-11-23T01:00:00+0100", as oFono writes times, to Unix µs; 0 where it is none. */
static gint64
parse_time (const char *text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;

  return time != NULL ? g_date_time_to_unix (time) * G_USEC_PER_SEC : 0;
}

/* The peer's form is noted before anything is authentic: who forges a sender can make a message go
 * the other way, and no more. */
static void
take (const char *sender, GBytes *datagram, const char *sent, TacTextForm form, gpointer user_data)
{
  TacSms *sms = user_data;
  g_autofree char *number = tac_number_normalise (sender);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (datagram, &size);
  gboolean taken = FALSE;
  TacSmsType type;

  if (tac_message_peek (bytes, size, &type) == TAC_MESSAGE_OK)
    {
      if (type == TAC_SMS_ECHO)
        g_signal_emit (sms, signals[SIGNAL_ECHO], 0, datagram, &taken);
      else if (number != NULL)
        tac_sms_forms_note (&sms->forms, number, form);
    }
  if (!taken)
    g_signal_emit (sms, signals[SIGNAL_RECEIVED], 0, sender, datagram, parse_time (sent));
}

static void
take_datagram (TacSms *sms, GVariant *arguments)
{
  g_autoptr (GVariant) bytes = g_variant_get_child_value (arguments, 0);
  g_autoptr (GVariant) info = g_variant_get_child_value (arguments, 1);
  g_autoptr (GBytes) datagram = g_variant_get_data_as_bytes (bytes);
  const char *sender = "", *sent = NULL;

  g_variant_lookup (info, "Sender", "&s", &sender);
  g_variant_lookup (info, "SentTime", "&s", &sent);
  take (sender, datagram, sent, TAC_TEXT_NONE, sms);
}

static void
on_agent_call (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
               const char *method, GVariant *arguments, GDBusMethodInvocation *invocation,
               gpointer user_data)
{
  TacSms *sms = user_data;

  if (g_strcmp0 (sender, tac_modem_get_owner (sms->modem)) != 0)
    {
      g_dbus_method_invocation_return_dbus_error (
          invocation, "org.freedesktop.DBus.Error.AccessDenied", "only oFono may call this");
      return;
    }
  g_dbus_method_invocation_return_value (invocation, NULL);
  if (g_str_equal (method, "ReceiveBusinessCard"))
    take_datagram (sms, arguments);
  else if (g_str_equal (method, "Release"))
    {
      set_problem (sms, FALSE, "oFono released the SMS agent");
      follow (sms);
    }
}

static const GDBusInterfaceVTable agent_vtable = { .method_call = on_agent_call };

/* Registering */

static void
stop_waiting (TacSms *sms)
{
  g_clear_handle_id (&sms->retry, g_source_remove);
  if (sms->leavers != 0)
    g_dbus_connection_signal_unsubscribe (tac_modem_get_bus (sms->modem), sms->leavers);
  sms->leavers = 0;
}

static gboolean
on_retry (gpointer user_data)
{
  TacSms *sms = user_data;

  sms->retry = 0;
  follow (sms);
  return G_SOURCE_REMOVE;
}

/* NameOwnerChanged (name, old owner, new owner). */
static void
on_owner_changed (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
                  const char *signal, GVariant *arguments, gpointer user_data)
{
  TacSms *sms = user_data;
  const char *name, *after;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(sss)")))
    return;
  g_variant_get (arguments, "(&s&s&s)", &name, NULL, &after);
  if (*name != ':' || *after != '\0')
    return;
  /* The bus tells oFono before it passes our call on, so oFono has dropped the agent by then. */
  g_clear_handle_id (&sms->retry, g_source_remove);
  follow (sms);
}

/* oFono does not say which program holds the place. If it ends, that is seen on the bus; if it only
 * gives the place up, a later try finds out. */
static void
wait_for_place (TacSms *sms)
{
  if (sms->leavers == 0)
    sms->leavers = g_dbus_connection_signal_subscribe (
        tac_modem_get_bus (sms->modem), "org.freedesktop.DBus", "org.freedesktop.DBus",
        "NameOwnerChanged", "/org/freedesktop/DBus", NULL, G_DBUS_SIGNAL_FLAGS_NONE,
        on_owner_changed, sms, NULL);
}

static void
on_registered (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacSms) sms = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, &error);
  g_autofree char *name = NULL;
  g_autofree char *problem = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  sms->registering = FALSE;
  if (error == NULL)
    {
      stop_waiting (sms);
      sms->retry_s = RETRY_FIRST_S;
      set_problem (sms, TRUE, "");
      return;
    }
  name = g_dbus_error_get_remote_error (error);
  if (g_strcmp0 (name, "org.ofono.Error.InProgress") == 0)
    {
      problem = g_strdup ("another program receives this modem's SMS datagrams (oFono has one "
                          "SmartMessaging agent a modem); end it, Tacitel then takes over");
      wait_for_place (sms);
    }
  else
    {
      g_dbus_error_strip_remote_error (error);
      problem = g_strdup_printf ("oFono refused the SMS agent: %s", error->message);
    }
  set_problem (sms, FALSE, problem);
  sms->retry = g_timeout_add_seconds (sms->retry_s, on_retry, sms);
  sms->retry_s = MIN (sms->retry_s * 2, RETRY_MOST_S);
}

static void
forget_registration (TacSms *sms)
{
  stop_waiting (sms);
  sms->retry_s = RETRY_FIRST_S;
  sms->registering = FALSE;
  g_cancellable_cancel (sms->session);
  g_clear_object (&sms->session);
  set_problem (sms, FALSE, "the modem offers no SMS at the moment");
}

/* Registers with the SmartMessaging that is there now, unless that was done or is under way. */
static void
follow (TacSms *sms)
{
  if (!tac_modem_has_interface (sms->modem, OFONO_SMARTMSG))
    {
      if (sms->session != NULL)
        forget_registration (sms);
      return;
    }
  if (sms->registered || sms->registering || sms->retry != 0)
    return;
  if (sms->session == NULL)
    sms->session = g_cancellable_new ();
  sms->registering = TRUE;
  tac_ofono_call (tac_modem_get_bus (sms->modem), tac_modem_get_owner (sms->modem),
                  tac_modem_get_path (sms->modem), OFONO_SMARTMSG, "RegisterAgent",
                  g_variant_new ("(o)", AGENT_PATH), OFONO_TIMEOUT_MS, sms->session, on_registered,
                  g_object_ref (sms));
}

/* The object */

static void
tac_sms_init (TacSms *sms)
{
  sms->retry_s = RETRY_FIRST_S;
  sms->problem = g_strdup ("the modem offers no SMS at the moment");
}

static void
tac_sms_dispose (GObject *object)
{
  TacSms *sms = TAC_SMS (object);

  if (sms->modem != NULL)
    stop_waiting (sms);
  g_clear_pointer (&sms->texts, tac_sms_incoming_free);
  g_cancellable_cancel (sms->session);
  g_clear_object (&sms->session);
  if (sms->object != 0)
    g_dbus_connection_unregister_object (tac_modem_get_bus (sms->modem), sms->object);
  sms->object = 0;
  g_clear_object (&sms->modem);
  G_OBJECT_CLASS (tac_sms_parent_class)->dispose (object);
}

static void
tac_sms_finalize (GObject *object)
{
  g_free (TAC_SMS (object)->problem);
  G_OBJECT_CLASS (tac_sms_parent_class)->finalize (object);
}

static void
tac_sms_class_init (TacSmsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tac_sms_dispose;
  G_OBJECT_CLASS (class)->finalize = tac_sms_finalize;
  signals[SIGNAL_RECEIVED]
      = g_signal_new ("received", TAC_TYPE_SMS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                      3, G_TYPE_STRING, G_TYPE_BYTES, G_TYPE_INT64);
  signals[SIGNAL_ECHO]
      = g_signal_new ("echo", TAC_TYPE_SMS, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled,
                      NULL, NULL, G_TYPE_BOOLEAN, 1, G_TYPE_BYTES);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", TAC_TYPE_SMS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 0);
}

TacSms *
tac_sms_new (TacModem *modem, TacSignalling signalling)
{
  TacSms *sms = g_object_new (TAC_TYPE_SMS, NULL);
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (agent_xml, NULL);

  sms->modem = g_object_ref (modem);
  tac_sms_forms_init (&sms->forms, signalling);
  sms->texts = tac_sms_incoming_new (modem, take, sms);
  sms->object = g_dbus_connection_register_object (
      tac_modem_get_bus (modem), AGENT_PATH, node->interfaces[0], &agent_vtable, sms, NULL, NULL);
  g_signal_connect_object (modem, "interfaces-changed", G_CALLBACK (follow), sms,
                           G_CONNECT_SWAPPED);
  follow (sms);
  return sms;
}

gboolean
tac_sms_ready (TacSms *sms)
{
  return sms->registered;
}

const char *
tac_sms_get_problem (TacSms *sms)
{
  return sms->problem;
}

TacModem *
tac_sms_get_modem (TacSms *sms)
{
  return sms->modem;
}

void
tac_sms_set_datagrams_work (TacSms *sms, TacDatagrams datagrams)
{
  sms->forms.datagrams = datagrams;
}

TacDatagrams
tac_sms_get_datagrams_work (TacSms *sms)
{
  return sms->forms.datagrams;
}

void
tac_sms_set_text_form (TacSms *sms, TacTextForm form)
{
  g_return_if_fail (form == TAC_TEXT_DENSE || form == TAC_TEXT_PLAIN);
  sms->forms.text = form;
}

TacTextForm
tac_sms_get_text_form (TacSms *sms)
{
  return sms->forms.text;
}

TacTextForm
tac_sms_choose (TacSms *sms, const char *number, TacSmsForm wanted)
{
  return tac_sms_forms_choose (&sms->forms, number, wanted);
}
