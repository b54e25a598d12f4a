/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The soft tone that says: the other phone is not heard, but is being sought. */
#pragma once
#include <glib.h>

/* 425 Hz, as tones of telephone networks are (ITU-T E.180), and soft beside speech, which has
 * its peaks at full scale. First after a while without voice, so that it is not in every hole. */
#define TAC_GST_TONE_HZ 425
#define TAC_GST_TONE_DBFS (-30) /* of its amplitude */
#define TAC_GST_TONE_MS 200
#define TAC_GST_TONE_RAMP_MS 20 /* of that, at either end */
#define TAC_GST_TONE_FIRST_MS 500
#define TAC_GST_TONE_EVERY_MS 2000

typedef struct
{
  guint64 samples; /* without voice, up to now */
} TacGstTone;

/**
 * tac_gst_tone_play:
 * @pcm: (out): @samples of the pause, at @rate samples a second
 *
 * Voice may follow at once, with no click: where @samples are a whole 20 ms each time, the tone
 * passes through zero at the end of each. No allocation.
 */
void tac_gst_tone_play (TacGstTone *tone, guint rate, gint16 *pcm, guint samples);
/* There is voice again, or nothing to be told. */
void tac_gst_tone_stop (TacGstTone *tone);
