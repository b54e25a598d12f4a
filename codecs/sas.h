/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Short authentication string: commit, nonce, reveal, four words of the PGP word list
 * (docs/protocol.md §8). */
#pragma once
#include "wire.h"
#include <stdbool.h>

#define TAC_SAS_WORDS 4

void tac_sas_commit (uint8_t commitment[32], const uint8_t h[TAC_HASH_SIZE], const uint8_t r_a[32]);
/* In constant time. */
bool tac_sas_check (const uint8_t commitment[32], const uint8_t h[TAC_HASH_SIZE],
                    const uint8_t r_a[32]);
/* @words: static strings, even, odd, even, odd list. */
void tac_sas_words (const char *words[TAC_SAS_WORDS], const uint8_t h[TAC_HASH_SIZE],
                    const uint8_t r_a[32], const uint8_t r_b[32]);
/* One byte as its PGP word: position 0, 2, … from the two-syllable (even) list, 1, 3, … from the
 * three-syllable one. */
const char *tac_pgp_word (uint8_t byte, unsigned position);
