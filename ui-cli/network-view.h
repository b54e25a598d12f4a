/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows a report of org.tacitel.Network1. Decides nothing. */
#pragma once
#include "output.h"

/* To standard output, as JSON if the request wants that. Returns: CLI_EXIT_OK, or
 * CLI_EXIT_NETWORK where the report has something that does not work. */
int cli_show_network (const CliRequest *request, GVariant *report);
