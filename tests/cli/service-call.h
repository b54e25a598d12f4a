/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stand-in's calls: what each method of org.tacitel.Call1 does there. */
#pragma once
#include "service.h"

/* Connects the methods of @call; @orders gets a line a method. */
void test_call_serve (TestService *service, TacDbusCall1 *call, GString *orders);

/* Fails @invocation with org.tacitel.Error.@error. Returns: TRUE, for a handler to return. */
gboolean test_refuse (GDBusMethodInvocation *invocation, const char *error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
