/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contacts in a store of their own. */
#pragma once
#include "daemon/contacts.h"

#include "codecs/invitation.h"
#include "daemon/errors.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

#define BOB "+15551000002"
#define CAROL "+15551000003"
#define NOW G_GUINT64_CONSTANT (1790000000000)

typedef struct
{
  char *folder, *path;
  guint8 store_key[TAC_STORE_KEY_SIZE];
  TacKeyPair own, bob, carol;
  TacStore *store;
  TacContacts *contacts;
  guint changes;
} Case;

static inline void
make_pair (TacKeyPair *pair, guint8 seed)
{
  guint8 secret[TAC_KEY_SIZE];

  memset (secret, seed, sizeof secret);
  tac_noise_key_pair (pair, secret);
}

static inline void
on_changed (Case *test)
{
  test->changes++;
}

static inline void
open_contacts (Case *test)
{
  g_autoptr (GError) error = NULL;

  test->store = tac_store_open (test->path, test->store_key, &error);
  g_assert_no_error (error);
  test->contacts = tac_contacts_new (test->store, &test->own);
  g_signal_connect_swapped (test->contacts, "changed", G_CALLBACK (on_changed), test);
}

static inline void
close_contacts (Case *test)
{
  g_clear_object (&test->contacts);
  g_clear_pointer (&test->store, tac_store_close);
}

static inline void
reopen (Case *test)
{
  close_contacts (test);
  open_contacts (test);
}

static inline void
set_up (Case *test, gconstpointer data)
{
  test->folder = g_dir_make_tmp ("tacitel-contacts-XXXXXX", NULL);
  test->path = g_build_filename (test->folder, "store", NULL);
  make_pair (&test->own, 1);
  make_pair (&test->bob, 2);
  make_pair (&test->carol, 3);
  open_contacts (test);
}

static inline void
tear_down (Case *test, gconstpointer data)
{
  close_contacts (test);
  g_assert_true (tac_store_remove (test->path, NULL));
  g_rmdir (test->folder);
  g_free (test->path);
  g_free (test->folder);
}

/* Returns: its id. */
static inline gint64
add (Case *test, const char *name, const char *number, const guint8 *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TacContact) contact = NULL;

  g_assert_true (tac_contacts_add (test->contacts, name, number, key, &error));
  g_assert_no_error (error);
  contact = tac_contacts_find_key (test->contacts, key);
  return contact->id;
}

static inline gint64
add_bob (Case *test)
{
  return add (test, "bob", "+1 (555) 100-0002", test->bob.public);
}

static inline gint64
add_carol (Case *test)
{
  return add (test, "Carol", CAROL, test->carol.public);
}

static inline void
assert_bob (TacContact *found, const Case *test)
{
  g_autoptr (TacContact) contact = found;

  g_assert_nonnull (contact);
  g_assert_cmpstr (contact->name, ==, "bob");
  g_assert_cmpstr (contact->number, ==, BOB);
  g_assert_cmpmem (contact->key, TAC_KEY_SIZE, test->bob.public, TAC_KEY_SIZE);
  g_assert_cmpint (contact->trust, ==, TAC_TRUST_PAIRED);
  g_assert_false (contact->blocked);
  g_assert_false (contact->has_new_key);
  g_assert_cmpuint (contact->invite_time_ms, ==, 0);
}
