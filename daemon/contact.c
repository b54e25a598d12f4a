/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A contact, as a value. */
#include "daemon/contacts.h"

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
