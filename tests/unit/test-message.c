/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMS of every wrong kind, PAIR, and the cursor under them. */
#include "codecs/cursor.h"
#include "codecs/invitation.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

static void
test_peek (void)
{
  static const struct
  {
    const char *what;
    uint8_t first, second;
    size_t size;
    TacMessageResult result;
  } rows[] = {
    { "PAIR", 0x54, 0x11, 133, TAC_MESSAGE_OK },
    { "TEXT", 0x54, 0x14, 133, TAC_MESSAGE_OK },
    { "vCard", 'B', 'E', 133, TAC_MESSAGE_NOT_OURS },
    { "long vCard", 'B', 'E', 400, TAC_MESSAGE_NOT_OURS },
    { "empty", 0x54, 0x12, 0, TAC_MESSAGE_LENGTH },
    { "one byte", 0x54, 0x12, 1, TAC_MESSAGE_LENGTH },
    { "header alone", 0x54, 0x12, 2, TAC_MESSAGE_LENGTH },
    { "truncated", 0x54, 0x12, 132, TAC_MESSAGE_LENGTH },
    { "oversized", 0x54, 0x12, 134, TAC_MESSAGE_LENGTH },
    { "multipart", 0x54, 0x12, 266, TAC_MESSAGE_LENGTH },
    { "version 0", 0x54, 0x02, 133, TAC_MESSAGE_VERSION },
    { "version 2", 0x54, 0x22, 133, TAC_MESSAGE_VERSION },
    { "version 15", 0x54, 0xf2, 133, TAC_MESSAGE_VERSION },
    { "type 0", 0x54, 0x10, 133, TAC_MESSAGE_TYPE },
    { "ECHO", 0x54, 0x16, 133, TAC_MESSAGE_OK },
    { "type 7", 0x54, 0x17, 133, TAC_MESSAGE_TYPE },
    { "type 15", 0x54, 0x1f, 133, TAC_MESSAGE_TYPE },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree uint8_t *sms = g_malloc0 (rows[i].size + 2);
      uint8_t *start = sms + 2; /* its end is the block's end */
      TacSmsType type = TAC_SMS_REPLY;

      if (rows[i].size > 0)
        start[0] = rows[i].first;
      if (rows[i].size > 1)
        start[1] = rows[i].second;
      if (tac_message_peek (start, rows[i].size, &type) != rows[i].result)
        g_error ("%s: expected %d", rows[i].what, rows[i].result);
      g_assert_cmpint (type, ==,
                       rows[i].result == TAC_MESSAGE_OK ? rows[i].second & 15 : TAC_SMS_REPLY);
    }
}

/* Every consumer judges the header first. */
static void
test_wrong_type (void)
{
  uint8_t sms[TAC_SMS_SIZE] = { 0 };
  TacKeyPair me;
  TacInviteTrial trial;
  TacHandshake hs = { 0 };
  TacReply reply;
  TacPair pair;

  tac_noise_key_pair (&me, (const uint8_t[TAC_KEY_SIZE]){ 1 });
  tac_message_header (sms, TAC_SMS_TEXT);
  g_assert_cmpint (tac_invite_trial (&trial, sms, sizeof sms, &me), ==, TAC_MESSAGE_TYPE);
  g_assert_cmpint (tac_reply_open (&hs, sms, sizeof sms, &reply), ==, TAC_MESSAGE_TYPE);
  g_assert_cmpint (tac_pair_open (sms, sizeof sms, &pair), ==, TAC_MESSAGE_TYPE);
  g_assert_cmpint (tac_pair_open (sms, sizeof sms - 1, &pair), ==, TAC_MESSAGE_LENGTH);
  tac_message_header (sms, TAC_SMS_INVITE);
  g_assert_cmpint (tac_invite_trial (&trial, sms, sizeof sms, &me), ==,
                   TAC_MESSAGE_INVALID); /* its ephemeral key is zero: low order */
}

/* Authentic, yet against the protocol. */
static void
test_invalid_payload (void)
{
  static const struct
  {
    const char *what;
    size_t at;
    uint8_t byte;
    TacMessageResult result;
  } rows[] = {
    { "nothing changed", 0, 0, TAC_MESSAGE_OK },
    { "unknown capability", 6, 0xff, TAC_MESSAGE_OK },
    { "candidate of no kind", 7, 0x20, TAC_MESSAGE_INVALID },
    { "candidate cut off", 81, 0x40, TAC_MESSAGE_INVALID },
    { "padding", 82, 1, TAC_MESSAGE_INVALID },
  };
  TacKeyPair a, b;
  uint8_t ss[TAC_KEY_SIZE];

  tac_noise_key_pair (&a, (const uint8_t[TAC_KEY_SIZE]){ 1 });
  tac_noise_key_pair (&b, (const uint8_t[TAC_KEY_SIZE]){ 2 });
  g_assert_cmpint (tac_contact_secret (ss, &b, a.public), ==, TAC_MESSAGE_OK);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      uint8_t payload[TAC_SMS_PAYLOAD_SIZE] = { 0 }, sms[TAC_SMS_SIZE];
      TacNoise noise;
      TacInviteTrial trial;
      TacHandshake hs;
      TacInvite invite;
      TacMessageResult result;

      payload[rows[i].at] = rows[i].byte;
      tac_message_header (sms, TAC_SMS_INVITE);
      tac_noise_start (&noise, TAC_NOISE_INITIATOR, (const uint8_t *)"tacitel/1", 9, &a, b.public);
      g_assert_true (tac_noise_create_first (&noise, (const uint8_t[TAC_KEY_SIZE]){ 3 }, payload,
                                             sizeof payload, sms + TAC_SMS_HEADER_SIZE));
      g_assert_cmpint (tac_invite_trial (&trial, sms, sizeof sms, &b), ==, TAC_MESSAGE_OK);
      result = tac_invite_try (&trial, &hs, &b, a.public, ss, &invite);
      if (result != rows[i].result)
        g_error ("%s: %d, not %d", rows[i].what, result, rows[i].result);
    }
}

static void
fill_pair (TacPair *pair, const char *name)
{
  TacKeyPair key;

  tac_noise_key_pair (&key, (const uint8_t[TAC_KEY_SIZE]){ 1 });
  memset (pair, 0, sizeof *pair);
  memcpy (pair->identity, key.public, TAC_KEY_SIZE);
  g_strlcpy (pair->name, name, sizeof pair->name);
}

static void
test_pair_names (void)
{
  static const struct
  {
    const char *name;
    bool good;
  } rows[] = {
    { "", true },
    { "Alice", true },
    { "Ålice 📞", true },
    { "1234567890123456789012345678901234567890123456789012345678901234", true },
    { "two\nlines", false },
    { "\x1b[2Jcleared", false },
    { "del\x7f", false },
    { "\xc2\x85next line", false },
    { "\xff", false },
    { "\xc0\x80", false },         /* NUL, too long */
    { "\xe0\x80\xaf", false },     /* '/', too long */
    { "\xed\xa0\x80", false },     /* a surrogate */
    { "\xf4\x90\x80\x80", false }, /* beyond Unicode */
    { "cut \xe2\x82", false },
    { "\x80", false },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TacPair pair, got;
      uint8_t sms[TAC_SMS_SIZE];

      fill_pair (&pair, rows[i].name);
      g_assert_cmpint (tac_pair_create (sms, &pair), ==,
                       rows[i].good ? TAC_MESSAGE_OK : TAC_MESSAGE_INVALID);
      /* the same bytes from a sender who does not care */
      tac_message_header (sms, TAC_SMS_PAIR);
      memset (sms + 2, 0, sizeof sms - 2);
      memcpy (sms + 3, pair.identity, TAC_KEY_SIZE);
      memcpy (sms + 35, rows[i].name, strlen (rows[i].name));
      g_assert_cmpint (tac_pair_open (sms, sizeof sms, &got), ==,
                       rows[i].good ? TAC_MESSAGE_OK : TAC_MESSAGE_INVALID);
      if (rows[i].good)
        g_assert_cmpmem (&got, sizeof got, &pair, sizeof pair);
    }
}

static void
test_pair_malformed (void)
{
  static const struct
  {
    const char *what;
    size_t at;
    uint8_t byte;
  } rows[] = {
    { "unknown flag", 2, 2 },
    { "a second name behind the first", 50, 'x' },
    { "padding", 132, 1 },
  };
  TacPair pair, got;
  uint8_t sms[TAC_SMS_SIZE];

  fill_pair (&pair, "Bob");
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_cmpint (tac_pair_create (sms, &pair), ==, TAC_MESSAGE_OK);
      g_assert_cmpint (tac_pair_open (sms, sizeof sms, &got), ==, TAC_MESSAGE_OK);
      sms[rows[i].at] = rows[i].byte;
      if (tac_pair_open (sms, sizeof sms, &got) != TAC_MESSAGE_INVALID)
        g_error ("%s is not refused", rows[i].what);
    }
  g_assert_cmpint (tac_pair_create (sms, &pair), ==, TAC_MESSAGE_OK);
  memset (sms + 3, 0, TAC_KEY_SIZE); /* a key of low order */
  g_assert_cmpint (tac_pair_open (sms, sizeof sms, &got), ==, TAC_MESSAGE_INVALID);
}

static void
test_cursor (void)
{
  uint8_t bytes[5] = { 1, 2, 3, 4, 5 }, out[4] = { 0 };
  TacReader reader = tac_reader (bytes, sizeof bytes);
  TacWriter writer = tac_writer (bytes, 3);

  g_assert_cmpuint (tac_read_number (&reader, 3), ==, 0x010203);
  g_assert_cmpuint (tac_read_number (&reader, 3), ==, 0);
  g_assert_true (reader.failed);
  g_assert_cmpuint (tac_read_number (&reader, 1), ==, 0); /* failed stays failed */
  tac_read_bytes (&reader, out, 1);
  g_assert_cmpuint (out[0], ==, 0);

  tac_write_number (&writer, 0xabcd, 2);
  tac_write_number (&writer, 0xffff, 2);
  g_assert_true (writer.failed);
  g_assert_cmpuint (writer.left, ==, 1);
  g_assert_cmpmem (bytes, 5, ((uint8_t[]){ 0xab, 0xcd, 3, 4, 5 }), 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/message/peek", test_peek);
  g_test_add_func ("/message/wrong-type", test_wrong_type);
  g_test_add_func ("/message/invalid-payload", test_invalid_payload);
  g_test_add_func ("/pair/names", test_pair_names);
  g_test_add_func ("/pair/malformed", test_pair_malformed);
  g_test_add_func ("/cursor/bounds", test_cursor);
  return g_test_run ();
}
