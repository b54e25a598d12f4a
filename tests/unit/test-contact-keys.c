/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contacts' keys, the secrets kept with them, and the times of invitations. */
#include "contacts-kit.h"

static void
test_new_key (Case *test, gconstpointer data)
{
  static const guint8 zero[TAC_KEY_SIZE];
  g_autoptr (GError) low = NULL, own = NULL;
  g_autoptr (TacContact) contact = NULL;
  gint64 bob = add_bob (test);

  g_assert_false (tac_contacts_set_new_key (test->contacts, bob, zero, &low));
  g_assert_error (low, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT);
  g_assert_false (tac_contacts_set_new_key (test->contacts, bob, test->own.public, &own));
  g_assert_error (own, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT);
  g_assert_true (tac_contacts_set_new_key (test->contacts, bob, test->carol.public, NULL));
  reopen (test);
  contact = tac_contacts_get (test->contacts, bob);
  g_assert_true (contact->has_new_key);
  g_assert_cmpmem (contact->new_key, TAC_KEY_SIZE, test->carol.public, TAC_KEY_SIZE);
  g_assert_cmpmem (contact->key, TAC_KEY_SIZE, test->bob.public, TAC_KEY_SIZE);
  g_assert_true (tac_contacts_set_new_key (test->contacts, bob, NULL, NULL));
  assert_bob (tac_contacts_get (test->contacts, bob), test);
}

static gboolean
on_secret (gint64 id, const guint8 *key, const guint8 *secret, gpointer user_data)
{
  return memcmp (secret, user_data, TAC_KEY_SIZE) == 0;
}

/* The id of the contact whose secret is @pair's with this phone. */
static gint64
find_secret (Case *test, const TacKeyPair *pair)
{
  guint8 theirs[TAC_KEY_SIZE];

  g_assert_cmpint (tac_contact_secret (theirs, pair, test->own.public), ==, TAC_MESSAGE_OK);
  return tac_contacts_try_secrets (test->contacts, on_secret, theirs);
}

static void
test_replace_key (Case *test, gconstpointer data)
{
  g_autoptr (GError) none = NULL, other = NULL, exists = NULL;
  g_autoptr (TacContact) contact = NULL;
  gint64 bob = add_bob (test), carol = add_carol (test);
  TacKeyPair next;

  make_pair (&next, 9);
  g_assert_true (tac_contacts_set_trust (test->contacts, bob, TAC_TRUST_VERIFIED, NULL));
  g_assert_true (tac_contacts_accept_invite (test->contacts, bob, NOW, NULL));
  g_assert_cmpuint (tac_contacts_next_invite_time (test->contacts, bob, NOW, NULL), ==, NOW);
  g_assert_false (tac_contacts_replace_key (test->contacts, bob, next.public, &none));
  g_assert_error (none, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT);
  g_assert_true (tac_contacts_set_new_key (test->contacts, bob, next.public, NULL));
  g_assert_false (tac_contacts_replace_key (test->contacts, bob, test->carol.public, &other));
  g_assert_error (other, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT);
  g_assert_true (tac_contacts_replace_key (test->contacts, bob, next.public, NULL));
  contact = tac_contacts_get (test->contacts, bob);
  g_assert_cmpmem (contact->key, TAC_KEY_SIZE, next.public, TAC_KEY_SIZE);
  g_assert_false (contact->has_new_key);
  g_assert_cmpint (contact->trust, ==, TAC_TRUST_PAIRED);
  g_assert_cmpuint (contact->invite_time_ms, ==, 0);
  g_assert_cmpuint (tac_contacts_next_invite_time (test->contacts, bob, NOW, NULL), ==, NOW);
  g_assert_cmpint (find_secret (test, &next), ==, bob);
  g_assert_cmpint (find_secret (test, &test->bob), ==, 0);
  g_assert_cmpint (find_secret (test, &test->carol), ==, carol);

  g_assert_true (tac_contacts_set_new_key (test->contacts, bob, test->carol.public, NULL));
  g_assert_false (tac_contacts_replace_key (test->contacts, bob, test->carol.public, &exists));
  g_assert_error (exists, TAC_ERROR, TAC_ERROR_EXISTS);
}

static void
test_secret (Case *test, gconstpointer data)
{
  gint64 bob = add_bob (test), carol = add_carol (test);
  guint8 theirs[TAC_KEY_SIZE];

  g_assert_cmpint (find_secret (test, &test->bob), ==, bob);
  g_assert_cmpint (find_secret (test, &test->carol), ==, carol);
  g_assert_cmpint (tac_contact_secret (theirs, &test->bob, test->own.public), ==, TAC_MESSAGE_OK);
  g_assert_cmpint (tac_contacts_try_secret (test->contacts, bob, on_secret, theirs), ==, bob);
  g_assert_cmpint (tac_contacts_try_secret (test->contacts, carol, on_secret, theirs), ==, 0);
  g_assert_cmpint (tac_contacts_try_secret (test->contacts, 99, on_secret, theirs), ==, 0);
}

/* An invitation accepted once is never accepted again, restarts included. */
static void
test_accept_invite (Case *test, gconstpointer data)
{
  static const struct
  {
    guint64 time;
    gboolean accepted;
  } rows[] = {
    { 0, FALSE },
    { NOW, TRUE },
    { NOW, FALSE },
    { NOW - 1, FALSE },
    { NOW + 1, TRUE },
    { (G_GUINT64_CONSTANT (1) << 48) - 1, TRUE },
    { (G_GUINT64_CONSTANT (1) << 48) - 1, FALSE },
    { G_MAXUINT64, FALSE },
  };
  gint64 bob = add_bob (test);
  guint64 highest = 0;

  add_carol (test);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TacContact) contact = NULL, carol = NULL;

      reopen (test);
      g_assert_cmpint (tac_contacts_accept_invite (test->contacts, bob, rows[i].time, &error), ==,
                       rows[i].accepted);
      if (!rows[i].accepted)
        g_assert_error (error, TAC_ERROR, TAC_ERROR_FAILED);
      highest = rows[i].accepted ? rows[i].time : highest;
      contact = tac_contacts_get (test->contacts, bob);
      g_assert_cmpuint (contact->invite_time_ms, ==, highest);
      carol = tac_contacts_find_number (test->contacts, CAROL);
      g_assert_cmpuint (carol->invite_time_ms, ==, 0);
    }
}

static void
test_next_invite_time (Case *test, gconstpointer data)
{
  static const guint64 clocks[][2]
      = { { NOW, NOW }, { NOW, NOW + 1 }, { NOW - 1000, NOW + 2 }, { NOW + 9, NOW + 9 } };
  gint64 bob = add_bob (test);

  for (gsize i = 0; i < G_N_ELEMENTS (clocks); i++)
    {
      reopen (test);
      g_assert_cmpuint (tac_contacts_next_invite_time (test->contacts, bob, clocks[i][0], NULL), ==,
                        clocks[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
#define ADD(name, func) g_test_add (name, Case, NULL, set_up, func, tear_down)
  ADD ("/contact-keys/new-key", test_new_key);
  ADD ("/contact-keys/replace-key", test_replace_key);
  ADD ("/contact-keys/secret", test_secret);
  ADD ("/contact-keys/accept-invite", test_accept_invite);
  ADD ("/contact-keys/next-invite-time", test_next_invite_time);
  return g_test_run ();
}
