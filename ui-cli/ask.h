/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions on the terminal: yes or no, and a word that is not typed by accident. */
#pragma once
#include "command.h"
#include <gio/gio.h>

/* Standard input is a terminal, and somebody sits at it. */
gboolean cli_can_ask (void);

/**
 * cli_confirm:
 * @question: safe to show, without the question's "[y/N]"
 * @word: (nullable) what must be typed; NULL: y or yes
 *
 * TRUE with --yes, unasked. Otherwise asks, on standard error so that standard output keeps what it
 * is for. FALSE and an error if the answer is anything else, or if nobody can be asked.
 */
gboolean cli_confirm (const CliRequest *request, const char *question, const char *word,
                      GError **error);
