/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what servers saw of this phone to the kind of its network, and to what calls over it need.
 * Pure: no clock, no I/O. */
#pragma once
#include "daemon/engine.h"

typedef enum
{
  TAC_ACCESS_NONE,
  TAC_ACCESS_IPV4,
  TAC_ACCESS_IPV6,
  TAC_ACCESS_BOTH,
} TacAccess;

/* How the network maps addresses of IPv4 (RFC 4787 §4.1), also those behind a NAT64. */
typedef enum
{
  TAC_NAT_UNKNOWN,              /* fewer than two servers told what they see */
  TAC_NAT_NONE,                 /* they see this phone's own address */
  TAC_NAT_ENDPOINT_INDEPENDENT, /* all see the same one */
  TAC_NAT_ADDRESS_DEPENDENT,    /* they see different ones: a symmetric NAT */
} TacNat;

/* The other phone of a call. */
typedef enum
{
  TAC_PEER_PUBLIC,
  TAC_PEER_ENDPOINT_INDEPENDENT,
  TAC_PEER_SYMMETRIC,
  TAC_PEER_IPV6, /* has IPv6, perhaps behind a firewall; judged only where this phone has it, too */
} TacPeer;
#define TAC_PEERS 4

/* What a call needs (docs/protocol.md §4); the better comes first. */
typedef enum
{
  TAC_NEEDS_ONE_SMS,
  TAC_NEEDS_TWO_SMS, /* at most: one, where both phones use the same relay */
  TAC_NEEDS_LUCK,    /* two where this NAT is endpoint-independent, else a relay: not known */
  TAC_NEEDS_RELAY,   /* and there is none */
} TacNeed;

typedef struct
{
  TacAccess access;
  TacNat nat;
  gboolean nat64;           /* IPv6 only, and an IPv4 server answered through a NAT64 */
  gboolean ipv6_translated; /* an IPv6 server sees another address */
  gboolean relay;           /* one gave an address, and the policy lets it be used */
  gboolean policy_direct;   /* it does not: TAC_RELAY_DIRECT */
  guint seen;               /* IPv4 servers, of different addresses, that told what they see */
  guint problems;           /* servers that have one */
  TacNeed calling[TAC_PEERS], called[TAC_PEERS]; /* by what the other phone is */
} TacNetworkKind;

/* @results: TacProbeResult. */
void tac_network_kind_judge (TacNetworkKind *kind, TacAccess access, const GArray *results,
                             TacRelayPolicy policy);
/* Is TAC_PEER_IPV6 to be shown? */
gboolean tac_network_kind_has_ipv6 (const TacNetworkKind *kind);
/* No server has a problem, and there is no other phone that could not be reached for want of a
 * relay, or perhaps not. */
gboolean tac_network_kind_all_well (const TacNetworkKind *kind);

TacAccess tac_access_of (GPtrArray *addresses); /* of GInetAddress */
/* As org.tacitel.Network1 names them. */
const char *tac_access_to_string (TacAccess access);
const char *tac_nat_to_string (TacNat nat);
const char *tac_peer_to_string (TacPeer peer);
const char *tac_need_to_string (TacNeed need);
/* For people, what this network is: one sentence or more. (transfer full). */
char *tac_network_kind_describe (const TacNetworkKind *kind);
