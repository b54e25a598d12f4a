/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Voice profiles: one packet size, three paces (docs/protocol.md §6). */
#include "profile.h"

static const struct
{
  const char *name;
  unsigned ticks;
} profiles[TAC_PROFILES] = {
  [TAC_PROFILE_WIDE] = { "wide", 1 },
  [TAC_PROFILE_LEAN] = { "lean", 2 },
  [TAC_PROFILE_THIN] = { "thin", 3 },
};

const char *
tac_profile_name (TacProfile profile)
{
  return profiles[profile].name;
}

unsigned
tac_profile_ticks (TacProfile profile)
{
  return profiles[profile].ticks;
}

unsigned
tac_profile_bitrate (TacProfile profile)
{
  return TAC_BODY_SIZE * 8 * 1000 / (profiles[profile].ticks * TAC_TICK_MS);
}
