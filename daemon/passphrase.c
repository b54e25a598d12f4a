/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A passphrase, on its way from a file descriptor into guarded memory. */
#include "daemon/passphrase.h"

#include "daemon/errors.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

/* The longest passphrase, its line feed, and one byte that tells that it is too long. */
#define READ_MAX (TAC_PASSPHRASE_MAX + 2)

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT, "the passphrase %s", what);
  return FALSE;
}

/* FALSE: nothing came before @deadline_us, or poll() failed. */
static gboolean
wait_readable (int fd, gint64 deadline_us, GError **error)
{
  struct pollfd wanted = { .fd = fd, .events = POLLIN };
  int n;

  do
    {
      gint64 left_us = deadline_us - g_get_monotonic_time ();

      n = poll (&wanted, 1, left_us > 0 ? (int)((left_us + 999) / 1000) : 0);
    }
  while (n < 0 && errno == EINTR);
  if (n == 0)
    return refuse (error, "did not come to its end in time: close the descriptor after writing it");
  if (n < 0 || (wanted.revents & POLLNVAL) != 0)
    return refuse (error, "came with a descriptor that cannot be read");
  return TRUE;
}

/* Returns the size read, at most READ_MAX; -1 and @error. */
static gssize
read_all (int fd, guint8 *bytes, guint timeout_ms, GError **error)
{
  gint64 deadline_us = g_get_monotonic_time () + (gint64)timeout_ms * 1000;
  gsize size = 0;
  ssize_t n;

  while (size < READ_MAX)
    {
      if (!wait_readable (fd, deadline_us, error))
        return -1;
      n = read (fd, bytes + size, READ_MAX - size);
      if (n == 0)
        break;
      if (n < 0 && errno != EINTR && errno != EAGAIN)
        {
          g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                       "the passphrase cannot be read from its descriptor: %s", g_strerror (errno));
          return -1;
        }
      size += n > 0 ? (gsize)n : 0;
    }
  return (gssize)size;
}

static gboolean
check (const guint8 *bytes, gsize size, GError **error)
{
  if (size > TAC_PASSPHRASE_MAX)
    return refuse (error, "is longer than 1024 bytes");
  if (!g_utf8_validate ((const char *)bytes, (gssize)size, NULL))
    return refuse (error, "is not UTF-8, or has a NUL in it");
  return TRUE;
}

TacPassphrase *
tac_passphrase_read (int fd, guint timeout_ms, GError **error)
{
  g_autoptr (TacPassphrase) passphrase = sodium_malloc (sizeof *passphrase);
  guint8 *bytes = sodium_malloc (READ_MAX);
  gssize size = -1;

  if (passphrase == NULL || bytes == NULL)
    g_set_error_literal (error, TAC_ERROR, TAC_ERROR_FAILED, "no memory for the passphrase");
  else if (fd < 0) /* for which poll() would wait */
    refuse (error, "came without a descriptor");
  else
    size = read_all (fd, bytes, timeout_ms, error);
  if (fd >= 0)
    close (fd);
  if (size > 0 && bytes[size - 1] == '\n')
    size--;
  if (size >= 0 && check (bytes, (gsize)size, error))
    {
      passphrase->size = (gsize)size;
      memcpy (passphrase->bytes, bytes, (gsize)size);
    }
  else
    g_clear_pointer (&passphrase, tac_passphrase_free);
  sodium_free (bytes);
  return g_steal_pointer (&passphrase);
}

void
tac_passphrase_free (TacPassphrase *passphrase)
{
  sodium_free (passphrase); /* wipes */
}
