/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done with a call, by who calls. Pure, but for the log of decisions. */
#pragma once
#include "daemon/contacts.h"

typedef enum
{
  TAC_PARTY_VERIFIED, /* and directory */
  TAC_PARTY_UNVERIFIED,
  TAC_PARTY_CHANGED_KEY, /* authentic with the old key, while a new one waits */
  TAC_PARTY_MISMATCH,
  TAC_PARTY_BLOCKED,
  TAC_PARTY_UNKNOWN, /* an invitation that opens for no contact */
} TacParty;
#define TAC_PARTIES 6

typedef enum
{
  TAC_POLICY_RING,
  TAC_POLICY_WARN,   /* rings, with a warning */
  TAC_POLICY_REFUSE, /* told "declined"; shown as missed. For unknown: shown as missed */
  TAC_POLICY_IGNORE, /* nothing at all; counted */
} TacPolicyAction;

typedef struct
{
  TacPolicyAction action[TAC_PARTIES];
} TacPolicy;

extern const TacPolicy tac_policy_default; /* ring, ring, warn, refuse, ignore, refuse */
const char *tac_party_to_string (TacParty party);
const char *tac_policy_action_to_string (TacPolicyAction action);
/* From the configuration: group [policy], key a party, value an action. UNKNOWN cannot ring or
 * warn, BLOCKED cannot ring; INVALID_ARGUMENT says so. */
gboolean tac_policy_set (TacPolicy *policy, const char *party, const char *action, GError **error);
TacParty tac_party_of (const TacContact *contact); /* NULL: UNKNOWN. The worst of what applies:
                                                      blocked, mismatch, changed-key, unverified. */
/* May this phone's user call it? Refused: BLOCKED always, MISMATCH and CHANGED_KEY where their
 * action is refuse or ignore: TAC_ERROR_REFUSED with the remedy. */
gboolean tac_policy_check_dial (const TacPolicy *policy, const TacContact *contact, GError **error);
/* For people. (transfer full), "" where there is nothing to warn of. */
char *tac_policy_warning (TacPolicyAction action, const TacContact *contact);

/* The last 32 decisions, for `tacitel status`. */
typedef struct TacDecisions TacDecisions;
TacDecisions *tac_decisions_new (void);
void tac_decisions_free (TacDecisions *decisions);
void tac_decisions_clear (TacDecisions *decisions);
void tac_decisions_add (TacDecisions *decisions, gint64 time_us, const TacContact *contact,
                        const char *number, TacParty party,
                        TacPolicyAction action); /* @contact may be NULL */
GVariant *
tac_decisions_to_variant (TacDecisions *decisions); /* aa{sv} as Manager1.GetDecisions, floating */
