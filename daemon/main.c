/* SPDX-License-Identifier: GPL-3.0-or-later */
/* taciteld: options, the name on the bus, signals, exit codes. */
#include "daemon/daemon.h"

#include <glib-unix.h>
#include <locale.h>
#include <malloc.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define BUS_NAME "org.tacitel.Tacitel"

/* Exit codes: EXIT_SUCCESS when told to stop, EXIT_FAILURE for anything that keeps it from working.
 */
typedef struct
{
  GMainLoop *loop;
  TacDaemon *daemon;
  int exit_code;
} Run;

/* No key may reach a core dump, or another process of this user. */
static void
close_memory (void)
{
  struct rlimit none = { 0, 0 };

  setrlimit (RLIMIT_CORE, &none);
  prctl (PR_SET_DUMPABLE, 0);
}

/* A call's dozen threads come and go. With an arena of the heap for each, what one leaves free, no
 * other can use, and the daemon would grow with the number of its calls. */
static void
keep_heap_small (void)
{
#ifdef __GLIBC__
  mallopt (M_ARENA_MAX, 2);
#endif
}

static gboolean
stop (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_signal (gpointer user_data)
{
  Run *run = user_data;

  tac_daemon_end_calls (run->daemon, stop, run->loop);
  return G_SOURCE_CONTINUE;
}

static void
on_name_lost (GDBusConnection *bus, const char *name, gpointer user_data)
{
  Run *run = user_data;

  if (bus == NULL || g_dbus_connection_is_closed (bus))
    g_printerr ("taciteld: the session bus is gone\n");
  else
    g_printerr ("taciteld: %s is taken on the session bus: another taciteld is running\n", name);
  run->exit_code = EXIT_FAILURE;
  g_main_loop_quit (run->loop);
}

/* Nobody is left to tell oFono anything; the next taciteld finds the new bus. */
static void
on_system_bus_closed (GDBusConnection *bus, gboolean vanished, GError *error, gpointer user_data)
{
  Run *run = user_data;

  g_printerr ("taciteld: the system bus, where oFono is, is gone\n");
  run->exit_code = EXIT_FAILURE;
  g_main_loop_quit (run->loop);
}

static int
serve (TacDaemon *daemon, GDBusConnection *session, GDBusConnection *system)
{
  Run run = { .loop = g_main_loop_new (NULL, FALSE), .daemon = daemon };
  guint name = g_bus_own_name_on_connection (session, BUS_NAME, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE,
                                             NULL, on_name_lost, &run, NULL);
  guint term = g_unix_signal_add (SIGTERM, on_signal, &run);
  guint interrupt = g_unix_signal_add (SIGINT, on_signal, &run);
  gulong closed = g_signal_connect (system, "closed", G_CALLBACK (on_system_bus_closed), &run);

  g_main_loop_run (run.loop);
  g_signal_handler_disconnect (system, closed);
  g_source_remove (interrupt);
  g_source_remove (term);
  g_bus_unown_name (name);
  g_main_loop_unref (run.loop);
  return run.exit_code;
}

static int
run (const TacConfig *config, GError **error)
{
  g_autoptr (GDBusConnection) session = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, error);
  g_autoptr (GDBusConnection) system = NULL;
  TacDaemon *daemon;
  int exit_code;

  if (session == NULL)
    {
      g_prefix_error (error, "no session bus: ");
      return EXIT_FAILURE;
    }
  system = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  if (system == NULL)
    {
      g_prefix_error (error, "no system bus, where oFono is: ");
      return EXIT_FAILURE;
    }
  g_dbus_connection_set_exit_on_close (session, FALSE);
  g_dbus_connection_set_exit_on_close (system, FALSE);
  daemon = tac_daemon_new (config, session, system, error);
  if (daemon == NULL)
    return EXIT_FAILURE;
  exit_code = serve (daemon, session, system);
  tac_daemon_free (daemon);
  g_dbus_connection_flush_sync (system, NULL, NULL);
  return exit_code;
}

int
main (int argc, char **argv)
{
  g_autofree char *path = NULL;
  gboolean version = FALSE;
  const GOptionEntry options[]
      = { { "config", 'c', 0, G_OPTION_ARG_FILENAME, &path,
            "Read FILE instead of the system's and the user's configuration", "FILE" },
          { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version and end", NULL },
          { 0 } };
  g_autoptr (GOptionContext) context = g_option_context_new ("- encrypted calls for this phone");
  g_autoptr (GError) error = NULL;
  g_autoptr (TacConfig) config = NULL;
  int exit_code = EXIT_FAILURE;

  close_memory ();
  keep_heap_small ();
  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, options, NULL);
  if (g_option_context_parse (context, &argc, &argv, &error) && argc > 1)
    g_set_error (&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 "unexpected argument \"%s\"; see --help", argv[1]);
  if (error == NULL && version)
    {
      g_print ("taciteld " TAC_VERSION "\n");
      return EXIT_SUCCESS;
    }
  if (error == NULL && sodium_init () < 0)
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_FAILED, "libsodium does not start");
  if (error == NULL && path != NULL && !g_file_test (path, G_FILE_TEST_EXISTS))
    g_set_error (&error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "there is no configuration \"%s\"",
                 path);
  if (error == NULL)
    config = path != NULL ? tac_config_load_files ((const char *const[]){ path, NULL }, &error)
                          : tac_config_load (&error);
  if (config != NULL)
    exit_code = run (config, &error);
  if (error != NULL)
    g_printerr ("taciteld: %s\n", error->message);
  return exit_code;
}
