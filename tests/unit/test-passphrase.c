/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passphrases from descriptors: pipes, memfds, and what is neither. */
#include "daemon/errors.h"
#include "daemon/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONG_MS 10000
#define SHORT_MS 20

static int
memfd_of (const void *bytes, gsize size)
{
  int fd = memfd_create ("passphrase", MFD_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, bytes, size), ==, (gssize)size);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  return fd;
}

static void
assert_closed (int fd)
{
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
  g_assert_cmpint (errno, ==, EBADF);
}

static void
assert_refused (int fd, guint timeout_ms, const char *why)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tac_passphrase_read (fd, timeout_ms, &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, why));
  assert_closed (fd);
}

static void
assert_reads (int fd, const char *expected, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TacPassphrase) passphrase = tac_passphrase_read (fd, LONG_MS, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (passphrase->bytes, passphrase->size, expected, size);
  assert_closed (fd);
}

static void
test_texts (void)
{
  static const struct
  {
    const char *given, *read;
  } rows[] = {
    { "", "" },
    { "\n", "" },
    { "correct horse", "correct horse" },
    { "x\n", "x" },
    { "x\n\n", "x\n" },
    { "x\r\n", "x\r" },
    { " \t x ", " \t x " },
    { "schön", "schön" },
    { "🔑", "🔑" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_reads (memfd_of (rows[i].given, strlen (rows[i].given)), rows[i].read,
                  strlen (rows[i].read));
}

static void
test_lengths (void)
{
  char text[TAC_PASSPHRASE_MAX + 2];

  memset (text, 'x', sizeof text);
  assert_reads (memfd_of (text, TAC_PASSPHRASE_MAX), text, TAC_PASSPHRASE_MAX);
  assert_refused (memfd_of (text, TAC_PASSPHRASE_MAX + 1), LONG_MS, "longer than 1024");
  assert_refused (memfd_of (text, TAC_PASSPHRASE_MAX + 2), LONG_MS, "longer than 1024");
  text[TAC_PASSPHRASE_MAX] = '\n';
  assert_reads (memfd_of (text, TAC_PASSPHRASE_MAX + 1), text, TAC_PASSPHRASE_MAX);
  assert_refused (memfd_of (text, TAC_PASSPHRASE_MAX + 2), LONG_MS, "longer than 1024");
  assert_refused (open ("/dev/zero", O_RDONLY | O_CLOEXEC), LONG_MS, "longer than 1024");
}

static void
test_not_utf8 (void)
{
  static const struct
  {
    const char *bytes;
    gsize size;
  } rows[]
      = { { "\xff", 1 },     { "a\0b", 3 },     { "\0", 1 },           { "\xc3", 1 },
          { "\xc0\xaf", 2 }, { "sch\xf6n", 5 }, { "\xed\xa0\x80", 3 }, { "\xf4\x90\x80\x80", 4 } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_refused (memfd_of (rows[i].bytes, rows[i].size), LONG_MS, "not UTF-8");
}

static void
test_in_pieces (void)
{
  int ends[2];

  /* As a terminal helper writes: pieces, then the end, all before the reader looks. */
  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  for (const char *p = "piece by piece\n"; *p != '\0'; p++)
    g_assert_cmpint (write (ends[1], p, 1), ==, 1);
  close (ends[1]);
  assert_reads (ends[0], "piece by piece", strlen ("piece by piece"));

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  g_assert_cmpint (write (ends[1], "socket", 6), ==, 6);
  close (ends[1]);
  assert_reads (ends[0], "socket", 6);
}

static void
test_no_end (void)
{
  int ends[2];

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  assert_refused (fcntl (ends[0], F_DUPFD_CLOEXEC, 0), SHORT_MS, "in time");
  g_assert_cmpint (write (ends[1], "half", 4), ==, 4);
  assert_refused (ends[0], SHORT_MS, "in time");
  close (ends[1]);
}

static void
test_no_descriptor (void)
{
  int ends[2], closed;

  assert_refused (-1, LONG_MS, "without a descriptor");
  closed = memfd_of ("x", 1);
  close (closed);
  assert_refused (closed, LONG_MS, "cannot be read");
  assert_refused (open ("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), LONG_MS, "cannot be read");
  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  assert_refused (ends[1], SHORT_MS, ""); /* the writing end */
  close (ends[0]);
  assert_refused (open ("/dev/null", O_WRONLY | O_CLOEXEC), LONG_MS, "cannot be read");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/passphrase/texts", test_texts);
  g_test_add_func ("/passphrase/lengths", test_lengths);
  g_test_add_func ("/passphrase/not-utf8", test_not_utf8);
  g_test_add_func ("/passphrase/in-pieces", test_in_pieces);
  g_test_add_func ("/passphrase/no-end", test_no_end);
  g_test_add_func ("/passphrase/no-descriptor", test_no_descriptor);
  return g_test_run ();
}
