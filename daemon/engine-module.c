/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tacitel-engine.so shows of itself. */
#include "daemon/media.h"
#include "daemon/path.h"
#include "daemon/probe.h"

#include <gmodule.h>

G_MODULE_EXPORT extern const TacEngine tac_engine;

const TacEngine tac_engine = {
  .abi = TAC_ENGINE_ABI,
  .path_new = tac_path_new,
  .path_set_remote = tac_path_set_remote,
  .path_send = tac_path_send,
  .path_get_info = tac_path_get_info,
  .path_free = tac_path_free,
  .probe_new = tac_probe_new,
  .probe_free = tac_probe_free,
  .media_new = tac_media_new,
  .media_start = tac_media_start,
  .media_receive = tac_media_receive,
  .media_set_muted = tac_media_set_muted,
  .media_set_silent = tac_media_set_silent,
  .media_set_tone = tac_media_set_tone,
  .media_set_loss = tac_media_set_loss,
  .media_set_profile = tac_media_set_profile,
  .media_get_stats = tac_media_get_stats,
  .media_end = tac_media_end,
  .media_free = tac_media_free,
};
