/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opus packets of a peer to PCM, with loss concealment and forward error correction (RFC 6716
 * §2.1.7). */
#include "voice-decoder.h"

#include <opus.h>
#include <stdlib.h>

#define TICKS_MAX 3
#define FADE_MS 10         /* the shortest that SILK conceals */
#define TOC_CELT_ONLY 0x80 /* RFC 6716 §3.1: configurations 16 to 31 */
#define FRAMES_MAX 48      /* of a packet, RFC 6716 §3.2.5 */

struct TacVoiceDecoder
{
  OpusDecoder *opus;
  unsigned tick_samples;
  int bandwidth;  /* of the packet before; 0: none */
  int16_t tail[]; /* FADE_MS: how the packet before would have gone on */
};

TacVoiceDecoder *
tac_voice_decoder_new (unsigned rate)
{
  TacVoiceDecoder *decoder
      = calloc (1, sizeof *decoder + rate / (1000 / FADE_MS) * sizeof (int16_t));
  int error;

  if (decoder == NULL)
    return NULL;
  decoder->tick_samples = rate / 50;
  decoder->opus = opus_decoder_create ((opus_int32)rate, 1, &error);
  if (decoder->opus == NULL)
    {
      free (decoder);
      return NULL;
    }
  return decoder;
}

void
tac_voice_decoder_free (TacVoiceDecoder *decoder)
{
  if (decoder == NULL)
    return;
  opus_decoder_destroy (decoder->opus);
  free (decoder);
}

unsigned
tac_voice_packet_ticks (const uint8_t body[TAC_BODY_SIZE])
{
  const unsigned char *frames[FRAMES_MAX];
  opus_int16 sizes[FRAMES_MAX];
  int samples;

  if (opus_packet_get_nb_channels (body) != 1
      || opus_packet_parse (body, TAC_BODY_SIZE, NULL, frames, sizes, NULL) < 1)
    return 0;
  samples = opus_packet_get_nb_samples (body, TAC_BODY_SIZE, 8000);
  if (samples <= 0 || samples % (8000 / 50) != 0 || samples > TICKS_MAX * 8000 / 50)
    return 0;
  return (unsigned)samples / (8000 / 50);
}

bool
tac_voice_packet_has_fec (const uint8_t body[TAC_BODY_SIZE])
{
  const unsigned char *frames[FRAMES_MAX];
  opus_int16 sizes[FRAMES_MAX];
  int silk_frames;

  if ((body[0] & TOC_CELT_ONLY) != 0 || tac_voice_packet_ticks (body) == 0
      || opus_packet_parse (body, TAC_BODY_SIZE, NULL, frames, sizes, NULL) < 1 || sizes[0] < 1)
    return false;
  /* RFC 6716 §4.2.3: a VAD bit for each 20 ms of the frame, then the LBRR flag. */
  silk_frames = opus_packet_get_samples_per_frame (body, 8000) / (8000 / 50);
  if (silk_frames == 0)
    silk_frames = 1;
  return (frames[0][0] >> (7 - silk_frames) & 1) != 0;
}

static unsigned
decode (TacVoiceDecoder *decoder, const uint8_t *body, unsigned ticks, bool fec, int16_t *pcm)
{
  int frame = (int)(ticks * decoder->tick_samples);
  int samples
      = opus_decode (decoder->opus, body, body != NULL ? TAC_BODY_SIZE : 0, pcm, frame, fec);

  return samples > 0 ? (unsigned)samples : 0;
}

static void
cross_fade (int16_t *pcm, const int16_t *tail, int n)
{
  for (int i = 0; i < n; i++)
    pcm[i] = (int16_t)((tail[i] * (n - i) + pcm[i] * i) / n);
}

/* Where the bandwidth changes, as it does with the profile, SILK's decoder and resampler start
 * again from nothing (RFC 6716 §4.5.3 smooths changes of mode only): fade from what would have come
 * to what comes. */
unsigned
tac_voice_decode (TacVoiceDecoder *decoder, const uint8_t body[TAC_BODY_SIZE], int16_t *pcm)
{
  unsigned ticks = tac_voice_packet_ticks (body);
  unsigned samples;
  int bandwidth, fade = (int)decoder->tick_samples * FADE_MS / TAC_TICK_MS;
  bool faded;

  if (ticks == 0)
    return 0;
  bandwidth = opus_packet_get_bandwidth (body);
  faded = decoder->bandwidth != 0 && decoder->bandwidth != bandwidth
          && opus_decode (decoder->opus, NULL, 0, decoder->tail, fade, 0) == fade;
  samples = decode (decoder, body, ticks, false, pcm);
  if (samples > 0 && faded)
    cross_fade (pcm, decoder->tail, fade);
  decoder->bandwidth = bandwidth;
  return samples;
}

unsigned
tac_voice_decode_fec (TacVoiceDecoder *decoder, const uint8_t next[TAC_BODY_SIZE], unsigned ticks,
                      int16_t *pcm)
{
  if (tac_voice_packet_ticks (next) == 0)
    return tac_voice_conceal (decoder, ticks, pcm);
  return decode (decoder, next, ticks, true, pcm);
}

unsigned
tac_voice_conceal (TacVoiceDecoder *decoder, unsigned ticks, int16_t *pcm)
{
  return decode (decoder, NULL, ticks, false, pcm);
}
