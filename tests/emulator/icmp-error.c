/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Builds the ICMP and ICMPv6 errors of the emulated operator's router. */
#include "icmp-error.h"

#include "ip-route.h"

#include <netinet/in.h>
#include <string.h>

#define ICMP_HEADER 8
#define V4_HEADER 20
#define V6_HEADER 40
#define V4_MAX 576

static guint
type_and_code_v4 (EmuIcmpReason reason)
{
  switch (reason)
    {
    case EMU_ICMP_NO_ROUTE:
      return 3 << 8 | 0;
    case EMU_ICMP_NO_HOST:
      return 3 << 8 | 1;
    case EMU_ICMP_TIME_EXCEEDED:
      return 11 << 8 | 0;
    }
  g_assert_not_reached ();
}

static guint
type_and_code_v6 (EmuIcmpReason reason)
{
  switch (reason)
    {
    case EMU_ICMP_NO_ROUTE:
      return 1 << 8 | 0;
    case EMU_ICMP_NO_HOST:
      return 1 << 8 | 3;
    case EMU_ICMP_TIME_EXCEEDED:
      return 3 << 8 | 0;
    }
  g_assert_not_reached ();
}

/* Only queries may be answered with an error: an error about an error could go on for ever. */
static gboolean
is_icmp_error (const guint8 *bytes, const EmuIpPacket *packet)
{
  const guint8 *icmp = bytes + packet->header_length;

  if (packet->version == 4 && packet->protocol == IPPROTO_ICMP)
    return packet->length == packet->header_length
           || !(icmp[0] == 0 || icmp[0] == 8 || (icmp[0] >= 13 && icmp[0] <= 18));
  if (packet->version == 6 && packet->protocol == IPPROTO_ICMPV6)
    return packet->length == packet->header_length || icmp[0] < 128;
  return FALSE;
}

static gboolean
is_answerable (const guint8 *bytes, const EmuIpPacket *packet)
{
  EmuHost host;

  return !packet->later_fragment && !is_icmp_error (bytes, packet)
         && emu_ip_route (packet->version, packet->source, &host) != EMU_ROUTE_LINK_ONLY
         && emu_ip_route (packet->version, packet->destination, &host) != EMU_ROUTE_LINK_ONLY;
}

static gsize
build_v4 (EmuIcmpReason reason, const guint8 *bytes, const EmuIpPacket *packet, guint8 *reply)
{
  gsize quoted = MIN (packet->length, V4_MAX - V4_HEADER - ICMP_HEADER);
  gsize length = V4_HEADER + ICMP_HEADER + quoted;
  guint8 *icmp = reply + V4_HEADER;

  memset (reply, 0, V4_HEADER + ICMP_HEADER);
  reply[0] = 0x45;
  reply[1] = 0xc0; /* internetwork control (RFC 1812, 4.3.2.5) */
  emu_ip_put_u16 (reply + 2, (guint)length);
  reply[8] = 64;
  reply[9] = IPPROTO_ICMP;
  memcpy (reply + 12, emu_router_v4, 4);
  memcpy (reply + 16, packet->source, 4);
  emu_ip_put_u16 (reply + 10, emu_ip_checksum (reply, V4_HEADER, NULL, 0));

  emu_ip_put_u16 (icmp, type_and_code_v4 (reason));
  memcpy (icmp + ICMP_HEADER, bytes, quoted);
  emu_ip_put_u16 (icmp + 2, emu_ip_checksum (icmp, ICMP_HEADER + quoted, NULL, 0));
  return length;
}

static gsize
build_v6 (EmuIcmpReason reason, const guint8 *bytes, const EmuIpPacket *packet, guint8 *reply)
{
  gsize quoted = MIN (packet->length, EMU_ICMP_ERROR_MAX - V6_HEADER - ICMP_HEADER);
  gsize length = ICMP_HEADER + quoted;
  guint8 *icmp = reply + V6_HEADER;
  guint8 pseudo[V6_HEADER] = { 0 }; /* RFC 8200 section 8.1 */

  memset (reply, 0, V6_HEADER + ICMP_HEADER);
  reply[0] = 0x60;
  emu_ip_put_u16 (reply + 4, (guint)length);
  reply[6] = IPPROTO_ICMPV6;
  reply[7] = 64;
  memcpy (reply + 8, emu_router_v6, 16);
  memcpy (reply + 24, packet->source, 16);

  memcpy (pseudo, reply + 8, 32);
  emu_ip_put_u16 (pseudo + 34, (guint)length);
  pseudo[39] = IPPROTO_ICMPV6;
  emu_ip_put_u16 (icmp, type_and_code_v6 (reason));
  memcpy (icmp + ICMP_HEADER, bytes, quoted);
  emu_ip_put_u16 (icmp + 2, emu_ip_checksum (pseudo, sizeof pseudo, icmp, length));
  return V6_HEADER + length;
}

gsize
emu_icmp_error (EmuIcmpReason reason, const guint8 *bytes, const EmuIpPacket *packet,
                guint8 reply[EMU_ICMP_ERROR_MAX])
{
  if (!is_answerable (bytes, packet))
    return 0;
  return packet->version == 4 ? build_v4 (reason, bytes, packet, reply)
                              : build_v6 (reason, bytes, packet, reply);
}
