/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Manager1: shows the phone's state, dials, tells the counters. A thin adapter. */
#pragma once
#include "daemon/calls.h"

typedef struct TacManagerService TacManagerService;

/* What it shows and calls; all outlive it. */
typedef struct
{
  TacModem *modem;
  TacSms *sms;
  TacDataCall *data;
  TacKeyring *keyring;
  TacCounters *counters;
  TacCalls *calls;
} TacManagerParts;

/* Adds the interface to @object. */
TacManagerService *tac_manager_service_new (const TacManagerParts *parts,
                                            GDBusObjectSkeleton *object);
void tac_manager_service_free (TacManagerService *service);
