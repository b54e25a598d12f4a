/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The packet core's pure parts: IP headers, routing, ICMP errors, pcapng bytes, delays. */
#include "tests/emulator/delay-queue.h"
#include "tests/emulator/icmp-error.h"
#include "tests/emulator/ip-route.h"
#include "tests/emulator/pcapng.h"

#include <arpa/inet.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

/* UDP from phone 1 to phone 2; make_v4() sets the checksum. */
static const guint8 v4_udp[] = {
  0x45, 0x00, 0x00, 0x1e, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0x00, 0x00, 198,  51,  100,
  1,    198,  51,   100,  2,    0x30, 0x39, 0xd4, 0x31, 0x00, 0x0a, 0x00, 0x00, 'h', 'i',
};

static void
make_v4 (guint8 packet[sizeof v4_udp])
{
  memcpy (packet, v4_udp, sizeof v4_udp);
  emu_ip_put_u16 (packet + 10, emu_ip_checksum (packet, 20, NULL, 0));
}

static void
make_v6 (guint8 packet[50], const char *source, const char *destination)
{
  memset (packet, 0, 50);
  packet[0] = 0x60;
  packet[5] = 10;
  packet[6] = 17;
  packet[7] = 64;
  inet_pton (AF_INET6, source, packet + 8);
  inet_pton (AF_INET6, destination, packet + 24);
}

static void
test_checksum (void)
{
  static const guint8 header[] = { 0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
                                   0x00, 0x00, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7 };
  static const guint8 odd[] = { 0x01, 0x02, 0x03 };

  g_assert_cmphex (emu_ip_checksum (header, sizeof header, NULL, 0), ==, 0xb861);
  g_assert_cmphex (emu_ip_checksum (header, 10, header + 10, 10), ==, 0xb861);
  g_assert_cmphex (emu_ip_checksum (odd, 3, NULL, 0), ==, (guint16)~0x0402);
}

static void
test_parse (void)
{
  guint8 packet[64] = { 0 };
  EmuIpPacket got;

  make_v4 (packet);
  g_assert_true (emu_ip_packet_parse (packet, sizeof v4_udp, &got));
  g_assert_cmpuint (got.version, ==, 4);
  g_assert_cmpuint (got.length, ==, sizeof v4_udp);
  g_assert_cmpuint (got.header_length, ==, 20);
  g_assert_cmpuint (got.protocol, ==, 17);
  g_assert_cmpmem (got.destination, 4, packet + 16, 4);
  g_assert_false (got.later_fragment);
  /* Bytes behind the packet are no part of it. */
  g_assert_true (emu_ip_packet_parse (packet, sizeof packet, &got));
  g_assert_cmpuint (got.length, ==, sizeof v4_udp);

  emu_ip_packet_take_hop (packet, &got);
  g_assert_true (emu_ip_packet_parse (packet, sizeof v4_udp, &got));
  g_assert_cmpuint (got.hops, ==, 63);

  make_v6 (packet, "2001:db8:0:1::1", "2001:db8:0:2::1");
  g_assert_true (emu_ip_packet_parse (packet, 50, &got));
  g_assert_cmpuint (got.version, ==, 6);
  g_assert_cmpuint (got.length, ==, 50);
  emu_ip_packet_take_hop (packet, &got);
  g_assert_cmpuint (packet[7], ==, 63);
}

static void
test_parse_refuses (void)
{
  static const struct
  {
    guint at, value; /* one byte of a good packet is changed */
    gboolean fix_checksum;
    gsize length;
  } rows[] = {
    { 0, 0x45, TRUE, 0 },  { 0, 0x45, TRUE, 19 },  { 0, 0x45, TRUE, 29 }, { 0, 0x44, TRUE, 30 },
    { 0, 0x4f, TRUE, 30 }, { 0, 0x55, TRUE, 30 },  { 3, 19, TRUE, 30 },   { 3, 31, TRUE, 30 },
    { 11, 0, FALSE, 30 },  { 15, 200, FALSE, 30 },
  };
  guint8 v6[50];
  EmuIpPacket got;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint8 packet[sizeof v4_udp];

      make_v4 (packet);
      packet[rows[i].at] = (guint8)rows[i].value;
      if (rows[i].fix_checksum)
        {
          emu_ip_put_u16 (packet + 10, 0);
          emu_ip_put_u16 (packet + 10, emu_ip_checksum (packet, 20, NULL, 0));
        }
      got.version = 99;
      g_assert_false (emu_ip_packet_parse (packet, rows[i].length, &got));
      g_assert_cmpuint (got.version, ==, 99);
    }

  make_v6 (v6, "2001:db8:0:1::1", "2001:db8:0:2::1");
  g_assert_false (emu_ip_packet_parse (v6, 39, &got));
  g_assert_false (emu_ip_packet_parse (v6, 49, &got));
}

static void
test_route (void)
{
  static const struct
  {
    const char *destination;
    EmuRoute route;
    guint index, generation;
  } rows[] = {
    { "198.51.100.1", EMU_ROUTE_PHONE, 1, 0 },
    { "198.51.100.254", EMU_ROUTE_PHONE, 254, 0 },
    { "198.51.100.255", EMU_ROUTE_NOWHERE, 0, 0 },
    { "198.51.100.0", EMU_ROUTE_NOWHERE, 0, 0 },
    { "198.51.101.1", EMU_ROUTE_NOWHERE, 0, 0 },
    { "192.0.2.1", EMU_ROUTE_INTERNET, 0, 0 },
    { "192.0.2.2", EMU_ROUTE_INTERNET, 0, 0 },
    { "192.0.2.99", EMU_ROUTE_INTERNET, 0, 0 },
    { "192.0.2.100", EMU_ROUTE_NOWHERE, 0, 0 },
    { "192.0.2.0", EMU_ROUTE_NOWHERE, 0, 0 },
    { "198.18.1.7", EMU_ROUTE_PHONE, 7, 1 },
    { "198.18.255.254", EMU_ROUTE_PHONE, 254, 255 },
    { "198.18.0.7", EMU_ROUTE_NOWHERE, 0, 0 },
    { "198.18.1.255", EMU_ROUTE_NOWHERE, 0, 0 },
    { "100.64.0.1", EMU_ROUTE_PRIVATE, 0, 0 },
    { "192.168.0.1", EMU_ROUTE_PRIVATE, 0, 0 },
    { "172.31.0.1", EMU_ROUTE_PRIVATE, 0, 0 },
    { "172.32.0.1", EMU_ROUTE_NOWHERE, 0, 0 },
    { "100.128.0.1", EMU_ROUTE_NOWHERE, 0, 0 },
    { "8.8.8.8", EMU_ROUTE_NOWHERE, 0, 0 },
    { "10.0.0.1", EMU_ROUTE_PRIVATE, 0, 0 },
    { "224.0.0.251", EMU_ROUTE_LINK_ONLY, 0, 0 },
    { "255.255.255.255", EMU_ROUTE_LINK_ONLY, 0, 0 },
    { "127.0.0.1", EMU_ROUTE_LINK_ONLY, 0, 0 },
    { "169.254.7.7", EMU_ROUTE_LINK_ONLY, 0, 0 },
    { "0.0.0.0", EMU_ROUTE_LINK_ONLY, 0, 0 },
    { "2001:db8:0:1::1", EMU_ROUTE_PHONE, 1, 0 },
    { "2001:db8:0:fe:1:2:3:4", EMU_ROUTE_PHONE, 254, 0 },
    { "2001:db8:0:ff::1", EMU_ROUTE_NOWHERE, 0, 0 },
    { "2001:db8::1", EMU_ROUTE_NOWHERE, 0, 0 },
    { "2001:db8:0:101::1", EMU_ROUTE_PHONE, 1, 1 },
    { "2001:db8:ffff::1", EMU_ROUTE_INTERNET, 0, 0 },
    { "2001:db8:ffff::2", EMU_ROUTE_INTERNET, 0, 0 },
    { "2001:db8:ffff::99", EMU_ROUTE_INTERNET, 0, 0 },
    { "2001:db8:ffff::9a", EMU_ROUTE_NOWHERE, 0, 0 },
    { "2606:4700::1111", EMU_ROUTE_NOWHERE, 0, 0 },
    { "fe80::1", EMU_ROUTE_LINK_ONLY, 0, 0 },
    { "ff02::2", EMU_ROUTE_LINK_ONLY, 0, 0 },
    { "::1", EMU_ROUTE_LINK_ONLY, 0, 0 },
    { "::", EMU_ROUTE_LINK_ONLY, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gboolean v6 = strchr (rows[i].destination, ':') != NULL;
      guint8 address[16] = { 0 };
      EmuHost host = { 0 };

      g_test_message ("%s", rows[i].destination);
      g_assert_cmpint (inet_pton (v6 ? AF_INET6 : AF_INET, rows[i].destination, address), ==, 1);
      g_assert_cmpint (emu_ip_route (v6 ? 6 : 4, address, &host), ==, rows[i].route);
      g_assert_cmpuint (host.index, ==, rows[i].index);
      g_assert_cmpuint (host.generation, ==, rows[i].generation);
    }
}

static void
test_icmp_v4 (void)
{
  guint8 packet[sizeof v4_udp], reply[EMU_ICMP_ERROR_MAX], again[EMU_ICMP_ERROR_MAX];
  EmuIpPacket parsed, answer;
  gsize length;

  make_v4 (packet);
  g_assert_true (emu_ip_packet_parse (packet, sizeof packet, &parsed));
  length = emu_icmp_error (EMU_ICMP_NO_HOST, packet, &parsed, reply);
  g_assert_cmpuint (length, ==, 28 + sizeof packet);
  g_assert_true (emu_ip_packet_parse (reply, length, &answer));
  g_assert_cmpmem (answer.destination, 4, packet + 12, 4);
  g_assert_cmpuint (reply[20], ==, 3);
  g_assert_cmpuint (reply[21], ==, 1);
  g_assert_cmphex (emu_ip_checksum (reply + 20, length - 20, NULL, 0), ==, 0);
  g_assert_cmpmem (reply + 28, sizeof packet, packet, sizeof packet);

  /* No error about an error, nor about a later fragment, nor about multicast. */
  g_assert_cmpuint (emu_icmp_error (EMU_ICMP_NO_HOST, reply, &answer, again), ==, 0);
  parsed.later_fragment = TRUE;
  g_assert_cmpuint (emu_icmp_error (EMU_ICMP_NO_HOST, packet, &parsed, again), ==, 0);
  parsed.later_fragment = FALSE;
  parsed.destination[0] = 224;
  g_assert_cmpuint (emu_icmp_error (EMU_ICMP_NO_HOST, packet, &parsed, again), ==, 0);
}

static void
test_icmp_v6 (void)
{
  guint8 packet[1500] = { 0 }, reply[EMU_ICMP_ERROR_MAX], pseudo[40] = { 0 };
  EmuIpPacket parsed, answer;
  gsize length;

  make_v6 (packet, "2001:db8:0:1::1", "2001:db8:77::1");
  emu_ip_put_u16 (packet + 4, sizeof packet - 40);
  g_assert_true (emu_ip_packet_parse (packet, sizeof packet, &parsed));
  length = emu_icmp_error (EMU_ICMP_NO_ROUTE, packet, &parsed, reply);
  g_assert_cmpuint (length, ==, 1280);
  g_assert_true (emu_ip_packet_parse (reply, length, &answer));
  g_assert_cmpuint (answer.protocol, ==, 58);
  g_assert_cmpmem (answer.destination, 16, packet + 8, 16);
  g_assert_cmpuint (reply[40], ==, 1);
  g_assert_cmpuint (reply[41], ==, 0);
  memcpy (pseudo, reply + 8, 32);
  emu_ip_put_u16 (pseudo + 34, 1240);
  pseudo[39] = 58;
  g_assert_cmphex (emu_ip_checksum (pseudo, 40, reply + 40, 1240), ==, 0);
}

static guint32
word (const guint8 *bytes)
{
  guint32 value;

  memcpy (&value, bytes, sizeof value);
  return value;
}

static void
test_pcapng (void)
{
  g_autofree char *folder = g_dir_make_tmp ("emu-pcapng-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "air.pcapng", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  const guint8 *block;
  EmuPcapng *pcapng = emu_pcapng_new (path, &error);
  gsize length;

  g_assert_no_error (error);
  g_assert_cmpuint (emu_pcapng_add_interface (pcapng, "dummy0"), ==, 0);
  g_assert_cmpuint (emu_pcapng_add_interface (pcapng, "dummy2"), ==, 1);
  emu_pcapng_write (pcapng, 1, TRUE, 0x123456789abcdef0u, (const guint8 *)"hello", 5);
  /* Read before it is closed: a packet is in the file as soon as it was written. */
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  emu_pcapng_free (pcapng);

  block = (const guint8 *)text;
  g_assert_cmphex (word (block), ==, 0x0a0d0d0a);
  g_assert_cmphex (word (block + 8), ==, 0x1a2b3c4d);
  block += word (block + 4);
  g_assert_cmphex (word (block), ==, 1);
  g_assert_cmpuint (block[8], ==, 101);
  g_assert_cmpmem (block + 20, 6, "dummy0", 6);
  block += word (block + 4);
  block += word (block + 4);

  g_assert_cmphex (word (block), ==, 6);
  g_assert_cmpuint (word (block + 4), ==, 52);
  g_assert_cmpuint (word (block + 8), ==, 1);
  g_assert_cmphex (word (block + 12), ==, 0x12345678);
  g_assert_cmphex (word (block + 16), ==, 0x9abcdef0);
  g_assert_cmpuint (word (block + 20), ==, 5);
  g_assert_cmpuint (word (block + 24), ==, 5);
  g_assert_cmpmem (block + 28, 8, "hello\0\0\0", 8);
  g_assert_cmphex (word (block + 36), ==, 4u << 16 | 2);
  g_assert_cmphex (word (block + 40), ==, 2); /* outbound */
  g_assert_cmpuint (word (block + 44), ==, 0);
  g_assert_cmpuint (word (block + 48), ==, 52);
  g_assert_true (block + 52 == (const guint8 *)text + length);

  g_unlink (path);
  g_rmdir (folder);
  g_assert_null (emu_pcapng_new (path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

typedef struct
{
  GString *order;
  GMainLoop *loop;
} Arrivals;

static void
on_due (const EmuDelayed *delayed, gpointer data)
{
  Arrivals *arrivals = data;

  g_string_append_len (arrivals->order, (const char *)delayed->bytes, (gssize)delayed->length);
  if (delayed->leg != NULL)
    g_main_loop_quit (arrivals->loop);
}

/* Earliest first; packets of the same time keep their order. */
static void
test_delay (void)
{
  Arrivals arrivals = { g_string_new (NULL), g_main_loop_new (NULL, FALSE) };
  EmuDelayQueue *queue = emu_delay_queue_new (on_due, &arrivals);
  gint64 now = g_get_monotonic_time ();
  gpointer last = &arrivals;

  emu_delay_queue_push (queue, now + 9000, last, (const guint8 *)"f", 1);
  emu_delay_queue_push (queue, now + 5000, NULL, (const guint8 *)"b", 1);
  emu_delay_queue_push (queue, now + 5000, NULL, (const guint8 *)"c", 1);
  emu_delay_queue_push (queue, now + 1000, NULL, (const guint8 *)"a", 1);
  emu_delay_queue_push (queue, now + 5000, NULL, (const guint8 *)"d", 1);
  emu_delay_queue_push (queue, now + 7000, NULL, (const guint8 *)"e", 1);
  g_main_loop_run (arrivals.loop);

  g_assert_cmpstr (arrivals.order->str, ==, "abcdef");
  g_assert_cmpint (g_get_monotonic_time (), >=, now + 9000);
  emu_delay_queue_free (queue);
  g_main_loop_unref (arrivals.loop);
  g_string_free (arrivals.order, TRUE);
}

static void
test_delay_full (void)
{
  Arrivals arrivals = { NULL, NULL };
  EmuDelayQueue *queue = emu_delay_queue_new (on_due, &arrivals);
  gint64 never = g_get_monotonic_time () + G_TIME_SPAN_DAY;

  for (guint i = 0; i < EMU_DELAY_QUEUE_MAX; i++)
    g_assert_true (emu_delay_queue_push (queue, never, NULL, (const guint8 *)"x", 1));
  g_assert_false (emu_delay_queue_push (queue, never, NULL, (const guint8 *)"x", 1));
  emu_delay_queue_free (queue);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/emu-packet/checksum", test_checksum);
  g_test_add_func ("/emu-packet/parse", test_parse);
  g_test_add_func ("/emu-packet/parse-refuses", test_parse_refuses);
  g_test_add_func ("/emu-packet/route", test_route);
  g_test_add_func ("/emu-packet/icmp-v4", test_icmp_v4);
  g_test_add_func ("/emu-packet/icmp-v6", test_icmp_v6);
  g_test_add_func ("/emu-packet/pcapng", test_pcapng);
  g_test_add_func ("/emu-packet/delay-order", test_delay);
  g_test_add_func ("/emu-packet/delay-full", test_delay_full);
  return g_test_run ();
}
