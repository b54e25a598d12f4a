/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stand-in for taciteld on a private bus: keeps contacts, and has the calls that a test says it
 * has. */
#include "service.h"
#include "service-book.h"
#include "service-call.h"
#include <string.h>

#define OWN_NUMBER "+15550001"
#define OWN_URI "tacitel:+15550001?key=oaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaE&name=alice"
#define OWN_KEY "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"

struct TestService
{
  GDBusConnection *bus;
  GDBusObjectManagerServer *objects;
  TacDbusManager1 *manager;
  TacDbusContacts1 *contacts;
  TacDbusCall1 *call;
  char *call_path;
  guint n_calls;
  GPtrArray *book; /* of TestContact */
  TestTrust *trust;
  TestNetwork *network;
  TestAudio *audio;
  GVariant *decisions;
  GString *orders;
  char *refusal, *refusal_text;
};

static void
place (TestService *service, const TestContact *contact, const char *direction, const char *state)
{
  TacDbusCall1 *call = tac_dbus_call1_skeleton_new ();
  const char *none[] = { NULL };
  service->call = call;
  service->call_path = g_strdup_printf ("/org/tacitel/call/%u", ++service->n_calls);
  tac_dbus_call1_set_state (call, state);
  tac_dbus_call1_set_waiting (call, "");
  tac_dbus_call1_set_direction (call, direction);
  tac_dbus_call1_set_peer_name (call, contact->name);
  tac_dbus_call1_set_peer_number (call, contact->number);
  tac_dbus_call1_set_peer_key (call, contact->key);
  tac_dbus_call1_set_security (call, "none");
  tac_dbus_call1_set_trust (call, "paired");
  tac_dbus_call1_set_warning (call, "");
  tac_dbus_call1_set_sas_words (call, none);
  tac_dbus_call1_set_reason (call, "");
  tac_dbus_call1_set_reason_text (call, "");
  tac_dbus_call1_set_timeline (call, g_variant_new ("a{sx}", NULL));
  test_call_serve (service, call, service->orders);
  g_autoptr (TacDbusObjectSkeleton) object = tac_dbus_object_skeleton_new (service->call_path);
  tac_dbus_object_skeleton_set_call1 (object, call);
  g_dbus_object_manager_server_export (service->objects, G_DBUS_OBJECT_SKELETON (object));
}

static gboolean
on_dial (TacDbusManager1 *manager, GDBusMethodInvocation *invocation, const char *target,
         gpointer user_data)
{
  TestService *service = user_data;
  if (service->refusal != NULL)
    return test_refuse (invocation, service->refusal, "%s", service->refusal_text);
  if (g_str_equal (target, OWN_NUMBER))
    return test_refuse (invocation, "SelfCall", "%s is this phone's own number", target);
  if (service->call != NULL)
    return test_refuse (invocation, "Busy", "there is a call already");
  TestContact *contact = test_book_look_up (service->book, target);
  if (contact == NULL)
    return test_refuse (invocation, "UnknownContact", "there is no contact \"%s\"", target);
  place (service, contact, "outgoing", "preparing");
  test_service_advance (service, "dialed", "preparing", "Waiting for the data connection");
  tac_dbus_manager1_complete_dial (manager, invocation, service->call_path);
  return TRUE;
}

static gboolean
on_get_counters (TacDbusManager1 *manager, GDBusMethodInvocation *invocation, gpointer user_data)
{
  GVariantBuilder counters;
  g_variant_builder_init (&counters, G_VARIANT_TYPE ("a{st}"));
  g_variant_builder_add (&counters, "{st}", "sms.forged", (guint64)3);
  g_variant_builder_add (&counters, "{st}", "sms.not-ours", (guint64)0);
  tac_dbus_manager1_complete_get_counters (manager, invocation, g_variant_builder_end (&counters));
  return TRUE;
}

static gboolean
on_get_decisions (TacDbusManager1 *manager, GDBusMethodInvocation *invocation, gpointer user_data)
{
  TestService *service = user_data;
  tac_dbus_manager1_complete_get_decisions (manager, invocation, service->decisions);
  return TRUE;
}

static void
set_up_identity (TacDbusManager1 *manager)
{
  static const char *const words[]
      = { "ratchet", "midsummer", "ratchet", "midsummer", "ratchet", "midsummer",
          "ratchet", "midsummer", "ratchet", "midsummer", "ratchet", "midsummer",
          "ratchet", "midsummer", "ratchet", "midsummer", NULL };
  tac_dbus_manager1_set_identity (manager, OWN_KEY);
  tac_dbus_manager1_set_fingerprint (manager, "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1");
  tac_dbus_manager1_set_fingerprint_words (manager, words);
  tac_dbus_manager1_set_uri (manager, OWN_URI);
}

static void
set_up_manager (TestService *service)
{
  TacDbusManager1 *manager = service->manager;
  tac_dbus_manager1_set_version (manager, "0.1.0");
  tac_dbus_manager1_set_state (manager, "ready");
  tac_dbus_manager1_set_state_text (manager, "");
  tac_dbus_manager1_set_modem (manager, "/phonesim");
  tac_dbus_manager1_set_number (manager, OWN_NUMBER);
  tac_dbus_manager1_set_operator (manager, "Testnet");
  tac_dbus_manager1_set_technology (manager, "lte");
  tac_dbus_manager1_set_strength (manager, 80);
  set_up_identity (manager);
  tac_dbus_manager1_set_policy (manager,
                                g_variant_new_parsed ("{'verified': 'ring', 'unknown': 'refuse'}"));
  tac_dbus_manager1_set_data (manager, "down");
  tac_dbus_manager1_set_interface (manager, "");
  g_signal_connect (manager, "handle-dial", G_CALLBACK (on_dial), service);
  g_signal_connect (manager, "handle-get-decisions", G_CALLBACK (on_get_decisions), service);
  g_signal_connect (manager, "handle-get-counters", G_CALLBACK (on_get_counters), service);
}

TestService *
test_service_new (GDBusConnection *bus)
{
  TestService *service = g_new0 (TestService, 1);
  service->bus = bus;
  service->book = test_book_new ();
  service->orders = g_string_new (NULL);
  service->manager = tac_dbus_manager1_skeleton_new ();
  service->contacts = tac_dbus_contacts1_skeleton_new ();
  set_up_manager (service);
  service->trust = test_trust_new (service->orders);
  service->network = test_network_new (service->orders);
  service->audio = test_audio_new (service->orders);
  service->decisions = g_variant_ref_sink (g_variant_new ("aa{sv}", NULL));
  test_book_serve (service->contacts, service->book);

  service->objects = g_dbus_object_manager_server_new ("/org/tacitel");
  g_autoptr (TacDbusObjectSkeleton) object = tac_dbus_object_skeleton_new ("/org/tacitel/Tacitel");
  tac_dbus_object_skeleton_set_manager1 (object, service->manager);
  tac_dbus_object_skeleton_set_contacts1 (object, service->contacts);
  tac_dbus_object_skeleton_set_keyring1 (object, service->trust->keyring);
  tac_dbus_object_skeleton_set_pairing1 (object, service->trust->pairing);
  tac_dbus_object_skeleton_set_history1 (object, service->trust->history);
  tac_dbus_object_skeleton_set_network1 (object, service->network->network);
  tac_dbus_object_skeleton_set_audio1 (object, service->audio->audio);
  g_dbus_object_manager_server_export (service->objects, G_DBUS_OBJECT_SKELETON (object));
  g_dbus_object_manager_server_set_connection (service->objects, bus);
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
      g_variant_new ("(su)", "org.tacitel.Tacitel", 4), NULL, G_DBUS_CALL_FLAGS_NONE, 5000, NULL,
      NULL);
  guint32 outcome = 0;
  g_variant_get (reply, "(u)", &outcome);
  g_assert_cmpuint (outcome, ==, 1); /* primary owner */
  return service;
}

void
test_service_free (TestService *service)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      service->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "ReleaseName", g_variant_new ("(s)", "org.tacitel.Tacitel"), NULL, G_DBUS_CALL_FLAGS_NONE,
      5000, NULL, NULL);
  g_assert_nonnull (reply);
  g_dbus_object_manager_server_set_connection (service->objects, NULL);
  g_clear_object (&service->objects);
  g_clear_object (&service->manager);
  g_clear_object (&service->contacts);
  g_clear_object (&service->call);
  g_ptr_array_unref (service->book);
  g_variant_unref (service->decisions);
  test_trust_free (service->trust);
  test_network_free (service->network);
  test_audio_free (service->audio);
  g_string_free (service->orders, TRUE);
  g_free (service->call_path);
  g_free (service->refusal);
  g_free (service->refusal_text);
  g_free (service);
}

TestTrust *
test_service_trust (TestService *service)
{
  return service->trust;
}

TestNetwork *
test_service_network (TestService *service)
{
  return service->network;
}

void
test_service_decide (TestService *service, const char *decisions)
{
  g_autoptr (GError) error = NULL;
  g_clear_pointer (&service->decisions, g_variant_unref);
  service->decisions = g_variant_parse (G_VARIANT_TYPE ("aa{sv}"), decisions, NULL, NULL, &error);
  g_assert_no_error (error);
}

void
test_service_offer_key (TestService *service, const char *name, const char *key)
{
  TestContact *contact = test_book_look_up (service->book, name);
  g_assert_nonnull (contact);
  g_free (contact->new_key);
  contact->new_key = g_strdup (key);
}

TacDbusManager1 *
test_service_manager (TestService *service)
{
  return service->manager;
}

TacDbusCall1 *
test_service_call (TestService *service)
{
  return service->call;
}

const char *
test_service_orders (TestService *service)
{
  return service->orders->str;
}

void
test_service_refuse (TestService *service, const char *error, const char *message)
{
  g_free (service->refusal);
  g_free (service->refusal_text);
  service->refusal = g_strdup (error);
  service->refusal_text = g_strdup (message);
}

void
test_service_advance (TestService *service, const char *step, const char *state,
                      const char *waiting)
{
  TacDbusCall1 *call = service->call;
  GVariantBuilder builder;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sx}"));
  GVariantIter iter;
  const char *name;
  gint64 time;
  g_variant_iter_init (&iter, tac_dbus_call1_get_timeline (call));
  while (g_variant_iter_next (&iter, "{&sx}", &name, &time))
    g_variant_builder_add (&builder, "{sx}", name, time);
  g_variant_builder_add (&builder, "{sx}", step, g_get_real_time ());
  tac_dbus_call1_set_timeline (call, g_variant_builder_end (&builder));
  tac_dbus_call1_set_state (call, state);
  tac_dbus_call1_set_waiting (call, waiting);
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (call));
}

void
test_service_ring (TestService *service, const char *name)
{
  TestContact *contact = test_book_look_up (service->book, name);
  g_assert_nonnull (contact);
  place (service, contact, "incoming", "connecting");
  test_service_advance (service, "invite-received", "ringing", "Waiting for you to answer");
}

void
test_service_talk (TestService *service)
{
  const char *words[] = { "drunken", "pharmacy", "surmount", "vagabond", NULL };
  tac_dbus_call1_set_security (service->call, "noise-kk");
  tac_dbus_call1_set_sas_words (service->call, words);
  test_service_advance (service, "answered", "active", "");
}

void
test_service_end (TestService *service, const char *reason, const char *text)
{
  tac_dbus_call1_set_reason (service->call, reason);
  tac_dbus_call1_set_reason_text (service->call, text);
  test_service_advance (service, "ended", "ended", "");
  g_dbus_object_manager_server_unexport (service->objects, service->call_path);
  g_clear_object (&service->call);
  g_clear_pointer (&service->call_path, g_free);
}

TestAudio *
test_service_audio (TestService *service)
{
  return service->audio;
}
