/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Network1 on D-Bus. */
#pragma once
#include "daemon/calls.h"

typedef struct TacNetworkService TacNetworkService;

/* All arguments must outlive the service. */
TacNetworkService *tac_network_service_new (const TacCallParts *parts, TacCalls *calls,
                                            GDBusObjectSkeleton *object);
void tac_network_service_free (TacNetworkService *service); /* ends a test that is going on */
