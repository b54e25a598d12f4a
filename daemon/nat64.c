/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The well-known prefix of NAT64 before an IPv4 address. */
#include "daemon/nat64.h"

#include <string.h>

GInetAddress *
tac_nat64_map (GInetAddress *ipv4)
{
  guint8 bytes[16] = { 0x00, 0x64, 0xFF, 0x9B };

  g_return_val_if_fail (g_inet_address_get_family (ipv4) == G_SOCKET_FAMILY_IPV4, NULL);
  memcpy (bytes + 12, g_inet_address_to_bytes (ipv4), 4);
  return g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
}
