/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Noise handshake under attack; that it is right, the vectors of others prove. */
#include "codecs/kdf.h"
#include "codecs/noise.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

#define PAYLOAD 83
#define MESSAGE (PAYLOAD + TAC_NOISE_OVERHEAD)

static const uint8_t payload[PAYLOAD] = "payload";

/* All points of low order on Curve25519 and its twist, and non-canonical forms of them
 * (cr.yp.to/ecdh.html#validate). */
static const char *const low_order[] = {
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

typedef struct
{
  TacKeyPair a, b;
  TacNoise initiator, responder;
} Pair;

static void
start (TacNoise *noise, TacNoiseRole role, const TacKeyPair *s, const uint8_t *rs)
{
  tac_noise_start (noise, role, (const uint8_t *)"prologue", 8, s, rs);
}

static Pair
two_parties (void)
{
  Pair p;

  tac_noise_key_pair (&p.a, (const uint8_t[TAC_KEY_SIZE]){ 1 });
  tac_noise_key_pair (&p.b, (const uint8_t[TAC_KEY_SIZE]){ 2 });
  start (&p.initiator, TAC_NOISE_INITIATOR, &p.a, p.b.public);
  start (&p.responder, TAC_NOISE_RESPONDER, &p.b, p.a.public);
  return p;
}

static const uint8_t e_a[TAC_KEY_SIZE] = { 3 }, e_b[TAC_KEY_SIZE] = { 4 };

static void
test_low_order (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (low_order); i++)
    {
      Pair p = two_parties ();
      TacNoise before;
      uint8_t point[TAC_KEY_SIZE], message[MESSAGE], out[PAYLOAD];

      sodium_hex2bin (point, sizeof point, low_order[i], 64, NULL, NULL, NULL);
      /* as a static key */
      start (&p.initiator, TAC_NOISE_INITIATOR, &p.a, point);
      before = p.initiator;
      g_assert_false (tac_noise_create_first (&p.initiator, e_a, payload, PAYLOAD, message));
      g_assert_cmpmem (&p.initiator, sizeof before, &before, sizeof before);
      /* as the initiator's ephemeral key, the rest of the message genuine */
      p = two_parties ();
      g_assert_true (tac_noise_create_first (&p.initiator, e_a, payload, PAYLOAD, message));
      memcpy (message, point, sizeof point);
      before = p.responder;
      g_assert_false (tac_noise_consume_first (&p.responder, message, sizeof message, out));
      g_assert_cmpmem (&p.responder, sizeof before, &before, sizeof before);
      /* as the responder's */
      before = p.initiator;
      g_assert_false (tac_noise_consume_second (&p.initiator, message, sizeof message, out));
      g_assert_cmpmem (&p.initiator, sizeof before, &before, sizeof before);
      /* the highest bit is ignored by X25519, not by the check */
      point[31] |= 0x80;
      g_assert_false (tac_noise_dh (out, p.a.secret, point));
    }
}

static void
test_wrong_turn (void)
{
  Pair p = two_parties ();
  uint8_t first[MESSAGE], second[MESSAGE], out[PAYLOAD];

  g_assert_false (tac_noise_create_second (&p.responder, e_b, payload, PAYLOAD, second));
  g_assert_false (tac_noise_create_first (&p.responder, e_b, payload, PAYLOAD, first));
  g_assert_true (tac_noise_create_first (&p.initiator, e_a, payload, PAYLOAD, first));
  g_assert_false (tac_noise_create_first (&p.initiator, e_a, payload, PAYLOAD, second));
  g_assert_false (tac_noise_consume_first (&p.initiator, first, sizeof first, out));
  g_assert_true (tac_noise_consume_first (&p.responder, first, sizeof first, out));
  g_assert_cmpmem (out, sizeof out, payload, sizeof payload);
  g_assert_false (tac_noise_consume_first (&p.responder, first, sizeof first, out));
  g_assert_true (tac_noise_create_second (&p.responder, e_b, payload, PAYLOAD, second));
  g_assert_false (tac_noise_create_second (&p.responder, e_b, payload, PAYLOAD, second));
  g_assert_true (tac_noise_consume_second (&p.initiator, second, sizeof second, out));
  g_assert_false (tac_noise_consume_second (&p.initiator, second, sizeof second, out));
}

static void
test_sizes (void)
{
  Pair p = two_parties ();
  g_autofree uint8_t *big = g_malloc0 (TAC_NOISE_MESSAGE_MAX + 1);
  g_autofree uint8_t *out = g_malloc0 (TAC_NOISE_MESSAGE_MAX + 1);
  TacNoiseCipher cipher = { .n = 0 }, spent = { .n = UINT64_MAX };

  for (size_t size = 0; size < MESSAGE; size++)
    {
      g_autofree uint8_t *cut = g_malloc0 (size + 1);

      g_assert_false (tac_noise_consume_first (&p.responder, cut, size, out));
    }
  g_assert_false (tac_noise_consume_first (&p.responder, big, TAC_NOISE_MESSAGE_MAX + 1, out));
  g_assert_false (tac_noise_create_first (&p.initiator, e_a, big,
                                          TAC_NOISE_MESSAGE_MAX - TAC_NOISE_OVERHEAD + 1, out));
  g_assert_false (tac_noise_encrypt (&cipher, big, TAC_NOISE_MESSAGE_MAX - TAC_TAG_SIZE + 1, out));
  g_assert_false (tac_noise_decrypt (&cipher, big, TAC_TAG_SIZE - 1, out));
  g_assert_cmpuint (cipher.n, ==, 0);
  g_assert_false (tac_noise_encrypt (&spent, payload, PAYLOAD, out));
  g_assert_false (tac_noise_decrypt (&spent, payload, PAYLOAD, out));
}

/* Somebody who knows all public keys, and whom they belong to, yet no secret of either. */
static void
test_impostor (void)
{
  Pair p = two_parties ();
  TacKeyPair mallory;
  TacNoise forger;
  uint8_t message[MESSAGE], out[PAYLOAD];

  tac_noise_key_pair (&mallory, (const uint8_t[TAC_KEY_SIZE]){ 9 });
  memcpy (mallory.public, p.a.public, TAC_KEY_SIZE); /* claims to be A */
  start (&forger, TAC_NOISE_INITIATOR, &mallory, p.b.public);
  g_assert_true (tac_noise_create_first (&forger, e_a, payload, PAYLOAD, message));
  g_assert_false (tac_noise_consume_first (&p.responder, message, sizeof message, out));
}

static void
test_prologue (void)
{
  Pair p = two_parties ();
  uint8_t message[MESSAGE], out[PAYLOAD];

  tac_noise_start (&p.responder, TAC_NOISE_RESPONDER, (const uint8_t *)"prologuf", 8, &p.b,
                   p.a.public);
  g_assert_true (tac_noise_create_first (&p.initiator, e_a, payload, PAYLOAD, message));
  g_assert_false (tac_noise_consume_first (&p.responder, message, sizeof message, out));
}

static void
test_transport (void)
{
  Pair p = two_parties ();
  TacNoiseCipher a_send, a_receive, b_send, b_receive;
  uint8_t message[MESSAGE], out[PAYLOAD], sealed[PAYLOAD + TAC_TAG_SIZE];

  g_assert_true (tac_noise_create_first (&p.initiator, e_a, payload, PAYLOAD, message));
  g_assert_true (tac_noise_consume_first (&p.responder, message, sizeof message, out));
  g_assert_true (tac_noise_create_second (&p.responder, e_b, payload, PAYLOAD, message));
  g_assert_true (tac_noise_consume_second (&p.initiator, message, sizeof message, out));
  tac_noise_split (&p.initiator, &a_send, &a_receive);
  tac_noise_split (&p.responder, &b_send, &b_receive);

  g_assert_true (tac_noise_encrypt (&a_send, payload, PAYLOAD, sealed));
  g_assert_false (tac_noise_decrypt (&a_receive, sealed, sizeof sealed, out)); /* reflected */
  sealed[0] ^= 1;
  g_assert_false (tac_noise_decrypt (&b_receive, sealed, sizeof sealed, out));
  sealed[0] ^= 1;
  g_assert_true (tac_noise_decrypt (&b_receive, sealed, sizeof sealed, out));
  g_assert_cmpmem (out, sizeof out, payload, sizeof payload);
  g_assert_false (tac_noise_decrypt (&b_receive, sealed, sizeof sealed, out)); /* replayed */
}

/* RFC 4231 §4.2 and §4.6: the HMAC that all keys come from. */
static void
test_hmac (void)
{
  static const struct
  {
    const char *key, *data, *mac;
  } rows[] = {
    { "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
      "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
      "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
    { "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
      "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      uint8_t key[64], data[64], out[TAC_HASH_SIZE];
      char text[2 * TAC_HASH_SIZE + 1];
      size_t key_size, size;

      sodium_hex2bin (key, sizeof key, rows[i].key, strlen (rows[i].key), NULL, &key_size, NULL);
      sodium_hex2bin (data, sizeof data, rows[i].data, strlen (rows[i].data), NULL, &size, NULL);
      tac_hmac (out, key, key_size, data, size);
      sodium_bin2hex (text, sizeof text, out, sizeof out);
      g_assert_cmpstr (text, ==, rows[i].mac);
    }
}

/* A try is a start and a consumption; one that fails leaves nothing, and the trial as it was. */
static void
test_trial (void)
{
  Pair p = two_parties ();
  const uint8_t *prologue = (const uint8_t *)"prologue";
  uint8_t message[MESSAGE], out[PAYLOAD], ss[TAC_KEY_SIZE], wrong[TAC_KEY_SIZE] = { 5 };
  TacNoiseTrial trial, untouched;
  TacNoise tried = p.initiator, before = tried;

  g_assert_true (tac_noise_create_first (&p.initiator, e_a, payload, PAYLOAD, message));
  g_assert_true (tac_noise_dh (ss, p.b.secret, p.a.public));
  g_assert_true (tac_noise_trial (&trial, prologue, 8, &p.b, message, MESSAGE));
  g_assert_false (tac_noise_try_first (&trial, &tried, &p.b, wrong, ss, message, MESSAGE, out));
  g_assert_false (
      tac_noise_try_first (&trial, &tried, &p.b, p.a.public, wrong, message, MESSAGE, out));
  g_assert_false (tac_noise_try_first (&trial, &tried, &p.b, p.a.public, ss, message,
                                       TAC_NOISE_OVERHEAD - 1, out));
  g_assert_cmpmem (&tried, sizeof tried, &before, sizeof before);
  g_assert_true (tac_noise_try_first (&trial, &tried, &p.b, p.a.public, ss, message, MESSAGE, out));
  g_assert_cmpmem (out, PAYLOAD, payload, PAYLOAD);

  g_assert_true (tac_noise_consume_first (&p.responder, message, MESSAGE, out));
  g_assert_cmpmem (tried.h, TAC_HASH_SIZE, p.responder.h, TAC_HASH_SIZE);
  g_assert_cmpmem (tried.ck, TAC_HASH_SIZE, p.responder.ck, TAC_HASH_SIZE);
  g_assert_cmpmem (tried.invite_ck, TAC_HASH_SIZE, p.responder.invite_ck, TAC_HASH_SIZE);
  g_assert_true (tac_noise_create_second (&tried, e_b, payload, PAYLOAD, message));
  g_assert_true (tac_noise_consume_second (&p.initiator, message, MESSAGE, out));

  memset (&trial, 7, sizeof trial);
  untouched = trial;
  memset (message, 0, TAC_KEY_SIZE); /* of low order */
  g_assert_false (tac_noise_trial (&trial, prologue, 8, &p.b, message, MESSAGE));
  g_assert_false (tac_noise_trial (&trial, prologue, 8, &p.b, message, TAC_NOISE_OVERHEAD - 1));
  g_assert_cmpmem (&trial, sizeof trial, &untouched, sizeof untouched);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/noise/low-order-keys", test_low_order);
  g_test_add_func ("/noise/wrong-turn", test_wrong_turn);
  g_test_add_func ("/noise/sizes", test_sizes);
  g_test_add_func ("/noise/impostor", test_impostor);
  g_test_add_func ("/noise/other-prologue", test_prologue);
  g_test_add_func ("/noise/trial", test_trial);
  g_test_add_func ("/noise/transport", test_transport);
  g_test_add_func ("/noise/hmac-rfc4231", test_hmac);
  return g_test_run ();
}
