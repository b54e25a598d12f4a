/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Contacts1: the contacts on D-Bus. A thin adapter. */
#pragma once
#include "daemon/calls.h"

typedef struct TacContactsService TacContactsService;

/* Adds the interface to @object. @contacts and @calls outlive it. */
TacContactsService *tac_contacts_service_new (TacContacts *contacts, TacCalls *calls,
                                              GDBusObjectSkeleton *object);
void tac_contacts_service_free (TacContactsService *service);
