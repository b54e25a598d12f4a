/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Contacts1. */
#include "daemon/contacts-service.h"

#include "daemon/errors.h"
#include "tacitel-dbus.h"

#include <sodium.h>

struct TacContactsService
{
  TacContacts *contacts;
  TacCalls *calls;
  TacDbusContacts1 *skeleton;
};

static GVariant *
describe (const TacContact *contact)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  char hex[2 * TAC_KEY_SIZE + 1];

  sodium_bin2hex (hex, sizeof hex, contact->key, TAC_KEY_SIZE);
  g_variant_dict_insert (&dict, "Name", "s", contact->name);
  g_variant_dict_insert (&dict, "Number", "s", contact->number);
  g_variant_dict_insert (&dict, "Key", "s", hex);
  g_variant_dict_insert (&dict, "Trust", "s", tac_trust_to_string (contact->trust));
  return g_variant_dict_end (&dict);
}

static gboolean
on_add (TacContactsService *service, GDBusMethodInvocation *invocation, const char *name,
        const char *number, const char *key)
{
  g_autoptr (GError) error = NULL;

  if (tac_contacts_add (service->contacts, name, number, key, &error))
    tac_dbus_contacts1_complete_add (service->skeleton, invocation);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
  return TRUE;
}

static gboolean
on_remove (TacContactsService *service, GDBusMethodInvocation *invocation, const char *which)
{
  g_autoptr (GError) error = NULL;
  const TacContact *contact = tac_contacts_find (service->contacts, which, &error);

  if (contact != NULL && tac_calls_with (service->calls, contact))
    g_set_error (&error, TAC_ERROR, TAC_ERROR_BUSY,
                 "there is a call with \"%s\": hang up before removing it", contact->name);
  if (error == NULL && tac_contacts_remove (service->contacts, which, &error))
    tac_dbus_contacts1_complete_remove (service->skeleton, invocation);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
  return TRUE;
}

static gboolean
on_show (TacContactsService *service, GDBusMethodInvocation *invocation, const char *which)
{
  g_autoptr (GError) error = NULL;
  const TacContact *contact = tac_contacts_find (service->contacts, which, &error);

  if (contact != NULL)
    tac_dbus_contacts1_complete_show (service->skeleton, invocation, describe (contact));
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
  return TRUE;
}

static gboolean
on_list (TacContactsService *service, GDBusMethodInvocation *invocation)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < tac_contacts_count (service->contacts); i++)
    g_variant_builder_add_value (&builder, describe (tac_contacts_get (service->contacts, i)));
  tac_dbus_contacts1_complete_list (service->skeleton, invocation,
                                    g_variant_builder_end (&builder));
  return TRUE;
}

TacContactsService *
tac_contacts_service_new (TacContacts *contacts, TacCalls *calls, GDBusObjectSkeleton *object)
{
  TacContactsService *service = g_new0 (TacContactsService, 1);

  service->contacts = contacts;
  service->calls = calls;
  service->skeleton = tac_dbus_contacts1_skeleton_new ();
  g_signal_connect_swapped (service->skeleton, "handle-add", G_CALLBACK (on_add), service);
  g_signal_connect_swapped (service->skeleton, "handle-remove", G_CALLBACK (on_remove), service);
  g_signal_connect_swapped (service->skeleton, "handle-show", G_CALLBACK (on_show), service);
  g_signal_connect_swapped (service->skeleton, "handle-list", G_CALLBACK (on_list), service);
  g_signal_connect_swapped (contacts, "changed", G_CALLBACK (tac_dbus_contacts1_emit_changed),
                            service->skeleton);
  g_dbus_object_skeleton_add_interface (object, G_DBUS_INTERFACE_SKELETON (service->skeleton));
  return service;
}

void
tac_contacts_service_free (TacContactsService *service)
{
  g_signal_handlers_disconnect_by_data (service->contacts, service->skeleton);
  g_object_unref (service->skeleton);
  g_free (service);
}
