/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of contacts: one URI a line, blank lines, and comments after "#". */
#pragma once
#include <gio/gio.h>

#define CLI_IMPORT_MAX (1024 * 1024) /* bytes of a file */
#define CLI_IMPORT_LINE_MAX 1024     /* and of a line: a URI has at most some 300 */

typedef struct
{
  const char *text; /* what is left */
  gsize size;
  guint line; /* that was read last, from 1 */
} CliImport;

/**
 * cli_import_next:
 * @import: text, size and a line of 0 at first
 * @uri: (out) (transfer full) the next line that says something, without blanks around it; NULL and
 *   @error if the line cannot be one: too long, not UTF-8
 *
 * Pure. Returns: FALSE at the end.
 */
gboolean cli_import_next (CliImport *import, char **uri, GError **error);
