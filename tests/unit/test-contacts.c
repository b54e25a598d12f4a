/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contacts: what is refused, what survives, and files that are not touched. */
#include "daemon/contacts.h"

#include "codecs/invitation.h"
#include "daemon/errors.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#define BOB "+15551000002"
#define CAROL "+15551000003"

typedef struct
{
  char *folder, *path;
  TacKeyPair own, bob, carol;
  char bob_hex[2 * TAC_KEY_SIZE + 1], carol_hex[2 * TAC_KEY_SIZE + 1];
  guint changes;
} Case;

static void
make_pair (TacKeyPair *pair, guint8 seed, char *hex)
{
  guint8 secret[TAC_KEY_SIZE];

  memset (secret, seed, sizeof secret);
  tac_noise_key_pair (pair, secret);
  if (hex != NULL)
    sodium_bin2hex (hex, 2 * TAC_KEY_SIZE + 1, pair->public, TAC_KEY_SIZE);
}

static void
set_up (Case *test, gconstpointer data)
{
  test->folder = g_dir_make_tmp ("tacitel-contacts-XXXXXX", NULL);
  test->path = g_build_filename (test->folder, "contacts", NULL);
  make_pair (&test->own, 1, NULL);
  make_pair (&test->bob, 2, test->bob_hex);
  make_pair (&test->carol, 3, test->carol_hex);
}

static void
tear_down (Case *test, gconstpointer data)
{
  g_remove (test->path);
  g_rmdir (test->folder);
  g_free (test->path);
  g_free (test->folder);
}

static TacContacts *
open_contacts (const Case *test)
{
  g_autoptr (GError) error = NULL;
  TacContacts *contacts = tac_contacts_open (test->path, &test->own, &error);

  g_assert_no_error (error);
  return contacts;
}

static void
add (TacContacts *contacts, const char *name, const char *number, const char *key)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tac_contacts_add (contacts, name, number, key, &error));
  g_assert_no_error (error);
}

static void
on_changed (Case *test)
{
  test->changes++;
}

static void
test_add_find_remove (Case *test, gconstpointer data)
{
  g_autoptr (TacContacts) contacts = open_contacts (test);
  const TacContact *bob;

  g_signal_connect_swapped (contacts, "changed", G_CALLBACK (on_changed), test);
  g_assert_cmpuint (tac_contacts_count (contacts), ==, 0);
  add (contacts, "Carol", CAROL, test->carol_hex);
  add (contacts, "bob", "+1 (555) 100-0002", test->bob_hex);
  g_assert_cmpuint (test->changes, ==, 2);
  g_assert_cmpuint (tac_contacts_count (contacts), ==, 2);

  bob = tac_contacts_find (contacts, "bob", NULL);
  g_assert_nonnull (bob);
  g_assert_cmpstr (bob->number, ==, BOB);
  g_assert_cmpmem (bob->key, TAC_KEY_SIZE, test->bob.public, TAC_KEY_SIZE);
  g_assert_cmpint (bob->trust, ==, TAC_TRUST_PAIRED);
  g_assert_cmpuint (bob->invite_time_ms, ==, 0);
  g_assert_true (tac_contacts_find (contacts, BOB, NULL) == bob);
  g_assert_true (tac_contacts_find (contacts, "+1-555-100-0002", NULL) == bob);
  g_assert_true (tac_contacts_find_number (contacts, BOB) == bob);
  g_assert_null (tac_contacts_find_number (contacts, "+15551000009"));

  g_assert_true (tac_contacts_remove (contacts, "+1 555 1000002", NULL));
  g_assert_cmpuint (test->changes, ==, 3);
  g_assert_cmpuint (tac_contacts_count (contacts), ==, 1);
  g_assert_null (tac_contacts_find_number (contacts, BOB));
  add (contacts, "bob", BOB, test->bob_hex);
  g_assert_true (tac_contacts_remove (contacts, "Carol", NULL));
  g_assert_true (tac_contacts_remove (contacts, "bob", NULL));
  g_assert_cmpuint (tac_contacts_count (contacts), ==, 0);
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
  };
  g_autoptr (TacContacts) contacts = open_contacts (test);

  add (contacts, "bob", BOB, test->bob_hex);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL, remove_error = NULL;

      g_assert_null (tac_contacts_find (contacts, rows[i].which, &error));
      g_assert_error (error, TAC_ERROR, (int)rows[i].code);
      g_assert_nonnull (strstr (error->message, rows[i].which));
      g_assert_false (tac_contacts_remove (contacts, rows[i].which, &remove_error));
      g_assert_error (remove_error, TAC_ERROR, (int)rows[i].code);
    }
  g_assert_cmpuint (tac_contacts_count (contacts), ==, 1);
}

static void
test_refused (Case *test, gconstpointer data)
{
  g_autoptr (TacContacts) contacts = open_contacts (test);
  char own_hex[2 * TAC_KEY_SIZE + 1], short_hex[2 * TAC_KEY_SIZE + 1], upper[2 * TAC_KEY_SIZE + 1];
  g_autofree char *long_name = g_strnfill (TAC_PAIR_NAME_MAX + 1, 'x');
  g_autofree char *longest_name = g_strnfill (TAC_PAIR_NAME_MAX, 'x');
  /* Points of order 1, 4 and 8 (RFC 7748 §6.1): the shared secret would be zero. */
  static const char zero[] = "0000000000000000000000000000000000000000000000000000000000000000",
                    one[] = "0100000000000000000000000000000000000000000000000000000000000000",
                    eight[] = "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800";
  const struct
  {
    const char *name, *number, *key;
    TacError code;
  } rows[] = {
    { "", CAROL, test->carol_hex, TAC_ERROR_INVALID_ARGUMENT },
    { long_name, CAROL, test->carol_hex, TAC_ERROR_INVALID_ARGUMENT },
    { " carol", CAROL, test->carol_hex, TAC_ERROR_INVALID_ARGUMENT },
    { "carol ", CAROL, test->carol_hex, TAC_ERROR_INVALID_ARGUMENT },
    { "a\nkey=b", CAROL, test->carol_hex, TAC_ERROR_INVALID_ARGUMENT },
    { "\033[31m", CAROL, test->carol_hex, TAC_ERROR_INVALID_ARGUMENT },
    { "c\xe2\x80\xaelorac", CAROL, test->carol_hex, TAC_ERROR_INVALID_ARGUMENT }, /* U+202E */
    { "\xff", CAROL, test->carol_hex, TAC_ERROR_INVALID_ARGUMENT },
    { "+15551000004", CAROL, test->carol_hex, TAC_ERROR_INVALID_ARGUMENT },
    { "carol", "5551000003", test->carol_hex, TAC_ERROR_INVALID_NUMBER },
    { "carol", "", test->carol_hex, TAC_ERROR_INVALID_NUMBER },
    { "carol", CAROL, "", TAC_ERROR_INVALID_ARGUMENT },
    { "carol", CAROL, short_hex, TAC_ERROR_INVALID_ARGUMENT },
    { "carol", CAROL, "zz", TAC_ERROR_INVALID_ARGUMENT },
    { "carol", CAROL, own_hex, TAC_ERROR_INVALID_ARGUMENT },
    { "carol", CAROL, zero, TAC_ERROR_INVALID_ARGUMENT },
    { "carol", CAROL, one, TAC_ERROR_INVALID_ARGUMENT },
    { "carol", CAROL, eight, TAC_ERROR_INVALID_ARGUMENT },
    { "bob", CAROL, test->carol_hex, TAC_ERROR_EXISTS },
    { "carol", "+1 555 100 0002", test->carol_hex, TAC_ERROR_EXISTS },
    { "carol", CAROL, test->bob_hex, TAC_ERROR_EXISTS },
    { "carol", CAROL, upper, TAC_ERROR_EXISTS },
  };

  sodium_bin2hex (own_hex, sizeof own_hex, test->own.public, TAC_KEY_SIZE);
  g_strlcpy (short_hex, test->carol_hex, sizeof short_hex - 1);
  for (gsize i = 0; i < sizeof upper; i++)
    upper[i] = g_ascii_toupper (test->bob_hex[i]);
  add (contacts, "bob", BOB, test->bob_hex);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      if (tac_contacts_add (contacts, rows[i].name, rows[i].number, rows[i].key, &error)
          || !g_error_matches (error, TAC_ERROR, (int)rows[i].code))
        g_error ("row %zu: %s", i, error != NULL ? error->message : "accepted");
    }
  g_assert_cmpuint (tac_contacts_count (contacts), ==, 1);
  add (contacts, longest_name, CAROL, test->carol_hex);
}

/* Whatever a name holds comes back as it was. */
static void
test_reopen (Case *test, gconstpointer data)
{
  static const char *const names[]
      = { "bob", "a b", "[x]", "#1", "\\n", "J\xc3\xbcrgen", "a;b", "=", "\\", "x=y" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (TacContacts) contacts = open_contacts (test), again = NULL;
      const TacContact *bob;
      struct stat status;

      add (contacts, names[i], BOB, test->bob_hex);
      add (contacts, "Carol", CAROL, test->carol_hex);
      g_assert_cmpint (g_stat (test->path, &status), ==, 0);
      g_assert_cmpuint (status.st_mode & 07777, ==, 0600);
      again = open_contacts (test);
      g_assert_cmpuint (tac_contacts_count (again), ==, 2);
      bob = tac_contacts_find_number (again, BOB);
      g_assert_cmpstr (bob->name, ==, names[i]);
      g_assert_cmpmem (bob->key, TAC_KEY_SIZE, test->bob.public, TAC_KEY_SIZE);
      g_assert_cmpint (bob->trust, ==, TAC_TRUST_PAIRED);
      g_assert_true (tac_contacts_remove (again, BOB, NULL));
      g_assert_true (tac_contacts_remove (again, CAROL, NULL));
    }
}

static void
test_sorted (Case *test, gconstpointer data)
{
  g_autoptr (TacContacts) contacts = open_contacts (test), again = NULL;

  add (contacts, "zoe", BOB, test->bob_hex);
  add (contacts, "adam", CAROL, test->carol_hex);
  again = open_contacts (test);
  g_assert_cmpstr (tac_contacts_get (contacts, 0)->name, ==, "adam");
  g_assert_cmpstr (tac_contacts_get (contacts, 1)->name, ==, "zoe");
  g_assert_cmpstr (tac_contacts_get (again, 0)->name, ==, "adam");
}

/* An invitation accepted once is never accepted again, restarts included. */
static void
test_invite_time (Case *test, gconstpointer data)
{
  static const struct
  {
    guint64 time;
    gboolean accepted;
  } rows[] = {
    { 0, FALSE },
    { 1790000000000, TRUE },
    { 1790000000000, FALSE },
    { 1789999999999, FALSE },
    { 1790000000001, TRUE },
    { G_MAXINT64 + G_GUINT64_CONSTANT (1), TRUE },
    { G_MAXUINT64, TRUE },
    { G_MAXUINT64, FALSE },
  };
  guint64 highest = 0;

  {
    g_autoptr (TacContacts) contacts = open_contacts (test);

    add (contacts, "bob", BOB, test->bob_hex);
    add (contacts, "carol", CAROL, test->carol_hex);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TacContacts) contacts = open_contacts (test);
      const TacContact *bob = tac_contacts_find_number (contacts, BOB);

      g_assert_cmpuint (bob->invite_time_ms, ==, highest);
      g_assert_cmpint (tac_contacts_accept_invite (contacts, bob, rows[i].time, &error), ==,
                       rows[i].accepted);
      g_assert_no_error (error);
      highest = rows[i].accepted ? rows[i].time : highest;
      g_assert_cmpuint (bob->invite_time_ms, ==, highest);
      g_assert_cmpuint (tac_contacts_find_number (contacts, CAROL)->invite_time_ms, ==, 0);
    }
}

static void
test_secret (Case *test, gconstpointer data)
{
  g_autoptr (TacContacts) contacts = open_contacts (test);
  const TacContact *bob;
  const guint8 *secret;
  guint8 theirs[TAC_KEY_SIZE];

  add (contacts, "bob", BOB, test->bob_hex);
  bob = tac_contacts_find_number (contacts, BOB);
  g_assert_null (bob->secret);
  secret = tac_contacts_secret (contacts, bob);
  g_assert_cmpint (tac_contact_secret (theirs, &test->bob, test->own.public), ==, TAC_MESSAGE_OK);
  g_assert_cmpmem (secret, TAC_KEY_SIZE, theirs, sizeof theirs);
  g_assert_true (tac_contacts_secret (contacts, bob) == secret);
}

/* A change that could not be stored is not made. */
static void
test_not_stored (Case *test, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TacContacts) contacts
      = tac_contacts_open ("/proc/tacitel/contacts", &test->own, &error);

  g_assert_no_error (error);
  g_signal_connect_swapped (contacts, "changed", G_CALLBACK (on_changed), test);
  g_assert_false (tac_contacts_add (contacts, "bob", BOB, test->bob_hex, &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "/proc/tacitel"));
  g_assert_cmpuint (tac_contacts_count (contacts), ==, 0);
  g_assert_cmpuint (test->changes, ==, 0);
}

static void
assert_refused (const Case *test, const char *bytes, gsize size, const char *what)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *after = NULL;
  gsize size_after;

  g_assert_true (g_file_set_contents_full (test->path, bytes, (gssize)size,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  if (tac_contacts_open (test->path, &test->own, &error) != NULL)
    g_error ("%s, %zu bytes: accepted", what, size);
  g_assert_nonnull (strstr (error->message, test->path));
  g_assert_true (g_file_get_contents (test->path, &after, &size_after, NULL));
  g_assert_cmpmem (after, size_after, bytes, size);
}

static void
test_torn (Case *test, gconstpointer data)
{
  g_autoptr (TacContacts) contacts = open_contacts (test);
  g_autofree char *good = NULL;
  gsize size;

  add (contacts, "bob", BOB, test->bob_hex);
  add (contacts, "carol", CAROL, test->carol_hex);
  g_assert_true (tac_contacts_accept_invite (contacts, tac_contacts_find_number (contacts, CAROL),
                                             1790000000000, NULL));
  g_assert_true (g_file_get_contents (test->path, &good, &size, NULL));
  for (gsize n = 0; n < size; n++)
    assert_refused (test, good, n, "torn");
}

/* One word of a good file replaced. */
static void
test_damaged (Case *test, gconstpointer data)
{
  const struct
  {
    const char *what, *with;
  } rows[] = {
    { "[" BOB "]", "[bob]" },
    { "[" BOB "]", "[+1 555 1000002]" },
    { "[" BOB "]", "[" CAROL "]" }, /* two of one number */
    { "name=bob", "name=carol" },
    { "name=bob", "name=" },
    { "name=bob", "name=+1555" },
    { "name=bob", "nome=bob" },
    { "name=bob", "name=\xff" },
    { "name=bob", "name=\\t" },
    { test->bob_hex, test->carol_hex },
    { test->bob_hex, "00" },
    { "trust=paired", "trust=fully" },
    { "invite-time=0", "invite-time=" },
    { "invite-time=0", "invite-time=soon" },
    { "invite-time=0", "invite-time=-1" },
    { "invite-time=0", "invite-time=99999999999999999999" },
    { "invite-time=0", "#" },
  };
  g_autoptr (TacContacts) contacts = open_contacts (test);
  g_autofree char *good = NULL;

  add (contacts, "bob", BOB, test->bob_hex);
  add (contacts, "carol", CAROL, test->carol_hex);
  g_assert_true (g_file_get_contents (test->path, &good, NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      char *at = strstr (good, rows[i].what);
      g_autoptr (GString) bad = g_string_new_len (good, at - good);

      g_assert_nonnull (at);
      g_string_append (bad, rows[i].with);
      g_string_append (bad, at + strlen (rows[i].what));
      assert_refused (test, bad->str, bad->len, rows[i].with);
    }
}

static void
test_foreign (Case *test, gconstpointer data)
{
  static const char *const texts[]
      = { "", "\n", "BEGIN:VCARD\n", "[Desktop Entry]\nName=x\n", "SQLite format 3" };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (test, texts[i], strlen (texts[i]), "foreign");
  g_assert_cmpint (g_chmod (test->path, 0644), ==, 0);
  g_assert_null (tac_contacts_open (test->path, &test->own, &error));
  g_assert_nonnull (strstr (error->message, "chmod 600"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
#define ADD(name, func) g_test_add (name, Case, NULL, set_up, func, tear_down)
  ADD ("/contacts/add-find-remove", test_add_find_remove);
  ADD ("/contacts/not-found", test_not_found);
  ADD ("/contacts/refused", test_refused);
  ADD ("/contacts/reopen", test_reopen);
  ADD ("/contacts/sorted", test_sorted);
  ADD ("/contacts/invite-time", test_invite_time);
  ADD ("/contacts/secret", test_secret);
  ADD ("/contacts/not-stored", test_not_stored);
  ADD ("/contacts/torn", test_torn);
  ADD ("/contacts/damaged", test_damaged);
  ADD ("/contacts/foreign", test_foreign);
  return g_test_run ();
}
