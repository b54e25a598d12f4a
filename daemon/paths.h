/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The paths of one call (docs/protocol.md §9): path-rules decide, this makes, frees and sends. Main
 * thread, but for tac_paths_send. */
#pragma once
#include "codecs/invitation.h"
#include "codecs/path-offer.h"
#include "daemon/config.h"
#include "daemon/engine.h"

typedef struct TacPaths TacPaths;

typedef struct
{
  /* Of the first path, once each; as TacPathEvents. */
  void (*gathered) (const TacCandidates *local, gpointer user_data);
  void (*connected) (gpointer user_data);
  /* By any path; @way names it. */
  void (*received) (guint way, const guint8 *packet, gsize size, gpointer user_data);
  void (*offer) (const TacPathOffer *offer, gboolean by_sms, gpointer user_data);
  /* Send a control datagram by @way, now: tac_paths_send_by. */
  void (*ping) (guint way, gpointer user_data);
  void (*changed) (gpointer user_data); /* another path is in use */
} TacPathsEvents;

/* The first path, on @addresses (GInetAddress); it gathers at once. @handshake: where the paths'
 * credentials come from; borrowed until tac_paths_free. Errors: as path_new of the engine. */
TacPaths *tac_paths_new (const TacEngine *engine, const TacConfig *config, gboolean caller,
                         const TacHandshake *handshake, GPtrArray *addresses,
                         const TacPathsEvents *events, gpointer user_data, GError **error);
/* No event after this. @closed, unless NULL: as of path_free of the engine, once, for all of them.
 */
void tac_paths_free (TacPaths *paths, GDestroyNotify closed, gpointer user_data);
/* Of the first path, as path_set_remote of the engine. */
void tac_paths_set_remote (TacPaths *paths, const TacCandidates *remote);
/* By the path in use. Any thread, no allocation of ours. FALSE: nothing could be sent. */
gboolean tac_paths_send (TacPaths *paths, const guint8 *packet, gsize size);
gboolean tac_paths_send_by (TacPaths *paths, guint way, const guint8 *packet, gsize size);

/* From now on there is a standby, and the peer is told. */
void tac_paths_stand (TacPaths *paths);
/* The addresses are these now, NULL: there are none. Returns: TRUE where the path in use has lost
 * its address, so that another is sought. */
gboolean tac_paths_move (TacPaths *paths, GPtrArray *addresses);
void tac_paths_seek (TacPaths *paths);  /* the peer is not heard */
void tac_paths_found (TacPaths *paths); /* it is */
/* By @way came a control datagram with a counter higher than any before. */
void tac_paths_heard (TacPaths *paths, guint way);
/* FALSE: of a generation that fits nothing. */
gboolean tac_paths_offered (TacPaths *paths, const TacPathOffer *offer);
/* Of the path in use. */
void tac_paths_get_info (TacPaths *paths, TacPathInfo *info);
guint tac_paths_get_changes (TacPaths *paths); /* how often there was another */
/* Both phones have a standby, and each knows the other's. */
gboolean tac_paths_stands_by (TacPaths *paths);
