/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The policy: who is who, what may be configured, and what people are told. */
#include "daemon/policy.h"

#include "daemon/errors.h"

#include <gio/gio.h>
#include <string.h>

static const char *const parties[TAC_PARTIES]
    = { "verified", "unverified", "changed-key", "mismatch", "blocked", "unknown" };
static const char *const actions[] = { "ring", "warn", "refuse", "ignore" };

static void
test_defaults (void)
{
  static const char *const expected[TAC_PARTIES]
      = { "ring", "ring", "warn", "refuse", "ignore", "refuse" };

  for (guint i = 0; i < TAC_PARTIES; i++)
    {
      g_assert_cmpstr (tac_party_to_string ((TacParty)i), ==, parties[i]);
      g_assert_cmpstr (tac_policy_action_to_string (tac_policy_default.action[i]), ==, expected[i]);
    }
}

/* All that can be written into [policy]. */
static void
test_set (void)
{
  for (guint i = 0; i < TAC_PARTIES; i++)
    for (guint j = 0; j < G_N_ELEMENTS (actions); j++)
      {
        g_autoptr (GError) error = NULL;
        TacPolicy policy = tac_policy_default;
        gboolean refused = (i == TAC_PARTY_UNKNOWN && j <= TAC_POLICY_WARN)
                           || (i == TAC_PARTY_BLOCKED && j == TAC_POLICY_RING);

        g_assert_cmpint (tac_policy_set (&policy, parties[i], actions[j], &error), ==, !refused);
        if (refused)
          {
            g_assert_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT);
            g_assert_nonnull (strstr (error->message, actions[j]));
          }
        for (guint k = 0; k < TAC_PARTIES; k++)
          g_assert_cmpint (policy.action[k], ==,
                           k == i && !refused ? (TacPolicyAction)j : tac_policy_default.action[k]);
      }
}

static void
test_set_refused (void)
{
  static const struct
  {
    const char *party, *action, *names;
  } rows[] = {
    { "friends", "ring", "friends" },   { "", "ring", "verified" },
    { "Verified", "ring", "Verified" }, { "verified", "RING", "RING" },
    { "verified", "", "refuse" },       { "verified", "ring ", "ring " },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      TacPolicy policy = tac_policy_default;

      g_assert_false (tac_policy_set (&policy, rows[i].party, rows[i].action, &error));
      g_assert_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, rows[i].names));
      g_assert_cmpmem (&policy, sizeof policy, &tac_policy_default, sizeof policy);
    }
}

/* The worst of what applies. */
static void
test_party (void)
{
  static const TacParty of_trust[]
      = { TAC_PARTY_UNVERIFIED, TAC_PARTY_VERIFIED, TAC_PARTY_VERIFIED, TAC_PARTY_MISMATCH };

  g_assert_cmpint (tac_party_of (NULL), ==, TAC_PARTY_UNKNOWN);
  for (guint trust = 0; trust < G_N_ELEMENTS (of_trust); trust++)
    for (guint flags = 0; flags < 4; flags++)
      {
        const TacContact contact
            = { .trust = (TacTrust)trust, .blocked = flags & 1, .has_new_key = flags & 2 };
        TacParty expected = (flags & 1) != 0              ? TAC_PARTY_BLOCKED
                            : trust == TAC_TRUST_MISMATCH ? TAC_PARTY_MISMATCH
                            : (flags & 2) != 0            ? TAC_PARTY_CHANGED_KEY
                                                          : of_trust[trust];

        g_assert_cmpint (tac_party_of (&contact), ==, expected);
      }
}

static void
make_party (TacContact *contact, TacParty party)
{
  *contact = (TacContact){ .name = (char *)"Bob", .number = (char *)"+15551000002" };
  contact->trust = party == TAC_PARTY_MISMATCH     ? TAC_TRUST_MISMATCH
                   : party == TAC_PARTY_UNVERIFIED ? TAC_TRUST_PAIRED
                                                   : TAC_TRUST_VERIFIED;
  contact->blocked = party == TAC_PARTY_BLOCKED;
  contact->has_new_key = party == TAC_PARTY_CHANGED_KEY;
}

static void
test_dial (void)
{
  for (guint party = 0; party < TAC_PARTY_UNKNOWN; party++)
    for (guint action = 0; action < G_N_ELEMENTS (actions); action++)
      {
        g_autoptr (GError) error = NULL;
        TacPolicy policy = tac_policy_default;
        TacContact contact;
        gboolean refused = party == TAC_PARTY_BLOCKED
                           || ((party == TAC_PARTY_MISMATCH || party == TAC_PARTY_CHANGED_KEY)
                               && action >= TAC_POLICY_REFUSE);

        make_party (&contact, (TacParty)party);
        policy.action[party] = (TacPolicyAction)action;
        g_assert_cmpint (tac_policy_check_dial (&policy, &contact, &error), ==, !refused);
        if (!refused)
          continue;
        g_assert_error (error, TAC_ERROR, TAC_ERROR_REFUSED);
        g_assert_nonnull (strstr (error->message, "Bob"));
        g_assert_nonnull (strstr (error->message, "tacitel "));
      }
}

static void
test_warning (void)
{
  for (guint party = 0; party < TAC_PARTY_UNKNOWN; party++)
    for (guint action = 0; action < G_N_ELEMENTS (actions); action++)
      {
        TacContact contact;
        g_autofree char *text = NULL;

        make_party (&contact, (TacParty)party);
        text = tac_policy_warning ((TacPolicyAction)action, &contact);
        g_assert_cmpint (*text != '\0', ==, action == TAC_POLICY_WARN);
        g_assert_null (strchr (text, '%'));
      }
}

static void
test_decisions (void)
{
  TacDecisions *decisions = tac_decisions_new ();
  g_autoptr (GVariant) none = g_variant_ref_sink (tac_decisions_to_variant (decisions));
  g_autoptr (GVariant) list = NULL, newest = NULL, oldest = NULL;
  const char *name = NULL, *number = NULL, *party = NULL, *action = NULL, *text = NULL;
  TacContact bob;
  gint64 time;

  g_assert_cmpuint (g_variant_n_children (none), ==, 0);
  tac_decisions_add (decisions, 0, NULL, NULL, TAC_PARTY_UNKNOWN, TAC_POLICY_REFUSE);
  make_party (&bob, TAC_PARTY_CHANGED_KEY);
  for (gint64 i = 1; i <= 32; i++)
    tac_decisions_add (decisions, i, &bob, bob.number, TAC_PARTY_CHANGED_KEY, TAC_POLICY_WARN);
  list = g_variant_ref_sink (tac_decisions_to_variant (decisions));
  g_assert_cmpuint (g_variant_n_children (list), ==, 32);
  newest = g_variant_get_child_value (list, 0);
  oldest = g_variant_get_child_value (list, 31);
  g_assert_true (g_variant_lookup (oldest, "Time", "x", &time));
  g_assert_cmpint (time, ==, 1);
  g_assert_true (g_variant_lookup (newest, "Time", "x", &time)
                 && g_variant_lookup (newest, "Name", "&s", &name)
                 && g_variant_lookup (newest, "Number", "&s", &number)
                 && g_variant_lookup (newest, "Party", "&s", &party)
                 && g_variant_lookup (newest, "Action", "&s", &action)
                 && g_variant_lookup (newest, "Text", "&s", &text));
  g_assert_cmpint (time, ==, 32);
  g_assert_cmpstr (name, ==, "Bob");
  g_assert_cmpstr (number, ==, "+15551000002");
  g_assert_cmpstr (party, ==, "changed-key");
  g_assert_cmpstr (action, ==, "warn");
  g_assert_nonnull (strstr (text, "\"Bob\""));
  g_assert_nonnull (strstr (text, "replace-key"));
  tac_decisions_free (decisions);
}

/* Each pair has words: who it is, what was done. */
static void
test_decision_texts (void)
{
  for (guint party = 0; party < TAC_PARTIES; party++)
    for (guint action = 0; action < G_N_ELEMENTS (actions); action++)
      {
        static const char *const done[] = { "rang", "warning", "refused", "ignored" };
        TacDecisions *decisions = tac_decisions_new ();
        g_autoptr (GVariant) list = NULL, first = NULL;
        const char *text;
        TacContact bob;

        make_party (&bob, (TacParty)party);
        tac_decisions_add (decisions, 1, party == TAC_PARTY_UNKNOWN ? NULL : &bob, "+15551000002",
                           (TacParty)party, (TacPolicyAction)action);
        list = g_variant_ref_sink (tac_decisions_to_variant (decisions));
        first = g_variant_get_child_value (list, 0);
        g_assert_true (g_variant_lookup (first, "Text", "&s", &text));
        g_assert_nonnull (strstr (text, done[action]));
        g_assert_null (strchr (text, '%'));
        tac_decisions_free (decisions);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/defaults", test_defaults);
  g_test_add_func ("/policy/set", test_set);
  g_test_add_func ("/policy/set-refused", test_set_refused);
  g_test_add_func ("/policy/party", test_party);
  g_test_add_func ("/policy/dial", test_dial);
  g_test_add_func ("/policy/warning", test_warning);
  g_test_add_func ("/policy/decisions", test_decisions);
  g_test_add_func ("/policy/decision-texts", test_decision_texts);
  return g_test_run ();
}
