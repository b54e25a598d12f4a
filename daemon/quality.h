/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each second of a call was like, for the history: bounded, however long the call. Pure. */
#pragma once
#include "codecs/profile.h"
#include <glib.h>

#define TAC_QUALITY_POINTS 600 /* kept; beyond, a point is of 2 s, of 4 s, … */

typedef struct
{
  guint8 loss, concealed; /* per cent: of the voice that was due, of what was played */
  guint16 jitter_ms, delay_ms, round_trip_ms; /* delay: of the playout buffer */
  TacProfile profile, peer_profile;           /* sent, received */
} TacQualityPoint;

/* {0}, but step_s 1, is an empty one. */
typedef struct
{
  TacQualityPoint points[TAC_QUALITY_POINTS];
  guint n, step_s;       /* of so many seconds each */
  TacQualityPoint sum;   /* of the point that is not complete */
  guint losses, made_up; /* of its seconds, added up */
  guint seconds;
} TacQuality;

void tac_quality_init (TacQuality *quality);
/* One more second. A point of several has the mean of the shares, the worst of all else. */
void tac_quality_add (TacQuality *quality, const TacQualityPoint *second);
/* As the store keeps it. Returns: (transfer full). */
GBytes *tac_quality_to_bytes (const TacQuality *quality);
/* FALSE: these bytes are none, or of a later version. */
gboolean tac_quality_from_bytes (TacQuality *quality, const guint8 *bytes, gsize size);
