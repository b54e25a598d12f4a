/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Voice encoder and sealer of one direction behind one lock: the thread-safe half of tacitelenc. */
#pragma once
#include "codecs/voice-encoder.h"
#include "tacitel-elements.h"

#define TAC_GST_COMPLEXITY_DEFAULT 5

typedef struct TacGstSender TacGstSender;

typedef struct
{
  TacProfile profile; /* from the next packet on */
  gboolean mute;
  guint loss; /* percent */
  gint complexity;
} TacGstSenderSettings;

typedef struct
{
  guint64 packets, muted, next_tick;
  gboolean fec;
} TacGstSenderStats;

typedef enum
{
  TAC_GST_SENDER_OK,
  TAC_GST_SENDER_REFUSED,   /* by libopus */
  TAC_GST_SENDER_EXHAUSTED, /* the key has no tick left */
} TacGstSenderResult;

TacGstSender *tac_gst_sender_new (void);
void tac_gst_sender_free (TacGstSender *sender);
void tac_gst_sender_set_chain (TacGstSender *sender, const guint8 chain[TAC_KEY_SIZE]);
gboolean tac_gst_sender_has_chain (TacGstSender *sender);
void tac_gst_sender_get (TacGstSender *sender, TacGstSenderSettings *settings);
void tac_gst_sender_set (TacGstSender *sender, const TacGstSenderSettings *settings);
/* Makes the encoder. FALSE: no such rate. */
gboolean tac_gst_sender_prepare (TacGstSender *sender, guint rate);
/* Starts a packet: the profile and so the length hold until it is made. Returns: its samples. */
guint tac_gst_sender_begin (TacGstSender *sender);
/* Encodes and seals the samples that tac_gst_sender_begin() asked for. */
TacGstSenderResult tac_gst_sender_make (TacGstSender *sender, const gint16 *pcm,
                                        guint8 packet[TAC_DATAGRAM_SIZE]);
void tac_gst_sender_get_stats (TacGstSender *sender, TacGstSenderStats *stats);
