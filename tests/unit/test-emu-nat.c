/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The emulated NATs, IPv6 firewall and NAT64: RFC 4787, RFC 5508, RFC 6092, RFC 7915. */
#include "tests/emulator/access.h"
#include "tests/emulator/checksum.h"
#include "tests/emulator/ip-packet.h"
#include "tests/emulator/xlat.h"

#include <arpa/inet.h>
#include <gio/gio.h>
#include <string.h>

#define OUTSIDE "198.51.100.1"
#define PHONE "100.64.0.1"
#define S ((gint64)G_USEC_PER_SEC)

static const guint8 outside[4] = { 198, 51, 100, 1 };

/* A packet of one protocol, IPv4, right checksums. */
typedef struct
{
  guint8 bytes[128];
  gsize length;
} Packet;

static Packet
make (guint protocol, const char *source, guint source_port, const char *destination,
      guint destination_port)
{
  Packet packet = { .bytes = { 0x45, [8] = 64 }, .length = 60 };
  guint8 *transport = packet.bytes + 20;

  packet.bytes[9] = (guint8)protocol;
  emu_ip_put_u16 (packet.bytes + 2, (guint)packet.length);
  inet_pton (AF_INET, source, packet.bytes + 12);
  inet_pton (AF_INET, destination, packet.bytes + 16);
  if (protocol == IPPROTO_ICMP)
    {
      transport[0] = (guint8)destination_port; /* the type, where there's no port */
      emu_ip_put_u16 (transport + 4, source_port);
    }
  else
    {
      emu_ip_put_u16 (transport, source_port);
      emu_ip_put_u16 (transport + 2, destination_port);
      emu_ip_put_u16 (transport + 4, 40);
    }
  memcpy (transport + 20, "something to sum up", 19);
  emu_ip_fix_checksums (packet.bytes, packet.length);
  return packet;
}

/* Checks that the checksums are those that a sender would set. */
static void
check_sums (const Packet *packet)
{
  Packet copy = *packet;

  emu_ip_fix_checksums (copy.bytes, copy.length);
  g_assert_cmpmem (packet->bytes, packet->length, copy.bytes, copy.length);
}

static EmuNat *
make_nat (EmuNatKind kind)
{
  EmuAccessConfig config;

  emu_access_init (&config);
  config.nat.kind = kind;
  return emu_nat_new (&config.nat, outside, 1);
}

/* Sends from the phone. Returns: the port outside, 0 where it was dropped. */
static guint
send_out (EmuNat *nat, guint port, const char *to, guint to_port, gint64 now_us)
{
  Packet packet = make (IPPROTO_UDP, PHONE, port, to, to_port);

  if (emu_nat_out (nat, packet.bytes, packet.length, now_us) != EMU_NAT_OK)
    return 0;
  g_assert_cmpmem (packet.bytes + 12, 4, outside, 4);
  check_sums (&packet);
  return emu_ip_get_u16 (packet.bytes + 20);
}

/* Sends to the port outside. Returns: the phone's port, 0 where it was dropped. */
static guint
send_in (EmuNat *nat, const char *from, guint from_port, guint port, gint64 now_us)
{
  Packet packet = make (IPPROTO_UDP, from, from_port, OUTSIDE, port);
  guint8 phone[4];

  if (emu_nat_in (nat, packet.bytes, packet.length, now_us) != EMU_NAT_OK)
    return 0;
  inet_pton (AF_INET, PHONE, phone);
  g_assert_cmpmem (packet.bytes + 16, 4, phone, 4);
  check_sums (&packet);
  return emu_ip_get_u16 (packet.bytes + 22);
}

static void
test_kinds (void)
{
  static const struct
  {
    EmuNatKind kind;
    gboolean same_port; /* to another remote */
    gboolean stranger, other_port,
        same_port_only; /* who gets in, after 192.0.2.1:100 was sent to */
  } rows[] = {
    { EMU_NAT_EIM_EIF, TRUE, TRUE, TRUE, TRUE },
    { EMU_NAT_EIM_ADF, TRUE, FALSE, TRUE, TRUE },
    { EMU_NAT_EIM_APDF, TRUE, FALSE, FALSE, TRUE },
    { EMU_NAT_SYMMETRIC, FALSE, FALSE, FALSE, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      EmuNat *nat = make_nat (rows[i].kind);
      guint port = send_out (nat, 5000, "192.0.2.1", 100, 0);

      g_assert_cmpuint (port, >=, 1024);
      /* Endpoint-independent mapping keeps the port; symmetric does not even try. */
      g_assert_cmpint (port == 5000, ==, rows[i].same_port);
      g_assert_cmpuint (send_in (nat, "192.0.2.9", 100, port, 0), ==, rows[i].stranger ? 5000 : 0);
      g_assert_cmpuint (send_in (nat, "192.0.2.1", 101, port, 0), ==,
                        rows[i].other_port ? 5000 : 0);
      g_assert_cmpuint (send_in (nat, "192.0.2.1", 100, port, 0), ==, 5000);
      g_assert_cmpuint (send_in (nat, "192.0.2.1", 100, port ^ 1, 0), ==, 0);
      g_assert_cmpint (send_out (nat, 5000, "192.0.2.1", 101, 0) == port, ==, rows[i].same_port);
      g_assert_cmpint (send_out (nat, 5000, "192.0.2.2", 100, 0) == port, ==, rows[i].same_port);
      g_assert_cmpuint (send_out (nat, 5000, "192.0.2.1", 100, 0), ==, port);
      g_assert_cmpuint (emu_nat_counters (nat)->mappings, ==, rows[i].same_port ? 1 : 3);
      emu_nat_free (nat);
    }
}

static void
test_timeout (void)
{
  EmuNat *nat = make_nat (EMU_NAT_EIM_APDF);

  g_assert_cmpuint (send_out (nat, 5000, "192.0.2.1", 100, 0), ==, 5000);
  g_assert_cmpuint (send_in (nat, "192.0.2.1", 100, 5000, 60 * S - 1), ==, 5000);
  /* What comes in does not keep it (RFC 4787, REQ-6). */
  g_assert_cmpuint (send_in (nat, "192.0.2.1", 100, 5000, 60 * S), ==, 0);
  g_assert_cmpuint (send_out (nat, 5000, "192.0.2.1", 100, 61 * S), ==, 5000);
  g_assert_cmpuint (send_out (nat, 5000, "192.0.2.2", 100, 100 * S), ==, 5000);
  /* The mapping lives on, whom it was not used for is forgotten. */
  g_assert_cmpuint (send_in (nat, "192.0.2.1", 100, 5000, 125 * S), ==, 0);
  g_assert_cmpuint (send_in (nat, "192.0.2.2", 100, 5000, 125 * S), ==, 5000);
  emu_nat_free (nat);
}

static void
test_inbound_refresh (void)
{
  EmuAccessConfig config;
  EmuNat *nat;

  emu_access_init (&config);
  config.nat.kind = EMU_NAT_EIM_EIF;
  config.nat.inbound_refresh = TRUE;
  nat = emu_nat_new (&config.nat, outside, 1);
  g_assert_cmpuint (send_out (nat, 5000, "192.0.2.1", 100, 0), ==, 5000);
  for (gint64 at = 1; at < 10; at++)
    g_assert_cmpuint (send_in (nat, "192.0.2.1", 100, 5000, at * 59 * S), ==, 5000);
  emu_nat_free (nat);
}

static void
test_ports_collide (void)
{
  EmuNat *nat = make_nat (EMU_NAT_EIM_APDF);
  Packet packet = make (IPPROTO_UDP, "100.64.0.2", 5000, "192.0.2.1", 100);

  g_assert_cmpuint (send_out (nat, 5000, "192.0.2.1", 100, 0), ==, 5000);
  g_assert_cmpint (emu_nat_out (nat, packet.bytes, packet.length, 0), ==, EMU_NAT_OK);
  g_assert_cmpuint (emu_ip_get_u16 (packet.bytes + 20), !=, 5000);
  emu_nat_free (nat);
}

static void
test_hairpin (void)
{
  EmuAccessConfig config;
  EmuNat *nat;
  Packet packet = make (IPPROTO_UDP, "100.64.0.2", 6000, OUTSIDE, 5000);

  emu_access_init (&config);
  config.nat.kind = EMU_NAT_EIM_EIF;
  nat = emu_nat_new (&config.nat, outside, 1);
  g_assert_cmpuint (send_out (nat, 5000, "192.0.2.1", 100, 0), ==, 5000);
  g_assert_cmpint (emu_nat_out (nat, packet.bytes, packet.length, 0), ==, EMU_NAT_DROPPED);
  emu_nat_free (nat);

  config.nat.hairpin = TRUE;
  nat = emu_nat_new (&config.nat, outside, 1);
  packet = make (IPPROTO_UDP, "100.64.0.2", 6000, OUTSIDE, 5000);
  g_assert_cmpuint (send_out (nat, 5000, "192.0.2.1", 100, 0), ==, 5000);
  g_assert_cmpint (emu_nat_out (nat, packet.bytes, packet.length, 0), ==, EMU_NAT_HAIRPIN);
  g_assert_cmpint (emu_nat_in (nat, packet.bytes, packet.length, 0), ==, EMU_NAT_OK);
  /* It comes from the outside address (RFC 4787, REQ-9). */
  g_assert_cmpmem (packet.bytes + 12, 4, outside, 4);
  g_assert_cmpuint (emu_ip_get_u16 (packet.bytes + 22), ==, 5000);
  check_sums (&packet);
  emu_nat_free (nat);
}

static void
test_full (void)
{
  EmuAccessConfig config;
  EmuNat *nat;

  emu_access_init (&config);
  config.nat.kind = EMU_NAT_SYMMETRIC;
  config.nat.max_mappings = 100;
  nat = emu_nat_new (&config.nat, outside, 1);
  for (guint i = 1; i <= 100; i++)
    g_assert_cmpuint (send_out (nat, 5000, "192.0.2.1", i, 0), !=, 0);
  g_assert_cmpuint (send_out (nat, 5000, "192.0.2.1", 101, 0), ==, 0);
  g_assert_cmpuint (emu_nat_counters (nat)->full, ==, 1);
  g_assert_cmpuint (send_out (nat, 5000, "192.0.2.1", 101, 61 * S), !=, 0);
  emu_nat_free (nat);
}

static void
test_tcp (void)
{
  EmuNat *nat = make_nat (EMU_NAT_EIM_APDF);
  Packet packet = make (IPPROTO_TCP, PHONE, 5000, "192.0.2.1", 80);

  packet.bytes[20 + 13] = 0x02; /* SYN */
  emu_ip_fix_checksums (packet.bytes, packet.length);
  g_assert_cmpint (emu_nat_out (nat, packet.bytes, packet.length, 0), ==, EMU_NAT_OK);
  check_sums (&packet);
  packet = make (IPPROTO_TCP, "192.0.2.1", 80, OUTSIDE, 5000);
  g_assert_cmpint (emu_nat_in (nat, packet.bytes, packet.length, 7439 * S), ==, EMU_NAT_OK);
  packet = make (IPPROTO_TCP, PHONE, 5000, "192.0.2.1", 80);
  packet.bytes[20 + 13] = 0x01; /* FIN */
  g_assert_cmpint (emu_nat_out (nat, packet.bytes, packet.length, 7440 * S), ==, EMU_NAT_OK);
  packet = make (IPPROTO_TCP, "192.0.2.1", 80, OUTSIDE, 5000);
  g_assert_cmpint (emu_nat_in (nat, packet.bytes, packet.length, 7681 * S), ==, EMU_NAT_DROPPED);
  emu_nat_free (nat);
}

static void
test_echo (void)
{
  EmuNat *nat = make_nat (EMU_NAT_SYMMETRIC);
  Packet packet = make (IPPROTO_ICMP, PHONE, 77, "192.0.2.1", 8);
  guint identifier;

  g_assert_cmpint (emu_nat_out (nat, packet.bytes, packet.length, 0), ==, EMU_NAT_OK);
  check_sums (&packet);
  identifier = emu_ip_get_u16 (packet.bytes + 24);
  packet = make (IPPROTO_ICMP, "192.0.2.1", identifier, OUTSIDE, 0);
  g_assert_cmpint (emu_nat_in (nat, packet.bytes, packet.length, 0), ==, EMU_NAT_OK);
  g_assert_cmpuint (emu_ip_get_u16 (packet.bytes + 24), ==, 77);
  check_sums (&packet);
  packet = make (IPPROTO_ICMP, "192.0.2.2", identifier, OUTSIDE, 0);
  g_assert_cmpint (emu_nat_in (nat, packet.bytes, packet.length, 0), ==, EMU_NAT_DROPPED);
  emu_nat_free (nat);
}

/* A "port unreachable" from @source about @quoted. */
static Packet
make_error (const char *source, const Packet *quoted)
{
  Packet packet = make (IPPROTO_ICMP, source, 0, OUTSIDE, 3);

  packet.bytes[21] = 3;
  memcpy (packet.bytes + 16, quoted->bytes + 12, 4);
  memcpy (packet.bytes + 28, quoted->bytes, 28);
  packet.length = 56;
  emu_ip_put_u16 (packet.bytes + 2, 56);
  emu_ip_fix_checksums (packet.bytes, packet.length);
  return packet;
}

static void
test_errors (void)
{
  EmuNat *nat = make_nat (EMU_NAT_SYMMETRIC);
  Packet sent = make (IPPROTO_UDP, PHONE, 5000, "192.0.2.1", 100);
  Packet original = sent, error, reply;

  g_assert_cmpint (emu_nat_out (nat, sent.bytes, sent.length, 0), ==, EMU_NAT_OK);
  error = make_error ("203.0.113.5", &sent);
  g_assert_cmpint (emu_nat_in (nat, error.bytes, error.length, 0), ==, EMU_NAT_OK);
  check_sums (&error);
  /* The phone finds its own packet quoted, with its own checksums. */
  g_assert_cmpmem (error.bytes + 28, 28, original.bytes, 28);
  g_assert_cmpmem (error.bytes + 16, 4, original.bytes + 12, 4);

  /* And the phone's error about what it got. */
  reply = make (IPPROTO_UDP, "192.0.2.1", 100, OUTSIDE, emu_ip_get_u16 (sent.bytes + 20));
  original = reply;
  g_assert_cmpint (emu_nat_in (nat, reply.bytes, reply.length, 0), ==, EMU_NAT_OK);
  error = make_error (PHONE, &reply);
  g_assert_cmpint (emu_nat_out (nat, error.bytes, error.length, 0), ==, EMU_NAT_OK);
  check_sums (&error);
  g_assert_cmpmem (error.bytes + 28, 28, original.bytes, 28);
  g_assert_cmpmem (error.bytes + 12, 4, outside, 4);

  /* About nothing that was sent: forged. */
  sent = make (IPPROTO_UDP, OUTSIDE, 1, "192.0.2.1", 100);
  error = make_error ("203.0.113.5", &sent);
  g_assert_cmpint (emu_nat_in (nat, error.bytes, error.length, 0), ==, EMU_NAT_DROPPED);
  emu_nat_free (nat);
}

/* A checksum that was wrong must not come out right: somebody wants to test that. */
static void
test_wrong_stays_wrong (void)
{
  EmuNat *nat = make_nat (EMU_NAT_EIM_EIF);
  Packet packet = make (IPPROTO_UDP, PHONE, 5000, "192.0.2.1", 100), right;

  packet.bytes[40] ^= 1;
  g_assert_cmpint (emu_nat_out (nat, packet.bytes, packet.length, 0), ==, EMU_NAT_OK);
  right = packet;
  emu_ip_fix_checksums (right.bytes, right.length);
  g_assert_cmpint (memcmp (packet.bytes + 26, right.bytes + 26, 2), !=, 0);

  /* And one that is not there stays away. */
  packet = make (IPPROTO_UDP, PHONE, 5000, "192.0.2.1", 100);
  memset (packet.bytes + 26, 0, 2);
  g_assert_cmpint (emu_nat_out (nat, packet.bytes, packet.length, 0), ==, EMU_NAT_OK);
  g_assert_cmpuint (emu_ip_get_u16 (packet.bytes + 26), ==, 0);
  emu_nat_free (nat);
}

static void
test_random_ports (void)
{
  EmuNat *nat = make_nat (EMU_NAT_SYMMETRIC);
  guint neighbours = 0, last = 0;

  for (guint i = 1; i <= 1000; i++)
    {
      guint port = send_out (nat, 5000, "192.0.2.1", i, 0);

      neighbours += port == last + 1;
      last = port;
    }
  g_assert_cmpuint (neighbours, <, 5);
  emu_nat_free (nat);
}

static Packet
make_v6 (guint protocol, const char *source, guint source_port, const char *destination,
         guint destination_port)
{
  Packet packet = { .bytes = { 0x60, [7] = 64 }, .length = 80 };
  guint8 *transport = packet.bytes + 40;

  packet.bytes[6] = (guint8)protocol;
  emu_ip_put_u16 (packet.bytes + 4, 40);
  inet_pton (AF_INET6, source, packet.bytes + 8);
  inet_pton (AF_INET6, destination, packet.bytes + 24);
  if (protocol == IPPROTO_ICMPV6)
    {
      transport[0] = (guint8)destination_port;
      emu_ip_put_u16 (transport + 4, source_port);
    }
  else
    {
      emu_ip_put_u16 (transport, source_port);
      emu_ip_put_u16 (transport + 2, destination_port);
      emu_ip_put_u16 (transport + 4, 40);
    }
  memcpy (transport + 20, "something to sum up", 19);
  emu_ip_fix_checksums (packet.bytes, packet.length);
  return packet;
}

static void
test_firewall (void)
{
  EmuFirewall *firewall = emu_firewall_new (60, 7440, 60);
  Packet out = make_v6 (IPPROTO_UDP, "2001:db8:0:1::1", 5000, "2001:db8:0:2::1", 6000);
  Packet in = make_v6 (IPPROTO_UDP, "2001:db8:0:2::1", 6000, "2001:db8:0:1::1", 5000);
  Packet other = make_v6 (IPPROTO_UDP, "2001:db8:0:2::1", 6001, "2001:db8:0:1::1", 5000);
  Packet error = make_v6 (IPPROTO_ICMPV6, "2001:db8:77::1", 0, "2001:db8:0:1::1", 1);

  memcpy (error.bytes + 48, out.bytes, 60);
  g_assert_false (emu_firewall_in (firewall, in.bytes, in.length, 0));
  emu_firewall_out (firewall, out.bytes, out.length, 0);
  g_assert_true (emu_firewall_in (firewall, in.bytes, in.length, 59 * S));
  g_assert_true (emu_firewall_in (firewall, error.bytes, 108, 59 * S));
  g_assert_false (emu_firewall_in (firewall, other.bytes, other.length, 59 * S));
  g_assert_false (emu_firewall_in (firewall, in.bytes, in.length, 60 * S));
  g_assert_false (emu_firewall_in (firewall, error.bytes, 108, 60 * S));

  out = make_v6 (IPPROTO_ICMPV6, "2001:db8:0:1::1", 9, "2001:db8:0:2::1", 128);
  in = make_v6 (IPPROTO_ICMPV6, "2001:db8:0:2::1", 9, "2001:db8:0:1::1", 129);
  g_assert_false (emu_firewall_in (firewall, in.bytes, in.length, 0));
  emu_firewall_out (firewall, out.bytes, out.length, 0);
  g_assert_true (emu_firewall_in (firewall, in.bytes, in.length, 0));
  g_assert_cmpuint (emu_firewall_dropped (firewall), ==, 5);
  emu_firewall_free (firewall);
}

static void
test_nat64 (void)
{
  static const struct
  {
    guint v6, v4, v6_port, v4_port;
  } rows[] = {
    { IPPROTO_UDP, IPPROTO_UDP, 100, 100 },
    { IPPROTO_TCP, IPPROTO_TCP, 100, 100 },
    { IPPROTO_ICMPV6, IPPROTO_ICMP, 128, 8 },
  };
  static const guint8 v4[4] = { 100, 64, 0, 1 };
  guint8 v6[16];

  inet_pton (AF_INET6, "2001:db8:0:1::1", v6);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Packet six
          = make_v6 (rows[i].v6, "2001:db8:0:1::1", 5000, "64:ff9b::192.0.2.1", rows[i].v6_port);
      Packet four = make (rows[i].v4, PHONE, 5000, "192.0.2.1", rows[i].v4_port), got;

      four.bytes[6] = 0x40;
      emu_ip_fix_checksums (four.bytes, four.length);
      got.length = emu_xlat_6to4 (six.bytes, six.length, v4, got.bytes);
      g_assert_cmpmem (got.bytes, got.length, four.bytes, four.length);

      four = make (rows[i].v4, "192.0.2.1", 100, PHONE, rows[i].v4_port);
      six = make_v6 (rows[i].v6, "64:ff9b::192.0.2.1", 100, "2001:db8:0:1::1", rows[i].v6_port);
      got.length = emu_xlat_4to6 (four.bytes, four.length, v6, got.bytes);
      g_assert_cmpmem (got.bytes, got.length, six.bytes, six.length);
    }
}

static void
test_nat64_errors (void)
{
  static const guint8 v4[4] = { 100, 64, 0, 1 };
  Packet six = make_v6 (IPPROTO_UDP, "2001:db8:0:1::1", 5000, "64:ff9b::192.0.2.1", 100);
  Packet sent, error, got;
  guint8 v6[16];

  inet_pton (AF_INET6, "2001:db8:0:1::1", v6);
  sent.length = emu_xlat_6to4 (six.bytes, six.length, v4, sent.bytes);
  error = make_error ("192.0.2.1", &sent);
  got.length = emu_xlat_4to6 (error.bytes, error.length, v6, got.bytes);
  g_assert_cmpuint (got.length, ==, 40 + 8 + 40 + 8);
  g_assert_cmpuint (got.bytes[40], ==, 1);
  g_assert_cmpuint (got.bytes[41], ==, 4);
  check_sums (&got);
  /* The phone finds its own packet quoted. */
  g_assert_cmpmem (got.bytes + 48, 48, six.bytes, 48);
}

static void
test_nat64_refuses (void)
{
  static const guint8 v4[4] = { 100, 64, 0, 1 };
  guint8 out[256], v6[16] = { 0 };
  Packet packet = make_v6 (IPPROTO_UDP, "2001:db8:0:1::1", 5000, "2001:db8:ffff::1", 100);

  g_assert_cmpuint (emu_xlat_6to4 (packet.bytes, packet.length, v4, out), ==, 0);
  packet = make_v6 (IPPROTO_FRAGMENT, "2001:db8:0:1::1", 5000, "64:ff9b::192.0.2.1", 100);
  g_assert_cmpuint (emu_xlat_6to4 (packet.bytes, packet.length, v4, out), ==, 0);
  packet = make_v6 (IPPROTO_UDP, "2001:db8:0:1::1", 5000, "64:ff9b::192.0.2.1", 100);
  g_assert_cmpuint (emu_xlat_6to4 (packet.bytes, 47, v4, out), ==, 0);
  packet = make (IPPROTO_UDP, "192.0.2.1", 100, PHONE, 5000);
  packet.bytes[6] = 0x20; /* a fragment */
  g_assert_cmpuint (emu_xlat_4to6 (packet.bytes, packet.length, v6, out), ==, 0);
}

static void
test_access_refuses (void)
{
  static const struct
  {
    const char *values, *message;
  } rows[] = {
    { "{'nat': <'cone'>}", "nat: must be one of: none, eim-eif" },
    { "{'preset': <'wifi'>}", "preset: must be one of: public, eim, symmetric, double" },
    { "{'inner-nat': <'eim-eif'>}", "inner-nat: goes in front of another" },
    { "{'nat64': <true>}", "nat64: choose" },
    { "{'nat64': <true>, 'nat': <'eim-adf'>, 'ipv6': <'none'>}", "nat64: the phone needs IPv6" },
    { "{'preset': <'ipv6-only'>, 'inner-nat': <'eim-eif'>}", "inner-nat: there is no IPv4" },
    { "{'udp-timeout-s': <0>}", "udp-timeout-s: must be" },
    { "{'mood': <1>}", "mood: no such key; the keys here are preset, share, nat" },
  };
  EmuAccessConfig config, before;

  emu_access_init (&config);
  before = config;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GVariant) values
          = g_variant_parse (G_VARIANT_TYPE_VARDICT, rows[i].values, NULL, NULL, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (emu_access_set (&config, FALSE, values, &error));
      g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);
      g_test_message ("%s", error->message);
      g_assert_true (g_str_has_prefix (error->message, rows[i].message));
      g_assert_cmpmem (&config, sizeof config, &before, sizeof before);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/emu-nat/kinds", test_kinds);
  g_test_add_func ("/emu-nat/timeout", test_timeout);
  g_test_add_func ("/emu-nat/inbound-refresh", test_inbound_refresh);
  g_test_add_func ("/emu-nat/ports-collide", test_ports_collide);
  g_test_add_func ("/emu-nat/hairpin", test_hairpin);
  g_test_add_func ("/emu-nat/full", test_full);
  g_test_add_func ("/emu-nat/tcp", test_tcp);
  g_test_add_func ("/emu-nat/echo", test_echo);
  g_test_add_func ("/emu-nat/icmp-errors", test_errors);
  g_test_add_func ("/emu-nat/wrong-checksum-stays-wrong", test_wrong_stays_wrong);
  g_test_add_func ("/emu-nat/random-ports", test_random_ports);
  g_test_add_func ("/emu-nat/ipv6-firewall", test_firewall);
  g_test_add_func ("/emu-nat/nat64", test_nat64);
  g_test_add_func ("/emu-nat/nat64-errors", test_nat64_errors);
  g_test_add_func ("/emu-nat/nat64-refuses", test_nat64_refuses);
  g_test_add_func ("/emu-nat/access-refuses", test_access_refuses);
  return g_test_run ();
}
