/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The identity: made once, kept in a file: a line that says what it is, then the secret key in
 * hexadecimal. */
#include "daemon/keyring.h"

#include "daemon/store-file.h"

#include <gio/gio.h>
#include <sodium.h>
#include <string.h>

#define MAGIC "tacitel-identity-1\n"
#define HEX_SIZE (2 * (gsize)TAC_KEY_SIZE)
#define FILE_SIZE (sizeof MAGIC - 1 + HEX_SIZE + 1)

struct TacKeyring
{
  TacKeyPair *identity; /* in guarded memory */
};

static gboolean
parse (TacKeyring *keyring, const char *path, const char *bytes, gsize size, GError **error)
{
  uint8_t secret[TAC_KEY_SIZE];
  gsize decoded = 0;
  gboolean ok = size == FILE_SIZE && memcmp (bytes, MAGIC, sizeof MAGIC - 1) == 0
                && bytes[FILE_SIZE - 1] == '\n'
                && sodium_hex2bin (secret, sizeof secret, bytes + sizeof MAGIC - 1, HEX_SIZE, NULL,
                                   &decoded, NULL)
                       == 0
                && decoded == sizeof secret && !sodium_is_zero (secret, sizeof secret);

  if (ok)
    tac_noise_key_pair (keyring->identity, secret);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "%s is damaged, or no identity of Tacitel's; it was left as it is. Restore it "
                 "from a backup, or move it away to get a new identity (contacts must then get "
                 "your new key)",
                 path);
  sodium_memzero (secret, sizeof secret);
  return ok;
}

static gboolean
make (TacKeyring *keyring, const char *path, GError **error)
{
  uint8_t secret[TAC_KEY_SIZE];
  char text[FILE_SIZE + 1] = MAGIC;
  gboolean ok;

  randombytes_buf (secret, sizeof secret);
  tac_noise_key_pair (keyring->identity, secret);
  sodium_bin2hex (text + sizeof MAGIC - 1, HEX_SIZE + 1, secret, sizeof secret);
  text[FILE_SIZE - 1] = '\n';
  ok = tac_store_file_write (path, text, FILE_SIZE, error);
  sodium_memzero (secret, sizeof secret);
  sodium_memzero (text, sizeof text);
  return ok;
}

TacKeyring *
tac_keyring_open (const char *path, GError **error)
{
  g_autoptr (TacKeyring) keyring = g_new0 (TacKeyring, 1);
  char *bytes = NULL;
  gsize size = 0;
  gboolean found, ok;

  keyring->identity = sodium_malloc (sizeof *keyring->identity);
  if (keyring->identity == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                           "no locked memory for the keys: raise the limit (ulimit -l)");
      return NULL;
    }
  if (!tac_store_file_read (path, FILE_SIZE, &bytes, &size, &found, error))
    return NULL;
  ok = found ? parse (keyring, path, bytes, size, error) : make (keyring, path, error);
  if (bytes != NULL)
    sodium_memzero (bytes, size);
  g_free (bytes);
  if (!ok)
    return NULL;
  sodium_mprotect_readonly (keyring->identity);
  return g_steal_pointer (&keyring);
}

void
tac_keyring_free (TacKeyring *keyring)
{
  sodium_free (keyring->identity); /* wipes */
  g_free (keyring);
}

const TacKeyPair *
tac_keyring_identity (const TacKeyring *keyring)
{
  return keyring->identity;
}
