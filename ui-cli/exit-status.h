/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the exit status of tacitel says; documented in tacitel(1). */
#pragma once
#include <glib.h>

typedef enum
{
  CLI_EXIT_OK = 0,        /* done; a call: ended after a conversation */
  CLI_EXIT_FAILED = 1,    /* anything without a number of its own */
  CLI_EXIT_USAGE = 2,     /* wrong arguments */
  CLI_EXIT_NO_DAEMON = 3, /* no session bus, or taciteld not running, or gone */
  CLI_EXIT_NOT_READY = 4, /* no modem, network, data or sound */
  CLI_EXIT_NOT_FOUND = 5, /* no such contact, no request, or no call */
  CLI_EXIT_STATE = 6,     /* a call is there already, or is not in a state for this */
  CLI_EXIT_LOCKED = 7,    /* the store is locked */
  CLI_EXIT_NOT_SET_UP = 8,
  CLI_EXIT_DAMAGED = 9, /* a file of the store is damaged, or not ours */
  /* How a call ended that never came to a conversation, or was broken off. */
  CLI_EXIT_CANCELLED = 10, /* hung up by this side before it was answered */
  CLI_EXIT_DECLINED = 11,
  CLI_EXIT_BUSY = 12,
  CLI_EXIT_NO_ANSWER = 13,
  CLI_EXIT_UNREACHABLE = 14,
  CLI_EXIT_NO_PATH = 15,
  CLI_EXIT_NO_DATA = 16,
  CLI_EXIT_REMOTE_NO_DATA = 17,
  CLI_EXIT_SMS_FAILED = 18,
  CLI_EXIT_MODEM_GONE = 19,
  CLI_EXIT_MEDIA_FAILED = 20,
  CLI_EXIT_REMOTE_MEDIA_FAILED = 21,
  CLI_EXIT_LOST = 22,
  CLI_EXIT_SAS_MISMATCH = 23,
  CLI_EXIT_PROTOCOL_ERROR = 24,
  CLI_EXIT_GIVEN_UP = 25, /* the caller hung up before it was answered */
  /* What only some commands meet. */
  CLI_EXIT_WRONG_PASSPHRASE = 30,
  CLI_EXIT_TRY_LATER = 31,     /* too many wrong passphrases, or too many requests */
  CLI_EXIT_REFUSED = 32,       /* by the policy */
  CLI_EXIT_NOT_CONFIRMED = 33, /* the question was answered with no, or nobody could be asked */
  CLI_EXIT_NETWORK = 34,       /* the network was tested, and something does not work */
  CLI_EXIT_SOUND = 35,         /* the sound was tested, and something does not work */
} CliExit;

/* The exit status for a call that ended for @reason (Call1.Reason), @talked: it had been answered.
 */
CliExit cli_exit_for_reason (const char *reason, gboolean talked);

/*
 * Why it ended as a sentence without the peer's name, for a daemon that gives no ReasonText.
 * Returns: (transfer none).
 */
const char *cli_exit_reason_text (const char *reason, gboolean talked);
