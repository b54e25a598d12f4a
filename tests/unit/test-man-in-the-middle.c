/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mallory, whose key each side was given for the other's, relays two full handshakes: what do the
 * spoken words say? */
#include "codecs/invitation.h"
#include "codecs/sas.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

#define STRETCH 2000 /* tries at words, of each kind */

/* One of the two handshakes, as both its ends hold it in the end. */
typedef struct
{
  TacCallKeys caller, callee;
} Leg;

static void
random_pair (TacKeyPair *pair)
{
  uint8_t secret[TAC_KEY_SIZE];

  randombytes_buf (secret, sizeof secret);
  tac_noise_key_pair (pair, secret);
}

static void
shake (Leg *leg, const TacKeyPair *caller, const TacKeyPair *callee)
{
  const TacInvite invite = { .time_ms = 1790000000123u };
  const TacReply reply = { .status = TAC_REPLY_RINGING };
  uint8_t ephemeral[TAC_KEY_SIZE], ss[TAC_KEY_SIZE], sms[TAC_SMS_SIZE];
  TacHandshake out, in;
  TacInviteTrial trial;
  TacInvite invited;
  TacReply replied;

  randombytes_buf (ephemeral, sizeof ephemeral);
  g_assert_cmpint (tac_invite_create (&out, sms, caller, callee->public, ephemeral, &invite), ==,
                   TAC_MESSAGE_OK);
  g_assert_cmpint (tac_invite_trial (&trial, sms, sizeof sms, callee), ==, TAC_MESSAGE_OK);
  g_assert_cmpint (tac_contact_secret (ss, callee, caller->public), ==, TAC_MESSAGE_OK);
  g_assert_cmpint (tac_invite_try (&trial, &in, callee, caller->public, ss, &invited), ==,
                   TAC_MESSAGE_OK);
  randombytes_buf (ephemeral, sizeof ephemeral);
  g_assert_cmpint (tac_reply_create (&in, sms, ephemeral, &reply), ==, TAC_MESSAGE_OK);
  g_assert_cmpint (tac_reply_open (&out, sms, sizeof sms, &replied), ==, TAC_MESSAGE_OK);
  tac_handshake_split (&out, &leg->caller);
  tac_handshake_split (&in, &leg->callee);
}

/* Alice talks to Mallory as Bob, Mallory as Alice to Bob. */
static void
shake_both (Leg *to_mallory, Leg *to_bob)
{
  TacKeyPair alice, bob, mallory;

  random_pair (&alice);
  random_pair (&bob);
  random_pair (&mallory);
  shake (to_mallory, &alice, &mallory);
  shake (to_bob, &mallory, &bob);
}

static gboolean
same_words (const uint8_t *alice_h, const uint8_t *bob_h, const uint8_t *alice_a,
            const uint8_t *alice_b, const uint8_t *bob_a, const uint8_t *bob_b)
{
  const char *alice[TAC_SAS_WORDS], *bob[TAC_SAS_WORDS];

  tac_sas_words (alice, alice_h, alice_a, alice_b);
  tac_sas_words (bob, bob_h, bob_a, bob_b);
  for (guint i = 0; i < TAC_SAS_WORDS; i++)
    if (!g_str_equal (alice[i], bob[i]))
      return FALSE;
  return TRUE;
}

static void
test_nobody_between (void)
{
  TacKeyPair alice, bob;
  uint8_t a[32], b[32];
  Leg leg;

  random_pair (&alice);
  random_pair (&bob);
  shake (&leg, &alice, &bob);
  randombytes_buf (a, sizeof a);
  randombytes_buf (b, sizeof b);
  g_assert_true (same_words (leg.caller.h, leg.callee.h, a, b, a, b));
}

/* He hands on every nonce unchanged: the commitment that Bob checks is over another h. */
static void
test_nonces_relayed (void)
{
  uint8_t a[32], b[32], commitment[32];
  Leg to_mallory, to_bob;

  shake_both (&to_mallory, &to_bob);
  g_assert_cmpint (memcmp (to_mallory.caller.h, to_bob.callee.h, TAC_HASH_SIZE), !=, 0);
  randombytes_buf (a, sizeof a);
  randombytes_buf (b, sizeof b);
  tac_sas_commit (commitment, to_mallory.caller.h, a);
  g_assert_false (tac_sas_check (commitment, to_bob.callee.h, a)); /* Bob's phone cuts the call */

  /* He commits for himself, to the same nonce, over the h that Bob has: the words differ. */
  g_assert_false (same_words (to_mallory.caller.h, to_bob.callee.h, a, b, a, b));
}

/* Honest commitments, nonces of his own: a chance of 2⁻³² each time, so never in a few thousand. */
static void
test_nonces_of_his_own (void)
{
  Leg to_mallory, to_bob;

  shake_both (&to_mallory, &to_bob);
  for (guint i = 0; i < STRETCH; i++)
    {
      uint8_t nonces[4][32];

      randombytes_buf (nonces, sizeof nonces);
      g_assert_false (same_words (to_mallory.caller.h, to_bob.callee.h, nonces[0], nonces[1],
                                  nonces[2], nonces[3]));
    }
}

/* He waits until he has seen all that Alice and Bob say, and then searches for the nonce that makes
 * the words equal. A search over 2³² would find one: each candidate is one that his commitment does
 * not fit. Here the search is given its success (the first byte of the words, one in 256), to see
 * that the check refuses it. */
static void
test_choosing_after_seeing (void)
{
  uint8_t alice_a[32], alice_b[32], bob_b[32], committed[32], chosen[32], commitment[32];
  Leg to_mallory, to_bob;
  const char *alice[TAC_SAS_WORDS], *bob[TAC_SAS_WORDS];
  guint found = 0;

  shake_both (&to_mallory, &to_bob);
  randombytes_buf (alice_a, sizeof alice_a);
  randombytes_buf (alice_b, sizeof alice_b); /* his answer to her */
  randombytes_buf (bob_b, sizeof bob_b);     /* Bob's answer to him */
  randombytes_buf (committed, sizeof committed);
  tac_sas_commit (commitment, to_bob.callee.h, committed);
  tac_sas_words (alice, to_mallory.caller.h, alice_a, alice_b);
  for (guint i = 0; i < STRETCH; i++)
    {
      randombytes_buf (chosen, sizeof chosen);
      tac_sas_words (bob, to_bob.callee.h, chosen, bob_b);
      if (!g_str_equal (alice[0], bob[0]))
        continue;
      found++;
      g_assert_false (tac_sas_check (commitment, to_bob.callee.h, chosen));
    }
  g_assert_cmpuint (found, >, 0); /* so choosing would have paid */
  g_assert_true (tac_sas_check (commitment, to_bob.callee.h, committed));
}

/* The commitment hides: of two nonces one cannot tell which it is to, without h; and it is not to
 * both. */
static void
test_one_commitment_one_nonce (void)
{
  uint8_t a[32], commitment[32];
  Leg to_mallory, to_bob;

  shake_both (&to_mallory, &to_bob);
  randombytes_buf (a, sizeof a);
  tac_sas_commit (commitment, to_bob.callee.h, a);
  for (guint bit = 0; bit < 8 * sizeof a; bit++)
    {
      a[bit / 8] ^= (uint8_t)(1u << bit % 8);
      g_assert_false (tac_sas_check (commitment, to_bob.callee.h, a));
      a[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
  g_assert_true (tac_sas_check (commitment, to_bob.callee.h, a));
}

int
main (int argc, char **argv)
{
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/man-in-the-middle/nobody-between", test_nobody_between);
  g_test_add_func ("/man-in-the-middle/nonces-relayed", test_nonces_relayed);
  g_test_add_func ("/man-in-the-middle/nonces-of-his-own", test_nonces_of_his_own);
  g_test_add_func ("/man-in-the-middle/choosing-after-seeing", test_choosing_after_seeing);
  g_test_add_func ("/man-in-the-middle/one-commitment-one-nonce", test_one_commitment_one_nonce);
  return g_test_run ();
}
