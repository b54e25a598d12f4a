/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The packet data context. Raising goes through the steps below, one at a time; whatever breaks it
 * on the way (time-out, the modem gone, detached) fails those who wait. oFono's own word that a
 * context is active proves nothing once the network has dropped it, so loss is judged by the
 * modem's state and by the interface's addresses. */
#include "daemon/data-call.h"

#include "daemon/address-watch.h"
#include "daemon/errors.h"
#include "daemon/ofono.h"

typedef enum
{
  STEP_DOWN,
  STEP_CONTEXTS, /* asking for the contexts */
  STEP_ACTIVATE, /* Active=true was sent */
  STEP_SETTINGS, /* asking which interface it got */
  STEP_ADDRESS,  /* waiting for an address on it */
  STEP_UP,
} Step;

struct _TacDataCall
{
  GObject parent_instance;
  TacModem *modem;
  char *wanted_context;
  gboolean keep;
  guint timeout_s;

  Step step;
  guint holders;
  GQueue waiting; /* GTask */
  char *context, *interface;
  TacAddressWatch *addresses;
  guint timeout;
  GCancellable *attempt;
  guint watch;    /* of oFono's signals, while not down */
  guint lowering; /* deactivations under way */
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

static void fail (TacDataCall *data, const char *why);
static void raise_if_wanted (TacDataCall *data);

/* The network detached, or the context was taken down. */
static void
on_property_changed (GDBusConnection *bus, const char *sender, const char *path,
                     const char *interface, const char *signal, GVariant *arguments,
                     gpointer user_data)
{
  TacDataCall *data = user_data;
  g_autoptr (GVariant) value = NULL;
  const char *name;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(sv)")))
    return;
  g_variant_get (arguments, "(&sv)", &name, &value);
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) || g_variant_get_boolean (value))
    return;
  if (g_str_equal (interface, OFONO_CONNECTIONS) && g_str_equal (name, "Attached")
      && g_strcmp0 (path, tac_modem_get_path (data->modem)) == 0)
    fail (data, "the network detached this phone");
  else if (g_str_equal (interface, OFONO_CONTEXT) && g_str_equal (name, "Active")
           && g_strcmp0 (path, data->context) == 0)
    fail (data, "the network took the context down");
}

static void
ask (TacDataCall *data, const char *path, const char *interface, const char *method,
     GVariant *arguments, GAsyncReadyCallback callback)
{
  tac_ofono_call (tac_modem_get_bus (data->modem), tac_modem_get_owner (data->modem), path,
                  interface, method, arguments, OFONO_SLOW_TIMEOUT_MS, data->attempt, callback,
                  g_object_ref (data));
}

static void
on_deactivated (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacDataCall) data = user_data;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, NULL);

  data->lowering--;
  raise_if_wanted (data);
}

/* oFono takes one change of a context at a time: raising waits for this. */
static void
deactivate (TacDataCall *data)
{
  if (data->context == NULL || tac_modem_get_owner (data->modem) == NULL)
    return;
  data->lowering++;
  tac_ofono_set_property (tac_modem_get_bus (data->modem), tac_modem_get_owner (data->modem),
                          data->context, OFONO_CONTEXT, "Active", g_variant_new_boolean (FALSE),
                          OFONO_TIMEOUT_MS, NULL, on_deactivated, g_object_ref (data));
}

static void
forget (TacDataCall *data)
{
  data->step = STEP_DOWN;
  if (data->watch != 0)
    g_dbus_connection_signal_unsubscribe (tac_modem_get_bus (data->modem), data->watch);
  data->watch = 0;
  g_clear_handle_id (&data->timeout, g_source_remove);
  if (data->attempt != NULL)
    g_cancellable_cancel (data->attempt);
  g_clear_object (&data->attempt);
  if (data->addresses != NULL)
    g_signal_handlers_disconnect_by_data (data->addresses, data);
  g_clear_object (&data->addresses);
  g_clear_pointer (&data->context, g_free);
  g_clear_pointer (&data->interface, g_free);
}

/* Raising broke, or what was up is gone. */
static void
fail (TacDataCall *data, const char *why)
{
  gboolean was_up = data->step == STEP_UP;
  GQueue waiting = data->waiting;
  GTask *task;

  g_queue_init (&data->waiting);
  deactivate (data);
  forget (data);
  while ((task = g_queue_pop_head (&waiting)) != NULL)
    {
      g_task_return_new_error (task, TAC_ERROR, TAC_ERROR_NO_DATA, "no data connection: %s", why);
      g_object_unref (task);
    }
  g_signal_emit (data, signals[SIGNAL_CHANGED], 0);
  if (was_up)
    g_signal_emit (data, signals[SIGNAL_LOST], 0);
}

static void
come_up (TacDataCall *data)
{
  GQueue waiting = data->waiting;
  GTask *task;

  g_queue_init (&data->waiting);
  data->step = STEP_UP;
  g_clear_handle_id (&data->timeout, g_source_remove);
  g_signal_emit (data, signals[SIGNAL_CHANGED], 0);
  while ((task = g_queue_pop_head (&waiting)) != NULL)
    {
      if (!g_task_return_error_if_cancelled (task))
        {
          data->holders++;
          g_task_return_boolean (task, TRUE);
        }
      g_object_unref (task);
    }
}

static void
on_addresses_changed (TacDataCall *data)
{
  guint n = tac_address_watch_get (data->addresses)->len;

  if (data->step == STEP_ADDRESS && n > 0)
    come_up (data);
  else if (data->step == STEP_UP)
    g_signal_emit (data, signals[SIGNAL_ADDRESS_CHANGED], 0);
}

/* Finishes a call of this attempt. NULL: it was of an attempt that is over, or it failed and that
 * was dealt with. */
static GVariant *
finish (TacDataCall *data, GObject *bus, GAsyncResult *result, const char *type, const char *what)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, &error);
  g_autofree char *why = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || data->attempt == NULL)
    return NULL;
  if (reply != NULL && g_variant_is_of_type (reply, G_VARIANT_TYPE (type)))
    return g_steal_pointer (&reply);
  if (error != NULL)
    g_dbus_error_strip_remote_error (error);
  why = g_strdup_printf ("%s: %s", what, error != NULL ? error->message : "a strange answer");
  fail (data, why);
  return NULL;
}

static void
on_context_properties (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacDataCall) data = user_data;
  g_autoptr (GVariant) reply
      = finish (data, bus, result, "(a{sv})", "the modem does not tell the context's interface");
  g_autoptr (GVariant) properties = NULL, v4 = NULL, v6 = NULL;
  g_autoptr (GError) error = NULL;
  const char *interface = NULL;

  if (reply == NULL)
    return;
  properties = g_variant_get_child_value (reply, 0);
  v4 = g_variant_lookup_value (properties, "Settings", G_VARIANT_TYPE_VARDICT);
  v6 = g_variant_lookup_value (properties, "IPv6.Settings", G_VARIANT_TYPE_VARDICT);
  if (!(v4 != NULL && g_variant_lookup (v4, "Interface", "&s", &interface))
      && !(v6 != NULL && g_variant_lookup (v6, "Interface", "&s", &interface)))
    {
      fail (data, "the context is active but has no network interface");
      return;
    }
  data->interface = g_strdup (interface);
  data->addresses = tac_address_watch_new (interface, &error);
  if (data->addresses == NULL)
    {
      fail (data, error->message);
      return;
    }
  data->step = STEP_ADDRESS;
  g_signal_connect_swapped (data->addresses, "changed", G_CALLBACK (on_addresses_changed), data);
}

static void
on_activated (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacDataCall) data = user_data;
  g_autoptr (GVariant) reply = finish (
      data, bus, result, "()",
      "the network refused it (is there a data plan, is the access point name (APN) right?)");

  if (reply == NULL)
    return;
  data->step = STEP_SETTINGS;
  ask (data, data->context, OFONO_CONTEXT, "GetProperties", NULL, on_context_properties);
}

static void
on_contexts (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacDataCall) data = user_data;
  g_autoptr (GVariant) reply
      = finish (data, bus, result, "(a(oa{sv}))", "the modem does not tell its data contexts");
  g_autoptr (GVariantIter) contexts = NULL;
  const char *path, *type;
  GVariant *properties;

  if (reply == NULL)
    return;
  g_variant_get (reply, "(a(oa{sv}))", &contexts);
  while (data->context == NULL && g_variant_iter_next (contexts, "(&o@a{sv})", &path, &properties))
    {
      if (data->wanted_context != NULL ? g_str_equal (path, data->wanted_context)
                                       : g_variant_lookup (properties, "Type", "&s", &type)
                                             && g_str_equal (type, "internet"))
        data->context = g_strdup (path);
      g_variant_unref (properties);
    }
  if (data->context == NULL)
    {
      fail (data, "oFono has no \"internet\" context: give it an access point name (APN)");
      return;
    }
  data->step = STEP_ACTIVATE;
  ask (data, data->context, OFONO_CONTEXT, "SetProperty",
       g_variant_new ("(sv)", "Active", g_variant_new_boolean (TRUE)), on_activated);
}

static gboolean
on_timeout (gpointer user_data)
{
  TacDataCall *data = user_data;

  data->timeout = 0;
  fail (data, data->step == STEP_ADDRESS
                  ? "its interface got no address in time (is the network manager running?)"
                  : "it did not come up in time");
  return G_SOURCE_REMOVE;
}

static void
raise_context (TacDataCall *data)
{
  data->step = STEP_CONTEXTS;
  data->attempt = g_cancellable_new ();
  data->watch = g_dbus_connection_signal_subscribe (
      tac_modem_get_bus (data->modem), tac_modem_get_owner (data->modem), NULL, "PropertyChanged",
      NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_property_changed, data, NULL);
  data->timeout = g_timeout_add_seconds (data->timeout_s, on_timeout, data);
  ask (data, tac_modem_get_path (data->modem), OFONO_CONNECTIONS, "GetContexts", NULL, on_contexts);
  g_signal_emit (data, signals[SIGNAL_CHANGED], 0);
}

static void
raise_if_wanted (TacDataCall *data)
{
  if (data->step != STEP_DOWN || data->lowering > 0 || g_queue_is_empty (&data->waiting))
    return;
  if (tac_modem_has_interface (data->modem, OFONO_CONNECTIONS))
    raise_context (data);
  else
    fail (data, "the modem went away");
}

void
tac_data_call_acquire_async (TacDataCall *data, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (data, cancellable, callback, user_data);

  g_task_set_check_cancellable (task, FALSE); /* a hold that was counted must reach its holder */
  if (data->step == STEP_UP)
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
  g_queue_push_tail (&data->waiting, g_steal_pointer (&task));
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
  if (--data->holders > 0 || data->keep || data->step != STEP_UP)
    return;
  deactivate (data);
  forget (data);
  g_signal_emit (data, signals[SIGNAL_CHANGED], 0);
}

static void
on_modem_changed (TacDataCall *data)
{
  if (data->step != STEP_DOWN && !tac_modem_has_interface (data->modem, OFONO_CONNECTIONS))
    fail (data, "the modem went away");
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

  if (data->modem != NULL && (data->step != STEP_DOWN || !g_queue_is_empty (&data->waiting)))
    fail (data, "the daemon ends");
  g_clear_object (&data->modem);
  G_OBJECT_CLASS (tac_data_call_parent_class)->dispose (object);
}

static void
tac_data_call_finalize (GObject *object)
{
  g_free (TAC_DATA_CALL (object)->wanted_context);
  G_OBJECT_CLASS (tac_data_call_parent_class)->finalize (object);
}

static void
tac_data_call_class_init (TacDataCallClass *class)
{
  static const char *const names[N_SIGNALS] = { "changed", "lost", "address-changed" };

  G_OBJECT_CLASS (class)->dispose = tac_data_call_dispose;
  G_OBJECT_CLASS (class)->finalize = tac_data_call_finalize;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], TAC_TYPE_DATA_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
}

TacDataCall *
tac_data_call_new (TacModem *modem, const TacConfig *config)
{
  TacDataCall *data = g_object_new (TAC_TYPE_DATA_CALL, NULL);

  data->modem = g_object_ref (modem);
  data->wanted_context = g_strdup (config->data_context);
  data->keep = config->data_keep;
  data->timeout_s = config->data_timeout_s;
  g_signal_connect_object (modem, "interfaces-changed", G_CALLBACK (on_modem_changed), data,
                           G_CONNECT_SWAPPED);
  return data;
}

TacDataState
tac_data_call_get_state (TacDataCall *data)
{
  switch (data->step)
    {
    case STEP_DOWN:
      return TAC_DATA_DOWN;
    case STEP_UP:
      return TAC_DATA_UP;
    case STEP_CONTEXTS:
    case STEP_ACTIVATE:
    case STEP_SETTINGS:
    case STEP_ADDRESS:
      return TAC_DATA_RAISING;
    }
  g_return_val_if_reached (TAC_DATA_DOWN);
}

const char *
tac_data_call_get_interface (TacDataCall *data)
{
  return data->step == STEP_UP ? data->interface : NULL;
}

GPtrArray *
tac_data_call_get_addresses (TacDataCall *data)
{
  return data->addresses != NULL ? tac_address_watch_get (data->addresses) : NULL;
}
