/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Keyring1. */
#include "daemon/keyring-service.h"

#include "daemon/errors.h"
#include "tacitel-dbus.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

struct TacKeyringService
{
  TacVault *vault;
  TacDbusKeyring1 *skeleton;
  TacEndCallsFunc end_calls;
  gpointer user_data;
};

/* A method that waits for the end of the calls; it may come after the service's. */
typedef struct
{
  TacVault *vault;
  GDBusMethodInvocation *invocation;
  gboolean wipe;
} Ending;

static void
reply (GDBusMethodInvocation *invocation, gboolean ok, GError *error)
{
  if (ok)
    g_dbus_method_invocation_return_value (invocation, NULL);
  else
    g_dbus_method_invocation_take_error (invocation, error);
}

static void
refuse (GDBusMethodInvocation *invocation, const char *why)
{
  g_dbus_method_invocation_return_error_literal (invocation, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                                                 why);
}

static void
on_finished (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  gboolean ok = tac_vault_finish (TAC_VAULT (source), result, &error);

  reply (user_data, ok, error);
}

/* The descriptor that @handle stands for, the caller's; -1 where there is none. */
static int
take_fd (GUnixFDList *fds, GVariant *handle)
{
  gint32 index = g_variant_get_handle (handle);

  if (fds == NULL || index < 0 || index >= g_unix_fd_list_get_length (fds))
    return -1;
  return g_unix_fd_list_get (fds, index, NULL);
}

/* One passphrase; a refused one is told, and gives -1. */
static int
take_passphrase (GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *handle)
{
  int fd = take_fd (fds, handle);

  if (fd < 0)
    refuse (invocation, "a passphrase comes as a file descriptor, and there is none");
  return fd;
}

static gboolean
parse_options (GVariant *options, TacVaultFlags *flags)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;
  gboolean ok = TRUE;

  *flags = 0;
  g_variant_iter_init (&iter, options);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      if (!g_str_equal (key, "SetAside") || !g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
        ok = FALSE;
      else if (g_variant_get_boolean (value))
        *flags |= TAC_VAULT_SET_ASIDE;
      g_variant_unref (value);
    }
  return ok;
}

typedef void (*OpenFunc) (TacVault *vault, int passphrase, TacVaultFlags flags,
                          GAsyncReadyCallback callback, gpointer user_data);

static gboolean
open_with (TacKeyringService *service, GDBusMethodInvocation *invocation, GUnixFDList *fds,
           GVariant *passphrase, GVariant *options, OpenFunc func)
{
  TacVaultFlags flags;
  int fd;

  if (!parse_options (options, &flags))
    refuse (invocation, "unknown option; there is \"SetAside\" (b)");
  else if ((fd = take_passphrase (invocation, fds, passphrase)) >= 0)
    func (service->vault, fd, flags, on_finished, invocation);
  return TRUE;
}

static gboolean
on_setup (TacKeyringService *service, GDBusMethodInvocation *invocation, GUnixFDList *fds,
          GVariant *passphrase, GVariant *options)
{
  return open_with (service, invocation, fds, passphrase, options, tac_vault_setup_async);
}

static gboolean
on_unlock (TacKeyringService *service, GDBusMethodInvocation *invocation, GUnixFDList *fds,
           GVariant *passphrase, GVariant *options)
{
  return open_with (service, invocation, fds, passphrase, options, tac_vault_unlock_async);
}

typedef void (*PairFunc) (TacVault *vault, int first, int second, GAsyncReadyCallback callback,
                          gpointer user_data);

static gboolean
with_two (TacKeyringService *service, GDBusMethodInvocation *invocation, GUnixFDList *fds,
          GVariant *a, GVariant *b, PairFunc func)
{
  int first = take_passphrase (invocation, fds, a), second;

  if (first < 0)
    return TRUE;
  second = take_passphrase (invocation, fds, b);
  if (second >= 0)
    func (service->vault, first, second, on_finished, invocation);
  else
    close (first);
  return TRUE;
}

static gboolean
on_change_passphrase (TacKeyringService *service, GDBusMethodInvocation *invocation,
                      GUnixFDList *fds, GVariant *old, GVariant *new)
{
  return with_two (service, invocation, fds, old, new, tac_vault_change_async);
}

static gboolean
on_set_duress (TacKeyringService *service, GDBusMethodInvocation *invocation, GUnixFDList *fds,
               GVariant *passphrase, GVariant *duress)
{
  return with_two (service, invocation, fds, passphrase, duress, tac_vault_set_duress_async);
}

static gboolean
on_calls_ended (gpointer user_data)
{
  Ending *ending = user_data;
  GError *error = NULL;
  gboolean ok = ending->wipe ? tac_vault_wipe (ending->vault, &error)
                             : tac_vault_lock (ending->vault, &error);

  reply (ending->invocation, ok, error);
  g_object_unref (ending->vault);
  g_free (ending);
  return G_SOURCE_REMOVE;
}

static void
end_calls (TacKeyringService *service, GDBusMethodInvocation *invocation, gboolean wipe)
{
  Ending *ending = g_new0 (Ending, 1);

  ending->vault = g_object_ref (service->vault);
  ending->invocation = invocation;
  ending->wipe = wipe;
  service->end_calls (on_calls_ended, ending, service->user_data);
}

static gboolean
on_lock (TacKeyringService *service, GDBusMethodInvocation *invocation)
{
  end_calls (service, invocation, FALSE);
  return TRUE;
}

static gboolean
on_wipe (TacKeyringService *service, GDBusMethodInvocation *invocation, const char *confirmation)
{
  if (!g_str_equal (confirmation, "wipe"))
    {
      refuse (invocation, "to destroy the identity and the store for good, confirm with \"wipe\"");
      return TRUE;
    }
  /* Calls take seconds to end; whoever wipes may not have them. A failure comes again, and is told,
   * in the wipe that follows. */
  tac_vault_destroy_keys (service->vault, NULL);
  end_calls (service, invocation, TRUE);
  return TRUE;
}

static void
on_changed (TacKeyringService *service)
{
  static const char *const states[] = {
    [TAC_VAULT_NONE] = "none",
    [TAC_VAULT_LOCKED] = "locked",
    [TAC_VAULT_OPEN] = "open",
    [TAC_VAULT_DAMAGED] = "damaged",
  };
  TacVault *vault = service->vault;

  tac_dbus_keyring1_set_state (service->skeleton, states[tac_vault_get_state (vault)]);
  tac_dbus_keyring1_set_state_text (service->skeleton, tac_vault_get_text (vault));
  tac_dbus_keyring1_set_someone_called (service->skeleton, tac_vault_get_someone_called (vault));
}

TacKeyringService *
tac_keyring_service_new (TacVault *vault, GDBusObjectSkeleton *object,
                         TacEndCallsFunc end_calls_func, gpointer user_data)
{
  TacKeyringService *service = g_new0 (TacKeyringService, 1);
  TacDbusKeyring1 *skeleton = tac_dbus_keyring1_skeleton_new ();
  const struct
  {
    const char *signal;
    GCallback handler;
  } handlers[] = { { "handle-setup", G_CALLBACK (on_setup) },
                   { "handle-unlock", G_CALLBACK (on_unlock) },
                   { "handle-lock", G_CALLBACK (on_lock) },
                   { "handle-change-passphrase", G_CALLBACK (on_change_passphrase) },
                   { "handle-set-duress", G_CALLBACK (on_set_duress) },
                   { "handle-wipe", G_CALLBACK (on_wipe) } };

  service->vault = vault;
  service->skeleton = skeleton;
  service->end_calls = end_calls_func;
  service->user_data = user_data;
  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect_swapped (skeleton, handlers[i].signal, handlers[i].handler, service);
  g_signal_connect_swapped (vault, "changed", G_CALLBACK (on_changed), service);
  on_changed (service);
  g_dbus_object_skeleton_add_interface (object, G_DBUS_INTERFACE_SKELETON (skeleton));
  return service;
}

void
tac_keyring_service_free (TacKeyringService *service)
{
  g_signal_handlers_disconnect_by_data (service->vault, service);
  g_object_unref (service->skeleton);
  g_free (service);
}
