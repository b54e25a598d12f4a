/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opener and playout buffer of one direction behind one lock: the network, the sound card and what
 * shows it may be different threads. */
#pragma once
#include "codecs/kdf.h"
#include "codecs/playout.h"
#include "codecs/seal.h"
#include "codecs/tone.h"
#include "codecs/transit.h"

typedef struct
{
  TacPlayoutStats playout;            /* since tac_voice_receiver_prepare */
  uint64_t refused[TAC_OPEN_RESULTS]; /* packets by TacOpenResult */
  uint64_t opened;                    /* packets that were authentic and new */
  uint64_t early;                     /* of these, not queued because nothing was running */
  uint64_t ticks;                     /* of voice in all that were opened */
  uint32_t newest_tick;               /* of these */
  unsigned newest_ticks;              /* that packet's length: the peer's profile; 0: none yet */
  unsigned growth_ms;                 /* tac_transit_growth_ms() */
} TacVoiceReceiverStats;

typedef struct TacVoiceReceiver TacVoiceReceiver;

/* NULL: no guarded memory for its key (RLIMIT_MEMLOCK). */
TacVoiceReceiver *tac_voice_receiver_new (void);
void tac_voice_receiver_free (TacVoiceReceiver *receiver);
void tac_voice_receiver_set_chain (TacVoiceReceiver *receiver, const uint8_t chain[TAC_KEY_SIZE]);
/* Wipes it and all that came of it: nothing opens from here on. */
void tac_voice_receiver_forget_chain (TacVoiceReceiver *receiver);
bool tac_voice_receiver_has_chain (TacVoiceReceiver *receiver);
/* A new playout buffer and counters for it. false: no such rate. */
bool tac_voice_receiver_prepare (TacVoiceReceiver *receiver, unsigned rate);
/* Where there is no voice to play, this is. */
void tac_voice_receiver_set_tone (TacVoiceReceiver *receiver, TacToneKind tone);
TacToneKind tac_voice_receiver_get_tone (TacVoiceReceiver *receiver);
/* Running: packets are queued; else they are opened, counted and dropped. Either way begins anew.
 */
void tac_voice_receiver_set_running (TacVoiceReceiver *receiver, bool running);
/* @packet: anything from the network, that came at @now_us. The clock of this and of _pull is one,
 * monotonic. */
void tac_voice_receiver_push (TacVoiceReceiver *receiver, int64_t now_us, const uint8_t *packet,
                              size_t size);
/* The 20 ms of @now_us: rate / 50 samples, for a caller whose pace is given, as a sound card's. */
void tac_voice_receiver_take (TacVoiceReceiver *receiver, int64_t now_us, int16_t *pcm);
/* The same for a caller that sets its own pace: the 20 ms of @now_us, or the silence that lets the
 * next ones start at a better time. At most rate / 50 samples. Returns: how many were written. */
unsigned tac_voice_receiver_pull (TacVoiceReceiver *receiver, int64_t now_us, int16_t *pcm);
void tac_voice_receiver_reset (TacVoiceReceiver *receiver);
void tac_voice_receiver_get_stats (TacVoiceReceiver *receiver, TacVoiceReceiverStats *stats);
