/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel call, answer, view and the orders to a call, against a stand-in daemon on a private bus.
 */
#include "fixture.h"
#include <json-glib/json-glib.h>
#include <string.h>

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
                       "vagabond (paired); compare them: tacitel verify\n");
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

/* `tacitel call bob | head -1`: a view that nobody sees leaves no call behind. */
static void
test_closed_output (Fixture *fixture, gconstpointer data)
{
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  g_autoptr (CliRun) run = start ("call bob");
  cli_run_expect (run, "Preparing");
  cli_run_close_output (run);
  test_service_advance (fixture->service, "data-up", "inviting", "Waiting for SMS to be delivered");
  expect_orders (fixture, "Hangup\n");
  g_assert_cmpint (cli_run_wait (run), ==, 10);
  g_assert_null (test_service_call (fixture->service));
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
  g_assert_nonnull (strstr (back, "taciteld went away, and the"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("call-as-lines", NULL, test_call_lines);
  ADD ("call-endings", NULL, test_call_endings);
  ADD ("call-as-json", NULL, test_call_json);
  ADD ("signals-hang-up", NULL, test_signals_hang_up);
  ADD ("closed-output-hangs-up", NULL, test_closed_output);
  ADD ("no-wait", NULL, test_no_wait);
  ADD ("answer-and-decline", NULL, test_answer);
  ADD ("answer-before-it-rings", NULL, test_answer_early);
  ADD ("mute-hold-tone", NULL, test_control);
  ADD ("view-keys", NULL, test_view_keys);
  ADD ("view-gives-terminal-back", NULL, test_view_restores);
  return g_test_run ();
}
