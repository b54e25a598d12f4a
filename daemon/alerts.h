/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls that the user must hear of go to the notification hook (notify.h). */
#pragma once
#include "daemon/calls.h"

/* As long as @calls lives; @config outlives it. */
void tac_alerts_follow (TacCalls *calls, const TacConfig *config);
