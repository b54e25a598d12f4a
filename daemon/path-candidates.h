/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Candidates as the protocol says them and as libnice holds them: which ones a peer is told, and
 * what its own become here. */
#pragma once
#include "codecs/candidate.h"
#include "daemon/server.h"

#include <nice/agent.h>

/* FALSE: none that could be told to a peer (tac_candidate_valid). */
gboolean tac_candidate_from_nice (TacCandidate *candidate, const NiceAddress *address);
void tac_candidate_to_nice (NiceAddress *address, const TacCandidate *candidate);
void tac_nice_print (char text[64], const NiceAddress *address);

/**
 * tac_candidates_to_tell:
 * @list: NiceCandidate, local
 * @relay_only: of the others none
 *
 * Best first, each address once. An IPv4 address that means nothing outside (RFC 1918, RFC 6598) is
 * said only where there is no other IPv4 one: checks towards it would delay the choice of a pair.
 */
TacCandidates tac_candidates_to_tell (const GSList *list, gboolean relay_only);
/**
 * tac_candidates_to_check:
 * @nat64: this phone has no IPv4 address: IPv4 candidates get a second one, by NAT64 (RFC 6052)
 * Returns: (transfer full) NiceCandidate, remote, for nice_agent_set_remote_candidates.
 */
GSList *tac_candidates_to_check (const TacCandidates *remote, guint stream, guint component,
                                 gboolean nat64);
