/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The IPv4 internet as a phone without IPv4 sees it: behind its network's NAT64. Pure. */
#pragma once
#include <gio/gio.h>

/**
 * tac_nat64_map:
 * @ipv4: an IPv4 address
 *
 * Its IPv6 address behind a NAT64 of the well-known prefix 64:ff9b::/96 (RFC 6052 §2.1). A
 * network's own prefix would have to be learned by a name (RFC 7050), and names are not looked up.
 * Returns: (transfer full).
 */
GInetAddress *tac_nat64_map (GInetAddress *ipv4);
