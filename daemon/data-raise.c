/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Raising a data context: the steps, and what oFono says meanwhile and while it is up. */
#include "daemon/context-properties.h"
#include "daemon/data-context-private.h"
#include "daemon/ofono.h"

static void
on_addresses_changed (gpointer user_data)
{
  TacDataContext *context = user_data;

  if (tac_data_address_is_gone (context->address))
    tac_data_context_fail (context, "its network interface is gone");
  else if (context->step == STEP_ADDRESS)
    tac_data_context_set_step (context, STEP_UP);
  else if (context->step == STEP_UP)
    tac_data_context_moved (context);
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
  tac_data_context_fail (context, why);
  return NULL;
}

static void
on_context_properties (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacDataContext) context = user_data;
  g_autoptr (GVariant) reply
      = finish (context, bus, result, "(a{sv})", "the modem does not tell the context's interface");
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *interface = NULL;

  if (reply == NULL || context->step != STEP_SETTINGS)
    return;
  properties = g_variant_get_child_value (reply, 0);
  interface = tac_context_interface (properties);
  if (interface == NULL)
    {
      tac_data_context_fail (context, "the context is active but has no network interface");
      return;
    }
  context->address = tac_data_address_new (interface, on_addresses_changed, context, &error);
  if (context->address == NULL)
    tac_data_context_fail (context, error->message);
  else
    tac_data_context_set_step (context, STEP_ADDRESS);
}

static void
get_settings (TacDataContext *context)
{
  tac_data_context_set_step (context, STEP_SETTINGS);
  tac_data_context_ask (context, context->path, OFONO_CONTEXT, "GetProperties", NULL,
                        on_context_properties);
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
  if (error != NULL)
    tac_data_context_set_ours (context, FALSE);
  if (context->step == STEP_ACTIVATE && error == NULL)
    get_settings (context);
  else if (context->step == STEP_ACTIVATE)
    {
      g_dbus_error_strip_remote_error (error);
      why = g_strdup_printf ("the network refused it (is there a data plan, is the access point "
                             "name (APN) right?): %s",
                             error->message);
      context->step = STEP_CONTEXTS; /* there is nothing to take back */
      tac_data_context_fail (context, why);
    }
  else if (context->ours)
    {
      tac_data_context_take_down (context);
    }
  else
    tac_data_context_forget (context);
}

/* It is recorded before: who is killed in between must leave no context up. */
static void
activate (TacDataContext *context)
{
  tac_data_context_set_ours (context, g_strcmp0 (context->theirs, context->path) != 0);
  context->stale = FALSE;
  tac_data_context_set_step (context, STEP_ACTIVATE);
  tac_data_context_set_active (context, TRUE, on_activated);
}

static void
on_renewed (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacDataContext) context = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (context->step == STEP_RENEW)
    activate (context);
  else
    tac_data_context_forget (context);
}

static void
on_contexts (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacDataContext) context = user_data;
  g_autoptr (GVariant) reply
      = finish (context, bus, result, "(a(oa{sv}))", "the modem does not tell its data contexts");
  g_autoptr (GVariant) contexts = NULL;
  gboolean active = FALSE;

  if (reply == NULL || context->step != STEP_CONTEXTS)
    return;
  contexts = g_variant_get_child_value (reply, 0);
  context->path = tac_context_find (contexts, context->wanted, &active);
  if (context->path == NULL)
    tac_data_context_fail (
        context, context->wanted != NULL
                     ? "oFono has no such context as the configuration names ([data] context)"
                     : "oFono has no \"internet\" context: give it an access point name (APN)");
  else if (!active)
    activate (context);
  else if (context->stale && g_strcmp0 (context->theirs, context->path) == 0)
    {
      tac_data_context_set_step (context, STEP_RENEW);
      tac_data_context_set_active (context, FALSE, on_renewed);
    }
  else
    {
      tac_data_context_set_theirs (context, context->path);
      get_settings (context);
    }
}

static void
get_contexts (TacDataContext *context)
{
  tac_data_context_set_step (context, STEP_CONTEXTS);
  tac_data_context_ask (context, tac_modem_get_path (context->modem), OFONO_CONNECTIONS,
                        "GetContexts", NULL, on_contexts);
}

/* A property of ConnectionManager, asked for or signalled. */
static void
take_connection_property (TacDataContext *context, const char *name, gboolean value)
{
  if (g_str_equal (name, "Powered") && !value
      && !(context->patient && context->step == STEP_ATTACH))
    tac_data_context_fail (context, "mobile data is switched off; switch it on");
  else if (g_str_equal (name, "Attached") && value && context->step == STEP_ATTACH)
    get_contexts (context);
  else if (g_str_equal (name, "Attached") && !value && context->step != STEP_ATTACH)
    {
      context->stale = TRUE;
      tac_data_context_fail (context, "the network detached this phone");
    }
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
           && g_strcmp0 (path, context->path) == 0 && context->step > STEP_ACTIVATE)
    {
      tac_data_context_set_ours (context, FALSE);
      tac_data_context_fail (context, "the context was taken down");
    }
}

void
tac_data_context_raise (TacDataContext *context, gboolean patient)
{
  static const char *const interfaces[] = { OFONO_CONNECTIONS, OFONO_CONTEXT };
  const char *path = tac_modem_get_path (context->modem);

  context->patient = patient;
  context->attempt = g_cancellable_new ();
  for (guint i = 0; i < G_N_ELEMENTS (context->watches); i++)
    context->watches[i] = g_dbus_connection_signal_subscribe (
        tac_modem_get_bus (context->modem), tac_modem_get_owner (context->modem), interfaces[i],
        "PropertyChanged", i == 0 ? path : NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
        on_property_changed, context, NULL);
  tac_data_context_ask (context, path, OFONO_CONNECTIONS, "GetProperties", NULL,
                        on_connection_properties);
  tac_data_context_set_step (context, STEP_ATTACH);
}
