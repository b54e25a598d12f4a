/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Raising and lowering go through the steps below, one call to oFono at a time: it refuses a second
 * request for a context with InProgress.
 *
 * oFono's own word that a context is active proves nothing once the network has dropped it, so loss
 * is judged by the modem, by Attached and by the interface. A context that was active before
 * belongs to somebody else, the phone's network manager, and is left up. */
#include "daemon/data-context.h"

#include "daemon/address-watch.h"
#include "daemon/ofono.h"

#include <net/if.h>

typedef enum
{
  STEP_DOWN,
  STEP_ATTACH,   /* asking whether packet data is allowed; waiting to be attached */
  STEP_CONTEXTS, /* asking for the contexts */
  STEP_ACTIVATE, /* Active=true was sent */
  STEP_SETTINGS, /* asking which interface it got */
  STEP_ADDRESS,  /* waiting for an address on it */
  STEP_UP,
  STEP_UNDO,  /* Active=true was sent, and is not wanted any more */
  STEP_LOWER, /* Active=false was sent */
} Step;

struct _TacDataContext
{
  GObject parent_instance;
  TacModem *modem;
  char *wanted;

  Step step;
  char *path, *interface;
  gboolean ours; /* activated here */
  TacAddressWatch *addresses;
  GCancellable *attempt; /* of all calls from raising to down */
  guint watches[2];      /* of oFono's signals, while not down */
};

enum
{
  SIGNAL_CHANGED,
  SIGNAL_BROKEN,
  SIGNAL_ADDRESS_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TacDataContext, tac_data_context, G_TYPE_OBJECT)

static void on_lowered (GObject *bus, GAsyncResult *result, gpointer user_data);

static void
set_step (TacDataContext *context, Step step)
{
  TacContextState before = tac_data_context_get_state (context);

  context->step = step;
  if (tac_data_context_get_state (context) != before)
    g_signal_emit (context, signals[SIGNAL_CHANGED], 0);
}

static void
ask (TacDataContext *context, const char *path, const char *interface, const char *method,
     GVariant *arguments, GAsyncReadyCallback callback)
{
  tac_ofono_call (tac_modem_get_bus (context->modem), tac_modem_get_owner (context->modem), path,
                  interface, method, arguments, OFONO_SLOW_TIMEOUT_MS, context->attempt, callback,
                  g_object_ref (context));
}

static void
set_active (TacDataContext *context, gboolean active, GAsyncReadyCallback callback)
{
  ask (context, context->path, OFONO_CONTEXT, "SetProperty",
       g_variant_new ("(sv)", "Active", g_variant_new_boolean (active)), callback);
}

static void
drop_interface (TacDataContext *context)
{
  if (context->addresses != NULL)
    g_signal_handlers_disconnect_by_data (context->addresses, context);
  g_clear_object (&context->addresses);
  g_clear_pointer (&context->interface, g_free);
}

/* Down, whatever oFono still has to say. */
void
tac_data_context_forget (TacDataContext *context)
{
  context->ours = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (context->watches); i++)
    {
      if (context->watches[i] != 0)
        g_dbus_connection_signal_unsubscribe (tac_modem_get_bus (context->modem),
                                              context->watches[i]);
      context->watches[i] = 0;
    }
  g_cancellable_cancel (context->attempt);
  g_clear_object (&context->attempt);
  drop_interface (context);
  g_clear_pointer (&context->path, g_free);
  set_step (context, STEP_DOWN);
}

/* Takes back what was done. */
void
tac_data_context_lower (TacDataContext *context)
{
  switch (context->step)
    {
    case STEP_ATTACH:
    case STEP_CONTEXTS:
      tac_data_context_forget (context);
      break;
    case STEP_ACTIVATE:
      set_step (context, STEP_UNDO);
      break;
    case STEP_SETTINGS:
    case STEP_ADDRESS:
    case STEP_UP:
      drop_interface (context);
      if (context->ours)
        {
          set_step (context, STEP_LOWER);
          set_active (context, FALSE, on_lowered);
        }
      else
        tac_data_context_forget (context);
      break;
    case STEP_DOWN:
    case STEP_UNDO:
    case STEP_LOWER:
      break;
    }
}

/* Raising broke, or what was up is gone. */
static void
fail (TacDataContext *context, const char *why)
{
  g_signal_emit (context, signals[SIGNAL_BROKEN], 0, why);
  tac_data_context_lower (context);
}

static void
on_addresses_changed (TacDataContext *context)
{
  guint n = tac_address_watch_get (context->addresses)->len;

  if (context->step == STEP_ADDRESS && n > 0)
    set_step (context, STEP_UP);
  else if (context->step == STEP_UP && n == 0 && if_nametoindex (context->interface) == 0)
    fail (context, "its network interface is gone");
  else if (context->step == STEP_UP)
    g_signal_emit (context, signals[SIGNAL_ADDRESS_CHANGED], 0);
}

/* Finishes a call of this attempt. NULL: it was of an attempt that is over, or it failed and that
 * was dealt with. */
static GVariant *
finish (TacDataContext *context, GObject *bus, GAsyncResult *result, const char *type,
        const char *what)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, &error);
  g_autofree char *why = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return NULL;
  if (reply != NULL && g_variant_is_of_type (reply, G_VARIANT_TYPE (type)))
    return g_steal_pointer (&reply);
  if (error != NULL)
    g_dbus_error_strip_remote_error (error);
  why = g_strdup_printf ("%s: %s", what, error != NULL ? error->message : "a strange answer");
  fail (context, why);
  return NULL;
}

/* The steps */

static void
on_lowered (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacDataContext) context = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  tac_data_context_forget (context);
}

static void
on_context_properties (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacDataContext) context = user_data;
  g_autoptr (GVariant) reply
      = finish (context, bus, result, "(a{sv})", "the modem does not tell the context's interface");
  g_autoptr (GVariant) properties = NULL, v4 = NULL, v6 = NULL;
  g_autoptr (GError) error = NULL;
  const char *interface = NULL;

  if (reply == NULL || context->step != STEP_SETTINGS)
    return;
  properties = g_variant_get_child_value (reply, 0);
  v4 = g_variant_lookup_value (properties, "Settings", G_VARIANT_TYPE_VARDICT);
  v6 = g_variant_lookup_value (properties, "IPv6.Settings", G_VARIANT_TYPE_VARDICT);
  if (!(v4 != NULL && g_variant_lookup (v4, "Interface", "&s", &interface))
      && !(v6 != NULL && g_variant_lookup (v6, "Interface", "&s", &interface)))
    {
      fail (context, "the context is active but has no network interface");
      return;
    }
  context->interface = g_strdup (interface);
  context->addresses = tac_address_watch_new (interface, &error);
  if (context->addresses == NULL)
    {
      fail (context, error->message);
      return;
    }
  set_step (context, STEP_ADDRESS);
  g_signal_connect_swapped (context->addresses, "changed", G_CALLBACK (on_addresses_changed),
                            context);
}

static void
get_settings (TacDataContext *context)
{
  set_step (context, STEP_SETTINGS);
  ask (context, context->path, OFONO_CONTEXT, "GetProperties", NULL, on_context_properties);
}

static void
on_activated (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacDataContext) context = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, &error);
  g_autofree char *why = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  context->ours = error == NULL;
  if (context->step == STEP_ACTIVATE && error == NULL)
    get_settings (context);
  else if (context->step == STEP_ACTIVATE)
    {
      g_dbus_error_strip_remote_error (error);
      why = g_strdup_printf ("the network refused it (is there a data plan, is the access point "
                             "name (APN) right?): %s",
                             error->message);
      context->step = STEP_CONTEXTS; /* there is nothing to take back */
      fail (context, why);
    }
  else if (error == NULL)
    {
      set_step (context, STEP_LOWER);
      set_active (context, FALSE, on_lowered);
    }
  else
    tac_data_context_forget (context);
}

static gboolean
is_wanted (TacDataContext *context, const char *path, GVariant *properties)
{
  const char *type;

  if (context->wanted != NULL)
    return g_str_equal (path, context->wanted);
  return g_variant_lookup (properties, "Type", "&s", &type) && g_str_equal (type, "internet");
}

static void
on_contexts (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacDataContext) context = user_data;
  g_autoptr (GVariant) reply
      = finish (context, bus, result, "(a(oa{sv}))", "the modem does not tell its data contexts");
  g_autoptr (GVariantIter) contexts = NULL;
  gboolean active = FALSE;
  const char *path;
  GVariant *properties;

  if (reply == NULL || context->step != STEP_CONTEXTS)
    return;
  g_variant_get (reply, "(a(oa{sv}))", &contexts);
  while (g_variant_iter_loop (contexts, "(&o@a{sv})", &path, &properties))
    if (context->path == NULL && is_wanted (context, path, properties))
      {
        context->path = g_strdup (path);
        g_variant_lookup (properties, "Active", "b", &active);
      }
  if (context->path == NULL)
    fail (context, context->wanted != NULL
                       ? "oFono has no such context as the configuration names ([data] context)"
                       : "oFono has no \"internet\" context: give it an access point name (APN)");
  else if (active)
    get_settings (context);
  else
    {
      set_step (context, STEP_ACTIVATE);
      set_active (context, TRUE, on_activated);
    }
}

static void
get_contexts (TacDataContext *context)
{
  set_step (context, STEP_CONTEXTS);
  ask (context, tac_modem_get_path (context->modem), OFONO_CONNECTIONS, "GetContexts", NULL,
       on_contexts);
}

/* A property of ConnectionManager, asked for or signalled. */
static void
take_connection_property (TacDataContext *context, const char *name, gboolean value)
{
  if (g_str_equal (name, "Powered") && !value)
    fail (context, "mobile data is switched off; switch it on");
  else if (g_str_equal (name, "Attached") && value && context->step == STEP_ATTACH)
    get_contexts (context);
  else if (g_str_equal (name, "Attached") && !value && context->step != STEP_ATTACH)
    fail (context, "the network detached this phone");
}

static void
on_connection_properties (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacDataContext) context = user_data;
  g_autoptr (GVariant) reply
      = finish (context, bus, result, "(a{sv})", "the modem does not tell about packet data");
  static const char *const names[] = { "Powered", "Attached" };
  g_autoptr (GVariant) properties = NULL;
  gboolean value;

  if (reply == NULL)
    return;
  properties = g_variant_get_child_value (reply, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (names) && context->step == STEP_ATTACH; i++)
    if (g_variant_lookup (properties, names[i], "b", &value))
      take_connection_property (context, names[i], value);
}

static void
on_property_changed (GDBusConnection *bus, const char *sender, const char *path,
                     const char *interface, const char *signal, GVariant *arguments,
                     gpointer user_data)
{
  TacDataContext *context = user_data;
  g_autoptr (GVariant) value = NULL;
  const char *name;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(sv)")) || context->step == STEP_UNDO
      || context->step == STEP_LOWER)
    return;
  g_variant_get (arguments, "(&sv)", &name, &value);
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return;
  if (g_str_equal (interface, OFONO_CONNECTIONS))
    take_connection_property (context, name, g_variant_get_boolean (value));
  else if (g_str_equal (name, "Active") && !g_variant_get_boolean (value)
           && g_strcmp0 (path, context->path) == 0 && context->step != STEP_ACTIVATE)
    {
      context->ours = FALSE;
      fail (context, "the context was taken down");
    }
}

void
tac_data_context_raise (TacDataContext *context)
{
  static const char *const interfaces[] = { OFONO_CONNECTIONS, OFONO_CONTEXT };
  const char *path = tac_modem_get_path (context->modem);

  context->attempt = g_cancellable_new ();
  for (guint i = 0; i < G_N_ELEMENTS (context->watches); i++)
    context->watches[i] = g_dbus_connection_signal_subscribe (
        tac_modem_get_bus (context->modem), tac_modem_get_owner (context->modem), interfaces[i],
        "PropertyChanged", i == 0 ? path : NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
        on_property_changed, context, NULL);
  ask (context, path, OFONO_CONNECTIONS, "GetProperties", NULL, on_connection_properties);
  set_step (context, STEP_ATTACH);
}

/* The object */

static void
tac_data_context_init (TacDataContext *context)
{
}

static void
tac_data_context_dispose (GObject *object)
{
  TacDataContext *context = TAC_DATA_CONTEXT (object);

  if (context->modem != NULL)
    tac_data_context_forget (context);
  g_clear_object (&context->modem);
  g_clear_pointer (&context->wanted, g_free);
  G_OBJECT_CLASS (tac_data_context_parent_class)->dispose (object);
}

static void
tac_data_context_class_init (TacDataContextClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tac_data_context_dispose;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", TAC_TYPE_DATA_CONTEXT, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_BROKEN] = g_signal_new ("broken", TAC_TYPE_DATA_CONTEXT, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_ADDRESS_CHANGED]
      = g_signal_new ("address-changed", TAC_TYPE_DATA_CONTEXT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                      NULL, G_TYPE_NONE, 0);
}

TacDataContext *
tac_data_context_new (TacModem *modem, const char *wanted)
{
  TacDataContext *context = g_object_new (TAC_TYPE_DATA_CONTEXT, NULL);

  context->modem = g_object_ref (modem);
  context->wanted = g_strdup (wanted);
  return context;
}

void
tac_data_context_abandon (TacDataContext *context)
{
  if (context->ours)
    tac_ofono_set_property (
        tac_modem_get_bus (context->modem), tac_modem_get_owner (context->modem), context->path,
        OFONO_CONTEXT, "Active", g_variant_new_boolean (FALSE), OFONO_TIMEOUT_MS, NULL, NULL, NULL);
  tac_data_context_forget (context);
}

TacContextState
tac_data_context_get_state (TacDataContext *context)
{
  switch (context->step)
    {
    case STEP_DOWN:
      return TAC_CONTEXT_DOWN;
    case STEP_ATTACH:
    case STEP_CONTEXTS:
    case STEP_ACTIVATE:
    case STEP_SETTINGS:
    case STEP_ADDRESS:
      return TAC_CONTEXT_RAISING;
    case STEP_UP:
      return TAC_CONTEXT_UP;
    case STEP_UNDO:
    case STEP_LOWER:
      return TAC_CONTEXT_LOWERING;
    }
  g_return_val_if_reached (TAC_CONTEXT_DOWN);
}

const char *
tac_data_context_get_waiting (TacDataContext *context)
{
  if (context->step == STEP_ADDRESS)
    return "its interface got no address in time (is the network manager running?)";
  if (context->step == STEP_ATTACH)
    return "the network does not admit this phone to packet data (no coverage, or roaming?)";
  return "it did not come up in time";
}

const char *
tac_data_context_get_interface (TacDataContext *context)
{
  return context->interface;
}

GPtrArray *
tac_data_context_get_addresses (TacDataContext *context)
{
  return context->addresses != NULL ? tac_address_watch_get (context->addresses) : NULL;
}
