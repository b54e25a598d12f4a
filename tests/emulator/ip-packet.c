/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads what a router reads of an IPv4 or IPv6 packet, and takes one hop off it. */
#include "ip-packet.h"

#include <string.h>

#define V4_HEADER 20
#define V6_HEADER 40

static guint32
add_words (guint32 sum, const guint8 *bytes, gsize length)
{
  for (gsize i = 0; i + 1 < length; i += 2)
    sum += emu_ip_get_u16 (bytes + i);
  if (length % 2 != 0)
    sum += (guint32)bytes[length - 1] << 8;
  return sum;
}

guint16
emu_ip_checksum (const guint8 *first, gsize first_length, const guint8 *second, gsize second_length)
{
  /* 32 bits hold the carries of 128 KiB. */
  guint32 sum = add_words (add_words (0, first, first_length), second, second_length);

  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return (guint16)~sum;
}

static gboolean
parse_v4 (const guint8 *bytes, gsize length, EmuIpPacket *packet)
{
  EmuIpPacket v4 = { .version = 4 };

  if (length < V4_HEADER)
    return FALSE;
  v4.header_length = (gsize)(bytes[0] & 0xf) * 4;
  v4.length = emu_ip_get_u16 (bytes + 2);
  if (v4.header_length < V4_HEADER || v4.length < v4.header_length || v4.length > length)
    return FALSE;
  if (emu_ip_checksum (bytes, v4.header_length, NULL, 0) != 0)
    return FALSE;

  v4.later_fragment = (emu_ip_get_u16 (bytes + 6) & 0x1fff) != 0;
  v4.hops = bytes[8];
  v4.protocol = bytes[9];
  memcpy (v4.source, bytes + 12, 4);
  memcpy (v4.destination, bytes + 16, 4);
  *packet = v4;
  return TRUE;
}

static gboolean
parse_v6 (const guint8 *bytes, gsize length, EmuIpPacket *packet)
{
  EmuIpPacket v6 = { .version = 6, .header_length = V6_HEADER };

  if (length < V6_HEADER)
    return FALSE;
  v6.length = V6_HEADER + emu_ip_get_u16 (bytes + 4);
  if (v6.length > length)
    return FALSE;

  v6.protocol = bytes[6];
  v6.hops = bytes[7];
  memcpy (v6.source, bytes + 8, 16);
  memcpy (v6.destination, bytes + 24, 16);
  *packet = v6;
  return TRUE;
}

gboolean
emu_ip_packet_parse (const guint8 *bytes, gsize length, EmuIpPacket *packet)
{
  if (length == 0)
    return FALSE;
  if (bytes[0] >> 4 == 4)
    return parse_v4 (bytes, length, packet);
  if (bytes[0] >> 4 == 6)
    return parse_v6 (bytes, length, packet);
  return FALSE;
}

void
emu_ip_packet_take_hop (guint8 *bytes, EmuIpPacket *packet)
{
  packet->hops--;
  if (packet->version == 6)
    {
      bytes[7]--;
      return;
    }

  bytes[8]--;
  memset (bytes + 10, 0, 2);
  emu_ip_put_u16 (bytes + 10, emu_ip_checksum (bytes, packet->header_length, NULL, 0));
}
