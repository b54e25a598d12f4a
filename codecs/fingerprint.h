/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people compare instead of a key: 128 bits of its hash (docs/protocol.md §2). */
#pragma once
#include "wire.h"

#define TAC_FINGERPRINT_SIZE 16 /* so many words, too (tac_pgp_word) */

/* SHA-512("tacitel/1 fingerprint" ‖ key)[0..16). */
void tac_fingerprint (uint8_t fingerprint[TAC_FINGERPRINT_SIZE], const uint8_t key[TAC_KEY_SIZE]);
