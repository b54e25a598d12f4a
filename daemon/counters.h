/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named counters of what was dropped and why, shown by `tacitel status` (docs/protocol.md §10).
 * Main thread. */
#pragma once
#include <glib.h>

typedef struct TacCounters TacCounters;
TacCounters *tac_counters_new (void);
void tac_counters_free (TacCounters *counters);
/* @name: a static string such as "sms.forged". */
void tac_counters_add (TacCounters *counters, const char *name, guint64 n);
GVariant *tac_counters_to_variant (const TacCounters *counters); /* a{st}, floating */
