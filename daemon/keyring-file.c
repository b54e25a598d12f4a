/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keyring file on the disk: read, replaced, overwritten. */
#include "daemon/keyring-file.h"

#include "daemon/errors.h"
#include "daemon/store-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WIPE_MAX (64 * 1024) /* of a file that is no keyring */

static gboolean
fail_errno (GError **error, const char *what, const char *path)
{
  int saved = errno;

  g_set_error (error, TAC_ERROR, TAC_ERROR_FAILED, "cannot %s %s: %s", what, path,
               g_strerror (saved));
  return FALSE;
}

TacKeyringState
tac_keyring_file_load (const char *path, TacKeyringImage *image, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *bytes = NULL;
  gboolean found;
  gsize size;

  if (!tac_store_file_read (path, WIPE_MAX, &bytes, &size, &found, &cause))
    {
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_DAMAGED, cause->message);
      return TAC_KEYRING_DAMAGED;
    }
  if (!found)
    {
      g_set_error (error, TAC_ERROR, TAC_ERROR_NOT_SET_UP, "there is no keyring %s", path);
      return TAC_KEYRING_NONE;
    }
  if (!tac_keyring_image_check ((const guint8 *)bytes, size, &cause))
    {
      g_set_error (error, TAC_ERROR, TAC_ERROR_DAMAGED, "%s %s; it was left as it is", path,
                   cause->message);
      return TAC_KEYRING_DAMAGED;
    }
  memcpy (image->bytes, bytes, sizeof image->bytes);
  return TAC_KEYRING_THERE;
}

TacKeyringState
tac_keyring_look (const char *path, GError **error)
{
  TacKeyringImage image;
  TacKeyringState state = tac_keyring_file_load (path, &image, error);

  if (state == TAC_KEYRING_NONE)
    g_clear_error (error);
  return state;
}

/* Random bytes over @size bytes at @offset, on the disk when it returns. */
static gboolean
overwrite (int fd, const guint8 *bytes, gsize size, gsize offset)
{
  ssize_t n;

  for (gsize done = 0; done < size; done += (gsize)n)
    {
      n = pwrite (fd, bytes + done, size - done, (off_t)(offset + done));
      if (n < 0 && errno == EINTR)
        n = 0;
      if (n < 0)
        return FALSE;
    }
  return fdatasync (fd) == 0;
}

static gboolean
overwrite_random (int fd, gsize size)
{
  g_autofree guint8 *random = g_malloc (size + 1);

  randombytes_buf (random, size);
  return overwrite (fd, random, size, 0);
}

gboolean
tac_keyring_file_replace (const char *path, const TacKeyringImage *image, GError **error)
{
  int old = open (path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  g_autoptr (GError) cause = NULL;
  gboolean ok = tac_store_file_write (path, image->bytes, sizeof image->bytes, &cause);
  struct stat status;

  if (!ok)
    g_set_error_literal (error, TAC_ERROR, TAC_ERROR_FAILED, cause->message);
  if (ok && old >= 0 && fstat (old, &status) == 0 && status.st_nlink == 0
      && !overwrite_random (old, TAC_KEYRING_SIZE))
    g_warning ("cannot overwrite the old keyring: %s", g_strerror (errno));
  if (old >= 0)
    close (old);
  return ok;
}

gboolean
tac_keyring_file_destroy_slot (const char *path, TacKeyringImage *image, guint slot, GError **error)
{
  gsize offset = tac_keyring_image_slot_offset (slot);
  int fd = open (path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  gboolean ok;

  tac_keyring_image_fill (image, slot);
  ok = fd >= 0 && overwrite (fd, image->bytes + offset, TAC_KEYRING_SLOT_SIZE, offset);
  if (!ok)
    fail_errno (error, "read", path); /* which is what a normal open would say */
  if (fd >= 0)
    close (fd);
  return ok;
}

gboolean
tac_keyring_wipe (const char *path, GError **error)
{
  int fd = open (path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  struct stat status;
  gboolean ok;

  if (fd < 0 && errno == ENOENT)
    return TRUE;
  ok = fd >= 0 && fstat (fd, &status) == 0
       && (!S_ISREG (status.st_mode)
           || overwrite_random (fd, (gsize)MIN (status.st_size, WIPE_MAX)));
  if (!ok)
    fail_errno (error, "overwrite", path);
  if (fd >= 0)
    close (fd);
  if (g_unlink (path) < 0 && ok)
    ok = fail_errno (error, "remove", path);
  return ok;
}
