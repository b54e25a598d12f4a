/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between compact candidates and libnice's. */
#include "daemon/path-candidates.h"

#include "daemon/nat64.h"

#include <arpa/inet.h>
#include <string.h>

gboolean
tac_candidate_from_nice (TacCandidate *candidate, const NiceAddress *address)
{
  union
  {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } socket;

  nice_address_copy_to_sockaddr (address, &socket.any);
  candidate->ipv6 = socket.any.sa_family == AF_INET6;
  if (candidate->ipv6)
    memcpy (candidate->address, &socket.v6.sin6_addr, 16);
  else
    memcpy (candidate->address, &socket.v4.sin_addr, 4);
  candidate->port = (uint16_t)nice_address_get_port (address);
  return tac_candidate_valid (candidate);
}

void
tac_candidate_to_nice (NiceAddress *address, const TacCandidate *candidate)
{
  nice_address_init (address);
  if (candidate->ipv6)
    nice_address_set_ipv6 (address, candidate->address);
  else
    {
      guint32 v4;

      memcpy (&v4, candidate->address, sizeof v4);
      nice_address_set_ipv4 (address, ntohl (v4));
    }
  nice_address_set_port (address, candidate->port);
}

void
tac_nice_print (char text[64], const NiceAddress *address)
{
  char ip[INET6_ADDRSTRLEN];

  nice_address_to_string (address, ip);
  g_snprintf (text, 64, strchr (ip, ':') != NULL ? "[%s]:%u" : "%s:%u", ip,
              nice_address_get_port (address));
}

static TacCandidateKind
to_kind (NiceCandidateType type)
{
  switch (type)
    {
    case NICE_CANDIDATE_TYPE_HOST:
      return TAC_CANDIDATE_HOST;
    case NICE_CANDIDATE_TYPE_RELAYED:
      return TAC_CANDIDATE_RELAYED;
    case NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE:
    case NICE_CANDIDATE_TYPE_PEER_REFLEXIVE:
      return TAC_CANDIDATE_SERVER_REFLEXIVE;
    }
  return TAC_CANDIDATE_HOST;
}

static NiceCandidateType
from_kind (TacCandidateKind kind)
{
  switch (kind)
    {
    case TAC_CANDIDATE_HOST:
      return NICE_CANDIDATE_TYPE_HOST;
    case TAC_CANDIDATE_SERVER_REFLEXIVE:
      return NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE;
    case TAC_CANDIDATE_RELAYED:
      return NICE_CANDIDATE_TYPE_RELAYED;
    }
  return NICE_CANDIDATE_TYPE_HOST;
}

/* What to tell */

static gboolean
is_inside (const TacCandidate *candidate)
{
  const guint8 *a = candidate->address;

  return !candidate->ipv6 && candidate->kind == TAC_CANDIDATE_HOST
         && (a[0] == 10 || (a[0] == 172 && (a[1] & 0xF0) == 16) || (a[0] == 192 && a[1] == 168)
             || (a[0] == 100 && (a[1] & 0xC0) == 64));
}

static gboolean
has (const TacCandidates *candidates, const TacCandidate *one)
{
  for (size_t i = 0; i < candidates->n; i++)
    if (candidates->list[i].ipv6 == one->ipv6 && candidates->list[i].port == one->port
        && memcmp (candidates->list[i].address, one->address, sizeof one->address) == 0)
      return TRUE;
  return FALSE;
}

static void
add (TacCandidates *candidates, const TacCandidate *one)
{
  if (candidates->n < TAC_CANDIDATES_MAX && !has (candidates, one))
    candidates->list[candidates->n++] = *one;
}

static void
add_kind (TacCandidates *candidates, const GSList *list, TacCandidateKind kind, gboolean inside)
{
  for (const GSList *item = list; item != NULL; item = item->next)
    {
      const NiceCandidate *nice = item->data;
      TacCandidate one = { .kind = to_kind (nice->type) };

      if (one.kind == kind && tac_candidate_from_nice (&one, &nice->addr)
          && is_inside (&one) == inside)
        add (candidates, &one);
    }
}

static gboolean
has_ipv4 (const TacCandidates *candidates)
{
  for (size_t i = 0; i < candidates->n; i++)
    if (!candidates->list[i].ipv6)
      return TRUE;
  return FALSE;
}

TacCandidates
tac_candidates_to_tell (const GSList *list, gboolean relay_only)
{
  TacCandidates told = { 0 };

  add_kind (&told, list, TAC_CANDIDATE_RELAYED, FALSE);
  if (relay_only)
    return told;
  add_kind (&told, list, TAC_CANDIDATE_HOST, FALSE);
  add_kind (&told, list, TAC_CANDIDATE_SERVER_REFLEXIVE, FALSE);
  if (!has_ipv4 (&told))
    add_kind (&told, list, TAC_CANDIDATE_HOST, TRUE);
  tac_candidates_sort (&told);
  return told;
}

/* What to check */

/* RFC 8445 §5.1.2.1: a direct way is better than a relayed one; among equals the peer's order. */
static guint32
priority (const TacCandidate *candidate, size_t place)
{
  static const guint32 types[] = {
    [TAC_CANDIDATE_HOST] = 126, [TAC_CANDIDATE_SERVER_REFLEXIVE] = 100, [TAC_CANDIDATE_RELAYED] = 0
  };

  return types[candidate->kind] << 24 | (guint32)(0xFFFF - place) << 8 | 0xFF;
}

static NiceCandidate *
make (const TacCandidate *candidate, size_t place, guint stream, guint component)
{
  NiceCandidate *nice = nice_candidate_new (from_kind (candidate->kind));

  tac_candidate_to_nice (&nice->addr, candidate);
  nice->base_addr = nice->addr;
  nice->stream_id = stream;
  nice->component_id = component;
  nice->transport = NICE_CANDIDATE_TRANSPORT_UDP;
  nice->priority = priority (candidate, place);
  g_snprintf (nice->foundation, sizeof nice->foundation, "%zu", place + 1);
  return nice;
}

static TacCandidate
map (const TacCandidate *candidate)
{
  g_autoptr (GInetAddress) plain
      = g_inet_address_new_from_bytes (candidate->address, G_SOCKET_FAMILY_IPV4);
  g_autoptr (GInetAddress) mapped = tac_nat64_map (plain);
  TacCandidate result = { .kind = candidate->kind, .ipv6 = true, .port = candidate->port };

  memcpy (result.address, g_inet_address_to_bytes (mapped), sizeof result.address);
  return result;
}

GSList *
tac_candidates_to_check (const TacCandidates *remote, guint stream, guint component, gboolean nat64)
{
  GSList *list = NULL;

  for (size_t i = 0; i < remote->n; i++)
    {
      list = g_slist_append (list, make (&remote->list[i], i, stream, component));
      if (nat64 && !remote->list[i].ipv6)
        {
          TacCandidate mapped = map (&remote->list[i]);

          list = g_slist_append (list, make (&mapped, TAC_CANDIDATES_MAX + i, stream, component));
        }
    }
  return list;
}
