/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of contacts: one URI a line, blank lines, and comments after "#". */
#include "import-file.h"
#include "output.h"
#include <string.h>

/* Cuts one line off, its line feed included; @line and @length are without. */
static void
take_line (CliImport *import, const char **line, gsize *length)
{
  const char *end = memchr (import->text, '\n', import->size);
  *line = import->text;
  *length = end != NULL ? (gsize)(end - import->text) : import->size;
  gsize used = *length + (end != NULL ? 1 : 0);
  import->text += used;
  import->size -= used;
  import->line++;
}

static void
strip (const char **line, gsize *length)
{
  while (*length > 0 && g_ascii_isspace (**line))
    {
      (*line)++;
      (*length)--;
    }
  while (*length > 0 && g_ascii_isspace ((*line)[*length - 1]))
    (*length)--;
}

gboolean
cli_import_next (CliImport *import, char **uri, GError **error)
{
  static const char mark[] = { '\xef', '\xbb', '\xbf' }; /* some editors begin a file with it */
  const char *line;
  gsize length = 0;
  *uri = NULL;
  if (import->line == 0 && import->size >= sizeof mark
      && memcmp (import->text, mark, sizeof mark) == 0)
    {
      import->text += sizeof mark;
      import->size -= sizeof mark;
    }
  do
    {
      if (import->size == 0)
        return FALSE;
      take_line (import, &line, &length);
      strip (&line, &length);
    }
  while (length == 0 || *line == '#');

  if (length > CLI_IMPORT_LINE_MAX)
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "the line has %zu bytes, more than %d", length,
                 CLI_IMPORT_LINE_MAX);
  else if (!g_utf8_validate_len (line, length, NULL))
    g_set_error_literal (error, CLI_ERROR, CLI_ERROR_USAGE, "the line is not UTF-8 text");
  else
    *uri = g_strndup (line, length);
  return TRUE;
}
