/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Builds the ICMP and ICMPv6 errors of the emulated operator's router. */
#pragma once
#include "ip-packet.h"

/* The longest error: what every IPv6 link carries (RFC 4443 section 2.4 c). */
#define EMU_ICMP_ERROR_MAX 1280

typedef enum
{
  EMU_ICMP_NO_ROUTE,      /* no such network */
  EMU_ICMP_NO_HOST,       /* the network is ours, but nobody has that address now */
  EMU_ICMP_TIME_EXCEEDED, /* TTL or hop limit used up */
} EmuIcmpReason;

/**
 * emu_icmp_error:
 * @bytes: the offending packet, which was parsed as @packet
 * @reply: (out) a whole IP packet to @packet's source
 *
 * Quotes as much of the offending packet as fits: 576 bytes in all for IPv4 (RFC 1812, 4.3.2.3),
 * 1280 for IPv6. No error answers an ICMP error, a later fragment or a packet whose source or
 * destination is not one host (RFC 1122, 3.2.2; RFC 4443, 2.4 e).
 * Returns: the length of @reply, or 0 when there must be none.
 */
gsize emu_icmp_error (EmuIcmpReason reason, const guint8 *bytes, const EmuIpPacket *packet,
                      guint8 reply[EMU_ICMP_ERROR_MAX]);
