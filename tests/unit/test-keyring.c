/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keyring: opened by its passphrase only, changed, and destroyed on purpose. */
#include "keyring-kit.h"

#include <sys/stat.h>
#include <time.h>

static void
test_made_and_opened (Place *place, gconstpointer data)
{
  g_autoptr (TacKeys) made = create (place, "correct horse");
  g_autoptr (TacKeys) opened = open_as (place, "correct horse", FALSE);
  g_autoptr (TacKeys) longest = NULL;
  g_autofree char *text = g_strnfill (TAC_PASSPHRASE_MAX, 'x');
  static const char *const wrong[]
      = { "correct hors", "correct horsf", "correct horse ", "Correct horse", "x" };
  struct stat status;

  assert_same (made, opened);
  g_assert_false (sodium_is_zero (made->identity.secret, TAC_KEY_SIZE));
  g_assert_true (sodium_is_zero (opened->settle_key, sizeof opened->settle_key));
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    assert_refused (place, wrong[i], TAC_ERROR_WRONG_PASSPHRASE);
  assert_refused (place, "", TAC_ERROR_INVALID_ARGUMENT);
  assert_refused (place, text, TAC_ERROR_WRONG_PASSPHRASE);
  MUST (change (place, "correct horse", text, &failure));
  longest = open_as (place, text, FALSE);
  assert_same (made, longest);
  g_assert_cmpint (g_stat (place->path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 07777, ==, 0600);
}

static void
test_never_made_over (Place *place, gconstpointer data)
{
  g_autoptr (TacKeys) made = create (place, "a");
  g_autoptr (TacPassphrase) passphrase = pass ("b"), empty = pass ("");
  g_autoptr (GError) error = NULL;
  TacKeyringImage before = read_image (place);

  g_assert_null (tac_keyring_create (place->path, passphrase, COST_MS, &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_EXISTS);
  assert_bytes (place, before.bytes, sizeof before.bytes);
  write_bytes (place, "precious", 8);
  g_clear_error (&error);
  g_assert_null (tac_keyring_create (place->path, passphrase, COST_MS, &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_EXISTS);
  assert_bytes (place, "precious", 8);
  g_remove (place->path);
  g_clear_error (&error);
  g_assert_null (tac_keyring_create (place->path, empty, COST_MS, &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT);
  assert_refused (place, "a", TAC_ERROR_NOT_SET_UP);
}

static void
test_change (Place *place, gconstpointer data)
{
  g_autoptr (TacKeys) made = create (place, "old");
  g_autoptr (TacKeys) opened = NULL;
  g_autoptr (GError) error = NULL;
  TacKeyringImage before = read_image (place);

  g_assert_false (change (place, "wrong", "new", &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_WRONG_PASSPHRASE);
  g_clear_error (&error);
  g_assert_false (change (place, "old", "", &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT);
  assert_bytes (place, before.bytes, sizeof before.bytes);
  MUST (change (place, "old", "new", &failure));
  assert_refused (place, "old", TAC_ERROR_WRONG_PASSPHRASE);
  opened = open_as (place, "new", FALSE);
  assert_same (made, opened);
}

/* What a change replaced is destroyed, but not where it has another name. */
static void
test_replaced_is_destroyed (Place *place, gconstpointer data)
{
  g_autoptr (TacKeys) made = create (place, "old");
  g_autofree char *backup = g_build_filename (place->folder, "backup", NULL);
  TacKeyringImage before = read_image (place), seen;
  int fd = open (place->path, O_RDONLY | O_CLOEXEC);

  MUST (change (place, "old", "new", &failure));
  g_assert_cmpint (pread (fd, seen.bytes, sizeof seen.bytes, 0), ==, TAC_KEYRING_SIZE);
  g_assert_true (memcmp (before.bytes, seen.bytes, 16) != 0);
  g_assert_true (memcmp (before.bytes + TAC_KEYRING_HEADER_SIZE,
                         seen.bytes + TAC_KEYRING_HEADER_SIZE, TAC_KEYRING_SLOT_SIZE)
                 != 0);
  close (fd);
  before = read_image (place);
  g_assert_cmpint (link (place->path, backup), ==, 0);
  MUST (change (place, "new", "newer", &failure));
  fd = open (backup, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (pread (fd, seen.bytes, sizeof seen.bytes, 0), ==, TAC_KEYRING_SIZE);
  g_assert_cmpmem (&before, sizeof before, &seen, sizeof seen);
  close (fd);
  g_remove (backup);
}

static void
test_duress_kept_over_change (Place *place, gconstpointer data)
{
  g_autoptr (TacKeys) made = create (place, "mine");
  g_autoptr (TacKeys) opened = NULL, forced = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (set_duress (place, "mine", "mine", &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (set_duress (place, "wrong", "theirs", &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_WRONG_PASSPHRASE);
  MUST (set_duress (place, "mine", "theirs", &failure));
  /* To everything but an unlock, the duress passphrase is a wrong one. */
  g_clear_error (&error);
  g_assert_false (change (place, "theirs", "x", &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_WRONG_PASSPHRASE);
  g_clear_error (&error);
  g_assert_false (set_duress (place, "theirs", "x", &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_WRONG_PASSPHRASE);
  g_clear_error (&error);
  g_assert_false (change (place, "mine", "theirs", &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT);

  MUST (change (place, "mine", "mine now", &failure));
  opened = open_as (place, "mine now", FALSE);
  assert_same (made, opened);
  forced = open_as (place, "theirs", TRUE);
  assert_differ (made, forced);
  assert_refused (place, "mine now", TAC_ERROR_WRONG_PASSPHRASE);
}

static void
test_duress_taken_away (Place *place, gconstpointer data)
{
  g_autoptr (TacKeys) made = create (place, "mine");
  g_autoptr (TacKeys) opened = NULL;

  MUST (set_duress (place, "mine", "theirs", &failure));
  MUST (set_duress (place, "mine", "", &failure));
  assert_refused (place, "theirs", TAC_ERROR_WRONG_PASSPHRASE);
  opened = open_as (place, "mine", FALSE);
  assert_same (made, opened);
}

/* Stopped after each step of a duress open, the next one goes on, and the real keys stay gone. */
static void
test_duress_steps (Place *place, gconstpointer data)
{
  g_autoptr (TacKeys) made = create (place, "mine");
  g_autoptr (TacKeys) first = NULL, again = NULL, settled = NULL;
  TacKeyringImage before, after;
  guint same = 0;

  MUST (set_duress (place, "mine", "theirs", &failure));
  before = read_image (place);
  first = open_as (place, "theirs", TRUE);
  assert_differ (made, first);
  after = read_image (place);
  g_assert_cmpmem (before.bytes, TAC_KEYRING_HEADER_SIZE, after.bytes, TAC_KEYRING_HEADER_SIZE);
  for (guint slot = 0; slot < TAC_KEYRING_SLOTS; slot++)
    {
      gsize at = tac_keyring_image_slot_offset (slot);

      same += memcmp (before.bytes + at, after.bytes + at, TAC_KEYRING_SLOT_SIZE) == 0;
      g_assert_true (tac_keyring_image_slot_whole (&after, slot));
    }
  g_assert_cmpuint (same, ==, 1);
  assert_refused (place, "mine", TAC_ERROR_WRONG_PASSPHRASE);

  again = open_as (place, "theirs", TRUE); /* a crash before the store was made */
  assert_same (first, again);
  MUST (tac_keyring_settle (place->path, again, &failure));
  MUST (tac_keyring_settle (place->path, first, &failure)); /* and once more */
  g_assert_true (sodium_is_zero (again->settle_key, sizeof again->settle_key));
  settled = open_as (place, "theirs", FALSE);
  assert_same (first, settled);
  assert_refused (place, "mine", TAC_ERROR_WRONG_PASSPHRASE);
  MUST (change (place, "theirs", "anything", &failure)); /* a keyring like any other */
}

/* The owner's slot is either; that of a keyring without duress passphrase shows no pattern. */
static void
test_slots_look_alike (Place *place, gconstpointer data)
{
  guint owner[TAC_KEYRING_SLOTS] = { 0 };

  for (guint i = 0; i < 40; i++)
    {
      g_autoptr (TacKeys) made = create (place, "a");
      TacKeyringTry *found = sodium_malloc (sizeof *found);
      g_autoptr (TacPassphrase) passphrase = pass ("a");
      TacKeyringImage image = read_image (place);

      MUST (tac_keyring_cost_derive (tac_keyring_image_cost (&image), passphrase,
                                     tac_keyring_image_salt (&image), found->key, &failure));
      tac_keyring_image_open (&image, found);
      g_assert_true (found->opened[0] != found->opened[1]);
      owner[found->opened[1]]++;
      for (guint slot = 0; slot < TAC_KEYRING_SLOTS; slot++)
        {
          g_assert_true (tac_keyring_image_slot_whole (&image, slot));
          g_assert_false (sodium_is_zero (image.bytes + tac_keyring_image_slot_offset (slot), 16));
        }
      sodium_free (found);
      g_remove (place->path);
    }
  g_assert_cmpuint (owner[0], >, 2); /* fails by chance once in 10^9 */
  g_assert_cmpuint (owner[1], >, 2);
}

static void
test_wipe (Place *place, gconstpointer data)
{
  g_autoptr (TacKeys) made = create (place, "a");
  TacKeyringImage before = read_image (place), after;
  int fd = open (place->path, O_RDONLY | O_CLOEXEC);

  MUST (tac_keyring_wipe (place->path, &failure));
  MUST (tac_keyring_wipe (place->path, &failure)); /* again */
  g_assert_false (g_file_test (place->path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (pread (fd, after.bytes, sizeof after.bytes, 0), ==, TAC_KEYRING_SIZE);
  for (gsize i = 0; i + 16 <= TAC_KEYRING_SIZE; i += 4)
    g_assert_true (memcmp (before.bytes + i, after.bytes + i, 16) != 0);
  close (fd);
  write_bytes (place, "damaged", 7);
  MUST (tac_keyring_wipe (place->path, &failure));
  g_assert_false (g_file_test (place->path, G_FILE_TEST_EXISTS));
}

static double
thread_time_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* The cost meets its target within a factor of two, on whatever machine, however loaded. */
static void
test_cost (void)
{
  static const guint targets_ms[] = { 50, 400, 1000 };
  g_autoptr (TacPassphrase) passphrase = pass ("a");
  guint8 salt[TAC_SALT_SIZE] = { 0 }, key[32], again[32];

  for (gsize i = 0; i < G_N_ELEMENTS (targets_ms); i++)
    {
      guint target_ms = targets_ms[i];
      TacKeyringCost cost;
      double start_ms, took_ms;

      MUST (tac_keyring_cost_calibrate (target_ms, passphrase, salt, &cost, key, &failure));
      g_assert_true (tac_keyring_cost_check (cost));
      start_ms = thread_time_ms ();
      MUST (tac_keyring_cost_derive (cost, passphrase, salt, again, &failure));
      took_ms = thread_time_ms () - start_ms;
      g_assert_cmpmem (key, sizeof key, again, sizeof again);
      g_test_message ("target %u ms: %u passes over %u KiB, %.0f ms", target_ms, cost.ops,
                      cost.memory_kib, took_ms);
      g_assert_cmpfloat (took_ms, >, target_ms / 2.0);
      if (cost.ops > 1 || cost.memory_kib > 64 * 1024) /* slower machines cannot go lower */
        g_assert_cmpfloat (took_ms, <, target_ms * 2.0);
      if (target_ms >= 250)
        g_assert_cmpuint (cost.memory_kib, >=, 64 * 1024);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
#define ADD(name, func) g_test_add ("/keyring/" name, Place, NULL, set_up, func, tear_down)
  ADD ("made-and-opened", test_made_and_opened);
  ADD ("never-made-over", test_never_made_over);
  ADD ("change", test_change);
  ADD ("replaced-is-destroyed", test_replaced_is_destroyed);
  ADD ("duress-kept-over-change", test_duress_kept_over_change);
  ADD ("duress-taken-away", test_duress_taken_away);
  ADD ("duress-steps", test_duress_steps);
  ADD ("slots-look-alike", test_slots_look_alike);
  ADD ("wipe", test_wipe);
  g_test_add_func ("/keyring/cost", test_cost);
  return g_test_run ();
}
