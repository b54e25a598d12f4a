/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending one message, as a datagram or a text: hand it to oFono, follow its message object until
 * it is sent or failed, withdraw it when that takes too long. oFono's queue is on the disk and has
 * no end of its own: what is not withdrawn may go out tomorrow. */
#include "daemon/errors.h"
#include "daemon/ofono.h"
#include "daemon/sms.h"

typedef struct
{
  GDBusConnection *bus;
  char *owner, *message; /* object path in oFono; NULL until it has accepted the datagram */
  guint watch, timeout;
  gulong cancelled, modem_changed;
} Sending;

static void
sending_free (gpointer data)
{
  Sending *sending = data;

  g_clear_object (&sending->bus);
  g_free (sending->owner);
  g_free (sending->message);
  g_free (sending);
}

static TacModem *
get_modem (GTask *task)
{
  return tac_sms_get_modem (g_task_get_source_object (task));
}

/* Ends the task once: @error NULL is success. Takes @error. */
static void
end (GTask *task, GError *error)
{
  Sending *sending = g_task_get_task_data (task);

  g_clear_handle_id (&sending->timeout, g_source_remove);
  if (sending->watch != 0)
    g_dbus_connection_signal_unsubscribe (sending->bus, sending->watch);
  sending->watch = 0;
  if (sending->cancelled != 0)
    g_signal_handler_disconnect (g_task_get_cancellable (task), sending->cancelled);
  sending->cancelled = 0;
  if (sending->modem_changed != 0)
    g_signal_handler_disconnect (get_modem (task), sending->modem_changed);
  sending->modem_changed = 0;
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/* Where oFono has not answered yet, on_accepted() does it. */
static void
withdraw (Sending *sending)
{
  if (sending->message != NULL)
    tac_ofono_call (sending->bus, sending->owner, sending->message, OFONO_MESSAGE, "Cancel", NULL,
                    OFONO_TIMEOUT_MS, NULL, NULL, NULL);
}

static gboolean
on_timeout (gpointer user_data)
{
  GTask *task = user_data;
  Sending *sending = g_task_get_task_data (task);

  sending->timeout = 0;
  withdraw (sending);
  end (task, g_error_new (TAC_ERROR, TAC_ERROR_SMS_FAILED,
                          "the network did not take the SMS in time; it was withdrawn"));
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;
  Sending *sending = g_task_get_task_data (task);

  withdraw (sending);
  end (task, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "sending the SMS was cancelled"));
}

/* Whatever this ofonod still had to say about the message will never come. */
static void
on_modem_changed (GTask *task)
{
  Sending *sending = g_task_get_task_data (task);

  if (g_strcmp0 (tac_modem_get_owner (get_modem (task)), sending->owner) != 0)
    end (task, g_error_new_literal (TAC_ERROR, TAC_ERROR_SMS_FAILED,
                                    "oFono went away while the SMS was being sent"));
}

static void
on_message_changed (GDBusConnection *bus, const char *sender, const char *path,
                    const char *interface, const char *signal, GVariant *arguments,
                    gpointer user_data)
{
  GTask *task = user_data;
  Sending *sending = g_task_get_task_data (task);
  g_autoptr (GVariant) value = NULL;
  const char *name, *state;

  if (g_strcmp0 (path, sending->message) != 0
      || !g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(sv)")))
    return;
  g_variant_get (arguments, "(&sv)", &name, &value);
  if (!g_str_equal (name, "State") || !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return;
  state = g_variant_get_string (value, NULL);
  if (g_str_equal (state, "sent"))
    end (task, NULL);
  else if (g_str_equal (state, "failed"))
    end (task, g_error_new (TAC_ERROR, TAC_ERROR_SMS_FAILED,
                            "the network refused the SMS: is the number right, is there credit?"));
}

static void
on_accepted (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Sending *sending = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, &error);

  if (reply != NULL && g_variant_is_of_type (reply, G_VARIANT_TYPE ("(o)")))
    g_variant_get (reply, "(o)", &sending->message);
  if (sending->watch == 0) /* it has ended in the meantime */
    withdraw (sending);
  else if (error != NULL)
    {
      g_dbus_error_strip_remote_error (error);
      end (task, g_error_new (TAC_ERROR, TAC_ERROR_SMS_FAILED, "oFono did not take the SMS: %s",
                              error->message));
    }
  else if (sending->message == NULL)
    end (task, g_error_new_literal (TAC_ERROR, TAC_ERROR_SMS_FAILED,
                                    "oFono's answer to sending an SMS makes no sense"));
}

/* Both methods return the path of the message object to follow. */
static void
hand_over (GTask *task, const char *number, GBytes *datagram, TacTextForm as, guint timeout_ms)
{
  Sending *sending = g_task_get_task_data (task);
  gsize size;
  const void *bytes = g_bytes_get_data (datagram, &size);
  char text[TAC_TEXT_SIZE];

  if (as != TAC_TEXT_NONE && size == TAC_SMS_SIZE && tac_sms_text_encode (text, as, bytes))
    tac_ofono_call (sending->bus, sending->owner, tac_modem_get_path (get_modem (task)),
                    OFONO_MESSAGES, "SendMessage", g_variant_new ("(ss)", number, text),
                    timeout_ms + OFONO_TIMEOUT_MS, NULL, on_accepted, g_object_ref (task));
  else
    tac_ofono_call (sending->bus, sending->owner, tac_modem_get_path (get_modem (task)),
                    OFONO_SMARTMSG, "SendBusinessCard",
                    g_variant_new ("(s@ay)", number,
                                   g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, size, 1)),
                    timeout_ms + OFONO_TIMEOUT_MS, NULL, on_accepted, g_object_ref (task));
}

void
tac_sms_send_async (TacSms *sms, const char *number, GBytes *datagram, TacSmsForm form,
                    guint timeout_ms, GCancellable *cancellable, GAsyncReadyCallback callback,
                    gpointer user_data)
{
  tac_sms_send_as_async (sms, number, datagram, tac_sms_choose (sms, number, form), timeout_ms,
                         cancellable, callback, user_data);
}

void
tac_sms_send_as_async (TacSms *sms, const char *number, GBytes *datagram, TacTextForm as,
                       guint timeout_ms, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (sms, cancellable, callback, user_data);
  TacModem *modem = tac_sms_get_modem (sms);
  Sending *sending = g_new0 (Sending, 1);

  g_task_set_task_data (task, sending, sending_free);
  g_task_set_check_cancellable (task, FALSE);
  sending->bus = g_object_ref (tac_modem_get_bus (modem));
  sending->owner = g_strdup (tac_modem_get_owner (modem));
  if (g_cancellable_is_cancelled (cancellable))
    {
      end (task,
           g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled before it began"));
      return;
    }
  if (!tac_modem_has_interface (modem, OFONO_SMARTMSG))
    {
      end (task, g_error_new_literal (TAC_ERROR, TAC_ERROR_SMS_FAILED,
                                      "the modem offers no SMS at the moment"));
      return;
    }
  /* Subscribed before the call: "sent" may come before the reply is handled. Message objects
   * announce themselves by path only, so the watch is on the interface. */
  sending->watch = g_dbus_connection_signal_subscribe (
      sending->bus, sending->owner, OFONO_MESSAGE, "PropertyChanged", NULL, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_message_changed, task, NULL);
  sending->timeout = g_timeout_add (timeout_ms, on_timeout, task);
  if (cancellable != NULL)
    sending->cancelled
        = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled), task);
  sending->modem_changed
      = g_signal_connect_swapped (modem, "changed", G_CALLBACK (on_modem_changed), task);
  hand_over (task, number, datagram, as, timeout_ms);
}

gboolean
tac_sms_send_finish (TacSms *sms, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
