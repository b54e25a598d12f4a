/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The call view as text, in each state, at the widths of a phone and of a desk. */
#include "safe-text.h"
#include "screen.h"
#include <string.h>

static CliCall *
make_call (const char *properties)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value
      = g_variant_parse (G_VARIANT_TYPE ("a{sv}"), properties, NULL, NULL, &error);
  g_assert_no_error (error);
  return cli_call_new ("/org/tacitel/call/1", value);
}

#define BOB "'PeerName': <'bob'>, 'PeerNumber': <'+15550002'>, 'Trust': <'paired'>, "

static char *
render (const CliCall *call, gint64 elapsed, gint64 talked, guint columns, guint rows)
{
  CliStyle style = { FALSE, TRUE, columns };
  CliScreen screen = { call, elapsed, talked, "", "", FALSE, FALSE };
  return cli_screen_render (&screen, &style, rows);
}

static void
test_inviting (void)
{
  g_autoptr (CliCall) call = make_call (
      "{" BOB "'State': <'inviting'>, 'Direction': <'outgoing'>, 'Security': <'none'>,"
      "'Waiting': <'Waiting for bob\\'s phone to receive the SMS'>, 'Timeline': <@a{sx} {"
      "'dialed': 1700000000000000, 'data-up': 1700000000420000, 'invite-sent': "
      "1700000001130000}>}");
  g_autofree char *text = render (call, 3250, -1, 40, 24);
  g_assert_cmpstr (text, ==,
                   " Calling bob                      3.2 s \n"
                   " +15550002                     Inviting \n"
                   "\n"
                   " ✓ Data connection is up          0.4 s \n"
                   " ✓ Invitation sent by SMS         1.1 s \n"
                   " › Waiting for bob's phone to receive t…\n"
                   " · Encrypted\n"
                   " · Ringing there\n"
                   "\n"
                   " m mute  q hang up");
}

static void
test_active (void)
{
  g_autoptr (CliCall) call = make_call (
      "{" BOB "'State': <'active'>, 'Direction': <'outgoing'>, 'Security': <'noise-kk'>,"
      "'SasWords': <['drunken', 'pharmacy', 'surmount', 'vagabond']>}");
  call->statistics = g_variant_ref_sink (
      g_variant_new_parsed ("{'RoundTrip': <uint32 84>, 'LossReceived': <2.5>, 'LossSent': <0.0>, "
                            "'Jitter': <uint32 7>, 'PlayoutDelay': <uint32 60>, "
                            "'Profile': <'wide'>, 'PeerProfile': <'lean'>, "
                            "'CapturedLevel': <-30>, 'PlayedLevel': <-96>}"));
  g_autofree char *text = render (call, 9000, 42000, 40, 24);
  g_assert_cmpstr (text, ==,
                   " bob                               0:42 \n"
                   " +15550002                      In call \n"
                   "\n"
                   " End-to-end encrypted (Noise KK)\n"
                   " Paired, words not compared yet\n"
                   "\n"
                   " Read these words to each other; both\n"
                   " phones must show the same:\n"
                   "\n"
                   " drunken   pharmacy  surmount  vagabond\n"
                   "\n"
                   " Round trip 84 ms · Jitter 7 ms\n"
                   " Buffer 60 ms · Loss 2.5 % in, 0.0 % out\n"
                   " Pace wide out, lean in\n"
                   " You  ██████████·········· -30 dB\n"
                   " They ···················· silent\n"
                   "\n"
                   " m mute  h hold  q hang up  0-9*# tones\n"
                   " v words");
}

static void
test_words_two_and_two (void)
{
  g_autoptr (CliCall) call = make_call (
      "{" BOB "'State': <'active'>, 'Direction': <'incoming'>, 'Security': <'noise-kk'>,"
      "'SasWords': <['drunken', 'businessman', 'surmount', 'vagabond']>}");
  g_autofree char *text = render (call, 9000, 42000, 40, 24);
  g_assert_nonnull (strstr (text, "\n drunken      businessman\n surmount     vagabond"));
}

static void
test_incoming (void)
{
  g_autoptr (CliCall) call = make_call (
      "{" BOB "'State': <'ringing'>, 'Direction': <'incoming'>, 'Security': <'noise-kk'>,"
      "'Timeline': <@a{sx} {'invite-received': 1700000000000000, 'data-up': 1700000000100000,"
      "'path-found': 1700000000200000, 'secured': 1700000000300000, 'ringing': "
      "1700000000310000}>}");
  g_autofree char *text = render (call, 1000, -1, 60, 24);
  g_assert_nonnull (strstr (text, " Call from bob"));
  g_assert_nonnull (strstr (text, "Rings here \n"));
  g_assert_nonnull (strstr (text, " ✓ Rings "));
  g_assert_nonnull (strstr (text, "\n a answer  q decline"));
}

/* Steps that nobody reported, with a later one done, are not shown as still to come. */
static void
test_ringing (void)
{
  g_autoptr (CliCall) call = make_call (
      "{" BOB
      "'State': <'ringing'>, 'Direction': <'outgoing'>, 'Waiting': <'Waiting for bob to answer'>,"
      "'Muted': <true>, 'Timeline': <@a{sx} {'dialed': 1700000000000000, 'ringing': "
      "1700000062000000}>}");
  g_autofree char *text = render (call, 63000, -1, 40, 24);
  g_assert_cmpstr (text, ==,
                   " Calling bob                       1:03 \n"
                   " +15550002               Ringing, muted \n"
                   "\n"
                   " ✓ Ringing there                   1:02 \n"
                   " › Waiting for bob to answer\n"
                   "\n"
                   " Muted: the other side hears silence\n"
                   "\n"
                   " m unmute  q hang up");
}

static void
test_notices (void)
{
  g_autoptr (CliCall) call = make_call (
      "{" BOB
      "'State': <'held'>, 'Direction': <'outgoing'>, 'Security': <'noise-kk'>, 'Muted': <true>,"
      "'PeerHolds': <true>}");
  CliStyle style = { FALSE, TRUE, 60 };
  CliScreen screen = { call, 1000, 500, "12#", "the call is not active", TRUE, FALSE };
  g_autofree char *text = cli_screen_render (&screen, &style, 24);
  static const char *const parts[] = { "Hanging up", "On hold:",        "The other side put",
                                       "Muted:",     "Tones sent: 12#", "the call is not active",
                                       "m unmute",   "h resume" };
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    g_assert_nonnull (strstr (text, parts[i]));
}

static void
test_reconnecting (void)
{
  g_autoptr (CliCall) call
      = make_call ("{" BOB "'State': <'reconnecting'>, 'Direction': <'outgoing'>}");
  g_autofree char *text = render (call, 1000, 500, 40, 24);
  g_assert_nonnull (strstr (text, "Reconnecting \n"));
  g_assert_nonnull (strstr (text, "Nothing is heard from the other phone"));
}

static void
check_size (const char *text, guint columns, guint rows)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), <=, rows);
  for (char **line = lines; *line != NULL; line++)
    g_assert_cmpuint (cli_text_width (*line), <=, columns);
}

/* The key after v is the verdict; a contact that is verified is not asked about. */
static void
test_judging (void)
{
  g_autoptr (CliCall) call = make_call (
      "{" BOB "'State': <'active'>, 'Direction': <'outgoing'>, 'Security': <'noise-kk'>,"
      "'SasWords': <['drunken', 'pharmacy', 'surmount', 'vagabond']>}");
  CliStyle style = { FALSE, TRUE, 60 };
  CliScreen screen = { call, 1000, 500, "", "", FALSE, TRUE };
  g_autofree char *text = cli_screen_render (&screen, &style, 24);
  g_assert_nonnull (strstr (text, "\n\n Are they the same?"));
  g_assert_nonnull (strstr (text, "\n y same  n not the same"));
  g_assert_null (strstr (text, "h hold"));

  g_autoptr (CliCall) verified
      = make_call ("{'Trust': <'verified'>, 'State': <'active'>, 'Security': <'noise-kk'>,"
                   "'SasWords': <['drunken', 'pharmacy', 'surmount', 'vagabond']>}");
  g_autofree char *quiet = render (verified, 1000, 500, 60, 24);
  g_assert_null (strstr (quiet, "Read these words"));
  g_assert_null (strstr (quiet, "v words"));
}

/* What the policy warns of stands above all else, in red. */
static void
test_warning (void)
{
  g_autoptr (CliCall) call = make_call (
      "{'PeerName': <'bob'>, 'State': <'ringing'>, 'Direction': <'incoming'>, 'Trust': "
      "<'mismatch'>, 'Security': <'noise-kk'>, 'Warning': <'The words differed once'>}");
  CliStyle style = { TRUE, TRUE, 60 };
  CliScreen screen = { call, 0, -1, "", "", FALSE, FALSE };
  g_autofree char *text = cli_screen_render (&screen, &style, 24);
  const char *warning = strstr (text, "\033[31m The words differed once\033[0m");
  const char *trust = strstr (text, "\033[31m NOT TRUSTED");
  g_assert_nonnull (warning);
  g_assert_true (trust > warning);
}

/* Said on the screen and in the line, once it is known, and until it is over. */
static void
test_no_sound (void)
{
  g_autoptr (CliCall) call = make_call ("{" BOB "'State': <'active'>, 'Direction': <'outgoing'>}");
  g_autofree char *before = cli_screen_line (call);
  g_assert_null (strstr (before, "sound"));
  call->statistics = g_variant_ref_sink (
      g_variant_new_parsed ("{'Sound': <false>, 'SoundProblem': <'No sound: start it\\u001b'>}"));
  g_autofree char *text = render (call, 9000, 42000, 40, 24);
  g_autofree char *line = cli_screen_line (call);
  g_assert_nonnull (strstr (text, " No sound: start it"));
  g_assert_nonnull (strstr (line, ". No sound: start it"));
  g_assert_null (strchr (line, '\033'));
  g_variant_unref (call->statistics);
  call->statistics
      = g_variant_ref_sink (g_variant_new_parsed ("{'Sound': <true>, 'SoundProblem': <'over'>}"));
  g_autofree char *after = cli_screen_line (call);
  g_assert_cmpstr (after, ==, before);
}

/* Whatever the terminal's size and the peer's name, nothing is wider or longer, and the keys stay.
 */
static void
test_any_size (void)
{
  g_autoptr (CliCall) call = make_call (
      "{'PeerName': <'山田 太郎 and everybody else in the house of Ashby'>, 'PeerNumber': "
      "<'+815550002'>,"
      "'State': <'active'>, 'Direction': <'outgoing'>, 'Security': <'noise-kk+ml-kem-768'>,"
      "'Trust': <'verified'>, 'SasWords': <['drunken', 'businessman', 'surmount', 'vagabond']>}");
  call->statistics = g_variant_ref_sink (g_variant_new_parsed ("{'RoundTrip': <uint32 1084>}"));
  for (guint columns = 20; columns <= 132; columns++)
    for (guint rows = 2; rows <= 30; rows++)
      {
        g_autofree char *text = render (call, 9000, 42000, columns, rows);
        check_size (text, columns, rows);
        /* The narrowest need four lines for the keys. */
        g_assert_true (rows < 4 || strstr (text, "q hang up") != NULL);
        g_assert_true (rows < 4 || strstr (text, "0-9*# tones") != NULL);
      }
}

static void
test_hostile_name (void)
{
  g_autoptr (CliCall) call = make_call ("{'PeerName': <'bob\\u001b]0;owned\\u0007\\u202e'>, "
                                        "'State': <'ringing'>, 'Waiting': <'a\\nb'>}");
  g_autofree char *text = render (call, 0, -1, 60, 24);
  g_assert_null (strchr (text, '\033'));
  g_assert_null (strchr (text, '\007'));
  g_assert_nonnull (strstr (text, "bob\\u{001B}]0;owned\\u{0007}\\u{202E}"));
  g_assert_nonnull (strstr (text, "a\\u{000A}b"));
}

static void
test_colours (void)
{
  g_autoptr (CliCall) call
      = make_call ("{" BOB "'State': <'inviting'>, 'Direction': <'outgoing'>}");
  CliStyle style = { TRUE, FALSE, 60 };
  CliScreen screen = { call, 0, -1, "", "", FALSE, FALSE };
  g_autofree char *text = cli_screen_render (&screen, &style, 24);
  g_assert_nonnull (strstr (text, "\033[1m Calling bob\033[0m"));
  for (const char *p = text; *p != '\0'; p++)
    g_assert_true (g_ascii_isprint (*p) || *p == '\n' || *p == '\033');
}

static void
test_lines (void)
{
  static const struct
  {
    const char *properties, *line;
  } rows[] = {
    { "{'State': <'inviting'>, 'Waiting': <'Waiting for SMS'>}", "Inviting: Waiting for SMS" },
    { "{'State': <'ringing'>, 'Direction': <'outgoing'>}", "Ringing" },
    { "{'State': <'active'>, 'Security': <'noise-kk'>, 'Trust': <'paired'>, 'Muted': <true>,"
      "'SasWords': <['a', 'b', 'c', 'd']>}",
      "In call, muted: End-to-end encrypted (Noise KK), words: a b c d (paired); compare them: "
      "tacitel "
      "verify" },
    { "{'State': <'active'>, 'Security': <'noise-kk'>, 'Trust': <'verified'>,"
      "'SasWords': <['a', 'b', 'c', 'd']>}",
      "In call: End-to-end encrypted (Noise KK), words: a b c d (verified)" },
    { "{'State': <'ringing'>, 'Direction': <'incoming'>, 'Warning': <'its key \u202echanged'>}",
      "Rings here. WARNING: its key \\u{202E}changed" },
    { "{'State': <'hovering'>}", "hovering" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (CliCall) call = make_call (rows[i].properties);
      g_autofree char *line = cli_screen_line (call);
      g_assert_cmpstr (line, ==, rows[i].line);
    }
}

static void
test_ending (void)
{
  g_autoptr (CliCall) told = make_call (
      "{" BOB "'Direction': <'outgoing'>, 'Reason': <'busy'>, 'ReasonText': <'bob is in a call'>}");
  g_autoptr (CliCall) untold
      = make_call ("{" BOB "'Direction': <'incoming'>, 'Reason': <'remote-hangup'>}");
  g_autofree char *first = cli_screen_ending (told, -1);
  g_autofree char *second = cli_screen_ending (untold, 725000);
  g_assert_cmpstr (first, ==, "Call to bob ended: bob is in a call");
  g_assert_cmpstr (second, ==, "Call from bob ended after 12:05: the other side hung up");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/screen/inviting", test_inviting);
  g_test_add_func ("/screen/active", test_active);
  g_test_add_func ("/screen/words-two-and-two", test_words_two_and_two);
  g_test_add_func ("/screen/incoming", test_incoming);
  g_test_add_func ("/screen/ringing", test_ringing);
  g_test_add_func ("/screen/notices", test_notices);
  g_test_add_func ("/screen/reconnecting", test_reconnecting);
  g_test_add_func ("/screen/judging", test_judging);
  g_test_add_func ("/screen/warning", test_warning);
  g_test_add_func ("/screen/no-sound", test_no_sound);
  g_test_add_func ("/screen/any-size", test_any_size);
  g_test_add_func ("/screen/hostile-name", test_hostile_name);
  g_test_add_func ("/screen/colours-and-ascii", test_colours);
  g_test_add_func ("/screen/lines", test_lines);
  g_test_add_func ("/screen/ending", test_ending);
  return g_test_run ();
}
