/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a passphrase opens, and whether it is open. */
#include "daemon/vault.h"

#include "daemon/errors.h"
#include "daemon/vault-private.h"

#include <errno.h>
#include <sodium.h>
#include <sys/mman.h>

#define GUARDED_SIZE 65536 /* more than keys, passphrases and a call need at once */

G_DEFINE_FINAL_TYPE (TacVault, tac_vault, G_TYPE_OBJECT)

enum
{
  CHANGED,
  OPENED,
  CLOSING,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
set_state (TacVault *vault, TacVaultState state, char *text)
{
  gboolean changed = state != vault->state || g_strcmp0 (text, vault->text) != 0;

  vault->state = state;
  g_free (vault->text);
  vault->text = text;
  if (changed)
    g_signal_emit (vault, signals[CHANGED], 0);
}

void
tac_vault_look (TacVault *vault)
{
  g_autoptr (GError) error = NULL;

  if (vault->keys != NULL)
    {
      set_state (vault, TAC_VAULT_OPEN, g_strdup (""));
      return;
    }
  switch (tac_keyring_look (vault->folder->keyring, &error))
    {
    case TAC_KEYRING_NONE:
      if (g_file_test (vault->folder->store, G_FILE_TEST_EXISTS))
        set_state (
            vault, TAC_VAULT_DAMAGED,
            g_strdup_printf ("%s is missing, without which nothing opens %s: restore it from "
                             "a backup; or begin anew, keeping the store beside: tacitel "
                             "setup --set-aside",
                             vault->folder->keyring, vault->folder->store));
      else
        set_state (vault, TAC_VAULT_NONE,
                   g_strdup ("this phone has no identity yet; make one: tacitel setup"));
      break;
    case TAC_KEYRING_THERE:
      set_state (vault, TAC_VAULT_LOCKED,
                 g_strdup ("this phone is locked; to open it: tacitel unlock"));
      break;
    case TAC_KEYRING_DAMAGED:
      set_state (vault, TAC_VAULT_DAMAGED,
                 g_strdup_printf ("%s. Restore it from a backup; or begin anew, keeping it beside: "
                                  "tacitel setup --set-aside",
                                  error->message));
      break;
    }
}

static void
close_store (TacVault *vault)
{
  if (vault->keys == NULL)
    return;
  g_signal_emit (vault, signals[CLOSING], 0);
  g_clear_object (&vault->history);
  g_clear_object (&vault->contacts);
  g_clear_pointer (&vault->store, tac_store_close);
  g_clear_pointer (&vault->keys, tac_keys_free);
}

void
tac_vault_opened (TacVault *vault, TacKeys *keys, TacStore *store)
{
  vault->keys = keys;
  vault->store = store;
  vault->contacts = tac_contacts_new (store, &keys->identity);
  vault->history = tac_history_new (store, vault->config);
  vault->state = TAC_VAULT_OPEN;
  g_clear_pointer (&vault->text, g_free);
  vault->text = g_strdup ("");
  g_signal_emit (vault, signals[OPENED], 0);
  g_signal_emit (vault, signals[CHANGED], 0);
}

gboolean
tac_vault_lock (TacVault *vault, GError **error)
{
  if (vault->work != NULL)
    vault->work->abandoned = TRUE;
  close_store (vault);
  tac_vault_look (vault);
  return vault->state != TAC_VAULT_NONE || tac_vault_check_open (vault, error);
}

gboolean
tac_vault_destroy_keys (TacVault *vault, GError **error)
{
  gboolean ok;

  g_mutex_lock (&vault->files);
  if (vault->work != NULL)
    vault->work->cancelled = vault->work->abandoned = TRUE;
  ok = tac_keyring_wipe (vault->folder->keyring, error);
  g_mutex_unlock (&vault->files);
  return ok;
}

gboolean
tac_vault_wipe (TacVault *vault, GError **error)
{
  gboolean keys = tac_vault_destroy_keys (vault, error), others;

  close_store (vault);
  others = tac_vault_folder_wipe (vault->folder, keys ? error : NULL);
  tac_someone_called_take (vault->called);
  tac_attempts_reset (&vault->attempts);
  tac_vault_look (vault);
  return keys && others;
}

TacVaultState
tac_vault_get_state (TacVault *vault)
{
  return vault->state;
}

const char *
tac_vault_get_text (TacVault *vault)
{
  return vault->text;
}

gboolean
tac_vault_check_open (TacVault *vault, GError **error)
{
  static const TacError codes[] = {
    [TAC_VAULT_NONE] = TAC_ERROR_NOT_SET_UP,
    [TAC_VAULT_LOCKED] = TAC_ERROR_LOCKED,
    [TAC_VAULT_DAMAGED] = TAC_ERROR_DAMAGED,
  };

  if (vault->state == TAC_VAULT_OPEN)
    return tac_store_check (vault->store, error); /* a read may have met damage since */
  g_set_error_literal (error, TAC_ERROR, (int)codes[vault->state], vault->text);
  return FALSE;
}

const TacKeyPair *
tac_vault_identity (TacVault *vault)
{
  return vault->keys != NULL ? &vault->keys->identity : NULL;
}

TacStore *
tac_vault_store (TacVault *vault)
{
  return vault->store;
}

TacContacts *
tac_vault_contacts (TacVault *vault)
{
  return vault->contacts;
}

TacHistory *
tac_vault_history (TacVault *vault)
{
  return vault->history;
}

void
tac_vault_someone_called (TacVault *vault)
{
  tac_someone_called_add (vault->called);
  g_signal_emit (vault, signals[CHANGED], 0);
}

guint
tac_vault_get_someone_called (TacVault *vault)
{
  return tac_someone_called_get (vault->called);
}

guint
tac_vault_take_someone_called (TacVault *vault)
{
  guint count = tac_someone_called_take (vault->called);

  if (count > 0)
    g_signal_emit (vault, signals[CHANGED], 0);
  return count;
}

/* sodium_malloc() goes on where it cannot lock; then a key may reach the swap. */
static void
check_guarded_memory (void)
{
  void *memory = sodium_malloc (GUARDED_SIZE);

  if (memory == NULL || mlock (memory, GUARDED_SIZE) < 0)
    g_warning ("keys may be written to swap: memory cannot be locked (%s). Raise the limit: "
               "LimitMEMLOCK= of the service, or \"ulimit -l\"",
               g_strerror (errno));
  sodium_free (memory);
}

TacVault *
tac_vault_new (const char *path, const TacConfig *config, GError **error)
{
  TacVaultFolder *folder = tac_vault_folder_open (path, error);
  TacVault *vault;

  if (folder == NULL)
    return NULL;
  check_guarded_memory ();
  vault = g_object_new (TAC_TYPE_VAULT, NULL);
  vault->config = config;
  vault->folder = folder;
  vault->called = tac_someone_called_new (folder->someone_called);
  tac_vault_look (vault);
  return vault;
}

static void
tac_vault_dispose (GObject *object)
{
  close_store (TAC_VAULT (object));
  G_OBJECT_CLASS (tac_vault_parent_class)->dispose (object);
}

static void
tac_vault_finalize (GObject *object)
{
  TacVault *vault = TAC_VAULT (object);

  g_clear_pointer (&vault->called, tac_someone_called_free);
  g_clear_pointer (&vault->folder, tac_vault_folder_close);
  g_mutex_clear (&vault->files);
  g_free (vault->text);
  G_OBJECT_CLASS (tac_vault_parent_class)->finalize (object);
}

static void
tac_vault_class_init (TacVaultClass *klass)
{
  static const char *const names[] = { "changed", "opened", "closing" };

  G_OBJECT_CLASS (klass)->dispose = tac_vault_dispose;
  G_OBJECT_CLASS (klass)->finalize = tac_vault_finalize;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], TAC_TYPE_VAULT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
}

static void
tac_vault_init (TacVault *vault)
{
  g_mutex_init (&vault->files);
}
