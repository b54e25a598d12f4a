/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of commands, with their help. */
#include "commands.h"

#define VIEW_KEYS                                                                                  \
  "On a terminal it shows the call and takes keys: m mute, h hold, 0-9 * # tones,\n"               \
  "v to say whether the four words are the same, q or Ctrl-C hang up. Elsewhere it\n"              \
  "prints a line a change, with --json an object. It returns when the call ends;\n"                \
  "the exit status says how, see tacitel(1).\n"

#define PASSPHRASE_SOURCE                                                                          \
  "The passphrase is asked on the terminal. Without one, --passphrase-fd N reads it\n"             \
  "from a descriptor up to its end (0 is standard input); it is never an argument.\n"

#define CONTACT "NAME|NUMBER"

const CliCommand cli_commands[] = {
  { "status", "", "Can a call be made now? Store, modem, network, calls",
    "Shows what keeps a call from being made and what to do about it, this phone's\n"
    "number, the network, calls, requests for pairing, keys that changed, what the\n"
    "policy decided last, and what was dropped and why. --network asks the STUN and\n"
    "TURN servers instead what kind of network this is, and whom calls can reach.\n",
    0, 0, CLI_OPTION_ALL | CLI_OPTION_NETWORK, cli_run_status },
  { "selftest", "", "What works in this network? Servers, NAT, SMS",
    "Raises the data connection, asks the STUN and TURN servers what kind of network\n"
    "this is, and sends an SMS to this phone's own number: as a datagram and, where\n"
    "that does not come back, as text. Asks first, since SMS cost. The exit status is\n"
    "34 if something does not work, see tacitel(1).\n",
    0, 0, CLI_OPTION_SELFTEST | CLI_OPTION_YES, cli_run_selftest },
  { "audio test", "", "Hear yourself: do microphone and speaker work?",
    "Your voice goes through all of a call but the network, and back to your ear a\n"
    "second later; meters show how loud it is. Then it says what is wrong, if anything,\n"
    "and how long voice takes from mouth to ear. Not during a call. The exit status is\n"
    "35 if something does not work, see tacitel(1).\n",
    0, 0, CLI_OPTION_AUDIO, cli_run_audio_test },
  { "setup", "", "Make this phone's identity, under a passphrase",
    "Makes the identity key and an empty store, and opens it. " PASSPHRASE_SOURCE
    "Nobody can recover a passphrase.\n",
    0, 0, CLI_OPTION_NAME | CLI_OPTION_SET_ASIDE | CLI_OPTION_PASSPHRASE, cli_run_setup },
  { "unlock", "", "Open the store", "Opens the store. " PASSPHRASE_SOURCE, 0, 0,
    CLI_OPTION_SET_ASIDE | CLI_OPTION_PASSPHRASE, cli_run_unlock },
  { "lock", "", "Close the store and wipe the keys from memory",
    "Ends a call that is on. Until the store is open again, a call that comes is only\n"
    "counted.\n",
    0, 0, 0, cli_run_lock },
  { "passphrase change", "", "Set another passphrase",
    "Asks the present passphrase, then the new one twice. Also while locked.\n", 0, 0,
    CLI_OPTION_PASSPHRASE | CLI_OPTION_NEW_PASSPHRASE, cli_run_passphrase_change },
  { "passphrase duress", "", "Set a passphrase that destroys the keys",
    "Asks the present passphrase, then the duress one twice. To unlock with the duress\n"
    "passphrase destroys the keys for good, and looks like an unlock with an empty\n"
    "contact list. Whether there is one cannot be seen from outside.\n",
    0, 0, CLI_OPTION_OFF | CLI_OPTION_PASSPHRASE | CLI_OPTION_NEW_PASSPHRASE,
    cli_run_passphrase_duress },
  { "wipe", "", "Destroy the identity, the contacts and the history",
    "Destroys the keys first, then removes the files. There is no way back.\n", 0, 0,
    CLI_OPTION_YES, cli_run_wipe },
  { "identity", "", "This phone's number, key, fingerprint and QR code",
    "Shows what the other phone needs: the line to type, the URI, and on a terminal\n"
    "its QR code. The key is no secret, but the other side must get it unaltered.\n",
    0, 0, CLI_OPTION_NAME | CLI_OPTION_QR, cli_run_identity },
  { "pair list", "", "List the requests for pairing",
    "Lists the requests of both directions, and what they mean.\n", 0, 0, 0, cli_run_pair_list },
  { "pair accept", "NUMBER", "Accept another phone's request",
    "Shows the request, asks, and sends this phone's key back.\n", 1, 1,
    CLI_OPTION_CONTACT_NAME | CLI_OPTION_YES, cli_run_pair_accept },
  { "pair decline", "NUMBER", "Forget a request, of either direction",
    "The other phone is told nothing, and not heard again for 24 hours.\n", 1, 1, 0,
    cli_run_pair_decline },
  { "pair", "NUMBER", "Exchange keys with another phone, by SMS",
    "Sends this phone's key. When the other phone's user accepts, its key comes back,\n"
    "and both can call. An incoming request of that number is accepted by this.\n"
    "See also: pair list, pair accept, pair decline.\n",
    1, 1, CLI_OPTION_CONTACT_NAME, cli_run_pair },
  { "contact add", "NAME NUMBER KEY", "Add somebody who may call and be called",
    "NUMBER with its country, such as +15550002. KEY is 64 hexadecimal digits that\n"
    "\"tacitel identity\" shows on the other phone.\n",
    3, 3, 0, cli_run_contact_add },
  { "contact list", "", "List the contacts", "Lists the contacts by name.\n", 0, 0, 0,
    cli_run_contact_list },
  { "contact show", CONTACT, "Show a contact, its key and fingerprint", "Shows one contact.\n", 1,
    1, 0, cli_run_contact_show },
  { "contact rename", CONTACT " NAME", "Call a contact something else",
    "The other phone is told nothing.\n", 2, 2, 0, cli_run_contact_rename },
  { "contact block", CONTACT, "Refuse a contact's calls",
    "Its calls get what the policy says for blocked contacts, and it is not called.\n", 1, 1,
    CLI_OPTION_OFF, cli_run_contact_block },
  { "contact unblock", CONTACT, "Take a contact's calls again", "Undoes \"contact block\".\n", 1, 1,
    0, cli_run_contact_unblock },
  { "contact replace-key", CONTACT, "Take a contact's new key",
    "Shows what a new key may mean and both fingerprints, and asks. The old key stays\n"
    "in force until this was answered with yes.\n",
    1, 1, CLI_OPTION_YES, cli_run_contact_replace_key },
  { "contact export", "[" CONTACT "]", "Write a contact as a URI",
    "Prints the contact's URI, or writes it to a file; --all writes one line each.\n", 0, 1,
    CLI_OPTION_FILE | CLI_OPTION_ALL_CONTACTS, cli_run_contact_export },
  { "contact import", "URI|FILE", "Add contacts from a URI or a file",
    "FILE has one URI a line, and comments after #; at most 1 MB; - is standard input.\n"
    "Every line is reported; the exit status is that of the first that failed.\n",
    1, 1, CLI_OPTION_CONTACT_NAME, cli_run_contact_import },
  { "contact remove", CONTACT, "Remove a contact",
    "Removes the contact: its calls are no longer known, nor answered.\n", 1, 1, 0,
    cli_run_contact_remove },
  { "call", CONTACT, "Call a contact", VIEW_KEYS, 1, 1, CLI_OPTION_NO_WAIT, cli_run_call },
  { "answer", "", "Answer the incoming call", VIEW_KEYS, 0, 0, CLI_OPTION_NO_WAIT, cli_run_answer },
  { "view", "", "Show the call that is on, and its keys", VIEW_KEYS, 0, 0, 0, cli_run_view },
  { "verify", "[" CONTACT "]", "Compare the four words of the call",
    "Shows the words of the call that is on. When both users have read them to each\n"
    "other, --match marks the contact verified; --differ ends the call with an alarm.\n",
    0, 1, CLI_OPTION_VERDICT, cli_run_verify },
  { "decline", "", "Decline the incoming call", "The caller is told at once.\n", 0, 0, 0,
    cli_run_decline },
  { "hangup", "", "End the call", "Ends the call in any state; declines one that rings here.\n", 0,
    0, 0, cli_run_hangup },
  { "mute", "", "Send silence instead of the microphone",
    "The other side hears silence until \"tacitel unmute\".\n", 0, 0, CLI_OPTION_OFF,
    cli_run_mute },
  { "unmute", "", "Send the microphone again", "Undoes \"tacitel mute\".\n", 0, 0, 0,
    cli_run_unmute },
  { "hold", "", "Put the call on hold", "Neither side hears the other until \"tacitel resume\".\n",
    0, 0, CLI_OPTION_OFF, cli_run_hold },
  { "resume", "", "Go on with the call on hold", "Undoes \"tacitel hold\".\n", 0, 0, 0,
    cli_run_resume },
  { "tone", "DIGITS", "Send DTMF tones",
    "DIGITS are of 0-9 * # A-D; quote * and # for the shell.\n", 1, 1, 0, cli_run_tone },
  { "calls", "", "List the calls", "Lists the calls that are on.\n", 0, 0, 0, cli_run_calls },
  { "history show", "[ID]", "What a call was like, second by second",
    "Loss, jitter, delay and profile of one call, of the newest without ID: what they\n"
    "usually were, and at worst; with --json each second; with --plot a picture.\n"
    "A call longer than ten minutes is kept in steps of 2 s, 4 s, and so on.\n",
    0, 1, CLI_OPTION_PLOT, cli_run_history_show },
  { "history", "", "List the calls that were, or forget them",
    "DATE is 2026-11-23, 2026-11-23T10:00, today, yesterday, \"3 days ago\" or 3d (m, h,\n"
    "d, w). Secure is KK, or KK+KEM with the post-quantum exchange, with a mark if the\n"
    "contact was verified; Loss is of the voice heard. --forget deletes for good.\n",
    0, 0, CLI_OPTION_FILTER | CLI_OPTION_YES, cli_run_history },
  { "monitor", "", "Tell everything that happens",
    "Prints a line an event until Ctrl-C: incoming calls and how to answer them,\n"
    "requests for pairing and how to accept them, states, missed calls, the store,\n"
    "the modem. It stays when taciteld restarts.\n",
    0, 0, 0, cli_run_monitor },
  { NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};
