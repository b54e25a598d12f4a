/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the two elements share. */
#pragma once
#include "tacitel-elements.h"

#define TAC_GST_RATES "{ 8000, 12000, 16000, 24000, 48000 }"
#define TAC_GST_AUDIO_CAPS                                                                         \
  "audio/x-raw, format=S16LE, layout=interleaved, channels=1, rate=" TAC_GST_RATES

GST_DEBUG_CATEGORY_EXTERN (tac_gst_debug);

#define TAC_GST_TYPE_ENC (tac_gst_enc_get_type ())
G_DECLARE_FINAL_TYPE (TacGstEnc, tac_gst_enc, TAC_GST, ENC, GstElement)
#define TAC_GST_TYPE_DEC (tac_gst_dec_get_type ())
G_DECLARE_FINAL_TYPE (TacGstDec, tac_gst_dec, TAC_GST, DEC, GstElement)
#define TAC_GST_TYPE_PROFILE (tac_gst_profile_get_type ())
GType tac_gst_profile_get_type (void);

/* Registers the elements in @plugin, or with NULL in the process. */
gboolean tac_gst_register_elements (GstPlugin *plugin);
typedef void (*TacGstSetChain) (GstElement *element, const guint8 chain[TAC_KEY_SIZE]);
/* Sets the chain of key-file, if there is one. FALSE, and an error on the bus with what to do: no
 * key, or no good one. */
gboolean tac_gst_load_key (GstElement *element, TacGstSetChain set_chain, gboolean has_chain);
/* What goes before the first block of a live source of speech: stream-start, caps, segment. */
void tac_gst_announce (GstPad *src, guint rate);
/* Buffers of @size bytes that are used again; active. NULL where GStreamer refuses. */
GstBufferPool *tac_gst_pool_new (guint size);
void tac_gst_pool_free (GstBufferPool **pool);
/* Returns: (transfer full): what the stats property shows. */
GstStructure *tac_gst_stats_structure (const TacVoiceReceiverStats *stats);
