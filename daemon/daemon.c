/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's parts, made in the order in which they need each other and freed in the reverse. */
#include "daemon/daemon.h"

#include "daemon/alerts.h"
#include "daemon/audio-service.h"
#include "daemon/call-log.h"
#include "daemon/contacts-service.h"
#include "daemon/history-service.h"
#include "daemon/keyring-service.h"
#include "daemon/manager-service.h"
#include "daemon/network-service.h"
#include "daemon/pairing-service.h"

#define OBJECTS_PATH "/org/tacitel"
#define MAIN_PATH "/org/tacitel/Tacitel"

struct TacDaemon
{
  TacCallParts parts;
  TacPairing *pairing;
  TacDecisions *decisions;
  TacCalls *calls;
  GDBusObjectManagerServer *objects;
  TacManagerService *manager_service;
  TacContactsService *contacts_service;
  TacKeyringService *keyring_service;
  TacPairingService *pairing_service;
  TacHistoryService *history_service;
  TacNetworkService *network_service;
  TacAudioService *audio_service;
};

/* What was only counted while locked becomes a line of the history, of now: when it was, nobody
 * kept. */
static void
on_opened (TacDaemon *daemon)
{
  TacVault *vault = daemon->parts.vault;
  guint count = tac_vault_get_someone_called (vault);

  if (count == 0)
    return;
  tac_call_log_missed (tac_vault_history (vault), NULL, "", g_get_real_time (), "locked", count);
  tac_vault_take_someone_called (vault); /* after it: a crash between tells it twice, not never */
}

/* Names and numbers: they are locked, too. */
static void
on_closing (TacDaemon *daemon)
{
  tac_decisions_clear (daemon->decisions);
}

static void
end_calls (GSourceFunc done, gpointer done_data, gpointer user_data)
{
  tac_daemon_end_calls (user_data, done, done_data);
}

static void
export_services (TacDaemon *daemon, GDBusConnection *session)
{
  g_autoptr (GDBusObjectSkeleton) object = g_dbus_object_skeleton_new (MAIN_PATH);
  TacVault *vault = daemon->parts.vault;

  daemon->manager_service = tac_manager_service_new (&daemon->parts, daemon->pairing,
                                                     daemon->decisions, daemon->calls, object);
  daemon->contacts_service = tac_contacts_service_new (vault, daemon->calls, object);
  daemon->keyring_service = tac_keyring_service_new (vault, object, end_calls, daemon);
  daemon->pairing_service = tac_pairing_service_new (daemon->pairing, object);
  daemon->history_service = tac_history_service_new (vault, object);
  daemon->network_service = tac_network_service_new (&daemon->parts, daemon->calls, object);
  daemon->audio_service = tac_audio_service_new (&daemon->parts, daemon->calls, object);
  g_dbus_object_manager_server_export (daemon->objects, object);
  g_dbus_object_manager_server_set_connection (daemon->objects, session);
}

TacDaemon *
tac_daemon_new (const TacConfig *config, GDBusConnection *session, GDBusConnection *system,
                GError **error)
{
  TacDaemon *daemon = g_new0 (TacDaemon, 1);
  TacCallParts *parts = &daemon->parts;
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "tacitel", NULL);

  parts->vault = tac_vault_new (folder, config, error);
  if (parts->vault == NULL)
    {
      tac_daemon_free (daemon);
      return NULL;
    }
  daemon->objects = g_dbus_object_manager_server_new (OBJECTS_PATH);
  daemon->decisions = tac_decisions_new ();
  parts->config = config;
  parts->counters = tac_counters_new ();
  parts->farewell = tac_farewell_new (config);
  parts->modem = tac_modem_new (system, config);
  parts->sms = tac_sms_new (parts->modem, config->signalling);
  parts->data = tac_data_call_new (parts->modem, config);
  daemon->pairing
      = tac_pairing_new (config, parts->vault, parts->modem, parts->sms, parts->counters);
  daemon->calls = tac_calls_new (parts, daemon->pairing, daemon->decisions, daemon->objects);
  tac_alerts_follow (daemon->calls, config);
  g_signal_connect_swapped (parts->vault, "opened", G_CALLBACK (on_opened), daemon);
  g_signal_connect_swapped (parts->vault, "closing", G_CALLBACK (on_closing), daemon);
  export_services (daemon, session);
  return daemon;
}

void
tac_daemon_end_calls (TacDaemon *daemon, GSourceFunc done, gpointer user_data)
{
  tac_calls_end_all (daemon->calls, done, user_data);
}

void
tac_daemon_free (TacDaemon *daemon)
{
  /* What still waits for an SMS to be sent holds on to its parts: locking cancels it. */
  if (daemon->parts.vault != NULL)
    tac_vault_lock (daemon->parts.vault, NULL);
  g_clear_pointer (&daemon->audio_service, tac_audio_service_free);
  g_clear_pointer (&daemon->network_service, tac_network_service_free);
  g_clear_pointer (&daemon->history_service, tac_history_service_free);
  g_clear_pointer (&daemon->pairing_service, tac_pairing_service_free);
  g_clear_pointer (&daemon->keyring_service, tac_keyring_service_free);
  g_clear_pointer (&daemon->contacts_service, tac_contacts_service_free);
  g_clear_pointer (&daemon->manager_service, tac_manager_service_free);
  g_clear_object (&daemon->calls);
  g_clear_object (&daemon->pairing);
  g_clear_object (&daemon->parts.data);
  g_clear_object (&daemon->parts.sms);
  g_clear_object (&daemon->parts.modem);
  g_clear_pointer (&daemon->parts.farewell, tac_farewell_free);
  g_clear_pointer (&daemon->parts.counters, tac_counters_free);
  g_clear_pointer (&daemon->decisions, tac_decisions_free);
  g_clear_object (&daemon->objects);
  if (daemon->parts.vault != NULL)
    g_signal_handlers_disconnect_by_data (daemon->parts.vault, daemon);
  g_clear_object (&daemon->parts.vault);
  g_free (daemon);
}
