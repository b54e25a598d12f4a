/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel identity, pair, contact keys and files, verify, history, and what status says of them. */
#include "fixture.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define NEW_KEY "c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3"
#define URI "tacitel:+15550001?key=oaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaE&name=alice"
#define URI_OF(name, number) "tacitel:" number "?key=" KEY "&name=" name

static void
check_orders (Fixture *fixture, const char *orders)
{
  g_assert_cmpstr (test_service_orders (fixture->service), ==, orders);
}

/* Runs @line on a terminal, waits for @question and types @answer. */
static void
converse (const char *line, const char *question, const char *answer, int status,
          const char *output)
{
  g_autoptr (CliRun) run = start_terminal (line);
  cli_run_expect (run, question);
  cli_run_type (run, answer);
  finish (run, status, output);
}

#define SCALE 4 /* pixels a module */

/* The half blocks of @lines as a picture, dark around it as a dark terminal is. */
static GString *
to_picture (char **lines)
{
  guint rows = g_strv_length (lines);
  glong columns = g_utf8_strlen (lines[0], -1);
  GString *picture = g_string_new (NULL);
  g_string_printf (picture, "P5 %ld %u 255\n", columns * SCALE, 2 * rows * SCALE);
  for (guint y = 0; y < 2 * rows * SCALE; y++)
    for (glong x = 0; x < columns * SCALE; x++)
      {
        gunichar c = g_utf8_get_char (g_utf8_offset_to_pointer (lines[y / SCALE / 2], x / SCALE));
        gboolean upper = y / SCALE % 2 == 0;
        gboolean light = c == 0x2588 || c == (upper ? 0x2580u : 0x2584u);
        g_string_append_c (picture, light ? '\xff' : '\0');
      }
  return picture;
}

/* What zbar reads in it. Returns: (transfer full). */
static char *
scan (GString *picture)
{
  g_autofree char *out = NULL, *path = NULL;
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("tacitel-qr-XXXXXX.pgm", &path, &error);
  g_assert_no_error (error);
  close (fd);
  g_assert_true (g_file_set_contents (path, picture->str, (gssize)picture->len, &error));
  const char *argv[] = { "zbarimg", "--quiet", "--raw", path, NULL };
  g_autoptr (GSubprocess) zbar = g_subprocess_newv (
      argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (zbar, NULL, NULL, &out, NULL, &error));
  g_unlink (path);
  return g_strchomp (g_steal_pointer (&out));
}

static gboolean
is_code_line (const char *line)
{
  return g_str_has_prefix (line, "█") || g_str_has_prefix (line, "▀");
}

/* Of a run's output, the lines of the code, without carriage returns. */
static char **
code_lines (const char *output)
{
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);
  GPtrArray *code = g_ptr_array_new ();
  for (char **line = lines; *line != NULL; line++)
    if (is_code_line (*line))
      g_ptr_array_add (code, g_strdup (g_strchomp (*line)));
  g_ptr_array_add (code, NULL);
  return (char **)g_ptr_array_free (code, FALSE);
}

static void
check_code (CliRun *run, const char *uri)
{
  g_auto (GStrv) lines = code_lines (run->output->str);
  g_assert_cmpuint (g_strv_length (lines), >, 10);
  GString *picture = to_picture (lines);
  g_autofree char *read = scan (picture);
  g_string_free (picture, TRUE);
  g_assert_cmpstr (read, ==, uri);
}

/* A phone with a camera reads what is printed: on a terminal, and elsewhere if it was asked for. */
static void
test_qr (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CliRun) piped = start ("identity --qr");
  finish (piped, 0, "Fingerprint  a1a1 a1a1 a1a1");
  check_code (piped, URI);
  g_autoptr (CliRun) terminal = start_terminal ("identity");
  finish (terminal, 0, "URI");
  check_code (terminal, URI);
  g_autoptr (CliRun) renamed = start ("identity --qr --name Zoë&co");
  finish (renamed, 0, "name=Zo%C3%AB%26co");
  check_code (renamed, "tacitel:+15550001?key=oaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaE"
                       "&name=Zo%C3%AB%26co");

  g_autoptr (CliRun) plain = start ("identity");
  finish (plain, 0, URI);
  g_auto (GStrv) none = code_lines (plain->output->str);
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  const char *line[] = { "identity", "--qr", NULL };
  g_autoptr (CliRun) small = cli_run_start_terminal (line, 40, 30);
  finish (small, 0, "URI");
  check_code (small, URI);
  g_autoptr (CliRun) narrow = cli_run_start_terminal (line, 36, 30);
  finish (narrow, 0, "The QR code needs 37 columns");
}

static void
test_pair (Fixture *fixture, gconstpointer data)
{
  TestTrust *trust = test_service_trust (fixture->service);
  check ("pair list", 0, "No requests.", NULL);
  check ("pair +15550009 --name carol", 0, "Asked +15550009 by SMS.", NULL);
  check ("pair 555", 2, NULL, "\"555\" is not a number");
  check ("pair accept +15550002", 5, NULL,
         "no request for pairing from +15550002 waits\n  Try: tac");
  test_trust_set_requests (
      trust, "[{'Number': <'+15550002'>, 'Direction': <'incoming'>, 'Time': <int64 1>,"
             "'Expires': <int64 1795464300000000>, 'Key': <'" KEY "'>, 'Kind': <'new'>,"
             "'Fingerprint': <'b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2'>, 'Name': <'Car\\u202eol'>,"
             "'Text': <'A phone that is not a contact yet'>},"
             "{'Number': <'+15550009'>, 'Direction': <'outgoing'>, 'Kind': <'waiting'>}]");
  check ("pair list", 0, "+15550002  Car\\u{202E}ol  incoming   new", NULL);
  check ("pair list", 0, "+15550002: A phone that is not a contact yet\n", NULL);
  check ("pair list --json", 0, "\"direction\":\"outgoing\"", NULL);
  check ("pair accept +15550009", 5, NULL, "no request for pairing from +15550009");
  check ("pair accept +15550002", 33, NULL, "add --yes");
  converse ("pair accept +15550002", "send this phone's key back? [y/N] ", "\n", 33,
            "b2b2 b2b2 b2b2 b2b2 b2b2 b2b2 b2b2 b2b2");
  converse ("pair accept +1-555-0002 --name dave", "[y/N] ", "y\n", 0, "dave is a contact now");
  check ("pair accept +15550002 --yes --json", 0, "{\"paired\":\"carol\"}\n", NULL);
  check ("pair decline +15550009", 0, "Forgotten. +15550009 is told nothing", NULL);
  check_orders (fixture, "Request +15550009 carol\nAccept +15550002 dave " KEY
                         "\nAccept +15550002  " KEY "\nDecline +15550009\n");
}

/* A request that brings another key for a contact is never accepted in passing. */
static void
test_changed_key (Fixture *fixture, gconstpointer data)
{
  TestTrust *trust = test_service_trust (fixture->service);
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  check ("contact replace-key bob --yes", 6, NULL, "bob has no new key");
  test_trust_set_requests (trust, "[{'Number': <'+15550002'>, 'Direction': <'incoming'>, 'Key': "
                                  "<'" NEW_KEY "'>, 'Kind': <'changed-key'>}]");
  test_service_offer_key (fixture->service, "bob", NEW_KEY);
  check ("pair accept +15550002 --yes", 6, NULL, "\"tacitel contact replace-key +15550002\"");
  check ("contact list", 0, "paired, NEW KEY", NULL);
  check ("contact show bob", 0, "New key      " NEW_KEY "\n", NULL);
  check ("status", 0, "New keys  bob: tacitel contact replace-key NAME\n", NULL);
  check ("status --json", 0, "\"changed_keys\":[\"bob\"]", NULL);
  converse ("contact replace-key bob", "[y/N] ", "n\n", 33, "somebody in the middle");
  converse ("contact replace-key bob", "[y/N] ", "n\n", 33, "c3c3 c3c3");
  check ("contact show bob", 0, "Key          " KEY "\n", NULL);
  converse ("contact replace-key bob", "[y/N] ", "y\n", 0, "bob has the new key");
  check ("contact show bob", 0, "Key          " NEW_KEY "\n", NULL);
  check_orders (fixture, "");
}

static void
test_contact_changes (Fixture *fixture, gconstpointer data)
{
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  check ("contact rename bob rob", 0, "bob is called rob now.", NULL);
  check ("contact block rob", 0, "rob blocked.", NULL);
  check ("contact list", 0, "paired, blocked", NULL);
  check ("contact show rob", 0, "Blocked      yes\n", NULL);
  check ("contact unblock rob", 0, "rob unblocked.", NULL);
  check ("contact block rob", 0, NULL, NULL);
  check ("contact block rob --off --json", 0, "{\"unblocked\":\"rob\"}", NULL);
  check ("contact rename bob eve", 5, NULL, "there is no contact \"bob\"");
  check ("contact show rob", 0, "Words        drunken pharmacy", NULL);
}

/* Writes @text to a new file, which is the test's to remove. Returns: (transfer full) its path. */
static char *
write_file (const char *text, gssize size)
{
  char *path = NULL;
  int fd = g_file_open_tmp ("tacitel-contacts-XXXXXX", &path, NULL);
  g_assert_cmpint (fd, >=, 0);
  close (fd);
  g_assert_true (g_file_set_contents (path, text, size, NULL));
  return path;
}

static void
test_import_file (Fixture *fixture, gconstpointer data)
{
  static const char text[]
      = "\xef\xbb\xbf# friends\r\n"
        "\r\n" URI_OF ("bob", "+15550002") "\r\n"
                                           "  tacitel:nonsense\n"
                                           "\xff\xfe\n" URI_OF (
                                               "bob", "+15550002") "\n"
                                                                   "\t" URI_OF ("carol",
                                                                                "+15550003");
  g_autofree char *path = write_file (text, sizeof text - 1);
  g_autofree char *line = g_strconcat ("contact import ", path, NULL);
  g_autofree char *wrong = g_strdup_printf ("%s:4: the URI has no key\ntacitel: %s:5: the line is "
                                            "not UTF-8 text\ntacitel: %s:6: \"bob\" is a contact",
                                            path, path, path);
  check (line, 2, "bob added.\ncarol added.\n2 added, 3 refused.\n", wrong);
  g_autofree char *json = g_strconcat (line, " --json", NULL);
  check (json, 1, "[{\"line\":3,\"error\":\"Exists\",\"message\":", NULL);
  g_autofree char *named = g_strconcat (line, " --name x", NULL);
  check (named, 2, NULL, "--name is for one URI");
  g_unlink (path);
  check (line, 2, NULL, "No such file");
  check ("contact import .", 2, NULL, "Is a directory");
}

/* A megabyte is read, and one byte more is not. */
static void
test_import_limits (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill (1024 * 1024 + 1, '#');
  g_autofree char *path = write_file (text, 1024 * 1024);
  g_autofree char *line = g_strconcat ("contact import ", path, NULL);
  check (line, 0, "0 added, 0 refused.", NULL);
  g_assert_true (g_file_set_contents (path, text, 1024 * 1024 + 1, NULL));
  check (line, 2, NULL, "is larger than 1 MB");
  check ("contact import /dev/zero", 2, NULL, "is larger than 1 MB");
  g_unlink (path);
}

static void
test_export (Fixture *fixture, gconstpointer data)
{
  check ("contact import " URI_OF ("bob", "+15550002") " --name rob", 0, "rob added.", NULL);
  check ("contact import " URI_OF ("carol", "+15550003"), 0, "carol added.", NULL);
  check ("contact export rob", 0, URI_OF ("rob", "+15550002") "\n", NULL);
  check ("contact export --all", 0,
         URI_OF ("rob", "+15550002") "\n" URI_OF ("carol", "+15550003") "\n", NULL);
  check ("contact export --all --json", 0, "[\"" URI_OF ("rob", "+15550002") "\",", NULL);
  check ("contact export", 2, NULL, "either a NAME or --all");
  check ("contact export rob --all", 2, NULL, "either a NAME or --all");
  check ("contact export eve", 5, NULL, "there is no contact");

  g_autofree char *path = write_file ("", 0), *written = NULL;
  g_autofree char *line = g_strconcat ("contact export --all --file ", path, NULL);
  check (line, 0, "2 contacts written to ", NULL);
  g_assert_true (g_file_get_contents (path, &written, NULL, NULL));
  g_assert_cmpstr (written, ==,
                   URI_OF ("rob", "+15550002") "\n" URI_OF ("carol", "+15550003") "\n");
  g_unlink (path);
  check ("contact export --all --file /nowhere/x", 1, NULL, "No such file");
}

static void
test_verify (Fixture *fixture, gconstpointer data)
{
  check ("verify", 5, NULL, "there is no call: the words are those of a call");
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  check ("contact add carol +15550003 " KEY, 0, NULL, NULL);
  check ("call bob -n", 0, NULL, NULL);
  check ("verify", 6, NULL, "has no words yet");
  test_service_talk (fixture->service);
  check ("verify", 0, "\n      drunken\n\n      pharmacy\n\n      surmount\n\n      vagabond\n",
         NULL);
  check ("verify", 0, "The same: tacitel verify bob --match\n", NULL);
  check ("verify --json", 0, "\"sas_words\":[\"drunken\"", NULL);
  check ("verify --match", 2, NULL, "needs the NAME");
  check ("verify bob --match --differ", 2, NULL, "either --match or --differ");
  check ("verify carol --match", 6, NULL, "is with bob, not with carol");
  check_orders (fixture, "");
  check ("verify +1-555-0002 --match", 0, "bob is verified", NULL);
  check ("verify", 0, "verified already", NULL);
  check ("verify bob --differ", 0, "ALARM: the call with bob was ended", NULL);
  check_orders (fixture, "Verify true\nVerify false\n");
  g_assert_null (test_service_call (fixture->service));
}

/* v, then y or n; any other key is neither a verdict nor a tone. */
static void
test_view_verdict (Fixture *fixture, gconstpointer data)
{
  check ("contact add bob +15550002 " KEY, 0, NULL, NULL);
  g_autoptr (CliRun) run = start_terminal ("call bob");
  cli_run_expect (run, "Calling bob");
  cli_run_type (run, "v5");
  test_service_talk (fixture->service);
  cli_run_expect (run, "v words");
  cli_run_type (run, "v");
  cli_run_expect (run, "Are they the same?");
  cli_run_type (run, "5");
  cli_run_type (run, "vy");
  cli_run_expect (run, "Verified by comparing words");
  cli_run_type (run, "q");
  finish (run, 0, "Call to bob ended");
  check_orders (fixture, "Verify true\nHangup\n");

  g_autoptr (CliRun) alarm = start_terminal ("call bob");
  cli_run_expect (alarm, "Calling bob");
  test_service_talk (fixture->service);
  cli_run_expect (alarm, "v words");
  cli_run_type (alarm, "vn");
  finish (alarm, 23, "\aCall to bob ended after 0:0");
  g_assert_nonnull (strstr (alarm->output->str, "ALARM: the words differ"));
}

static void
test_history (Fixture *fixture, gconstpointer data)
{
  TestTrust *trust = test_service_trust (fixture->service);
  check ("history", 0, "No calls.\n", NULL);
  test_trust_set_calls (
      trust, "[{'Id': <int64 2>, 'Time': <int64 1700000000000000>, 'Direction': <'outgoing'>,"
             "'Name': <'bob'>, 'Number': <'+15550002'>, 'Security': <'noise-kk'>,"
             "'Verified': <true>, 'Duration': <int64 42000>, 'Loss': <2.5>,"
             "'Reason': <'remote-hangup'>, 'Count': <uint32 1>},"
             "{'Id': <int64 1>, 'Time': <int64 0>, 'Reason': <'locked'>, 'Count': <uint32 3>}]");
  check ("history", 0, "→ bob  0:42  ✓KK     2.5%  they ended\n", NULL);
  check ("history", 0, "someone called (3 times) while locked\n", NULL);
  check ("history --json", 0, "\"verified\":true", NULL);
  check ("history --contact bob --since 2026-11-23T10:00 --limit 5", 0, NULL, NULL);
  check ("history --since tomorrow", 2, NULL, "\"tomorrow\" is no date");
  check ("history --limit 10001", 2, NULL, "--limit takes");
  check ("history --forget", 33, NULL, "add --yes");
  converse ("history --forget", "Delete the whole history, for good? [y/N] ", "y\n", 0,
            "2 calls forgotten.");
  converse ("history --forget --contact bob --since 2d", "Delete the calls with bob since 2d",
            "n\n", 33, "nothing was done");
  check ("history --forget --contact bob --yes --json", 0, "{\"forgotten\":2}", NULL);
  const char *orders = test_service_orders (fixture->service);
  g_assert_nonnull (strstr (orders, "'Since': <int64 "));
  g_assert_nonnull (strstr (orders, "'Limit': <uint32 5>"));
  g_assert_nonnull (strstr (orders, "Forget @a{sv} {}\nForget {'Contact': <'bob'>}\n"));
}

static void
test_status (Fixture *fixture, gconstpointer data)
{
  TestTrust *trust = test_service_trust (fixture->service);
  check ("status", 0, "Store    open\n", NULL);
  check ("status", 0, "Policy   verified: ring, unknown: refuse\n", NULL);
  test_trust_set_requests (trust, "[{'Number': <'+15550002'>, 'Direction': <'incoming'>}]");
  test_service_decide (fixture->service,
                       "[{'Time': <int64 1700000000000000>, 'Name': <''>, 'Number': <'+15550005'>,"
                       "'Party': <'unknown'>, 'Action': <'refuse'>, 'Text': <'No contact has that "
                       "key'>}]");
  check ("status", 0, "Requests  from +15550002: tacitel pair list\n", NULL);
  check ("status", 0, "+15550005 (unknown): refuse. No contact has that key\n", NULL);
  check ("status --json", 0, "\"decisions\":[{", NULL);
  tac_dbus_keyring1_set_state (trust->keyring, "locked");
  tac_dbus_keyring1_set_state_text (trust->keyring, "tacitel unlock opens it");
  tac_dbus_keyring1_set_someone_called (trust->keyring, 2);
  check ("status", 0, "Store         locked: tacitel unlock opens it\n", NULL);
  check ("status", 0, "While locked  someone, 2 times\n", NULL);
  check ("status --json", 0, "\"someone_called\":2", NULL);
}

static void
test_monitor (Fixture *fixture, gconstpointer data)
{
  TestTrust *trust = test_service_trust (fixture->service);
  g_autoptr (CliRun) run = start ("monitor");
  g_autoptr (CliRun) json = start ("monitor --json");
  cli_run_expect (run, "Ready to call\n");
  cli_run_expect (json, "\"event\":\"modem\"");
  tac_dbus_pairing1_emit_requested (
      trust->pairing,
      g_variant_new_parsed ("{'Number': <'+15550002'>, 'Name': <'bo\\u202eb'>, 'Kind': <'new'>,"
                            "'Fingerprint': <'b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2'>}"));
  cli_run_expect (run, "Request for pairing from +15550002, which calls itself bo\\u{202E}b. ");
  cli_run_expect (run, "Accept: tacitel pair accept +15550002; refuse: tacitel pair decline ");
  cli_run_expect (json, "\"event\":\"pairing_requested\"");
  tac_dbus_pairing1_emit_requested (
      trust->pairing, g_variant_new_parsed ("{'Number': <'+15550003'>, 'Kind': <'changed-key'>}"));
  cli_run_expect (run, "A NEW KEY from +15550003");
  cli_run_expect (run, "Look at it: tacitel contact replace-key +15550003\n");
  tac_dbus_pairing1_emit_completed (trust->pairing, "bob", "+15550002");
  cli_run_expect (run, "Paired with bob (+15550002). Compare the four words");
  cli_run_expect (json, "\"event\":\"paired\"");
  tac_dbus_keyring1_set_state (trust->keyring, "locked");
  cli_run_expect (run, "Store: locked\n");
  tac_dbus_keyring1_set_someone_called (trust->keyring, 1);
  cli_run_expect (run, "Someone called while the store is locked (1 so far)");
  cli_run_expect (json, "\"someone_called\":1");
  g_subprocess_send_signal (run->process, SIGINT);
  g_subprocess_send_signal (json->process, SIGINT);
  finish (run, 0, "");
  finish (json, 0, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("identity-qr", NULL, test_qr);
  ADD ("pair", NULL, test_pair);
  ADD ("changed-key", NULL, test_changed_key);
  ADD ("contact-changes", NULL, test_contact_changes);
  ADD ("import-file", NULL, test_import_file);
  ADD ("import-limits", NULL, test_import_limits);
  ADD ("export", NULL, test_export);
  ADD ("verify", NULL, test_verify);
  ADD ("view-verdict", NULL, test_view_verdict);
  ADD ("history", NULL, test_history);
  ADD ("status-of-trust", NULL, test_status);
  ADD ("monitor-of-trust", NULL, test_monitor);
  return g_test_run ();
}
