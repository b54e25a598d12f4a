/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mark, then 132 bytes as a number: to the base 110, the greatest digit first, or as base64. */
#include "sms-text.h"

#include <sodium.h>
#include <string.h>

/* In the GSM default alphabet (3GPP TS 23.038 §6.2.1) and in Latin-1, one character each. Left out:
 * what is not there (Greek, the extension table), what gets lost or changed on the way (space, CR,
 * LF; @, which is 0x00; Ç, ¤ and ', for which networks and programs write ç, € and ’). */
static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                               "!\"#$%&()*+,-./:;<=>?_"
                               "£¥§¡¿ÄÅÆÉÑÖØÜßàäåæèéìñòöøùü";
static const char marks[TAC_TEXT_FORMS][TAC_TEXT_MARK_SIZE + 1]
    = { [TAC_TEXT_DENSE] = "tac:", [TAC_TEXT_PLAIN] = "tac=" };

_Static_assert(sizeof alphabet - 1 == 62 + 21 + 2 * 27 && 62 + 21 + 27 == TAC_TEXT_DENSE_BASE,
               "one byte for ASCII, two for the rest");
_Static_assert(TAC_TEXT_MARK_SIZE + TAC_TEXT_DENSE_DIGITS == 160, "one SMS");
_Static_assert(TAC_TEXT_MARK_SIZE + TAC_TEXT_PLAIN_DIGITS <= 2 * 153, "two SMS");
_Static_assert(sodium_base64_ENCODED_LEN (TAC_TEXT_BYTES, sodium_base64_VARIANT_ORIGINAL_NO_PADDING)
                   == TAC_TEXT_PLAIN_DIGITS + 1,
               "base64, and its NUL");

static size_t
letter_size (const char *letter)
{
  return (*letter & 0x80) == 0 ? 1 : 2;
}

/* @number := @number / base. Returns the remainder. */
static unsigned
divide (uint8_t number[TAC_TEXT_BYTES])
{
  unsigned rest = 0;

  for (size_t i = 0; i < TAC_TEXT_BYTES; i++)
    {
      rest = rest << 8 | number[i];
      number[i] = (uint8_t)(rest / TAC_TEXT_DENSE_BASE);
      rest %= TAC_TEXT_DENSE_BASE;
    }
  return rest;
}

/* @number := @number * base + @digit. Returns false where that is too great for its bytes. */
static bool
multiply (uint8_t number[TAC_TEXT_BYTES], unsigned digit)
{
  unsigned carry = digit;

  for (size_t i = TAC_TEXT_BYTES; i-- > 0;)
    {
      carry += number[i] * TAC_TEXT_DENSE_BASE;
      number[i] = (uint8_t)carry;
      carry >>= 8;
    }
  return carry == 0;
}

static void
encode_dense (char *out, const uint8_t bytes[TAC_TEXT_BYTES])
{
  const char *letters[TAC_TEXT_DENSE_BASE], *letter = alphabet;
  unsigned digits[TAC_TEXT_DENSE_DIGITS];
  uint8_t number[TAC_TEXT_BYTES];

  for (unsigned i = 0; i < TAC_TEXT_DENSE_BASE; i++, letter += letter_size (letter))
    letters[i] = letter;
  memcpy (number, bytes, sizeof number);
  for (size_t i = TAC_TEXT_DENSE_DIGITS; i-- > 0;)
    digits[i] = divide (number);
  for (size_t i = 0; i < TAC_TEXT_DENSE_DIGITS; i++)
    {
      size_t n = letter_size (letters[digits[i]]);

      memcpy (out, letters[digits[i]], n);
      out += n;
    }
  *out = '\0';
}

/* The value of the letter at @text, of which @left bytes are there, and its bytes in @size. */
static unsigned
find_letter (const char *text, size_t left, size_t *size)
{
  const char *letter = alphabet;

  for (unsigned i = 0; i < TAC_TEXT_DENSE_BASE; i++, letter += *size)
    {
      *size = letter_size (letter);
      if (*size <= left && memcmp (text, letter, *size) == 0)
        return i;
    }
  return TAC_TEXT_DENSE_BASE;
}

static bool
decode_dense (uint8_t number[TAC_TEXT_BYTES], const char *text, size_t size)
{
  memset (number, 0, TAC_TEXT_BYTES);
  for (size_t i = 0; i < TAC_TEXT_DENSE_DIGITS; i++)
    {
      size_t n;
      unsigned digit = find_letter (text, size, &n);

      if (digit == TAC_TEXT_DENSE_BASE || !multiply (number, digit))
        return false;
      text += n;
      size -= n;
    }
  return size == 0;
}

static void
encode_plain (char out[TAC_TEXT_PLAIN_DIGITS + 1], const uint8_t bytes[TAC_TEXT_BYTES])
{
  sodium_bin2base64 (out, TAC_TEXT_PLAIN_DIGITS + 1, bytes, TAC_TEXT_BYTES,
                     sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}

/* libsodium (1.0.18) takes some bytes above 0x7f for letters; what it would write itself is right.
 */
static bool
decode_plain (uint8_t bytes[TAC_TEXT_BYTES], const char *text, size_t size)
{
  char again[TAC_TEXT_PLAIN_DIGITS + 1];
  size_t n;

  if (size != TAC_TEXT_PLAIN_DIGITS
      || sodium_base642bin (bytes, TAC_TEXT_BYTES, text, size, NULL, &n, NULL,
                            sodium_base64_VARIANT_ORIGINAL_NO_PADDING)
             != 0
      || n != TAC_TEXT_BYTES)
    return false;
  encode_plain (again, bytes);
  return memcmp (again, text, size) == 0;
}

bool
tac_sms_text_encode (char out[TAC_TEXT_SIZE], TacTextForm form, const uint8_t sms[TAC_SMS_SIZE])
{
  *out = '\0';
  if (form == TAC_TEXT_NONE || sms[0] != TAC_SMS_MAGIC)
    return false;
  memcpy (out, marks[form], TAC_TEXT_MARK_SIZE);
  if (form == TAC_TEXT_DENSE)
    encode_dense (out + TAC_TEXT_MARK_SIZE, sms + 1);
  else
    encode_plain (out + TAC_TEXT_MARK_SIZE, sms + 1);
  return true;
}

TacTextForm
tac_sms_text_decode (uint8_t sms[TAC_SMS_SIZE], const char *text, size_t size)
{
  uint8_t bytes[TAC_TEXT_BYTES];
  TacTextForm form = TAC_TEXT_DENSE;

  if (size < TAC_TEXT_MARK_SIZE)
    return TAC_TEXT_NONE;
  if (memcmp (text, marks[TAC_TEXT_PLAIN], TAC_TEXT_MARK_SIZE) == 0)
    form = TAC_TEXT_PLAIN;
  else if (memcmp (text, marks[TAC_TEXT_DENSE], TAC_TEXT_MARK_SIZE) != 0)
    return TAC_TEXT_NONE;
  text += TAC_TEXT_MARK_SIZE;
  size -= TAC_TEXT_MARK_SIZE;
  if (!(form == TAC_TEXT_DENSE ? decode_dense (bytes, text, size)
                               : decode_plain (bytes, text, size)))
    return TAC_TEXT_NONE;
  sms[0] = TAC_SMS_MAGIC;
  memcpy (sms + 1, bytes, sizeof bytes);
  return form;
}
