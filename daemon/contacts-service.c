/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Contacts1. Each method: is the vault open, which contact, do it, reply once. */
#include "daemon/contacts-service.h"

#include "codecs/fingerprint.h"
#include "codecs/sas.h"
#include "daemon/contact-uri.h"
#include "daemon/errors.h"
#include "tacitel-dbus.h"

#include <sodium.h>
#include <string.h>

#define HEX_SIZE (2 * (gsize)TAC_KEY_SIZE)

struct TacContactsService
{
  TacVault *vault;
  TacCalls *calls;
  TacDbusContacts1 *skeleton;
};

/* Describing */

static void
insert_hex (GVariantDict *dict, const char *name, const guint8 *bytes, gsize size)
{
  char hex[HEX_SIZE + 1];

  sodium_bin2hex (hex, sizeof hex, bytes, size);
  g_variant_dict_insert (dict, name, "s", hex);
}

/* @key: NULL for none: "" and no words. */
static void
insert_fingerprint (GVariantDict *dict, const char *name, const char *name_of_words,
                    const guint8 *key)
{
  const char *words[TAC_FINGERPRINT_SIZE];
  guint8 fingerprint[TAC_FINGERPRINT_SIZE];
  gsize size = key != NULL ? sizeof fingerprint : 0;

  if (key != NULL)
    tac_fingerprint (fingerprint, key);
  for (guint i = 0; i < size; i++)
    words[i] = tac_pgp_word (fingerprint[i], i);
  insert_hex (dict, name, fingerprint, size);
  g_variant_dict_insert_value (dict, name_of_words, g_variant_new_strv (words, (gssize)size));
}

static GVariant *
describe (const TacContact *contact)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Name", "s", contact->name);
  g_variant_dict_insert (&dict, "Number", "s", contact->number);
  insert_hex (&dict, "Key", contact->key, TAC_KEY_SIZE);
  g_variant_dict_insert (&dict, "Trust", "s", tac_trust_to_string (contact->trust));
  g_variant_dict_insert (&dict, "Blocked", "b", contact->blocked);
  insert_hex (&dict, "NewKey", contact->new_key, contact->has_new_key ? TAC_KEY_SIZE : 0);
  insert_fingerprint (&dict, "Fingerprint", "FingerprintWords", contact->key);
  insert_fingerprint (&dict, "NewFingerprint", "NewFingerprintWords",
                      contact->has_new_key ? contact->new_key : NULL);
  return g_variant_dict_end (&dict);
}

/* Finding */

static TacContact *
find (TacContactsService *service, const char *which, GError **error)
{
  if (!tac_vault_check_open (service->vault, error))
    return NULL;
  return tac_contacts_find (tac_vault_contacts (service->vault), which, error);
}

static TacContact *
find_idle (TacContactsService *service, const char *which, const char *what, GError **error)
{
  g_autoptr (TacContact) contact = find (service, which, error);

  if (contact == NULL || !tac_calls_with (service->calls, contact))
    return g_steal_pointer (&contact);
  g_set_error (error, TAC_ERROR, TAC_ERROR_BUSY, "there is a call with \"%s\": hang up before %s",
               contact->name, what);
  return NULL;
}

static gboolean
parse_key (guint8 key[TAC_KEY_SIZE], const char *hex, GError **error)
{
  gsize size;

  if (strlen (hex) == HEX_SIZE
      && sodium_hex2bin (key, TAC_KEY_SIZE, hex, HEX_SIZE, NULL, &size, NULL) == 0
      && size == TAC_KEY_SIZE)
    return TRUE;
  g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
               "a key is %d hexadecimal digits, as `tacitel identity` shows it on the other phone",
               (int)HEX_SIZE);
  return FALSE;
}

typedef void (*Complete) (TacDbusContacts1 *skeleton, GDBusMethodInvocation *invocation);

static gboolean
reply (TacContactsService *service, GDBusMethodInvocation *invocation, gboolean done, GError *error,
       Complete complete)
{
  if (done)
    complete (service->skeleton, invocation);
  else
    g_dbus_method_invocation_take_error (invocation, error);
  return TRUE;
}

/* Methods */

static gboolean
on_add (TacContactsService *service, GDBusMethodInvocation *invocation, const char *name,
        const char *number, const char *hex)
{
  GError *error = NULL;
  guint8 key[TAC_KEY_SIZE];
  gboolean done
      = tac_vault_check_open (service->vault, &error) && parse_key (key, hex, &error)
        && tac_contacts_add (tac_vault_contacts (service->vault), name, number, key, &error);

  return reply (service, invocation, done, error, tac_dbus_contacts1_complete_add);
}

static gboolean
on_remove (TacContactsService *service, GDBusMethodInvocation *invocation, const char *which)
{
  GError *error = NULL;
  g_autoptr (TacContact) contact = find_idle (service, which, "removing it", &error);
  gboolean done = contact != NULL
                  && tac_contacts_remove (tac_vault_contacts (service->vault), contact->id, &error);

  return reply (service, invocation, done, error, tac_dbus_contacts1_complete_remove);
}

static gboolean
on_rename (TacContactsService *service, GDBusMethodInvocation *invocation, const char *which,
           const char *name)
{
  GError *error = NULL;
  g_autoptr (TacContact) contact = find (service, which, &error);
  gboolean done
      = contact != NULL
        && tac_contacts_rename (tac_vault_contacts (service->vault), contact->id, name, &error);

  return reply (service, invocation, done, error, tac_dbus_contacts1_complete_rename);
}

static gboolean
on_set_blocked (TacContactsService *service, GDBusMethodInvocation *invocation, const char *which,
                gboolean blocked)
{
  GError *error = NULL;
  g_autoptr (TacContact) contact = find (service, which, &error);
  gboolean done = contact != NULL
                  && tac_contacts_set_blocked (tac_vault_contacts (service->vault), contact->id,
                                               blocked, &error);

  return reply (service, invocation, done, error, tac_dbus_contacts1_complete_set_blocked);
}

static gboolean
on_replace_key (TacContactsService *service, GDBusMethodInvocation *invocation, const char *which,
                const char *hex)
{
  GError *error = NULL;
  guint8 key[TAC_KEY_SIZE];
  g_autoptr (TacContact) contact = find_idle (service, which, "replacing its key", &error);
  gboolean done
      = contact != NULL && parse_key (key, hex, &error)
        && tac_contacts_replace_key (tac_vault_contacts (service->vault), contact->id, key, &error);

  return reply (service, invocation, done, error, tac_dbus_contacts1_complete_replace_key);
}

static gboolean
on_show (TacContactsService *service, GDBusMethodInvocation *invocation, const char *which)
{
  GError *error = NULL;
  g_autoptr (TacContact) contact = find (service, which, &error);

  if (contact != NULL)
    tac_dbus_contacts1_complete_show (service->skeleton, invocation, describe (contact));
  else
    g_dbus_method_invocation_take_error (invocation, error);
  return TRUE;
}

static void
add_description (const TacContact *contact, gpointer builder)
{
  g_variant_builder_add_value (builder, describe (contact));
}

static gboolean
on_list (TacContactsService *service, GDBusMethodInvocation *invocation)
{
  GVariantBuilder builder;
  GError *error = NULL;

  if (!tac_vault_check_open (service->vault, &error))
    {
      g_dbus_method_invocation_take_error (invocation, error);
      return TRUE;
    }
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  tac_contacts_foreach (tac_vault_contacts (service->vault), add_description, &builder);
  tac_dbus_contacts1_complete_list (service->skeleton, invocation,
                                    g_variant_builder_end (&builder));
  return TRUE;
}

static gboolean
on_export (TacContactsService *service, GDBusMethodInvocation *invocation, const char *which)
{
  GError *error = NULL;
  g_autoptr (TacContact) contact = find (service, which, &error);
  g_autofree char *uri = NULL;

  if (contact == NULL)
    {
      g_dbus_method_invocation_take_error (invocation, error);
      return TRUE;
    }
  uri = tac_contact_uri_format (contact->number, contact->name, contact->key);
  tac_dbus_contacts1_complete_export (service->skeleton, invocation, uri);
  return TRUE;
}

/* The name that the user gives, that the URI says, or the number where there is none. */
static gboolean
on_import (TacContactsService *service, GDBusMethodInvocation *invocation, const char *text,
           const char *given)
{
  g_auto (TacContactUri) uri = { 0 };
  g_autofree char *said = NULL;
  GError *error = NULL;
  const char *name = given;

  if (!tac_vault_check_open (service->vault, &error) || !tac_contact_uri_parse (&uri, text, &error))
    {
      g_dbus_method_invocation_take_error (invocation, error);
      return TRUE;
    }
  said = tac_name_clean (uri.name);
  if (*name == '\0')
    name = *said != '\0' ? said : uri.number + 1;
  if (tac_contacts_add (tac_vault_contacts (service->vault), name, uri.number, uri.key, &error))
    tac_dbus_contacts1_complete_import (service->skeleton, invocation, name);
  else
    g_dbus_method_invocation_take_error (invocation, error);
  return TRUE;
}

/* Following the vault */

static void
on_changed (TacContactsService *service)
{
  tac_dbus_contacts1_emit_changed (service->skeleton);
}

static void
on_opened (TacContactsService *service)
{
  g_signal_connect_swapped (tac_vault_contacts (service->vault), "changed", G_CALLBACK (on_changed),
                            service);
  on_changed (service);
}

static void
on_closing (TacContactsService *service)
{
  g_signal_handlers_disconnect_by_data (tac_vault_contacts (service->vault), service);
  on_changed (service);
}

TacContactsService *
tac_contacts_service_new (TacVault *vault, TacCalls *calls, GDBusObjectSkeleton *object)
{
  static const struct
  {
    const char *signal;
    GCallback handler;
  } methods[] = {
    { "handle-add", G_CALLBACK (on_add) },
    { "handle-remove", G_CALLBACK (on_remove) },
    { "handle-rename", G_CALLBACK (on_rename) },
    { "handle-set-blocked", G_CALLBACK (on_set_blocked) },
    { "handle-replace-key", G_CALLBACK (on_replace_key) },
    { "handle-show", G_CALLBACK (on_show) },
    { "handle-list", G_CALLBACK (on_list) },
    { "handle-export", G_CALLBACK (on_export) },
    { "handle-import", G_CALLBACK (on_import) },
  };
  TacContactsService *service = g_new0 (TacContactsService, 1);

  service->vault = vault;
  service->calls = calls;
  service->skeleton = tac_dbus_contacts1_skeleton_new ();
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    g_signal_connect_swapped (service->skeleton, methods[i].signal, methods[i].handler, service);
  g_signal_connect_swapped (vault, "opened", G_CALLBACK (on_opened), service);
  g_signal_connect_swapped (vault, "closing", G_CALLBACK (on_closing), service);
  g_dbus_object_skeleton_add_interface (object, G_DBUS_INTERFACE_SKELETON (service->skeleton));
  return service;
}

void
tac_contacts_service_free (TacContactsService *service)
{
  g_signal_handlers_disconnect_by_data (service->vault, service);
  if (tac_vault_contacts (service->vault) != NULL)
    g_signal_handlers_disconnect_by_data (tac_vault_contacts (service->vault), service);
  g_object_unref (service->skeleton);
  g_free (service);
}
