/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opener and playout buffer of one direction behind one lock: the thread-safe half of taciteldec.
 */
#pragma once
#include "tacitel-elements.h"

typedef struct TacGstReceiver TacGstReceiver;

TacGstReceiver *tac_gst_receiver_new (void);
void tac_gst_receiver_free (TacGstReceiver *receiver);
void tac_gst_receiver_set_chain (TacGstReceiver *receiver, const guint8 chain[TAC_KEY_SIZE]);
gboolean tac_gst_receiver_has_chain (TacGstReceiver *receiver);
/* A new playout buffer and counters for it. FALSE: no such rate. */
gboolean tac_gst_receiver_prepare (TacGstReceiver *receiver, guint rate);
/* Where there is no voice to play, a tone now and then (tone.h). */
void tac_gst_receiver_set_searching (TacGstReceiver *receiver, gboolean searching);
gboolean tac_gst_receiver_is_searching (TacGstReceiver *receiver);
/* From now on packets are queued with the time of @clock; NULL: they are opened, counted and
 * dropped. */
void tac_gst_receiver_set_clock (TacGstReceiver *receiver, GstClock *clock);
void tac_gst_receiver_push (TacGstReceiver *receiver, const guint8 *packet, gsize size);
/* The 20 ms of @time, or the silence that lets the next ones start at a better time. At most rate /
 * 50 samples. Returns: how many were written. */
guint tac_gst_receiver_pull (TacGstReceiver *receiver, GstClockTime time, gint16 *pcm);
void tac_gst_receiver_reset (TacGstReceiver *receiver);
void tac_gst_receiver_get_stats (TacGstReceiver *receiver, TacGstDecoderStats *stats);
