/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is an INVITE new? */
#include "freshness.h"

#include <stdbool.h>

static bool
is_old (uint64_t time_ms, uint64_t clock_ms)
{
  return clock_ms > time_ms && clock_ms - time_ms > TAC_INVITE_MAX_AGE_MS;
}

static bool
is_ahead (uint64_t time_ms, uint64_t clock_ms)
{
  return time_ms > clock_ms && time_ms - clock_ms > TAC_INVITE_MAX_AHEAD_MS;
}

TacInviteFreshness
tac_invite_freshness (uint64_t time_ms, uint64_t highest_ms, uint64_t clock_ms, uint64_t centre_ms)
{
  if (centre_ms == 0)
    centre_ms = clock_ms;
  if (time_ms <= highest_ms)
    return TAC_INVITE_REPEATED;
  if (is_ahead (time_ms, clock_ms) && is_ahead (time_ms, centre_ms))
    return TAC_INVITE_FUTURE;
  if (is_old (time_ms, clock_ms) && is_old (time_ms, centre_ms))
    return TAC_INVITE_MISSED;
  return TAC_INVITE_FRESH;
}

uint64_t
tac_invite_next_time (uint64_t clock_ms, uint64_t last_sent_ms)
{
  if (clock_ms > last_sent_ms || is_ahead (last_sent_ms, clock_ms))
    return clock_ms;
  return last_sent_ms + 1;
}
