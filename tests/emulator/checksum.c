/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checksums of what an IP packet carries: made anew, or carried over a change of addresses. */
#include "checksum.h"
#include "ip-packet.h"

#include <netinet/in.h>
#include <string.h>

gsize
emu_checksum_offset (guint protocol)
{
  switch (protocol)
    {
    case IPPROTO_UDP:
      return 6;
    case IPPROTO_TCP:
      return 16;
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6:
      return 2;
    default:
      return 0;
    }
}

static guint32
sum_words (guint32 sum, const guint8 *bytes, gsize length, gboolean inverted)
{
  for (gsize i = 0; i + 1 < length; i += 2)
    sum += emu_ip_get_u16 (bytes + i) ^ (inverted ? 0xffff : 0);
  return sum;
}

void
emu_checksum_replace (guint8 *checksum, const guint8 *before, gsize before_length,
                      const guint8 *after, gsize after_length)
{
  guint32 sum = ~emu_ip_get_u16 (checksum) & 0xffff;

  sum = sum_words (sum, before, before_length, TRUE);
  sum = sum_words (sum, after, after_length, FALSE);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  emu_ip_put_u16 (checksum, ~sum & 0xffff);
}

void
emu_checksum_transport (guint8 *transport, gsize length, guint protocol, const guint8 *pseudo,
                        gsize address_length)
{
  gsize offset = emu_checksum_offset (protocol);
  guint8 head[40] = { 0 }; /* RFC 8200 section 8.1; with IPv4 it has the same sum */
  guint16 sum;

  if (offset == 0 || offset + 2 > length)
    return;
  memset (transport + offset, 0, 2);
  if (pseudo != NULL)
    {
      memcpy (head, pseudo, 2 * address_length);
      emu_ip_put_u16 (head + 34, (guint)length);
      head[39] = (guint8)protocol;
    }
  sum = emu_ip_checksum (head, sizeof head, transport, length);
  if (sum == 0 && protocol == IPPROTO_UDP)
    sum = 0xffff;
  emu_ip_put_u16 (transport + offset, sum);
}

void
emu_ip_fix_checksums (guint8 *bytes, gsize length)
{
  gboolean v4 = length > 0 && bytes[0] >> 4 == 4;
  EmuIpPacket packet;
  guint8 *transport;

  if (v4 && length >= 20 && (bytes[0] & 0xf) >= 5 && (gsize)(bytes[0] & 0xf) * 4 <= length)
    {
      memset (bytes + 10, 0, 2);
      emu_ip_put_u16 (bytes + 10, emu_ip_checksum (bytes, (gsize)(bytes[0] & 0xf) * 4, NULL, 0));
    }
  /* A fragment's transport checksum covers what isn't here. */
  if (!emu_ip_packet_parse (bytes, length, &packet)
      || (v4 && (emu_ip_get_u16 (bytes + 6) & 0x3fff) != 0))
    return;
  transport = bytes + packet.header_length;
  length = packet.length - packet.header_length;
  if (v4)
    emu_checksum_transport (transport, length, packet.protocol,
                            packet.protocol == IPPROTO_ICMP ? NULL : bytes + 12, 4);
  else
    emu_checksum_transport (transport, length, packet.protocol, bytes + 8, 16);
}
