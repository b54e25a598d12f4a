/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A vault in a folder of its own, and its operations without their waiting. */
#pragma once
#include "daemon/errors.h"
#include "daemon/vault.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct
{
  char *folder, *keyring, *store;
  TacConfig *config;
  TacVault *vault;
  GString *events; /* a letter a signal: o(pened), c(losing), h (changed) */
  GError *error;   /* of the last operation */
  gboolean done, ok;
} Place;

static inline void
on_event (Place *place, const char *letter)
{
  g_string_append (place->events, letter);
}

static inline void
on_opened (Place *place)
{
  on_event (place, "o");
}

static inline void
on_closing (Place *place)
{
  g_assert_nonnull (tac_vault_contacts (place->vault)); /* still there, for those who let go */
  on_event (place, "c");
}

static inline void
on_changed (Place *place)
{
  on_event (place, "h");
}

static inline void
start (Place *place)
{
  g_autoptr (GError) error = NULL;

  place->vault = tac_vault_new (place->folder, place->config, &error);
  g_assert_no_error (error);
  g_signal_connect_swapped (place->vault, "opened", G_CALLBACK (on_opened), place);
  g_signal_connect_swapped (place->vault, "closing", G_CALLBACK (on_closing), place);
  g_signal_connect_swapped (place->vault, "changed", G_CALLBACK (on_changed), place);
}

static inline void
restart (Place *place)
{
  g_object_unref (place->vault); /* which is still place->vault to on_closing() */
  start (place);
}

static inline void
set_up (Place *place, gconstpointer data)
{
  place->folder = g_dir_make_tmp ("tacitel-vault-XXXXXX", NULL);
  place->keyring = g_build_filename (place->folder, "keyring", NULL);
  place->store = g_build_filename (place->folder, "store.db", NULL);
  place->config = tac_config_load_files ((const char *const[]){ NULL }, NULL);
  place->config->keyring_cost_ms = 1;
  place->events = g_string_new (NULL);
  start (place);
}

static inline void
tear_down (Place *place, gconstpointer data)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_object_unref (place->vault);
  dir = g_dir_open (place->folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (place->folder, name, NULL);

      g_remove (path);
    }
  g_assert_cmpint (g_rmdir (place->folder), ==, 0);
  g_clear_error (&place->error);
  g_string_free (place->events, TRUE);
  tac_config_free (place->config);
  g_free (place->store);
  g_free (place->keyring);
  g_free (place->folder);
}

static inline int
fd_of (const char *text)
{
  int fd = memfd_create ("passphrase", MFD_CLOEXEC);

  g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize)strlen (text));
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  return fd;
}

static inline void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Place *place = user_data;

  g_clear_error (&place->error);
  place->ok = tac_vault_finish (TAC_VAULT (source), result, &place->error);
  place->done = TRUE;
}

static inline gboolean
wait_done (Place *place)
{
  while (!place->done)
    g_main_context_iteration (NULL, TRUE);
  place->done = FALSE;
  return place->ok;
}

static inline gboolean
make (Place *place, const char *text, TacVaultFlags flags)
{
  tac_vault_setup_async (place->vault, fd_of (text), flags, on_done, place);
  return wait_done (place);
}

static inline gboolean
unlock (Place *place, const char *text, TacVaultFlags flags)
{
  tac_vault_unlock_async (place->vault, fd_of (text), flags, on_done, place);
  return wait_done (place);
}

static inline gboolean
change (Place *place, const char *old, const char *new)
{
  tac_vault_change_async (place->vault, fd_of (old), fd_of (new), on_done, place);
  return wait_done (place);
}

static inline gboolean
set_duress (Place *place, const char *passphrase, const char *duress)
{
  tac_vault_set_duress_async (place->vault, fd_of (passphrase), fd_of (duress), on_done, place);
  return wait_done (place);
}

static inline void
lock (Place *place)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = tac_vault_lock (place->vault, &error);

  g_assert_no_error (error);
  g_assert_true (ok);
}

#define assert_ok(place, call)                                                                     \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gboolean succeeded = (call);                                                                   \
    g_assert_no_error ((place)->error);                                                            \
    g_assert_true (succeeded);                                                                     \
  }                                                                                                \
  G_STMT_END

#define assert_fails(place, call, code)                                                            \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_false (call);                                                                         \
    g_assert_error ((place)->error, TAC_ERROR, (int)(code));                                       \
  }                                                                                                \
  G_STMT_END

static inline void
add_contact (Place *place, const char *name, const char *number)
{
  g_autoptr (GError) error = NULL;
  TacKeyPair pair;
  guint8 secret[TAC_KEY_SIZE];

  randombytes_buf (secret, sizeof secret);
  tac_noise_key_pair (&pair, secret);
  tac_contacts_add (tac_vault_contacts (place->vault), name, number, pair.public, &error);
  g_assert_no_error (error);
}

/* Files of the folder whose name begins so. */
static inline guint
count_files (const Place *place, const char *prefix)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_prefix (name, prefix);
  return n;
}
