/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of tacitel beside calls, as a process, against a stand-in daemon on a private bus.
 */
#include "fixture.h"

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
  check ("contact show +15550002", 0, "Key          " KEY "\n", NULL);
  check ("contact show bob --json", 0, "\"key\":\"" KEY "\"", NULL);
  check ("contact show carol", 5, NULL,
         "there is no contact \"carol\"\n  Try: tacitel contact list");
  check ("contact remove bob", 0, "bob removed.\n", NULL);
  check ("contact remove bob", 5, NULL, "there is no contact \"bob\"");
  check ("contact remove bob --json", 5, NULL, "{\"error\":\"UnknownContact\",\"message\":");
}

static const char *const commands[] = { "status",
                                        "setup",
                                        "unlock",
                                        "lock",
                                        "passphrase change",
                                        "passphrase duress",
                                        "wipe",
                                        "identity",
                                        "pair list",
                                        "pair accept",
                                        "pair decline",
                                        "pair",
                                        "contact add",
                                        "contact list",
                                        "contact show",
                                        "contact rename",
                                        "contact block",
                                        "contact unblock",
                                        "contact replace-key",
                                        "contact export",
                                        "contact import",
                                        "contact remove",
                                        "call",
                                        "answer",
                                        "view",
                                        "verify",
                                        "decline",
                                        "hangup",
                                        "mute",
                                        "unmute",
                                        "hold",
                                        "resume",
                                        "tone",
                                        "calls",
                                        "history",
                                        "monitor" };

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
  g_test_init (&argc, &argv, NULL);
  ADD ("status", NULL, test_status);
  ADD ("identity", NULL, test_identity);
  ADD ("contacts", NULL, test_contacts);
  ADD ("help-and-wrong-arguments", NULL, test_wrong);
  ADD ("no-call", NULL, test_no_call);
  ADD ("dial-refused", NULL, test_dial_refused);
  ADD ("monitor", NULL, test_monitor);
  ADD ("monitor-json", NULL, test_monitor_json);
  ADD ("no-daemon", "no daemon", test_no_daemon);
  ADD ("no-bus", "no daemon", test_no_bus);
  return g_test_run ();
}
