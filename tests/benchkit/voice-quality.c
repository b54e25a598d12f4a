/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a way to fill TAC_BODY_SIZE bytes with Opus costs, and what comes out of it: speech is
 * encoded, packets get lost by a seed, and the rest is decoded as a call does it.
 *
 *   voice-quality WAY PROFILE LOSS SEED FEC < said.raw > heard.raw
 *
 * WAY: "cbr", or the bit rate of VBR that is capped and padded, kbit/s at 20 ms a packet; PROFILE:
 * wide, lean, thin; LOSS in percent; FEC: 0 or 1. Samples: S16, mono, 16 kHz. Standard error gets
 * one line of JSON: packets, how many used all bytes, microseconds of processor a packet, packets
 * of less than wide band. */
#include "codecs/voice-decoder.h"

#include <opus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RATE 16000
#define FRAME_MAX (3 * RATE / 50)
#define COMPLEXITY 5

typedef struct
{
  unsigned packets, full, narrow;
  double encode_us;
} Costs;

static double
cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static OpusEncoder *
encoder_new (const char *way, TacProfile profile, int loss, int fec)
{
  int error, vbr = strcmp (way, "cbr") != 0;
  OpusEncoder *opus = opus_encoder_create (RATE, 1, OPUS_APPLICATION_VOIP, &error);
  int rate = vbr ? (int)(atof (way) * 1000) / (int)tac_profile_ticks (profile)
                 : (int)tac_profile_bitrate (profile);

  if (opus == NULL)
    exit (2);
  opus_encoder_ctl (opus, OPUS_SET_BITRATE (rate));
  opus_encoder_ctl (opus, OPUS_SET_VBR (vbr));
  opus_encoder_ctl (opus, OPUS_SET_VBR_CONSTRAINT (0));
  opus_encoder_ctl (opus, OPUS_SET_SIGNAL (OPUS_SIGNAL_VOICE));
  if (vbr && profile == TAC_PROFILE_WIDE)
    opus_encoder_ctl (opus, OPUS_SET_BANDWIDTH (OPUS_BANDWIDTH_WIDEBAND));
  opus_encoder_ctl (opus, OPUS_SET_COMPLEXITY (COMPLEXITY));
  opus_encoder_ctl (opus, OPUS_SET_INBAND_FEC (fec));
  opus_encoder_ctl (opus, OPUS_SET_PACKET_LOSS_PERC (fec ? loss : 0));
  return opus;
}

static void
encode (OpusEncoder *opus, const int16_t *pcm, unsigned samples, uint8_t body[TAC_BODY_SIZE],
        Costs *costs)
{
  double began = cpu_us ();
  int size = opus_encode (opus, pcm, (int)samples, body, TAC_BODY_SIZE);

  if (size <= 0)
    exit (2);
  costs->full += size == TAC_BODY_SIZE;
  costs->narrow += opus_packet_get_bandwidth (body) < OPUS_BANDWIDTH_WIDEBAND;
  if (size < TAC_BODY_SIZE && opus_packet_pad (body, size, TAC_BODY_SIZE) != OPUS_OK)
    exit (2);
  costs->encode_us += cpu_us () - began;
  costs->packets++;
}

/* The packet before the one that is here: from its FEC, or concealed. */
static unsigned
decode_lost (TacVoiceDecoder *decoder, const uint8_t *next, unsigned ticks, int16_t *pcm)
{
  return next != NULL ? tac_voice_decode_fec (decoder, next, ticks, pcm)
                      : tac_voice_conceal (decoder, ticks, pcm);
}

int
main (int argc, char **argv)
{
  TacProfile profile = TAC_PROFILE_WIDE;
  int16_t pcm[FRAME_MAX];
  uint8_t body[TAC_BODY_SIZE];
  Costs costs = { 0 };
  int missing = 0;

  if (argc != 6)
    return 2;
  while (strcmp (tac_profile_name (profile), argv[2]) != 0)
    if (++profile == TAC_PROFILES)
      return 2;
  const unsigned ticks = tac_profile_ticks (profile), samples = ticks * RATE / 50;
  OpusEncoder *encoder = encoder_new (argv[1], profile, atoi (argv[3]), atoi (argv[5]));
  TacVoiceDecoder *decoder = tac_voice_decoder_new (RATE);

  srand48 (atol (argv[4]));
  while (fread (pcm, sizeof *pcm, samples, stdin) == samples)
    {
      int lost = drand48 () * 100 < atof (argv[3]);

      encode (encoder, pcm, samples, body, &costs);
      if (missing)
        fwrite (pcm, sizeof *pcm, decode_lost (decoder, lost ? NULL : body, ticks, pcm), stdout);
      missing = lost;
      if (!lost)
        fwrite (pcm, sizeof *pcm, tac_voice_decode (decoder, body, pcm), stdout);
    }
  fprintf (stderr, "{\"packets\": %u, \"full\": %u, \"narrow\": %u, \"us\": %.2f}\n", costs.packets,
           costs.full, costs.narrow, costs.encode_us / costs.packets);
  opus_encoder_destroy (encoder);
  tac_voice_decoder_free (decoder);
  return 0;
}
