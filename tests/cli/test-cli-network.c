/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel selftest and status --network: what is asked, what is shown, what the exit status says.
 */
#include "fixture.h"

#define SERVERS                                                                                    \
  "'Servers': <[{'Name': <'one'>, 'Kind': <'turn'>, 'Address': <'192.0.2.11:3478'>, "              \
  "'Answered': <true>, 'RttMs': <uint32 52>, 'Mapped': <'198.51.100.1:4000'>, "                    \
  "'Relayed': <'192.0.2.11:50000'>, 'Problem': <''>}, "                                            \
  "{'Name': <'two'>, 'Kind': <'turn'>, 'Address': <'192.0.2.12:3478'>, 'Answered': <false>, "      \
  "'RttMs': <uint32 0>, 'Mapped': <''>, 'Relayed': <''>, 'Problem': <%s>}]>"
#define REACH                                                                                      \
  "'Reach': <[{'Peer': <'public'>, 'Calling': <'two-sms'>, 'Called': <'one-sms'>}, "               \
  "{'Peer': <'symmetric'>, 'Calling': <'relay'>, 'Called': <'relay'>}]>"
#define COMMON                                                                                     \
  "'Access': <'ipv4'>, 'Addresses': <['100.64.1.1']>, 'Nat': <'address-dependent'>, "              \
  "'Nat64': <false>, 'Text': <'IPv4: a symmetric NAT.'>"
#define SMS(form, text)                                                                            \
  "'Sms': <'" form "'>, 'SmsText': <'" text "'>, 'SmsForms': <[{'Form': <'" form                   \
  "'>, 'Tried': <true>, 'Accepted': <true>, 'Back': <true>, 'AcceptedMs': <uint32 30>, "           \
  "'BackMs': <uint32 3140>}]>"

static void
set (Fixture *fixture, gboolean relay, gboolean well, const char *problem, const char *sms)
{
  g_autofree char *text
      = g_strdup_printf ("{" COMMON ", 'Relay': <%s>, 'AllWell': <%s>, " SERVERS ", " REACH "%s%s}",
                         relay ? "true" : "false", well ? "true" : "false", problem,
                         sms != NULL ? ", " : "", sms != NULL ? sms : "");
  test_network_set (test_service_network (fixture->service), text);
}

static void
test_probe (Fixture *fixture, gconstpointer data)
{
  set (fixture, FALSE, FALSE, "'no answer'", NULL);
  check ("status --network", 34, "Some calls will fail: no relay can be used.",
         "asking 2 STUN and TURN servers...\n");
  check ("status --network", 34, "one     turn  192.0.2.11:3478  52 ms   198.51.100.1:4000",
         "asking");
  check ("status --network", 34, "two: no answer\n", "asking");
  check ("status --network", 34, "behind a symmetric NAT  only with a relay", "asking");
  set (fixture, TRUE, TRUE, "''", NULL);
  check ("status --network", 0, "calls will reach any phone", "asking");
  check ("status --network", 0, "public                  two SMS            one SMS", "asking");
  check ("status --network", 0, "One SMS is enough where both phones use the same relay.",
         "asking");
  expect_orders (fixture, "Probe\nProbe\nProbe\nProbe\nProbe\nProbe\nProbe\n");
}

static void
test_json (Fixture *fixture, gconstpointer data)
{
  set (fixture, TRUE, FALSE, "'no answer'", NULL);
  check ("status --network --json", 34, "\"nat\":\"address-dependent\"", NULL);
  check ("status --network --json", 34, "\"rtt_ms\":52", NULL);
  set (fixture, TRUE, TRUE, "''", SMS ("datagram", "Datagrams come through."));
  check ("selftest --yes --json", 0, "\"sms\":\"datagram\"", NULL);
}

static void
test_sms (Fixture *fixture, gconstpointer data)
{
  set (fixture, TRUE, TRUE, "''", SMS ("text", "Text does."));
  check ("selftest --yes", 0, "SMS        Text does. It took 3.1 s.\n",
         "sending an SMS to +1555\\u{001B}[31m...\n");
  check ("selftest --yes --number +15559999", 0, NULL, "sending");
  check ("selftest --no-sms", 0, NULL, "sending");
  expect_orders (fixture, "SelfTest {}\nSelfTest {'Number': <'+15559999'>}\n"
                          "SelfTest {'Sms': <false>}\n");
  set (fixture, TRUE, FALSE, "''", SMS ("nothing", "None."));
  check ("selftest --yes", 34, "No SMS comes through", "sending");
}

/* SMS cost: nothing is sent unasked. */
static void
test_asks (Fixture *fixture, gconstpointer data)
{
  set (fixture, TRUE, TRUE, "''", SMS ("datagram", "Datagrams come through."));
  check ("selftest", 33, NULL, "add --yes");
  g_autoptr (CliRun) no = start_terminal ("selftest");
  cli_run_expect (no, "[y/N]");
  cli_run_type (no, "n\n");
  finish (no, 33, "cost what SMS cost");
  expect_orders (fixture, "");
  g_autoptr (CliRun) yes = start_terminal ("selftest");
  cli_run_expect (yes, "[y/N]");
  cli_run_type (yes, "y\n");
  finish (yes, 0, "calls will reach any");
  expect_orders (fixture, "SelfTest {}\n");
}

static void
test_busy (Fixture *fixture, gconstpointer data)
{
  check ("selftest --yes", 6, NULL, "there is a call");
  check ("status --network", 6, NULL, "a test of the network is going on");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("network/probe", NULL, test_probe);
  ADD ("network/json", NULL, test_json);
  ADD ("network/sms", NULL, test_sms);
  ADD ("network/asks", NULL, test_asks);
  ADD ("network/busy", NULL, test_busy);
  return g_test_run ();
}
