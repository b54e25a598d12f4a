/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ECHO to the own number, a form at a time, until one is back. */
#include "daemon/sms-loopback.h"

#include "codecs/echo.h"
#include "daemon/errors.h"

#include <sodium.h>

#define BUSY_KEY "tacitel-loopback"

typedef struct
{
  char *number;
  guint timeout_ms;
  TacTextForm form; /* the one that is being tried */
  guint8 nonces[TAC_TEXT_FORMS][TAC_ECHO_NONCE_SIZE];
  gint64 began_us[TAC_TEXT_FORMS]; /* monotonic */
  TacSmsLoopback result;
  GError *refused;       /* why the network accepted none; NULL as soon as it has */
  GCancellable *sending; /* what is not accepted in time is withdrawn */
  guint timeout;
  gulong echo, cancelled;
} Loopback;

static void try_form (GTask *task, TacTextForm form);

static void
loopback_free (gpointer data)
{
  Loopback *loopback = data;

  g_free (loopback->number);
  g_clear_error (&loopback->refused);
  g_clear_object (&loopback->sending);
  g_free (loopback);
}

static guint
since_ms (const Loopback *loopback, TacTextForm form)
{
  return (guint)((g_get_monotonic_time () - loopback->began_us[form]) / 1000);
}

/* Nothing back at all says nothing of datagrams: the number may be wrong. */
static void
record (TacSms *sms, const TacSmsLoopback *result)
{
  TacDatagrams datagrams = TAC_DATAGRAMS_UNKNOWN;

  for (TacTextForm form = TAC_TEXT_PLAIN; form >= TAC_TEXT_DENSE; form--)
    if (result->loops[form].back)
      {
        tac_sms_set_text_form (sms, form);
        datagrams = TAC_DATAGRAMS_FAIL;
      }
  if (result->loops[TAC_TEXT_NONE].back)
    datagrams = TAC_DATAGRAMS_WORK;
  tac_sms_set_datagrams_work (sms, datagrams);
}

static void
stop (GTask *task)
{
  TacSms *sms = g_task_get_source_object (task);
  Loopback *loopback = g_task_get_task_data (task);

  g_clear_handle_id (&loopback->timeout, g_source_remove);
  g_clear_signal_handler (&loopback->echo, sms);
  if (loopback->cancelled != 0)
    g_signal_handler_disconnect (g_task_get_cancellable (task), loopback->cancelled);
  loopback->cancelled = 0;
  g_cancellable_cancel (loopback->sending);
  g_object_set_data (G_OBJECT (sms), BUSY_KEY, NULL);
}

static void
end (GTask *task)
{
  Loopback *loopback = g_task_get_task_data (task);

  stop (task);
  for (TacTextForm form = TAC_TEXT_NONE; form < TAC_TEXT_FORMS; form++)
    if (loopback->result.loops[form].accepted)
      g_clear_error (&loopback->refused);
  if (loopback->refused == NULL)
    record (g_task_get_source_object (task), &loopback->result);
  if (loopback->refused != NULL)
    g_task_return_error (task, g_steal_pointer (&loopback->refused));
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
next (GTask *task)
{
  Loopback *loopback = g_task_get_task_data (task);

  g_clear_handle_id (&loopback->timeout, g_source_remove);
  if (loopback->form == TAC_TEXT_PLAIN)
    end (task);
  else
    try_form (task, loopback->form + 1);
}

static gboolean
on_timeout (gpointer user_data)
{
  GTask *task = user_data;
  Loopback *loopback = g_task_get_task_data (task);

  loopback->timeout = 0;
  next (task);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;

  stop (task);
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the SMS test was cancelled");
  g_object_unref (task);
}

/* An ECHO of an earlier form may be late, and is as good. */
static gboolean
on_echo (TacSms *sms, GBytes *datagram, gpointer user_data)
{
  GTask *task = user_data;
  Loopback *loopback = g_task_get_task_data (task);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (datagram, &size);

  for (TacTextForm form = TAC_TEXT_NONE; form < TAC_TEXT_FORMS; form++)
    {
      TacSmsLoop *loop = &loopback->result.loops[form];

      if (!loop->tried || !tac_echo_matches (bytes, size, loopback->nonces[form]))
        continue;
      if (!loop->back) /* else the network has doubled it */
        {
          loop->back = TRUE;
          loop->back_ms = since_ms (loopback, form);
          if (!loop->accepted) /* oFono just has not said so yet */
            loop->sent_ms = loop->back_ms;
          loop->accepted = TRUE;
          end (task);
        }
      return TRUE;
    }
  return FALSE;
}

typedef struct
{
  GTask *task;
  TacTextForm form;
} Sent;

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Sent *sent = user_data;
  g_autoptr (GTask) task = sent->task;
  Loopback *loopback = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  TacSmsLoop *loop = &loopback->result.loops[sent->form];

  if (tac_sms_send_finish (TAC_SMS (source), result, &error))
    {
      if (!loop->accepted)
        loop->sent_ms = since_ms (loopback, sent->form);
      loop->accepted = TRUE;
    }
  else if (loopback->echo != 0) /* it goes on */
    {
      if (loopback->refused == NULL)
        loopback->refused = g_steal_pointer (&error);
      if (sent->form == loopback->form)
        next (task);
    }
}

static void
try_form (GTask *task, TacTextForm form)
{
  TacSms *sms = g_task_get_source_object (task);
  Loopback *loopback = g_task_get_task_data (task);
  guint8 message[TAC_SMS_SIZE];
  g_autoptr (GBytes) bytes = NULL;
  Sent *sent = g_new (Sent, 1);

  loopback->form = form;
  loopback->result.loops[form].tried = TRUE;
  loopback->began_us[form] = g_get_monotonic_time ();
  randombytes_buf (loopback->nonces[form], TAC_ECHO_NONCE_SIZE);
  tac_echo_create (message, loopback->nonces[form]);
  bytes = g_bytes_new (message, sizeof message);
  *sent = (Sent){ g_object_ref (task), form };
  loopback->timeout = g_timeout_add (loopback->timeout_ms, on_timeout, task);
  tac_sms_send_as_async (sms, loopback->number, bytes, form, loopback->timeout_ms,
                         loopback->sending, on_sent, sent);
}

/* Why it cannot begin, or NULL. */
static GError *
check (TacSms *sms, const char *number)
{
  GError *error = NULL;

  if (g_object_get_data (G_OBJECT (sms), BUSY_KEY) != NULL)
    return g_error_new_literal (TAC_ERROR, TAC_ERROR_BUSY,
                                "SMS are being tested already: wait until that is over");
  if (*number == '\0')
    return g_error_new_literal (TAC_ERROR, TAC_ERROR_INVALID_NUMBER,
                                "the SIM card does not say this phone's number: name it");
  tac_modem_check_ready (tac_sms_get_modem (sms), &error);
  return error;
}

void
tac_sms_loopback_async (TacSms *sms, const char *number, guint timeout_ms,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (sms, cancellable, callback, user_data);
  Loopback *loopback = g_new0 (Loopback, 1);
  GError *error = check (sms, number);

  g_task_set_task_data (task, loopback, loopback_free);
  g_task_set_check_cancellable (task, FALSE);
  if (error == NULL)
    g_cancellable_set_error_if_cancelled (cancellable, &error);
  if (error != NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  loopback->number = g_strdup (number);
  loopback->timeout_ms = timeout_ms;
  loopback->sending = g_cancellable_new ();
  loopback->echo = g_signal_connect (sms, "echo", G_CALLBACK (on_echo), task);
  if (cancellable != NULL)
    loopback->cancelled
        = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled), task);
  g_object_set_data (G_OBJECT (sms), BUSY_KEY, task);
  try_form (task, TAC_TEXT_NONE);
}

gboolean
tac_sms_loopback_finish (TacSms *sms, GAsyncResult *result, TacSmsLoopback *loopback,
                         GError **error)
{
  Loopback *done = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  *loopback = done->result;
  return TRUE;
}
