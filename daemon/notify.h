/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The notification hook: a program of the user's that is told of what happens ([notify] command).
 */
#pragma once
#include "daemon/config.h"

/* Runs the program with @event ("pairing-request", "paired", "key-changed", "incoming-call",
 * "missed-call", "sas-mismatch") as its only argument and @details (a{sv}, floating is sunk) as one
 * JSON object, one line, on its standard input. Returns at once; one that does not run is logged;
 * at most 8 at a time. */
void tac_notify (const TacConfig *config, const char *event, GVariant *details);
