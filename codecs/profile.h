/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Voice profiles: one packet size, three paces (docs/protocol.md §6). */
#pragma once
#include "wire.h"

typedef enum { TAC_PROFILE_WIDE, TAC_PROFILE_LEAN, TAC_PROFILE_THIN } TacProfile;
#define TAC_PROFILES 3
#define TAC_PROFILE_BOUNDARY 6 /* ticks: a profile begins where packets of all three may */

const char *tac_profile_name (TacProfile profile);
unsigned tac_profile_ticks (TacProfile profile);   /* 1, 2, 3 ticks of 20 ms a packet */
unsigned tac_profile_bitrate (TacProfile profile); /* 24000, 12000, 8000 bit/s */
