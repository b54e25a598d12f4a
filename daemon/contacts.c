/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contacts, in memory and in a key file: a group that says what it is and how many there are,
 * then one a contact, named by its number. */
#include "daemon/contacts.h"

#include "codecs/invitation.h"
#include "daemon/errors.h"
#include "daemon/store-file.h"

#include <gio/gio.h>
#include <sodium.h>
#include <string.h>

#define FILE_MOST (64 * 1024 * 1024)
#define HEAD "tacitel-contacts" /* the file's first group; no number, so no contact's */
#define VERSION 1

struct _TacContacts
{
  GObject parent_instance;
  const TacKeyPair *identity;
  char *path;
  GPtrArray *list; /* TacContact, by name */
};

static guint signal_changed;

G_DEFINE_FINAL_TYPE (TacContacts, tac_contacts, G_TYPE_OBJECT)

static const char *const trust_names[] = { "paired", "verified", "directory", "blocked" };

const char *
tac_trust_to_string (TacTrust trust)
{
  return trust_names[trust];
}

static void
contact_free (gpointer data)
{
  TacContact *contact = data;

  g_free (contact->name);
  g_free (contact->number);
  sodium_free (contact->secret);
  g_free (contact);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const TacContact *const *one = a, *const *two = b;

  return g_utf8_collate ((*one)->name, (*two)->name);
}

/* The file */

static gboolean
save (TacContacts *contacts, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) problem = NULL;
  g_autofree char *text = NULL;
  gsize size;

  g_key_file_set_integer (file, HEAD, "version", VERSION);
  g_key_file_set_integer (file, HEAD, "contacts", (int)contacts->list->len);
  for (guint i = 0; i < contacts->list->len; i++)
    {
      const TacContact *contact = contacts->list->pdata[i];
      char hex[2 * TAC_KEY_SIZE + 1];

      sodium_bin2hex (hex, sizeof hex, contact->key, TAC_KEY_SIZE);
      g_key_file_set_string (file, contact->number, "name", contact->name);
      g_key_file_set_string (file, contact->number, "key", hex);
      g_key_file_set_string (file, contact->number, "trust", tac_trust_to_string (contact->trust));
      g_key_file_set_uint64 (file, contact->number, "invite-time", contact->invite_time_ms);
    }
  text = g_key_file_to_data (file, &size, NULL);
  if (tac_store_file_write (contacts->path, text, size, &problem))
    return TRUE;
  g_set_error (error, TAC_ERROR, TAC_ERROR_FAILED, "the contacts could not be stored: %s",
               problem->message);
  return FALSE;
}

static gboolean
parse_key (guint8 key[TAC_KEY_SIZE], const char *hex)
{
  gsize size;

  return strlen (hex) == 2 * (gsize)TAC_KEY_SIZE
         && sodium_hex2bin (key, TAC_KEY_SIZE, hex, strlen (hex), NULL, &size, NULL) == 0
         && size == TAC_KEY_SIZE;
}

static gboolean
parse_trust (TacTrust *trust, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (trust_names); i++)
    if (g_str_equal (trust_names[i], name))
      {
        *trust = (TacTrust)i;
        return TRUE;
      }
  return FALSE;
}

static guint find_index (TacContacts *contacts, const char *name, const char *number,
                         const guint8 *key);

/* As GLib's own, but "-1", a missing key and a number that is too large are none. */
static gboolean
load_number (GKeyFile *file, const char *group, const char *key, guint64 *number)
{
  g_autofree char *text = g_key_file_get_string (file, group, key, NULL);

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, number, NULL);
}

/* Names are shown on terminals and typed in place of numbers. */
static gboolean
check_name (const char *name)
{
  gsize length = strlen (name);

  if (length == 0 || length > TAC_PAIR_NAME_MAX || !g_utf8_validate (name, -1, NULL)
      || *name == '+')
    return FALSE;
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isprint (g_utf8_get_char (p)))
      return FALSE;
  return !g_unichar_isspace (g_utf8_get_char (name))
         && !g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (name + length)));
}

static gboolean
load_contact (TacContacts *contacts, GKeyFile *file, const char *number)
{
  g_autofree char *name = g_key_file_get_string (file, number, "name", NULL);
  g_autofree char *key = g_key_file_get_string (file, number, "key", NULL);
  g_autofree char *trust = g_key_file_get_string (file, number, "trust", NULL);
  g_autofree char *normalised = tac_number_normalise (number);
  TacContact read = { 0 };

  if (!load_number (file, number, "invite-time", &read.invite_time_ms) || name == NULL
      || !check_name (name) || key == NULL || trust == NULL || g_strcmp0 (normalised, number) != 0
      || !parse_key (read.key, key) || !parse_trust (&read.trust, trust)
      || find_index (contacts, name, number, read.key) < contacts->list->len)
    return FALSE;
  read.name = g_steal_pointer (&name);
  read.number = g_strdup (number);
  g_ptr_array_add (contacts->list, g_memdup2 (&read, sizeof read));
  return TRUE;
}

/* Whether @bytes are a whole file: a torn one has no contacts at its end, or no line's end. */
static gboolean
load_groups (TacContacts *contacts, GKeyFile *file, const char *bytes, gsize size, GError **error)
{
  gsize n;
  g_auto (GStrv) groups = g_key_file_get_groups (file, &n);
  guint64 expected;

  if (size == 0 || bytes[size - 1] != '\n' || g_strcmp0 (groups[0], HEAD) != 0
      || g_key_file_get_integer (file, HEAD, "version", NULL) != VERSION)
    return g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                        "%s is damaged, or not Tacitel's, and was left as it is", contacts->path),
           FALSE;
  for (gsize i = 1; i < n; i++)
    if (!load_contact (contacts, file, groups[i]))
      return g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                          "%s is damaged in [%s] and was left as it is", contacts->path, groups[i]),
             FALSE;
  if (!load_number (file, HEAD, "contacts", &expected) || expected != n - 1)
    return g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                        "%s is damaged, contacts are missing, and was left as it is",
                        contacts->path),
           FALSE;
  return TRUE;
}

static gboolean
load (TacContacts *contacts, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *bytes = NULL;
  gboolean found;
  gsize size;

  if (!tac_store_file_read (contacts->path, FILE_MOST, &bytes, &size, &found, error))
    return FALSE;
  if (!found)
    return TRUE;
  if (!g_key_file_load_from_data (file, bytes, size, G_KEY_FILE_NONE, error))
    {
      g_prefix_error (error, "%s is damaged and was left as it is: ", contacts->path);
      return FALSE;
    }
  if (!load_groups (contacts, file, bytes, size, error))
    return FALSE;
  g_ptr_array_sort (contacts->list, compare_names);
  return TRUE;
}

TacContacts *
tac_contacts_open (const char *path, const TacKeyPair *identity, GError **error)
{
  g_autoptr (TacContacts) contacts = g_object_new (TAC_TYPE_CONTACTS, NULL);

  contacts->path = g_strdup (path);
  contacts->identity = identity;
  return load (contacts, error) ? g_steal_pointer (&contacts) : NULL;
}

/* Finding */

static guint
find_index (TacContacts *contacts, const char *name, const char *number, const guint8 *key)
{
  guint i;

  for (i = 0; i < contacts->list->len; i++)
    {
      const TacContact *contact = contacts->list->pdata[i];

      if ((name != NULL && g_str_equal (contact->name, name))
          || (number != NULL && g_str_equal (contact->number, number))
          || (key != NULL && memcmp (contact->key, key, TAC_KEY_SIZE) == 0))
        break;
    }
  return i;
}

static gboolean
find (TacContacts *contacts, const char *name_or_number, guint *index, GError **error)
{
  g_autofree char *number = tac_number_normalise (name_or_number);

  *index = find_index (contacts, name_or_number, number, NULL);
  if (*index < contacts->list->len)
    return TRUE;
  if (number == NULL && *name_or_number == '+')
    g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_NUMBER,
                 "\"%s\" is no telephone number: write it with country code, as +4917012345678",
                 name_or_number);
  else
    g_set_error (error, TAC_ERROR, TAC_ERROR_UNKNOWN_CONTACT,
                 "there is no contact \"%s\": add it with its number and key "
                 "(tacitel contact add NAME NUMBER KEY)",
                 name_or_number);
  return FALSE;
}

const TacContact *
tac_contacts_find (TacContacts *contacts, const char *name_or_number, GError **error)
{
  guint index;

  return find (contacts, name_or_number, &index, error) ? contacts->list->pdata[index] : NULL;
}

const TacContact *
tac_contacts_find_number (TacContacts *contacts, const char *number)
{
  guint index = find_index (contacts, NULL, number, NULL);

  return index < contacts->list->len ? contacts->list->pdata[index] : NULL;
}

guint
tac_contacts_count (TacContacts *contacts)
{
  return contacts->list->len;
}

const TacContact *
tac_contacts_get (TacContacts *contacts, guint index)
{
  return contacts->list->pdata[index];
}

const guint8 *
tac_contacts_secret (TacContacts *contacts, const TacContact *contact)
{
  TacContact *writable = contacts->list->pdata[find_index (contacts, NULL, contact->number, NULL)];

  if (writable->secret == NULL)
    {
      writable->secret = sodium_malloc (TAC_KEY_SIZE);
      if (writable->secret != NULL
          && tac_contact_secret (writable->secret, contacts->identity, contact->key)
                 != TAC_MESSAGE_OK)
        {
          sodium_free (writable->secret);
          writable->secret = NULL;
        }
    }
  return writable->secret;
}

/* Changing */

static gboolean
check_new (TacContacts *contacts, const char *name, const char *number_text, const char *number,
           const char *key_hex, guint8 key[TAC_KEY_SIZE], GError **error)
{
  guint index;
  guint8 secret[TAC_KEY_SIZE];
  gboolean usable;

  if (!check_name (name))
    return g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                        "a name has 1 to %d bytes of printable text (UTF-8), no blank at its ends "
                        "and no \"+\" at its start",
                        TAC_PAIR_NAME_MAX),
           FALSE;
  if (number == NULL)
    return g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_NUMBER,
                        "\"%s\" is no telephone number: write it with country code, as "
                        "+4917012345678",
                        number_text),
           FALSE;
  if (!parse_key (key, key_hex))
    return g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                        "a key has %d hexadecimal digits: take it from `tacitel identity` on the "
                        "other phone",
                        2 * TAC_KEY_SIZE),
           FALSE;
  if (memcmp (key, contacts->identity->public, TAC_KEY_SIZE) == 0)
    return g_set_error_literal (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                                "this is this phone's own key; the other phone's is needed"),
           FALSE;
  usable = tac_contact_secret (secret, contacts->identity, key) == TAC_MESSAGE_OK;
  sodium_memzero (secret, sizeof secret);
  if (!usable)
    return g_set_error_literal (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                                "this key is none that a phone could have; ask for it again"),
           FALSE;
  index = find_index (contacts, name, number, key);
  if (index < contacts->list->len)
    {
      const TacContact *there = contacts->list->pdata[index];

      g_set_error (error, TAC_ERROR, TAC_ERROR_EXISTS,
                   "the contact \"%s\" (%s) has this name, number or key already; remove it first "
                   "if it is outdated",
                   there->name, there->number);
      return FALSE;
    }
  return TRUE;
}

gboolean
tac_contacts_add (TacContacts *contacts, const char *name, const char *number, const char *key_hex,
                  GError **error)
{
  g_autofree char *normalised = tac_number_normalise (number);
  guint8 key[TAC_KEY_SIZE];
  TacContact *contact;

  if (!check_new (contacts, name, number, normalised, key_hex, key, error))
    return FALSE;
  contact = g_new0 (TacContact, 1);
  contact->name = g_strdup (name);
  contact->number = g_steal_pointer (&normalised);
  memcpy (contact->key, key, TAC_KEY_SIZE);
  g_ptr_array_add (contacts->list, contact);
  if (!save (contacts, error))
    {
      g_ptr_array_remove (contacts->list, contact);
      return FALSE;
    }
  g_ptr_array_sort (contacts->list, compare_names);
  g_signal_emit (contacts, signal_changed, 0);
  return TRUE;
}

gboolean
tac_contacts_remove (TacContacts *contacts, const char *name_or_number, GError **error)
{
  guint index;
  TacContact *contact;

  if (!find (contacts, name_or_number, &index, error))
    return FALSE;
  contact = g_ptr_array_steal_index (contacts->list, index);
  if (!save (contacts, error))
    {
      g_ptr_array_insert (contacts->list, (int)index, contact);
      return FALSE;
    }
  contact_free (contact);
  g_signal_emit (contacts, signal_changed, 0);
  return TRUE;
}

gboolean
tac_contacts_accept_invite (TacContacts *contacts, const TacContact *contact, guint64 time_ms,
                            GError **error)
{
  TacContact *writable = contacts->list->pdata[find_index (contacts, NULL, contact->number, NULL)];
  guint64 before = writable->invite_time_ms;

  if (time_ms <= before)
    return FALSE;
  writable->invite_time_ms = time_ms;
  if (save (contacts, error))
    return TRUE;
  writable->invite_time_ms = before;
  return FALSE;
}

static void
tac_contacts_init (TacContacts *contacts)
{
  contacts->list = g_ptr_array_new_with_free_func (contact_free);
}

static void
tac_contacts_finalize (GObject *object)
{
  TacContacts *contacts = TAC_CONTACTS (object);

  g_ptr_array_unref (contacts->list);
  g_free (contacts->path);
  G_OBJECT_CLASS (tac_contacts_parent_class)->finalize (object);
}

static void
tac_contacts_class_init (TacContactsClass *class)
{
  G_OBJECT_CLASS (class)->finalize = tac_contacts_finalize;
  signal_changed = g_signal_new ("changed", TAC_TYPE_CONTACTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}
