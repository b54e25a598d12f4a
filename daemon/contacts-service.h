/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Contacts1: a thin adapter over the vault's contacts. */
#pragma once
#include "daemon/calls.h"

typedef struct TacContactsService TacContactsService;

/* Adds the interface to @object. @vault and @calls outlive it. */
TacContactsService *tac_contacts_service_new (TacVault *vault, TacCalls *calls,
                                              GDBusObjectSkeleton *object);
void tac_contacts_service_free (TacContactsService *service);
