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
  if (invitation != NULL)
    tac_contact_free (invitation->contact);
  sodium_free (invitation); /* wipes first */
}

typedef struct
{
  TacInvitation *invitation;
  const TacInviteTrial *trial;
  const TacKeyPair *me;
  TacMessageResult result; /* of the last try */
} Search;

static gboolean
try_contact (gint64 id, const guint8 *key, const guint8 *secret, gpointer user_data)
{
  Search *search = user_data;

  search->result = tac_invite_try (search->trial, &search->invitation->handshake, search->me, key,
                                   secret, &search->invitation->invite);
  return search->result != TAC_MESSAGE_FORGED;
}

static TacMessageResult
try_all (Search *search, TacContacts *contacts, const char *sender)
{
  g_autofree char *number = tac_number_normalise (sender);
  g_autoptr (TacContact) first
      = number != NULL ? tac_contacts_find_number (contacts, number) : NULL;
  gint64 id = 0;

  search->result = TAC_MESSAGE_FORGED;
  if (first != NULL)
    id = tac_contacts_try_secret (contacts, first->id, try_contact, search);
  if (id == 0)
    id = tac_contacts_try_secrets (contacts, try_contact, search);
  if (id != 0)
    search->invitation->contact = tac_contacts_get (contacts, id);
  return search->result;
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
  if (dropped == NULL
      && !tac_contacts_accept_invite (contacts, contact->id, invitation->invite.time_ms, &error))
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
                     guint64 centre_ms, gboolean *unknown)
{
  g_autoptr (TacInvitation) invitation = sodium_malloc (sizeof *invitation);
  TacInviteTrial trial;
  Search search = { .invitation = invitation, .trial = &trial, .me = me };
  TacMessageResult result;

  *unknown = FALSE;
  if (invitation == NULL)
    return NULL;
  memset (invitation, 0, sizeof *invitation);
  result = tac_invite_trial (&trial, sms, size, me);
  if (result == TAC_MESSAGE_OK)
    result = try_all (&search, contacts, sender);
  sodium_memzero (&trial, sizeof trial);
  tac_invitation_count (counters, result);
  *unknown = result == TAC_MESSAGE_FORGED;
  if (result != TAC_MESSAGE_OK || invitation->contact == NULL
      || !accept (invitation, contacts, counters, clock_ms, centre_ms))
    return NULL;
  memcpy (invitation->sms, sms, sizeof invitation->sms);
  return g_steal_pointer (&invitation);
}
