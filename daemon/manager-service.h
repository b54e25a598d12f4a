/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Manager1: shows the phone's state, dials, tells the counters. A thin adapter. */
#pragma once
#include "daemon/calls.h"

typedef struct TacManagerService TacManagerService;

/* Adds the interface to @object. All it is given outlives it. */
TacManagerService *tac_manager_service_new (const TacCallParts *parts, TacPairing *pairing,
                                            TacDecisions *decisions, TacCalls *calls,
                                            GDBusObjectSkeleton *object);
void tac_manager_service_free (TacManagerService *service);
