/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Pairing1 on D-Bus. A thin adapter. */
#pragma once
#include "daemon/pairing.h"

typedef struct TacPairingService TacPairingService;

/* Adds the interface to @object. @pairing outlives it. */
TacPairingService *tac_pairing_service_new (TacPairing *pairing, GDBusObjectSkeleton *object);
void tac_pairing_service_free (TacPairingService *service);
