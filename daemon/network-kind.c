/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind of a network, by comparing what servers saw of one socket; and what a call from here
 * needs, by the table of docs/protocol.md §4. */
#include "daemon/network-kind.h"

#include <string.h>

/* What servers saw */

static gboolean
is_ipv6 (const TacProbeResult *result)
{
  GInetAddress *address = g_inet_socket_address_get_address (result->server->address);

  return g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;
}

static gboolean
same_host (const TacProbeResult *a, const TacProbeResult *b)
{
  return g_inet_address_equal (g_inet_socket_address_get_address (a->server->address),
                               g_inet_socket_address_get_address (b->server->address));
}

/* Two ports of one server tell a symmetric NAT when they see different addresses, but nothing when
 * they see the same. */
static gboolean
is_first_of_host (const GArray *results, guint index)
{
  const TacProbeResult *result = &g_array_index (results, TacProbeResult, index);

  for (guint i = 0; i < index; i++)
    {
      const TacProbeResult *other = &g_array_index (results, TacProbeResult, i);

      if (*other->mapped != '\0' && same_host (result, other))
        return FALSE;
    }
  return TRUE;
}

static void
find_nat (TacNetworkKind *kind, const GArray *results)
{
  const char *first = NULL;
  gboolean differ = FALSE, own = TRUE;

  for (guint i = 0; i < results->len; i++)
    {
      const TacProbeResult *result = &g_array_index (results, TacProbeResult, i);
      gboolean changed = strcmp (result->mapped, result->local) != 0;

      if (*result->mapped == '\0')
        continue;
      if (is_ipv6 (result))
        {
          kind->ipv6_translated |= changed;
          continue;
        }
      kind->seen += is_first_of_host (results, i);
      own &= !changed;
      differ |= first != NULL && strcmp (first, result->mapped) != 0;
      first = result->mapped;
    }
  kind->nat64 = kind->access == TAC_ACCESS_IPV6 && first != NULL;
  kind->nat = differ                 ? TAC_NAT_ADDRESS_DEPENDENT
              : first != NULL && own ? TAC_NAT_NONE
              : kind->seen >= 2      ? TAC_NAT_ENDPOINT_INDEPENDENT
                                     : TAC_NAT_UNKNOWN;
}

/* What calls need */

/* Neither phone can be reached unasked: both must know the other's address, which takes the second
 * SMS; and a symmetric NAT has one for a phone that is reached unasked only. */
static TacNeed
both_hidden (TacNat own, TacPeer peer)
{
  if (own == TAC_NAT_ADDRESS_DEPENDENT || peer == TAC_PEER_SYMMETRIC)
    return TAC_NEEDS_RELAY;
  return own == TAC_NAT_UNKNOWN ? TAC_NEEDS_LUCK : TAC_NEEDS_TWO_SMS;
}

static TacNeed
judge_ipv4 (const TacNetworkKind *kind, gboolean relay_only, TacPeer peer, gboolean calling)
{
  TacNat own = relay_only ? TAC_NAT_ADDRESS_DEPENDENT : kind->nat; /* as well hidden as that */
  gboolean no_ipv4 = kind->access == TAC_ACCESS_IPV6 && !kind->nat64;
  TacNeed need = both_hidden (own, peer);

  if (relay_only && !kind->relay)
    return TAC_NEEDS_RELAY;
  if (calling && own == TAC_NAT_NONE)
    return TAC_NEEDS_ONE_SMS;
  if (own == TAC_NAT_NONE)
    need = TAC_NEEDS_TWO_SMS;
  if (peer == TAC_PEER_PUBLIC)
    need = no_ipv4 ? TAC_NEEDS_LUCK : calling ? TAC_NEEDS_TWO_SMS : TAC_NEEDS_ONE_SMS;
  return kind->relay ? MIN (need, TAC_NEEDS_TWO_SMS) : need;
}

static TacNeed
judge (const TacNetworkKind *kind, gboolean relay_only, TacPeer peer, gboolean calling)
{
  if (kind->access == TAC_ACCESS_NONE)
    return TAC_NEEDS_RELAY;
  if (peer != TAC_PEER_IPV6)
    return judge_ipv4 (kind, relay_only, peer, calling);
  return relay_only && !kind->relay ? TAC_NEEDS_RELAY : TAC_NEEDS_TWO_SMS;
}

void
tac_network_kind_judge (TacNetworkKind *kind, TacAccess access, const GArray *results,
                        TacRelayPolicy policy)
{
  *kind = (TacNetworkKind){ .access = access, .policy_direct = policy == TAC_RELAY_DIRECT };
  for (guint i = 0; i < results->len; i++)
    {
      const TacProbeResult *result = &g_array_index (results, TacProbeResult, i);

      kind->relay |= *result->relayed != '\0' && !kind->policy_direct;
      kind->problems += *result->problem != '\0';
    }
  find_nat (kind, results);
  for (guint peer = 0; peer < TAC_PEERS; peer++)
    {
      kind->calling[peer] = judge (kind, policy == TAC_RELAY_ONLY, (TacPeer)peer, TRUE);
      kind->called[peer] = judge (kind, policy == TAC_RELAY_ONLY, (TacPeer)peer, FALSE);
    }
}

gboolean
tac_network_kind_has_ipv6 (const TacNetworkKind *kind)
{
  return kind->access == TAC_ACCESS_IPV6 || kind->access == TAC_ACCESS_BOTH;
}

gboolean
tac_network_kind_all_well (const TacNetworkKind *kind)
{
  if (kind->problems > 0 || kind->access == TAC_ACCESS_NONE)
    return FALSE;
  for (guint peer = 0; peer < TAC_PEER_IPV6; peer++)
    if (MAX (kind->calling[peer], kind->called[peer]) > TAC_NEEDS_TWO_SMS)
      return FALSE;
  return TRUE;
}

TacAccess
tac_access_of (GPtrArray *addresses)
{
  gboolean ipv4 = FALSE, ipv6 = FALSE;

  for (guint i = 0; i < addresses->len; i++)
    {
      GInetAddress *address = g_ptr_array_index (addresses, i);

      ipv4 |= g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4;
      ipv6 |= g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;
    }
  return ipv4 && ipv6 ? TAC_ACCESS_BOTH
         : ipv4       ? TAC_ACCESS_IPV4
         : ipv6       ? TAC_ACCESS_IPV6
                      : TAC_ACCESS_NONE;
}

/* Names */

const char *
tac_access_to_string (TacAccess access)
{
  static const char *const names[] = { "none", "ipv4", "ipv6", "ipv4+ipv6" };

  return names[access];
}

const char *
tac_nat_to_string (TacNat nat)
{
  static const char *const names[]
      = { "unknown", "none", "endpoint-independent", "address-dependent" };

  return names[nat];
}

const char *
tac_peer_to_string (TacPeer peer)
{
  static const char *const names[] = { "public", "endpoint-independent", "symmetric", "ipv6" };

  return names[peer];
}

const char *
tac_need_to_string (TacNeed need)
{
  static const char *const names[] = { "one-sms", "two-sms", "perhaps", "relay" };

  return names[need];
}

static const char *
describe_nat (const TacNetworkKind *kind)
{
  switch (kind->nat)
    {
    case TAC_NAT_NONE:
      return "no NAT: servers see this phone's own address. Whether a firewall keeps calls out "
             "cannot be seen from here.";
    case TAC_NAT_ENDPOINT_INDEPENDENT:
      return "a NAT with endpoint-independent mapping: all servers see the same address, and so "
             "can another phone.";
    case TAC_NAT_ADDRESS_DEPENDENT:
      return "a symmetric NAT: every server sees another address, so that an address learned from "
             "one is of no use to another phone.";
    case TAC_NAT_UNKNOWN:
      break;
    }
  return kind->seen > 0 ? "a NAT of unknown kind: only one server told what it sees. A second one, "
                          "at another address, would tell."
                        : "unknown: no server told what it sees. Two STUN or TURN servers under "
                          "[relay] in tacitel.conf would tell.";
}

static const char *
describe_ipv6 (const TacNetworkKind *kind)
{
  if (!tac_network_kind_has_ipv6 (kind))
    return "";
  return kind->ipv6_translated
             ? " IPv6: servers see another address than this phone's own."
             : " IPv6: whether a firewall lets calls in cannot be seen from here; two phones that "
               "have IPv6 open theirs for each other.";
}

char *
tac_network_kind_describe (const TacNetworkKind *kind)
{
  if (kind->access == TAC_ACCESS_NONE)
    return g_strdup ("No network: the data connection has no address.");
  if (kind->access == TAC_ACCESS_IPV6 && !kind->nat64)
    return g_strconcat ("IPv6 only; no IPv4 server answered through a NAT64.", describe_ipv6 (kind),
                        NULL);
  return g_strconcat (kind->nat64 ? "IPv6 only, and the IPv4 internet behind the network's NAT64: "
                                  : "IPv4: ",
                      describe_nat (kind), describe_ipv6 (kind), NULL);
}
