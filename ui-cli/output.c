/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Standard output, flushed line by line, and failures on standard error with what to do about them.
 */
#include "output.h"
#include "json.h"
#include "safe-text.h"
#include "style.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

G_DEFINE_QUARK (cli - error - quark, cli_error)

#define LOG_REMEDY "journalctl --user -u taciteld shows what it is doing"

gboolean
cli_out (const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  int written = vfprintf (stdout, format, arguments);
  va_end (arguments);
  return written >= 0 && fflush (stdout) == 0;
}

typedef struct
{
  const char *name;
  CliExit status;
  const char *remedy;
} Known;

/* Errors of org.tacitel.Manager1; their messages come from the daemon. */
static const Known daemon_errors[] = {
  { "InvalidNumber", CLI_EXIT_USAGE, NULL },
  { "InvalidArgument", CLI_EXIT_USAGE, NULL },
  { "UnknownContact", CLI_EXIT_NOT_FOUND, "tacitel contact list shows whom you can call" },
  { "NotSetUp", CLI_EXIT_NOT_SET_UP, "tacitel setup makes an identity" },
  { "Locked", CLI_EXIT_LOCKED, "tacitel unlock" },
  { "WrongPassphrase", CLI_EXIT_WRONG_PASSPHRASE,
    "again, with an eye on Caps Lock and the keyboard's layout" },
  { "TryLater", CLI_EXIT_TRY_LATER, NULL },
  { "Damaged", CLI_EXIT_DAMAGED,
    "restore a copy of the file; or begin anew, keeping it beside, with --set-aside of tacitel "
    "unlock (store) or tacitel setup (keyring)" },
  { "Refused", CLI_EXIT_REFUSED, "tacitel status shows the policy and what it decided" },
  { "Exists", CLI_EXIT_FAILED, "tacitel contact list shows the contacts" },
  { "SelfCall", CLI_EXIT_USAGE, NULL },
  { "Busy", CLI_EXIT_STATE, "tacitel calls shows the call, tacitel hangup ends it" },
  { "NoModem", CLI_EXIT_NOT_READY, "tacitel status shows what is missing" },
  { "NotRegistered", CLI_EXIT_NOT_READY, "tacitel status shows the network's state" },
  { "NoData", CLI_EXIT_NOT_READY, "tacitel status shows the data connection's state" },
  { "SmsFailed", CLI_EXIT_NOT_READY, NULL },
  { "MediaFailed", CLI_EXIT_NOT_READY, "pactl info tells whether the sound server runs" },
  { "InvalidState", CLI_EXIT_STATE,
    "tacitel calls shows the call's state, tacitel status the store's" },
  { "Failed", CLI_EXIT_FAILED, LOG_REMEDY },
};

void
cli_daemon_error (GError **error, const char *name, const char *message)
{
  g_autofree char *remote = g_strconcat ("org.tacitel.Error.", name, NULL);
  g_propagate_error (error, g_dbus_error_new_for_dbus_error (remote, message));
}

static CliFailure
failure (const char *name, CliExit status, const char *message, const char *remedy)
{
  CliFailure result = { name, cli_safe_text (message), remedy, status };
  return result;
}

static CliFailure
from_daemon (const char *remote, const GError *error)
{
  g_autoptr (GError) stripped = g_error_copy (error);
  g_dbus_error_strip_remote_error (stripped);
  const char *name = g_str_has_prefix (remote, "org.tacitel.Error.")
                         ? remote + strlen ("org.tacitel.Error.")
                         : "";
  for (gsize i = 0; i < G_N_ELEMENTS (daemon_errors); i++)
    if (g_str_equal (daemon_errors[i].name, name))
      return failure (daemon_errors[i].name, daemon_errors[i].status, stripped->message,
                      daemon_errors[i].remedy);
  return failure ("Failed", CLI_EXIT_FAILED, stripped->message, LOG_REMEDY);
}

static CliFailure
from_dbus (const GError *error)
{
  switch (error->code)
    {
    case G_DBUS_ERROR_SERVICE_UNKNOWN:
    case G_DBUS_ERROR_NAME_HAS_NO_OWNER:
      return failure ("NoDaemon", CLI_EXIT_NO_DAEMON,
                      "taciteld is not running, and the session bus does not know how to start it",
                      "systemctl --user start taciteld, or install its D-Bus activation file");
    case G_DBUS_ERROR_SPAWN_EXEC_FAILED:
    case G_DBUS_ERROR_SPAWN_FORK_FAILED:
    case G_DBUS_ERROR_SPAWN_CHILD_EXITED:
    case G_DBUS_ERROR_SPAWN_CHILD_SIGNALED:
    case G_DBUS_ERROR_SPAWN_FAILED:
    case G_DBUS_ERROR_SPAWN_FILE_INVALID:
      return failure ("NoDaemon", CLI_EXIT_NO_DAEMON, "taciteld could not be started", LOG_REMEDY);
    case G_DBUS_ERROR_NO_REPLY:
    case G_DBUS_ERROR_TIMEOUT:
    case G_DBUS_ERROR_TIMED_OUT:
      return failure ("NoReply", CLI_EXIT_NO_DAEMON,
                      "taciteld did not answer, or went away meanwhile", LOG_REMEDY);
    case G_DBUS_ERROR_UNKNOWN_OBJECT:
      return failure ("NoCall", CLI_EXIT_NOT_FOUND, "the call has ended already",
                      "tacitel calls shows the calls");
    case G_DBUS_ERROR_UNKNOWN_METHOD:
    case G_DBUS_ERROR_UNKNOWN_INTERFACE:
      return failure ("WrongVersion", CLI_EXIT_FAILED, "the running taciteld is of another version",
                      "systemctl --user restart taciteld");
    case G_DBUS_ERROR_ACCESS_DENIED:
      return failure ("AccessDenied", CLI_EXIT_NO_DAEMON,
                      "the session bus refused access to taciteld",
                      "run tacitel as the phone's user");
    default:
      return failure ("Failed", CLI_EXIT_FAILED, error->message, LOG_REMEDY);
    }
}

static CliFailure
from_own (const GError *error)
{
  switch ((CliError)error->code)
    {
    case CLI_ERROR_NO_BUS:
      return failure ("NoBus", CLI_EXIT_NO_DAEMON, error->message, NULL);
    case CLI_ERROR_NO_DAEMON:
      return failure ("NoDaemon", CLI_EXIT_NO_DAEMON, error->message, LOG_REMEDY);
    case CLI_ERROR_NO_CALL:
      return failure ("NoCall", CLI_EXIT_NOT_FOUND, error->message,
                      "tacitel calls shows the calls");
    case CLI_ERROR_STATE:
      return failure ("InvalidState", CLI_EXIT_STATE, error->message,
                      "tacitel calls shows the call's state");
    case CLI_ERROR_USAGE:
      return failure ("Usage", CLI_EXIT_USAGE, error->message, NULL);
    case CLI_ERROR_NO_REQUEST:
      return failure ("NoRequest", CLI_EXIT_NOT_FOUND, error->message,
                      "tacitel pair list shows the requests");
    case CLI_ERROR_NO_ANSWER:
      return failure ("NotConfirmed", CLI_EXIT_NOT_CONFIRMED, error->message, NULL);
    case CLI_ERROR_NOT_CONFIRMED:
      return failure ("NotConfirmed", CLI_EXIT_NOT_CONFIRMED, error->message, NULL);
    case CLI_ERROR_DONE:
      return failure ("InvalidState", CLI_EXIT_STATE, error->message, NULL);
    case CLI_ERROR_PASSPHRASE:
      return failure ("InvalidArgument", CLI_EXIT_USAGE, error->message, NULL);
    }
  return failure ("Failed", CLI_EXIT_FAILED, error->message, NULL);
}

CliFailure
cli_failure_from (const GError *error)
{
  if (error->domain == CLI_ERROR)
    return from_own (error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return failure ("NoReply", CLI_EXIT_NO_DAEMON, "taciteld did not answer in time", LOG_REMEDY);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return failure ("NoBus", CLI_EXIT_NO_DAEMON, "the session bus went away", "log in again");
  g_autofree char *remote = g_dbus_error_get_remote_error (error);
  if (error->domain == G_DBUS_ERROR)
    return from_dbus (error);
  if (remote != NULL)
    return from_daemon (remote, error);
  return failure ("Failed", CLI_EXIT_FAILED, error->message, NULL);
}

/* The daemon's message often names the command already: "this phone is locked; to open it: tacitel unlock". */
static gboolean
is_told (const char *message, const char *remedy)
{
  g_auto (GStrv) words = g_strsplit (remedy, " ", 3);
  if (g_strv_length (words) < 2 || !g_str_equal (words[0], "tacitel"))
    return FALSE;
  g_autofree char *command = g_strconcat (words[0], " ", words[1], NULL);
  return strstr (message, command) != NULL;
}

int
cli_fail (const CliRequest *request, const GError *error)
{
  CliFailure failure = cli_failure_from (error);
  g_autofree char *message = failure.message;
  if (request->json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();
      json_builder_begin_object (builder);
      cli_json_add_string (builder, "error", failure.name);
      cli_json_add_string (builder, "message", message);
      cli_json_add_string (builder, "remedy", failure.remedy);
      json_builder_end_object (builder);
      g_autofree char *line = cli_json_line (builder);
      fprintf (stderr, "%s\n", line);
      return (int)failure.status;
    }
  CliStyle style = cli_style_for (STDERR_FILENO);
  g_autofree char *text = g_strconcat ("tacitel: ", message, NULL);
  g_autofree char *broken = cli_text_wrap (text, style.columns);
  g_autofree char *shown = cli_style_wrap (&style, CLI_BAD, broken);
  fprintf (stderr, "%s\n", shown);
  if (failure.remedy != NULL && !is_told (message, failure.remedy))
    {
      g_autofree char *remedy = g_strconcat ("  Try: ", failure.remedy, NULL);
      g_autofree char *lines = cli_text_wrap (remedy, style.columns);
      fprintf (stderr, "%s\n", lines);
    }
  return (int)failure.status;
}
