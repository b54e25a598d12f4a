/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wrong passphrases: how long to wait before the next. A growing delay, not a lock-out: it ends by
 * itself. Kept in memory; the price of a try (Argon2id) is what protects a stolen file. Pure. */
#pragma once
#include <glib.h>

typedef struct
{
  guint wrong; /* in a row */
  gint64 until_us;
} TacAttempts; /* zeros: none yet */

/* Seconds, rounded up, until a try is allowed; 0: now. */
guint tac_attempts_wait_s (const TacAttempts *attempts, gint64 now_us);
/* The delays: 0, 0, 1, 2, 4, 8, 16, 30, 30, … s. */
void tac_attempts_add_wrong (TacAttempts *attempts, gint64 now_us);
void tac_attempts_reset (TacAttempts *attempts); /* it was the right one */
