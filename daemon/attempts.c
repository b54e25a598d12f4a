/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The delay after wrong passphrases. */
#include "daemon/attempts.h"

#define FREE_TRIES 2
#define DELAY_MAX_S 30

guint
tac_attempts_wait_s (const TacAttempts *attempts, gint64 now_us)
{
  gint64 left_us = attempts->until_us - now_us;

  return left_us > 0 ? (guint)((left_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC) : 0;
}

void
tac_attempts_add_wrong (TacAttempts *attempts, gint64 now_us)
{
  guint over = attempts->wrong >= FREE_TRIES ? attempts->wrong - FREE_TRIES : 0;
  gint64 delay_s = attempts->wrong < FREE_TRIES ? 0 : over >= 5 ? DELAY_MAX_S : 1 << over;

  attempts->wrong = MIN (attempts->wrong + 1, FREE_TRIES + 5);
  attempts->until_us = now_us + delay_s * G_USEC_PER_SEC;
}

void
tac_attempts_reset (TacAttempts *attempts)
{
  *attempts = (TacAttempts){ 0 };
}
