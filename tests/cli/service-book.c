/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stand-in's contacts: what each method of org.tacitel.Contacts1 does there. */
#include "service-book.h"
#include "service-call.h"
#include <string.h>

static void
contact_free (gpointer data)
{
  TestContact *contact = data;
  g_free (contact->name);
  g_free (contact->number);
  g_free (contact->key);
  g_free (contact->new_key);
  g_free (contact);
}

GPtrArray *
test_book_new (void)
{
  return g_ptr_array_new_with_free_func (contact_free);
}

TestContact *
test_book_look_up (GPtrArray *book, const char *target)
{
  for (guint i = 0; i < book->len; i++)
    {
      TestContact *contact = g_ptr_array_index (book, i);
      if (g_str_equal (contact->name, target) || g_str_equal (contact->number, target))
        return contact;
    }
  return NULL;
}

/* The contact, or NULL and an error in its place. */
static TestContact *
need (GPtrArray *book, GDBusMethodInvocation *invocation, const char *target)
{
  TestContact *contact = test_book_look_up (book, target);
  if (contact == NULL)
    test_refuse (invocation, "UnknownContact", "there is no contact \"%s\"", target);
  return contact;
}

/* A stand-in's fingerprint: as long as a real one, and another for another key. */
static void
insert_fingerprint (GVariantDict *dict, const char *member, const char *words_member,
                    const char *key)
{
  static const char *const words[]
      = { "drunken",  "pharmacy", "surmount", "vagabond", "drunken",  "pharmacy",
          "surmount", "vagabond", "drunken",  "pharmacy", "surmount", "vagabond",
          "drunken",  "pharmacy", "surmount", "vagabond", NULL };
  g_autofree char *fingerprint = g_strndup (key, 32);
  g_variant_dict_insert (dict, member, "s", fingerprint);
  g_variant_dict_insert (dict, words_member, "^as", *key != '\0' ? words : words + 16);
}

static GVariant *
describe (const TestContact *contact)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Name", "s", contact->name);
  g_variant_dict_insert (&dict, "Number", "s", contact->number);
  g_variant_dict_insert (&dict, "Key", "s", contact->key);
  g_variant_dict_insert (&dict, "Trust", "s", contact->trust);
  g_variant_dict_insert (&dict, "Blocked", "b", contact->blocked);
  g_variant_dict_insert (&dict, "NewKey", "s", contact->new_key);
  insert_fingerprint (&dict, "Fingerprint", "FingerprintWords", contact->key);
  insert_fingerprint (&dict, "NewFingerprint", "NewFingerprintWords", contact->new_key);
  return g_variant_dict_end (&dict);
}

static gboolean
refuse_new (GPtrArray *book, GDBusMethodInvocation *invocation, const char *name,
            const char *number, const char *key)
{
  if (number[0] != '+' || number[1 + strspn (number + 1, "0123456789")] != '\0')
    return test_refuse (invocation, "InvalidNumber", "\"%s\" is not a number", number);
  if (strlen (key) != 64)
    return test_refuse (invocation, "InvalidArgument", "the key has %zu digits, not 64",
                        strlen (key));
  if (test_book_look_up (book, name) != NULL || test_book_look_up (book, number) != NULL)
    return test_refuse (invocation, "Exists", "\"%s\" is a contact already", name);
  return FALSE;
}

static void
add (GPtrArray *book, const char *name, const char *number, const char *key)
{
  TestContact *contact = g_new0 (TestContact, 1);
  contact->name = g_strdup (name);
  contact->number = g_strdup (number);
  contact->key = g_strdup (key);
  contact->new_key = g_strdup ("");
  contact->trust = "paired";
  g_ptr_array_add (book, contact);
}

static gboolean
on_add (TacDbusContacts1 *contacts, GDBusMethodInvocation *invocation, const char *name,
        const char *number, const char *key, gpointer book)
{
  if (refuse_new (book, invocation, name, number, key))
    return TRUE;
  add (book, name, number, key);
  tac_dbus_contacts1_complete_add (contacts, invocation);
  return TRUE;
}

static gboolean
on_remove (TacDbusContacts1 *contacts, GDBusMethodInvocation *invocation, const char *target,
           gpointer book)
{
  TestContact *contact = need (book, invocation, target);
  if (contact == NULL)
    return TRUE;
  g_ptr_array_remove (book, contact);
  tac_dbus_contacts1_complete_remove (contacts, invocation);
  return TRUE;
}

static gboolean
on_rename (TacDbusContacts1 *contacts, GDBusMethodInvocation *invocation, const char *target,
           const char *name, gpointer book)
{
  TestContact *contact = need (book, invocation, target);
  if (contact == NULL)
    return TRUE;
  if (test_book_look_up (book, name) != NULL)
    return test_refuse (invocation, "Exists", "\"%s\" is a contact already", name);
  g_free (contact->name);
  contact->name = g_strdup (name);
  tac_dbus_contacts1_complete_rename (contacts, invocation);
  return TRUE;
}

static gboolean
on_set_blocked (TacDbusContacts1 *contacts, GDBusMethodInvocation *invocation, const char *target,
                gboolean blocked, gpointer book)
{
  TestContact *contact = need (book, invocation, target);
  if (contact == NULL)
    return TRUE;
  contact->blocked = blocked;
  tac_dbus_contacts1_complete_set_blocked (contacts, invocation);
  return TRUE;
}

static gboolean
on_replace_key (TacDbusContacts1 *contacts, GDBusMethodInvocation *invocation, const char *target,
                const char *key, gpointer book)
{
  TestContact *contact = need (book, invocation, target);
  if (contact == NULL)
    return TRUE;
  if (*key == '\0' || !g_str_equal (key, contact->new_key))
    return test_refuse (invocation, "InvalidArgument", "that is not its new key");
  g_free (contact->key);
  contact->key = g_steal_pointer (&contact->new_key);
  contact->new_key = g_strdup ("");
  tac_dbus_contacts1_complete_replace_key (contacts, invocation);
  return TRUE;
}

static gboolean
on_show (TacDbusContacts1 *contacts, GDBusMethodInvocation *invocation, const char *target,
         gpointer book)
{
  TestContact *contact = need (book, invocation, target);
  if (contact != NULL)
    tac_dbus_contacts1_complete_show (contacts, invocation, describe (contact));
  return TRUE;
}

static gboolean
on_list (TacDbusContacts1 *contacts, GDBusMethodInvocation *invocation, gpointer user_data)
{
  GPtrArray *book = user_data;
  GVariantBuilder list;
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < book->len; i++)
    g_variant_builder_add_value (&list, describe (g_ptr_array_index (book, i)));
  tac_dbus_contacts1_complete_list (contacts, invocation, g_variant_builder_end (&list));
  return TRUE;
}

static gboolean
on_export (TacDbusContacts1 *contacts, GDBusMethodInvocation *invocation, const char *target,
           gpointer book)
{
  TestContact *contact = need (book, invocation, target);
  if (contact == NULL)
    return TRUE;
  g_autofree char *uri
      = g_strdup_printf ("tacitel:%s?key=%s&name=%s", contact->number, contact->key, contact->name);
  tac_dbus_contacts1_complete_export (contacts, invocation, uri);
  return TRUE;
}

/* The stand-in's URIs have the key in hexadecimal digits. */
static gboolean
on_import (TacDbusContacts1 *contacts, GDBusMethodInvocation *invocation, const char *uri,
           const char *given, gpointer book)
{
  g_auto (GStrv) parts = g_strsplit_set (uri, ":?&=", -1);
  if (g_strv_length (parts) != 6 || !g_str_equal (parts[2], "key"))
    return test_refuse (invocation, "InvalidArgument", "the URI has no key");
  const char *name = *given != '\0' ? given : parts[5];
  if (refuse_new (book, invocation, name, parts[1], parts[3]))
    return TRUE;
  add (book, name, parts[1], parts[3]);
  tac_dbus_contacts1_complete_import (contacts, invocation, name);
  return TRUE;
}

void
test_book_serve (TacDbusContacts1 *contacts, GPtrArray *book)
{
  g_signal_connect (contacts, "handle-add", G_CALLBACK (on_add), book);
  g_signal_connect (contacts, "handle-remove", G_CALLBACK (on_remove), book);
  g_signal_connect (contacts, "handle-rename", G_CALLBACK (on_rename), book);
  g_signal_connect (contacts, "handle-set-blocked", G_CALLBACK (on_set_blocked), book);
  g_signal_connect (contacts, "handle-replace-key", G_CALLBACK (on_replace_key), book);
  g_signal_connect (contacts, "handle-show", G_CALLBACK (on_show), book);
  g_signal_connect (contacts, "handle-list", G_CALLBACK (on_list), book);
  g_signal_connect (contacts, "handle-export", G_CALLBACK (on_export), book);
  g_signal_connect (contacts, "handle-import", G_CALLBACK (on_import), book);
}
