/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What keeps a path reachable while nobody uses it: a standby path waits for as long as a call
 * lasts (docs/protocol.md §9), and NATs and relays forget sooner. */
#pragma once
#include "codecs/candidate.h"

#include <gio/gio.h>
#include <nice/agent.h>

typedef struct TacPathKeep TacPathKeep;

/**
 * tac_path_keep_new:
 * @servers: GSocketAddress of those that were asked, as this phone reaches them; (transfer none)
 * @local: this path's candidates; the relayed ones' relays admit themselves, again and again
 * @admit: at once, too, since nothing is known of the peer
 *
 * Until it is freed; the agent must live longer.
 */
TacPathKeep *tac_path_keep_new (NiceAgent *agent, guint stream, guint component, GPtrArray *servers,
                                const TacCandidates *local, gboolean admit);
void tac_path_keep_free (TacPathKeep *keep); /* NULL is fine */
