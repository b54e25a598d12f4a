/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checksums of what an IP packet carries: made anew, or carried over a change of addresses. */
#pragma once
#include <glib.h>

/* Sets all checksums of a whole IP packet as a sender would; bytes that are no packet stay. */
void emu_ip_fix_checksums (guint8 *bytes, gsize length);

/* Carries the checksum at @checksum over the replacement of @before by @after, both of an even
 * length: a right one stays right, a wrong one wrong (RFC 1624). */
void emu_checksum_replace (guint8 *checksum, const guint8 *before, gsize before_length,
                           const guint8 *after, gsize after_length);

/* Where in the header of @protocol (UDP, TCP, ICMP or ICMPv6) the checksum is; 0 = it has none. */
gsize emu_checksum_offset (guint protocol);

/* Sets the checksum of a transport header and what it carries; @pseudo: source, then destination,
 * of @address_length bytes each (NULL for ICMP, which covers none). */
void emu_checksum_transport (guint8 *transport, gsize length, guint protocol, const guint8 *pseudo,
                             gsize address_length);
