/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The identity: made once, kept, and never overwritten. */
#include "daemon/keyring.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *folder, *path;
} Place;

static void
set_up (Place *place, gconstpointer data)
{
  place->folder = g_dir_make_tmp ("tacitel-keyring-XXXXXX", NULL);
  place->path = g_build_filename (place->folder, "tacitel", "identity", NULL);
}

static void
tear_down (Place *place, gconstpointer data)
{
  g_autofree char *inner = g_path_get_dirname (place->path);

  g_remove (place->path);
  g_rmdir (inner);
  g_rmdir (place->folder);
  g_free (place->path);
  g_free (place->folder);
}

static guint
mode_of (const char *path)
{
  struct stat status;

  g_assert_cmpint (g_stat (path, &status), ==, 0);
  return status.st_mode & 07777;
}

static void
make (const Place *place, TacKeyPair *identity)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TacKeyring) keyring = tac_keyring_open (place->path, &error);

  g_assert_no_error (error);
  *identity = *tac_keyring_identity (keyring);
}

static void
test_made_once (Place *place, gconstpointer data)
{
  g_autofree char *inner = g_path_get_dirname (place->path);
  guint8 public[TAC_KEY_SIZE];
  TacKeyPair first, second;

  make (place, &first);
  make (place, &second);
  g_assert_cmpmem (&first, sizeof first, &second, sizeof second);
  crypto_scalarmult_base (public, first.secret);
  g_assert_cmpmem (public, sizeof public, first.public, sizeof first.public);
  g_assert_cmpuint (mode_of (place->path), ==, 0600);
  g_assert_cmpuint (mode_of (inner), ==, 0700);

  g_remove (place->path);
  make (place, &second);
  g_assert_cmpint (memcmp (&first, &second, sizeof first), !=, 0);
}

/* Opening must fail, name the file, and leave every byte of it. */
static void
assert_refused (const Place *place, const char *bytes, gsize size, const char *what)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *after = NULL;
  gsize size_after;
  guint mode = mode_of (place->path);

  if (tac_keyring_open (place->path, &error) != NULL)
    g_error ("%s, %zu bytes: accepted", what, size);
  g_assert_nonnull (strstr (error->message, place->path));
  g_assert_true (g_file_get_contents (place->path, &after, &size_after, NULL));
  g_assert_cmpmem (after, size_after, bytes, size);
  g_assert_cmpuint (mode_of (place->path), ==, mode);
}

static void
write_file (const Place *place, const char *bytes, gsize size)
{
  g_assert_true (g_file_set_contents_full (place->path, bytes, (gssize)size,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

static void
test_truncated (Place *place, gconstpointer data)
{
  g_autofree char *good = NULL;
  TacKeyPair identity;
  gsize size;

  make (place, &identity);
  g_assert_true (g_file_get_contents (place->path, &good, &size, NULL));
  for (gsize n = 0; n < size; n++)
    {
      write_file (place, good, n);
      assert_refused (place, good, n, "truncated");
    }
}

static void
test_damaged (Place *place, gconstpointer data)
{
  g_autofree char *good = NULL, *bad = NULL;
  TacKeyPair identity;
  gsize size;

  make (place, &identity);
  g_assert_true (g_file_get_contents (place->path, &good, &size, NULL));
  bad = g_malloc (size + 1);
  for (gsize i = 0; i < size; i++)
    {
      memcpy (bad, good, size);
      bad[i] = bad[i] == 'x' ? 'y' : 'x'; /* no hexadecimal digit */
      write_file (place, bad, size);
      assert_refused (place, bad, size, "damaged");
    }
  memcpy (bad, good, size);
  bad[size] = '\n';
  write_file (place, bad, size + 1);
  assert_refused (place, bad, size + 1, "too long");
  memcpy (bad, good, size);
  memset (bad + size - 1 - 2 * TAC_KEY_SIZE, '0', 2 * TAC_KEY_SIZE);
  write_file (place, bad, size);
  assert_refused (place, bad, size, "the zero key");
}

static void
test_foreign (Place *place, gconstpointer data)
{
  static const char text[] = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  TacKeyPair identity;

  make (place, &identity);
  write_file (place, text, sizeof text - 1);
  assert_refused (place, text, sizeof text - 1, "foreign");
}

static void
test_readable_by_others (Place *place, gconstpointer data)
{
  static const int modes[] = { 0640, 0604, 0660, 0644, 0610, 0601, 0602, 0666 };
  g_autofree char *good = NULL;
  TacKeyPair before, after;
  gsize size;

  make (place, &before);
  g_assert_true (g_file_get_contents (place->path, &good, &size, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_assert_cmpint (g_chmod (place->path, modes[i]), ==, 0);
      assert_refused (place, good, size, "readable by others");
    }
  g_assert_cmpint (g_chmod (place->path, 0600), ==, 0);
  make (place, &after);
  g_assert_cmpmem (&before, sizeof before, &after, sizeof after);
}

static void
test_no_file (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (place->path, 0700), ==, 0);
  g_assert_null (tac_keyring_open (place->path, &error));
  g_assert_nonnull (strstr (error->message, place->path));
  g_rmdir (place->path);

  g_clear_error (&error);
  g_assert_cmpint (mkfifo (place->path, 0600), ==, 0);
  g_assert_null (tac_keyring_open (place->path, &error)); /* and waits for no writer */
  g_assert_nonnull (strstr (error->message, place->path));
}

static void
test_another_users (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  TacKeyPair identity;

  make (place, &identity);
  if (chown (place->path, 65534, (gid_t)-1) < 0)
    {
      g_test_skip ("only root can give a file away");
      return;
    }
  g_assert_null (tac_keyring_open (place->path, &error));
  g_assert_nonnull (strstr (error->message, "another user"));
}

/* Folders where nothing can be made, not even by root. */
static void
test_unwritable (Place *place, gconstpointer data)
{
  static const char *const paths[] = { "/proc/tacitel/identity", "/dev/null/identity" };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *folder = g_path_get_dirname (paths[i]);

      g_assert_null (tac_keyring_open (paths[i], &error));
      g_assert_nonnull (strstr (error->message, folder));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
#define ADD(name, func) g_test_add (name, Place, NULL, set_up, func, tear_down)
  ADD ("/keyring/made-once", test_made_once);
  ADD ("/keyring/truncated", test_truncated);
  ADD ("/keyring/damaged", test_damaged);
  ADD ("/keyring/foreign", test_foreign);
  ADD ("/keyring/readable-by-others", test_readable_by_others);
  ADD ("/keyring/no-file", test_no_file);
  ADD ("/keyring/another-users", test_another_users);
  ADD ("/keyring/unwritable", test_unwritable);
  return g_test_run ();
}
