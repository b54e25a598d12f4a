/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Translates packets between IPv6 and IPv4 (RFC 7915), for a network that is IPv6-only: its hosts
 * reach the IPv4 internet at 64:ff9b::a.b.c.d (RFC 6052). Pure and stateless. */
#pragma once
#include <glib.h>

/* How much longer a packet can become: a header, and that of a packet quoted in an error. */
#define EMU_XLAT_GROWTH 40

/* Whether @address, 16 bytes, is one of 64:ff9b::/96. */
gboolean emu_xlat_is_prefix (const guint8 *address);

/* Each makes of a whole packet that parses its translation: UDP, TCP, ICMP echo and the usual ICMP
 * errors; no fragments, no extension headers. Checksums are carried over: a wrong one stays wrong.
 * @v4, @v6: what the phone is called on either side.
 * Returns: the length of @out, or 0 for what isn't translated. */
gsize emu_xlat_6to4 (const guint8 *packet, gsize length, const guint8 v4[4], guint8 *out);
gsize emu_xlat_4to6 (const guint8 *packet, gsize length, const guint8 v6[16], guint8 *out);
