/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stateful firewall of IPv6, as operators put before phones: in comes only what answers
 * (RFC 6092, with address- and port-dependent filtering). Pure: the caller gives the time. */
#pragma once
#include <glib.h>

typedef struct _EmuFirewall EmuFirewall;
EmuFirewall *emu_firewall_new (double udp_timeout_s, double tcp_timeout_s, double icmp_timeout_s);
void emu_firewall_free (EmuFirewall *firewall);

/* Notes a packet from inside; @bytes: a whole IPv6 packet that parses. */
void emu_firewall_out (EmuFirewall *firewall, const guint8 *bytes, gsize length, gint64 now_us);
/* Returns: whether a packet from outside may pass: of a flow noted, or an error about one. */
gboolean emu_firewall_in (EmuFirewall *firewall, const guint8 *bytes, gsize length, gint64 now_us);
/* How many were not let pass. */
guint64 emu_firewall_dropped (const EmuFirewall *firewall);
