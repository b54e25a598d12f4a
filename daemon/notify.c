/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The notification hook. The details are in a memory file that is its standard input: they need no
 * pipe, so a program that does not read them holds up nothing. */
#include "daemon/notify.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define AT_A_TIME 8

static guint running;

/* -1: no memory. */
static int
make_input (GVariant *details)
{
  g_autoptr (JsonNode) node = json_gvariant_serialize (details);
  g_autofree char *json = json_to_string (node, FALSE);
  g_autofree char *line = g_strconcat (json, "\n", NULL);
  gsize size = strlen (line);
  int fd = memfd_create ("tacitel-event", MFD_CLOEXEC);

  if (fd >= 0 && (write (fd, line, size) != (gssize)size || lseek (fd, 0, SEEK_SET) != 0))
    {
      close (fd);
      fd = -1;
    }
  return fd;
}

static void
on_ended (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GSubprocess *process = G_SUBPROCESS (object);

  running--;
  g_subprocess_wait_finish (process, result, NULL);
  if (!g_subprocess_get_if_exited (process) || g_subprocess_get_exit_status (process) != 0)
    g_message ("the [notify] command ended with an error");
}

void
tac_notify (const TacConfig *config, const char *event, GVariant *details)
{
  g_autoptr (GVariant) held = g_variant_ref_sink (details);
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  int input;

  if (config->notify_command == NULL)
    return;
  if (running >= AT_A_TIME)
    {
      g_warning ("%d [notify] commands are still running: \"%s\" is not told", AT_A_TIME, event);
      return;
    }
  input = make_input (held);
  if (input < 0)
    {
      g_warning ("no memory to tell the [notify] command of \"%s\"", event);
      return;
    }
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_subprocess_launcher_take_stdin_fd (launcher, input);
  process = g_subprocess_launcher_spawn (launcher, &error, config->notify_command, event, NULL);
  if (process == NULL)
    {
      g_warning ("the [notify] command %s does not run: %s", config->notify_command,
                 error->message);
      return;
    }
  running++;
  g_subprocess_wait_async (process, NULL, on_ended, NULL);
}
