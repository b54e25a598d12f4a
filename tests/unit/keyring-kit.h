/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A keyring in a folder of its own, for the tests of it. */
#pragma once
#include "daemon/errors.h"
#include "daemon/keyring-image.h"
#include "daemon/keyring.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define COST_MS 1 /* the least: 1 MiB, one pass */

typedef struct
{
  char *folder, *path;
} Place;

static inline void
set_up (Place *place, gconstpointer data)
{
  place->folder = g_dir_make_tmp ("tacitel-keyring-XXXXXX", NULL);
  place->path = g_build_filename (place->folder, "keyring", NULL);
}

static inline void
tear_down (Place *place, gconstpointer data)
{
  g_chmod (place->folder, 0700);
  g_remove (place->path);
  g_assert_cmpint (g_rmdir (place->folder), ==, 0); /* nothing else was left there */
  g_free (place->path);
  g_free (place->folder);
}

static inline TacPassphrase *
pass (const char *text)
{
  TacPassphrase *passphrase = sodium_malloc (sizeof *passphrase);

  passphrase->size = strlen (text);
  memcpy (passphrase->bytes, text, passphrase->size);
  return passphrase;
}

static inline TacKeys *
create (const Place *place, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TacPassphrase) passphrase = pass (text);
  TacKeys *keys = tac_keyring_create (place->path, passphrase, COST_MS, &error);

  g_assert_no_error (error);
  return keys;
}

static inline TacKeys *
try_open (const Place *place, const char *text, gboolean *duress, GError **error)
{
  g_autoptr (TacPassphrase) passphrase = pass (text);

  return tac_keyring_open (place->path, passphrase, duress, error);
}

static inline TacKeys *
open_as (const Place *place, const char *text, gboolean duress)
{
  g_autoptr (GError) error = NULL;
  gboolean was_duress = !duress;
  TacKeys *keys = try_open (place, text, &was_duress, &error);

  g_assert_no_error (error);
  g_assert_cmpint (was_duress, ==, duress);
  return keys;
}

static inline void
assert_refused (const Place *place, const char *text, TacError code)
{
  g_autoptr (GError) error = NULL;
  gboolean duress = TRUE;

  g_assert_null (try_open (place, text, &duress, &error));
  g_assert_error (error, TAC_ERROR, (int)code);
  g_assert_false (duress);
}

static inline gboolean
change (const Place *place, const char *old, const char *new, GError **error)
{
  g_autoptr (TacPassphrase) a = pass (old), b = pass (new);

  return tac_keyring_change (place->path, a, b, error);
}

static inline gboolean
set_duress (const Place *place, const char *passphrase, const char *duress, GError **error)
{
  g_autoptr (TacPassphrase) a = pass (passphrase), b = pass (duress);

  return tac_keyring_set_duress (place->path, a, b, COST_MS, error);
}

static inline void
must (gboolean ok, GError *error)
{
  g_assert_no_error (error);
  g_assert_true (ok);
}
#define MUST(call)                                                                                 \
  G_STMT_START                                                                                     \
  {                                                                                                \
    GError *failure = NULL;                                                                        \
    gboolean ok = (call);                                                                          \
    must (ok, failure);                                                                            \
  }                                                                                                \
  G_STMT_END

static inline void
assert_same (const TacKeys *a, const TacKeys *b)
{
  g_assert_cmpmem (&a->identity, sizeof a->identity, &b->identity, sizeof b->identity);
  g_assert_cmpmem (a->store_key, sizeof a->store_key, b->store_key, sizeof b->store_key);
}

static inline void
assert_differ (const TacKeys *a, const TacKeys *b)
{
  g_assert_true (memcmp (a->identity.secret, b->identity.secret, TAC_KEY_SIZE) != 0);
  g_assert_true (memcmp (a->store_key, b->store_key, sizeof a->store_key) != 0);
}

static inline TacKeyringImage
read_image (const Place *place)
{
  g_autofree char *bytes = NULL;
  TacKeyringImage image;
  gsize size;

  g_assert_true (g_file_get_contents (place->path, &bytes, &size, NULL));
  g_assert_cmpuint (size, ==, TAC_KEYRING_SIZE);
  memcpy (image.bytes, bytes, size);
  return image;
}

static inline void
write_bytes (const Place *place, const void *bytes, gsize size)
{
  g_autoptr (GError) error = NULL;

  g_remove (place->path);
  g_file_set_contents_full (place->path, bytes, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0600,
                            &error);
  g_assert_no_error (error);
}

static inline void
assert_bytes (const Place *place, const void *bytes, gsize size)
{
  g_autofree char *now = NULL;
  gsize size_now;

  g_assert_true (g_file_get_contents (place->path, &now, &size_now, NULL));
  g_assert_cmpmem (now, size_now, bytes, size);
}
