/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A passphrase, from the terminal or a descriptor to a descriptor for taciteld; never an argument,
 * never in the environment, never in memory that could be swapped or dumped. */
#pragma once
#include <gio/gio.h>

#define CLI_PASSPHRASE_MAX 1024 /* bytes, as org.tacitel.Keyring1 takes */

typedef enum
{
  CLI_PASSPHRASE_ONCE,  /* one that is in use */
  CLI_PASSPHRASE_TWICE, /* a new one: typed again, and judged by its length */
} CliPassphraseKind;

/**
 * cli_passphrase_get:
 * @fd: descriptor that the user named, or -1 to ask on the terminal
 * @prompt: "Passphrase"
 *
 * Asks with the echo off, which is undone however the program ends. A named descriptor is passed on
 * unread. Returns: a descriptor from which taciteld can read it, the caller's to close; -1 and
 * @error where there is none, where it is empty or too long, where the two differ.
 */
int cli_passphrase_get (int fd, CliPassphraseKind kind, const char *prompt, GError **error);

/* For Keyring1.SetDuress: a descriptor with nothing in it. */
int cli_passphrase_none (GError **error);

/* What is honest to say of a new passphrase of so many characters; NULL: nothing. */
const char *cli_passphrase_hint (glong characters);
