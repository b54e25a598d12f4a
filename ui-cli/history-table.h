/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history as a table that fits a phone's terminal. */
#pragma once
#include "style.h"

/* @calls: aa{sv} as org.tacitel.History1; @now_us: the year of a call is shown if it is another.
 * Sixty columns suffice: names are cut before that. Returns: (transfer full). */
char *cli_history_table (GVariant *calls, gint64 now_us, const CliStyle *style);
