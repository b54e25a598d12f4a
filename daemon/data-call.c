/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who holds the data context and who waits for it. What is asked for while it goes down waits until
 * it is down. */
#include "daemon/data-call.h"

#include "daemon/data-context.h"
#include "daemon/errors.h"
#include "daemon/ofono.h"

struct _TacDataCall
{
  GObject parent_instance;
  TacModem *modem;
  TacDataContext *context;
  gboolean keep, up;
  guint timeout_s;

  guint holders;
  GQueue waiting; /* GTask, its data the handler of its cancellable */
  guint timeout;  /* runs while somebody waits */
};

enum
{
  SIGNAL_CHANGED,
  SIGNAL_LOST,
  SIGNAL_ADDRESS_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TacDataCall, tac_data_call, G_TYPE_OBJECT)

static GTask *
pop_waiting (TacDataCall *data, GList *link)
{
  GTask *task = link->data;
  gulong *handler = g_task_get_task_data (task);

  if (*handler != 0)
    g_signal_handler_disconnect (g_task_get_cancellable (task), *handler);
  g_queue_delete_link (&data->waiting, link);
  if (g_queue_is_empty (&data->waiting))
    g_clear_handle_id (&data->timeout, g_source_remove);
  return task;
}

static void
fail_waiting (TacDataCall *data, const char *why)
{
  for (guint n = data->waiting.length; n > 0; n--)
    {
      g_autoptr (GTask) task = pop_waiting (data, data->waiting.head);

      g_task_return_new_error (task, TAC_ERROR, TAC_ERROR_NO_DATA, "no data connection: %s", why);
    }
}

static void
serve_waiting (TacDataCall *data)
{
  guint n = data->waiting.length;

  data->holders += n;
  for (; n > 0; n--)
    {
      g_autoptr (GTask) task = pop_waiting (data, data->waiting.head);

      g_task_return_boolean (task, TRUE);
    }
}

static void
raise_if_wanted (TacDataCall *data)
{
  if (g_queue_is_empty (&data->waiting)
      || tac_data_context_get_state (data->context) != TAC_CONTEXT_DOWN)
    return;
  if (tac_modem_has_interface (data->modem, OFONO_CONNECTIONS))
    tac_data_context_raise (data->context);
  else
    fail_waiting (data, "the modem offers none at the moment");
}

static void
on_changed (TacDataCall *data)
{
  gboolean was_up = data->up;

  data->up = tac_data_context_get_state (data->context) == TAC_CONTEXT_UP;
  g_signal_emit (data, signals[SIGNAL_CHANGED], 0);
  if (data->up && !was_up)
    serve_waiting (data);
  raise_if_wanted (data);
}

/* It is still to be lowered: who asks for it again from here waits for that. */
static void
on_broken (TacDataCall *data, const char *why)
{
  gboolean was_up = data->up;

  data->up = FALSE;
  fail_waiting (data, why);
  if (was_up)
    g_signal_emit (data, signals[SIGNAL_LOST], 0);
}

static void
on_address_changed (TacDataCall *data)
{
  g_signal_emit (data, signals[SIGNAL_ADDRESS_CHANGED], 0);
}

static gboolean
on_timeout (gpointer user_data)
{
  TacDataCall *data = user_data;
  const char *why = tac_data_context_get_waiting (data->context);

  data->timeout = 0;
  fail_waiting (data, why);
  tac_data_context_lower (data->context);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  TacDataCall *data = g_task_get_source_object (task);

  pop_waiting (data, g_queue_find (&data->waiting, task));
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "not wanted any more");
  if (g_queue_is_empty (&data->waiting))
    tac_data_context_lower (data->context);
}

void
tac_data_call_acquire_async (TacDataCall *data, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (data, cancellable, callback, user_data);
  gulong *handler = g_new0 (gulong, 1);

  g_task_set_task_data (task, handler, g_free);
  if (g_task_return_error_if_cancelled (task))
    return;
  g_task_set_check_cancellable (task, FALSE); /* a hold that was counted must reach its holder */
  if (data->up)
    {
      data->holders++;
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (!tac_modem_has_interface (data->modem, OFONO_CONNECTIONS))
    {
      g_task_return_new_error (task, TAC_ERROR, TAC_ERROR_NO_DATA,
                               "no data connection: the modem offers none at the moment");
      return;
    }
  if (cancellable != NULL)
    *handler = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled), task);
  g_queue_push_tail (&data->waiting, g_steal_pointer (&task));
  if (data->timeout == 0)
    data->timeout = g_timeout_add_seconds (data->timeout_s, on_timeout, data);
  raise_if_wanted (data);
}

gboolean
tac_data_call_acquire_finish (TacDataCall *data, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
tac_data_call_release (TacDataCall *data)
{
  g_return_if_fail (data->holders > 0);
  if (--data->holders == 0 && data->up && !data->keep)
    tac_data_context_lower (data->context);
}

static void
on_modem_changed (TacDataCall *data)
{
  gboolean was_up = data->up;

  if (tac_data_context_get_state (data->context) == TAC_CONTEXT_DOWN
      || tac_modem_has_interface (data->modem, OFONO_CONNECTIONS))
    return;
  data->up = FALSE;
  fail_waiting (data, "the modem went away");
  tac_data_context_forget (data->context);
  if (was_up)
    g_signal_emit (data, signals[SIGNAL_LOST], 0);
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
      fail_waiting (data, "the daemon ends");
      if (data->keep)
        tac_data_context_forget (data->context);
      else
        tac_data_context_abandon (data->context);
    }
  g_clear_object (&data->context);
  g_clear_object (&data->modem);
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
