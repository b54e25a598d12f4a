/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Argon2id: what a try of a passphrase costs, and the key that it gives. */
#pragma once
#include "daemon/passphrase.h"

#define TAC_SALT_SIZE 16

/* More than this no file may ask for: a hostile one must not eat the memory, or the day. */
#define TAC_COST_OPS_MAX 256
#define TAC_COST_MEMORY_MAX_KIB (256 * 1024)

typedef struct
{
  guint32 ops;
  guint32 memory_kib;
} TacKeyringCost;

gboolean tac_keyring_cost_check (TacKeyringCost cost);
/* @key: (out) 32 bytes. FAILED: no memory. @cost must have passed the check. */
gboolean tac_keyring_cost_derive (TacKeyringCost cost, const TacPassphrase *passphrase,
                                  const guint8 salt[TAC_SALT_SIZE], guint8 key[32], GError **error);
/* Finds the @cost of which one derivation takes about @target_ms of a processor here, and derives
 * with it.
 *
 * As much memory as a phone can spare for a second (an eighth of it, 64 to 256 MiB), since memory
 * is what a guesser's hardware lacks; then as many passes as the time allows, and so much less
 * memory that they fit it. Where one pass is too slow already, the memory is lowered to 64 MiB at
 * least; below a target of 250 ms, which is for tests, to 1 MiB. */
gboolean tac_keyring_cost_calibrate (guint target_ms, const TacPassphrase *passphrase,
                                     const guint8 salt[TAC_SALT_SIZE], TacKeyringCost *cost,
                                     guint8 key[32], GError **error);
