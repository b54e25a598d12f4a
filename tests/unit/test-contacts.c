/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contacts: what is refused, what survives, and who is found. */
#include "contacts-kit.h"

static void
test_add_find_remove (Case *test, gconstpointer data)
{
  gint64 bob, carol;

  g_assert_cmpuint (tac_contacts_count (test->contacts), ==, 0);
  carol = add_carol (test);
  bob = add_bob (test);
  g_assert_cmpuint (test->changes, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpuint (tac_contacts_count (test->contacts), ==, 2);
      assert_bob (tac_contacts_find (test->contacts, "bob", NULL), test);
      assert_bob (tac_contacts_find (test->contacts, BOB, NULL), test);
      assert_bob (tac_contacts_find (test->contacts, "+1-555-100-0002", NULL), test);
      assert_bob (tac_contacts_find_number (test->contacts, BOB), test);
      assert_bob (tac_contacts_find_key (test->contacts, test->bob.public), test);
      assert_bob (tac_contacts_get (test->contacts, bob), test);
      g_assert_null (tac_contacts_find_number (test->contacts, "+15551000009"));
      g_assert_null (tac_contacts_find_key (test->contacts, test->own.public));
      g_assert_null (tac_contacts_get (test->contacts, bob + 1));
      reopen (test);
    }
  g_assert_true (tac_contacts_remove (test->contacts, bob, NULL));
  g_assert_cmpuint (test->changes, ==, 3);
  g_assert_cmpuint (tac_contacts_count (test->contacts), ==, 1);
  g_assert_null (tac_contacts_find_number (test->contacts, BOB));
  g_assert_cmpint (add_bob (test), >, MAX (bob, carol)); /* an id is nobody else's, ever */
}

static void
test_copy (Case *test, gconstpointer data)
{
  g_autoptr (TacContact) bob = NULL;

  add_bob (test);
  bob = tac_contacts_find_number (test->contacts, BOB);
  assert_bob (tac_contact_copy (bob), test);
}

static void
test_not_found (Case *test, gconstpointer data)
{
  static const struct
  {
    const char *which;
    TacError code;
  } rows[] = {
    { "carol", TAC_ERROR_UNKNOWN_CONTACT }, { "BOB", TAC_ERROR_UNKNOWN_CONTACT },
    { "", TAC_ERROR_UNKNOWN_CONTACT },      { CAROL, TAC_ERROR_UNKNOWN_CONTACT },
    { "+123", TAC_ERROR_INVALID_NUMBER },   { "+bob", TAC_ERROR_INVALID_NUMBER },
    { "bob%", TAC_ERROR_UNKNOWN_CONTACT },  { "' OR 1", TAC_ERROR_UNKNOWN_CONTACT },
  };

  add_bob (test);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tac_contacts_find (test->contacts, rows[i].which, &error));
      g_assert_error (error, TAC_ERROR, (int)rows[i].code);
      g_assert_nonnull (strstr (error->message, rows[i].which));
    }
}

/* Whoever holds an id of a contact that was removed is told, and nobody else is changed. */
static void
test_gone (Case *test, gconstpointer data)
{
  gint64 bob = add_bob (test);
  guint before;

  add_carol (test);
  g_assert_true (tac_contacts_remove (test->contacts, bob, NULL));
  before = test->changes;
  for (guint i = 0; i < 7; i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean ok
          = i == 0   ? tac_contacts_remove (test->contacts, bob, &error)
            : i == 1 ? tac_contacts_rename (test->contacts, bob, "x", &error)
            : i == 2 ? tac_contacts_set_number (test->contacts, bob, BOB, &error)
            : i == 3 ? tac_contacts_set_trust (test->contacts, bob, TAC_TRUST_VERIFIED, &error)
            : i == 4 ? tac_contacts_set_blocked (test->contacts, bob, TRUE, &error)
            : i == 5 ? tac_contacts_set_new_key (test->contacts, bob, NULL, &error)
                     : tac_contacts_next_invite_time (test->contacts, bob, NOW, &error) != 0;

      g_assert_false (ok);
      g_assert_error (error, TAC_ERROR, TAC_ERROR_UNKNOWN_CONTACT);
    }
  g_assert_false (tac_contacts_replace_key (test->contacts, bob, test->bob.public, NULL));
  g_assert_false (tac_contacts_accept_invite (test->contacts, bob, NOW, NULL));
  g_assert_cmpuint (test->changes, ==, before);
}

static void
test_refused (Case *test, gconstpointer data)
{
  g_autofree char *long_name = g_strnfill (TAC_PAIR_NAME_MAX + 1, 'x');
  g_autofree char *longest_name = g_strnfill (TAC_PAIR_NAME_MAX, 'x');
  /* Points of order 4, 1 and 8 (RFC 7748 §6.1): the shared secret would be zero. */
  static const guint8 zero[TAC_KEY_SIZE],
      one[TAC_KEY_SIZE] = { 1 },
      eight[TAC_KEY_SIZE] = { 0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
                              0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
                              0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00 };
  const guint8 *good = test->carol.public;
  const struct
  {
    const char *name, *number;
    const guint8 *key;
    TacError code;
    const char *says;
  } rows[] = {
    { "", CAROL, good, TAC_ERROR_INVALID_ARGUMENT, "a name" },
    { long_name, CAROL, good, TAC_ERROR_INVALID_ARGUMENT, "a name" },
    { " carol", CAROL, good, TAC_ERROR_INVALID_ARGUMENT, "a name" },
    { "c\xe2\x80\xaelorac", CAROL, good, TAC_ERROR_INVALID_ARGUMENT, "a name" },
    { "+15551000004", CAROL, good, TAC_ERROR_INVALID_ARGUMENT, "a name" },
    { "carol", "5551000003", good, TAC_ERROR_INVALID_NUMBER, "5551000003" },
    { "carol", "", good, TAC_ERROR_INVALID_NUMBER, "country code" },
    { "carol", CAROL, test->own.public, TAC_ERROR_INVALID_ARGUMENT, "own key" },
    { "carol", CAROL, zero, TAC_ERROR_INVALID_ARGUMENT, "ask for it again" },
    { "carol", CAROL, one, TAC_ERROR_INVALID_ARGUMENT, "ask for it again" },
    { "carol", CAROL, eight, TAC_ERROR_INVALID_ARGUMENT, "ask for it again" },
    { "bob", CAROL, good, TAC_ERROR_EXISTS, "this name" },
    { "carol", "+1 555 100 0002", good, TAC_ERROR_EXISTS, "this number" },
    { "carol", CAROL, test->bob.public, TAC_ERROR_EXISTS, "this key" },
  };

  add_bob (test);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      if (tac_contacts_add (test->contacts, rows[i].name, rows[i].number, rows[i].key, &error)
          || !g_error_matches (error, TAC_ERROR, (int)rows[i].code)
          || strstr (error->message, rows[i].says) == NULL)
        g_error ("row %zu: %s", i, error != NULL ? error->message : "accepted");
    }
  g_assert_cmpuint (tac_contacts_count (test->contacts), ==, 1);
  g_assert_cmpuint (test->changes, ==, 1);
  add (test, longest_name, CAROL, good);
}

/* Whatever a name holds comes back as it was. */
static void
test_names (Case *test, gconstpointer data)
{
  static const char *const names[]
      = { "a b", "[x]", "\\n",   "J\xc3\xbcrgen",
          "a;b", "x=y", "'; --", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80",
          "\"",  "4917" };
  gint64 bob = add_bob (test);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (TacContact) contact = NULL;

      g_assert_true (tac_contacts_rename (test->contacts, bob, names[i], NULL));
      reopen (test);
      contact = tac_contacts_find (test->contacts, names[i], NULL);
      g_assert_cmpint (contact->id, ==, bob);
      g_assert_cmpstr (contact->name, ==, names[i]);
    }
}

static void
test_rename (Case *test, gconstpointer data)
{
  g_autoptr (GError) error = NULL, exists = NULL;
  gint64 bob = add_bob (test);

  add_carol (test);
  g_assert_false (tac_contacts_rename (test->contacts, bob, "a\n", &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT);
  g_assert_false (tac_contacts_rename (test->contacts, bob, "Carol", &exists));
  g_assert_error (exists, TAC_ERROR, TAC_ERROR_EXISTS);
  g_assert_cmpuint (test->changes, ==, 2);
  g_assert_true (tac_contacts_rename (test->contacts, bob, "bob", NULL)); /* its own */
  g_assert_true (tac_contacts_rename (test->contacts, bob, "carol", NULL));
  g_assert_null (tac_contacts_find (test->contacts, "bob", NULL));
}

static void
test_set_number (Case *test, gconstpointer data)
{
  g_autoptr (GError) error = NULL, exists = NULL;
  g_autoptr (TacContact) contact = NULL;
  gint64 bob = add_bob (test);

  add_carol (test);
  g_assert_false (tac_contacts_set_number (test->contacts, bob, "123", &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_INVALID_NUMBER);
  g_assert_false (tac_contacts_set_number (test->contacts, bob, CAROL, &exists));
  g_assert_error (exists, TAC_ERROR, TAC_ERROR_EXISTS);
  g_assert_true (tac_contacts_set_number (test->contacts, bob, BOB, NULL));
  g_assert_true (tac_contacts_set_number (test->contacts, bob, "+1 555 1000009", NULL));
  contact = tac_contacts_find_number (test->contacts, "+15551000009");
  g_assert_cmpint (contact->id, ==, bob);
  g_assert_null (tac_contacts_find_number (test->contacts, BOB));
}

static void
test_trust (Case *test, gconstpointer data)
{
  static const char *const names[] = { "paired", "verified", "directory", "mismatch" };
  gint64 bob = add_bob (test);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (TacContact) contact = NULL;

      g_assert_true (tac_contacts_set_trust (test->contacts, bob, (TacTrust)i, NULL));
      g_assert_true (tac_contacts_set_blocked (test->contacts, bob, i % 2, NULL));
      reopen (test);
      contact = tac_contacts_get (test->contacts, bob);
      g_assert_cmpstr (tac_trust_to_string (contact->trust), ==, names[i]);
      g_assert_cmpint (contact->blocked, ==, i % 2);
    }
  g_assert_cmpuint (test->changes, ==, 1 + 2 * G_N_ELEMENTS (names));
}

static void
on_contact (const TacContact *contact, gpointer names)
{
  g_string_append_printf (names, "%s ", contact->name);
}

/* As people sort, not as bytes do. */
static void
test_sorted (Case *test, gconstpointer data)
{
  static const char *const names[] = { "zoe", "\xc3\x84nne", "adam", "Bert", "anna" };
  g_autoptr (GString) found = g_string_new (NULL);
  g_auto (GStrv) words = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *number = g_strdup_printf ("+155510001%02u", i);
      TacKeyPair pair;

      make_pair (&pair, (guint8)(10 + i));
      add (test, names[i], number, pair.public);
    }
  tac_contacts_foreach (test->contacts, on_contact, found);
  words = g_strsplit (found->str, " ", -1);
  g_assert_cmpuint (g_strv_length (words), ==, G_N_ELEMENTS (names) + 1);
  for (guint i = 0; i + 1 < G_N_ELEMENTS (names); i++)
    g_assert_cmpint (g_utf8_collate (words[i], words[i + 1]), <, 0);
}

/* Looked for by index, never row by row: with many contacts each SMS would cost a walk. */
static void
test_indexed (Case *test, gconstpointer data)
{
#define PLAN(column) "EXPLAIN QUERY PLAN SELECT * FROM contact WHERE " column " = ?1"
  static const char *const rows[][2] = { { PLAN ("name"), "(name=?)" },
                                         { PLAN ("number"), "(number=?)" },
                                         { PLAN ("key"), "(key=?)" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      sqlite3_stmt *plan = tac_store_statement (test->store, rows[i][0]);
      const char *detail;

      g_assert_true (tac_store_step (test->store, plan));
      detail = (const char *)sqlite3_column_text (plan, 3);
      g_assert_nonnull (strstr (detail, "SEARCH"));
      g_assert_nonnull (strstr (detail, rows[i][1]));
      g_assert_false (tac_store_step (test->store, plan));
    }
}

/* A page of it is damaged: nobody is told that there is no such contact, and nothing is added. */
static void
test_damaged (Case *test, gconstpointer data)
{
  g_autoptr (GError) error = NULL, add_error = NULL;
  g_autofree char *bytes = NULL;
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  gsize size;

  add_bob (test);
  close_contacts (test);
  g_assert_true (g_file_get_contents (test->path, &bytes, &size, NULL));
  for (gsize at = 3 * 4096 - 2048; at < size; at += 4096) /* from the third page on */
    bytes[at] ^= 1;
  g_assert_true (g_file_set_contents (test->path, bytes, (gssize)size, NULL));
  open_contacts (test);
  g_assert_null (tac_contacts_find (test->contacts, "bob", &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_DAMAGED);
  g_assert_false (tac_contacts_add (test->contacts, "bob", BOB, test->bob.public, &add_error));
  g_assert_error (add_error, TAC_ERROR, TAC_ERROR_DAMAGED);
  g_assert_cmpuint (tac_contacts_count (test->contacts), ==, 0);
  g_log_set_always_fatal (fatal);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
#define ADD(name, func) g_test_add (name, Case, NULL, set_up, func, tear_down)
  ADD ("/contacts/add-find-remove", test_add_find_remove);
  ADD ("/contacts/copy", test_copy);
  ADD ("/contacts/not-found", test_not_found);
  ADD ("/contacts/gone", test_gone);
  ADD ("/contacts/refused", test_refused);
  ADD ("/contacts/names", test_names);
  ADD ("/contacts/rename", test_rename);
  ADD ("/contacts/set-number", test_set_number);
  ADD ("/contacts/trust", test_trust);
  ADD ("/contacts/sorted", test_sorted);
  ADD ("/contacts/indexed", test_indexed);
  ADD ("/contacts/damaged", test_damaged);
  return g_test_run ();
}
