/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opus at a constant packet size: always TAC_BODY_SIZE bytes, silence too (docs/protocol.md §6, RFC
 * 6562, RFC 6716). */
#include "voice-encoder.h"

#include <opus.h>
#include <stdlib.h>

#define FEC_ON_PERCENT 2  /* reported loss that pays for what FEC takes from clean quality */
#define FEC_OFF_PERCENT 1 /* below this it goes off again */
#define FRAME_MAX (3 * 48000 / 50)

struct TacVoiceEncoder
{
  OpusEncoder *opus;
  unsigned rate;
  TacProfile profile;
  bool fec;
};

static const int16_t silence[FRAME_MAX];

/* Opus in CBR encodes a frame again and again until it has the exact size, twice the work for no
 * more to be heard. So it is VBR, capped and padded to that size, at the rate by profile that costs
 * least where quality is not less (docs/voice.md has the figures). */
static const int bit_rates[TAC_PROFILES]
    = { [TAC_PROFILE_WIDE] = 22000, [TAC_PROFILE_LEAN] = 11000, [TAC_PROFILE_THIN] = 8000 };

static bool
configure (TacVoiceEncoder *encoder, int complexity)
{
  OpusEncoder *opus = encoder->opus;

  return opus_encoder_ctl (opus, OPUS_SET_VBR (1)) == OPUS_OK
         && opus_encoder_ctl (opus, OPUS_SET_VBR_CONSTRAINT (0)) == OPUS_OK
         && opus_encoder_ctl (opus, OPUS_SET_SIGNAL (OPUS_SIGNAL_VOICE)) == OPUS_OK
         && opus_encoder_ctl (opus, OPUS_SET_DTX (0)) == OPUS_OK
         && opus_encoder_ctl (opus, OPUS_SET_INBAND_FEC (0)) == OPUS_OK
         && opus_encoder_ctl (opus, OPUS_SET_COMPLEXITY (complexity)) == OPUS_OK;
}

TacVoiceEncoder *
tac_voice_encoder_new (unsigned rate, int complexity)
{
  TacVoiceEncoder *encoder = calloc (1, sizeof *encoder);
  int error;

  if (encoder == NULL)
    return NULL;
  encoder->rate = rate;
  encoder->opus = opus_encoder_create ((opus_int32)rate, 1, OPUS_APPLICATION_VOIP, &error);
  if (encoder->opus == NULL || !configure (encoder, complexity))
    {
      tac_voice_encoder_free (encoder);
      return NULL;
    }
  tac_voice_encoder_set_profile (encoder, TAC_PROFILE_WIDE);
  return encoder;
}

void
tac_voice_encoder_free (TacVoiceEncoder *encoder)
{
  if (encoder == NULL)
    return;
  if (encoder->opus != NULL)
    opus_encoder_destroy (encoder->opus);
  free (encoder);
}

void
tac_voice_encoder_set_profile (TacVoiceEncoder *encoder, TacProfile profile)
{
  encoder->profile = profile;
  opus_encoder_ctl (encoder->opus, OPUS_SET_BITRATE (bit_rates[profile]));
}

TacProfile
tac_voice_encoder_profile (const TacVoiceEncoder *encoder)
{
  return encoder->profile;
}

bool
tac_voice_encoder_set_complexity (TacVoiceEncoder *encoder, int complexity)
{
  return opus_encoder_ctl (encoder->opus, OPUS_SET_COMPLEXITY (complexity)) == OPUS_OK;
}

void
tac_voice_encoder_set_loss (TacVoiceEncoder *encoder, unsigned percent)
{
  unsigned threshold = encoder->fec ? FEC_OFF_PERCENT : FEC_ON_PERCENT;

  if (percent > 100)
    percent = 100;
  encoder->fec = percent >= threshold;
  opus_encoder_ctl (encoder->opus, OPUS_SET_INBAND_FEC (encoder->fec));
  opus_encoder_ctl (encoder->opus, OPUS_SET_PACKET_LOSS_PERC ((opus_int32)percent));
}

bool
tac_voice_encoder_fec (const TacVoiceEncoder *encoder)
{
  return encoder->fec;
}

unsigned
tac_voice_encoder_frame (const TacVoiceEncoder *encoder)
{
  return encoder->rate / 50 * tac_profile_ticks (encoder->profile);
}

bool
tac_voice_encode (TacVoiceEncoder *encoder, const int16_t *pcm, uint8_t body[TAC_BODY_SIZE])
{
  int frame = (int)tac_voice_encoder_frame (encoder);
  int size = opus_encode (encoder->opus, pcm != NULL ? pcm : silence, frame, body, TAC_BODY_SIZE);

  if (size <= 0)
    return false;
  return size == TAC_BODY_SIZE || opus_packet_pad (body, size, TAC_BODY_SIZE) == OPUS_OK;
}
