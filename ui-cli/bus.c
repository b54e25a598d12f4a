/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connection to taciteld: found, started if need be, with all its objects. */
#include "bus.h"
#include "output.h"
#include <unistd.h>

/* Starting the daemon may take a slow phone a while. */
#define START_TIMEOUT_MS 25000

static GDBusConnection *
connect_bus (GError **error)
{
  g_autoptr (GError) reason = NULL;
  GDBusConnection *bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &reason);
  if (bus != NULL)
    {
      g_dbus_connection_set_exit_on_close (bus, FALSE);
      return bus;
    }
  g_autofree char *usual = g_strdup_printf ("/run/user/%u/bus", (guint)getuid ());
  if (g_getenv ("DBUS_SESSION_BUS_ADDRESS") != NULL)
    g_set_error (error, CLI_ERROR, CLI_ERROR_NO_BUS,
                 "the session bus at DBUS_SESSION_BUS_ADDRESS=%s cannot be reached (%s); unset the "
                 "variable, or log in again",
                 g_getenv ("DBUS_SESSION_BUS_ADDRESS"), reason->message);
  else if (g_file_test (usual, G_FILE_TEST_EXISTS))
    g_set_error (error, CLI_ERROR, CLI_ERROR_NO_BUS,
                 "no session bus in this shell: export DBUS_SESSION_BUS_ADDRESS=unix:path=%s",
                 usual);
  else if (getuid () == 0)
    g_set_error_literal (error, CLI_ERROR, CLI_ERROR_NO_BUS,
                         "root has no session bus: run tacitel as the phone's user, such as "
                         "machinectl shell USER@ /usr/bin/tacitel status");
  else
    g_set_error_literal (error, CLI_ERROR, CLI_ERROR_NO_BUS,
                         "no session bus: log in on the phone, or over ssh with PAM and systemd, "
                         "or run \"dbus-run-session\"");
  return NULL;
}

static GVariant *
ask_bus (GDBusConnection *bus, const char *method, GVariant *arguments, const char *type,
         GError **error)
{
  return g_dbus_connection_call_sync (
      bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method,
      arguments, G_VARIANT_TYPE (type), G_DBUS_CALL_FLAGS_NONE, START_TIMEOUT_MS, NULL, error);
}

/* StartServiceByName refuses a name that has an owner but no activation file: ask for the owner
 * first. */
static gboolean
start_daemon (GDBusConnection *bus, GError **error)
{
  g_autoptr (GVariant) owned
      = ask_bus (bus, "NameHasOwner", g_variant_new ("(s)", CLI_BUS_NAME), "(b)", error);
  gboolean runs = FALSE;
  if (owned == NULL)
    return FALSE;
  g_variant_get (owned, "(b)", &runs);
  if (runs)
    return TRUE;
  g_autoptr (GVariant) started
      = ask_bus (bus, "StartServiceByName", g_variant_new ("(su)", CLI_BUS_NAME, 0), "(u)", error);
  return started != NULL;
}

static void
drop_interfaces (CliDaemon *daemon)
{
  g_clear_object (&daemon->manager);
  g_clear_object (&daemon->contacts);
  g_clear_object (&daemon->keyring);
  g_clear_object (&daemon->pairing);
  g_clear_object (&daemon->history);
  g_clear_object (&daemon->network);
  g_clear_object (&daemon->audio);
}

gboolean
cli_daemon_refresh (CliDaemon *daemon)
{
  drop_interfaces (daemon);
  g_autoptr (GDBusObject) object
      = g_dbus_object_manager_get_object (daemon->objects, "/org/tacitel/Tacitel");
  if (object == NULL)
    return FALSE;
  TacDbusObject *offered = TAC_DBUS_OBJECT (object);
  daemon->manager = tac_dbus_object_get_manager1 (offered);
  daemon->contacts = tac_dbus_object_get_contacts1 (offered);
  daemon->keyring = tac_dbus_object_get_keyring1 (offered);
  daemon->pairing = tac_dbus_object_get_pairing1 (offered);
  daemon->history = tac_dbus_object_get_history1 (offered);
  daemon->network = tac_dbus_object_get_network1 (offered);
  daemon->audio = tac_dbus_object_get_audio1 (offered);
  if (daemon->manager == NULL || daemon->contacts == NULL || daemon->keyring == NULL
      || daemon->pairing == NULL || daemon->history == NULL || daemon->network == NULL
      || daemon->audio == NULL)
    return FALSE;
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (daemon->manager), CLI_TIMEOUT_MS);
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (daemon->contacts), CLI_TIMEOUT_MS);
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (daemon->keyring), CLI_KEYRING_TIMEOUT_MS);
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (daemon->pairing), CLI_PAIRING_TIMEOUT_MS);
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (daemon->history), CLI_TIMEOUT_MS);
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (daemon->network), CLI_NETWORK_TIMEOUT_MS);
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (daemon->audio), CLI_AUDIO_TIMEOUT_MS);
  return TRUE;
}

gboolean
cli_daemon_check_open (CliDaemon *daemon, GError **error)
{
  static const char *const rows[][3] = {
    { "none", "NotSetUp", "this phone has no identity yet" },
    { "locked", "Locked", "the store is locked" },
    { "damaged", "Damaged", "a file of the store is damaged" },
  };
  const char *state = tac_dbus_keyring1_get_state (daemon->keyring);
  const char *text = tac_dbus_keyring1_get_state_text (daemon->keyring);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (state, rows[i][0]) == 0)
      {
        cli_daemon_error (error, rows[i][1], text != NULL && *text != '\0' ? text : rows[i][2]);
        return FALSE;
      }
  return TRUE;
}

CliDaemon *
cli_daemon_connect (GError **error)
{
  g_autoptr (CliDaemon) daemon = g_new0 (CliDaemon, 1);
  daemon->bus = connect_bus (error);
  if (daemon->bus == NULL || !start_daemon (daemon->bus, error))
    return NULL;
  daemon->objects = tac_dbus_object_manager_client_new_sync (
      daemon->bus, G_DBUS_OBJECT_MANAGER_CLIENT_FLAGS_DO_NOT_AUTO_START, CLI_BUS_NAME,
      "/org/tacitel", NULL, error);
  if (daemon->objects == NULL)
    return NULL;
  if (!cli_daemon_refresh (daemon))
    {
      g_set_error_literal (error, CLI_ERROR, CLI_ERROR_NO_DAEMON,
                           "taciteld is on the bus but offers nothing: it is starting or stopping");
      return NULL;
    }
  return g_steal_pointer (&daemon);
}

void
cli_daemon_free (CliDaemon *daemon)
{
  drop_interfaces (daemon);
  g_clear_object (&daemon->objects);
  g_clear_object (&daemon->bus);
  g_free (daemon);
}

CliCall *
cli_daemon_read_call (TacDbusCall1 *proxy)
{
  GDBusProxy *cache = G_DBUS_PROXY (proxy);
  GVariantDict properties;
  g_variant_dict_init (&properties, NULL);
  g_auto (GStrv) names = g_dbus_proxy_get_cached_property_names (cache);
  for (char **name = names; name != NULL && *name != NULL; name++)
    {
      g_autoptr (GVariant) value = g_dbus_proxy_get_cached_property (cache, *name);
      g_variant_dict_insert_value (&properties, *name, value);
    }
  g_autoptr (GVariant) all = g_variant_ref_sink (g_variant_dict_end (&properties));
  return cli_call_new (g_dbus_proxy_get_object_path (cache), all);
}

TacDbusCall1 *
cli_daemon_call_at (CliDaemon *daemon, const char *path)
{
  g_autoptr (GDBusObject) object = g_dbus_object_manager_get_object (daemon->objects, path);
  TacDbusCall1 *call = object != NULL ? tac_dbus_object_get_call1 (TAC_DBUS_OBJECT (object)) : NULL;
  if (call != NULL)
    g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (call), CLI_TIMEOUT_MS);
  return call;
}

static int
by_path (gconstpointer a, gconstpointer b)
{
  const CliCall *first = *(CliCall *const *)a, *second = *(CliCall *const *)b;
  return g_strcmp0 (first->path, second->path);
}

GPtrArray *
cli_daemon_calls (CliDaemon *daemon)
{
  GPtrArray *calls = g_ptr_array_new_with_free_func ((GDestroyNotify)cli_call_free);
  g_autolist (GDBusObject) objects = g_dbus_object_manager_get_objects (daemon->objects);
  for (GList *item = objects; item != NULL; item = item->next)
    {
      g_autoptr (TacDbusCall1) proxy = tac_dbus_object_get_call1 (TAC_DBUS_OBJECT (item->data));
      if (proxy != NULL)
        g_ptr_array_add (calls, cli_daemon_read_call (proxy));
    }
  g_ptr_array_sort (calls, by_path);
  return calls;
}

static int
fitness (const CliCall *call, CliWhich which)
{
  if (call->state == CLI_CALL_ENDED)
    return 0;
  gboolean unanswered = call->incoming && !cli_call_is_up (call);
  switch (which)
    {
    case CLI_WHICH_ANY:
      return cli_call_is_up (call) ? 3 : unanswered ? 1 : 2;
    case CLI_WHICH_INCOMING:
      return !unanswered ? 0 : call->state == CLI_CALL_RINGING ? 2 : 1;
    }
  return 0;
}

TacDbusCall1 *
cli_daemon_pick (CliDaemon *daemon, CliWhich which, GError **error)
{
  g_autoptr (GPtrArray) calls = cli_daemon_calls (daemon);
  const CliCall *best = NULL;
  for (guint i = 0; i < calls->len; i++)
    {
      const CliCall *call = g_ptr_array_index (calls, i);
      if (fitness (call, which) > (best != NULL ? fitness (best, which) : 0))
        best = call;
    }
  TacDbusCall1 *proxy = best != NULL ? cli_daemon_call_at (daemon, best->path) : NULL;
  if (proxy != NULL)
    return proxy;
  g_set_error_literal (error, CLI_ERROR, CLI_ERROR_NO_CALL,
                       which == CLI_WHICH_INCOMING ? "no call is coming in" : "there is no call");
  return NULL;
}
