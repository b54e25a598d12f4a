/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A candidate list: refused, or all valid the same after encoding and decoding again, and
 * encoded in one way only. */
#include "codecs/candidate.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
require (bool holds)
{
  if (!holds)
    abort ();
}

/* Where no candidate was skipped, the input is the one encoding of what was read. */
static void
check_canonical (const TacCandidates *candidates, const uint8_t *data, size_t size,
                 const uint8_t *encoded)
{
  size_t at = 0, n = 0;

  for (; at < size && data[at] != 0; n++)
    at += (data[at] & 0x20) != 0 ? 19 : 7;
  require (at <= size && n >= candidates->n);
  if (n == candidates->n)
    require (memcmp (data, encoded, at) == 0);
  for (; at < size; at++)
    require (data[at] == 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  TacCandidates candidates, again;
  uint8_t encoded[TAC_CANDIDATES_MAX * 19];

  if (!tac_candidates_decode (&candidates, data, size))
    return 0;
  require (candidates.n <= TAC_CANDIDATES_MAX);
  for (size_t i = 0; i < candidates.n; i++)
    require (tac_candidate_valid (&candidates.list[i]));
  require (tac_candidates_encode (&candidates, encoded, sizeof encoded) == candidates.n);
  check_canonical (&candidates, data, size, encoded);
  require (tac_candidates_decode (&again, encoded, sizeof encoded));
  require (again.n == candidates.n);
  for (size_t i = 0; i < again.n; i++)
    {
      const TacCandidate *one = &candidates.list[i], *two = &again.list[i];

      require (one->kind == two->kind && one->ipv6 == two->ipv6 && one->port == two->port);
      require (memcmp (one->address, two->address, sizeof one->address) == 0);
    }
  tac_candidates_sort (&candidates);
  return 0;
}
