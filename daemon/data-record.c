/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line: the bus's GUID, ofonod's name on it, the context's path. Neither GUID nor name is ever
 * used again. */
#include "daemon/data-record.h"

#include <errno.h>
#include <glib/gstdio.h>

static char *
get_folder (void)
{
  return g_build_filename (g_get_user_runtime_dir (), "tacitel", NULL);
}

static char *
get_file (void)
{
  return g_build_filename (g_get_user_runtime_dir (), "tacitel", "data-context", NULL);
}

void
tac_data_record_write (GDBusConnection *bus, const char *owner, const char *path)
{
  g_autofree char *folder = get_folder (), *file = get_file ();
  g_autofree char *line
      = g_strdup_printf ("%s %s %s\n", g_dbus_connection_get_guid (bus), owner, path);
  g_autoptr (GError) error = NULL;

  if (g_mkdir_with_parents (folder, 0700) < 0)
    g_info ("%s cannot be made: %s; after a crash a data context may stay up", folder,
            g_strerror (errno));
  else if (!g_file_set_contents_full (file, line, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_info ("%s; after a crash a data context may stay up", error->message);
}

char *
tac_data_record_read (GDBusConnection *bus, const char *owner)
{
  g_autofree char *file = get_file (), *line = NULL;
  g_auto (GStrv) parts = NULL;

  if (!g_file_get_contents (file, &line, NULL, NULL))
    return NULL;
  parts = g_strsplit (g_strchomp (line), " ", 0);
  if (g_strv_length (parts) != 3 || !g_str_equal (parts[0], g_dbus_connection_get_guid (bus))
      || g_strcmp0 (parts[1], owner) != 0 || !g_variant_is_object_path (parts[2]))
    return NULL;
  return g_strdup (parts[2]);
}

void
tac_data_record_remove (void)
{
  g_autofree char *file = get_file ();

  if (g_unlink (file) < 0 && errno != ENOENT)
    g_info ("%s cannot be removed: %s", file, g_strerror (errno));
}
