/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes a pcapng capture of raw IP packets, each with its direction. */
#include "pcapng.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET 6u
#define LINKTYPE_RAW 101

/* Option codes */
#define OPTION_END 0
#define SECTION_APPLICATION 4
#define INTERFACE_NAME 2
#define INTERFACE_RESOLUTION 9
#define PACKET_FLAGS 2

struct _EmuPcapng
{
  int fd;
  char *path;
  guint n_interfaces;
};

/* All numbers are in the writer's byte order, which the section header states. */
typedef struct
{
  guint32 type, length, interface, time_high, time_low, captured, original;
} PacketHead;

typedef struct
{
  guint16 flags_code, flags_length;
  guint32 flags;
  guint16 end_code, end_length;
  guint32 length;
} PacketTail;

static void
write_block (EmuPcapng *pcapng, struct iovec *parts, int n_parts)
{
  gsize length = 0;
  gssize written;

  if (pcapng->fd < 0)
    return;
  for (int i = 0; i < n_parts; i++)
    length += parts[i].iov_len;

  do
    written = writev (pcapng->fd, parts, n_parts);
  while (written < 0 && errno == EINTR);
  if (written == (gssize)length)
    return;

  g_warning ("The capture %s ends here: %s", pcapng->path,
             written < 0 ? g_strerror (errno) : "no room for a whole packet");
  close (pcapng->fd);
  pcapng->fd = -1;
}

static void
append_u16 (GByteArray *block, guint16 value)
{
  g_byte_array_append (block, (const guint8 *)&value, sizeof value);
}

static void
append_u32 (GByteArray *block, guint32 value)
{
  g_byte_array_append (block, (const guint8 *)&value, sizeof value);
}

static void
append_option (GByteArray *block, guint16 code, const void *value, gsize length)
{
  static const guint8 padding[3];

  append_u16 (block, code);
  append_u16 (block, (guint16)length);
  g_byte_array_append (block, value, (guint)length);
  g_byte_array_append (block, padding, (guint)(-length & 3));
}

/* Ends the block with its length, which also stands behind its type. */
static void
write_described (EmuPcapng *pcapng, GByteArray *block)
{
  struct iovec part;
  guint32 length = block->len + 8;

  append_u16 (block, OPTION_END);
  append_u16 (block, 0);
  append_u32 (block, length);
  memcpy (block->data + 4, &length, sizeof length);
  part = (struct iovec){ block->data, block->len };
  write_block (pcapng, &part, 1);
}

EmuPcapng *
emu_pcapng_new (const char *path, GError **error)
{
  static const char application[] = "tacitel-emulator";
  g_autoptr (GByteArray) block = g_byte_array_new ();
  /* Non-blocking: the emulated network must not wait for a slow reader of a FIFO. */
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);
  EmuPcapng *pcapng;

  if (fd < 0)
    {
      int reason = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (reason), "Cannot capture to %s: %s",
                   path, reason == ENXIO ? "open the FIFO for reading first" : g_strerror (reason));
      return NULL;
    }

  pcapng = g_new0 (EmuPcapng, 1);
  pcapng->fd = fd;
  pcapng->path = g_strdup (path);

  append_u32 (block, BLOCK_SECTION);
  append_u32 (block, 0);
  append_u32 (block, 0x1a2b3c4d);
  append_u16 (block, 1);
  append_u16 (block, 0);
  append_u32 (block, 0xffffffff); /* the section's length: not known */
  append_u32 (block, 0xffffffff);
  append_option (block, SECTION_APPLICATION, application, strlen (application));
  write_described (pcapng, block);
  return pcapng;
}

void
emu_pcapng_free (EmuPcapng *pcapng)
{
  if (pcapng == NULL)
    return;
  if (pcapng->fd >= 0)
    close (pcapng->fd);
  g_free (pcapng->path);
  g_free (pcapng);
}

guint
emu_pcapng_add_interface (EmuPcapng *pcapng, const char *name)
{
  static const guint8 nanoseconds = 9;
  g_autoptr (GByteArray) block = g_byte_array_new ();

  append_u32 (block, BLOCK_INTERFACE);
  append_u32 (block, 0);
  append_u16 (block, LINKTYPE_RAW);
  append_u16 (block, 0);
  append_u32 (block, 0); /* packets are whole */
  append_option (block, INTERFACE_NAME, name, strlen (name));
  append_option (block, INTERFACE_RESOLUTION, &nanoseconds, 1);
  write_described (pcapng, block);
  return pcapng->n_interfaces++;
}

void
emu_pcapng_write (EmuPcapng *pcapng, guint interface, gboolean outbound, guint64 time_ns,
                  const guint8 *packet, gsize length)
{
  static guint8 padding[3];
  gsize padded = -length & 3;
  guint32 block_length = (guint32)(sizeof (PacketHead) + length + padded + sizeof (PacketTail));
  PacketHead head = {
    BLOCK_PACKET,     block_length,    interface,       (guint32)(time_ns >> 32),
    (guint32)time_ns, (guint32)length, (guint32)length,
  };
  PacketTail tail = { PACKET_FLAGS, 4, outbound ? 2 : 1, OPTION_END, 0, block_length };
  struct iovec parts[] = {
    { &head, sizeof head },
    { (gpointer)packet, length },
    { padding, padded },
    { &tail, sizeof tail },
  };

  write_block (pcapng, parts, G_N_ELEMENTS (parts));
}
