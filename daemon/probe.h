/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks STUN and TURN servers what they see of this phone. Contract: engine.h. */
#pragma once
#include "daemon/engine.h"

TacProbe *tac_probe_new (GPtrArray *addresses, GPtrArray *servers, guint timeout_ms,
                         void (*done) (const GArray *results, gpointer user_data),
                         gpointer user_data, GError **error);
/* The same, and @done runs as soon as one of them has answered. */
TacProbe *tac_probe_race (GPtrArray *addresses, GPtrArray *servers, guint timeout_ms,
                          void (*done) (const GArray *results, gpointer user_data),
                          gpointer user_data, GError **error);
void tac_probe_free (TacProbe *probe);
