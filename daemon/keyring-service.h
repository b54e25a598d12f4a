/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Keyring1: the vault on D-Bus. A thin adapter. */
#pragma once
#include "daemon/vault.h"

typedef struct TacKeyringService TacKeyringService;

/* Ends the calls, then calls @done (@done_data) once. */
typedef void (*TacEndCallsFunc) (GSourceFunc done, gpointer done_data, gpointer user_data);

/* Adds the interface to @object. @vault outlives it; @end_calls goes before a lock and a wipe. */
TacKeyringService *tac_keyring_service_new (TacVault *vault, GDBusObjectSkeleton *object,
                                            TacEndCallsFunc end_calls, gpointer user_data);
void tac_keyring_service_free (TacKeyringService *service);
