/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel-emulator: options, name on the bus, exit codes. */
#include "dbus-connect.h"
#include "dbus-service.h"
#include <glib-unix.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#define EXIT_USAGE 2

static char *config_path;
static char *bus;
static gboolean version;

static const GOptionEntry options[] = {
  { "config", 'c', 0, G_OPTION_ARG_FILENAME, &config_path, "Phones and networks, a key file",
    "FILE" },
  { "bus", 'b', 0, G_OPTION_ARG_STRING, &bus,
    "Bus to be controlled on: session (default), system, an address, or none", "BUS" },
  { "version", 'V', 0, G_OPTION_ARG_NONE, &version, "Print the version and exit", NULL },
  { NULL },
};

typedef struct
{
  GMainLoop *loop;
  int status;
} Run;

static gboolean
on_signal (gpointer user_data)
{
  Run *run = user_data;

  g_main_loop_quit (run->loop);
  return G_SOURCE_CONTINUE;
}

static void
on_name_acquired (GDBusConnection *connection, const char *name, gpointer user_data)
{
  g_print ("ready\n");
}

static void
on_name_lost (GDBusConnection *connection, const char *name, gpointer user_data)
{
  Run *run = user_data;

  g_printerr ("tacitel-emulator: %s on the bus: %s\n", name,
              connection != NULL ? "another emulator has it; end that one or give another --bus"
                                 : "the bus is gone");
  run->status = EXIT_FAILURE;
  g_main_loop_quit (run->loop);
}

static int
serve (EmuEmulator *emulator, GDBusConnection *connection)
{
  Run run = { g_main_loop_new (NULL, FALSE), EXIT_SUCCESS };
  guint name = 0;

  g_unix_signal_add (SIGTERM, on_signal, &run);
  g_unix_signal_add (SIGINT, on_signal, &run);
  if (connection != NULL)
    name = g_bus_own_name_on_connection (connection, EMU_BUS_NAME,
                                         G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE, on_name_acquired,
                                         on_name_lost, &run, NULL);
  else
    g_print ("ready\n");
  g_main_loop_run (run.loop);
  if (name != 0)
    g_bus_unown_name (name);
  g_main_loop_unref (run.loop);
  return run.status;
}

static int
run (EmuEmulator *emulator, GError **error)
{
  g_autoptr (GDBusConnection) connection = NULL;
  EmuDbusService *service = NULL;
  int status;

  if (!emu_emulator_start (emulator, error))
    return EXIT_FAILURE;
  if (g_strcmp0 (bus, "none") != 0)
    {
      connection = emu_dbus_connect (bus != NULL ? bus : "session", error);
      if (connection == NULL)
        {
          g_prefix_error (error, "no bus (start one with dbus-run-session, or give --bus): ");
          return EXIT_FAILURE;
        }
      g_dbus_connection_set_exit_on_close (connection, FALSE);
      service = emu_dbus_service_new (emulator, connection, error);
      if (service == NULL)
        return EXIT_FAILURE;
    }
  status = serve (emulator, connection);
  emu_dbus_service_free (service);
  return status;
}

static gboolean
parse_options (int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (
      context, "Emulates modems, their SIMs and the network between them, for oFono's phonesim\n"
               "driver. Prints 'ready' once every port is open. See tests/emulator/README.md.");
  g_option_context_add_main_entries (context, options, NULL);
  if (g_option_context_parse (context, argc, argv, &error) && *argc == 1
      && (config_path != NULL || version))
    return TRUE;
  g_printerr ("tacitel-emulator: %s\n", error != NULL ? error->message
                                        : *argc > 1   ? "no arguments are taken, only options"
                                                      : "give --config FILE");
  g_printerr ("Try 'tacitel-emulator --help'.\n");
  return FALSE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  EmuConfig *config;
  EmuEmulator *emulator;
  int status = EXIT_FAILURE;

  setlocale (LC_ALL, "");
  setlinebuf (stdout);
  if (!parse_options (&argc, &argv))
    return EXIT_USAGE;
  if (version)
    {
      g_print ("tacitel-emulator " EMU_VERSION "\n");
      return EXIT_SUCCESS;
    }
  config = emu_config_load (config_path, &error);
  emulator = config != NULL ? emu_emulator_new (config, &error) : NULL;
  if (emulator != NULL)
    status = run (emulator, &error);
  emu_emulator_free (emulator);
  if (error != NULL)
    g_printerr ("tacitel-emulator: %s\n", error->message);
  return status;
}
