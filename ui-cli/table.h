/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table with a heading; on a terminal too narrow for it, one block of lines a row. */
#pragma once
#include "style.h"

typedef struct CliTable CliTable;

/* @headings: NULL-terminated, static. */
CliTable *cli_table_new (const char *const *headings);
void cli_table_free (CliTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliTable, cli_table_free)

/* @cells: as many as headings, made safe and copied; or fewer and NULL, then the last of them has
 * the rest of the line. */
void cli_table_add (CliTable *table, const char *const *cells);

/* Returns: (transfer full) lines that each end in a newline; "" for a table without rows. */
char *cli_table_render (const CliTable *table, const CliStyle *style);

/*
 * "Label   text" lines: @pairs is label, text, label, text…, NULL; pairs with an empty text are
 * left out. A text that is wider than the terminal is broken at its blanks; one without goes on a
 * line of its own, uncut, so that it can be copied. Returns: (transfer full).
 */
char *cli_table_pairs (const char *const *pairs, const CliStyle *style);
