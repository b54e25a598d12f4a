/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads what a router reads of an IPv4 or IPv6 packet, and takes one hop off it. */
#pragma once
#include <glib.h>

typedef struct
{
  guint version;           /* 4 or 6 */
  guint8 source[16];       /* an IPv4 address is in the first four bytes, zeros behind */
  guint8 destination[16];  /* likewise */
  gsize header_length;     /* IPv4: with its options; IPv6: the fixed 40 bytes */
  gsize length;            /* of the whole packet as its header says; not above what came */
  guint protocol;          /* IPv4: protocol, IPv6: the first next header */
  guint hops;              /* TTL or hop limit */
  gboolean later_fragment; /* an IPv4 fragment other than the first */
} EmuIpPacket;

/**
 * emu_ip_packet_parse:
 * @bytes: a raw packet, as a TUN gives it, or the beginning of one
 * @length: how many bytes there are
 * @packet: (out) untouched unless TRUE
 *
 * Checks version, lengths and, of IPv4, the header checksum. Bytes behind the packet's own length
 * are ignored. Source: RFC 791 section 3.1, RFC 8200 section 3.
 * Returns: FALSE when no router would forward it.
 */
gboolean emu_ip_packet_parse (const guint8 *bytes, gsize length, EmuIpPacket *packet);

/* Takes one off TTL or hop limit of a packet that was parsed, and sets the checksum anew.
 * Call only when packet->hops is above 1. */
void emu_ip_packet_take_hop (guint8 *bytes, EmuIpPacket *packet);

/* The Internet checksum (RFC 1071) in host order, over the two parts; @first_length is even. */
guint16 emu_ip_checksum (const guint8 *first, gsize first_length, const guint8 *second,
                         gsize second_length);

/* Big-endian numbers of two bytes. */
static inline guint
emu_ip_get_u16 (const guint8 *bytes)
{
  return (guint)bytes[0] << 8 | bytes[1];
}

static inline void
emu_ip_put_u16 (guint8 *bytes, guint value)
{
  bytes[0] = (guint8)(value >> 8);
  bytes[1] = (guint8)value;
}
