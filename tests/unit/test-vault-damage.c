/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The vault when files are damaged, gone or cannot be written, and when they are destroyed on
 * purpose: the duress passphrase, stopped after each step. */
#include "vault-kit.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

typedef struct
{
  char *bytes;
  gsize size;
} Content;

static Content
read_content (const char *path)
{
  Content content;

  g_assert_true (g_file_get_contents (path, &content.bytes, &content.size, NULL));
  return content;
}

static void
write_content (const char *path, const void *bytes, gsize size)
{
  g_remove (path);
  g_assert_true (
      g_file_set_contents_full (path, bytes, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

/* The file of the folder that was set aside from @prefix holds @bytes. */
static void
assert_aside (const Place *place, const char *prefix, const void *bytes, gsize size)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);
  g_autofree char *start = g_strconcat (prefix, ".damaged-", NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, start))
      {
        g_autofree char *path = g_build_filename (place->folder, name, NULL), *now = NULL;
        gsize size_now;

        g_assert_true (g_file_get_contents (path, &now, &size_now, NULL));
        g_assert_cmpmem (now, size_now, bytes, size);
        g_assert_cmpuint (strlen (name), ==, strlen (start) + strlen ("20260102T030405"));
        return;
      }
  g_test_message ("no %s was set aside", prefix);
  g_test_fail ();
}

static void
test_damaged_keyring (Place *place, gconstpointer data)
{
  assert_ok (place, make (place, "a", 0));
  lock (place);
  write_content (place->keyring, "no keyring", 10);
  restart (place);
  g_assert_cmpint (tac_vault_get_state (place->vault), ==, TAC_VAULT_DAMAGED);
  g_assert_nonnull (strstr (tac_vault_get_text (place->vault), "--set-aside"));
  assert_fails (place, unlock (place, "a", 0), TAC_ERROR_DAMAGED);
  assert_fails (place, unlock (place, "a", TAC_VAULT_SET_ASIDE), TAC_ERROR_DAMAGED);
  assert_fails (place, change (place, "a", "b"), TAC_ERROR_DAMAGED);
  assert_fails (place, make (place, "a", 0), TAC_ERROR_DAMAGED);
  assert_ok (place, make (place, "a", TAC_VAULT_SET_ASIDE));
  assert_aside (place, "keyring", "no keyring", 10);
  g_assert_cmpuint (count_files (place, "store.db.damaged-"), ==, 1);
  lock (place);
  assert_ok (place, unlock (place, "a", 0));
}

/* Put right from outside, it needs no restart. */
static void
test_mended_keyring (Place *place, gconstpointer data)
{
  Content good;

  assert_ok (place, make (place, "a", 0));
  lock (place);
  good = read_content (place->keyring);
  g_assert_cmpint (g_chmod (place->keyring, 0644), ==, 0);
  assert_fails (place, unlock (place, "a", 0), TAC_ERROR_DAMAGED);
  g_assert_nonnull (strstr (place->error->message, "chmod 600"));
  g_assert_cmpint (tac_vault_get_state (place->vault), ==, TAC_VAULT_DAMAGED);
  g_assert_cmpint (g_chmod (place->keyring, 0600), ==, 0);
  assert_ok (place, unlock (place, "a", 0));
  lock (place);
  g_remove (place->keyring);
  assert_fails (place, unlock (place, "a", 0), TAC_ERROR_DAMAGED); /* the store is there */
  assert_fails (place, make (place, "a", 0), TAC_ERROR_DAMAGED);
  write_content (place->keyring, good.bytes, good.size);
  assert_ok (place, unlock (place, "a", 0));
  g_free (good.bytes);
}

static void
test_damaged_store (Place *place, gconstpointer data)
{
  g_autofree char *garbage = g_strnfill (8192, 'x');

  assert_ok (place, make (place, "a", 0));
  add_contact (place, "Ada", "+4917012345");
  lock (place);
  write_content (place->store, garbage, 8192);
  assert_fails (place, unlock (place, "a", 0), TAC_ERROR_DAMAGED);
  g_assert_nonnull (strstr (place->error->message, place->store));
  g_assert_cmpint (tac_vault_get_state (place->vault), ==, TAC_VAULT_LOCKED);
  g_assert_null (tac_vault_identity (place->vault));
  assert_fails (place, unlock (place, "b", TAC_VAULT_SET_ASIDE), TAC_ERROR_WRONG_PASSPHRASE);
  g_assert_cmpuint (count_files (place, "store.db.damaged-"), ==, 0);
  assert_ok (place, unlock (place, "a", TAC_VAULT_SET_ASIDE));
  assert_aside (place, "store.db", garbage, 8192);
  g_assert_cmpuint (tac_contacts_count (tac_vault_contacts (place->vault)), ==, 0);
}

/* A page that the opening does not read: met later, it stops all, and then the store is set aside
 * as any damaged one; a whole one never is. */
static void
test_damage_met_later (Place *place, gconstpointer data)
{
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  Content content;

  assert_ok (place, make (place, "a", 0));
  add_contact (place, "Ada", "+4917012345");
  lock (place);
  assert_ok (place, unlock (place, "a", TAC_VAULT_SET_ASIDE));
  g_assert_cmpuint (count_files (place, "store.db.damaged-"), ==, 0);
  g_assert_cmpuint (tac_contacts_count (tac_vault_contacts (place->vault)), ==, 1);
  lock (place);

  content = read_content (place->store);
  for (gsize at = 2 * 4096 + 100; at < content.size; at += 4096) /* from the third page on */
    content.bytes[at] ^= 1;
  write_content (place->store, content.bytes, content.size);
  assert_ok (place, unlock (place, "a", 0));
  g_assert_null (tac_contacts_find (tac_vault_contacts (place->vault), "Ada", NULL));
  g_assert_false (tac_vault_check_open (place->vault, &place->error));
  g_assert_error (place->error, TAC_ERROR, TAC_ERROR_DAMAGED);
  g_assert_nonnull (
      strstr (place->error->message, "tacitel lock, then tacitel unlock --set-aside"));
  g_clear_error (&place->error);
  lock (place);
  assert_ok (place, unlock (place, "a", TAC_VAULT_SET_ASIDE));
  assert_aside (place, "store.db", content.bytes, content.size);
  assert_ok (place, tac_vault_check_open (place->vault, &place->error));
  g_free (content.bytes);
  g_log_set_always_fatal (fatal);
}

/* All of a set-up or nothing. */
static void
test_no_room (Place *place, gconstpointer data)
{
  struct rlimit old, few;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  few = (struct rlimit){ 1000, old.rlim_max }; /* the keyring fits, the store does not */
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &few), ==, 0);
  g_assert_false (make (place, "a", 0));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_error (place->error, TAC_ERROR, TAC_ERROR_FAILED);
  g_assert_cmpint (tac_vault_get_state (place->vault), ==, TAC_VAULT_NONE);
  assert_ok (place, make (place, "a", 0));
}

/* What g_file_set_contents() leaves when it is killed holds keys. */
static void
test_half_written (Place *place, gconstpointer data)
{
  g_autofree char *half = g_strconcat (place->keyring, ".ABC123", NULL);
  g_autofree char *aside = g_strconcat (place->keyring, ".damaged-20200101T000000", NULL);

  write_content (half, "half", 4);
  write_content (aside, "kept", 4);
  restart (place);
  g_assert_false (g_file_test (half, G_FILE_TEST_EXISTS));
  assert_aside (place, "keyring", "kept", 4);
}

static void
assert_empty_store (Place *place, const guint8 *real_public)
{
  g_assert_cmpuint (tac_contacts_count (tac_vault_contacts (place->vault)), ==, 0);
  g_assert_true (memcmp (tac_vault_identity (place->vault)->public, real_public, TAC_KEY_SIZE)
                 != 0);
}

static void
set_up_duress (Place *place, guint8 *public)
{
  g_autofree char *aside = g_strconcat (place->keyring, ".damaged-20200101T000000", NULL);

  assert_ok (place, make (place, "mine", 0));
  assert_ok (place, set_duress (place, "mine", "theirs"));
  memcpy (public, tac_vault_identity (place->vault)->public, TAC_KEY_SIZE);
  add_contact (place, "Ada", "+4917012345");
  write_content (aside, "an older keyring", 16);
  lock (place);
  g_string_truncate (place->events, 0);
}

static void
test_duress (Place *place, gconstpointer data)
{
  guint8 public[TAC_KEY_SIZE], theirs[TAC_KEY_SIZE];

  set_up_duress (place, public);
  assert_ok (place, unlock (place, "theirs", 0));
  g_assert_cmpstr (place->events->str, ==, "oh"); /* as any unlock */
  assert_empty_store (place, public);
  g_assert_cmpuint (count_files (place, "keyring"), ==, 1); /* the older one is gone, too */
  memcpy (theirs, tac_vault_identity (place->vault)->public, sizeof theirs);
  add_contact (place, "Eve", "+4917099999");
  lock (place);
  assert_fails (place, unlock (place, "mine", 0), TAC_ERROR_WRONG_PASSPHRASE);
  assert_ok (place,
             unlock (place, "theirs", 0)); /* now a normal passphrase: what was added stays */
  g_assert_cmpuint (tac_contacts_count (tac_vault_contacts (place->vault)), ==, 1);
  g_assert_cmpmem (tac_vault_identity (place->vault)->public, TAC_KEY_SIZE, theirs, TAC_KEY_SIZE);
  assert_ok (place, set_duress (place, "theirs", "others"));
}

/* Stopped after the keys were destroyed: the old store is still there, but nothing opens it. */
static void
test_duress_stopped_after_keys (Place *place, gconstpointer data)
{
  g_autoptr (TacPassphrase) passphrase = tac_passphrase_read (fd_of ("theirs"), 1000, NULL);
  g_autoptr (TacKeys) keys = NULL;
  guint8 public[TAC_KEY_SIZE];
  gboolean duress;

  set_up_duress (place, public);
  keys = tac_keyring_open (place->keyring, passphrase, &duress, NULL);
  g_assert_true (duress);
  restart (place);
  assert_fails (place, unlock (place, "mine", 0), TAC_ERROR_WRONG_PASSPHRASE);
  assert_ok (place, unlock (place, "theirs", 0));
  assert_empty_store (place, public);
}

/* Stopped after the empty store was made, or half made: the keyring says still what it is. */
static void
test_duress_stopped_after_store (Place *place, gconstpointer data)
{
  static const gsize kept[] = { 0, 100, 4096, G_MAXSIZE };
  guint8 public[TAC_KEY_SIZE];
  Content unsettled, store;

  set_up_duress (place, public);
  unsettled = read_content (place->keyring);
  assert_ok (place, unlock (place, "theirs", 0));
  lock (place);
  store = read_content (place->store);
  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      write_content (place->keyring, unsettled.bytes, unsettled.size);
      write_content (place->store, store.bytes, MIN (kept[i], store.size));
      restart (place);
      assert_ok (place, unlock (place, "theirs", 0));
      assert_empty_store (place, public);
      lock (place);
      assert_ok (place, unlock (place, "theirs", 0));
      lock (place);
      assert_fails (place, unlock (place, "mine", 0), TAC_ERROR_WRONG_PASSPHRASE);
    }
  g_free (unsettled.bytes);
  g_free (store.bytes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
#define ADD(name, func) g_test_add ("/vault/" name, Place, NULL, set_up, func, tear_down)
  ADD ("damaged-keyring", test_damaged_keyring);
  ADD ("mended-keyring", test_mended_keyring);
  ADD ("damaged-store", test_damaged_store);
  ADD ("damage-met-later", test_damage_met_later);
  ADD ("no-room", test_no_room);
  ADD ("half-written", test_half_written);
  ADD ("duress", test_duress);
  ADD ("duress-stopped-after-keys", test_duress_stopped_after_keys);
  ADD ("duress-stopped-after-store", test_duress_stopped_after_store);
  return g_test_run ();
}
