/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.History1: the calls that were, on D-Bus. A thin adapter. */
#pragma once
#include "daemon/vault.h"
#include <gio/gio.h>

typedef struct TacHistoryService TacHistoryService;

/* Adds the interface to @object. @vault outlives it. */
TacHistoryService *tac_history_service_new (TacVault *vault, GDBusObjectSkeleton *object);
void tac_history_service_free (TacHistoryService *service);
