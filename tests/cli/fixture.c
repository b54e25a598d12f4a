/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One private bus with a stand-in daemon a test, and how to try a command on it. */
#include "fixture.h"
#include <string.h>

void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  fixture->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fixture->bus);
  fixture->connection = g_dbus_connection_new_for_address_sync (
      g_test_dbus_get_bus_address (fixture->bus),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_assert_no_error (error);
  if (g_strcmp0 (data, "no daemon") != 0)
    fixture->service = test_service_new (fixture->connection);
}

void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->service, test_service_free);
  g_dbus_connection_close_sync (fixture->connection, NULL, NULL);
  g_clear_object (&fixture->connection);
  g_test_dbus_down (fixture->bus);
  g_clear_object (&fixture->bus);
}

void
check (const char *line, int status, const char *output, const char *errors)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr (CliRun) run = cli_run_start ((const char *const *)words);
  int got = cli_run_wait (run);
  g_test_message ("%s: %d\n%s%s", line, got, run->output->str, run->errors->str);
  g_assert_cmpint (got, ==, status);
  if (output != NULL)
    g_assert_nonnull (strstr (run->output->str, output));
  if (errors != NULL)
    g_assert_nonnull (strstr (run->errors->str, errors));
  else
    g_assert_cmpstr (run->errors->str, ==, "");
}

CliRun *
start (const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  return cli_run_start ((const char *const *)words);
}

CliRun *
start_terminal (const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  return cli_run_start_terminal ((const char *const *)words, 60, 40);
}

void
finish (CliRun *run, int status, const char *output)
{
  int got = cli_run_wait (run);
  g_test_message ("%d\n%s%s", got, run->output->str, run->errors->str);
  g_assert_cmpint (got, ==, status);
  g_assert_nonnull (strstr (run->output->str, output));
}

typedef struct
{
  TestService *service;
  const char *orders;
} Orders;

static gboolean
has_orders (gpointer data)
{
  Orders *wanted = data;
  return strstr (test_service_orders (wanted->service), wanted->orders) != NULL;
}

void
expect_orders (Fixture *fixture, const char *orders)
{
  Orders wanted = { fixture->service, orders };
  cli_serve_until (has_orders, &wanted, orders);
}
