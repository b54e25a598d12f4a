/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opus at a constant packet size: always TAC_BODY_SIZE bytes, silence too (docs/protocol.md §6, RFC 6562, RFC 6716). */
#pragma once
#include "profile.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct TacVoiceEncoder TacVoiceEncoder;

/* @rate: 8000, 12000, 16000, 24000 or 48000 Hz, mono S16. @complexity: 0–10. NULL: bad arguments or out of memory. */
TacVoiceEncoder *tac_voice_encoder_new (unsigned rate, int complexity);
void tac_voice_encoder_free (TacVoiceEncoder *encoder);
/* Takes effect with the next packet; no glitch. */
void tac_voice_encoder_set_profile (TacVoiceEncoder *encoder, TacProfile profile);
TacProfile tac_voice_encoder_profile (const TacVoiceEncoder *encoder);
/* 0–10, from the next packet on; false: out of range. */
bool tac_voice_encoder_set_complexity (TacVoiceEncoder *encoder, int complexity);
/* Expected loss in percent, from the peer's reports: in-band FEC on from 2 % up, off below 1 %. */
void tac_voice_encoder_set_loss (TacVoiceEncoder *encoder, unsigned percent);
bool tac_voice_encoder_fec (const TacVoiceEncoder *encoder);
/* Samples that one packet of the current profile takes. */
unsigned tac_voice_encoder_frame (const TacVoiceEncoder *encoder);
/* @pcm: tac_voice_encoder_frame() samples, or NULL for silence of the same length (muted). No allocation. False: libopus refused. */
bool tac_voice_encode (TacVoiceEncoder *encoder, const int16_t *pcm, uint8_t body[TAC_BODY_SIZE]);
