/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PATH in both of its forms: there and back, malformed, replayed, altered. */
#include "codecs/path-offer.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

static const uint8_t key[TAC_KEY_SIZE] = { 7 };

static TacPathOffer
make_offer (uint8_t generation, size_t candidates)
{
  TacPathOffer offer = { .generation = generation, .candidates.n = candidates };

  for (size_t i = 0; i < candidates; i++)
    offer.candidates.list[i] = (TacCandidate){ .kind = TAC_CANDIDATE_RELAYED,
                                               .address = { 198, 51, 100, (uint8_t)(i + 1) },
                                               .port = (uint16_t)(40000 + i) };
  return offer;
}

static void
assert_same (const TacPathOffer *got, const TacPathOffer *expected)
{
  g_assert_cmpuint (got->generation, ==, expected->generation);
  g_assert_cmpuint (got->candidates.n, ==, expected->candidates.n);
  for (size_t i = 0; i < got->candidates.n; i++)
    {
      const TacCandidate *one = &got->candidates.list[i], *two = &expected->candidates.list[i];

      g_assert_cmpint (one->kind, ==, two->kind);
      g_assert_cmpint (one->ipv6, ==, two->ipv6);
      g_assert_cmpuint (one->port, ==, two->port);
      g_assert_cmpmem (one->address, 16, two->address, 16);
    }
}

static void
test_round_trip (void)
{
  for (size_t n = 0; n <= TAC_CANDIDATES_MAX; n++)
    {
      TacPathOffer offer = make_offer ((uint8_t)(n * 25), n), got;
      uint8_t value[TAC_PATH_OFFER_SIZE], sms[TAC_SMS_SIZE];
      uint32_t highest = 0;

      tac_path_offer_encode (&offer, value);
      g_assert_true (tac_path_offer_decode (&got, value, sizeof value));
      assert_same (&got, &offer);

      tac_path_sms_seal (sms, key, (uint32_t)n + 1, &offer);
      g_assert_cmpint (tac_path_sms_open (key, &highest, sms, sizeof sms, &got), ==,
                       TAC_MESSAGE_OK);
      g_assert_cmpuint (highest, ==, n + 1);
      assert_same (&got, &offer);
    }
}

/* IPv4 and IPv6 together; what does not fit is left out from the end. */
static void
test_families (void)
{
  TacPathOffer offer = make_offer (1, 5), got;
  uint8_t value[TAC_PATH_OFFER_SIZE];

  for (size_t i = 0; i < offer.candidates.n; i++)
    {
      TacCandidate *candidate = &offer.candidates.list[i];

      candidate->kind = TAC_CANDIDATE_HOST;
      candidate->ipv6 = i % 2 == 0;
      if (candidate->ipv6)
        memcpy (candidate->address, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0", 15);
    }
  tac_path_offer_encode (&offer, value);
  g_assert_true (tac_path_offer_decode (&got, value, sizeof value));
  assert_same (&got, &offer); /* 3 × 19 + 2 × 7 of 75 */

  offer = make_offer (2, 3);
  offer.candidates.list[1].address[0] = 127; /* never said */
  tac_path_offer_encode (&offer, value);
  g_assert_true (tac_path_offer_decode (&got, value, sizeof value));
  g_assert_cmpuint (got.candidates.n, ==, 2);
}

typedef struct
{
  const char *what;
  size_t at;
  uint8_t byte;
  gboolean good;
} Malformed;

static const Malformed malformed[] = {
  { "nothing changed", 0, 3, TRUE },
  { "any generation", 0, 255, TRUE },
  { "reserved bits", 1, 0xC1, FALSE },
  { "no kind", 1, 0x20, FALSE },
  { "not ours to say: loopback, skipped", 2, 127, TRUE },
  { "an end before the end", 1, 0, FALSE },
  { "bytes after the end", 75, 1, FALSE },
  { "cut off", 71, 0xC0, FALSE },
};

static void
test_malformed (void)
{
  TacPathOffer offer = make_offer (3, 2), got, untouched;
  uint8_t value[TAC_PATH_OFFER_SIZE + 1] = { 0 };

  for (size_t i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      tac_path_offer_encode (&offer, value);
      value[malformed[i].at] = malformed[i].byte;
      memset (&got, 0xAA, sizeof got);
      memset (&untouched, 0xAA, sizeof untouched);
      if (tac_path_offer_decode (&got, value, TAC_PATH_OFFER_SIZE) != malformed[i].good)
        g_error ("%s", malformed[i].what);
      if (!malformed[i].good)
        g_assert_cmpmem (&got, sizeof got, &untouched, sizeof untouched);
    }
  tac_path_offer_encode (&offer, value);
  for (size_t size = 0; size <= sizeof value; size++)
    g_assert_cmpint (tac_path_offer_decode (&got, value, size), ==, size == TAC_PATH_OFFER_SIZE);
}

/* An authentic peer seals what breaks the protocol. */
static void
seal_body (uint8_t sms[TAC_SMS_SIZE], uint32_t counter, const uint8_t body[111])
{
  uint8_t nonce[12] = { 0 };

  tac_message_header (sms, TAC_SMS_PATH);
  for (unsigned i = 0; i < 4; i++)
    sms[2 + i] = nonce[8 + i] = (uint8_t)(counter >> (24 - 8 * i));
  crypto_aead_chacha20poly1305_ietf_encrypt (sms + 6, NULL, body, 111, sms, 6, NULL, nonce, key);
}

static void
test_sms_malformed (void)
{
  TacPathOffer offer = make_offer (3, 2), got;
  uint8_t body[111], sms[TAC_SMS_SIZE];
  uint32_t highest = 4;

  for (size_t i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      memset (body, 0, sizeof body);
      tac_path_offer_encode (&offer, body);
      body[malformed[i].at] = malformed[i].byte;
      highest = 4;
      seal_body (sms, 5, body);
      if (tac_path_sms_open (key, &highest, sms, sizeof sms, &got)
          != (malformed[i].good ? TAC_MESSAGE_OK : TAC_MESSAGE_INVALID))
        g_error ("%s", malformed[i].what);
      g_assert_cmpuint (highest, ==, malformed[i].good ? 5 : 4);
    }
  for (size_t i = TAC_PATH_OFFER_SIZE; i < sizeof body; i++)
    {
      memset (body, 0, sizeof body);
      tac_path_offer_encode (&offer, body);
      body[i] = 1;
      seal_body (sms, 9, body);
      g_assert_cmpint (tac_path_sms_open (key, &highest, sms, sizeof sms, &got), ==,
                       TAC_MESSAGE_INVALID);
    }
}

static void
test_counters (void)
{
  static const struct
  {
    const char *what;
    uint32_t highest, counter;
    gboolean opens;
  } rows[] = {
    { "the first", 0, 1, TRUE },
    { "the next", 1, 2, TRUE },
    { "some were lost", 2, 200, TRUE },
    { "replayed", 200, 200, FALSE },
    { "older", 200, 199, FALSE },
    { "none is numbered 0", 0, 0, FALSE },
    { "the last there is", 200, UINT32_MAX, TRUE },
    { "after it nothing", UINT32_MAX, UINT32_MAX, FALSE },
    { "not around the circle", UINT32_MAX, 1, FALSE },
  };
  TacPathOffer offer = make_offer (1, 1), got;
  uint8_t sms[TAC_SMS_SIZE];

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      uint32_t highest = rows[i].highest;

      tac_path_sms_seal (sms, key, rows[i].counter, &offer);
      if (tac_path_sms_open (key, &highest, sms, sizeof sms, &got)
          != (rows[i].opens ? TAC_MESSAGE_OK : TAC_MESSAGE_INVALID))
        g_error ("%s", rows[i].what);
      g_assert_cmpuint (highest, ==, rows[i].opens ? rows[i].counter : rows[i].highest);
    }
}

/* Every bit counts, and a forgery moves no counter and leaves the offer alone. */
static void
test_bit_flips (void)
{
  TacPathOffer offer = make_offer (1, 3), got, untouched;
  uint8_t sms[TAC_SMS_SIZE];

  tac_path_sms_seal (sms, key, 5, &offer);
  memset (&got, 0xAA, sizeof got);
  memset (&untouched, 0xAA, sizeof untouched);
  for (size_t bit = 0; bit < 8 * sizeof sms; bit++)
    {
      uint32_t highest = 3;
      TacMessageResult result;

      sms[bit / 8] ^= (uint8_t)(1 << bit % 8);
      result = tac_path_sms_open (key, &highest, sms, sizeof sms, &got);
      sms[bit / 8] ^= (uint8_t)(1 << bit % 8);
      g_assert_cmpint (result, !=, TAC_MESSAGE_OK);
      if (bit >= 16)
        g_assert_cmpint (result, ==, TAC_MESSAGE_FORGED);
      g_assert_cmpuint (highest, ==, 3);
    }
  g_assert_cmpmem (&got, sizeof got, &untouched, sizeof untouched);
}

static void
test_wrong (void)
{
  static const uint8_t other[TAC_KEY_SIZE] = { 8 };
  TacPathOffer offer = make_offer (1, 3), got;
  uint8_t sms[TAC_SMS_SIZE + 1] = { 0 };
  uint32_t highest = 0;

  tac_path_sms_seal (sms, key, 1, &offer);
  g_assert_cmpint (tac_path_sms_open (other, &highest, sms, TAC_SMS_SIZE, &got), ==,
                   TAC_MESSAGE_FORGED);
  for (size_t size = 0; size <= sizeof sms; size++)
    if (size != TAC_SMS_SIZE)
      g_assert_cmpint (tac_path_sms_open (key, &highest, sms, size, &got), ==, TAC_MESSAGE_LENGTH);
  tac_message_header (sms, TAC_SMS_TEXT);
  g_assert_cmpint (tac_path_sms_open (key, &highest, sms, TAC_SMS_SIZE, &got), ==,
                   TAC_MESSAGE_TYPE);
  g_assert_cmpuint (highest, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/path-offer/round-trip", test_round_trip);
  g_test_add_func ("/path-offer/families", test_families);
  g_test_add_func ("/path-offer/malformed", test_malformed);
  g_test_add_func ("/path-offer/sms-malformed", test_sms_malformed);
  g_test_add_func ("/path-offer/counters", test_counters);
  g_test_add_func ("/path-offer/bit-flips", test_bit_flips);
  g_test_add_func ("/path-offer/wrong-key-length-type", test_wrong);
  return g_test_run ();
}
