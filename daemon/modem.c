/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One oFono modem. Everything is learnt from oFono's signals; nothing is polled. Each ofonod that
 * appears, and each modem that is left, starts a new session, whose cancellable ends the calls of
 * the one before. */
#include "daemon/modem.h"

#include "daemon/modem-power.h"
#include "daemon/ofono.h"

struct _TacModem
{
  GObject parent_instance;
  GDBusConnection *bus;
  char *wanted_path; /* NULL: the first */
  gboolean want_power;

  guint name_watch, manager_watch, property_watch;
  GCancellable *session; /* NULL: no ofonod */
  char *owner, *path;
  TacModemPower *power; /* NULL: not ours to bring up, or no modem */

  gboolean powered, online, sim_present;
  GStrv interfaces;
  char *number, *operator, * technology, *registration;
  guint8 strength;
};

enum
{
  SIGNAL_CHANGED,
  SIGNAL_INTERFACES_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TacModem, tac_modem, G_TYPE_OBJECT)

static void
set_string (char **field, const char *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

static void
emit_changed (TacModem *modem)
{
  g_signal_emit (modem, signals[SIGNAL_CHANGED], 0);
}

/* Forgets what an interface told, when the interface or the whole modem goes. */
static void
forget_network (TacModem *modem)
{
  set_string (&modem->operator, "");
  set_string (&modem->technology, "");
  set_string (&modem->registration, "");
  modem->strength = 0;
}

static void
forget_sim (TacModem *modem)
{
  modem->sim_present = FALSE;
  set_string (&modem->number, "");
}

/* Ends the calls under way. */
static void
new_session (TacModem *modem)
{
  g_cancellable_cancel (modem->session);
  g_clear_object (&modem->session);
  if (modem->owner != NULL)
    modem->session = g_cancellable_new ();
}

static void
drop_modem (TacModem *modem)
{
  if (modem->path == NULL)
    return;
  g_dbus_connection_signal_unsubscribe (modem->bus, modem->property_watch);
  modem->property_watch = 0;
  g_clear_pointer (&modem->power, tac_modem_power_free);
  g_clear_pointer (&modem->path, g_free);
  modem->powered = modem->online = FALSE;
  g_strfreev (modem->interfaces);
  modem->interfaces = g_new0 (char *, 1);
  forget_sim (modem);
  forget_network (modem);
  new_session (modem);
  g_signal_emit (modem, signals[SIGNAL_INTERFACES_CHANGED], 0);
  emit_changed (modem);
}

/* Properties of the SIM and of the network */

static void
take_sim_property (TacModem *modem, const char *name, GVariant *value)
{
  if (g_str_equal (name, "Present") && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    {
      gboolean inserted = !modem->sim_present && g_variant_get_boolean (value);

      if (!g_variant_get_boolean (value))
        forget_sim (modem); /* oFono does not say that the number went with it */
      modem->sim_present = g_variant_get_boolean (value);
      if (inserted && modem->power != NULL)
        tac_modem_power_sim_inserted (modem->power);
    }
  else if (g_str_equal (name, "SubscriberNumbers")
           && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    {
      g_autofree const char **numbers = g_variant_get_strv (value, NULL);

      set_string (&modem->number, numbers[0] != NULL ? numbers[0] : "");
    }
}

static void
take_network_property (TacModem *modem, const char *name, GVariant *value)
{
  gboolean text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING);

  if (g_str_equal (name, "Status") && text)
    set_string (&modem->registration, g_variant_get_string (value, NULL));
  else if (g_str_equal (name, "Name") && text)
    set_string (&modem->operator, g_variant_get_string (value, NULL));
  else if (g_str_equal (name, "Technology") && text)
    set_string (&modem->technology, g_variant_get_string (value, NULL));
  else if (g_str_equal (name, "Strength") && g_variant_is_of_type (value, G_VARIANT_TYPE_BYTE))
    modem->strength = g_variant_get_byte (value);
}

typedef void (*TakeProperty) (TacModem *, const char *, GVariant *);

static void
take_properties (TacModem *modem, GObject *bus, GAsyncResult *result, TakeProperty take)
{
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, NULL);
  g_autoptr (GVariantIter) iter = NULL;
  const char *name;
  GVariant *value;

  if (reply != NULL && modem->path != NULL
      && g_variant_is_of_type (reply, G_VARIANT_TYPE ("(a{sv})")))
    {
      g_variant_get (reply, "(a{sv})", &iter);
      while (g_variant_iter_loop (iter, "{&sv}", &name, &value))
        take (modem, name, value);
      emit_changed (modem);
    }
}

static void
on_sim_properties (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacModem) modem = user_data;

  take_properties (modem, bus, result, take_sim_property);
}

static void
on_network_properties (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacModem) modem = user_data;

  take_properties (modem, bus, result, take_network_property);
}

static void
get_properties (TacModem *modem, const char *interface, GAsyncReadyCallback callback)
{
  tac_ofono_call (modem->bus, modem->owner, modem->path, interface, "GetProperties", NULL,
                  OFONO_TIMEOUT_MS, modem->session, callback, g_object_ref (modem));
}

/* The modem's own properties */

static void
take_interfaces (TacModem *modem, GVariant *value)
{
  g_auto (GStrv) before = g_steal_pointer (&modem->interfaces);
  const char *const *old = (const char *const *)before;

  modem->interfaces = g_variant_dup_strv (value, NULL);
  if (!tac_modem_has_interface (modem, OFONO_SIM))
    forget_sim (modem);
  else if (!g_strv_contains (old, OFONO_SIM))
    get_properties (modem, OFONO_SIM, on_sim_properties);
  if (!tac_modem_has_interface (modem, OFONO_NETWORK))
    forget_network (modem);
  else if (!g_strv_contains (old, OFONO_NETWORK))
    get_properties (modem, OFONO_NETWORK, on_network_properties);
  g_signal_emit (modem, signals[SIGNAL_INTERFACES_CHANGED], 0);
}

static void
take_modem_property (TacModem *modem, const char *name, GVariant *value)
{
  if (g_str_equal (name, "Powered") && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    modem->powered = g_variant_get_boolean (value);
  else if (g_str_equal (name, "Online") && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    {
      modem->online = g_variant_get_boolean (value);
      /* After a modem's own reset oFono may say only that it is online again. */
      modem->powered |= modem->online;
    }
  else if (g_str_equal (name, "Interfaces")
           && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    take_interfaces (modem, value);
}

static void
on_property_changed (GDBusConnection *bus, const char *sender, const char *path,
                     const char *interface, const char *signal, GVariant *arguments,
                     gpointer user_data)
{
  TacModem *modem = user_data;
  g_autoptr (GVariant) value = NULL;
  const char *name;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(sv)")))
    return;
  g_variant_get (arguments, "(&sv)", &name, &value);
  if (g_str_equal (interface, OFONO_MODEM))
    take_modem_property (modem, name, value);
  else if (g_str_equal (interface, OFONO_SIM))
    take_sim_property (modem, name, value);
  else if (g_str_equal (interface, OFONO_NETWORK))
    take_network_property (modem, name, value);
  else
    return;
  if (g_str_equal (interface, OFONO_MODEM) && modem->power != NULL)
    tac_modem_power_follow (modem->power, modem->powered, modem->online);
  emit_changed (modem);
}

/* oFono's modems */

/* The configured one; else the first with a SIM slot of its own, which a telephone that is
 * connected by Bluetooth has not. */
static gboolean
is_wanted (TacModem *modem, const char *path, GVariant *properties)
{
  const char *type = "";

  if (modem->path != NULL)
    return FALSE;
  if (modem->wanted_path != NULL)
    return g_str_equal (path, modem->wanted_path);
  g_variant_lookup (properties, "Type", "&s", &type);
  return !g_str_equal (type, "hfp") && !g_str_equal (type, "sap");
}

static void
take_modem (TacModem *modem, const char *path, GVariant *properties)
{
  const char *name;
  GVariant *value;
  GVariantIter iter;

  modem->path = g_strdup (path);
  modem->property_watch = g_dbus_connection_signal_subscribe (
      modem->bus, modem->owner, NULL, "PropertyChanged", path, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
      on_property_changed, modem, NULL);
  if (modem->want_power)
    modem->power = tac_modem_power_new (modem->bus, modem->owner, path);
  g_variant_iter_init (&iter, properties);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    take_modem_property (modem, name, value);
  if (modem->power != NULL)
    tac_modem_power_follow (modem->power, modem->powered, modem->online);
  emit_changed (modem);
}

static void
on_modems (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacModem) modem = user_data;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, NULL);
  g_autoptr (GVariantIter) modems = NULL;
  GVariant *properties;
  const char *path;

  if (reply == NULL || modem->owner == NULL
      || !g_variant_is_of_type (reply, G_VARIANT_TYPE ("(a(oa{sv}))")))
    return;
  g_variant_get (reply, "(a(oa{sv}))", &modems);
  while (g_variant_iter_loop (modems, "(&o@a{sv})", &path, &properties))
    if (is_wanted (modem, path, properties))
      take_modem (modem, path, properties);
}

static void
list_modems (TacModem *modem)
{
  tac_ofono_call (modem->bus, modem->owner, "/", OFONO_MANAGER, "GetModems", NULL, OFONO_TIMEOUT_MS,
                  modem->session, on_modems, g_object_ref (modem));
}

static void
on_manager_signal (GDBusConnection *bus, const char *sender, const char *manager,
                   const char *interface, const char *signal, GVariant *arguments,
                   gpointer user_data)
{
  TacModem *modem = user_data;
  const char *path;

  if (g_str_equal (signal, "ModemAdded"))
    list_modems (modem);
  else if (g_str_equal (signal, "ModemRemoved")
           && g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(o)")))
    {
      g_variant_get (arguments, "(&o)", &path);
      if (g_strcmp0 (path, modem->path) != 0)
        return;
      drop_modem (modem);
      list_modems (modem); /* another one may do */
    }
}

static void
on_ofono_appeared (GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
  TacModem *modem = user_data;

  modem->owner = g_strdup (owner);
  new_session (modem);
  modem->manager_watch = g_dbus_connection_signal_subscribe (bus, owner, OFONO_MANAGER, NULL, "/",
                                                             NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                                             on_manager_signal, modem, NULL);
  list_modems (modem);
  emit_changed (modem);
}

static void
on_ofono_vanished (GDBusConnection *bus, const char *name, gpointer user_data)
{
  TacModem *modem = user_data;

  if (modem->owner == NULL)
    return;
  g_dbus_connection_signal_unsubscribe (modem->bus, modem->manager_watch);
  modem->manager_watch = 0;
  g_clear_pointer (&modem->owner, g_free);
  new_session (modem);
  drop_modem (modem);
  emit_changed (modem);
}

/* The object */

static void
tac_modem_init (TacModem *modem)
{
  modem->interfaces = g_new0 (char *, 1);
  forget_sim (modem);
  forget_network (modem);
}

static void
tac_modem_dispose (GObject *object)
{
  TacModem *modem = TAC_MODEM (object);

  g_clear_handle_id (&modem->name_watch, g_bus_unwatch_name);
  on_ofono_vanished (modem->bus, OFONO_SERVICE, modem);
  g_clear_object (&modem->bus);
  G_OBJECT_CLASS (tac_modem_parent_class)->dispose (object);
}

static void
tac_modem_finalize (GObject *object)
{
  TacModem *modem = TAC_MODEM (object);

  g_free (modem->wanted_path);
  g_strfreev (modem->interfaces);
  g_free (modem->number);
  g_free (modem->operator);
  g_free (modem->technology);
  g_free (modem->registration);
  G_OBJECT_CLASS (tac_modem_parent_class)->finalize (object);
}

static void
tac_modem_class_init (TacModemClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = tac_modem_dispose;
  object_class->finalize = tac_modem_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", TAC_TYPE_MODEM, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_INTERFACES_CHANGED] = g_signal_new (
      "interfaces-changed", TAC_TYPE_MODEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

TacModem *
tac_modem_new (GDBusConnection *system_bus, const TacConfig *config)
{
  TacModem *modem = g_object_new (TAC_TYPE_MODEM, NULL);

  modem->bus = g_object_ref (system_bus);
  modem->wanted_path = g_strdup (config->modem_path);
  modem->want_power = config->modem_power;
  modem->name_watch = g_bus_watch_name_on_connection (
      system_bus, OFONO_SERVICE, G_BUS_NAME_WATCHER_FLAGS_AUTO_START, on_ofono_appeared,
      on_ofono_vanished, modem, NULL);
  return modem;
}

TacModemState
tac_modem_get_state (TacModem *modem)
{
  if (modem->owner == NULL)
    return TAC_MODEM_NO_OFONO;
  if (modem->path == NULL)
    return TAC_MODEM_NONE;
  if (!modem->powered || !modem->online)
    return TAC_MODEM_OFF;
  if (!modem->sim_present)
    return TAC_MODEM_NO_SIM;
  if (!g_str_equal (modem->registration, "registered")
      && !g_str_equal (modem->registration, "roaming"))
    return TAC_MODEM_NOT_REGISTERED;
  return TAC_MODEM_READY;
}

const char *
tac_modem_get_path (TacModem *modem)
{
  return modem->path;
}

const char *
tac_modem_get_owner (TacModem *modem)
{
  return modem->owner;
}

gboolean
tac_modem_has_interface (TacModem *modem, const char *interface)
{
  return g_strv_contains ((const char *const *)modem->interfaces, interface);
}

const char *
tac_modem_get_number (TacModem *modem)
{
  return modem->number;
}

const char *
tac_modem_get_operator (TacModem *modem)
{
  return modem->operator;
}

const char *
tac_modem_get_technology (TacModem *modem)
{
  return modem->technology;
}

guint8
tac_modem_get_strength (TacModem *modem)
{
  return modem->strength;
}

GDBusConnection *
tac_modem_get_bus (TacModem *modem)
{
  return modem->bus;
}
