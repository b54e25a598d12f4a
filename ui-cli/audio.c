/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel audio test: hear yourself through all of a call. */
#include "audio-view.h"
#include "bus.h"
#include "commands.h"
#include "output.h"
#include <glib-unix.h>
#include <stdio.h>
#include <unistd.h>

typedef struct
{
  GMainLoop *loop;
  CliDaemon *daemon;
  CliStyle style; /* of standard error, where the meter is */
  gboolean meter, drawn;
  GVariant *report;
  GError *error;
} Wait;

static void
on_tested (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Wait *wait = user_data;
  tac_dbus_audio1_call_test_finish (TAC_DBUS_AUDIO1 (source), &wait->report, result, &wait->error);
  g_main_loop_quit (wait->loop);
}

static void
on_progress (Wait *wait, int captured, int played, guint left_ms)
{
  if (!wait->meter)
    return;
  g_autofree char *line = cli_audio_meter (&wait->style, captured, played, left_ms);
  fprintf (stderr, "\r%s\033[K", line);
  wait->drawn = TRUE;
}

/* The report still comes; a second signal, if it does not, ends this program. */
static gboolean
on_stop_signal (gpointer user_data)
{
  Wait *wait = user_data;
  tac_dbus_audio1_call_stop (wait->daemon->audio, NULL, NULL, NULL);
  return G_SOURCE_REMOVE;
}

static GVariant *
make_options (const CliRequest *request)
{
  GVariantDict options;
  g_variant_dict_init (&options, NULL);
  if (request->seconds != 0)
    g_variant_dict_insert (&options, "Seconds", "u", (guint)MAX (request->seconds, 0));
  if (request->delay_ms >= 0)
    g_variant_dict_insert (&options, "Delay", "u", (guint)request->delay_ms);
  return g_variant_dict_end (&options);
}

static void
run (Wait *wait, const CliRequest *request)
{
  wait->loop = g_main_loop_new (NULL, FALSE);
  gulong progress
      = g_signal_connect_swapped (wait->daemon->audio, "progress", G_CALLBACK (on_progress), wait);
  g_unix_signal_add (SIGINT, on_stop_signal, wait);
  g_unix_signal_add (SIGTERM, on_stop_signal, wait);
  tac_dbus_audio1_call_test (wait->daemon->audio, make_options (request), NULL, on_tested, wait);
  if (!request->json)
    g_printerr ("Speak: you hear yourself a little later. Ctrl-C ends it.\n");
  g_main_loop_run (wait->loop);
  g_main_loop_unref (wait->loop);
  g_signal_handler_disconnect (wait->daemon->audio, progress);
  if (wait->drawn)
    fprintf (stderr, "\r\033[K");
}

int
cli_run_audio_test (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  if (daemon == NULL)
    return cli_fail (request, error);
  Wait wait = { .daemon = daemon, .style = cli_style_for (STDERR_FILENO) };
  wait.meter
      = !request->json && wait.style.columns > 0 && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
  run (&wait, request);
  error = wait.error;
  g_autoptr (GVariant) report = wait.report;
  return report != NULL ? cli_show_audio (request, report) : cli_fail (request, error);
}
