/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Call1 of one call. */
#pragma once
#include "daemon/call.h"

typedef struct TacCallService TacCallService;

/* Exports @call at @path; it keeps @call. */
TacCallService *tac_call_service_new (TacCall *call, const char *path,
                                      GDBusObjectManagerServer *manager);
const char *tac_call_service_get_path (TacCallService *service);
void tac_call_service_free (
    TacCallService *service); /* tells the last properties, then the object goes */
