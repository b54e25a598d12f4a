/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stays with one call until it ends: shows it, takes keys, hangs up when the program is told to
 * stop. */
#include "session.h"
#include "output.h"
#include "show.h"
#include "terminal.h"
#include <glib-unix.h>
#include <string.h>

/* After Hangup was accepted, the end is a matter of one signal. */
#define END_TIMEOUT_S 5
/* The object exists before Dial returns; its signal may still be on the way to this process. */
#define APPEAR_TIMEOUT_S 5

typedef struct
{
  CliDaemon *daemon;
  const CliRequest *request;
  const char *path;
  GMainLoop *loop;
  GCancellable *cancellable;
  TacDbusCall1 *proxy;
  CliCall *call;
  CliShow show;
  gboolean answer, asking_statistics;
  guint tick, patience;
  int status;
} Session;

static void refresh (Session *session);

static void
quit (Session *session, int status)
{
  session->status = status;
  g_cancellable_cancel (session->cancellable);
  g_main_loop_quit (session->loop);
}

static void
fail (Session *session, const GError *error)
{
  cli_terminal_close ();
  quit (session, cli_fail (session->request, error));
}

static void
fail_now (Session *session, CliError code, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (CLI_ERROR, (int)code, message);
  fail (session, error);
}

static void
end (Session *session)
{
  CliExit status = cli_exit_for_reason (
      session->call->reason, session->show.answered != 0 || cli_call_was_answered (session->call));
  cli_show_end (&session->show, session->call, (int)status);
  quit (session, (int)status);
}

static gboolean
on_patience_over (gpointer user_data)
{
  Session *session = user_data;
  session->patience = 0;
  fail_now (session, CLI_ERROR_NO_DAEMON,
            session->call == NULL ? "taciteld took the call but does not show it"
                                  : "taciteld took the order to hang up but the call does not end");
  return G_SOURCE_REMOVE;
}

static void
on_method_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Session *session = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_proxy_call_finish (G_DBUS_PROXY (source), result, &error);
  if (reply != NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  /* A call that ends by itself meanwhile needs no word: its end is on the way. */
  if (session->show.leaving)
    return;
  if (session->show.mode != CLI_SHOW_SCREEN)
    {
      fail (session, error);
      return;
    }
  CliFailure failure = cli_failure_from (error);
  cli_show_notice (&session->show, failure.message);
  g_free (failure.message);
  refresh (session);
}

static void
ask (Session *session, const char *method, GVariant *arguments)
{
  cli_show_notice (&session->show, "");
  g_dbus_proxy_call (G_DBUS_PROXY (session->proxy), method, arguments, G_DBUS_CALL_FLAGS_NONE, -1,
                     session->cancellable, on_method_done, session);
}

/* Hangs up and waits for the end; asked again, or with no call to end yet, goes at once. */
static void
leave (Session *session)
{
  if (session->show.leaving)
    {
      quit (session, CLI_EXIT_CANCELLED);
      return;
    }
  session->show.leaving = TRUE;
  if (session->proxy == NULL)
    return; /* appears soon, and is hung up then */
  ask (session, "Hangup", NULL);
  g_clear_handle_id (&session->patience, g_source_remove);
  session->patience = g_timeout_add_seconds (END_TIMEOUT_S, on_patience_over, session);
  if (session->show.mode == CLI_SHOW_SCREEN)
    refresh (session);
}

static gboolean
on_stop_signal (gpointer user_data)
{
  leave (user_data);
  return G_SOURCE_CONTINUE;
}

static void
on_statistics (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Session *session = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) statistics = NULL;
  gboolean done = tac_dbus_call1_call_get_statistics_finish (TAC_DBUS_CALL1 (source), &statistics,
                                                             result, &error);
  if (!done && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  session->asking_statistics = FALSE;
  if (!done) /* the call ended in between; its end is on the way */
    return;
  g_clear_pointer (&session->call->statistics, g_variant_unref);
  session->call->statistics = g_steal_pointer (&statistics);
  if (!cli_show_statistics (&session->show, session->call))
    leave (session);
}

static void
ask_statistics (Session *session)
{
  if (!cli_call_is_up (session->call) || session->asking_statistics)
    return;
  session->asking_statistics = TRUE;
  tac_dbus_call1_call_get_statistics (session->proxy, session->cancellable, on_statistics, session);
}

static gboolean
on_tick (gpointer user_data)
{
  Session *session = user_data;
  ask_statistics (session);
  if (!cli_show_call (&session->show, session->call, FALSE))
    leave (session);
  return G_SOURCE_CONTINUE;
}

/* A screen has a clock to move; JSON has figures once there is a conversation; lines need no timer.
 */
static void
follow_tick (Session *session)
{
  gboolean wanted = session->show.mode == CLI_SHOW_SCREEN
                    || (session->show.mode == CLI_SHOW_JSON && cli_call_is_up (session->call));
  if (wanted && session->tick == 0)
    session->tick = g_timeout_add_seconds (1, on_tick, session);
  else if (!wanted)
    g_clear_handle_id (&session->tick, g_source_remove);
}

static void
refresh (Session *session)
{
  g_autoptr (CliCall) before = session->call;
  session->call = cli_daemon_read_call (session->proxy);
  if (before != NULL)
    session->call->statistics = g_steal_pointer (&before->statistics);
  gboolean came_up = cli_call_is_up (session->call) && (before == NULL || !cli_call_is_up (before));
  if (!cli_show_call (&session->show, session->call, TRUE) && !session->show.leaving)
    leave (session);
  follow_tick (session);
  if (session->call->state == CLI_CALL_ENDED)
    {
      end (session);
      return;
    }
  if (came_up)
    ask_statistics (session);
  if (session->answer && session->call->state == CLI_CALL_RINGING)
    {
      session->answer = FALSE;
      ask (session, "Answer", NULL);
    }
}

static void
on_properties_changed (GDBusProxy *proxy, GVariant *changed, GStrv invalidated, gpointer user_data)
{
  refresh (user_data);
}

static void
on_tone (TacDbusCall1 *proxy, const char *digit, gpointer user_data)
{
  Session *session = user_data;
  if (!cli_show_tone (&session->show, session->call, digit))
    leave (session);
}

static void
toggle_hold (Session *session)
{
  if (session->call->state == CLI_CALL_HELD)
    ask (session, "Resume", NULL);
  else if (cli_call_is_up (session->call))
    ask (session, "Hold", NULL);
}

/* The key after v: y and n judge the words, any other puts it off. */
static void
judge (Session *session, char key)
{
  session->show.judging = FALSE;
  if (!cli_call_wants_words (session->call) || (key != 'y' && key != 'n'))
    return;
  ask (session, "Verify", g_variant_new ("(b)", key == 'y'));
}

static void
on_key (char key, gpointer user_data)
{
  Session *session = user_data;
  if (session->call == NULL)
    return;
  char digit[2] = { key, '\0' };
  if (session->show.judging && key != '\0')
    {
      judge (session, g_ascii_tolower (key));
      cli_show_call (&session->show, session->call, FALSE);
      return;
    }
  switch (g_ascii_tolower (key))
    {
    case 'v':
      session->show.judging = cli_call_wants_words (session->call);
      break;
    case 'q':
      leave (session);
      return;
    case 'm':
      ask (session, "SetMuted", g_variant_new ("(b)", !session->call->muted));
      break;
    case 'h':
      toggle_hold (session);
      break;
    case 'a':
      if (session->call->incoming && session->call->state == CLI_CALL_RINGING)
        ask (session, "Answer", NULL);
      break;
    default:
      if (key == '\0' || strchr ("0123456789*#", key) == NULL || !cli_call_is_up (session->call))
        break;
      ask (session, "SendTone", g_variant_new ("(s)", digit));
      cli_show_add_tone (&session->show, key);
    }
  cli_show_call (&session->show, session->call, FALSE);
}

static void
take_up (Session *session)
{
  session->proxy = cli_daemon_call_at (session->daemon, session->path);
  if (session->proxy == NULL)
    return;
  g_clear_handle_id (&session->patience, g_source_remove);
  g_signal_connect (session->proxy, "g-properties-changed", G_CALLBACK (on_properties_changed),
                    session);
  g_signal_connect (session->proxy, "tone", G_CALLBACK (on_tone), session);
  if (session->show.mode == CLI_SHOW_SCREEN && !cli_terminal_open (on_key, session))
    session->show.mode = CLI_SHOW_LINES;
  refresh (session);
  if (session->show.leaving && !g_cancellable_is_cancelled (session->cancellable))
    {
      session->show.leaving = FALSE;
      leave (session);
    }
}

static void
on_object_added (GDBusObjectManager *objects, GDBusObject *object, gpointer user_data)
{
  Session *session = user_data;
  if (session->proxy == NULL && g_str_equal (g_dbus_object_get_object_path (object), session->path))
    take_up (session);
}

static void
on_object_removed (GDBusObjectManager *objects, GDBusObject *object, gpointer user_data)
{
  Session *session = user_data;
  if (session->call == NULL || g_cancellable_is_cancelled (session->cancellable)
      || !g_str_equal (g_dbus_object_get_object_path (object), session->path))
    return;
  g_autofree char *owner
      = g_dbus_object_manager_client_get_name_owner (G_DBUS_OBJECT_MANAGER_CLIENT (objects));
  if (owner == NULL)
    fail_now (session, CLI_ERROR_NO_DAEMON, "taciteld went away, and the call with it");
  else
    end (session);
}

static void
on_bus_closed (GDBusConnection *bus, gboolean vanished, GError *error, gpointer user_data)
{
  fail_now (user_data, CLI_ERROR_NO_DAEMON, "the session bus went away");
}

int
cli_session_run (CliDaemon *daemon, const CliRequest *request, const char *path,
                 CliSessionKind kind)
{
  Session session = { .daemon = daemon, .request = request, .path = path };
  static const int stop_signals[] = { SIGINT, SIGTERM, SIGHUP };
  guint sources[G_N_ELEMENTS (stop_signals)];
  session.loop = g_main_loop_new (NULL, FALSE);
  session.cancellable = g_cancellable_new ();
  session.answer = kind == CLI_SESSION_ANSWER;
  session.status = CLI_EXIT_FAILED;
  cli_show_init (&session.show, request->json);
  for (gsize i = 0; i < G_N_ELEMENTS (stop_signals); i++)
    sources[i] = g_unix_signal_add (stop_signals[i], on_stop_signal, &session);
  g_signal_connect (daemon->objects, "object-added", G_CALLBACK (on_object_added), &session);
  g_signal_connect (daemon->objects, "object-removed", G_CALLBACK (on_object_removed), &session);
  g_signal_connect (daemon->bus, "closed", G_CALLBACK (on_bus_closed), &session);

  session.patience = g_timeout_add_seconds (APPEAR_TIMEOUT_S, on_patience_over, &session);
  take_up (&session);
  if (!g_cancellable_is_cancelled (session.cancellable))
    g_main_loop_run (session.loop);

  cli_terminal_close ();
  for (gsize i = 0; i < G_N_ELEMENTS (stop_signals); i++)
    g_source_remove (sources[i]);
  g_clear_handle_id (&session.tick, g_source_remove);
  g_clear_handle_id (&session.patience, g_source_remove);
  g_signal_handlers_disconnect_by_data (daemon->objects, &session);
  g_signal_handlers_disconnect_by_data (daemon->bus, &session);
  if (session.proxy != NULL)
    g_signal_handlers_disconnect_by_data (session.proxy, &session);
  g_clear_object (&session.proxy);
  g_clear_pointer (&session.call, cli_call_free);
  cli_show_clear (&session.show);
  g_object_unref (session.cancellable);
  g_main_loop_unref (session.loop);
  return session.status;
}
