/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Keyring1, over a connection of its own: descriptors, options, errors by name, and
 * that calls end before it locks. */
#include "vault-kit.h"

#include "daemon/keyring-service.h"

#include <gio/gunixfdlist.h>
#include <sys/socket.h>

#define OBJECT "/org/tacitel/Tacitel"
#define INTERFACE "org.tacitel.Keyring1"

typedef struct
{
  Place place;
  GDBusConnection *server, *client;
  GDBusObjectSkeleton *object;
  TacKeyringService *service;
  GSourceFunc end; /* what waits for the end of the calls */
  gpointer end_data;
  GError *error; /* of the last method */
  gboolean replied;
} Wire;

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusConnection **connection = user_data;

  *connection = g_dbus_connection_new_finish (result, NULL);
  g_assert_nonnull (*connection);
}

static void
connect_end (int fd, GDBusConnectionFlags flags, GDBusConnection **connection)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);
  g_autoptr (GSocketConnection) stream = g_socket_connection_factory_create_connection (socket);
  g_autofree char *guid = g_dbus_generate_guid ();
  gboolean server = (flags & G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER) != 0;

  g_dbus_connection_new (G_IO_STREAM (stream), server ? guid : NULL, flags, NULL, NULL,
                         on_connected, connection);
}

static void
end_calls (GSourceFunc done, gpointer done_data, gpointer user_data)
{
  Wire *wire = user_data;

  g_assert_null (wire->end);
  wire->end = done;
  wire->end_data = done_data;
}

static void
set_up_wire (Wire *wire, gconstpointer data)
{
  g_autoptr (GDBusInterface) interface = NULL;
  g_autoptr (GError) error = NULL;
  int ends[2];

  set_up (&wire->place, NULL);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  connect_end (ends[0], G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER, &wire->server);
  connect_end (ends[1], G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, &wire->client);
  while (wire->server == NULL || wire->client == NULL)
    g_main_context_iteration (NULL, TRUE);
  wire->object = g_dbus_object_skeleton_new (OBJECT);
  wire->service = tac_keyring_service_new (wire->place.vault, wire->object, end_calls, wire);
  interface = g_dbus_object_get_interface (G_DBUS_OBJECT (wire->object), INTERFACE);
  g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (interface), wire->server, OBJECT,
                                    &error);
  g_assert_no_error (error);
}

static void
tear_down_wire (Wire *wire, gconstpointer data)
{
  tac_keyring_service_free (wire->service);
  g_object_unref (wire->object);
  g_object_unref (wire->client);
  g_object_unref (wire->server);
  g_clear_error (&wire->error);
  tear_down (&wire->place, NULL);
}

static void
on_replied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Wire *wire = user_data;
  g_autoptr (GVariant) reply = NULL;

  g_clear_error (&wire->error);
  reply = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source), NULL, result,
                                                           &wire->error);
  g_assert_true (reply == NULL || g_variant_n_children (reply) == 0);
  wire->replied = TRUE;
}

/* Takes @fds over; NULL: none. */
static void
begin (Wire *wire, const char *method, GVariant *parameters, GUnixFDList *fds)
{
  wire->replied = FALSE;
  g_dbus_connection_call_with_unix_fd_list (wire->client, NULL, OBJECT, INTERFACE, method,
                                            parameters, NULL, 0, -1, fds, NULL, on_replied, wire);
  g_clear_object (&fds);
}

static void
wait_reply (Wire *wire)
{
  while (!wire->replied)
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_replied (Wire *wire, const char *error)
{
  g_autofree char *name = NULL;

  wait_reply (wire);
  if (error == NULL)
    g_assert_no_error (wire->error);
  else
    {
      g_assert_nonnull (wire->error);
      name = g_dbus_error_get_remote_error (wire->error);
      if (name == NULL) /* a registered domain: the same daemon's code on both ends */
        name = g_dbus_error_encode_gerror (wire->error);
      g_assert_cmpstr (name, ==, error);
    }
}

static GUnixFDList *
passphrases (const char *first, const char *second)
{
  GUnixFDList *fds = g_unix_fd_list_new ();
  const char *const texts[] = { first, second };

  for (gsize i = 0; i < 2 && texts[i] != NULL; i++)
    {
      int fd = fd_of (texts[i]);

      g_assert_cmpint (g_unix_fd_list_append (fds, fd, NULL), ==, (int)i);
      close (fd);
    }
  return fds;
}

static void
call_with (Wire *wire, const char *method, const char *passphrase, const char *options,
           const char *error)
{
  g_autoptr (GVariant) parsed = g_variant_parse (G_VARIANT_TYPE_VARDICT, options, NULL, NULL, NULL);

  begin (wire, method, g_variant_new ("(h@a{sv})", 0, parsed), passphrases (passphrase, NULL));
  assert_replied (wire, error);
}

static void
assert_state (const Wire *wire, const char *state, guint someone_called)
{
  g_autoptr (GDBusInterface)
      interface = g_dbus_object_get_interface (G_DBUS_OBJECT (wire->object), INTERFACE);
  g_autofree char *now = NULL, *text = NULL;
  guint called;

  g_object_get (interface, "state", &now, "state-text", &text, "someone-called", &called, NULL);
  g_assert_cmpstr (now, ==, state);
  g_assert_cmpint (text[0] == '\0', ==, g_str_equal (state, "open"));
  g_assert_cmpuint (called, ==, someone_called);
}

static void
test_passphrases (Wire *wire, gconstpointer data)
{
  assert_state (wire, "none", 0);
  call_with (wire, "Unlock", "a", "{}", "org.tacitel.Error.NotSetUp");
  call_with (wire, "Setup", "", "{}", "org.tacitel.Error.InvalidArgument");
  call_with (wire, "Setup", "a", "{'SetAsid': <true>}", "org.tacitel.Error.InvalidArgument");
  call_with (wire, "Setup", "a", "{'SetAside': <'yes'>}", "org.tacitel.Error.InvalidArgument");
  call_with (wire, "Setup", "a", "{'SetAside': <false>}", NULL);
  assert_state (wire, "open", 0);
  call_with (wire, "Setup", "a", "{}", "org.tacitel.Error.InvalidState");
  begin (wire, "ChangePassphrase", g_variant_new ("(hh)", 0, 1), passphrases ("a", "b"));
  assert_replied (wire, NULL);
  begin (wire, "SetDuress", g_variant_new ("(hh)", 0, 1), passphrases ("b", "b"));
  assert_replied (wire, "org.tacitel.Error.InvalidArgument");
  begin (wire, "SetDuress", g_variant_new ("(hh)", 0, 1), passphrases ("a", "c"));
  assert_replied (wire, "org.tacitel.Error.WrongPassphrase");
  begin (wire, "SetDuress", g_variant_new ("(hh)", 0, 1), passphrases ("b", "c"));
  assert_replied (wire, NULL);
}

/* Handles that stand for nothing are an error, and no descriptor is leaked or guessed. */
static void
test_no_descriptors (Wire *wire, gconstpointer data)
{
  static const gint32 handles[] = { 1, 7, G_MAXINT32, -1, G_MININT32 };

  for (gsize i = 0; i < G_N_ELEMENTS (handles); i++)
    {
      begin (wire, "Setup", g_variant_new ("(ha{sv})", handles[i], NULL), passphrases ("a", NULL));
      assert_replied (wire, "org.tacitel.Error.InvalidArgument");
      begin (wire, "ChangePassphrase", g_variant_new ("(hh)", 0, handles[i]),
             passphrases ("a", NULL));
      assert_replied (wire, "org.tacitel.Error.InvalidArgument");
    }
  begin (wire, "Setup", g_variant_new ("(ha{sv})", 0, NULL), NULL);
  assert_replied (wire, "org.tacitel.Error.InvalidArgument");
}

static void
test_calls_end_before_lock (Wire *wire, gconstpointer data)
{
  call_with (wire, "Setup", "a", "{}", NULL);
  begin (wire, "Lock", NULL, NULL);
  while (wire->end == NULL)
    g_main_context_iteration (NULL, TRUE);
  assert_state (wire, "open", 0);
  g_assert_false (wire->replied);
  g_assert_false (wire->end (wire->end_data));
  wire->end = NULL;
  assert_replied (wire, NULL);
  assert_state (wire, "locked", 0);
  tac_vault_someone_called (wire->place.vault);
  assert_state (wire, "locked", 1);
}

/* The keys are gone before the calls have ended. */
static void
test_wipe (Wire *wire, gconstpointer data)
{
  call_with (wire, "Setup", "a", "{}", NULL);
  begin (wire, "Wipe", g_variant_new ("(s)", "yes"), NULL);
  assert_replied (wire, "org.tacitel.Error.InvalidArgument");
  g_assert_true (g_file_test (wire->place.keyring, G_FILE_TEST_EXISTS));
  begin (wire, "Wipe", g_variant_new ("(s)", "wipe"), NULL);
  while (wire->end == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (g_file_test (wire->place.keyring, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (wire->place.store, G_FILE_TEST_EXISTS));
  wire->end (wire->end_data);
  wire->end = NULL;
  assert_replied (wire, NULL);
  g_assert_false (g_file_test (wire->place.store, G_FILE_TEST_EXISTS));
  assert_state (wire, "none", 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
#define ADD(name, func)                                                                            \
  g_test_add ("/keyring-service/" name, Wire, NULL, set_up_wire, func, tear_down_wire)
  ADD ("passphrases", test_passphrases);
  ADD ("no-descriptors", test_no_descriptors);
  ADD ("calls-end-before-lock", test_calls_end_before_lock);
  ADD ("wipe", test_wipe);
  return g_test_run ();
}
