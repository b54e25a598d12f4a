/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of the user's data folder. */
#include "daemon/store-file.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
set_errno_error (GError **error, const char *what, const char *path)
{
  int saved = errno;

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved), "%s %s: %s", what, path,
               g_strerror (saved));
  return FALSE;
}

/* A rename is on the disk when its folder is. */
static gboolean
sync_folder (const char *folder, GError **error)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (!ok)
    set_errno_error (error, "cannot sync the folder", folder);
  if (fd >= 0)
    close (fd);
  return ok;
}

gboolean
tac_store_file_write (const char *path, const void *bytes, gsize size, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0700) < 0)
    return set_errno_error (error, "cannot make the folder", folder);
  return g_file_set_contents_full (path, bytes, (gssize)size,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error)
         && sync_folder (folder, error);
}

static gboolean
check_status (const struct stat *status, const char *path, gsize most, GError **error)
{
  if (!S_ISREG (status->st_mode) || (gsize)status->st_size > most)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "%s is not a file of Tacitel's; it was left as it is", path);
  else if (status->st_uid != geteuid ())
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                 "%s belongs to another user; run taciteld as that user", path);
  else if ((status->st_mode & 077) != 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                 "others may read or change %s; if they have not, run: chmod 600 '%s'", path, path);
  else
    return TRUE;
  return FALSE;
}

/* Reads up to @size bytes; fewer only at the end of the file. -1: errno tells why not. */
static gssize
read_whole (int fd, char *bytes, gsize size)
{
  gsize done = 0;
  ssize_t n;

  while (done < size && (n = read (fd, bytes + done, size - done)) != 0)
    {
      if (n < 0 && errno != EINTR)
        return -1;
      done += n > 0 ? (gsize)n : 0;
    }
  return (gssize)done;
}

gboolean
tac_store_file_read (const char *path, gsize most, char **bytes, gsize *size, gboolean *found,
                     GError **error)
{
  /* O_NONBLOCK: a pipe put in its place must not stop the daemon. */
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  struct stat status;
  gboolean ok = FALSE;
  gssize n;

  *found = FALSE;
  if (fd < 0)
    return errno == ENOENT ? TRUE : set_errno_error (error, "cannot read", path);
  if (fstat (fd, &status) < 0)
    set_errno_error (error, "cannot read", path);
  else if (check_status (&status, path, most, error))
    {
      *bytes = g_malloc0 ((gsize)status.st_size + 1);
      n = read_whole (fd, *bytes, (gsize)status.st_size);
      ok = *found = n >= 0;
      if (ok)
        *size = (gsize)n;
      else
        {
          set_errno_error (error, "cannot read", path);
          g_clear_pointer (bytes, g_free);
        }
    }
  close (fd);
  return ok;
}
