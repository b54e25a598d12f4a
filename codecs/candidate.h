/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compact ICE candidates as they travel in INVITE, REPLY and PATH (docs/protocol.md §3). */
#pragma once
#include "wire.h"
#include <stdbool.h>
#include <stddef.h>

#define TAC_CANDIDATES_MAX 10 /* 75 bytes hold ten IPv4 candidates */

typedef enum
{
  TAC_CANDIDATE_HOST = 1,
  TAC_CANDIDATE_SERVER_REFLEXIVE = 2,
  TAC_CANDIDATE_RELAYED = 3,
} TacCandidateKind;

typedef struct
{
  TacCandidateKind kind;
  bool ipv6;
  uint8_t address[16]; /* network order; IPv4 uses the first 4 */
  uint16_t port;       /* host order */
} TacCandidate;

typedef struct
{
  size_t n;
  TacCandidate list[TAC_CANDIDATES_MAX];
} TacCandidates;

/* May this candidate be told to a peer, or believed from one? Never: loopback, link-local,
 * multicast, unspecified, port 0. */
bool tac_candidate_valid (const TacCandidate *candidate);
/* Orders best first: relayed, IPv6 host, reflexive, IPv4 host; stable. */
void tac_candidates_sort (TacCandidates *candidates);
/**
 * tac_candidates_encode:
 * @out: @size bytes, zero padded. As many candidates as fit, in order; invalid ones are left out.
 * Returns: how many were written.
 */
size_t tac_candidates_encode (const TacCandidates *candidates, uint8_t *out, size_t size);
/**
 * tac_candidates_decode:
 * @out: untouched unless it returns true; invalid candidates are skipped.
 * Returns: false where @in is malformed (unknown kind, reserved bits, cut off, bytes after the end
 * that are not zero).
 */
bool tac_candidates_decode (TacCandidates *out, const uint8_t *in, size_t size);
