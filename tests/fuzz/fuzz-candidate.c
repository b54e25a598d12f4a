/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A candidate list: refused, or all valid and the same after encoding and decoding again. */
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
