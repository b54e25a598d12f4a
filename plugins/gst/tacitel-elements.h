/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The GStreamer elements tacitelenc and taciteldec, for a program that links them in (README.md).
 */
#pragma once
#include "codecs/voice-receiver.h"

#include <gst/gst.h>

#define TAC_GST_VOICE_CAPS "application/x-tacitel-voice"

G_BEGIN_DECLS

/**
 * tac_gst_register:
 * Registers both elements in this process, with no plugin scan. After gst_init(); again does
 * nothing. Returns: FALSE with @error set where libsodium or GStreamer refuse.
 */
gboolean tac_gst_register (GError **error);

/**
 * tac_gst_encoder_set_chain, tac_gst_decoder_set_chain:
 * @chain: c₀ of the direction (docs/protocol.md §5); copied to guarded memory, the caller wipes its
 * own
 *
 * In any state, from any thread. A new chain starts again at tick 0; the chain that is set already
 * changes nothing, in any state, so that no tick is ever sealed twice with one key.
 */
void tac_gst_encoder_set_chain (GstElement *tacitelenc, const guint8 chain[TAC_KEY_SIZE]);
void tac_gst_decoder_set_chain (GstElement *taciteldec, const guint8 chain[TAC_KEY_SIZE]);

/* Called by the streaming thread for each sealed packet; must not call tac_gst_encoder_set_sink().
 */
typedef void (*TacGstSend) (const guint8 packet[TAC_DATAGRAM_SIZE], gpointer data);
/**
 * tac_gst_encoder_set_sink:
 * @send: (nullable): gets the packets in place of the src pad, which may then stay unlinked; NULL:
 * the src pad again
 *
 * Any thread. Once it returns, the sink before is not running and its @destroy was called; the last
 * one's is called with the element's end.
 */
void tac_gst_encoder_set_sink (GstElement *tacitelenc, TacGstSend send, gpointer data,
                               GDestroyNotify destroy);

/**
 * tac_gst_decoder_push:
 * @packet: @size bytes from the network, anything
 *
 * Opens a packet and queues its voice, as if a buffer came to the sink pad, but with no buffer and
 * no allocation. Any thread; does not block on downstream.
 */
void tac_gst_decoder_push (GstElement *taciteldec, const guint8 *packet, gsize size);

void tac_gst_decoder_get_stats (GstElement *taciteldec, TacVoiceReceiverStats *stats);

G_END_DECLS
