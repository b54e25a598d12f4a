/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each command of tacitel, as a process, against a stand-in daemon on a private bus. */
#include "cli-run.h"
#include "service.h"
#include <json-glib/json-glib.h>
#include <string.h>

#define KEY "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2"

typedef struct
{
  GTestDBus *bus;
  GDBusConnection *connection;
  TestService *service;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
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

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->service, test_service_free);
  g_dbus_connection_close_sync (fixture->connection, NULL, NULL);
  g_clear_object (&fixture->connection);
  g_test_dbus_down (fixture->bus);
  g_clear_object (&fixture->bus);
}

/* Runs @line (words between blanks) to its end and checks its status and parts of what it prints.
 */
static void
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

/* The object on the last line of @text. */
static JsonObject *
last_object (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (lines);
  g_assert_cmpuint (n, >=, 2);
  g_autoptr (JsonNode) node = json_from_string (lines[n - 2], NULL);
  g_assert_true (node != NULL && JSON_NODE_HOLDS_OBJECT (node));
  return json_object_ref (json_node_get_object (node));
}

static CliRun *
start (const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  return cli_run_start ((const char *const *)words);
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

static void
expect_orders (Fixture *fixture, const char *orders)
{
  Orders wanted = { fixture->service, orders };
  cli_serve_until (has_orders, &wanted, orders);
}

static void
test_status (Fixture *fixture, gconstpointer data)
{
  TacDbusManager1 *manager = test_service_manager (fixture->service);
  check ("status", 0, "Ready to call\n", NULL);
  check ("status", 0, "Testnet, lte, signal 80 %", NULL);
  check ("status", 0, "  sms.forged  3\n", NULL);
  check ("status --all", 0, "  sms.not-ours  0\n", NULL);
  check ("status --json", 0, "\"counters\":{\"sms.forged\":3,\"sms.not-ours\":0}", NULL);
  tac_dbus_manager1_set_state (manager, "no-sim");
  tac_dbus_manager1_set_state_text (manager, "No SIM card in /phonesim: put one in");
  check ("status", 0, "No SIM card in /phonesim: put one in\n", NULL);
  check ("status --json", 0, "\"state\":\"no-sim\"", NULL);
}

static void
test_identity (Fixture *fixture, gconstpointer data)
{
  check ("identity", 0, "\ntacitel contact add NAME +15550001 a1a1a1", NULL);
  check ("identity --name al;ice", 0, "\ntacitel contact add 'al;ice' +15550001 a1a1a1", NULL);
  check ("identity --json", 0, "\"number\":\"+15550001\"", NULL);
  tac_dbus_manager1_set_number (test_service_manager (fixture->service), "");
  check ("identity", 0, "tacitel contact add NAME NUMBER a1a1a1", NULL);
}

static void
test_contacts (Fixture *fixture, gconstpointer data)
{
  check ("contact list", 0, "No contacts.", NULL);
  check ("contact list --json", 0, "[]\n", NULL);
  check ("contact add bob +15550002 " KEY, 0, "bob added.\n", NULL);
  check ("contact add bob +15550002 " KEY, 1, NULL,
         "\"bob\" is a contact already\n  Try: tacitel contact");
  check ("contact add eve 555 " KEY, 2, NULL, "\"555\" is not a number");
  check ("contact add eve +1555 b2", 2, NULL, "the key has 2 digits, not 64");
  check ("contact add eve", 2, NULL, "needs NAME NUMBER KEY");
  check ("contact add al +15550003 " KEY " --json", 0, "{\"added\":\"al\"}\n", NULL);
  check ("contact list", 0, "bob   +15550002  paired  b2b2b2b2b2b2b2b2…\n", NULL);
  check ("contact list --json", 0, "\"name\":\"bob\"", NULL);
  check ("contact show +15550002", 0, "Key     " KEY "\n", NULL);
  check ("contact show bob --json", 0, "\"key\":\"" KEY "\"", NULL);
  check ("contact show carol", 5, NULL,
         "there is no contact \"carol\"\n  Try: tacitel contact list");
  check ("contact remove bob", 0, "bob removed.\n", NULL);
  check ("contact remove bob", 5, NULL, "there is no contact \"bob\"");
  check ("contact remove bob --json", 5, NULL, "{\"error\":\"UnknownContact\",\"message\":");
}

static void
test_wrong (Fixture *fixture, gconstpointer data)
{
  check ("--version", 0, "tacitel 0.", NULL);
  check ("help", 0, "monitor", NULL);
  check ("help contact add", 0, "Usage: tacitel contact add NAME NUMBER KEY", NULL);
  check ("hangpu", 2, NULL, "did you mean \"tacitel hangup\"?");
  check ("hangpu --json", 2, NULL, "did you mean");
  check ("call", 2, NULL, "needs NAME|NUMBER");
  check ("tone 5x", 2, NULL, "no row of tones");
  static const char *const commands[]
      = { "status", "identity", "contact add", "contact list", "contact show", "contact remove",
          "call",   "answer",   "view",        "decline",      "hangup",       "mute",
          "unmute", "hold",     "resume",      "tone",         "calls",        "monitor" };
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *line = g_strconcat (commands[i], " --help", NULL);
      g_autofree char *usage = g_strconcat ("Usage: tacitel ", commands[i], NULL);
      check (line, 0, usage, NULL);
    }
}

static void
test_no_call (Fixture *fixture, gconstpointer data)
{
  check ("answer", 5, NULL, "no call is coming in\n  Try: tacitel calls");
  check ("decline", 5, NULL, "no call is coming in");
  check ("hangup", 5, NULL, "there is no call");
  check ("mute", 5, NULL, "there is no call");
  check ("view", 5, NULL, "there is no call");
  check ("tone 5", 5, NULL, "there is no call");
  check ("calls", 0, "No calls.\n", NULL);
  check ("calls --json", 0, "[]\n", NULL);
  check ("hold --json", 5, NULL, "{\"error\":\"NoCall\"");
}

static void
test_dial_refused (Fixture *fixture, gconstpointer data)
{
  check ("call nobody", 5, NULL, "there is no contact \"nobody\"\n  Try: tacitel contact list");
  check ("call +15550001", 2, NULL, "this phone's own number");
  test_service_refuse (fixture->service, "NoModem", "there is no modem: plug one in");
  check ("call bob", 4, NULL, "there is no modem: plug one in\n  Try: tacitel status");
  test_service_refuse (fixture->service, "Busy", "there is a call with al already");
  check ("call bob --json", 6, NULL, "\"remedy\":\"tacitel calls shows the call");
  test_service_refuse (fixture->service, "Failed", "bad \033[31mmessage");
  check ("call bob", 1, NULL, "bad \\u{001B}[31mmessage");
}

static void
test_call_lines (Fixture *fixture, gconstpointer data)
{
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  g_autoptr (CliRun) run = start ("call bob");
  cli_run_expect (run, "Call to bob (+15550002)\n");
  cli_run_expect (run, "Preparing: Waiting for the data connection\n");
  test_service_advance (fixture->service, "data-up", "inviting", "Waiting for SMS to be delivered");
  cli_run_expect (run, "Inviting: Waiting for SMS to be delivered\n");
  test_service_advance (fixture->service, "ringing", "ringing", "");
  cli_run_expect (run, "Ringing\n");
  test_service_talk (fixture->service);
  cli_run_expect (run, "In call: End-to-end encrypted (Noise KK), words: drunken pharmacy surmount "
                       "vagabond (paired)\n");
  check ("calls", 0, "bob  +15550002  outgoing   In call", NULL);
  test_service_end (fixture->service, "remote-hangup", "bob hung up");
  g_assert_cmpint (cli_run_wait (run), ==, 0);
  g_assert_nonnull (strstr (run->output->str, "Call to bob ended after 0:0"));
  g_assert_nonnull (strstr (run->output->str, ": bob hung up\n"));
  g_assert_null (strchr (run->output->str, '\033'));
  g_assert_cmpstr (run->errors->str, ==, "");
}

static void
test_call_endings (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *reason;
    int status;
  } rows[] = { { "remote-declined", 11 }, { "busy", 12 },    { "no-answer", 13 },
               { "unreachable", 14 },     { "no-path", 15 }, { "sms-failed", 18 } };
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (CliRun) run = start ("call bob");
      cli_run_expect (run, "Preparing");
      test_service_end (fixture->service, rows[i].reason, "");
      g_assert_cmpint (cli_run_wait (run), ==, rows[i].status);
    }
}

static void
test_call_json (Fixture *fixture, gconstpointer data)
{
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  g_autoptr (CliRun) run = start ("call bob --json");
  cli_run_expect (run, "\"state\":\"preparing\"");
  test_service_talk (fixture->service);
  cli_run_expect (run, "\"event\":\"statistics\"");
  cli_run_expect (run, "\"loss_received\":2.5");
  tac_dbus_call1_emit_tone (test_service_call (fixture->service), "5");
  cli_run_expect (run, "\"event\":\"tone\"");
  test_service_end (fixture->service, "lost", "The connection was lost");
  g_assert_cmpint (cli_run_wait (run), ==, 22);
  g_autoptr (JsonObject) last = last_object (run->output->str);
  g_assert_cmpstr (json_object_get_string_member (last, "event"), ==, "ended");
  g_assert_cmpstr (json_object_get_string_member (last, "reason"), ==, "lost");
  g_assert_cmpint (json_object_get_int_member (last, "exit_status"), ==, 22);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (last, "sas_words")), ==,
                    4);
  g_assert_true (
      json_object_has_member (json_object_get_object_member (last, "timeline"), "answered"));

  /* Every line is an object of its own. */
  g_auto (GStrv) lines = g_strsplit (run->output->str, "\n", -1);
  for (guint i = 0; lines[i + 1] != NULL; i++)
    {
      g_autoptr (JsonNode) node = json_from_string (lines[i], NULL);
      g_assert_true (node != NULL && JSON_NODE_HOLDS_OBJECT (node));
    }
}

static void
test_signals_hang_up (Fixture *fixture, gconstpointer data)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autoptr (CliRun) run = start ("call bob");
      cli_run_expect (run, "Preparing");
      g_subprocess_send_signal (run->process, signals[i]);
      g_assert_cmpint (cli_run_wait (run), ==, 10);
      g_assert_nonnull (strstr (run->output->str, "You hung up"));
      g_assert_null (test_service_call (fixture->service));
    }
  g_assert_cmpstr (test_service_orders (fixture->service), ==, "Hangup\nHangup\nHangup\n");
}

static void
test_no_wait (Fixture *fixture, gconstpointer data)
{
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  check ("call bob --no-wait", 0, "Calling; \"tacitel view\"", NULL);
  g_assert_nonnull (test_service_call (fixture->service));
  check ("call bob", 6, NULL, "there is a call already");
  check ("hangup", 0, "Call to bob: hung up.\n", NULL);
  g_assert_null (test_service_call (fixture->service));
  check ("call bob --no-wait --json", 0, "{\"path\":\"/org/tacitel/call/2\"}\n", NULL);
}

static void
test_answer (Fixture *fixture, gconstpointer data)
{
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  test_service_ring (fixture->service, "bob");
  check ("calls", 0, "incoming   Rings here", NULL);
  g_autoptr (CliRun) run = start ("answer");
  cli_run_expect (run, "In call: ");
  check ("answer", 5, NULL, "no call is coming in");
  test_service_end (fixture->service, "remote-hangup", "bob hung up");
  g_assert_cmpint (cli_run_wait (run), ==, 0);

  test_service_ring (fixture->service, "bob");
  check ("answer --no-wait", 0, "Answered; ", NULL);
  check ("hangup --json", 0, "\"done\":\"hung up\"", NULL);
  test_service_ring (fixture->service, "bob");
  check ("decline", 0, "Call from bob: declined.\n", NULL);
}

/* The invitation is there but nothing rings yet: the answer waits for it. */
static void
test_answer_early (Fixture *fixture, gconstpointer data)
{
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  test_service_ring (fixture->service, "bob");
  test_service_advance (fixture->service, "data-up", "connecting", "Waiting for a path");
  g_autoptr (CliRun) run = start ("answer");
  cli_run_expect (run, "Looking for a path: Waiting for a path\n");
  g_assert_cmpstr (test_service_orders (fixture->service), ==, "");
  test_service_advance (fixture->service, "ringing", "ringing", "");
  cli_run_expect (run, "In call: ");
  test_service_end (fixture->service, "remote-hangup", "");
  g_assert_cmpint (cli_run_wait (run), ==, 0);
}

static void
test_control (Fixture *fixture, gconstpointer data)
{
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  check ("call bob -n", 0, NULL, NULL);
  check ("hold", 6, NULL, "the call is not active\n  Try: tacitel calls");
  test_service_talk (fixture->service);
  check ("mute", 0, "Call to bob: muted.\n", NULL);
  check ("unmute", 0, "not muted", NULL);
  check ("mute --off", 0, "not muted", NULL);
  check ("hold", 0, "on hold", NULL);
  check ("resume", 0, "resumed", NULL);
  check ("hold --json", 0, "\"done\":\"on hold\"", NULL);
  check ("hold --off", 0, "resumed", NULL);
  check ("tone 12a#", 0, "tones sent", NULL);
  g_assert_cmpstr (
      test_service_orders (fixture->service), ==,
      "Hold\nSetMuted true\nSetMuted false\nSetMuted false\nHold\nResume\nHold\nResume\n"
      "SendTone 1\nSendTone 2\nSendTone A\nSendTone #\n");
}

static void
test_view_keys (Fixture *fixture, gconstpointer data)
{
  const char *line[] = { "call", "bob", NULL };
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  g_autoptr (CliRun) run = cli_run_start_terminal (line, 40, 20);
  cli_run_expect (run, "\033[?1049h");
  cli_run_expect (run, "Calling bob");
  test_service_talk (fixture->service);
  cli_run_expect (run, "Round trip 84 ms");
  cli_run_type (run, "m");
  cli_run_expect (run, "Muted:");
  cli_run_type (run, "h");
  cli_run_expect (run, "On hold:");
  cli_run_type (run, "h5");
  expect_orders (fixture, "SendTone 5\n");
  cli_run_type (run, "\033[15~"); /* F5, and no tones */
  cli_run_type (run, "#");
  expect_orders (fixture, "SendTone #\n");
  cli_run_type (run, "q");
  g_assert_cmpint (cli_run_wait (run), ==, 0);
  g_assert_cmpstr (test_service_orders (fixture->service), ==,
                   "SetMuted true\nHold\nResume\nSendTone 5\nSendTone #\nHangup\n");
  const char *back = strstr (run->output->str, "\033[?25h\033[?1049l");
  g_assert_nonnull (back);
  g_assert_nonnull (strstr (back, "Call to bob ended after 0:0"));
}

/* A call that ends, a signal, a daemon that dies: the terminal comes back as it was. */
static void
test_view_restores (Fixture *fixture, gconstpointer data)
{
  const char *line[] = { "call", "bob", NULL };
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  g_autoptr (CliRun) terminated = cli_run_start_terminal (line, 40, 20);
  cli_run_expect (terminated, "Calling bob");
  g_subprocess_send_signal (terminated->process, SIGTERM);
  g_assert_cmpint (cli_run_wait (terminated), ==, 10);
  g_assert_nonnull (strstr (terminated->output->str, "\033[?25h\033[?1049l"));

  g_autoptr (CliRun) orphan = cli_run_start_terminal (line, 40, 20);
  cli_run_expect (orphan, "Calling bob");
  g_clear_pointer (&fixture->service, test_service_free);
  g_assert_cmpint (cli_run_wait (orphan), ==, 3);
  const char *back = strstr (orphan->output->str, "\033[?25h\033[?1049l");
  g_assert_nonnull (back);
  g_assert_nonnull (strstr (back, "taciteld went away, and the call with it"));
}

static void
test_monitor (Fixture *fixture, gconstpointer data)
{
  TacDbusManager1 *manager = test_service_manager (fixture->service);
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  g_autoptr (CliRun) run = start ("monitor");
  cli_run_expect (run, "Ready to call\n");
  test_service_ring (fixture->service, "bob");
  cli_run_expect (
      run, "Incoming call from bob (+15550002). Answer: tacitel answer; refuse: tacitel decline\n");
  test_service_end (fixture->service, "remote-hangup", "bob gave up");
  cli_run_expect (run, "Call from bob ended: bob gave up\n");
  tac_dbus_manager1_emit_missed_call (
      manager, g_variant_new_parsed ("{'Name': <'bob'>, 'Number': <'+15550002'>,"
                                     "'Time': <int64 1700000000000000>, 'Reason': <'stale'>}"));
  cli_run_expect (run, "Missed call from bob (+15550002) at ");
  tac_dbus_manager1_set_data (manager, "up");
  tac_dbus_manager1_set_interface (manager, "dummy0");
  cli_run_expect (run, "Data connection: up, dummy0\n");
  tac_dbus_manager1_set_state (manager, "no-modem");
  tac_dbus_manager1_set_state_text (manager, "The modem is gone: plug it in");
  cli_run_expect (run, "The modem is gone: plug it in\n");
  g_clear_pointer (&fixture->service, test_service_free);
  cli_run_expect (run, "taciteld went away");
  fixture->service = test_service_new (fixture->connection);
  cli_run_expect (run, "taciteld started\n");
  tac_dbus_manager1_set_data (test_service_manager (fixture->service), "raising");
  cli_run_expect (run, "Data connection: raising\n");
  g_subprocess_send_signal (run->process, SIGINT);
  g_assert_cmpint (cli_run_wait (run), ==, 0);
}

static void
test_monitor_json (Fixture *fixture, gconstpointer data)
{
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  g_autoptr (CliRun) run = start ("monitor --json");
  cli_run_expect (run, "\"event\":\"modem\"");
  test_service_ring (fixture->service, "bob");
  cli_run_expect (run, "\"state\":\"ringing\"");
  test_service_end (fixture->service, "no-answer", "");
  cli_run_expect (run, "\"event\":\"ended\"");
  g_clear_pointer (&fixture->service, test_service_free);
  cli_run_expect (run, "\"event\":\"daemon_gone\"");
  g_subprocess_send_signal (run->process, SIGTERM);
  g_assert_cmpint (cli_run_wait (run), ==, 0);
}

static void
test_no_daemon (Fixture *fixture, gconstpointer data)
{
  check ("status", 3, NULL, "taciteld is not running");
  check ("call bob", 3, NULL, "Try: systemctl --user start taciteld");
  check ("monitor --json", 3, NULL, "\"error\":\"NoDaemon\"");
}

static void
test_no_bus (Fixture *fixture, gconstpointer data)
{
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere", TRUE);
  check ("status", 3, NULL, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere cannot be reached");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(path, data, func) g_test_add ("/cli/" path, Fixture, data, set_up, func, tear_down)
  ADD ("status", NULL, test_status);
  ADD ("identity", NULL, test_identity);
  ADD ("contacts", NULL, test_contacts);
  ADD ("help-and-wrong-arguments", NULL, test_wrong);
  ADD ("no-call", NULL, test_no_call);
  ADD ("dial-refused", NULL, test_dial_refused);
  ADD ("call-as-lines", NULL, test_call_lines);
  ADD ("call-endings", NULL, test_call_endings);
  ADD ("call-as-json", NULL, test_call_json);
  ADD ("signals-hang-up", NULL, test_signals_hang_up);
  ADD ("no-wait", NULL, test_no_wait);
  ADD ("answer-and-decline", NULL, test_answer);
  ADD ("answer-before-it-rings", NULL, test_answer_early);
  ADD ("mute-hold-tone", NULL, test_control);
  ADD ("view-keys", NULL, test_view_keys);
  ADD ("view-gives-terminal-back", NULL, test_view_restores);
  ADD ("monitor", NULL, test_monitor);
  ADD ("monitor-json", NULL, test_monitor_json);
  ADD ("no-daemon", "no daemon", test_no_daemon);
  ADD ("no-bus", "no daemon", test_no_bus);
  return g_test_run ();
}
