/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMS messages as text: lengths on the air, round trips, and every text that is not quite one. And
 * the message to oneself, which tries them out. */
#include "codecs/echo.h"
#include "codecs/sms-text.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

/* 3GPP TS 23.038 §6.2.1, as code points; 0x1B is the escape. */
static const gunichar gsm[128] = {
  '@',   0xa3, '$',  0xa5,  0xe8, 0xe9,  0xf9,  0xec,  0xf2,  0xc7,  '\n',  0xd8,  0xf8,
  '\r',  0xc5, 0xe5, 0x394, '_',  0x3a6, 0x393, 0x39b, 0x3a9, 0x3a0, 0x3a8, 0x3a3, 0x398,
  0x39e, 0,    0xc6, 0xe6,  0xdf, 0xc9,  ' ',   '!',   '"',   '#',   0xa4,  '%',   '&',
  '\'',  '(',  ')',  '*',   '+',  ',',   '-',   '.',   '/',   '0',   '1',   '2',   '3',
  '4',   '5',  '6',  '7',   '8',  '9',   ':',   ';',   '<',   '=',   '>',   '?',   0xa1,
  'A',   'B',  'C',  'D',   'E',  'F',   'G',   'H',   'I',   'J',   'K',   'L',   'M',
  'N',   'O',  'P',  'Q',   'R',  'S',   'T',   'U',   'V',   'W',   'X',   'Y',   'Z',
  0xc4,  0xd6, 0xd1, 0xdc,  0xa7, 0xbf,  'a',   'b',   'c',   'd',   'e',   'f',   'g',
  'h',   'i',  'j',  'k',   'l',  'm',   'n',   'o',   'p',   'q',   'r',   's',   't',
  'u',   'v',  'w',  'x',   'y',  'z',   0xe4,  0xf6,  0xf1,  0xfc,  0xe0,
};

static gboolean
in_gsm (gunichar character)
{
  for (guint i = 0; i < G_N_ELEMENTS (gsm); i++)
    if (gsm[i] == character && i != 0x1b)
      return TRUE;
  return FALSE;
}

/* How long it is on the air, and that every network can be told it. */
static void
check_text (const char *text, TacTextForm form)
{
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (text, -1), ==, form == TAC_TEXT_DENSE ? 160 : 180);
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      g_assert_true (in_gsm (character));
      g_assert_cmpuint (character, >, ' ');
      g_assert_cmpuint (character, <, form == TAC_TEXT_DENSE ? 0x100 : 0x80);
      g_assert_true (character != '@');
    }
}

static void
check_round_trip (const guint8 sms[TAC_SMS_SIZE], TacTextForm form)
{
  guint8 again[TAC_SMS_SIZE] = { 0 };
  char text[TAC_TEXT_SIZE];

  g_assert_true (tac_sms_text_encode (text, form, sms));
  check_text (text, form);
  g_assert_cmpint (tac_sms_text_decode (again, text, strlen (text)), ==, form);
  g_assert_cmpmem (again, sizeof again, sms, TAC_SMS_SIZE);
}

static void
test_round_trip (void)
{
  guint8 sms[TAC_SMS_SIZE];

  for (guint i = 0; i < 2000; i++)
    {
      for (guint at = 0; at < sizeof sms; at++)
        sms[at] = (guint8)g_test_rand_int_range (0, 256);
      /* Many zeros, or ones, at the start: the number is as long as any. */
      memset (sms, i % 3 == 0 ? 0 : 0xff, (gsize)g_test_rand_int_range (0, sizeof sms));
      sms[0] = TAC_SMS_MAGIC;
      check_round_trip (sms, TAC_TEXT_DENSE);
      check_round_trip (sms, TAC_TEXT_PLAIN);
    }
}

/* The greatest number has a text: the letters suffice. */
static void
test_extremes (void)
{
  guint8 sms[TAC_SMS_SIZE];

  for (guint i = 0; i < 2; i++)
    {
      memset (sms, i == 0 ? 0 : 0xff, sizeof sms);
      sms[0] = TAC_SMS_MAGIC;
      check_round_trip (sms, TAC_TEXT_DENSE);
      check_round_trip (sms, TAC_TEXT_PLAIN);
    }
}

/* Worked out by hand: the last digits of small numbers. */
static void
test_vectors (void)
{
  static const struct
  {
    guint8 high, low;
    const char *dense, *plain;
  } rows[] = {
    { 0, 0, "00", "AA" },   { 0, 1, "01", "AB" },   { 0, 61, "0z", "A9" },
    { 0, 62, "0!", "A+" },  { 0, 82, "0_", "BS" },  { 0, 83, "0£", "BT" },
    { 0, 109, "0ü", "Bt" }, { 0, 110, "10", "Bu" }, { 1, 0, "2a", "EA" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint8 sms[TAC_SMS_SIZE] = { TAC_SMS_MAGIC };
      char text[TAC_TEXT_SIZE];

      sms[131] = rows[i].high;
      sms[132] = rows[i].low;
      g_assert_true (tac_sms_text_encode (text, TAC_TEXT_DENSE, sms));
      g_assert_true (g_str_has_prefix (text, "tac:000000"));
      g_assert_true (g_str_has_suffix (text, rows[i].dense));
      g_assert_true (tac_sms_text_encode (text, TAC_TEXT_PLAIN, sms));
      g_assert_true (g_str_has_prefix (text, "tac=AAAAAA"));
      g_assert_true (g_str_has_suffix (text, rows[i].plain));
    }
}

static void
test_not_encoded (void)
{
  guint8 sms[TAC_SMS_SIZE] = { 'B' };
  char text[TAC_TEXT_SIZE] = "x";

  g_assert_false (tac_sms_text_encode (text, TAC_TEXT_DENSE, sms));
  g_assert_cmpstr (text, ==, "");
  sms[0] = TAC_SMS_MAGIC;
  g_assert_false (tac_sms_text_encode (text, TAC_TEXT_NONE, sms));
  g_assert_cmpstr (text, ==, "");
}

static void
assert_refused (const char *text, gsize size)
{
  guint8 sms[TAC_SMS_SIZE], before[TAC_SMS_SIZE];
  g_autofree char *copy = g_memdup2 (text, MAX (size, 1)); /* its end is the block's end */

  memset (sms, 0x5a, sizeof sms);
  memcpy (before, sms, sizeof sms);
  g_assert_cmpint (tac_sms_text_decode (sms, copy, size), ==, TAC_TEXT_NONE);
  g_assert_cmpmem (sms, sizeof sms, before, sizeof before);
}

/* Every length but one, every character that is none of the alphabet's. */
static void
test_refused (void)
{
  static const char *const strange[]
      = { "@", " ", "'", "\n",        "\r",   "Ç",    "ç", "¤",        "€",
          "{", "Δ", "Ā", "e\xcc\x81", "\xe9", "\xc3", "😀", "\xc0\xb0", "\x7f" };
  guint8 sms[TAC_SMS_SIZE] = { TAC_SMS_MAGIC, 0x12 };
  char text[TAC_TEXT_SIZE];

  for (TacTextForm form = TAC_TEXT_DENSE; form < TAC_TEXT_FORMS; form++)
    {
      g_autofree char *padded = NULL;

      randombytes_buf (sms + 2, sizeof sms - 2);
      tac_sms_text_encode (text, form, sms);
      for (gsize size = 0; size < strlen (text); size++)
        assert_refused (text, size);
      padded = g_strconcat (text, "0", NULL);
      assert_refused (padded, strlen (padded));
      assert_refused (text, strlen (text) + 1); /* its NUL */
      for (guint i = 0; i < G_N_ELEMENTS (strange); i++)
        for (guint at = 4; at < 160; at += 31)
          {
            const char *here = g_utf8_offset_to_pointer (text, at);
            g_autofree char *wrong = g_strdup_printf ("%.*s%s%s", (int)(here - text), text,
                                                      strange[i], g_utf8_next_char (here));

            assert_refused (wrong, strlen (wrong));
          }
    }
}

/* 2^1056 and more, up to the greatest that 156 letters can say, have no bytes to go to. */
static void
test_overflow (void)
{
  guint8 sms[TAC_SMS_SIZE];
  g_autoptr (GString) text = g_string_new ("tac:");
  char last[TAC_TEXT_SIZE];
  const char *end;

  for (guint i = 0; i < TAC_TEXT_DENSE_DIGITS; i++)
    g_string_append (text, "ü");
  assert_refused (text->str, text->len);

  memset (sms, 0xff, sizeof sms);
  sms[0] = TAC_SMS_MAGIC;
  tac_sms_text_encode (last, TAC_TEXT_DENSE, sms);
  end = g_utf8_prev_char (last + strlen (last));
  g_assert_cmpstr (end, !=, "ü"); /* else the next number changes two letters */
  g_string_truncate (text, 0);
  g_string_append_len (text, last, end - last);
  g_string_append (text, "ü");
  assert_refused (text->str, text->len);
}

static void
test_others (void)
{
  static const char *const texts[]
      = { "",         "tac",          "tac:",     "tac=",      "tac: call me tomorrow",
          "Hello",    "TAC:0000",     "tac;0000", " tac:0000", "tac:é",
          "\xff\xfe", "tac:\xf0\x9f", "tac=====" };
  g_autofree char *endless = g_strnfill (1 << 20, '0');

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (texts[i], strlen (texts[i]));
  memcpy (endless, "tac:", 4);
  assert_refused (endless, 1 << 20);
  memcpy (endless, "tac=", 4);
  assert_refused (endless, 1 << 20);
}

/* ECHO */

static void
test_echo (void)
{
  guint8 nonce[TAC_ECHO_NONCE_SIZE], other[TAC_ECHO_NONCE_SIZE], sms[TAC_SMS_SIZE];

  randombytes_buf (nonce, sizeof nonce);
  randombytes_buf (other, sizeof other);
  tac_echo_create (sms, nonce);
  g_assert_true (tac_echo_matches (sms, sizeof sms, nonce));
  g_assert_false (tac_echo_matches (sms, sizeof sms, other));
  for (gsize size = 0; size < sizeof sms; size++)
    g_assert_false (tac_echo_matches (sms, size, nonce));
  for (guint bit = 0; bit < 8 * sizeof sms; bit++)
    {
      sms[bit / 8] ^= (guint8)(1u << bit % 8);
      g_assert_false (tac_echo_matches (sms, sizeof sms, nonce));
      sms[bit / 8] ^= (guint8)(1u << bit % 8);
    }
  check_round_trip (sms, TAC_TEXT_DENSE);
  check_round_trip (sms, TAC_TEXT_PLAIN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/sms-text/round-trip", test_round_trip);
  g_test_add_func ("/sms-text/extremes", test_extremes);
  g_test_add_func ("/sms-text/vectors", test_vectors);
  g_test_add_func ("/sms-text/not-encoded", test_not_encoded);
  g_test_add_func ("/sms-text/refused", test_refused);
  g_test_add_func ("/sms-text/overflow", test_overflow);
  g_test_add_func ("/sms-text/others", test_others);
  g_test_add_func ("/echo/only-its-own", test_echo);
  return g_test_run ();
}
