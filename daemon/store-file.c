/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of the user's data folder. */
#include "daemon/store-file.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

static gboolean
set_errno_error (GError **error, const char *what, const char *path)
{
  int saved = errno;

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved), "%s %s: %s", what, path,
               g_strerror (saved));
  return FALSE;
}

gboolean
tac_store_file_write (const char *path, const void *bytes, gsize size, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0700) < 0)
    return set_errno_error (error, "cannot make the folder", folder);
  return g_file_set_contents_full (path, bytes, (gssize)size,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error);
}

gboolean
tac_store_file_read (const char *path, gsize most, char **bytes, gsize *size, gboolean *found,
                     GError **error)
{
  struct stat status;

  *found = FALSE;
  if (g_stat (path, &status) < 0)
    return errno == ENOENT ? TRUE : set_errno_error (error, "cannot read", path);
  if (!S_ISREG (status.st_mode) || (gsize)status.st_size > most)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "%s is not a file of Tacitel's; it was left as it is", path);
      return FALSE;
    }
  if ((status.st_mode & 077) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   "others may read or change %s; if they have not, run: chmod 600 '%s'", path,
                   path);
      return FALSE;
    }
  if (!g_file_get_contents (path, bytes, size, error))
    return FALSE;
  *found = TRUE;
  return TRUE;
}
