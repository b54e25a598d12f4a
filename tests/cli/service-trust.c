/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stand-in's keyring, requests for pairing and history. */
#include "service-trust.h"
#include "service-call.h"
#include <gio/gunixfdlist.h>
#include <string.h>
#include <unistd.h>

#define RIGHT "correct horse"

/* All of what the descriptor @handle has, which must end. Returns: (transfer full). */
static char *
read_passphrase (GUnixFDList *fds, GVariant *handle)
{
  g_autoptr (GError) error = NULL;
  char bytes[2048];
  gsize size = 0;
  int fd = g_unix_fd_list_get (fds, g_variant_get_handle (handle), &error);
  g_assert_no_error (error);
  for (ssize_t n = 1; n > 0; size += (gsize)MAX (n, 0))
    n = read (fd, bytes + size, sizeof bytes - size);
  close (fd);
  return g_strndup (bytes, size);
}

static gboolean
on_setup (TacDbusKeyring1 *keyring, GDBusMethodInvocation *invocation, GUnixFDList *fds,
          GVariant *handle, GVariant *options, gpointer user_data)
{
  TestTrust *trust = user_data;
  g_autofree char *passphrase = read_passphrase (fds, handle);
  g_autofree char *text = g_variant_print (options, FALSE);
  g_string_append_printf (trust->orders, "Setup %s %s\n", passphrase, text);
  tac_dbus_keyring1_set_state (keyring, "open");
  tac_dbus_keyring1_set_state_text (keyring, "");
  tac_dbus_keyring1_complete_setup (keyring, invocation, NULL);
  return TRUE;
}

static gboolean
on_unlock (TacDbusKeyring1 *keyring, GDBusMethodInvocation *invocation, GUnixFDList *fds,
           GVariant *handle, GVariant *options, gpointer user_data)
{
  TestTrust *trust = user_data;
  g_autofree char *passphrase = read_passphrase (fds, handle);
  g_autofree char *text = g_variant_print (options, FALSE);
  g_string_append_printf (trust->orders, "Unlock %s %s\n", passphrase, text);
  if (g_str_equal (passphrase, "too often"))
    return test_refuse (invocation, "TryLater", "wait 8 seconds");
  if (!g_str_equal (passphrase, RIGHT))
    return test_refuse (invocation, "WrongPassphrase", "that passphrase opens nothing");
  tac_dbus_keyring1_set_state (keyring, "open");
  tac_dbus_keyring1_complete_unlock (keyring, invocation, NULL);
  return TRUE;
}

static gboolean
on_lock (TacDbusKeyring1 *keyring, GDBusMethodInvocation *invocation, gpointer user_data)
{
  tac_dbus_keyring1_set_state (keyring, "locked");
  tac_dbus_keyring1_set_state_text (keyring, "The store is locked: tacitel unlock");
  tac_dbus_keyring1_complete_lock (keyring, invocation);
  return TRUE;
}

static gboolean
on_change (TacDbusKeyring1 *keyring, GDBusMethodInvocation *invocation, GUnixFDList *fds,
           GVariant *old, GVariant *new, gpointer user_data)
{
  TestTrust *trust = user_data;
  g_autofree char *first = read_passphrase (fds, old);
  g_autofree char *second = read_passphrase (fds, new);
  g_string_append_printf (trust->orders, "ChangePassphrase %s > %s\n", first, second);
  tac_dbus_keyring1_complete_change_passphrase (keyring, invocation, NULL);
  return TRUE;
}

static gboolean
on_duress (TacDbusKeyring1 *keyring, GDBusMethodInvocation *invocation, GUnixFDList *fds,
           GVariant *present, GVariant *duress, gpointer user_data)
{
  TestTrust *trust = user_data;
  g_autofree char *first = read_passphrase (fds, present);
  g_autofree char *second = read_passphrase (fds, duress);
  g_string_append_printf (trust->orders, "SetDuress %s > %s\n", first, second);
  tac_dbus_keyring1_complete_set_duress (keyring, invocation, NULL);
  return TRUE;
}

static gboolean
on_wipe (TacDbusKeyring1 *keyring, GDBusMethodInvocation *invocation, const char *confirmation,
         gpointer user_data)
{
  TestTrust *trust = user_data;
  g_string_append_printf (trust->orders, "Wipe %s\n", confirmation);
  tac_dbus_keyring1_set_state (keyring, "none");
  tac_dbus_keyring1_complete_wipe (keyring, invocation);
  return TRUE;
}

static gboolean
on_set_own_name (TacDbusPairing1 *pairing, GDBusMethodInvocation *invocation, const char *name,
                 gpointer user_data)
{
  TestTrust *trust = user_data;
  g_string_append_printf (trust->orders, "SetOwnName %s\n", name);
  tac_dbus_pairing1_complete_set_own_name (pairing, invocation);
  return TRUE;
}

static gboolean
on_request (TacDbusPairing1 *pairing, GDBusMethodInvocation *invocation, const char *number,
            const char *name, gpointer user_data)
{
  TestTrust *trust = user_data;
  if (*number != '+')
    return test_refuse (invocation, "InvalidNumber", "\"%s\" is not a number", number);
  g_string_append_printf (trust->orders, "Request %s %s\n", number, name);
  tac_dbus_pairing1_complete_request (pairing, invocation);
  return TRUE;
}

static gboolean
on_accept (TacDbusPairing1 *pairing, GDBusMethodInvocation *invocation, const char *number,
           const char *name, const char *key, gpointer user_data)
{
  TestTrust *trust = user_data;
  g_string_append_printf (trust->orders, "Accept %s %s %s\n", number, name, key);
  tac_dbus_pairing1_complete_accept (pairing, invocation, *name != '\0' ? name : "carol");
  return TRUE;
}

static gboolean
on_decline (TacDbusPairing1 *pairing, GDBusMethodInvocation *invocation, const char *number,
            gpointer user_data)
{
  TestTrust *trust = user_data;
  g_string_append_printf (trust->orders, "Decline %s\n", number);
  tac_dbus_pairing1_complete_decline (pairing, invocation);
  return TRUE;
}

static gboolean
refuse_locked (TestTrust *trust, GDBusMethodInvocation *invocation)
{
  if (g_str_equal (tac_dbus_keyring1_get_state (trust->keyring), "open"))
    return FALSE;
  return test_refuse (invocation, "Locked", "the store is locked");
}

static gboolean
on_list_requests (TacDbusPairing1 *pairing, GDBusMethodInvocation *invocation, gpointer user_data)
{
  TestTrust *trust = user_data;
  if (!refuse_locked (trust, invocation))
    tac_dbus_pairing1_complete_list (pairing, invocation, trust->requests);
  return TRUE;
}

static gboolean
on_list_calls (TacDbusHistory1 *history, GDBusMethodInvocation *invocation, GVariant *filter,
               gpointer user_data)
{
  TestTrust *trust = user_data;
  g_autofree char *text = g_variant_print (filter, TRUE);
  g_string_append_printf (trust->orders, "List %s\n", text);
  if (!refuse_locked (trust, invocation))
    tac_dbus_history1_complete_list (history, invocation, trust->calls);
  return TRUE;
}

static gboolean
on_forget (TacDbusHistory1 *history, GDBusMethodInvocation *invocation, GVariant *filter,
           gpointer user_data)
{
  TestTrust *trust = user_data;
  g_autofree char *text = g_variant_print (filter, TRUE);
  g_string_append_printf (trust->orders, "Forget %s\n", text);
  tac_dbus_history1_complete_forget (history, invocation, 2);
  return TRUE;
}

static void
set_list (GVariant **list, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_clear_pointer (list, g_variant_unref);
  *list = g_variant_parse (G_VARIANT_TYPE ("aa{sv}"), text, NULL, NULL, &error);
  g_assert_no_error (error);
}

void
test_trust_set_requests (TestTrust *trust, const char *text)
{
  set_list (&trust->requests, text);
}

void
test_trust_set_calls (TestTrust *trust, const char *text)
{
  set_list (&trust->calls, text);
}

TestTrust *
test_trust_new (GString *orders)
{
  TestTrust *trust = g_new0 (TestTrust, 1);
  trust->orders = orders;
  trust->keyring = tac_dbus_keyring1_skeleton_new ();
  trust->pairing = tac_dbus_pairing1_skeleton_new ();
  trust->history = tac_dbus_history1_skeleton_new ();
  test_trust_set_requests (trust, "[]");
  test_trust_set_calls (trust, "[]");
  tac_dbus_keyring1_set_state (trust->keyring, "open");
  tac_dbus_keyring1_set_state_text (trust->keyring, "");
  g_signal_connect (trust->keyring, "handle-setup", G_CALLBACK (on_setup), trust);
  g_signal_connect (trust->keyring, "handle-unlock", G_CALLBACK (on_unlock), trust);
  g_signal_connect (trust->keyring, "handle-lock", G_CALLBACK (on_lock), trust);
  g_signal_connect (trust->keyring, "handle-change-passphrase", G_CALLBACK (on_change), trust);
  g_signal_connect (trust->keyring, "handle-set-duress", G_CALLBACK (on_duress), trust);
  g_signal_connect (trust->keyring, "handle-wipe", G_CALLBACK (on_wipe), trust);
  g_signal_connect (trust->pairing, "handle-set-own-name", G_CALLBACK (on_set_own_name), trust);
  g_signal_connect (trust->pairing, "handle-request", G_CALLBACK (on_request), trust);
  g_signal_connect (trust->pairing, "handle-accept", G_CALLBACK (on_accept), trust);
  g_signal_connect (trust->pairing, "handle-decline", G_CALLBACK (on_decline), trust);
  g_signal_connect (trust->pairing, "handle-list", G_CALLBACK (on_list_requests), trust);
  g_signal_connect (trust->history, "handle-list", G_CALLBACK (on_list_calls), trust);
  g_signal_connect (trust->history, "handle-forget", G_CALLBACK (on_forget), trust);
  return trust;
}

void
test_trust_free (TestTrust *trust)
{
  g_object_unref (trust->keyring);
  g_object_unref (trust->pairing);
  g_object_unref (trust->history);
  g_variant_unref (trust->requests);
  g_variant_unref (trust->calls);
  g_free (trust);
}
