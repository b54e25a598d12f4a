/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A series that halves its resolution when it is full. Stored: version 1 ‖ step 2 ‖ points 2, then
 * of each loss 1 ‖ concealed 1 ‖ jitter 2 ‖ delay 2 ‖ round trip 2 ‖ profiles 1 (the peer's in the
 * upper half). */
#include "daemon/quality.h"

#include "codecs/cursor.h"

#include <string.h>

#define VERSION 1
#define HEADER_SIZE 5
#define POINT_SIZE 9

void
tac_quality_init (TacQuality *quality)
{
  memset (quality, 0, sizeof *quality);
  quality->step_s = 1;
}

static void
add_worst (TacQualityPoint *sum, const TacQualityPoint *point)
{
  sum->jitter_ms = MAX (sum->jitter_ms, point->jitter_ms);
  sum->delay_ms = MAX (sum->delay_ms, point->delay_ms);
  sum->round_trip_ms = MAX (sum->round_trip_ms, point->round_trip_ms);
  sum->profile = MAX (sum->profile, point->profile);
  sum->peer_profile = MAX (sum->peer_profile, point->peer_profile);
}

static void
halve (TacQuality *quality)
{
  for (guint i = 0; i + 1 < quality->n; i += 2)
    {
      TacQualityPoint *to = &quality->points[i / 2];
      const TacQualityPoint one = quality->points[i], *other = &quality->points[i + 1];

      *to = one;
      add_worst (to, other);
      to->loss = (guint8)((one.loss + other->loss + 1) / 2);
      to->concealed = (guint8)((one.concealed + other->concealed + 1) / 2);
    }
  quality->n /= 2;
  quality->step_s *= 2;
}

void
tac_quality_add (TacQuality *quality, const TacQualityPoint *second)
{
  add_worst (&quality->sum, second);
  quality->losses += second->loss;
  quality->made_up += second->concealed;
  if (++quality->seconds < quality->step_s)
    return;
  quality->sum.loss = (guint8)(quality->losses / quality->seconds);
  quality->sum.concealed = (guint8)(quality->made_up / quality->seconds);
  quality->points[quality->n++] = quality->sum;
  memset (&quality->sum, 0, sizeof quality->sum);
  quality->losses = quality->made_up = quality->seconds = 0;
  if (quality->n == TAC_QUALITY_POINTS && quality->step_s <= G_MAXUINT16 / 2)
    halve (quality);
  else if (quality->n == TAC_QUALITY_POINTS)
    quality->n--; /* after a year */
}

GBytes *
tac_quality_to_bytes (const TacQuality *quality)
{
  gsize size = HEADER_SIZE + quality->n * POINT_SIZE;
  guint8 *bytes = g_malloc (size);
  TacWriter writer = tac_writer (bytes, size);

  tac_write_number (&writer, VERSION, 1);
  tac_write_number (&writer, quality->step_s, 2);
  tac_write_number (&writer, quality->n, 2);
  for (guint i = 0; i < quality->n; i++)
    {
      const TacQualityPoint *point = &quality->points[i];

      tac_write_number (&writer, point->loss, 1);
      tac_write_number (&writer, point->concealed, 1);
      tac_write_number (&writer, point->jitter_ms, 2);
      tac_write_number (&writer, point->delay_ms, 2);
      tac_write_number (&writer, point->round_trip_ms, 2);
      tac_write_number (&writer, point->profile | point->peer_profile << 4, 1);
    }
  return g_bytes_new_take (bytes, size);
}

static gboolean
read_point (TacReader *reader, TacQualityPoint *point)
{
  guint profiles;

  point->loss = (guint8)tac_read_number (reader, 1);
  point->concealed = (guint8)tac_read_number (reader, 1);
  point->jitter_ms = (guint16)tac_read_number (reader, 2);
  point->delay_ms = (guint16)tac_read_number (reader, 2);
  point->round_trip_ms = (guint16)tac_read_number (reader, 2);
  profiles = (guint)tac_read_number (reader, 1);
  point->profile = (TacProfile)(profiles & 0xF);
  point->peer_profile = (TacProfile)(profiles >> 4);
  return (profiles & 0xF) < TAC_PROFILES && profiles >> 4 < TAC_PROFILES;
}

gboolean
tac_quality_from_bytes (TacQuality *quality, const guint8 *bytes, gsize size)
{
  TacReader reader = tac_reader (bytes, size);
  guint version = (guint)tac_read_number (&reader, 1), n;

  tac_quality_init (quality);
  quality->step_s = (guint)tac_read_number (&reader, 2);
  n = (guint)tac_read_number (&reader, 2);
  if (reader.failed || version != VERSION || quality->step_s == 0 || n >= TAC_QUALITY_POINTS
      || reader.left != n * POINT_SIZE)
    return FALSE;
  for (; quality->n < n; quality->n++)
    if (!read_point (&reader, &quality->points[quality->n]))
      return FALSE;
  return TRUE;
}
