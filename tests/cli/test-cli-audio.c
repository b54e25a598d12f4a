/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel audio test: what is asked, what is shown, what the exit status says. */
#include "fixture.h"
#include <signal.h>

#define REPORT(ended, well, problems)                                                              \
  "{'Ended': <'" ended "'>, 'AllWell': <" well ">, 'Problems': <" problems ">, "                   \
  "'SoundPort': <'Headphones\x1b[31m'>, 'EchoCanceller': <false>, 'NoiseSuppression': <true>, "    \
  "'Gain': <false>, 'CapturedLevel': <-21>, 'PlayedLevel': <-23>, 'CaptureDelay': <uint32 12>, "   \
  "'CodecDelay': <uint32 37>, 'PlayoutDelay': <uint32 21>, 'PlaybackDelay': <uint32 22>, "         \
  "'MouthToEar': <uint32 92>, 'Delay': <uint32 1000>}"
#define NONE "@aa{sv} []"
#define MUTED "[{'Name': <'silent'>, 'Text': <'The microphone is muted\x1b[31m.'>}]"
#define WELL REPORT ("time", "true", NONE)

static void
set (Fixture *fixture, const char *report, gboolean waits)
{
  test_audio_set (test_service_audio (fixture->service), report, waits);
}

static void
test_well (Fixture *fixture, gconstpointer data)
{
  set (fixture, WELL, FALSE);
  check ("audio test", 0, "The sound works, if you heard yourself.\n", "Speak:");
  check ("audio test", 0, "Headphones\\u{001B}[31m; echo canceller off, noise suppression on",
         "Speak:");
  check ("audio test", 0, "92 ms from mouth to ear", "Speak:");
  check ("audio test --json", 0, "\"mouth_to_ear\":92", NULL);
  expect_orders (fixture, "Test {}\nTest {}\nTest {}\nTest {}\n");
}

static void
test_options (Fixture *fixture, gconstpointer data)
{
  set (fixture, WELL, FALSE);
  check ("audio test --seconds 3 --delay 0 --json", 0, NULL, NULL);
  expect_orders (fixture, "Test {'Delay': <uint32 0>, 'Seconds': <uint32 3>}\n");
  check ("audio test --seconds many", 2, NULL, "many");
  check ("audio test now", 2, NULL, "takes no arguments");
  check ("audio", 2, NULL, "needs a command");
}

static void
test_problems (Fixture *fixture, gconstpointer data)
{
  set (fixture, REPORT ("time", "false", MUTED), FALSE);
  check ("audio test", 35, "The microphone is muted\\u{001B}[31m.\n", "Speak:");
  check ("audio test --json", 35, "\"name\":\"silent\"", NULL);
  set (fixture, REPORT ("call", "true", NONE), FALSE);
  check ("audio test", 6, "A call began", "Speak:");
  set (fixture, NULL, FALSE);
  check ("audio test", 6, NULL, "there is a call");
}

/* On a terminal there are meters, as wide as it; Ctrl-C stops the test, and the report comes. */
static void
test_meter (Fixture *fixture, gconstpointer data)
{
  set (fixture, REPORT ("stopped", "true", NONE), TRUE);
  g_autoptr (CliRun) run = start_terminal ("audio test");
  cli_run_expect (run, "Microphone ████░░░ -23 dB  Speaker ░░░░░░░ -96 dB  10 s");
  g_subprocess_send_signal (run->process, SIGINT);
  finish (run, 0, "The sound works");
  expect_orders (fixture, "Test {}\nStop\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("audio/well", NULL, test_well);
  ADD ("audio/options", NULL, test_options);
  ADD ("audio/problems", NULL, test_problems);
  ADD ("audio/meter", NULL, test_meter);
  return g_test_run ();
}
