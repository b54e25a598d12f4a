/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contacts: name, number, identity key, trust, the highest INVITE times (docs/protocol.md
 * §2, §3), in the store. */
#pragma once
#include "codecs/noise.h"
#include "daemon/store.h"
#include <glib-object.h>

typedef enum
{
  TAC_TRUST_PAIRED,
  TAC_TRUST_VERIFIED,
  TAC_TRUST_DIRECTORY,
  TAC_TRUST_MISMATCH /* the spoken words differed */
} TacTrust;
const char *tac_trust_to_string (TacTrust trust);

/* A copy of what is stored. */
typedef struct
{
  gint64 id; /* never used again for another contact */
  char *name;
  char *number; /* E.164, "+" and digits */
  guint8 key[TAC_KEY_SIZE];
  TacTrust trust;
  gboolean blocked;
  gboolean has_new_key;
  guint8 new_key[TAC_KEY_SIZE]; /* that a PAIR from its number brought */
  guint64 invite_time_ms;       /* highest accepted, 0 = none */
} TacContact;
TacContact *tac_contact_copy (const TacContact *contact);
void tac_contact_free (TacContact *contact); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TacContact, tac_contact_free)

#define TAC_TYPE_CONTACTS (tac_contacts_get_type ())
G_DECLARE_FINAL_TYPE (TacContacts, tac_contacts, TAC, CONTACTS, GObject)

/* Signal "changed". Every change is on disk when it returns. @store and @identity outlive it. */
TacContacts *tac_contacts_new (TacStore *store, const TacKeyPair *identity);

/* INVALID_ARGUMENT (name; key of low order, or this phone's own), INVALID_NUMBER, EXISTS (says
 * which of name, number and key), FAILED. */
gboolean tac_contacts_add (TacContacts *contacts, const char *name, const char *number,
                           const guint8 key[TAC_KEY_SIZE], GError **error);
gboolean tac_contacts_remove (TacContacts *contacts, gint64 id, GError **error);
gboolean tac_contacts_rename (TacContacts *contacts, gint64 id, const char *name, GError **error);
gboolean tac_contacts_set_number (TacContacts *contacts, gint64 id, const char *number,
                                  GError **error);
gboolean tac_contacts_set_trust (TacContacts *contacts, gint64 id, TacTrust trust, GError **error);
gboolean tac_contacts_set_blocked (TacContacts *contacts, gint64 id, gboolean blocked,
                                   GError **error);
gboolean tac_contacts_set_new_key (TacContacts *contacts, gint64 id, const guint8 *key,
                                   GError **error); /* NULL: none any more */
/* @key: the new key as the user saw it; INVALID_ARGUMENT where it is not. Trust becomes PAIRED, the
 * INVITE times 0. */
gboolean tac_contacts_replace_key (TacContacts *contacts, gint64 id, const guint8 key[TAC_KEY_SIZE],
                                   GError **error);

/* (transfer full). By name (exact) or number (normalised): NULL and UNKNOWN_CONTACT or
 * INVALID_NUMBER, with the remedy. */
TacContact *tac_contacts_find (TacContacts *contacts, const char *name_or_number, GError **error);
/* (transfer full), NULL: none */
TacContact *tac_contacts_get (TacContacts *contacts, gint64 id);
TacContact *tac_contacts_find_number (TacContacts *contacts, const char *number); /* normalised */
TacContact *tac_contacts_find_key (TacContacts *contacts, const guint8 key[TAC_KEY_SIZE]);
guint tac_contacts_count (TacContacts *contacts);
typedef void (*TacContactFunc) (const TacContact *contact, gpointer user_data);
void tac_contacts_foreach (TacContacts *contacts, TacContactFunc func,
                           gpointer user_data); /* by name */

/* ss with each contact, computed when it was added and kept in the store: a look at one costs no
 * X25519.
 * @func returns TRUE to stop, and leaves the store alone. Returns: the id at which it stopped; 0:
 * none. */
typedef gboolean (*TacSecretFunc) (gint64 id, const guint8 key[TAC_KEY_SIZE],
                                   const guint8 secret[TAC_KEY_SIZE], gpointer user_data);
gint64 tac_contacts_try_secret (TacContacts *contacts, gint64 id, TacSecretFunc func,
                                gpointer user_data); /* of one */
gint64 tac_contacts_try_secrets (TacContacts *contacts, TacSecretFunc func,
                                 gpointer user_data); /* of all */

/* Records an accepted INVITE; FAILED, and nothing changed, where @time_ms is not higher than the
 * one kept. */
gboolean tac_contacts_accept_invite (TacContacts *contacts, gint64 id, guint64 time_ms,
                                     GError **error);
/* The time for the next INVITE to it (tac_invite_next_time over the last, which is kept); 0 and an
 * error where it cannot be stored. */
guint64 tac_contacts_next_invite_time (TacContacts *contacts, gint64 id, guint64 clock_ms,
                                       GError **error);

/* "+49 170-123 45" → "+4917012345"; NULL where it isn't E.164 after blanks, dashes and brackets are
 * taken out. (transfer full) */
char *tac_number_normalise (const char *text);
/* May this be a contact's name? 1 to 64 bytes of UTF-8, printable (no control, format or bidi
 * character but the joiners of emoji), no blank at an end, no "+" at its beginning. */
gboolean tac_name_check (const char *name);
gboolean tac_name_require (const char *name, GError **error); /* else INVALID_ARGUMENT */
/* The same of what came from outside: what may not be is taken out, what is too long is cut at a
 * character. (transfer full), "" where nothing is left. */
char *tac_name_clean (const char *name);
