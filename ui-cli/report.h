/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a command says when it is done, and the little that all of them need for it. */
#pragma once
#include "command.h"
#include "json.h"
#include "style.h"

/* The exit status of a command whose last output was @written, or not. */
int cli_done (gboolean written);

/* @sentence and a line feed; with --json {"@member": "@value"} instead. Both are made safe.
 * Returns: exit status. */
int cli_report (const CliRequest *request, const char *member, const char *value,
                const char *sentence);

/* @value as one line of JSON. Returns: exit status. */
int cli_report_json (GVariant *value);

/* @text broken to the width of the terminal, and a line feed; FALSE as cli_out. It must be safe. */
gboolean cli_paragraph (CliEmphasis emphasis, const char *text);

/* A member of an a{sv}, or "", 0, FALSE. Returns: (transfer none), as long as @dictionary lives. */
const char *cli_dict_string (GVariant *dictionary, const char *member);
gint64 cli_dict_time (GVariant *dictionary, const char *member);
gboolean cli_dict_flag (GVariant *dictionary, const char *member);
/* A member of type as, joined with blanks. Returns: (transfer full). */
char *cli_dict_words (GVariant *dictionary, const char *member);

/* Does @contact (a name, or a number as people write it) mean the one of @name and @number? */
gboolean cli_is_meant (const char *contact, const char *name, const char *number);
