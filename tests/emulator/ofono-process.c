/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which oFono process is at the other end, and what it calls its data interfaces. */
#include "ofono-process.h"
#include "netns.h"
#include <stdio.h>
#include <string.h>

struct _EmuOfonoProcesses
{
  GHashTable *next; /* "pid start-time", or "port n" → the next interface's number */
};

EmuOfonoProcesses *
emu_ofono_processes_new (void)
{
  EmuOfonoProcesses *processes = g_new0 (EmuOfonoProcesses, 1);

  processes->next = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return processes;
}

void
emu_ofono_processes_free (EmuOfonoProcesses *processes)
{
  g_hash_table_unref (processes->next);
  g_free (processes);
}

static gboolean
read_connections (gpointer data, GError **error)
{
  return g_file_get_contents ("/proc/thread-self/net/tcp", data, NULL, error);
}

static guint
port_of (GSocketAddress *address)
{
  return address != NULL ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)) : 0;
}

/* The inode of the socket at the other end, or 0: proc_net_tcp(5). */
static guint64
find_inode (GSocket *connection, const char *netns)
{
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (connection, NULL);
  g_autofree char *table = NULL;

  if (!emu_netns_call (netns, read_connections, &table, NULL))
    return 0;
  g_auto (GStrv) lines = g_strsplit (table, "\n", -1);
  for (guint i = 1; i < g_strv_length (lines); i++)
    {
      guint from, to;
      guint64 inode;

      if (sscanf (lines[i], "%*u: %*x:%x %*x:%x %*x %*x:%*x %*x:%*x %*x %*u %*u %" G_GUINT64_FORMAT,
                  &from, &to, &inode)
              == 3
          && from == port_of (remote) && to == port_of (local))
        return inode;
    }
  return 0;
}

static gboolean
has_socket (const char *pid, guint64 inode)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%s/fd", pid);
  g_autofree char *wanted = g_strdup_printf ("socket:[%" G_GUINT64_FORMAT "]", inode);
  g_autoptr (GDir) fds = g_dir_open (folder, 0, NULL);
  const char *fd;

  while (fds != NULL && (fd = g_dir_read_name (fds)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, fd, NULL);
      g_autofree char *target = g_file_read_link (path, NULL);

      if (g_strcmp0 (target, wanted) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Returns: (transfer full) the process by number and start time, so that a number used again is
 * another process. */
static char *
name_process (const char *pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/stat", pid);
  g_autofree char *stat = NULL;
  const char *after_name;

  if (!g_file_get_contents (path, &stat, NULL, NULL) || (after_name = strrchr (stat, ')')) == NULL)
    return NULL;
  /* proc_pid_stat(5): the 22nd field, 20th after the name. */
  g_auto (GStrv) fields = g_strsplit (after_name, " ", 22);
  return g_strv_length (fields) > 20 ? g_strdup_printf ("%s %s", pid, fields[20]) : NULL;
}

static char *
find_process (guint64 inode)
{
  g_autoptr (GDir) processes = inode != 0 ? g_dir_open ("/proc", 0, NULL) : NULL;
  const char *pid;

  while (processes != NULL && (pid = g_dir_read_name (processes)) != NULL)
    if (g_ascii_isdigit (*pid) && has_socket (pid, inode))
      return name_process (pid);
  return NULL;
}

guint
emu_ofono_processes_take (EmuOfonoProcesses *processes, GSocket *connection, const char *netns,
                          guint count)
{
  char *key = find_process (find_inode (connection, netns));
  guint first;

  if (key == NULL)
    {
      g_autoptr (GSocketAddress) local = g_socket_get_local_address (connection, NULL);

      key = g_strdup_printf ("port %s %u", netns != NULL ? netns : "", port_of (local));
    }
  first = GPOINTER_TO_UINT (g_hash_table_lookup (processes->next, key));
  g_hash_table_insert (processes->next, key, GUINT_TO_POINTER (first + count));
  return first;
}
