/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel setup, unlock, lock, passphrase, wipe. */
#include "ask.h"
#include "bus.h"
#include "commands.h"
#include "exit-status.h"
#include "identity.h"
#include "output.h"
#include "passphrase.h"
#include "report.h"
#include <gio/gunixfdlist.h>
#include <stdio.h>
#include <unistd.h>

/* Passphrases on their way to the daemon: closed here, and there once they are read. */
typedef struct
{
  int fd[2];
} Passphrases;
#define NO_PASSPHRASES                                                                             \
  {                                                                                                \
    {                                                                                              \
      -1, -1                                                                                       \
    }                                                                                              \
  }

static void
passphrases_clear (Passphrases *passphrases)
{
  for (gsize i = 0; i < G_N_ELEMENTS (passphrases->fd); i++)
    if (passphrases->fd[i] >= 0)
      close (passphrases->fd[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Passphrases, passphrases_clear)

static GUnixFDList *
to_list (const Passphrases *passphrases, GError **error)
{
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (passphrases->fd); i++)
    if (passphrases->fd[i] >= 0 && g_unix_fd_list_append (list, passphrases->fd[i], error) < 0)
      return NULL;
  return g_steal_pointer (&list);
}

static GVariant *
options_of (const CliRequest *request)
{
  GVariantDict options;
  g_variant_dict_init (&options, NULL);
  if (request->set_aside)
    g_variant_dict_insert (&options, "SetAside", "b", TRUE);
  return g_variant_dict_end (&options);
}

/* What takes a second by design says so, for as long as it takes. */
static void
show_work (gboolean on)
{
  if (!isatty (STDERR_FILENO))
    return;
  fputs (on ? "Deriving the key, about a second…" : "\r\033[K", stderr);
  fflush (stderr);
}

static gboolean
is_state (CliDaemon *daemon, const char *state)
{
  return g_strcmp0 (tac_dbus_keyring1_get_state (daemon->keyring), state) == 0;
}

/* What the daemon would refuse anyway, before somebody types a passphrase for nothing. */
static gboolean
may_set_up (CliDaemon *daemon, const CliRequest *request, GError **error)
{
  if (is_state (daemon, "none") || (is_state (daemon, "damaged") && request->set_aside))
    return TRUE;
  if (is_state (daemon, "damaged"))
    return cli_daemon_check_open (daemon, error);
  g_set_error_literal (error, CLI_ERROR, CLI_ERROR_DONE,
                       "this phone has an identity already: \"tacitel identity\" shows it, "
                       "\"tacitel wipe\" destroys it");
  return FALSE;
}

static gboolean
may_unlock (CliDaemon *daemon, const CliRequest *request, GError **error)
{
  if (is_state (daemon, "open"))
    {
      g_set_error_literal (error, CLI_ERROR, CLI_ERROR_DONE, "the store is open already");
      return FALSE;
    }
  if (is_state (daemon, "locked") || (is_state (daemon, "damaged") && request->set_aside))
    return TRUE;
  return cli_daemon_check_open (daemon, error);
}

static gboolean
do_setup (CliDaemon *daemon, const CliRequest *request, GError **error)
{
  g_auto (Passphrases) passphrases = NO_PASSPHRASES;
  passphrases.fd[0] = cli_passphrase_get (request->passphrase_fd, CLI_PASSPHRASE_TWICE,
                                          "New passphrase for this phone", error);
  g_autoptr (GUnixFDList) list = passphrases.fd[0] >= 0 ? to_list (&passphrases, error) : NULL;
  if (list == NULL)
    return FALSE;
  show_work (TRUE);
  gboolean done = tac_dbus_keyring1_call_setup_sync (daemon->keyring, g_variant_new_handle (0),
                                                     options_of (request), list, NULL, NULL, error);
  show_work (FALSE);
  return done;
}

int
cli_run_setup (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL || !may_set_up (daemon, request, &error) || !do_setup (daemon, request, &error)
      || (request->name != NULL
          && !tac_dbus_pairing1_call_set_own_name_sync (daemon->pairing, request->name, NULL,
                                                        &error)))
    return cli_fail (request, error);
  /* The identity is told by properties, whose changes are still on the way to this connection. */
  g_autoptr (CliDaemon) fresh = cli_daemon_connect (&error);
  if (fresh == NULL)
    return cli_fail (request, error);
  if (!request->json
      && !(cli_paragraph (CLI_GOOD, "This phone has an identity now, and its store is open.")
           && cli_out ("\n")))
    return CLI_EXIT_FAILED;
  int status = cli_identity_show (fresh, request, &error);
  if (error != NULL)
    return cli_fail (request, error);
  if (request->json || status != CLI_EXIT_OK)
    return status;
  return cli_done (
      cli_out ("\n")
      && cli_paragraph (CLI_PLAIN,
                        "Next: \"tacitel pair NUMBER\" exchanges keys with another phone. After a "
                        "restart, \"tacitel unlock\" opens the store; nobody can recover the "
                        "passphrase."));
}

static gboolean
do_unlock (CliDaemon *daemon, const CliRequest *request, GError **error)
{
  g_auto (Passphrases) passphrases = NO_PASSPHRASES;
  passphrases.fd[0]
      = cli_passphrase_get (request->passphrase_fd, CLI_PASSPHRASE_ONCE, "Passphrase", error);
  g_autoptr (GUnixFDList) list = passphrases.fd[0] >= 0 ? to_list (&passphrases, error) : NULL;
  if (list == NULL)
    return FALSE;
  show_work (TRUE);
  gboolean done = tac_dbus_keyring1_call_unlock_sync (
      daemon->keyring, g_variant_new_handle (0), options_of (request), list, NULL, NULL, error);
  show_work (FALSE);
  return done;
}

int
cli_run_unlock (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL || !may_unlock (daemon, request, &error))
    return cli_fail (request, error);
  guint called = tac_dbus_keyring1_get_someone_called (daemon->keyring);
  if (!do_unlock (daemon, request, &error))
    return cli_fail (request, error);
  g_autofree char *sentence
      = called > 0 ? g_strdup_printf ("Unlocked. Someone called%s meanwhile: tacitel history",
                                      called > 1 ? ", more than once," : "")
                   : g_strdup ("Unlocked.");
  return cli_report (request, "done", "unlocked", sentence);
}

int
cli_run_lock (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL || !tac_dbus_keyring1_call_lock_sync (daemon->keyring, NULL, &error))
    return cli_fail (request, error);
  return cli_report (
      request, "done", "locked",
      "Locked: the keys are out of memory. Until \"tacitel unlock\", whoever calls is "
      "only counted.");
}

/* Both descriptors named, or none of them and a terminal to ask on. */
static gboolean
get_two (const CliRequest *request, const char *second_prompt, Passphrases *passphrases,
         GError **error)
{
  gboolean one = request->passphrase_fd >= 0, other = request->new_passphrase_fd >= 0;
  if (one != (other || request->off)
      || (one && request->passphrase_fd == request->new_passphrase_fd))
    if (one || other)
      {
        g_set_error_literal (
            error, CLI_ERROR, CLI_ERROR_USAGE,
            "two passphrases need two descriptors: --passphrase-fd for the present "
            "one, --new-passphrase-fd for the other");
        return FALSE;
      }
  passphrases->fd[0] = cli_passphrase_get (request->passphrase_fd, CLI_PASSPHRASE_ONCE,
                                           "Present passphrase", error);
  if (passphrases->fd[0] < 0)
    return FALSE;
  passphrases->fd[1] = request->off
                           ? cli_passphrase_none (error)
                           : cli_passphrase_get (request->new_passphrase_fd, CLI_PASSPHRASE_TWICE,
                                                 second_prompt, error);
  return passphrases->fd[1] >= 0;
}

typedef gboolean (*TwoFunc) (TacDbusKeyring1 *keyring, GVariant *first, GVariant *second,
                             GUnixFDList *list, GUnixFDList **out, GCancellable *cancellable,
                             GError **error);

static gboolean
with_two (const CliRequest *request, const char *second_prompt, TwoFunc func, GError **error)
{
  g_auto (Passphrases) passphrases = NO_PASSPHRASES;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (error);
  if (daemon == NULL
      || ((is_state (daemon, "none") || is_state (daemon, "damaged"))
          && !cli_daemon_check_open (daemon, error))
      || !get_two (request, second_prompt, &passphrases, error))
    return FALSE;
  g_autoptr (GUnixFDList) list = to_list (&passphrases, error);
  if (list == NULL)
    return FALSE;
  show_work (TRUE);
  gboolean done = func (daemon->keyring, g_variant_new_handle (0), g_variant_new_handle (1), list,
                        NULL, NULL, error);
  show_work (FALSE);
  return done;
}

int
cli_run_passphrase_change (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  if (!with_two (request, "New passphrase", tac_dbus_keyring1_call_change_passphrase_sync, &error))
    return cli_fail (request, error);
  return cli_report (
      request, "done", "changed",
      "The new passphrase holds. A copy of the old file, such as a backup, still opens "
      "with the old one.");
}

int
cli_run_passphrase_duress (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  if (!with_two (request, "Duress passphrase", tac_dbus_keyring1_call_set_duress_sync, &error))
    return cli_fail (request, error);
  return cli_report (request, "done", request->off ? "off" : "set",
                     request->off
                         ? "There is no duress passphrase."
                         : "Set. Whoever unlocks with it destroys this phone's keys, without a "
                           "question and for good, and sees an empty contact list.");
}

int
cli_run_wipe (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL
      || !cli_confirm (
          request,
          "This destroys the identity, all contacts and the history, and nothing brings "
          "them back: everybody must pair with this phone anew. Type \"wipe\" to go on",
          "wipe", &error)
      || !tac_dbus_keyring1_call_wipe_sync (daemon->keyring, "wipe", NULL, &error))
    return cli_fail (request, error);
  return cli_report (request, "done", "wiped",
                     "Wiped: the keys first, then the files. \"tacitel setup\" begins anew.");
}
