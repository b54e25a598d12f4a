/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel decline, hangup, mute, hold, tone: one order to the call that is on. */
#include "bus.h"
#include "commands.h"
#include "json.h"
#include "output.h"
#include "safe-text.h"
#include <string.h>

typedef gboolean (*OrderFunc) (TacDbusCall1 *call, gconstpointer argument, GError **error);

/* Says that @what was done to the call: a sentence, or {"done": what, "path": …}. */
static int
report (const CliRequest *request, TacDbusCall1 *proxy, const char *what)
{
  g_autoptr (CliCall) call = cli_daemon_read_call (proxy);
  if (!request->json)
    return cli_out ("Call %s %s: %s.\n", call->incoming ? "from" : "to", call->name, what)
               ? CLI_EXIT_OK
               : CLI_EXIT_FAILED;
  JsonBuilder *builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_json_add_string (builder, "done", what);
  cli_json_add_string (builder, "path", call->path);
  cli_json_add_string (builder, "name", call->name);
  cli_json_add_string (builder, "number", call->number);
  return cli_json_write (builder) ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}

static int
order (const CliRequest *request, CliWhich which, OrderFunc func, gconstpointer argument,
       const char *what)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  g_autoptr (TacDbusCall1) call = daemon != NULL ? cli_daemon_pick (daemon, which, &error) : NULL;
  if (call == NULL || !func (call, argument, &error))
    return cli_fail (request, error);
  return report (request, call, what);
}

static gboolean
do_hangup (TacDbusCall1 *call, gconstpointer argument, GError **error)
{
  return tac_dbus_call1_call_hangup_sync (call, NULL, error);
}

static gboolean
do_mute (TacDbusCall1 *call, gconstpointer argument, GError **error)
{
  return tac_dbus_call1_call_set_muted_sync (call, argument != NULL, NULL, error);
}

static gboolean
do_hold (TacDbusCall1 *call, gconstpointer argument, GError **error)
{
  return argument != NULL ? tac_dbus_call1_call_hold_sync (call, NULL, error)
                          : tac_dbus_call1_call_resume_sync (call, NULL, error);
}

static gboolean
do_tones (TacDbusCall1 *call, gconstpointer argument, GError **error)
{
  for (const char *digit = argument; *digit != '\0'; digit++)
    {
      char text[2] = { *digit, '\0' };
      if (!tac_dbus_call1_call_send_tone_sync (call, text, NULL, error))
        return FALSE;
    }
  return TRUE;
}

int
cli_run_decline (const CliRequest *request)
{
  return order (request, CLI_WHICH_INCOMING, do_hangup, NULL, "declined");
}

int
cli_run_hangup (const CliRequest *request)
{
  return order (request, CLI_WHICH_ANY, do_hangup, NULL, "hung up");
}

static int
set_mute (const CliRequest *request, gboolean on)
{
  return order (request, CLI_WHICH_ANY, do_mute, on ? "on" : NULL, on ? "muted" : "not muted");
}

int
cli_run_mute (const CliRequest *request)
{
  return set_mute (request, !request->off);
}

int
cli_run_unmute (const CliRequest *request)
{
  return set_mute (request, FALSE);
}

static int
set_hold (const CliRequest *request, gboolean on)
{
  return order (request, CLI_WHICH_ANY, do_hold, on ? "on" : NULL, on ? "on hold" : "resumed");
}

int
cli_run_hold (const CliRequest *request)
{
  return set_hold (request, !request->off);
}

int
cli_run_resume (const CliRequest *request)
{
  return set_hold (request, FALSE);
}

/* Checked before the first is sent: half a code is worse than none. */
int
cli_run_tone (const CliRequest *request)
{
  g_autofree char *digits = g_ascii_strup (request->arguments[0], -1);
  if (*digits == '\0' || digits[strspn (digits, "0123456789*#ABCD")] != '\0')
    {
      g_autofree char *safe = cli_safe_text (request->arguments[0]);
      g_autoptr (GError) error
          = g_error_new (CLI_ERROR, CLI_ERROR_USAGE,
                         "\"%s\" is no row of tones: use 0-9 * # A-D, in quotes", safe);
      return cli_fail (request, error);
    }
  return order (request, CLI_WHICH_ANY, do_tones, digits, "tones sent");
}
