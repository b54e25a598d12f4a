/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contacts, in the store. Nothing of them is kept in memory. */
#include "daemon/contacts.h"

#include "codecs/invitation.h"
#include "daemon/contact-row.h"
#include "daemon/errors.h"

#include <sodium.h>
#include <string.h>

struct _TacContacts
{
  GObject parent_instance;
  TacStore *store;
  const TacKeyPair *identity;
};

static guint signal_changed;

G_DEFINE_FINAL_TYPE (TacContacts, tac_contacts, G_TYPE_OBJECT)

/* Reading */

static TacContact *
read_one (TacContacts *contacts, sqlite3_stmt *statement)
{
  TacContact *contact = NULL;

  if (tac_store_step (contacts->store, statement))
    {
      contact = tac_contact_read (statement);
      sqlite3_reset (statement);
    }
  return contact;
}

TacContact *
tac_contacts_get (TacContacts *contacts, gint64 id)
{
  sqlite3_stmt *get = tac_store_statement (contacts->store, "SELECT " TAC_CONTACT_COLUMNS
                                                            " FROM contact WHERE id = ?1");

  sqlite3_bind_int64 (get, 1, id);
  return read_one (contacts, get);
}

static TacContact *
find_text (TacContacts *contacts, const char *sql, const char *text)
{
  sqlite3_stmt *find = tac_store_statement (contacts->store, sql);

  sqlite3_bind_text (find, 1, text, -1, SQLITE_STATIC);
  return read_one (contacts, find);
}

static TacContact *
find_name (TacContacts *contacts, const char *name)
{
  return find_text (contacts, "SELECT " TAC_CONTACT_COLUMNS " FROM contact WHERE name = ?1", name);
}

TacContact *
tac_contacts_find_number (TacContacts *contacts, const char *number)
{
  return find_text (contacts, "SELECT " TAC_CONTACT_COLUMNS " FROM contact WHERE number = ?1",
                    number);
}

TacContact *
tac_contacts_find_key (TacContacts *contacts, const guint8 key[TAC_KEY_SIZE])
{
  sqlite3_stmt *find = tac_store_statement (contacts->store, "SELECT " TAC_CONTACT_COLUMNS
                                                             " FROM contact WHERE key = ?1");

  sqlite3_bind_blob (find, 1, key, TAC_KEY_SIZE, SQLITE_STATIC);
  return read_one (contacts, find);
}

static gboolean
set_invalid_number (const char *number, GError **error)
{
  g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_NUMBER,
               "\"%s\" is no telephone number: write it with country code, as +4917012345678",
               number);
  return FALSE;
}

/* No name begins with "+", every number does: it is one of the two. */
TacContact *
tac_contacts_find (TacContacts *contacts, const char *name_or_number, GError **error)
{
  g_autofree char *number = tac_number_normalise (name_or_number);
  g_autoptr (TacContact) contact = NULL;

  if (number == NULL && *name_or_number == '+')
    return set_invalid_number (name_or_number, error), NULL;
  contact = number != NULL ? tac_contacts_find_number (contacts, number)
                           : find_name (contacts, name_or_number);
  if (!tac_store_check (contacts->store, error))
    return NULL;
  if (contact == NULL)
    g_set_error (error, TAC_ERROR, TAC_ERROR_UNKNOWN_CONTACT,
                 "there is no contact \"%s\": pair with that phone (tacitel pair NUMBER), or add "
                 "it with its number and key (tacitel contact add NAME NUMBER KEY)",
                 name_or_number);
  return g_steal_pointer (&contact);
}

guint
tac_contacts_count (TacContacts *contacts)
{
  sqlite3_stmt *count = tac_store_statement (contacts->store, "SELECT count (*) FROM contact");
  guint n = 0;

  if (tac_store_step (contacts->store, count))
    {
      n = (guint)sqlite3_column_int64 (count, 0);
      sqlite3_reset (count);
    }
  return n;
}

/* A contact and what its name is sorted by. */
typedef struct
{
  char *collated;
  TacContact *contact;
} Entry;

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_free (entry->collated);
  tac_contact_free (entry->contact);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const Entry *one = a, *two = b;

  return strcmp (one->collated, two->collated);
}

void
tac_contacts_foreach (TacContacts *contacts, TacContactFunc func, gpointer user_data)
{
  sqlite3_stmt *all
      = tac_store_statement (contacts->store, "SELECT " TAC_CONTACT_COLUMNS " FROM contact");
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));

  g_array_set_clear_func (entries, entry_clear);
  while (tac_store_step (contacts->store, all))
    {
      Entry entry = { .contact = tac_contact_read (all) };

      entry.collated = g_utf8_collate_key (entry.contact->name, -1);
      g_array_append_val (entries, entry);
    }
  g_array_sort (entries, compare_entries);
  for (guint i = 0; i < entries->len; i++)
    func (g_array_index (entries, Entry, i).contact, user_data);
}

static gint64
try_secrets (TacContacts *contacts, sqlite3_stmt *statement, TacSecretFunc func, gpointer user_data)
{
  gint64 stopped = 0;

  while (stopped == 0 && tac_store_step (contacts->store, statement))
    {
      gint64 id = sqlite3_column_int64 (statement, 0);

      if (func (id, sqlite3_column_blob (statement, 1), sqlite3_column_blob (statement, 2),
                user_data))
        stopped = id;
    }
  sqlite3_reset (statement);
  return stopped;
}

gint64
tac_contacts_try_secret (TacContacts *contacts, gint64 id, TacSecretFunc func, gpointer user_data)
{
  sqlite3_stmt *one
      = tac_store_statement (contacts->store, "SELECT id, key, secret FROM contact WHERE id = ?1");

  sqlite3_bind_int64 (one, 1, id);
  return try_secrets (contacts, one, func, user_data);
}

gint64
tac_contacts_try_secrets (TacContacts *contacts, TacSecretFunc func, gpointer user_data)
{
  return try_secrets (contacts,
                      tac_store_statement (contacts->store, "SELECT id, key, secret FROM contact"),
                      func, user_data);
}

/* Checking */

/* @secret: (out) ss with whoever has @key; the caller wipes it. */
static gboolean
check_key (TacContacts *contacts, const guint8 key[TAC_KEY_SIZE], guint8 secret[TAC_KEY_SIZE],
           GError **error)
{
  if (memcmp (key, contacts->identity->public, TAC_KEY_SIZE) == 0)
    g_set_error_literal (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                         "this is this phone's own key; the other phone's is needed");
  else if (tac_contact_secret (secret, contacts->identity, key) != TAC_MESSAGE_OK)
    g_set_error_literal (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                         "this key is none that a phone could have; ask for it again");
  else
    return TRUE;
  return FALSE;
}

/* Takes @there, which has what contact @id shall have. */
static gboolean
check_free (TacContact *there, gint64 id, const char *what, GError **error)
{
  g_autoptr (TacContact) owned = there;

  if (owned == NULL || owned->id == id)
    return TRUE;
  g_set_error (error, TAC_ERROR, TAC_ERROR_EXISTS,
               "the contact \"%s\" (%s) has this %s already; remove it first if it is outdated",
               owned->name, owned->number, what);
  return FALSE;
}

/* Changing */

/* Runs a change of the contact @id, which is bound as ?1. */
static gboolean
change (TacContacts *contacts, sqlite3_stmt *statement, gint64 id, GError **error)
{
  sqlite3_bind_int64 (statement, 1, id);
  if (!tac_store_run (contacts->store, statement, error))
    return FALSE;
  if (tac_store_changes (contacts->store) == 0)
    {
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_UNKNOWN_CONTACT,
                           "this contact was removed meanwhile");
      return FALSE;
    }
  g_signal_emit (contacts, signal_changed, 0);
  return TRUE;
}

static gboolean
insert (TacContacts *contacts, const char *name, const char *number, const guint8 *key,
        const guint8 *secret, GError **error)
{
  sqlite3_stmt *add = tac_store_statement (
      contacts->store, "INSERT INTO contact (name, number, key, secret) VALUES (?1, ?2, ?3, ?4)");

  sqlite3_bind_text (add, 1, name, -1, SQLITE_STATIC);
  sqlite3_bind_text (add, 2, number, -1, SQLITE_STATIC);
  sqlite3_bind_blob (add, 3, key, TAC_KEY_SIZE, SQLITE_STATIC);
  sqlite3_bind_blob (add, 4, secret, TAC_KEY_SIZE, SQLITE_STATIC);
  return tac_store_run (contacts->store, add, error);
}

gboolean
tac_contacts_add (TacContacts *contacts, const char *name, const char *number,
                  const guint8 key[TAC_KEY_SIZE], GError **error)
{
  g_autofree char *normalised = tac_number_normalise (number);
  guint8 secret[TAC_KEY_SIZE];
  gboolean ok;

  if (normalised == NULL)
    return set_invalid_number (number, error);
  ok = tac_name_require (name, error) && check_key (contacts, key, secret, error)
       && check_free (find_name (contacts, name), 0, "name", error)
       && check_free (tac_contacts_find_number (contacts, normalised), 0, "number", error)
       && check_free (tac_contacts_find_key (contacts, key), 0, "key", error)
       && insert (contacts, name, normalised, key, secret, error);
  sodium_memzero (secret, sizeof secret);
  if (ok)
    g_signal_emit (contacts, signal_changed, 0);
  return ok;
}

gboolean
tac_contacts_remove (TacContacts *contacts, gint64 id, GError **error)
{
  sqlite3_stmt *delete = tac_store_statement (contacts->store, "DELETE FROM contact WHERE id = ?1");
  g_autoptr (GError) problem = NULL;

  if (!change (contacts, delete, id, error))
    return FALSE;
  if (!tac_store_compact (contacts->store, &problem))
    g_warning ("%s", problem->message);
  return TRUE;
}

/* @sql: sets a column of ?1 to ?2. */
static gboolean
set_text (TacContacts *contacts, gint64 id, const char *sql, const char *value, GError **error)
{
  sqlite3_stmt *set = tac_store_statement (contacts->store, sql);

  sqlite3_bind_text (set, 2, value, -1, SQLITE_STATIC);
  return change (contacts, set, id, error);
}

gboolean
tac_contacts_rename (TacContacts *contacts, gint64 id, const char *name, GError **error)
{
  return tac_name_require (name, error)
         && check_free (find_name (contacts, name), id, "name", error)
         && set_text (contacts, id, "UPDATE contact SET name = ?2 WHERE id = ?1", name, error);
}

gboolean
tac_contacts_set_number (TacContacts *contacts, gint64 id, const char *number, GError **error)
{
  g_autofree char *normalised = tac_number_normalise (number);

  if (normalised == NULL)
    return set_invalid_number (number, error);
  return check_free (tac_contacts_find_number (contacts, normalised), id, "number", error)
         && set_text (contacts, id, "UPDATE contact SET number = ?2 WHERE id = ?1", normalised,
                      error);
}

static gboolean
set_integer (TacContacts *contacts, gint64 id, const char *sql, int value, GError **error)
{
  sqlite3_stmt *set = tac_store_statement (contacts->store, sql);

  sqlite3_bind_int (set, 2, value);
  return change (contacts, set, id, error);
}

gboolean
tac_contacts_set_trust (TacContacts *contacts, gint64 id, TacTrust trust, GError **error)
{
  return set_integer (contacts, id, "UPDATE contact SET trust = ?2 WHERE id = ?1", (int)trust,
                      error);
}

gboolean
tac_contacts_set_blocked (TacContacts *contacts, gint64 id, gboolean blocked, GError **error)
{
  return set_integer (contacts, id, "UPDATE contact SET blocked = ?2 WHERE id = ?1", blocked != 0,
                      error);
}

gboolean
tac_contacts_set_new_key (TacContacts *contacts, gint64 id, const guint8 *key, GError **error)
{
  sqlite3_stmt *set
      = tac_store_statement (contacts->store, "UPDATE contact SET new_key = ?2 WHERE id = ?1");
  guint8 secret[TAC_KEY_SIZE];
  gboolean ok = key == NULL || check_key (contacts, key, secret, error);

  sodium_memzero (secret, sizeof secret);
  if (!ok)
    return FALSE;
  if (key != NULL)
    sqlite3_bind_blob (set, 2, key, TAC_KEY_SIZE, SQLITE_STATIC);
  return change (contacts, set, id, error);
}

/* The condition on new_key is in the statement: what the user saw, or nothing. */
static gboolean
take_new_key (TacContacts *contacts, gint64 id, const guint8 *key, const guint8 *secret,
              GError **error)
{
  sqlite3_stmt *set = tac_store_statement (
      contacts->store, "UPDATE contact SET key = ?2, secret = ?3, new_key = NULL, trust = ?4,"
                       " invite_in = 0, invite_out = 0 WHERE id = ?1 AND new_key = ?2");

  sqlite3_bind_blob (set, 2, key, TAC_KEY_SIZE, SQLITE_STATIC);
  sqlite3_bind_blob (set, 3, secret, TAC_KEY_SIZE, SQLITE_STATIC);
  sqlite3_bind_int (set, 4, TAC_TRUST_PAIRED);
  return change (contacts, set, id, error);
}

gboolean
tac_contacts_replace_key (TacContacts *contacts, gint64 id, const guint8 key[TAC_KEY_SIZE],
                          GError **error)
{
  g_autoptr (TacContact) contact = tac_contacts_get (contacts, id);
  guint8 secret[TAC_KEY_SIZE];
  gboolean ok;

  if (contact != NULL
      && (!contact->has_new_key || memcmp (contact->new_key, key, TAC_KEY_SIZE) != 0))
    {
      g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                   "this is not the new key that came for \"%s\": look at it again (tacitel "
                   "contact show)",
                   contact->name);
      return FALSE;
    }
  ok = check_key (contacts, key, secret, error)
       && check_free (tac_contacts_find_key (contacts, key), id, "key", error)
       && take_new_key (contacts, id, key, secret, error);
  sodium_memzero (secret, sizeof secret);
  return ok;
}

/* Invitations' times */

gboolean
tac_contacts_accept_invite (TacContacts *contacts, gint64 id, guint64 time_ms, GError **error)
{
  sqlite3_stmt *set = tac_store_statement (
      contacts->store, "UPDATE contact SET invite_in = ?2 WHERE id = ?1 AND invite_in < ?2");

  if (time_ms > G_MAXINT64) /* no INVITE has more than 48 bits */
    time_ms = 0;
  sqlite3_bind_int64 (set, 1, id);
  sqlite3_bind_int64 (set, 2, (gint64)time_ms);
  if (!tac_store_run (contacts->store, set, error))
    return FALSE;
  if (tac_store_changes (contacts->store) == 1)
    return TRUE;
  g_set_error_literal (error, TAC_ERROR, TAC_ERROR_FAILED,
                       "an invitation of this time, or a later one, was accepted already");
  return FALSE;
}

guint64
tac_contacts_next_invite_time (TacContacts *contacts, gint64 id, guint64 clock_ms, GError **error)
{
  sqlite3_stmt *get
      = tac_store_statement (contacts->store, "SELECT invite_out FROM contact WHERE id = ?1");
  sqlite3_stmt *set
      = tac_store_statement (contacts->store, "UPDATE contact SET invite_out = ?2 WHERE id = ?1");
  guint64 last, next;

  sqlite3_bind_int64 (get, 1, id);
  last = tac_store_step (contacts->store, get) ? (guint64)sqlite3_column_int64 (get, 0) : 0;
  sqlite3_reset (get);
  next = tac_invite_next_time (clock_ms, last);
  sqlite3_bind_int64 (set, 1, id);
  sqlite3_bind_int64 (set, 2, (gint64)next);
  if (!tac_store_run (contacts->store, set, error))
    return 0;
  if (tac_store_changes (contacts->store) == 1)
    return next;
  g_set_error_literal (error, TAC_ERROR, TAC_ERROR_UNKNOWN_CONTACT,
                       "this contact was removed meanwhile");
  return 0;
}

TacContacts *
tac_contacts_new (TacStore *store, const TacKeyPair *identity)
{
  TacContacts *contacts = g_object_new (TAC_TYPE_CONTACTS, NULL);

  contacts->store = store;
  contacts->identity = identity;
  return contacts;
}

static void
tac_contacts_init (TacContacts *contacts)
{
}

static void
tac_contacts_class_init (TacContactsClass *class)
{
  signal_changed = g_signal_new ("changed", TAC_TYPE_CONTACTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}
