/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spoken words: the list itself, and a commitment that cannot be opened twice. */
#include "codecs/sas.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

/* A key fingerprint and how it is read aloud: the example everywhere given for the list. */
static void
test_known_words (void)
{
  static const uint8_t bytes[] = { 0xe5, 0x82, 0x94, 0xf2, 0xe9, 0xa2, 0x27, 0x48, 0x6e, 0x8b,
                                   0x06, 0x1b, 0x31, 0xcc, 0x52, 0x8f, 0xd7, 0xfa, 0x3f, 0x19 };
  static const char *const words[]
      = { "topmost",  "Istanbul",  "Pluto",     "vagabond",  "treadmill", "Pacific",   "brackish",
          "dictator", "goldfish",  "Medusa",    "afflict",   "bravado",   "chatter",   "revolver",
          "Dupont",   "midsummer", "stopwatch", "whimsical", "cowbell",   "bottomless" };

  for (unsigned i = 0; i < G_N_ELEMENTS (bytes); i++)
    g_assert_cmpstr (tac_pgp_word (bytes[i], i), ==, words[i]);
  g_assert_cmpstr (tac_pgp_word (0x00, 0), ==, "aardvark");
  g_assert_cmpstr (tac_pgp_word (0x00, 1), ==, "adroitness");
  g_assert_cmpstr (tac_pgp_word (0xff, 0), ==, "Zulu");
  g_assert_cmpstr (tac_pgp_word (0xff, 1), ==, "Yucatan");
}

/* SHA-256 of the lines "even odd\n" of the list that Magic Wormhole ships. */
static void
test_whole_list (void)
{
  g_autoptr (GString) list = g_string_new (NULL);
  g_autofree char *digest = NULL;

  for (unsigned byte = 0; byte < 256; byte++)
    g_string_append_printf (list, "%s %s\n", tac_pgp_word ((uint8_t)byte, 2),
                            tac_pgp_word ((uint8_t)byte, 3));
  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, list->str, (gssize)list->len);
  g_assert_cmpstr (digest, ==, "f816e91d6148165fc67361aa1886eb71ad6b19c9d65673ca40fa96e160f02f5a");
}

/* No word says two things: all 512 differ. */
static void
test_words_differ (void)
{
  g_autoptr (GHashTable) words = g_hash_table_new (g_str_hash, g_str_equal);

  for (unsigned i = 0; i < 512; i++)
    g_assert_true (g_hash_table_add (words, (gpointer)tac_pgp_word ((uint8_t)(i / 2), i % 2)));
}

static void
test_commitment (void)
{
  uint8_t h[TAC_HASH_SIZE] = { 1 }, r_a[32] = { 2 }, commitment[32];

  tac_sas_commit (commitment, h, r_a);
  g_assert_true (tac_sas_check (commitment, h, r_a));
  for (size_t bit = 0; bit < 256; bit++)
    {
      r_a[bit / 8] ^= (uint8_t)(1u << bit % 8);
      g_assert_false (tac_sas_check (commitment, h, r_a));
      r_a[bit / 8] ^= (uint8_t)(1u << bit % 8);
      commitment[bit / 8] ^= (uint8_t)(1u << bit % 8);
      g_assert_false (tac_sas_check (commitment, h, r_a));
      commitment[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
  h[63] ^= 1; /* the commitment of another call */
  g_assert_false (tac_sas_check (commitment, h, r_a));
}

static void
test_man_in_the_middle (void)
{
  uint8_t h_left[TAC_HASH_SIZE] = { 1 }, h_right[TAC_HASH_SIZE] = { 2 };
  uint8_t r_a[32] = { 3 }, r_b[32] = { 4 };
  const char *left[TAC_SAS_WORDS], *right[TAC_SAS_WORDS];
  unsigned same = 0;

  tac_sas_words (left, h_left, r_a, r_b);
  tac_sas_words (right, h_right, r_a, r_b);
  for (unsigned i = 0; i < TAC_SAS_WORDS; i++)
    same += left[i] == right[i];
  g_assert_cmpuint (same, <, TAC_SAS_WORDS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/sas/known-words", test_known_words);
  g_test_add_func ("/sas/whole-list", test_whole_list);
  g_test_add_func ("/sas/words-differ", test_words_differ);
  g_test_add_func ("/sas/commitment", test_commitment);
  g_test_add_func ("/sas/man-in-the-middle", test_man_in_the_middle);
  return g_test_run ();
}
