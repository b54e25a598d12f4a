/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done with a call, by who calls, and what people are told of it. */
#include "daemon/policy.h"

#include "daemon/errors.h"

#include <gio/gio.h>

#define DECISIONS_KEPT 32

const TacPolicy tac_policy_default = { {
    [TAC_PARTY_VERIFIED] = TAC_POLICY_RING,
    [TAC_PARTY_UNVERIFIED] = TAC_POLICY_RING,
    [TAC_PARTY_CHANGED_KEY] = TAC_POLICY_WARN,
    [TAC_PARTY_MISMATCH] = TAC_POLICY_REFUSE,
    [TAC_PARTY_BLOCKED] = TAC_POLICY_IGNORE,
    [TAC_PARTY_UNKNOWN] = TAC_POLICY_REFUSE,
} };

static const char *const party_names[TAC_PARTIES]
    = { "verified", "unverified", "changed-key", "mismatch", "blocked", "unknown" };
static const char *const action_names[] = { "ring", "warn", "refuse", "ignore" };

/* Who it is, and what to do about it; %1$s: what the contact is called on the command line. */
static const struct
{
  const char *meaning, *remedy;
} texts[TAC_PARTIES] = {
  [TAC_PARTY_VERIFIED] = { "The key is the one that was verified", "" },
  [TAC_PARTY_UNVERIFIED] = { "Nobody has compared the four words with %s yet: the key may be "
                             "that of somebody in between",
                             "Compare them in the call (tacitel verify)." },
  [TAC_PARTY_CHANGED_KEY] = { "This is the key that you know %s by, but another key came from "
                              "the same number: a new phone, or somebody who pretends to be",
                              "Ask what happened, then tacitel contact replace-key or tacitel "
                              "pair decline." },
  [TAC_PARTY_MISMATCH] = { "The four words differed when you last compared them with %s: somebody "
                           "was listening, or they were misread",
                           "Meet, compare the fingerprints (tacitel identity), then remove the "
                           "contact and pair again." },
  [TAC_PARTY_BLOCKED] = { "You have blocked %s", "Undo it with tacitel contact unblock." },
  [TAC_PARTY_UNKNOWN] = { "No contact has this key: a stranger, or somebody whose phone was set "
                          "up anew",
                          "Pair with the number if you know whose it is (tacitel pair)." },
};

const char *
tac_party_to_string (TacParty party)
{
  return party_names[party];
}

const char *
tac_policy_action_to_string (TacPolicyAction action)
{
  return action_names[action];
}

static gboolean
find_name (const char *const *names, guint n, const char *name, guint *index)
{
  for (*index = 0; *index < n; (*index)++)
    if (g_str_equal (names[*index], name))
      return TRUE;
  return FALSE;
}

gboolean
tac_policy_set (TacPolicy *policy, const char *party, const char *action, GError **error)
{
  guint who, what;

  if (!find_name (party_names, TAC_PARTIES, party, &who))
    return g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                        "\"%s\" is none of verified, unverified, changed-key, mismatch, blocked, "
                        "unknown",
                        party),
           FALSE;
  if (!find_name (action_names, G_N_ELEMENTS (action_names), action, &what))
    return g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                        "\"%s\" is none of ring, warn, refuse, ignore", action),
           FALSE;
  if (who == TAC_PARTY_UNKNOWN && (what == TAC_POLICY_RING || what == TAC_POLICY_WARN))
    return g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                        "unknown callers cannot \"%s\", there is no key to talk to them with: "
                        "refuse or ignore",
                        action),
           FALSE;
  if (who == TAC_PARTY_BLOCKED && what == TAC_POLICY_RING)
    return g_set_error_literal (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                                "who is blocked cannot \"ring\": warn, refuse or ignore"),
           FALSE;
  policy->action[who] = (TacPolicyAction)what;
  return TRUE;
}

TacParty
tac_party_of (const TacContact *contact)
{
  if (contact == NULL)
    return TAC_PARTY_UNKNOWN;
  if (contact->blocked)
    return TAC_PARTY_BLOCKED;
  if (contact->trust == TAC_TRUST_MISMATCH)
    return TAC_PARTY_MISMATCH;
  if (contact->has_new_key)
    return TAC_PARTY_CHANGED_KEY;
  return contact->trust == TAC_TRUST_PAIRED ? TAC_PARTY_UNVERIFIED : TAC_PARTY_VERIFIED;
}

/* Who it is, as a sentence without its full stop. */
static char *
describe_party (TacParty party, const TacContact *contact)
{
  g_auto (GStrv) parts = g_strsplit (texts[party].meaning, "%s", 2);
  g_autofree char *name
      = contact != NULL ? g_strdup_printf ("\"%s\"", contact->name) : g_strdup ("the caller");

  return g_strjoinv (name, parts);
}

gboolean
tac_policy_check_dial (const TacPolicy *policy, const TacContact *contact, GError **error)
{
  TacParty party = tac_party_of (contact);
  g_autofree char *meaning = NULL;

  if (party == TAC_PARTY_VERIFIED || party == TAC_PARTY_UNVERIFIED
      || (party != TAC_PARTY_BLOCKED && policy->action[party] < TAC_POLICY_REFUSE))
    return TRUE;
  meaning = describe_party (party, contact);
  if (party == TAC_PARTY_BLOCKED || party == TAC_PARTY_UNKNOWN)
    g_set_error (error, TAC_ERROR, TAC_ERROR_REFUSED, "%s. %s", meaning, texts[party].remedy);
  else
    g_set_error (error, TAC_ERROR, TAC_ERROR_REFUSED,
                 "%s. %s To call all the same, set %s=warn in [policy] of tacitel.conf.", meaning,
                 texts[party].remedy, party_names[party]);
  return FALSE;
}

char *
tac_policy_warning (TacPolicyAction action, const TacContact *contact)
{
  TacParty party = tac_party_of (contact);
  g_autofree char *meaning = NULL;

  if (action != TAC_POLICY_WARN)
    return g_strdup ("");
  if (*texts[party].remedy == '\0')
    return g_strdup ("The configuration asks to be careful with verified contacts, too.");
  meaning = describe_party (party, contact);
  return g_strdup_printf ("%s. %s", meaning, texts[party].remedy);
}

/* The log of decisions */

typedef struct
{
  gint64 time_us;
  char *name, *number, *text;
  TacParty party;
  TacPolicyAction action;
} Decision;

struct TacDecisions
{
  GQueue list; /* Decision, newest first */
};

static void
decision_free (gpointer data)
{
  Decision *decision = data;

  g_free (decision->name);
  g_free (decision->number);
  g_free (decision->text);
  g_free (decision);
}

TacDecisions *
tac_decisions_new (void)
{
  TacDecisions *decisions = g_new0 (TacDecisions, 1);

  g_queue_init (&decisions->list);
  return decisions;
}

void
tac_decisions_clear (TacDecisions *decisions)
{
  g_queue_clear_full (&decisions->list, decision_free);
}

void
tac_decisions_free (TacDecisions *decisions)
{
  tac_decisions_clear (decisions);
  g_free (decisions);
}

static char *
describe_decision (TacParty party, TacPolicyAction action, const TacContact *contact)
{
  static const char *const done[]
      = { [TAC_POLICY_RING] = "so it rang", /* or would have, with a path */
          [TAC_POLICY_WARN] = "so it rang with a warning",
          [TAC_POLICY_REFUSE] = "so it was refused and is shown as missed",
          [TAC_POLICY_IGNORE] = "so it was ignored" };
  g_autofree char *meaning = describe_party (party, contact);

  return g_strdup_printf ("%s, %s.%s%s", meaning, done[action],
                          *texts[party].remedy != '\0' ? " " : "", texts[party].remedy);
}

void
tac_decisions_add (TacDecisions *decisions, gint64 time_us, const TacContact *contact,
                   const char *number, TacParty party, TacPolicyAction action)
{
  Decision *decision = g_new0 (Decision, 1);

  decision->time_us = time_us;
  decision->name = g_strdup (contact != NULL ? contact->name : "");
  decision->number = g_strdup (number != NULL ? number : "");
  decision->party = party;
  decision->action = action;
  decision->text = describe_decision (party, action, contact);
  g_queue_push_head (&decisions->list, decision);
  if (decisions->list.length > DECISIONS_KEPT)
    decision_free (g_queue_pop_tail (&decisions->list));
}

GVariant *
tac_decisions_to_variant (TacDecisions *decisions)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (GList *l = decisions->list.head; l != NULL; l = l->next)
    {
      const Decision *decision = l->data;
      g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

      g_variant_dict_insert (&dict, "Time", "x", decision->time_us);
      g_variant_dict_insert (&dict, "Name", "s", decision->name);
      g_variant_dict_insert (&dict, "Number", "s", decision->number);
      g_variant_dict_insert (&dict, "Party", "s", tac_party_to_string (decision->party));
      g_variant_dict_insert (&dict, "Action", "s", tac_policy_action_to_string (decision->action));
      g_variant_dict_insert (&dict, "Text", "s", decision->text);
      g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
    }
  return g_variant_builder_end (&builder);
}
