/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What taciteldec counts; apart from its element, for those who must not see GStreamer. */
#pragma once
#include "codecs/playout.h"
#include "codecs/seal.h"

#include <glib.h>

typedef struct
{
  TacPlayoutStats playout;           /* since the element went to PAUSED */
  guint64 refused[TAC_OPEN_RESULTS]; /* packets by TacOpenResult, since the element was made */
  guint64 opened;                    /* packets that were authentic and new */
  guint64 early;                     /* of these, not queued because the element was not PLAYING */
} TacGstDecoderStats;
