/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INVITE messages as they come in: who sent this one, and is it new? (docs/protocol.md §3, §10) */
#pragma once
#include "codecs/invitation.h"
#include "daemon/contacts.h"
#include "daemon/counters.h"

/* One that opened, in guarded memory. */
typedef struct
{
  TacContact *contact; /* a copy */
  gboolean missed;     /* too old to ring */
  TacInvite invite;
  TacHandshake handshake;
  guint8 sms[TAC_SMS_SIZE];
} TacInvitation;

/**
 * tac_invitation_open:
 * @sender: number that the network names, "" where it names none; it proves nothing, and only says
 * whom to try first
 * @clock_ms, @centre_ms: own clock and the SMS centre's stamp (0: none), Unix milliseconds
 *
 * @unknown: (out) it is whole, and opens for no contact
 *
 * Opens @sms against the contact of that number, then every other, and records its time with the
 * contact, on disk.
 * Returns: (transfer full) NULL where it is to be dropped: it was counted in @counters by its kind.
 */
TacInvitation *tac_invitation_open (TacContacts *contacts, const TacKeyPair *me,
                                    TacCounters *counters, const char *sender, const guint8 *sms,
                                    gsize size, guint64 clock_ms, guint64 centre_ms,
                                    gboolean *unknown);
void tac_invitation_free (TacInvitation *invitation); /* wipes; NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TacInvitation, tac_invitation_free)
/* Counts an SMS that is none of ours, or damaged. */
void tac_invitation_count (TacCounters *counters, TacMessageResult result);
