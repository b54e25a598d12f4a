/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of commands, with their help. */
#include "commands.h"

#define VIEW_KEYS                                                                                  \
  "On a terminal it shows the call and takes keys: m mute, h hold, 0-9 * # tones,\n"               \
  "q or Ctrl-C hang up. Elsewhere it prints a line a change, with --json an object.\n"             \
  "It returns when the call ends; the exit status says how, see tacitel(1).\n"

const CliCommand cli_commands[] = {
  { "status", "", "Can a call be made now? Modem, network, calls",
    "Shows the modem's state with what to do about it, this phone's number, the\n"
    "network, the data connection, calls, and what was dropped and why.\n",
    0, 0, CLI_OPTION_ALL, cli_run_status },
  { "identity", "", "This phone's number and key, for the other phone",
    "Shows the number and the public key, and the line to type on the other phone\n"
    "so that the two know each other. The key is no secret, but the other side must\n"
    "get it unaltered.\n",
    0, 0, CLI_OPTION_NAME, cli_run_identity },
  { "contact add", "NAME NUMBER KEY", "Add somebody who may call and be called",
    "NUMBER with its country, such as +15550002. KEY is 64 hexadecimal digits that\n"
    "\"tacitel identity\" shows on the other phone.\n",
    3, 3, 0, cli_run_contact_add },
  { "contact list", "", "List the contacts", "Lists the contacts by name.\n", 0, 0, 0,
    cli_run_contact_list },
  { "contact show", "NAME|NUMBER", "Show a contact and its key", "Shows one contact.\n", 1, 1, 0,
    cli_run_contact_show },
  { "contact remove", "NAME|NUMBER", "Remove a contact",
    "Removes the contact: its calls are no longer known, nor answered.\n", 1, 1, 0,
    cli_run_contact_remove },
  { "call", "NAME|NUMBER", "Call a contact", VIEW_KEYS, 1, 1, CLI_OPTION_NO_WAIT, cli_run_call },
  { "answer", "", "Answer the incoming call", VIEW_KEYS, 0, 0, CLI_OPTION_NO_WAIT, cli_run_answer },
  { "view", "", "Show the call that is on, and its keys", VIEW_KEYS, 0, 0, 0, cli_run_view },
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
  { "monitor", "", "Tell everything that happens",
    "Prints a line an event until Ctrl-C: incoming calls and how to answer them,\n"
    "states, missed calls, the modem. It stays when taciteld restarts.\n",
    0, 0, 0, cli_run_monitor },
  { NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};
