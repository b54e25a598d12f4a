/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compact ICE candidates: head 1 ‖ address 4 or 16 ‖ port 2, a zero head ends the list. */
#include "candidate.h"

#include "cursor.h"

#include <string.h>

#define HEAD_KIND_SHIFT 6
#define HEAD_IPV6 0x20
#define HEAD_RESERVED 0x1f
#define IPV4_SIZE 4
#define IPV6_SIZE 16
#define PORT_SIZE 2

static bool
ipv4_valid (const uint8_t a[IPV4_SIZE])
{
  return a[0] != 0 && a[0] != 127         /* this network, loopback (RFC 6890) */
         && !(a[0] == 169 && a[1] == 254) /* link-local (RFC 3927) */
         && a[0] < 224;                   /* multicast, reserved, broadcast */
}

static bool
ipv6_valid (const uint8_t a[IPV6_SIZE])
{
  static const uint8_t zeros[10];

  if (memcmp (a, zeros, sizeof zeros) == 0)
    return false; /* unspecified, loopback, and IPv4 inside IPv6, which hides the checks above */
  return a[0] != 0xff                                 /* multicast */
         && !(a[0] == 0xfe && (a[1] & 0xc0) == 0x80); /* link-local (RFC 4291 §2.5.6) */
}

bool
tac_candidate_valid (const TacCandidate *candidate)
{
  if (candidate->kind < TAC_CANDIDATE_HOST || candidate->kind > TAC_CANDIDATE_RELAYED
      || candidate->port == 0)
    return false;
  return candidate->ipv6 ? ipv6_valid (candidate->address) : ipv4_valid (candidate->address);
}

/* Least comes first. */
static unsigned
rank (const TacCandidate *candidate)
{
  switch (candidate->kind)
    {
    case TAC_CANDIDATE_RELAYED:
      return 0;
    case TAC_CANDIDATE_SERVER_REFLEXIVE:
      return 2;
    case TAC_CANDIDATE_HOST:
      return candidate->ipv6 ? 1 : 3;
    }
  return 4;
}

void
tac_candidates_sort (TacCandidates *candidates)
{
  TacCandidate *list = candidates->list;

  /* By insertion: ten at most, and stable. */
  for (size_t i = 1; i < candidates->n; i++)
    {
      TacCandidate moved = list[i];
      size_t to = i;

      for (; to > 0 && rank (&list[to - 1]) > rank (&moved); to--)
        list[to] = list[to - 1];
      list[to] = moved;
    }
}

static size_t
address_size (bool ipv6)
{
  return ipv6 ? IPV6_SIZE : IPV4_SIZE;
}

size_t
tac_candidates_encode (const TacCandidates *candidates, uint8_t *out, size_t size)
{
  TacWriter writer = tac_writer (out, size);
  size_t written = 0;

  for (size_t i = 0; i < candidates->n; i++)
    {
      const TacCandidate *c = &candidates->list[i];

      if (!tac_candidate_valid (c) || writer.left < 1 + address_size (c->ipv6) + PORT_SIZE)
        continue; /* a smaller one may still fit */
      tac_write_number (&writer, (unsigned)c->kind << HEAD_KIND_SHIFT | (c->ipv6 ? HEAD_IPV6 : 0),
                        1);
      tac_write_bytes (&writer, c->address, address_size (c->ipv6));
      tac_write_number (&writer, c->port, PORT_SIZE);
      written++;
    }
  tac_write_zeros (&writer);
  return written;
}

/* False: malformed. @out->n grows by one where the candidate is valid and there is room. */
static bool
decode_one (TacCandidates *out, uint8_t head, TacReader *reader)
{
  TacCandidate c
      = { .kind = (TacCandidateKind)(head >> HEAD_KIND_SHIFT), .ipv6 = (head & HEAD_IPV6) != 0 };

  if (c.kind == 0 || (head & HEAD_RESERVED) != 0)
    return false;
  tac_read_bytes (reader, c.address, address_size (c.ipv6));
  c.port = (uint16_t)tac_read_number (reader, PORT_SIZE);
  if (reader->failed)
    return false;
  if (tac_candidate_valid (&c) && out->n < TAC_CANDIDATES_MAX)
    out->list[out->n++] = c;
  return true;
}

bool
tac_candidates_decode (TacCandidates *out, const uint8_t *in, size_t size)
{
  TacReader reader = tac_reader (in, size);
  TacCandidates decoded = { .n = 0 };

  while (reader.left > 0)
    {
      uint8_t head = (uint8_t)tac_read_number (&reader, 1);

      if (head == 0)
        {
          if (!tac_read_zeros (&reader))
            return false;
          break;
        }
      if (!decode_one (&decoded, head, &reader))
        return false;
    }
  *out = decoded;
  return true;
}
