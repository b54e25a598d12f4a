/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The vault: set up, locked, opened, wiped; one operation at a time, one daemon at a time. */
#include "vault-kit.h"

#include "daemon/attempts.h"

#include <poll.h>

static void
test_attempts (void)
{
  static const guint delays_s[] = { 0, 0, 1, 2, 4, 8, 16, 30, 30, 30 };
  TacAttempts attempts = { 0 };
  gint64 now_us = 1000;

  for (guint round = 0; round < 2; round++)
    {
      g_assert_cmpuint (tac_attempts_wait_s (&attempts, now_us), ==, 0);
      for (gsize i = 0; i < G_N_ELEMENTS (delays_s); i++)
        {
          gint64 end_us = now_us + delays_s[i] * G_USEC_PER_SEC;

          tac_attempts_add_wrong (&attempts, now_us);
          g_assert_cmpuint (tac_attempts_wait_s (&attempts, now_us), ==, delays_s[i]);
          if (delays_s[i] > 0)
            g_assert_cmpuint (tac_attempts_wait_s (&attempts, end_us - 1), ==, 1);
          now_us = end_us;
          g_assert_cmpuint (tac_attempts_wait_s (&attempts, now_us), ==, 0);
        }
      tac_attempts_reset (&attempts);
    }
}

static void
test_life (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint8 public[TAC_KEY_SIZE];

  g_assert_cmpint (tac_vault_get_state (place->vault), ==, TAC_VAULT_NONE);
  g_assert_false (tac_vault_check_open (place->vault, &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_NOT_SET_UP);
  g_clear_error (&error);
  g_assert_false (tac_vault_lock (place->vault, &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_NOT_SET_UP);
  assert_fails (place, unlock (place, "a", 0), TAC_ERROR_NOT_SET_UP);
  assert_fails (place, change (place, "a", "b"), TAC_ERROR_NOT_SET_UP);
  assert_fails (place, make (place, "", 0), TAC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (place->events->str, ==, "");

  assert_ok (place, make (place, "a", 0));
  g_assert_cmpstr (place->events->str, ==, "oh");
  g_assert_true (tac_vault_check_open (place->vault, NULL));
  g_assert_cmpstr (tac_vault_get_text (place->vault), ==, "");
  memcpy (public, tac_vault_identity (place->vault)->public, sizeof public);
  add_contact (place, "Ada", "+4917012345");
  assert_fails (place, make (place, "a", TAC_VAULT_SET_ASIDE), TAC_ERROR_INVALID_STATE);
  assert_fails (place, unlock (place, "a", 0), TAC_ERROR_INVALID_STATE);

  lock (place);
  lock (place); /* again: nothing to do */
  g_assert_cmpstr (place->events->str, ==, "ohch");
  g_assert_null (tac_vault_identity (place->vault));
  g_assert_null (tac_vault_store (place->vault));
  g_assert_null (tac_vault_contacts (place->vault));
  g_assert_null (tac_vault_history (place->vault));
  assert_fails (place, make (place, "a", TAC_VAULT_SET_ASIDE), TAC_ERROR_INVALID_STATE);

  restart (place);
  g_assert_cmpint (tac_vault_get_state (place->vault), ==, TAC_VAULT_LOCKED);
  assert_ok (place, unlock (place, "a", 0));
  g_assert_cmpmem (tac_vault_identity (place->vault)->public, TAC_KEY_SIZE, public, TAC_KEY_SIZE);
  g_assert_cmpuint (tac_contacts_count (tac_vault_contacts (place->vault)), ==, 1);
  g_assert_nonnull (tac_vault_history (place->vault));
}

static void
test_change (Place *place, gconstpointer data)
{
  assert_ok (place, make (place, "a", 0));
  assert_ok (place, change (place, "a", "b")); /* while open */
  g_assert_cmpint (tac_vault_get_state (place->vault), ==, TAC_VAULT_OPEN);
  lock (place);
  assert_fails (place, unlock (place, "a", 0), TAC_ERROR_WRONG_PASSPHRASE);
  assert_ok (place, change (place, "b", "c")); /* while locked */
  g_assert_cmpint (tac_vault_get_state (place->vault), ==, TAC_VAULT_LOCKED);
  assert_ok (place, unlock (place, "c", 0));
}

/* The delay counts every operation that tries a passphrase, and ends no owner's rights. */
static void
test_wrong_passphrases (Place *place, gconstpointer data)
{
  assert_ok (place, make (place, "a", 0));
  lock (place);
  assert_fails (place, unlock (place, "x", 0), TAC_ERROR_WRONG_PASSPHRASE);
  assert_fails (place, unlock (place, "x", 0), TAC_ERROR_WRONG_PASSPHRASE);
  assert_ok (place, unlock (place, "a", 0)); /* and the count begins again */
  assert_fails (place, change (place, "x", "y"), TAC_ERROR_WRONG_PASSPHRASE);
  assert_fails (place, set_duress (place, "x", "y"), TAC_ERROR_WRONG_PASSPHRASE);
  assert_fails (place, change (place, "x", "y"), TAC_ERROR_WRONG_PASSPHRASE);
  lock (place);
  assert_fails (place, unlock (place, "a", 0), TAC_ERROR_TRY_LATER);
  g_assert_nonnull (strstr (place->error->message, "again in 1 s"));
  assert_fails (place, change (place, "a", "b"), TAC_ERROR_TRY_LATER);
  restart (place); /* kept in memory only */
  assert_ok (place, unlock (place, "a", 0));
}

static void
test_one_at_a_time (Place *place, gconstpointer data)
{
  Place other = { 0 };
  struct pollfd writer;
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  writer.fd = ends[1];
  tac_vault_setup_async (place->vault, fd_of ("a"), 0, on_done, place);
  tac_vault_setup_async (place->vault, ends[0], 0, on_done, &other);
  g_assert_false (wait_done (&other));
  g_assert_error (other.error, TAC_ERROR, TAC_ERROR_BUSY);
  g_clear_error (&other.error);
  g_assert_cmpint (poll (&writer, 1, 0), ==, 1); /* the reading end is closed all the same */
  g_assert_cmpint (writer.revents & POLLERR, !=, 0);
  close (ends[1]);
  assert_ok (place, wait_done (place));
}

static void
test_lock_while_unlocking (Place *place, gconstpointer data)
{
  assert_ok (place, make (place, "a", 0));
  lock (place);
  tac_vault_unlock_async (place->vault, fd_of ("a"), 0, on_done, place);
  lock (place);
  assert_fails (place, wait_done (place), TAC_ERROR_LOCKED);
  g_assert_cmpint (tac_vault_get_state (place->vault), ==, TAC_VAULT_LOCKED);
  g_assert_null (tac_vault_identity (place->vault));
}

/* Whatever is under way, nothing writes a keyring after it was wiped. */
static void
test_wipe_while_changing (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int ends[2];

  assert_ok (place, make (place, "a", 0));
  g_assert_cmpint (pipe (ends), ==, 0); /* the worker waits for the second passphrase */
  tac_vault_change_async (place->vault, fd_of ("a"), ends[0], on_done, place);
  g_assert_true (tac_vault_wipe (place->vault, &error));
  g_assert_no_error (error);
  g_assert_cmpint (write (ends[1], "b", 1), ==, 1);
  close (ends[1]);
  assert_fails (place, wait_done (place), TAC_ERROR_NOT_SET_UP);
  g_assert_cmpint (tac_vault_get_state (place->vault), ==, TAC_VAULT_NONE);
  g_assert_cmpuint (count_files (place, ""), ==, 1);

  tac_vault_setup_async (place->vault, fd_of ("a"), 0, on_done, place);
  g_assert_true (tac_vault_wipe (place->vault, &error));
  g_assert_false (wait_done (place));
  g_assert_cmpint (tac_vault_get_state (place->vault), ==, TAC_VAULT_NONE);
  g_assert_cmpuint (count_files (place, ""), ==, 1);
}

static void
test_wipe (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *aside = g_strconcat (place->keyring, ".damaged-20200101T000000", NULL);
  g_autofree char *half = g_strconcat (place->keyring, ".ABC123", NULL);
  g_autofree char *store = g_strconcat (place->store, ".damaged-20200101T000000-wal", NULL);
  g_autofree char *others = g_build_filename (place->folder, "holiday.jpg", NULL);

  assert_ok (place, make (place, "a", 0));
  g_assert_true (g_file_set_contents (aside, "x", 1, NULL));
  g_assert_true (g_file_set_contents (half, "x", 1, NULL));
  g_assert_true (g_file_set_contents (store, "x", 1, NULL));
  g_assert_true (g_file_set_contents (others, "x", 1, NULL));
  tac_vault_someone_called (place->vault);
  g_string_truncate (place->events, 0);
  g_assert_true (tac_vault_destroy_keys (place->vault, &error));
  g_assert_false (g_file_test (place->keyring, G_FILE_TEST_EXISTS));
  g_assert_cmpint (tac_vault_get_state (place->vault), ==, TAC_VAULT_OPEN);
  g_assert_true (tac_vault_wipe (place->vault, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (place->events->str, ==, "ch");
  g_assert_cmpint (tac_vault_get_state (place->vault), ==, TAC_VAULT_NONE);
  g_assert_cmpuint (tac_vault_get_someone_called (place->vault), ==, 0);
  g_assert_cmpuint (count_files (place, ""), ==, 2);     /* the lock, and what is not ours */
  g_assert_true (tac_vault_wipe (place->vault, &error)); /* again */
  assert_ok (place, make (place, "b", 0));
}

static void
test_two_daemons (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tac_vault_new (place->folder, place->config, &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "another taciteld"));
  g_assert_nonnull (strstr (error->message, place->folder));
  restart (place); /* the first one let go of it */
}

static void
test_unwritable (Place *place, gconstpointer data)
{
  static const char *const folders[] = { "/proc/tacitel", "/dev/null/tacitel", "/proc" };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tac_vault_new (folders[i], place->config, &error));
      g_assert_error (error, TAC_ERROR, TAC_ERROR_FAILED);
      g_assert_nonnull (strstr (error->message, folders[i]));
    }
}

static void
test_someone_called (Place *place, gconstpointer data)
{
  g_autofree char *path = g_build_filename (place->folder, "someone-called", NULL);

  for (guint n = 1; n <= 3; n++)
    {
      tac_vault_someone_called (place->vault);
      g_assert_cmpuint (tac_vault_get_someone_called (place->vault), ==, n);
      restart (place);
      g_assert_cmpuint (tac_vault_get_someone_called (place->vault), ==, n);
    }
  g_assert_cmpstr (place->events->str, ==, "hhh");
  g_assert_cmpuint (tac_vault_take_someone_called (place->vault), ==, 3);
  g_assert_cmpuint (tac_vault_take_someone_called (place->vault), ==, 0);
  restart (place);
  g_assert_cmpuint (tac_vault_get_someone_called (place->vault), ==, 0);
  g_file_set_contents_full (path, "-1\n", 3, G_FILE_SET_CONTENTS_NONE, 0600, NULL);
  g_test_expect_message ("taciteld", G_LOG_LEVEL_WARNING, "*begin at 0 again*");
  restart (place);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (tac_vault_get_someone_called (place->vault), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/vault/attempts", test_attempts);
#define ADD(name, func) g_test_add ("/vault/" name, Place, NULL, set_up, func, tear_down)
  ADD ("life", test_life);
  ADD ("change", test_change);
  ADD ("wrong-passphrases", test_wrong_passphrases);
  ADD ("one-at-a-time", test_one_at_a_time);
  ADD ("lock-while-unlocking", test_lock_while_unlocking);
  ADD ("wipe-while-changing", test_wipe_while_changing);
  ADD ("wipe", test_wipe);
  ADD ("two-daemons", test_two_daemons);
  ADD ("unwritable", test_unwritable);
  ADD ("someone-called", test_someone_called);
  return g_test_run ();
}
