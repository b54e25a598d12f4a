/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's parts, made in the order in which they need each other and freed in the reverse. */
#include "daemon/daemon.h"

#include "daemon/contacts-service.h"
#include "daemon/manager-service.h"

#define OBJECTS_PATH "/org/tacitel"
#define MAIN_PATH "/org/tacitel/Tacitel"

struct TacDaemon
{
  TacManagerParts parts;
  TacContacts *contacts;
  GDBusObjectManagerServer *objects;
  TacManagerService *manager_service;
  TacContactsService *contacts_service;
};

static gboolean
open_stores (TacDaemon *daemon, GError **error)
{
  g_autofree char *identity
      = g_build_filename (g_get_user_data_dir (), "tacitel", "identity", NULL);
  g_autofree char *contacts
      = g_build_filename (g_get_user_data_dir (), "tacitel", "contacts", NULL);

  daemon->parts.keyring = tac_keyring_open (identity, error);
  if (daemon->parts.keyring == NULL)
    return FALSE;
  daemon->contacts
      = tac_contacts_open (contacts, tac_keyring_identity (daemon->parts.keyring), error);
  return daemon->contacts != NULL;
}

static void export(TacDaemon *daemon, GDBusConnection *session)
{
  g_autoptr (GDBusObjectSkeleton) object = g_dbus_object_skeleton_new (MAIN_PATH);

  daemon->manager_service = tac_manager_service_new (&daemon->parts, object);
  daemon->contacts_service
      = tac_contacts_service_new (daemon->contacts, daemon->parts.calls, object);
  g_dbus_object_manager_server_export (daemon->objects, object);
  g_dbus_object_manager_server_set_connection (daemon->objects, session);
}

TacDaemon *
tac_daemon_new (const TacConfig *config, GDBusConnection *session, GDBusConnection *system,
                GError **error)
{
  TacDaemon *daemon = g_new0 (TacDaemon, 1);
  TacManagerParts *parts = &daemon->parts;

  if (!open_stores (daemon, error))
    {
      tac_daemon_free (daemon);
      return NULL;
    }
  daemon->objects = g_dbus_object_manager_server_new (OBJECTS_PATH);
  parts->counters = tac_counters_new ();
  parts->modem = tac_modem_new (system, config);
  parts->sms = tac_sms_new (parts->modem);
  parts->data = tac_data_call_new (parts->modem, config);
  parts->calls = tac_calls_new (config, parts->modem, parts->sms, parts->data, parts->keyring,
                                daemon->contacts, parts->counters, daemon->objects);
  export(daemon, session);
  return daemon;
}

void
tac_daemon_end_calls (TacDaemon *daemon, GSourceFunc done, gpointer user_data)
{
  tac_calls_end_all (daemon->parts.calls, done, user_data);
}

void
tac_daemon_free (TacDaemon *daemon)
{
  g_clear_pointer (&daemon->contacts_service, tac_contacts_service_free);
  g_clear_pointer (&daemon->manager_service, tac_manager_service_free);
  g_clear_object (&daemon->parts.calls);
  g_clear_object (&daemon->parts.data);
  g_clear_object (&daemon->parts.sms);
  g_clear_object (&daemon->parts.modem);
  g_clear_pointer (&daemon->parts.counters, tac_counters_free);
  g_clear_object (&daemon->objects);
  g_clear_object (&daemon->contacts);
  g_clear_pointer (&daemon->parts.keyring, tac_keyring_free);
  g_free (daemon);
}
