/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel selftest, and what tacitel status --network asks: what works in this network? */
#include "ask.h"
#include "bus.h"
#include "commands.h"
#include "network-view.h"
#include "output.h"
#include "safe-text.h"

typedef struct
{
  const CliRequest *request;
  GMainLoop *loop;
  GVariant *report;
  GError *error;
} Wait;

static void
on_probed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Wait *wait = user_data;
  tac_dbus_network1_call_probe_finish (TAC_DBUS_NETWORK1 (source), &wait->report, result,
                                       &wait->error);
  g_main_loop_quit (wait->loop);
}

static void
on_tested (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Wait *wait = user_data;
  tac_dbus_network1_call_self_test_finish (TAC_DBUS_NETWORK1 (source), &wait->report, result,
                                           &wait->error);
  g_main_loop_quit (wait->loop);
}

/* To standard error: standard output is for the report. */
static void
on_progress (const Wait *wait, const char *step G_GNUC_UNUSED, const char *text)
{
  g_autofree char *safe = cli_safe_text (text);
  if (!wait->request->json)
    g_printerr ("%s...\n", safe);
}

/* @options: of SelfTest; NULL: only a probe. */
static int
run (const CliRequest *request, CliDaemon *daemon, GVariant *options)
{
  Wait wait = { .request = request, .loop = g_main_loop_new (NULL, FALSE) };
  gulong progress
      = g_signal_connect_swapped (daemon->network, "progress", G_CALLBACK (on_progress), &wait);
  if (options != NULL)
    tac_dbus_network1_call_self_test (daemon->network, options, NULL, on_tested, &wait);
  else
    tac_dbus_network1_call_probe (daemon->network, NULL, on_probed, &wait);
  g_main_loop_run (wait.loop);
  g_main_loop_unref (wait.loop);
  g_signal_handler_disconnect (daemon->network, progress);
  g_autoptr (GError) error = wait.error;
  g_autoptr (GVariant) report = wait.report;
  return report != NULL ? cli_show_network (request, report) : cli_fail (request, error);
}

int
cli_run_status_network (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  return daemon != NULL ? run (request, daemon, NULL) : cli_fail (request, error);
}

static gboolean
confirm (const CliRequest *request, CliDaemon *daemon, GError **error)
{
  const char *own
      = request->number != NULL ? request->number : tac_dbus_manager1_get_number (daemon->manager);
  g_autofree char *number = cli_safe_text (own != NULL && *own != '\0' ? own : "the own number");
  g_autofree char *question
      = g_strdup_printf ("This sends an SMS to %s, and up to three more where it does not come "
                         "back; they cost what SMS cost. Go on?",
                         number);
  return request->no_sms || cli_confirm (request, question, NULL, error);
}

int
cli_run_selftest (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  GVariantDict options;
  if (daemon == NULL || !confirm (request, daemon, &error))
    return cli_fail (request, error);
  g_variant_dict_init (&options, NULL);
  if (request->no_sms)
    g_variant_dict_insert (&options, "Sms", "b", FALSE);
  if (request->number != NULL)
    g_variant_dict_insert (&options, "Number", "s", request->number);
  return run (request, daemon, g_variant_dict_end (&options));
}
