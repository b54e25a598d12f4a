/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel setup, unlock, lock, passphrase, wipe: what is asked, and that no passphrase shows. */
#include "fixture.h"
#include <string.h>
#include <sys/wait.h>

#define LOCKED "The store is locked: tacitel unlock"

static void
set_state (Fixture *fixture, const char *state, const char *text)
{
  TacDbusKeyring1 *keyring = test_service_trust (fixture->service)->keyring;
  tac_dbus_keyring1_set_state (keyring, state);
  tac_dbus_keyring1_set_state_text (keyring, text);
}

static void
check_orders (Fixture *fixture, const char *orders)
{
  g_assert_cmpstr (test_service_orders (fixture->service), ==, orders);
}

/* Answers a prompt that @run shows; the echo must be off by then. */
static void
answer (CliRun *run, const char *prompt, const char *line)
{
  cli_run_expect (run, prompt);
  g_assert_false (cli_run_echoes (run));
  cli_run_type (run, line);
}

static void
test_setup (Fixture *fixture, gconstpointer data)
{
  set_state (fixture, "none", "Set this phone up: tacitel setup");
  g_autoptr (CliRun) run = start_terminal ("setup --name al;ice");
  answer (run, "New passphrase for this phone: ", "six words drawn at random\n");
  answer (run, "The same once more: ", "six words drawn at random\n");
  finish (run, 0, "This phone has an identity now");
  g_assert_nonnull (strstr (run->output->str, "Deriving the key, about a second"));
  g_assert_nonnull (strstr (run->output->str, "tacitel contact add 'al;ice' +15550001 a1a1a1"));
  g_assert_nonnull (strstr (run->output->str, "Next: \"tacitel pair NUMBER\""));
  g_assert_null (strstr (run->output->str, "six words drawn"));
  g_assert_null (strstr (run->output->str, "That is short"));
  g_assert_true (cli_run_echoes (run));
  check_orders (fixture, "Setup six words drawn at random {}\nSetOwnName al;ice\n");
}

static void
test_setup_refused (Fixture *fixture, gconstpointer data)
{
  /* What is typed first and second, and what comes of it. */
  static const struct
  {
    const char *first, *second, *message;
    int status;
  } rows[] = {
    { "one\n", "another\n", "the two are not the same", 2 },
    { "\n", NULL, "an empty passphrase protects nothing", 2 },
    { "\004", NULL, "no passphrase was typed", 33 },
    { "\377\n", NULL, "is not UTF-8", 2 },
  };
  set_state (fixture, "none", "");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (CliRun) run = start_terminal ("setup");
      answer (run, "New passphrase for this phone: ", rows[i].first);
      if (rows[i].second != NULL)
        answer (run, "The same once more: ", rows[i].second);
      finish (run, rows[i].status, rows[i].message);
      g_assert_true (cli_run_echoes (run));
    }
  check_orders (fixture, "");
}

/* Neither what is too long nor its end may become the shell's next command. */
static void
test_too_long (Fixture *fixture, gconstpointer data)
{
  g_autofree char *most = g_strnfill (1024, 'a');
  g_autofree char *line = g_strconcat (most, "\n", NULL), *longer = g_strconcat ("b", line, NULL);
  set_state (fixture, "locked", LOCKED);
  g_autoptr (CliRun) over = start_terminal ("unlock");
  answer (over, "Passphrase: ", longer);
  finish (over, 2, "too long");
  g_autoptr (CliRun) run = start_terminal ("unlock");
  answer (run, "Passphrase: ", line);
  finish (run, 30, "opens nothing");
  g_autofree char *order = g_strdup_printf ("Unlock %s {}\n", most);
  check_orders (fixture, order);
}

static void
test_short (Fixture *fixture, gconstpointer data)
{
  set_state (fixture, "none", "");
  g_autoptr (CliRun) run = start_terminal ("setup");
  answer (run, "New passphrase for this phone: ", "hunter2\n");
  answer (run, "The same once more: ", "hunter2\n");
  finish (run, 0, "That is short.");
  check_orders (fixture, "Setup hunter2 {}\n");
}

static void
test_descriptor (Fixture *fixture, gconstpointer data)
{
  const char *setup[] = { "setup", "--passphrase-fd", "3", "--set-aside", "--json", NULL };
  const char *change[]
      = { "passphrase", "change", "--passphrase-fd", "3", "--new-passphrase-fd", "4", NULL };
  const char *off[] = { "passphrase", "duress", "--off", "--passphrase-fd", "3", NULL };
  const char *texts[] = { "correct horse", "battery staple", NULL };
  set_state (fixture, "damaged", "keyring: not a keyring");
  g_autoptr (CliRun) first = cli_run_start_with (setup, texts);
  finish (first, 0, "\"number\":\"+15550001\"");
  g_assert_cmpstr (first->errors->str, ==, "");
  g_autoptr (CliRun) second = cli_run_start_with (change, texts);
  finish (second, 0, "The new passphrase holds.");
  g_autoptr (CliRun) third = cli_run_start_with (off, texts);
  finish (third, 0, "There is no duress passphrase.");
  check_orders (fixture, "Setup correct horse {'SetAside': <true>}\n"
                         "ChangePassphrase correct horse > battery staple\n"
                         "SetDuress correct horse > \n");
  check ("passphrase change --passphrase-fd 3", 2, NULL, "two descriptors");
  check ("passphrase change --passphrase-fd 3 --new-passphrase-fd 3", 2, NULL, "two descriptors");
  check ("passphrase duress --new-passphrase-fd 3", 2, NULL, "two descriptors");
  set_state (fixture, "locked", LOCKED);
  check ("unlock --passphrase-fd 99", 2, NULL, "not an open pipe or file");
  check ("unlock", 33, NULL, "give it with --passphrase-fd N");
}

static void
test_change (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CliRun) change = start_terminal ("passphrase change");
  answer (change, "Present passphrase: ", "correct horse\n");
  answer (change, "New passphrase: ", "a whole stable of horses\n");
  answer (change, "The same once more: ", "a whole stable of horses\n");
  finish (change, 0, "still opens with the old");
  g_autoptr (CliRun) duress = start_terminal ("passphrase duress");
  answer (duress, "Present passphrase: ", "a whole stable of horses\n");
  answer (duress, "Duress passphrase: ", "no horse at all in here\n");
  answer (duress, "The same once more: ", "no horse at all in here\n");
  finish (duress, 0, "destroys this phone's keys");
  g_assert_null (strstr (duress->output->str, "no horse"));
  check_orders (fixture, "ChangePassphrase correct horse > a whole stable of horses\n"
                         "SetDuress a whole stable of horses > no horse at all in here\n");
}

static void
test_unlock (Fixture *fixture, gconstpointer data)
{
  const char *line[] = { "unlock", "--passphrase-fd", "3", NULL };
  const char *right[] = { "correct horse", NULL }, *wrong[] = { "wrong", NULL },
             *often[] = { "too often", NULL };
  set_state (fixture, "locked", LOCKED);
  tac_dbus_keyring1_set_someone_called (test_service_trust (fixture->service)->keyring, 3);
  g_autoptr (CliRun) first = cli_run_start_with (line, wrong);
  finish (first, 30, "");
  g_assert_nonnull (strstr (first->errors->str, "that passphrase opens nothing\n  Try: again"));
  g_autoptr (CliRun) second = cli_run_start_with (line, often);
  finish (second, 31, "");
  g_assert_nonnull (strstr (second->errors->str, "wait 8 seconds"));
  g_autoptr (CliRun) third = cli_run_start_with (line, right);
  finish (third, 0, "Unlocked. Someone called, more than once, meanwhile: tacitel history");
  check ("unlock", 6, NULL, "open already");
  check ("setup", 6, NULL, "has an identity already");
  check ("lock --json", 0, "{\"done\":\"locked\"}", NULL);
}

/* Every command says what is missing before anybody types a passphrase. */
static void
test_states (Fixture *fixture, gconstpointer data)
{
  static const char *const needs[] = { "identity", "history", "pair list" };
  set_state (fixture, "locked", LOCKED);
  for (gsize i = 0; i < G_N_ELEMENTS (needs); i++)
    check (needs[i], 7, NULL, "is locked");
  check ("identity", 7, NULL, "tacitel: " LOCKED "\n"); /* once is enough */
  set_state (fixture, "locked", "");
  check ("identity", 7, NULL, "is locked\n  Try: tacitel unlock\n");
  check ("identity --json", 7, NULL, "{\"error\":\"Locked\"");
  set_state (fixture, "none", "");
  check ("unlock", 8, NULL, "no identity yet\n  Try: tacitel setup makes an identity\n");
  check ("passphrase change", 8, NULL, "no identity yet");
  check ("identity", 8, NULL, "no identity yet");
  set_state (fixture, "damaged", "the keyring is cut short");
  check ("unlock", 9, NULL, "the keyring is cut short\n  Try: restore a copy");
  check ("setup", 9, NULL, "the keyring is cut short");
}

static void
test_wipe (Fixture *fixture, gconstpointer data)
{
  check ("wipe", 33, NULL, "standard input is no terminal: add --yes");
  g_autoptr (CliRun) no = start_terminal ("wipe");
  cli_run_expect (no, "Type \"wipe\"");
  cli_run_type (no, "yes\n");
  finish (no, 33, "nothing was done");
  check_orders (fixture, "");
  g_autoptr (CliRun) yes = start_terminal ("wipe");
  cli_run_expect (yes, "Type \"wipe\"");
  cli_run_type (yes, "wipe\n");
  finish (yes, 0, "Wiped: the keys first");
  check ("wipe --yes", 0, "Wiped", NULL);
  check_orders (fixture, "Wipe wipe\nWipe wipe\n");
}

/* However it ends at the prompt, the terminal echoes again. */
static void
test_signals (Fixture *fixture, gconstpointer data)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGSEGV };
  set_state (fixture, "locked", LOCKED);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autoptr (CliRun) run = start_terminal ("unlock");
      cli_run_expect (run, "Passphrase: ");
      g_assert_false (cli_run_echoes (run));
      g_subprocess_send_signal (run->process, signals[i]);
      g_assert_cmpint (cli_run_wait_signal (run), ==, signals[i]);
      g_assert_true (cli_run_echoes (run));
    }
  check_orders (fixture, "");
}

/* Ctrl-Z at the prompt gives the shell its echo; fg asks again. */
static void
test_suspend (Fixture *fixture, gconstpointer data)
{
  set_state (fixture, "locked", LOCKED);
  g_autoptr (CliRun) run = start_terminal ("unlock");
  cli_run_expect (run, "Passphrase: ");
  pid_t pid = (pid_t)g_ascii_strtoll (g_subprocess_get_identifier (run->process), NULL, 10);
  siginfo_t info;
  g_subprocess_send_signal (run->process, SIGTSTP);
  g_assert_cmpint (waitid (P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT), ==, 0);
  g_assert_true (cli_run_echoes (run));
  g_subprocess_send_signal (run->process, SIGCONT);
  cli_run_expect (run, "Passphrase: Passphrase: ");
  g_assert_false (cli_run_echoes (run));
  cli_run_type (run, "correct horse\n");
  finish (run, 0, "Unlocked.");
  check_orders (fixture, "Unlock correct horse {}\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("setup", NULL, test_setup);
  ADD ("setup-refused", NULL, test_setup_refused);
  ADD ("passphrase-too-long", NULL, test_too_long);
  ADD ("passphrase-short", NULL, test_short);
  ADD ("passphrase-descriptor", NULL, test_descriptor);
  ADD ("passphrase-change-and-duress", NULL, test_change);
  ADD ("unlock-and-lock", NULL, test_unlock);
  ADD ("states", NULL, test_states);
  ADD ("wipe", NULL, test_wipe);
  ADD ("prompt-gives-terminal-back", NULL, test_signals);
  ADD ("prompt-survives-suspend", NULL, test_suspend);
  return g_test_run ();
}
