/* SPDX-License-Identifier: GPL-3.0-or-later */
/* STUN messages that libnice must not see: what the rule says, and that the kernel says the same.
 */
#include "daemon/stun-filter.h"

#include <string.h>

#define LOGIN 0x0113 /* an Allocate error response */
#define DATA_INDICATION 0x0017

typedef struct
{
  guint8 bytes[512];
  gsize size;
} Message;

static void
put_u16 (guint8 *at, guint value)
{
  at[0] = (guint8)(value >> 8);
  at[1] = (guint8)value;
}

static Message
begin (guint type)
{
  Message message = { .size = 20 };

  put_u16 (message.bytes, type);
  memcpy (message.bytes + 4, "\x21\x12\xa4\x42", 4);
  return message;
}

static void
add (Message *message, guint type, const char *value, guint size)
{
  guint8 *at = message->bytes + message->size;

  put_u16 (at, type);
  put_u16 (at + 2, size);
  memcpy (at + 4, value, size);
  message->size += 4 + ((size + 3) & ~3u);
  g_assert_cmpuint (message->size, <=, sizeof message->bytes);
  put_u16 (message->bytes + 2, (guint)message->size - 20);
}

/* A pair of sockets, of which the second has the filter. */
typedef struct
{
  GSocket *from, *to;
  GSocketAddress *address;
} Wire;

static GSocket *
open_socket (GSocketFamily family)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (family);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  GSocket *socket = g_socket_new (family, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);

  g_assert_no_error (error);
  g_socket_bind (socket, any, FALSE, &error);
  g_assert_no_error (error);
  return socket;
}

static Wire
wire_new (GSocketFamily family)
{
  Wire wire = { .from = open_socket (family), .to = open_socket (family) };

  wire.address = g_socket_get_local_address (wire.to, NULL);
  g_socket_set_blocking (wire.to, FALSE);
  tac_stun_filter_attach (wire.to);
  return wire;
}

static void
wire_clear (Wire *wire)
{
  g_object_unref (wire->from);
  g_object_unref (wire->to);
  g_object_unref (wire->address);
}

/* Loopback queues before it returns. */
static gboolean
kernel_lets_through (const Wire *wire, const Message *message)
{
  char got[sizeof message->bytes];

  g_assert_cmpint (g_socket_send_to (wire->from, wire->address, (const char *)message->bytes,
                                     message->size, NULL, NULL),
                   ==, (gssize)message->size);
  return g_socket_receive (wire->to, got, sizeof got, NULL, NULL) == (gssize)message->size;
}

static void
check (const Wire *wire, const Message *message, gboolean harmless)
{
  g_assert_cmpint (tac_stun_is_harmless (message->bytes, message->size), ==, harmless);
  g_assert_cmpint (kernel_lets_through (wire, message), ==, harmless);
}

static void
test_rule (gconstpointer data)
{
  Wire wire = wire_new (GPOINTER_TO_INT (data));
  const struct
  {
    guint type;
    const char *value;
    guint size;
    gboolean harmless;
  } rows[] = {
    { 0x0014, "example.org", 11, TRUE }, { 0x0014, "", 0, FALSE },
    { 0x0014, "\"\"", 2, FALSE },        { 0x0014, "\0\0\0", 3, FALSE },
    { 0x0006, "alice", 5, TRUE },        { 0x0006, "", 0, FALSE },
    { 0x0006, "\"", 1, FALSE },          { 0x0015, "", 0, TRUE },
    { 0x8022, "\"", 1, TRUE },           { 0x0013, "\x01\x13", 2, FALSE },
    { 0x0013, "\x01\x11", 2, TRUE },     { 0x0013, "\xc3\x00", 2, TRUE },
    { 0x0013, "\x00\x01", 2, TRUE },     { 0x0013, "\x01\x18", 2, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint before = 0; before < 3; before++)
      {
        Message message = begin (LOGIN);

        for (guint j = 0; j < before; j++)
          add (&message, 0x0009, "\0\0\4\1no", 6);
        add (&message, rows[i].type, rows[i].value, rows[i].size);
        add (&message, 0x0015, "nonce", 5);
        check (&wire, &message, rows[i].harmless);
      }
  wire_clear (&wire);
}

static void
test_other_datagrams (void)
{
  Wire wire = wire_new (G_SOCKET_FAMILY_IPV4);
  Message message = begin (LOGIN);

  check (&wire, &message, TRUE); /* without attributes */
  message.size = 19;             /* not all of its header */
  check (&wire, &message, FALSE);
  message = (Message){ .bytes = { 0xc3 }, .size = 81 }; /* voice */
  check (&wire, &message, TRUE);
  message = (Message){ .bytes = { 0x40, 0, 0, 81, 0xc3 }, .size = 85 }; /* from a channel */
  check (&wire, &message, TRUE);
  message = (Message){ .bytes = { 0x40, 0, 0, 20, 0x01, 0x11 }, .size = 24 };
  check (&wire, &message, TRUE);
  message = (Message){ .bytes = { 0x40, 0, 0, 20, 0x01, 0x13 }, .size = 24 };
  check (&wire, &message, FALSE);
  message = (Message){ .bytes = { 0x40, 0, 0, 0 }, .size = 4 };
  check (&wire, &message, FALSE);
  message = (Message){ .bytes = { 0 }, .size = 1 };
  check (&wire, &message, FALSE);
  wire_clear (&wire);
}

static void
test_too_many (void)
{
  Wire wire = wire_new (G_SOCKET_FAMILY_IPV4);
  Message message = begin (LOGIN);

  for (guint i = 0; i < 23; i++)
    add (&message, 0x8022, "x", 1);
  check (&wire, &message, TRUE);
  for (guint i = 0; i < 7; i++)
    add (&message, 0x8022, "x", 1);
  check (&wire, &message, FALSE);
  wire_clear (&wire);
}

/* Random attributes, cut off anywhere: both say the same, whatever it is. */
static void
test_same (void)
{
  Wire wire = wire_new (G_SOCKET_FAMILY_IPV6);
  guint harmless = 0;

  for (guint i = 0; i < 4000; i++)
    {
      static const guint types[] = { 0x0006, 0x0009, 0x0013, 0x0014, 0x0015, 0x0020, 0x8022 };
      Message message = begin (g_test_rand_bit () ? LOGIN : DATA_INDICATION);

      for (int n = g_test_rand_int_range (0, 6); n > 0; n--)
        {
          char value[12];

          for (gsize j = 0; j < sizeof value; j++)
            value[j] = "\0\"\1\x13\x11x"[g_test_rand_int_range (0, 6)];
          add (&message, types[g_test_rand_int_range (0, G_N_ELEMENTS (types))], value,
               (guint)g_test_rand_int_range (0, sizeof value));
        }
      if (g_test_rand_int_range (0, 4) == 0)
        message.size -= MIN (message.size - 1, (gsize)g_test_rand_int_range (0, 8));
      check (&wire, &message, tac_stun_is_harmless (message.bytes, message.size));
      harmless += tac_stun_is_harmless (message.bytes, message.size);
    }
  g_assert_cmpuint (harmless, >, 400);
  g_assert_cmpuint (harmless, <, 3600);
  wire_clear (&wire);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/stun-filter/rule/ipv4", GINT_TO_POINTER (G_SOCKET_FAMILY_IPV4),
                        test_rule);
  g_test_add_data_func ("/stun-filter/rule/ipv6", GINT_TO_POINTER (G_SOCKET_FAMILY_IPV6),
                        test_rule);
  g_test_add_func ("/stun-filter/other-datagrams", test_other_datagrams);
  g_test_add_func ("/stun-filter/too-many", test_too_many);
  g_test_add_func ("/stun-filter/same", test_same);
  return g_test_run ();
}
