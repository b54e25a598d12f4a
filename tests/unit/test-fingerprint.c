/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fingerprints: what people compare must be the same everywhere, and the whole key's. */
#include "codecs/fingerprint.h"

#include "codecs/sas.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

/* printf 'tacitel/1 fingerprint' | cat - KEY | sha512sum | head -c 32 */
static void
test_vectors (void)
{
  static const struct
  {
    uint8_t byte; /* all 32 of the key */
    const char *hex;
  } rows[] = {
    { 0x00, "f3c0709a4e5e7f03fb908ab45b671e7c" },
    { 0x2a, "fbf0f986447a279f5793fee6cbfc5c5e" },
    { 0xff, "bcb1bfc300a88a0c6d2aa6354635f91a" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      uint8_t key[TAC_KEY_SIZE], fingerprint[TAC_FINGERPRINT_SIZE];
      char hex[2 * TAC_FINGERPRINT_SIZE + 1];

      memset (key, rows[i].byte, sizeof key);
      tac_fingerprint (fingerprint, key);
      sodium_bin2hex (hex, sizeof hex, fingerprint, sizeof fingerprint);
      g_assert_cmpstr (hex, ==, rows[i].hex);
    }
}

/* No bit of the key is left out. */
static void
test_every_bit (void)
{
  uint8_t key[TAC_KEY_SIZE], first[TAC_FINGERPRINT_SIZE], other[TAC_FINGERPRINT_SIZE];

  for (size_t i = 0; i < sizeof key; i++)
    key[i] = (uint8_t)g_test_rand_int ();
  tac_fingerprint (first, key);
  for (size_t bit = 0; bit < 8 * sizeof key; bit++)
    {
      key[bit / 8] ^= (uint8_t)(1u << bit % 8);
      tac_fingerprint (other, key);
      g_assert_cmpint (memcmp (first, other, sizeof first), !=, 0);
      key[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* Read aloud, two exchanged words are heard: neighbours come from different lists. */
static void
test_words (void)
{
  uint8_t key[TAC_KEY_SIZE] = { 7 }, fingerprint[TAC_FINGERPRINT_SIZE];

  tac_fingerprint (fingerprint, key);
  for (unsigned i = 0; i < TAC_FINGERPRINT_SIZE; i++)
    g_assert_cmpstr (tac_pgp_word (fingerprint[i], i), !=, tac_pgp_word (fingerprint[i], i + 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/fingerprint/vectors", test_vectors);
  g_test_add_func ("/fingerprint/every-bit", test_every_bit);
  g_test_add_func ("/fingerprint/words", test_words);
  return g_test_run ();
}
