/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PAIR: flags 1 ‖ identity key 32 ‖ name ≤ 64, zero padded. */
#include "pair.h"

#include "cursor.h"

#include <sodium.h>
#include <string.h>

#define FLAG_ANSWER 0x01

/* The length of the UTF-8 sequence at @s (RFC 3629 §4: shortest form, no surrogates), 0 if none. */
static size_t
sequence_length (const uint8_t *s, size_t left)
{
  static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
  size_t n = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 ? 4 : 0;
  uint32_t point;

  if (n == 0 || n > left)
    return 0;
  point = n == 1 ? s[0] : s[0] & (0x7fu >> n);
  for (size_t i = 1; i < n; i++)
    {
      if (s[i] >> 6 != 2)
        return 0;
      point = point << 6 | (s[i] & 0x3f);
    }
  if (n > 1 && (point < least[n] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)))
    return 0;
  if (point < 0x20 || (point >= 0x7f && point < 0xa0))
    return 0; /* control characters: they could rewrite a terminal's line */
  return n;
}

static bool
name_valid (const uint8_t *name, size_t size)
{
  while (size > 0)
    {
      size_t n = sequence_length (name, size);

      if (n == 0)
        return false;
      name += n;
      size -= n;
    }
  return true;
}

/* A key of low order gives the same shared secret with everybody: it is nobody's identity. */
static bool
identity_valid (const uint8_t identity[TAC_KEY_SIZE])
{
  static const uint8_t any_secret[TAC_KEY_SIZE] = { 1 };
  uint8_t shared[TAC_KEY_SIZE];

  return crypto_scalarmult_curve25519 (shared, any_secret, identity) == 0;
}

TacMessageResult
tac_pair_create (uint8_t sms[TAC_SMS_SIZE], const TacPair *pair)
{
  size_t length = strnlen (pair->name, sizeof pair->name);
  TacWriter writer = tac_writer (sms + TAC_SMS_HEADER_SIZE, TAC_SMS_SIZE - TAC_SMS_HEADER_SIZE);

  if (length > TAC_PAIR_NAME_MAX || !name_valid ((const uint8_t *)pair->name, length))
    return TAC_MESSAGE_INVALID;
  tac_message_header (sms, TAC_SMS_PAIR);
  tac_write_number (&writer, pair->answer ? FLAG_ANSWER : 0, 1);
  tac_write_bytes (&writer, pair->identity, TAC_KEY_SIZE);
  tac_write_bytes (&writer, (const uint8_t *)pair->name, length);
  tac_write_zeros (&writer);
  return TAC_MESSAGE_OK;
}

TacMessageResult
tac_pair_open (const uint8_t *sms, size_t size, TacPair *pair)
{
  TacMessageResult result = tac_message_expect (sms, size, TAC_SMS_PAIR);
  TacPair read = { 0 };
  TacReader reader;
  uint8_t flags;

  if (result != TAC_MESSAGE_OK)
    return result;
  reader = tac_reader (sms + TAC_SMS_HEADER_SIZE, size - TAC_SMS_HEADER_SIZE);
  flags = (uint8_t)tac_read_number (&reader, 1);
  tac_read_bytes (&reader, read.identity, sizeof read.identity);
  tac_read_bytes (&reader, (uint8_t *)read.name, TAC_PAIR_NAME_MAX);

  /* strlen stops at the padding; what follows it must be padding to the end. */
  for (size_t i = strlen (read.name); i < TAC_PAIR_NAME_MAX; i++)
    if (read.name[i] != '\0')
      return TAC_MESSAGE_INVALID;
  if ((flags & ~FLAG_ANSWER) != 0 || !tac_read_zeros (&reader) || !identity_valid (read.identity)
      || !name_valid ((const uint8_t *)read.name, strlen (read.name)))
    return TAC_MESSAGE_INVALID;
  read.answer = (flags & FLAG_ANSWER) != 0;
  *pair = read;
  return TAC_MESSAGE_OK;
}
