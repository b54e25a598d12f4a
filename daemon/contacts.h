/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contacts: name, number, identity key, trust, the highest INVITE time accepted (docs/protocol.md
 * §2, §3). */
#pragma once
#include "codecs/noise.h"
#include <glib-object.h>

typedef enum
{
  TAC_TRUST_PAIRED,
  TAC_TRUST_VERIFIED,
  TAC_TRUST_DIRECTORY,
  TAC_TRUST_BLOCKED
} TacTrust;
const char *tac_trust_to_string (TacTrust trust);

/* Owned by the store; valid until the contact is removed. */
typedef struct
{
  char *name;
  char *number; /* E.164, "+" and digits */
  guint8 key[TAC_KEY_SIZE];
  TacTrust trust;
  guint64 invite_time_ms; /* highest accepted, 0 = none */
  guint8 *secret; /* ss with this contact, cached in guarded memory; NULL until first needed */
} TacContact;

#define TAC_TYPE_CONTACTS (tac_contacts_get_type ())
G_DECLARE_FINAL_TYPE (TacContacts, tac_contacts, TAC, CONTACTS, GObject)

/* Signal "changed". @path is read, and written (whole or not at all, synced) at every change before
 * the change is acknowledged. */
TacContacts *tac_contacts_open (const char *path, const TacKeyPair *identity, GError **error);
gboolean tac_contacts_add (TacContacts *contacts, const char *name, const char *number,
                           const char *key_hex, GError **error);
gboolean tac_contacts_remove (TacContacts *contacts, const char *name_or_number, GError **error);
/* By name (exact) or number (normalised). NULL and TAC_ERROR_UNKNOWN_CONTACT or
 * TAC_ERROR_INVALID_NUMBER, with the remedy. */
const TacContact *tac_contacts_find (TacContacts *contacts, const char *name_or_number,
                                     GError **error);
const TacContact *tac_contacts_find_number (TacContacts *contacts,
                                            const char *number); /* NULL: none */
guint tac_contacts_count (TacContacts *contacts);
const TacContact *tac_contacts_get (TacContacts *contacts, guint index); /* by name */
const guint8 *tac_contacts_secret (TacContacts *contacts,
                                   const TacContact *contact); /* ss; NULL: low-order key */
/* Records an accepted INVITE; false (and nothing changed) where @time_ms is not higher than the one
 * kept. */
gboolean tac_contacts_accept_invite (TacContacts *contacts, const TacContact *contact,
                                     guint64 time_ms, GError **error);

/* "+49 170-123 45" → "+4917012345"; NULL where it isn't E.164 after blanks, dashes and brackets are
 * taken out. */
char *tac_number_normalise (const char *text);
