/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One ICE agent of libnice. Contracts: engine.h. */
#pragma once
#include "daemon/engine.h"

TacPath *tac_path_new (const TacPathOptions *options, const TacPathEvents *events,
                       gpointer user_data, GError **error);
void tac_path_set_remote (TacPath *path, const TacCandidates *remote);
gboolean tac_path_send (TacPath *path, const guint8 *packet, gsize size);
void tac_path_get_info (TacPath *path, TacPathInfo *info);
void tac_path_free (TacPath *path, GDestroyNotify closed, gpointer user_data);
