/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opus packets of a peer to PCM, with loss concealment and forward error correction (RFC 6716 §2.1.7). */
#pragma once
#include "profile.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct TacVoiceDecoder TacVoiceDecoder;

TacVoiceDecoder *tac_voice_decoder_new (unsigned rate); /* Hz, mono S16; NULL: bad argument or out of memory */
void tac_voice_decoder_free (TacVoiceDecoder *decoder);
/* Ticks of a packet by its TOC byte: 1, 2 or 3; 0 = not one of ours (malformed, stereo, other frame length). */
unsigned tac_voice_packet_ticks (const uint8_t body[TAC_BODY_SIZE]);
/* Does the packet carry in-band FEC (LBRR, RFC 6716 §4.2.4) for the one before it? False for what is not one of ours. */
bool tac_voice_packet_has_fec (const uint8_t body[TAC_BODY_SIZE]);
/* Decodes a packet: writes ticks × rate/50 samples. Returns samples, 0 where refused (then conceal). No allocation. */
unsigned tac_voice_decode (TacVoiceDecoder *decoder, const uint8_t body[TAC_BODY_SIZE], int16_t *pcm);
/* The @ticks lost just before @next, from its in-band FEC where it has some, else concealed. */
unsigned tac_voice_decode_fec (TacVoiceDecoder *decoder, const uint8_t next[TAC_BODY_SIZE], unsigned ticks, int16_t *pcm);
unsigned tac_voice_conceal (TacVoiceDecoder *decoder, unsigned ticks, int16_t *pcm);
