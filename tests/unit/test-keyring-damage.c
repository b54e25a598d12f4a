/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyring files that are damaged, foreign or hostile: named, and left as they are. */
#include "keyring-kit.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void
test_truncated (Place *place, gconstpointer data)
{
  g_autoptr (TacKeys) made = create (place, "a");
  TacKeyringImage good = read_image (place);
  guint8 longer[TAC_KEYRING_SIZE + 1];

  for (gsize size = 0; size < TAC_KEYRING_SIZE; size++)
    {
      g_autoptr (GError) error = NULL;

      write_bytes (place, good.bytes, size);
      g_assert_cmpint (tac_keyring_look (place->path, &error), ==, TAC_KEYRING_DAMAGED);
      g_assert_nonnull (strstr (error->message, place->path));
      assert_refused (place, "a", TAC_ERROR_DAMAGED);
      assert_bytes (place, good.bytes, size);
    }
  memcpy (longer, good.bytes, sizeof good.bytes);
  longer[TAC_KEYRING_SIZE] = '\n';
  write_bytes (place, longer, sizeof longer);
  assert_refused (place, "a", TAC_ERROR_DAMAGED);
}

/* A flipped bit in the header is seen at once; in a slot it is told from a wrong passphrase, and in
 * the slot that is not the owner's it does no harm. */
static void
test_every_bit (Place *place, gconstpointer data)
{
  g_autoptr (TacKeys) made = create (place, "a");
  TacKeyringImage good = read_image (place);
  guint opened = 0, refused = 0;

  for (gsize bit = 0; bit < 8 * TAC_KEYRING_SIZE; bit++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TacKeys) keys = NULL;
      TacKeyringImage bad = good;
      gboolean duress, header = bit / 8 < TAC_KEYRING_HEADER_SIZE;

      bad.bytes[bit / 8] ^= (guint8)(1u << bit % 8);
      write_bytes (place, bad.bytes, sizeof bad.bytes);
      g_assert_cmpint (tac_keyring_look (place->path, NULL), ==,
                       header ? TAC_KEYRING_DAMAGED : TAC_KEYRING_THERE);
      keys = try_open (place, "a", &duress, &error);
      if (keys != NULL)
        assert_same (made, keys);
      else
        g_assert_error (error, TAC_ERROR, TAC_ERROR_DAMAGED);
      g_assert_true (!header || keys == NULL);
      opened += keys != NULL;
      refused += keys == NULL;
      assert_bytes (place, bad.bytes, sizeof bad.bytes);
    }
  /* The other slot; the owner's checksum alone, which the tag makes superfluous. */
  g_assert_cmpuint (opened, ==, 8 * (TAC_KEYRING_SLOT_SIZE + 16));
  g_assert_cmpuint (refused, ==, 8 * TAC_KEYRING_SIZE - opened);
}

static void
test_foreign (Place *place, gconstpointer data)
{
  static const char key[] = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  g_autofree char *large = g_malloc0 (1 << 20);
  guint8 bytes[TAC_KEYRING_SIZE] = { 0 };

  write_bytes (place, bytes, sizeof bytes); /* what a crashed file system leaves */
  assert_refused (place, "a", TAC_ERROR_DAMAGED);
  randombytes_buf (bytes, sizeof bytes);
  write_bytes (place, bytes, sizeof bytes);
  assert_refused (place, "a", TAC_ERROR_DAMAGED);
  write_bytes (place, key, sizeof key - 1);
  assert_refused (place, "a", TAC_ERROR_DAMAGED);
  assert_bytes (place, key, sizeof key - 1);
  write_bytes (place, large, 1 << 20);
  assert_refused (place, "a", TAC_ERROR_DAMAGED);
}

/* With checksums that fit: an enemy made the file. */
static void
test_hostile_cost (Place *place, gconstpointer data)
{
  static const TacKeyringCost costs[] = {
    { 0, 1024 },
    { TAC_COST_OPS_MAX + 1, 1024 },
    { G_MAXUINT32, 1024 },
    { 1, 0 },
    { 1, TAC_COST_MEMORY_MAX_KIB + 1 },
    { 1, G_MAXUINT32 },
    { G_MAXUINT32, G_MAXUINT32 },
  };
  static const guint8 salt[TAC_SALT_SIZE] = { 1 };

  for (gsize i = 0; i < G_N_ELEMENTS (costs); i++)
    {
      g_autoptr (GError) error = NULL;
      TacKeyringImage image;

      tac_keyring_image_start (&image, costs[i], salt);
      write_bytes (place, image.bytes, sizeof image.bytes);
      g_assert_cmpint (tac_keyring_look (place->path, &error), ==, TAC_KEYRING_DAMAGED);
      g_assert_nonnull (strstr (error->message, "more memory or time"));
      assert_refused (place, "a", TAC_ERROR_DAMAGED);
    }
}

static void
test_newer_version (Place *place, gconstpointer data)
{
  g_autoptr (TacKeys) made = create (place, "a");
  g_autoptr (GError) error = NULL;
  TacKeyringImage image = read_image (place);

  image.bytes[19]++;
  crypto_generichash (image.bytes + 44, 16, image.bytes, 44, NULL, 0);
  write_bytes (place, image.bytes, sizeof image.bytes);
  g_assert_cmpint (tac_keyring_look (place->path, &error), ==, TAC_KEYRING_DAMAGED);
  g_assert_nonnull (strstr (error->message, "newer version"));
}

static void
test_not_ours (Place *place, gconstpointer data)
{
  static const guint modes[] = { 0640, 0604, 0660, 0644, 0666 };
  g_autoptr (TacKeys) made = create (place, "a"), opened = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_clear_error (&error);
      g_assert_cmpint (g_chmod (place->path, (int)modes[i]), ==, 0);
      g_assert_cmpint (tac_keyring_look (place->path, &error), ==, TAC_KEYRING_DAMAGED);
      g_assert_nonnull (strstr (error->message, "chmod 600"));
      assert_refused (place, "a", TAC_ERROR_DAMAGED);
    }
  g_assert_cmpint (g_chmod (place->path, 0600), ==, 0);
  opened = open_as (place, "a", FALSE);
  if (chown (place->path, 65534, (gid_t)-1) == 0)
    {
      assert_refused (place, "a", TAC_ERROR_DAMAGED);
      g_assert_cmpint (chown (place->path, 0, (gid_t)-1), ==, 0);
    }
  g_remove (place->path);
  g_assert_cmpint (g_mkdir (place->path, 0700), ==, 0);
  assert_refused (place, "a", TAC_ERROR_DAMAGED);
  g_clear_error (&error);
  g_assert_false (tac_keyring_wipe (place->path, &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_FAILED);
  g_rmdir (place->path);
  g_assert_cmpint (mkfifo (place->path, 0600), ==, 0);
  assert_refused (place, "a", TAC_ERROR_DAMAGED); /* and waits for no writer */
}

/* A disk that is full, or a folder that cannot be written: the old file stays, as it was. */
static void
test_no_room (Place *place, gconstpointer data)
{
  g_autoptr (TacKeys) made = create (place, "a"), opened = NULL, forced = NULL;
  g_autoptr (TacPassphrase) passphrase = pass ("b");
  g_autoptr (GError) error = NULL;
  TacKeyringImage before = read_image (place);
  struct rlimit old, none;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  none = (struct rlimit){ 100, old.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  g_assert_false (change (place, "a", "b", &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_error (error, TAC_ERROR, TAC_ERROR_FAILED);
  assert_bytes (place, before.bytes, sizeof before.bytes);
  opened = open_as (place, "a", FALSE);
  g_clear_error (&error);
  g_assert_null (tac_keyring_create ("/proc/tacitel/keyring", passphrase, COST_MS, &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "/proc/tacitel"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
#define ADD(name, func) g_test_add ("/keyring/" name, Place, NULL, set_up, func, tear_down)
  ADD ("truncated", test_truncated);
  ADD ("every-bit", test_every_bit);
  ADD ("foreign", test_foreign);
  ADD ("hostile-cost", test_hostile_cost);
  ADD ("newer-version", test_newer_version);
  ADD ("not-ours", test_not_ours);
  ADD ("no-room", test_no_room);
  return g_test_run ();
}
