/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sound of a call. Contracts: engine.h. */
#pragma once
#include "daemon/engine.h"

TacMedia *tac_media_new (const TacConfig *config, const TacMediaEvents *events, gpointer user_data,
                         GError **error);
void tac_media_start (TacMedia *media, const guint8 send_chain[TAC_KEY_SIZE],
                      const guint8 receive_chain[TAC_KEY_SIZE]);
void tac_media_receive (TacMedia *media, const guint8 *packet, gsize size);
void tac_media_set_muted (TacMedia *media, gboolean muted);
void tac_media_set_silent (TacMedia *media, gboolean silent);
void tac_media_set_tone (TacMedia *media, TacToneKind tone);
void tac_media_set_loss (TacMedia *media, guint percent);
void tac_media_set_profile (TacMedia *media, TacProfile profile);
void tac_media_get_stats (TacMedia *media, TacMediaStats *stats);
void tac_media_end (TacMedia *media);
void tac_media_free (TacMedia *media);
