/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INVITE, REPLY and PAIR: the honest exchange, and everything that must not open. */
#include "codecs/invitation.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

#define STRANGERS 200

typedef struct
{
  TacKeyPair alice, bob;
  TacHandshake caller, callee;
  uint8_t invite_sms[TAC_SMS_SIZE], reply_sms[TAC_SMS_SIZE];
  TacInvite invite;
  TacReply reply;
} Call;

static void
random_bytes (uint8_t *out, size_t size)
{
  for (size_t i = 0; i < size; i++)
    out[i] = (uint8_t)g_test_rand_int ();
}

static void
random_pair (TacKeyPair *pair)
{
  uint8_t secret[TAC_KEY_SIZE];

  random_bytes (secret, sizeof secret);
  tac_noise_key_pair (pair, secret);
}

static const TacCandidate an_address = { TAC_CANDIDATE_HOST, false, { 10, 64, 0, 2 }, 40000 };

static TacMessageResult
try_invite (const uint8_t *sms, size_t size, const TacKeyPair *me, const uint8_t *peer,
            TacHandshake *hs, TacInvite *invite)
{
  TacInviteTrial trial;
  uint8_t ss[TAC_KEY_SIZE];
  TacMessageResult result = tac_invite_trial (&trial, sms, size, me);

  if (result == TAC_MESSAGE_OK)
    result = tac_contact_secret (ss, me, peer);
  if (result == TAC_MESSAGE_OK)
    result = tac_invite_try (&trial, hs, me, peer, ss, invite);
  return result;
}

/* Alice's INVITE reaches Bob, whose REPLY is made but not yet opened. */
static Call *
call_until_reply (void)
{
  Call *call = g_new0 (Call, 1);
  TacInvite invite = { 1790000000123u, TAC_CAPABILITY_MLKEM, { 1, { an_address } } };
  TacReply reply = { TAC_REPLY_RINGING, TAC_CAPABILITY_MLKEM, { 1, { an_address } } };
  uint8_t ephemeral[TAC_KEY_SIZE];

  random_pair (&call->alice);
  random_pair (&call->bob);
  random_bytes (ephemeral, sizeof ephemeral);
  g_assert_cmpint (tac_invite_create (&call->caller, call->invite_sms, &call->alice,
                                      call->bob.public, ephemeral, &invite),
                   ==, TAC_MESSAGE_OK);
  g_assert_cmpint (try_invite (call->invite_sms, TAC_SMS_SIZE, &call->bob, call->alice.public,
                               &call->callee, &call->invite),
                   ==, TAC_MESSAGE_OK);
  random_bytes (ephemeral, sizeof ephemeral);
  g_assert_cmpint (tac_reply_create (&call->callee, call->reply_sms, ephemeral, &reply), ==,
                   TAC_MESSAGE_OK);
  return call;
}

static void
test_exchange (void)
{
  g_autofree Call *call = call_until_reply ();
  TacIceCredentials caller_ice, callee_ice, second;
  TacCallKeys caller_keys, callee_keys;

  g_assert_cmpuint (call->invite.time_ms, ==, 1790000000123u);
  g_assert_cmpuint (call->invite.capabilities, ==, TAC_CAPABILITY_MLKEM);
  g_assert_cmpuint (call->invite.candidates.n, ==, 1);
  g_assert_cmpuint (call->invite.candidates.list[0].port, ==, 40000);

  /* The caller knows the credentials before any answer: the one-SMS path rests on it. */
  tac_handshake_ice (&call->caller, 0, &caller_ice);
  tac_handshake_ice (&call->callee, 0, &callee_ice);
  g_assert_cmpmem (&caller_ice, sizeof caller_ice, &callee_ice, sizeof callee_ice);
  g_assert_cmpuint (strlen (caller_ice.caller_ufrag), ==, TAC_ICE_UFRAG_LENGTH);
  g_assert_cmpuint (strlen (caller_ice.callee_pwd), ==, TAC_ICE_PWD_LENGTH);

  g_assert_cmpint (tac_reply_open (&call->caller, call->reply_sms, TAC_SMS_SIZE, &call->reply), ==,
                   TAC_MESSAGE_OK);
  g_assert_cmpint (call->reply.status, ==, TAC_REPLY_RINGING);
  g_assert_cmpuint (call->reply.candidates.n, ==, 1);
  tac_handshake_split (&call->caller, &caller_keys);
  tac_handshake_split (&call->callee, &callee_keys);
  g_assert_cmpmem (caller_keys.send_root, TAC_KEY_SIZE, callee_keys.receive_root, TAC_KEY_SIZE);
  g_assert_cmpmem (caller_keys.receive_root, TAC_KEY_SIZE, callee_keys.send_root, TAC_KEY_SIZE);
  g_assert_cmpint (memcmp (caller_keys.send_root, caller_keys.receive_root, TAC_KEY_SIZE), !=, 0);
  g_assert_cmpmem (caller_keys.h, TAC_HASH_SIZE, callee_keys.h, TAC_HASH_SIZE);

  tac_handshake_ice (&call->caller, 0, &callee_ice);
  g_assert_cmpmem (&caller_ice, sizeof caller_ice, &callee_ice, sizeof callee_ice);
  tac_handshake_ice (&call->caller, 1, &second);
  g_assert_cmpstr (second.caller_pwd, !=, caller_ice.caller_pwd);
}

static void
test_split_forgets (void)
{
  static const uint8_t zeros[sizeof (TacKeyPair)];
  g_autofree Call *call = call_until_reply ();
  TacCallKeys keys;

  tac_handshake_split (&call->callee, &keys);
  g_assert_cmpmem (call->callee.noise.ck, TAC_HASH_SIZE, zeros, TAC_HASH_SIZE);
  g_assert_cmpmem (call->callee.noise.k, TAC_KEY_SIZE, zeros, TAC_KEY_SIZE);
  g_assert_cmpmem (&call->callee.noise.e, sizeof (TacKeyPair), zeros, sizeof zeros);
  g_assert_cmpmem (&call->callee.noise.s, sizeof (TacKeyPair), zeros, sizeof zeros);
}

static void
test_every_bit_counts (void)
{
  g_autofree Call *call = call_until_reply ();

  for (size_t bit = TAC_SMS_HEADER_SIZE * 8; bit < TAC_SMS_SIZE * 8; bit++)
    {
      uint8_t sms[TAC_SMS_SIZE];
      TacHandshake hs, caller = call->caller;
      TacInvite invite;
      TacReply reply;
      TacMessageResult result;

      /* X25519 ignores the highest bit of a key; the hash over the message does not. */
      memcpy (sms, call->invite_sms, sizeof sms);
      sms[bit / 8] ^= (uint8_t)(1u << bit % 8);
      memset (&hs, 0xa5, sizeof hs);
      memset (&invite, 0xa5, sizeof invite);
      result = try_invite (sms, sizeof sms, &call->bob, call->alice.public, &hs, &invite);
      g_assert_cmpint (result, ==, TAC_MESSAGE_FORGED);
      for (size_t i = 0; i < sizeof hs; i++)
        g_assert_cmpuint (((uint8_t *)&hs)[i], ==, 0xa5);
      for (size_t i = 0; i < sizeof invite; i++)
        g_assert_cmpuint (((uint8_t *)&invite)[i], ==, 0xa5);

      memcpy (sms, call->reply_sms, sizeof sms);
      sms[bit / 8] ^= (uint8_t)(1u << bit % 8);
      g_assert_cmpint (tac_reply_open (&caller, sms, sizeof sms, &reply), ==, TAC_MESSAGE_FORGED);
      g_assert_cmpmem (&caller, sizeof caller, &call->caller, sizeof caller);
    }
  /* Forged replies have not stopped the true one. */
  g_assert_cmpint (tac_reply_open (&call->caller, call->reply_sms, TAC_SMS_SIZE, &call->reply), ==,
                   TAC_MESSAGE_OK);
}

static void
test_reflected (void)
{
  g_autofree Call *call = call_until_reply ();
  TacHandshake hs;
  TacInvite invite;
  TacReply reply;

  /* To Alice her own INVITE is nobody's: not Bob's, and not her own either. */
  g_assert_cmpint (
      try_invite (call->invite_sms, TAC_SMS_SIZE, &call->alice, call->bob.public, &hs, &invite), ==,
      TAC_MESSAGE_FORGED);
  g_assert_cmpint (
      try_invite (call->invite_sms, TAC_SMS_SIZE, &call->alice, call->alice.public, &hs, &invite),
      ==, TAC_MESSAGE_FORGED);
  /* As a REPLY to itself it is of the wrong type; with the type changed, forged. */
  g_assert_cmpint (tac_reply_open (&call->caller, call->invite_sms, TAC_SMS_SIZE, &reply), ==,
                   TAC_MESSAGE_TYPE);
  tac_message_header (call->invite_sms, TAC_SMS_REPLY);
  g_assert_cmpint (tac_reply_open (&call->caller, call->invite_sms, TAC_SMS_SIZE, &reply), ==,
                   TAC_MESSAGE_FORGED);
  /* The callee's own REPLY sent back to it as an INVITE. */
  tac_message_header (call->reply_sms, TAC_SMS_INVITE);
  g_assert_cmpint (
      try_invite (call->reply_sms, TAC_SMS_SIZE, &call->bob, call->alice.public, &hs, &invite), ==,
      TAC_MESSAGE_FORGED);
}

static void
test_trial (void)
{
  g_autofree Call *call = call_until_reply ();
  TacInviteTrial trial;
  unsigned opened = 0;

  g_assert_cmpint (tac_invite_trial (&trial, call->invite_sms, TAC_SMS_SIZE, &call->bob), ==,
                   TAC_MESSAGE_OK);
  for (unsigned i = 0; i < STRANGERS; i++)
    {
      TacKeyPair contact;
      uint8_t ss[TAC_KEY_SIZE];
      TacHandshake hs;
      TacInvite invite;

      random_pair (&contact);
      if (i == STRANGERS / 2)
        contact = call->alice;
      g_assert_cmpint (tac_contact_secret (ss, &call->bob, contact.public), ==, TAC_MESSAGE_OK);
      if (tac_invite_try (&trial, &hs, &call->bob, contact.public, ss, &invite) == TAC_MESSAGE_OK)
        {
          g_assert_cmpuint (i, ==, STRANGERS / 2);
          opened++;
        }
    }
  g_assert_cmpuint (opened, ==, 1);
}

static void
test_one_answer (void)
{
  g_autofree Call *call = call_until_reply ();
  uint8_t sms[TAC_SMS_SIZE], ephemeral[TAC_KEY_SIZE] = { 7 };
  TacReply declined = { .status = TAC_REPLY_DECLINED };

  g_assert_cmpint (tac_reply_create (&call->callee, sms, ephemeral, &declined), ==,
                   TAC_MESSAGE_INVALID);
  g_assert_cmpint (tac_reply_open (&call->caller, call->reply_sms, TAC_SMS_SIZE, &call->reply), ==,
                   TAC_MESSAGE_OK);
  g_assert_cmpint (tac_reply_open (&call->caller, call->reply_sms, TAC_SMS_SIZE, &call->reply), ==,
                   TAC_MESSAGE_FORGED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/invitation/exchange", test_exchange);
  g_test_add_func ("/invitation/split-forgets", test_split_forgets);
  g_test_add_func ("/invitation/every-bit-counts", test_every_bit_counts);
  g_test_add_func ("/invitation/reflected", test_reflected);
  g_test_add_func ("/invitation/trial-over-many-contacts", test_trial);
  g_test_add_func ("/invitation/one-answer", test_one_answer);
  return g_test_run ();
}
