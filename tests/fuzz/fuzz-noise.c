/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Noise handshake: messages of anybody never open and change nothing; honest ones always do.
 * First byte: the prologue's length; then the prologue; the rest is a message, and a payload. */
#include "codecs/noise.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_MOST 1024

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const uint8_t e_a[TAC_KEY_SIZE] = { 3 }, e_b[TAC_KEY_SIZE] = { 4 };

static void
require (bool holds)
{
  if (!holds)
    abort ();
}

static void
refuse (TacNoise *a, TacNoise *b, const uint8_t *message, size_t size)
{
  static uint8_t out[SIZE_MOST];
  TacNoise before_a = *a, before_b = *b;

  require (!tac_noise_consume_first (b, message, size, out));
  require (!tac_noise_consume_second (a, message, size, out));
  require (memcmp (a, &before_a, sizeof before_a) == 0);
  require (memcmp (b, &before_b, sizeof before_b) == 0);
}

static void
exchange (TacNoise *a, TacNoise *b, const uint8_t *payload, size_t size)
{
  static uint8_t message[SIZE_MOST + TAC_NOISE_OVERHEAD], out[SIZE_MOST];
  TacNoiseCipher a_send, a_receive, b_send, b_receive;

  require (tac_noise_create_first (a, e_a, payload, size, message));
  refuse (a, b, payload, size);
  require (tac_noise_consume_first (b, message, size + TAC_NOISE_OVERHEAD, out));
  require (memcmp (out, payload, size) == 0);
  require (tac_noise_create_second (b, e_b, payload, size, message));
  require (tac_noise_consume_second (a, message, size + TAC_NOISE_OVERHEAD, out));
  require (memcmp (out, payload, size) == 0);
  tac_noise_split (a, &a_send, &a_receive);
  tac_noise_split (b, &b_send, &b_receive);
  require (tac_noise_encrypt (&b_send, payload, size, message));
  require (!tac_noise_decrypt (&a_receive, payload, size, out));
  require (tac_noise_decrypt (&a_receive, message, size + TAC_TAG_SIZE, out));
  require (memcmp (out, payload, size) == 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  TacKeyPair s_a, s_b;
  TacNoise a, b;
  size_t prologue;

  if (size == 0)
    return 0;
  size--;
  prologue = data[0] < size ? data[0] : size;
  tac_noise_key_pair (&s_a, (const uint8_t[TAC_KEY_SIZE]){ 1 });
  tac_noise_key_pair (&s_b, (const uint8_t[TAC_KEY_SIZE]){ 2 });
  tac_noise_start (&a, TAC_NOISE_INITIATOR, data + 1, prologue, &s_a, s_b.public);
  tac_noise_start (&b, TAC_NOISE_RESPONDER, data + 1, prologue, &s_b, s_a.public);
  data += 1 + prologue;
  size -= prologue;
  size = size < SIZE_MOST ? size : SIZE_MOST;
  refuse (&a, &b, data, size);
  exchange (&a, &b, data, size);
  return 0;
}
