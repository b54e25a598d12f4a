/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A contact, as a value and as a row. */
#include "daemon/contact-row.h"

#include <string.h>

const char *
tac_trust_to_string (TacTrust trust)
{
  switch (trust)
    {
    case TAC_TRUST_PAIRED:
      return "paired";
    case TAC_TRUST_VERIFIED:
      return "verified";
    case TAC_TRUST_DIRECTORY:
      return "directory";
    case TAC_TRUST_MISMATCH:
      return "mismatch";
    }
  g_return_val_if_reached ("paired");
}

TacContact *
tac_contact_copy (const TacContact *contact)
{
  TacContact *copy = g_memdup2 (contact, sizeof *contact);

  copy->name = g_strdup (contact->name);
  copy->number = g_strdup (contact->number);
  return copy;
}

void
tac_contact_free (TacContact *contact)
{
  if (contact == NULL)
    return;
  g_free (contact->name);
  g_free (contact->number);
  g_free (contact);
}

TacContact *
tac_contact_read (sqlite3_stmt *statement)
{
  TacContact *contact = g_new0 (TacContact, 1);

  contact->id = sqlite3_column_int64 (statement, 0);
  contact->name = g_strdup ((const char *)sqlite3_column_text (statement, 1));
  contact->number = g_strdup ((const char *)sqlite3_column_text (statement, 2));
  memcpy (contact->key, sqlite3_column_blob (statement, 3), TAC_KEY_SIZE);
  contact->trust = (TacTrust)sqlite3_column_int (statement, 4);
  contact->blocked = sqlite3_column_int (statement, 5) != 0;
  contact->has_new_key = sqlite3_column_type (statement, 6) == SQLITE_BLOB;
  if (contact->has_new_key)
    memcpy (contact->new_key, sqlite3_column_blob (statement, 6), TAC_KEY_SIZE);
  contact->invite_time_ms = (guint64)sqlite3_column_int64 (statement, 7);
  return contact;
}
