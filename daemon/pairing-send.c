/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending PAIR. */
#include "daemon/pairing-private.h"

#include "daemon/errors.h"

#include <string.h>

#define SMS_TIMEOUT_MS 60000

static void
on_sent (GObject *sms, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (tac_sms_send_finish (TAC_SMS (sms), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static GBytes *
make_sms (TacPairing *pairing, gboolean answer)
{
  guint8 sms[TAC_SMS_SIZE];
  TacPair pair = { .answer = answer };
  g_autofree char *name = tac_pairing_get_own_name (pairing);

  memcpy (pair.identity, tac_vault_identity (pairing->vault)->public, TAC_KEY_SIZE);
  g_strlcpy (pair.name, name, sizeof pair.name);
  return tac_pair_create (sms, &pair) == TAC_MESSAGE_OK ? g_bytes_new (sms, sizeof sms) : NULL;
}

/* Who asks again has got no answer: the second question of an hour goes the other way. An answer
 * goes as the question came. */
static TacSmsForm
choose_form (TacPairing *pairing, const char *number, gboolean answer)
{
  guint asked = tac_pairing_get_count (pairing, number, TAC_PAIRING_SENT, g_get_real_time ());

  return !answer && asked % 2 == 0 ? TAC_SMS_OTHER : TAC_SMS_BEST;
}

void
tac_pairing_send_async (TacPairing *pairing, const char *number, gboolean answer,
                        GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (pairing, pairing->session, callback, user_data);
  g_autoptr (GBytes) sms = make_sms (pairing, answer);

  if (sms == NULL)
    g_task_return_new_error (task, TAC_ERROR, TAC_ERROR_FAILED,
                             "this phone's name in the store cannot be sent: set another");
  else
    tac_sms_send_async (pairing->sms, number, sms, choose_form (pairing, number, answer),
                        SMS_TIMEOUT_MS, pairing->session, on_sent, g_steal_pointer (&task));
}

gboolean
tac_pairing_send_finish (TacPairing *pairing, GAsyncResult *result, GError **error)
{
  /* The task's cancellable is of the session that sent: over, whatever the SMS came to. */
  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    {
      g_task_propagate_boolean (G_TASK (result), NULL);
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_LOCKED,
                           "the phone was locked while the SMS was being sent: unlock it "
                           "(tacitel unlock) and look whether it has gone out (tacitel pair list)");
      return FALSE;
    }
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Answers that nobody waits for */

typedef struct
{
  char *number, *name;
} Answer;

static void
on_answered (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TacPairing *pairing = TAC_PAIRING (object);
  Answer *answer = user_data;
  g_autoptr (GError) error = NULL;

  if (!tac_pairing_send_finish (pairing, result, &error))
    g_message ("an answer to a request to pair was not sent; the other phone can ask again: %s",
               error->message);
  else if (answer->name != NULL)
    tac_pairing_tell_completed (pairing, answer->name, answer->number);
  g_free (answer->number);
  g_free (answer->name);
  g_free (answer);
}

void
tac_pairing_answer (TacPairing *pairing, const char *number, const char *name)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->number = g_strdup (number);
  answer->name = g_strdup (name);
  tac_pairing_send_async (pairing, number, TRUE, on_answered, answer);
}
