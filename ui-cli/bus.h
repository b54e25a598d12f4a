/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connection to taciteld: found, started if need be, with all its objects. */
#pragma once
#include "call.h"
#include "tacitel-dbus.h"

#define CLI_BUS_NAME "org.tacitel.Tacitel"
/* How long an answer may take, in ms: the daemon answers at once and reports later events as
 * signals. */
#define CLI_TIMEOUT_MS 10000
/* But a passphrase costs a second by design, more on a busy phone; and an SMS takes its time. */
#define CLI_KEYRING_TIMEOUT_MS 60000
#define CLI_PAIRING_TIMEOUT_MS 120000
#define CLI_AUDIO_TIMEOUT_MS 330000   /* five minutes, and what is said last is heard */
#define CLI_NETWORK_TIMEOUT_MS 300000 /* three forms of SMS, each given its time */

typedef struct
{
  GDBusConnection *bus;
  GDBusObjectManager *objects;
  TacDbusManager1 *manager;
  TacDbusContacts1 *contacts;
  TacDbusKeyring1 *keyring;
  TacDbusPairing1 *pairing;
  TacDbusHistory1 *history;
  TacDbusNetwork1 *network;
  TacDbusAudio1 *audio;
} CliDaemon;

/* Blocks until taciteld answers. Returns: (transfer full) or NULL with @error. */
CliDaemon *cli_daemon_connect (GError **error);
void cli_daemon_free (CliDaemon *daemon);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliDaemon, cli_daemon_free)

/* NotSetUp, Locked or Damaged, as the daemon would say it, if the keyring is not open: for what is
 * told by properties, which cannot fail. */
gboolean cli_daemon_check_open (CliDaemon *daemon, GError **error);

/* Takes up the manager and the rest again, after taciteld was started anew; FALSE if it is not
 * there. */
gboolean cli_daemon_refresh (CliDaemon *daemon);

/* What the proxy knows of the call by now. Returns: (transfer full). */
CliCall *cli_daemon_read_call (TacDbusCall1 *proxy);

/* All calls, by path. Returns: (transfer full) of CliCall. */
GPtrArray *cli_daemon_calls (CliDaemon *daemon);

/* The call at @path, or NULL. Returns: (transfer full). */
TacDbusCall1 *cli_daemon_call_at (CliDaemon *daemon, const char *path);

typedef enum
{
  CLI_WHICH_ANY,      /* not ended; one in conversation before one that rings */
  CLI_WHICH_INCOMING, /* incoming and not answered; one that rings first */
} CliWhich;

/* The call that a command without arguments is for. Returns: (transfer full), or NULL with @error.
 */
TacDbusCall1 *cli_daemon_pick (CliDaemon *daemon, CliWhich which, GError **error);
