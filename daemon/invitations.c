/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening invitations. A try of a contact is one AEAD open; nothing that fails is answered. */
#include "daemon/invitations.h"

#include <sodium.h>
#include <string.h>

void
tac_invitation_count (TacCounters *counters, TacMessageResult result)
{
  static const char *const names[TAC_MESSAGE_RESULTS] = {
    [TAC_MESSAGE_LENGTH] = "sms.length",   [TAC_MESSAGE_NOT_OURS] = "sms.not-ours",
    [TAC_MESSAGE_VERSION] = "sms.version", [TAC_MESSAGE_TYPE] = "sms.type",
    [TAC_MESSAGE_FORGED] = "sms.forged",   [TAC_MESSAGE_INVALID] = "sms.invalid",
  };

  if (result != TAC_MESSAGE_OK)
    tac_counters_add (counters, names[result], 1);
}

void
tac_invitation_free (TacInvitation *invitation)
{
  sodium_free (invitation); /* wipes first */
}

static TacMessageResult
try_contact (TacInvitation *invitation, const TacInviteTrial *trial, TacContacts *contacts,
             const TacKeyPair *me, const TacContact *contact)
{
  const guint8 *secret = tac_contacts_secret (contacts, contact);

  if (secret == NULL)
    return TAC_MESSAGE_FORGED;
  invitation->contact = contact;
  return tac_invite_try (trial, &invitation->handshake, me, contact->key, secret,
                         &invitation->invite);
}

static TacMessageResult
try_all (TacInvitation *invitation, const TacInviteTrial *trial, TacContacts *contacts,
         const TacKeyPair *me, const char *sender)
{
  g_autofree char *number = tac_number_normalise (sender);
  const TacContact *first = number != NULL ? tac_contacts_find_number (contacts, number) : NULL;
  TacMessageResult result = TAC_MESSAGE_FORGED;

  if (first != NULL)
    result = try_contact (invitation, trial, contacts, me, first);
  for (guint i = 0; result == TAC_MESSAGE_FORGED && i < tac_contacts_count (contacts); i++)
    if (tac_contacts_get (contacts, i) != first)
      result = try_contact (invitation, trial, contacts, me, tac_contacts_get (contacts, i));
  return result;
}

/* Authentic; may it go on? Counts where not. */
static gboolean
accept (TacInvitation *invitation, TacContacts *contacts, TacCounters *counters, guint64 clock_ms,
        guint64 centre_ms)
{
  const TacContact *contact = invitation->contact;
  g_autoptr (GError) error = NULL;
  const char *dropped = NULL;

  switch (tac_invite_freshness (invitation->invite.time_ms, contact->invite_time_ms, clock_ms,
                                centre_ms))
    {
    case TAC_INVITE_FRESH:
      tac_counters_add (counters, "sms.invite", 1);
      break;
    case TAC_INVITE_MISSED:
      tac_counters_add (counters, "sms.stale", 1);
      invitation->missed = TRUE;
      break;
    case TAC_INVITE_REPEATED:
      dropped = "sms.replayed";
      break;
    case TAC_INVITE_FUTURE:
      dropped = "sms.future";
      break;
    }
  if (dropped == NULL && contact->trust == TAC_TRUST_BLOCKED)
    dropped = "sms.blocked";
  if (dropped == NULL
      && !tac_contacts_accept_invite (contacts, contact, invitation->invite.time_ms, &error))
    {
      g_warning ("an invitation is dropped since its time cannot be recorded: %s",
                 error != NULL ? error->message : "not newer");
      dropped = "sms.not-recorded";
    }
  if (dropped != NULL)
    tac_counters_add (counters, dropped, 1);
  return dropped == NULL;
}

TacInvitation *
tac_invitation_open (TacContacts *contacts, const TacKeyPair *me, TacCounters *counters,
                     const char *sender, const guint8 *sms, gsize size, guint64 clock_ms,
                     guint64 centre_ms)
{
  g_autoptr (TacInvitation) invitation = sodium_malloc (sizeof *invitation);
  TacInviteTrial trial;
  TacMessageResult result;

  if (invitation == NULL)
    return NULL;
  memset (invitation, 0, sizeof *invitation);
  result = tac_invite_trial (&trial, sms, size, me);
  if (result == TAC_MESSAGE_OK)
    result = try_all (invitation, &trial, contacts, me, sender);
  sodium_memzero (&trial, sizeof trial);
  tac_invitation_count (counters, result);
  if (result != TAC_MESSAGE_OK || !accept (invitation, contacts, counters, clock_ms, centre_ms))
    return NULL;
  memcpy (invitation->sms, sms, sizeof invitation->sms);
  return g_steal_pointer (&invitation);
}
