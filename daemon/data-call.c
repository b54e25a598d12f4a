/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who holds the data context and who waits for it. What is asked for while it goes down waits until
 * it is down. */
#include "daemon/data-call.h"

#include "daemon/data-context.h"
#include "daemon/data-record.h"
#include "daemon/errors.h"
#include "daemon/ofono.h"

#define RETRY_FIRST_MS 500 /* after a refusal, which nothing follows that could be waited for */
#define RETRY_MOST_MS 4000

struct _TacDataCall
{
  GObject parent_instance;
  TacModem *modem;
  TacDataContext *context;
  gboolean keep, up, recovered;
  guint timeout_s;

  guint holders, losses;
  GQueue waiting; /* Waiter */
  char *why;      /* the last try failed */
  guint retry, retry_ms;
};

typedef struct
{
  TacDataCall *data;
  GTask *task; /* its data: the losses before it was served */
  gboolean patient;
  gulong cancelled;
  guint timeout;
} Waiter;

enum
{
  SIGNAL_CHANGED,
  SIGNAL_LOST,
  SIGNAL_ADDRESS_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TacDataCall, tac_data_call, G_TYPE_OBJECT)

/* Those who wait */

/* Returns: (transfer full): its task, to be returned. */
static GTask *
take_task (Waiter *waiter)
{
  TacDataCall *data = waiter->data;
  GTask *task = waiter->task;

  g_queue_remove (&data->waiting, waiter);
  if (waiter->cancelled != 0)
    g_signal_handler_disconnect (g_task_get_cancellable (task), waiter->cancelled);
  g_clear_handle_id (&waiter->timeout, g_source_remove);
  g_free (waiter);
  return task;
}

/* Not wanted any more, by anybody. */
static void
lower_if_idle (TacDataCall *data)
{
  if (!g_queue_is_empty (&data->waiting))
    return;
  g_clear_handle_id (&data->retry, g_source_remove);
  if (data->holders == 0 && !(data->up && data->keep))
    tac_data_context_lower (data->context);
}

static void
fail_waiter (Waiter *waiter, const char *why)
{
  g_autoptr (GTask) task = take_task (waiter);

  g_task_return_new_error (task, TAC_ERROR, TAC_ERROR_NO_DATA, "no data connection: %s", why);
}

static void
fail_waiting (TacDataCall *data, gboolean patient, const char *why)
{
  g_autoptr (GList) waiters = g_list_copy (data->waiting.head);

  for (GList *link = waiters; link != NULL; link = link->next)
    if (g_queue_find (&data->waiting, link->data) != NULL
        && (patient || !((Waiter *)link->data)->patient))
      fail_waiter (link->data, why);
}

static void
serve_waiting (TacDataCall *data)
{
  while (data->up && !g_queue_is_empty (&data->waiting))
    {
      g_autoptr (GTask) task = take_task (data->waiting.head->data);

      data->holders++;
      g_task_set_task_data (task, GUINT_TO_POINTER (data->losses), NULL);
      g_task_return_boolean (task, TRUE);
    }
}

static gboolean
is_anybody_patient (TacDataCall *data)
{
  for (GList *link = data->waiting.head; link != NULL; link = link->next)
    if (((Waiter *)link->data)->patient)
      return TRUE;
  return FALSE;
}

static void
raise_if_wanted (TacDataCall *data)
{
  if (g_queue_is_empty (&data->waiting) || data->retry != 0
      || tac_data_context_get_state (data->context) != TAC_CONTEXT_DOWN)
    return;
  if (tac_modem_has_interface (data->modem, OFONO_CONNECTIONS))
    tac_data_context_raise (data->context, is_anybody_patient (data));
  else
    fail_waiting (data, FALSE, "the modem offers none at the moment");
}

static gboolean
on_retry (gpointer user_data)
{
  TacDataCall *data = user_data;

  data->retry = 0;
  raise_if_wanted (data);
  return G_SOURCE_REMOVE;
}

/* What the context says */

static void
on_changed (TacDataCall *data)
{
  gboolean was_up = data->up;

  data->up = tac_data_context_get_state (data->context) == TAC_CONTEXT_UP;
  g_signal_emit (data, signals[SIGNAL_CHANGED], 0);
  if (data->up && !was_up)
    {
      data->retry_ms = RETRY_FIRST_MS;
      serve_waiting (data);
    }
  raise_if_wanted (data);
}

static void
lose (TacDataCall *data)
{
  data->up = FALSE;
  data->holders = 0;
  data->losses++;
  data->retry_ms = RETRY_FIRST_MS;
  g_signal_emit (data, signals[SIGNAL_LOST], 0);
  lower_if_idle (data);
}

/* It is still to be lowered: who asks for it again from here waits for that. */
static void
on_broken (TacDataCall *data, const char *why)
{
  g_free (data->why);
  data->why = g_strdup (why);
  fail_waiting (data, FALSE, why);
  if (data->up)
    lose (data);
  else if (!g_queue_is_empty (&data->waiting) && data->retry == 0)
    {
      data->retry = g_timeout_add (data->retry_ms, on_retry, data);
      data->retry_ms = MIN (data->retry_ms * 2, RETRY_MOST_MS);
    }
  lower_if_idle (data);
}

static void
on_address_changed (TacDataCall *data)
{
  g_signal_emit (data, signals[SIGNAL_ADDRESS_CHANGED], 0);
}

/* Asking for it */

static gboolean
on_timeout (gpointer user_data)
{
  Waiter *waiter = user_data;
  TacDataCall *data = waiter->data;
  const char *why = "the modem is not back";

  waiter->timeout = 0;
  if (data->retry != 0)
    why = data->why;
  else if (tac_data_context_get_state (data->context) != TAC_CONTEXT_DOWN)
    why = tac_data_context_get_waiting (data->context);
  fail_waiter (waiter, why);
  lower_if_idle (data);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  Waiter *waiter = user_data;
  TacDataCall *data = waiter->data;
  g_autoptr (GTask) task = take_task (waiter);

  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "not wanted any more");
  lower_if_idle (data);
}

static void
wait_for_it (TacDataCall *data, GTask *task, gboolean patient, guint timeout_ms)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Waiter *waiter = g_new0 (Waiter, 1);

  waiter->data = data;
  waiter->task = task;
  waiter->patient = patient;
  if (cancellable != NULL)
    waiter->cancelled
        = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled), waiter);
  waiter->timeout = g_timeout_add (timeout_ms, on_timeout, waiter);
  if (g_queue_is_empty (&data->waiting))
    data->retry_ms = RETRY_FIRST_MS;
  g_queue_push_tail (&data->waiting, waiter);
  raise_if_wanted (data);
}

/* @task: (transfer full) */
static void
acquire (TacDataCall *data, GTask *task, gboolean patient, guint timeout_ms)
{
  g_autoptr (GTask) owned = task;

  if (g_task_return_error_if_cancelled (task))
    return;
  g_task_set_check_cancellable (task, FALSE); /* a hold that was counted must reach its holder */
  if (data->up)
    {
      data->holders++;
      g_task_set_task_data (task, GUINT_TO_POINTER (data->losses), NULL);
      g_task_return_boolean (task, TRUE);
    }
  else if (!patient && !tac_modem_has_interface (data->modem, OFONO_CONNECTIONS))
    g_task_return_new_error (task, TAC_ERROR, TAC_ERROR_NO_DATA,
                             "no data connection: the modem offers none at the moment");
  else
    wait_for_it (data, g_steal_pointer (&owned), patient, timeout_ms);
}

void
tac_data_call_acquire_async (TacDataCall *data, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  acquire (data, g_task_new (data, cancellable, callback, user_data), FALSE,
           data->timeout_s * 1000);
}

void
tac_data_call_reacquire_async (TacDataCall *data, guint timeout_ms, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  acquire (data, g_task_new (data, cancellable, callback, user_data), TRUE, timeout_ms);
}

/* A hold that was given and lost before its holder heard of it is none. */
gboolean
tac_data_call_acquire_finish (TacDataCall *data, GAsyncResult *result, GError **error)
{
  GTask *task = G_TASK (result);

  if (!g_task_propagate_boolean (task, error))
    return FALSE;
  if (GPOINTER_TO_UINT (g_task_get_task_data (task)) == data->losses)
    return TRUE;
  g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NO_DATA,
                       "no data connection: it was lost again at once");
  return FALSE;
}

void
tac_data_call_release (TacDataCall *data)
{
  g_return_if_fail (data->holders > 0);
  data->holders--;
  lower_if_idle (data);
}

/* Decided once, when the modem is first seen: a context that is up later is somebody else's. */
static void
recover (TacDataCall *data)
{
  if (data->recovered || tac_modem_get_path (data->modem) == NULL)
    return;
  data->recovered = TRUE;
  if (!data->keep && tac_modem_has_interface (data->modem, OFONO_CONNECTIONS))
    tac_data_context_recover (data->context);
  else
    tac_data_record_remove ();
}

static void
on_modem_changed (TacDataCall *data)
{
  gboolean was_up;

  recover (data);
  g_clear_handle_id (&data->retry, g_source_remove);
  if (tac_modem_has_interface (data->modem, OFONO_CONNECTIONS))
    {
      raise_if_wanted (data);
      return;
    }
  fail_waiting (data, FALSE, "the modem went away");
  if (tac_data_context_get_state (data->context) == TAC_CONTEXT_DOWN)
    return;
  was_up = data->up;
  data->up = FALSE;
  tac_data_context_forget (data->context);
  if (was_up)
    lose (data);
}

static void
tac_data_call_init (TacDataCall *data)
{
  g_queue_init (&data->waiting);
}

static void
tac_data_call_dispose (GObject *object)
{
  TacDataCall *data = TAC_DATA_CALL (object);

  if (data->context != NULL)
    {
      g_signal_handlers_disconnect_by_data (data->context, data);
      fail_waiting (data, TRUE, "the daemon ends");
      g_clear_handle_id (&data->retry, g_source_remove);
      if (data->keep)
        tac_data_context_forget (data->context);
      else
        tac_data_context_abandon (data->context);
    }
  g_clear_object (&data->context);
  g_clear_object (&data->modem);
  g_clear_pointer (&data->why, g_free);
  G_OBJECT_CLASS (tac_data_call_parent_class)->dispose (object);
}

static void
tac_data_call_class_init (TacDataCallClass *class)
{
  static const char *const names[N_SIGNALS] = { "changed", "lost", "address-changed" };

  G_OBJECT_CLASS (class)->dispose = tac_data_call_dispose;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], TAC_TYPE_DATA_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
}

TacDataCall *
tac_data_call_new (TacModem *modem, const TacConfig *config)
{
  TacDataCall *data = g_object_new (TAC_TYPE_DATA_CALL, NULL);

  data->modem = g_object_ref (modem);
  data->context = tac_data_context_new (modem, config->data_context);
  data->keep = config->data_keep;
  data->timeout_s = config->data_timeout_s;
  g_signal_connect_swapped (data->context, "changed", G_CALLBACK (on_changed), data);
  g_signal_connect_swapped (data->context, "broken", G_CALLBACK (on_broken), data);
  g_signal_connect_swapped (data->context, "address-changed", G_CALLBACK (on_address_changed),
                            data);
  g_signal_connect_object (modem, "interfaces-changed", G_CALLBACK (on_modem_changed), data,
                           G_CONNECT_SWAPPED);
  return data;
}

TacDataState
tac_data_call_get_state (TacDataCall *data)
{
  switch (tac_data_context_get_state (data->context))
    {
    case TAC_CONTEXT_DOWN:
    case TAC_CONTEXT_LOWERING:
      return TAC_DATA_DOWN;
    case TAC_CONTEXT_RAISING:
      return TAC_DATA_RAISING;
    case TAC_CONTEXT_UP:
      return TAC_DATA_UP;
    }
  g_return_val_if_reached (TAC_DATA_DOWN);
}

const char *
tac_data_call_get_interface (TacDataCall *data)
{
  return data->up ? tac_data_context_get_interface (data->context) : NULL;
}

GPtrArray *
tac_data_call_get_addresses (TacDataCall *data)
{
  return tac_data_context_get_addresses (data->context);
}
