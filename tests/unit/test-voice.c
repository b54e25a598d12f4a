/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opus at a constant packet size: every rate, profile and kind of sound, and what is not ours
 * refused. */
#include "codecs/voice-decoder.h"
#include "codecs/voice-encoder.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define FRAME_MAX (3 * 960)
#define CANARY 0xA5

static const unsigned rates[] = { 8000, 12000, 16000, 24000, 48000 };

typedef enum
{
  SOUND_SILENCE,
  SOUND_TONE,
  SOUND_NOISE,
  SOUND_SQUARE, /* full scale */
  SOUND_CLICKS,
} Sound;
#define SOUNDS 5

static int16_t
sample (Sound sound, unsigned rate, uint64_t n)
{
  switch (sound)
    {
    case SOUND_SILENCE:
      return 0;
    case SOUND_TONE:
      return (int16_t)(8000 * sin (2 * G_PI * 300 * (double)n / rate));
    case SOUND_NOISE:
      return (int16_t)g_test_rand_int_range (-32768, 32768);
    case SOUND_SQUARE:
      return n / (rate / 200) % 2 ? 32767 : -32768;
    case SOUND_CLICKS:
      return n % (rate / 7) == 0 ? 32767 : 0;
    }
  g_assert_not_reached ();
}

static void
generate (int16_t *pcm, unsigned frame, Sound sound, unsigned rate, uint64_t *n)
{
  for (unsigned i = 0; i < frame; i++)
    pcm[i] = sample (sound, rate, (*n)++);
}

/* A little like a voice: a tone of many harmonics, its loudness rising and falling. */
static void
generate_voiced (int16_t *pcm, unsigned frame, unsigned rate, uint64_t *n)
{
  for (unsigned i = 0; i < frame; i++, (*n)++)
    {
      double t = (double)*n / rate, sum = 0;

      for (int harmonic = 1; harmonic <= 12; harmonic++)
        sum += sin (2 * G_PI * 130 * harmonic * t) / harmonic;
      pcm[i] = (int16_t)(4000 * (0.6 + 0.4 * sin (2 * G_PI * 4 * t)) * sum);
    }
}

static void
test_size (void)
{
  for (unsigned r = 0; r < G_N_ELEMENTS (rates); r++)
    for (unsigned profile = 0; profile < TAC_PROFILES; profile++)
      for (unsigned sound = 0; sound < SOUNDS; sound++)
        {
          TacVoiceEncoder *encoder = tac_voice_encoder_new (rates[r], 5);
          uint64_t n = 0;

          g_assert_nonnull (encoder);
          tac_voice_encoder_set_profile (encoder, (TacProfile)profile);
          tac_voice_encoder_set_loss (encoder, sound % 2 ? 10 : 0);
          g_assert_cmpuint (tac_voice_encoder_frame (encoder), ==, rates[r] / 50 * (profile + 1));
          for (int packet = 0; packet < 20; packet++)
            {
              int16_t pcm[FRAME_MAX];
              uint8_t guarded[TAC_BODY_SIZE + 1];

              memset (guarded, CANARY, sizeof guarded);
              generate (pcm, tac_voice_encoder_frame (encoder), (Sound)sound, rates[r], &n);
              g_assert_true (tac_voice_encode (encoder, packet % 5 == 4 ? NULL : pcm, guarded));
              g_assert_cmpuint (guarded[TAC_BODY_SIZE], ==, CANARY);
              g_assert_cmpuint (tac_voice_packet_ticks (guarded), ==,
                                tac_profile_ticks ((TacProfile)profile));
            }
          tac_voice_encoder_free (encoder);
        }
}

/* Correlation of what came out with what went in, at the best lag below 20 ms. */
static double
best_correlation (const int16_t *in, const int16_t *out, unsigned n, unsigned max_lag)
{
  double best = 0;

  for (unsigned lag = 0; lag < max_lag; lag++)
    {
      double dot = 0, in2 = 0, out2 = 0;

      for (unsigned i = 0; i + lag < n; i++)
        {
          dot += (double)in[i] * out[i + lag];
          in2 += (double)in[i] * in[i];
          out2 += (double)out[i + lag] * out[i + lag];
        }
      best = MAX (best, dot / sqrt (in2 * out2 + 1));
    }
  return best;
}

static void
test_roundtrip (void)
{
  enum
  {
    SECOND = 16000
  };
  static int16_t in[2 * SECOND + FRAME_MAX], out[2 * SECOND + FRAME_MAX];

  for (unsigned profile = 0; profile < TAC_PROFILES; profile++)
    {
      TacVoiceEncoder *encoder = tac_voice_encoder_new (16000, 5);
      TacVoiceDecoder *decoder = tac_voice_decoder_new (16000);
      unsigned frame;
      uint64_t n = 0;

      tac_voice_encoder_set_profile (encoder, (TacProfile)profile);
      frame = tac_voice_encoder_frame (encoder);
      while (n < 2 * SECOND)
        {
          uint8_t body[TAC_BODY_SIZE];
          uint64_t at = n;

          generate_voiced (in + at, frame, 16000, &n);
          g_assert_true (tac_voice_encode (encoder, in + at, body));
          g_assert_cmpuint (tac_voice_decode (decoder, body, out + at), ==, frame);
        }
      /* VOIP's high-pass filter turns the phase of the fundamental, so it is never 1. */
      g_assert_cmpfloat (best_correlation (in + SECOND, out + SECOND, SECOND, 320), >, 0.7);
      tac_voice_encoder_free (encoder);
      tac_voice_decoder_free (decoder);
    }
}

/* A tone of 300 Hz moves at most 8000 × 2π × 300 / 16000 = 942 from sample to sample; what
 * is left of it in narrow band and with few bits, five times that, and a decoder that starts again
 * clicks with more than ten times as much. */
static void
test_profile_switch (void)
{
  TacVoiceEncoder *encoder = tac_voice_encoder_new (16000, 5);
  TacVoiceDecoder *decoder = tac_voice_decoder_new (16000);
  int16_t last = 0;
  uint64_t n = 0;

  for (int packet = 0; packet < 300; packet++)
    {
      int16_t pcm[FRAME_MAX];
      uint8_t body[TAC_BODY_SIZE];
      unsigned frame;

      if (packet % 10 == 9)
        tac_voice_encoder_set_profile (encoder,
                                       (TacProfile)g_test_rand_int_range (0, TAC_PROFILES));
      frame = tac_voice_encoder_frame (encoder);
      generate (pcm, frame, SOUND_TONE, 16000, &n);
      g_assert_true (tac_voice_encode (encoder, pcm, body));
      g_assert_cmpuint (tac_voice_decode (decoder, body, pcm), ==, frame);
      for (unsigned i = 0; i < 80; i++)
        g_assert_cmpint (ABS (pcm[i] - (i > 0 ? pcm[i - 1] : last)), <, 6 * 942);
      last = pcm[frame - 1];
    }
  tac_voice_encoder_free (encoder);
  tac_voice_decoder_free (decoder);
}

static double
energy (const int16_t *pcm, unsigned n)
{
  double sum = 0;

  for (unsigned i = 0; i < n; i++)
    sum += (double)pcm[i] * pcm[i];
  return sum / n;
}

static void
test_muted (void)
{
  TacVoiceEncoder *encoder = tac_voice_encoder_new (16000, 5);
  TacVoiceDecoder *decoder = tac_voice_decoder_new (16000);
  int16_t pcm[FRAME_MAX];
  uint8_t body[TAC_BODY_SIZE];
  uint64_t n = 0;

  for (int packet = 0; packet < 50; packet++)
    {
      generate (pcm, 320, SOUND_TONE, 16000, &n);
      g_assert_true (tac_voice_encode (encoder, packet < 25 ? pcm : NULL, body));
      g_assert_cmpuint (tac_voice_decode (decoder, body, pcm), ==, 320);
      if (packet == 24)
        g_assert_cmpfloat (energy (pcm, 320), >, 1e6);
    }
  g_assert_cmpfloat (energy (pcm, 320), <, 100);
  tac_voice_encoder_free (encoder);
  tac_voice_decoder_free (decoder);
}

static void
test_fec_hysteresis (void)
{
  static const struct
  {
    unsigned loss;
    bool on;
  } rows[] = { { 0, false }, { 1, false },  { 2, true },           { 1, true }, { 0, false },
               { 1, false }, { 100, true }, { 4000000000u, true }, { 0, false } };
  TacVoiceEncoder *encoder = tac_voice_encoder_new (16000, 5);

  g_assert_false (tac_voice_encoder_fec (encoder));
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      tac_voice_encoder_set_loss (encoder, rows[i].loss);
      g_assert_cmpint (tac_voice_encoder_fec (encoder), ==, rows[i].on);
    }
  tac_voice_encoder_free (encoder);
}

/* Every tenth packet lost: with FEC on, the copy in the next one is nearer to the truth than what
 * the decoder makes up. */
static void
test_fec_recovers (void)
{
  TacVoiceEncoder *encoder = tac_voice_encoder_new (16000, 5);
  TacVoiceDecoder *whole = tac_voice_decoder_new (16000);
  TacVoiceDecoder *with = tac_voice_decoder_new (16000), *without = tac_voice_decoder_new (16000);
  int16_t in[320], truth[320], last_truth[320], fec[320], made_up[320];
  double fec_error = 0, made_up_error = 0;
  unsigned carried = 0;
  uint64_t n = 0;

  tac_voice_encoder_set_loss (encoder, 10);
  for (int packet = 0; packet < 500; packet++)
    {
      uint8_t body[TAC_BODY_SIZE];

      memcpy (last_truth, truth, sizeof truth);
      generate_voiced (in, 320, 16000, &n);
      g_assert_true (tac_voice_encode (encoder, in, body));
      g_assert_cmpuint (tac_voice_decode (whole, body, truth), ==, 320);
      if (packet % 10 == 8)
        continue;
      if (packet % 10 == 9)
        {
          carried += tac_voice_packet_has_fec (body);
          g_assert_cmpuint (tac_voice_decode_fec (with, body, 1, fec), ==, 320);
          g_assert_cmpuint (tac_voice_conceal (without, 1, made_up), ==, 320);
          for (int i = 0; i < 320; i++)
            {
              fec_error += pow (fec[i] - last_truth[i], 2);
              made_up_error += pow (made_up[i] - last_truth[i], 2);
            }
        }
      g_assert_cmpuint (tac_voice_decode (with, body, fec), ==, 320);
      g_assert_cmpuint (tac_voice_decode (without, body, made_up), ==, 320);
    }
  g_test_message ("%u of 50 carried; error %g, made up %g", carried, fec_error, made_up_error);
  g_assert_cmpuint (carried, >=, 25); /* where libopus hears a voice */
  g_assert_cmpfloat (fec_error, <, made_up_error);
  tac_voice_encoder_free (encoder);
  tac_voice_decoder_free (whole);
  tac_voice_decoder_free (with);
  tac_voice_decoder_free (without);
}

static void
test_toc (void)
{
  /* RFC 6716 §3.1: configuration 5 bits, stereo 1, code 2; then the frame count byte of code 3. */
  static const struct
  {
    uint8_t toc, count;
    unsigned ticks;
  } rows[] = {
    { 8 << 3, 0, 0 },        /* SILK wide band 10 ms */
    { 9 << 3, 0, 1 },        /* 20 ms */
    { 10 << 3, 0, 2 },       /* 40 ms */
    { 11 << 3, 0, 3 },       /* 60 ms */
    { 9 << 3 | 4, 0, 0 },    /* stereo */
    { 31 << 3, 0, 1 },       /* CELT 20 ms */
    { 28 << 3, 0, 0 },       /* CELT 2.5 ms */
    { 8 << 3 | 3, 2, 1 },    /* two of 10 ms, 29 bytes each */
    { 28 << 3 | 3, 8, 0 },   /* 58 bytes are not eight equal frames */
    { 9 << 3 | 3, 1, 1 },    /* code 3, one frame */
    { 9 << 3 | 3, 0, 0 },    /* code 3, no frame */
    { 11 << 3 | 3, 2, 0 },   /* 120 ms */
    { 11 << 3 | 3, 63, 0 },  /* far more than 120 ms */
    { 9 << 3 | 3, 0x41, 0 }, /* padding longer than the packet */
    { 9 << 3 | 1, 0, 0 },    /* two equal frames of 59 bytes */
  };
  TacVoiceDecoder *decoder = tac_voice_decoder_new (16000);

  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      uint8_t body[TAC_BODY_SIZE];
      int16_t pcm[FRAME_MAX];

      memset (body, 0xFF, sizeof body);
      body[0] = rows[i].toc;
      body[1] = rows[i].count;
      g_test_message ("toc %02x count %02x", rows[i].toc, rows[i].count);
      g_assert_cmpuint (tac_voice_packet_ticks (body), ==, rows[i].ticks);
      g_assert_cmpuint (tac_voice_decode (decoder, body, pcm), ==, rows[i].ticks * 320);
    }
  tac_voice_decoder_free (decoder);
}

static void
test_noise_decodes (void)
{
  TacVoiceDecoder *decoder = tac_voice_decoder_new (16000);

  for (int i = 0; i < 5000; i++)
    {
      uint8_t body[TAC_BODY_SIZE];
      int16_t pcm[FRAME_MAX];
      unsigned ticks;

      for (unsigned j = 0; j < sizeof body; j++)
        body[j] = (uint8_t)g_test_rand_int ();
      ticks = tac_voice_packet_ticks (body);
      g_assert_cmpuint (ticks, <=, 3);
      if (i % 3 == 0)
        tac_voice_decode_fec (decoder, body, 1 + (unsigned)i % 3, pcm);
      g_assert_cmpuint (tac_voice_decode (decoder, body, pcm) % 320, ==, 0);
    }
  tac_voice_decoder_free (decoder);
}

static void
test_arguments (void)
{
  g_assert_null (tac_voice_encoder_new (44100, 5));
  g_assert_null (tac_voice_encoder_new (0, 5));
  g_assert_null (tac_voice_encoder_new (16000, 11));
  g_assert_null (tac_voice_encoder_new (16000, -1));
  g_assert_null (tac_voice_decoder_new (44100));
  tac_voice_encoder_free (NULL);
  tac_voice_decoder_free (NULL);
  for (unsigned profile = 0; profile < TAC_PROFILES; profile++)
    g_assert_cmpuint (tac_profile_bitrate ((TacProfile)profile)
                          * tac_profile_ticks ((TacProfile)profile) * TAC_TICK_MS,
                      ==, TAC_BODY_SIZE * 8 * 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/voice/always-sixty-bytes", test_size);
  g_test_add_func ("/voice/roundtrip", test_roundtrip);
  g_test_add_func ("/voice/profile-switch-without-click", test_profile_switch);
  g_test_add_func ("/voice/muted-is-silence", test_muted);
  g_test_add_func ("/voice/fec-hysteresis", test_fec_hysteresis);
  g_test_add_func ("/voice/fec-recovers", test_fec_recovers);
  g_test_add_func ("/voice/toc", test_toc);
  g_test_add_func ("/voice/noise-decodes", test_noise_decodes);
  g_test_add_func ("/voice/arguments", test_arguments);
  return g_test_run ();
}
