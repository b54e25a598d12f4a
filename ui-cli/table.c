/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table with a heading; on a terminal too narrow for it, one block of lines a row. */
#include "table.h"
#include "safe-text.h"
#include <string.h>

#define GAP 2u
#define MIN_WRAP 16u /* columns beside a label that a text is broken into at the least */

struct CliTable
{
  const char *const *headings;
  guint columns;
  GPtrArray *rows; /* of GStrv */
  guint *widths;   /* of each column, kept as rows come: there may be very many */
  guint *ends;     /* of the last cells of short rows, which may go further than their column */
};

CliTable *
cli_table_new (const char *const *headings)
{
  CliTable *table = g_new0 (CliTable, 1);
  table->headings = headings;
  table->columns = g_strv_length ((char **)headings);
  table->rows = g_ptr_array_new_with_free_func ((GDestroyNotify)g_strfreev);
  table->widths = g_new0 (guint, table->columns);
  table->ends = g_new0 (guint, table->columns);
  for (guint i = 0; i < table->columns; i++)
    table->widths[i] = cli_text_width (headings[i]);
  return table;
}

void
cli_table_free (CliTable *table)
{
  g_ptr_array_unref (table->rows);
  g_free (table->widths);
  g_free (table->ends);
  g_free (table);
}

void
cli_table_add (CliTable *table, const char *const *cells)
{
  char **row = g_new0 (char *, table->columns + 1);
  for (guint i = 0; i < table->columns && cells[i] != NULL; i++)
    {
      gboolean goes_on = i + 1 < table->columns && cells[i + 1] == NULL;
      guint *width = goes_on ? &table->ends[i] : &table->widths[i];
      row[i] = cli_safe_text (cells[i]);
      *width = MAX (*width, cli_text_width (row[i]));
    }
  g_ptr_array_add (table->rows, row);
}

static guint
table_width (const CliTable *table)
{
  guint width = 0, left = 0;
  for (guint i = 0; i < table->columns; i++)
    {
      width = MAX (width, left + MAX (table->widths[i], table->ends[i]));
      left += table->widths[i] + GAP;
    }
  return width;
}

static void
append_padded (GString *out, const CliStyle *style, CliEmphasis emphasis, const char *text,
               guint width)
{
  g_autofree char *shown = cli_style_wrap (style, emphasis, text);
  g_string_append (out, shown);
  for (guint i = cli_text_width (text); i < width; i++)
    g_string_append_c (out, ' ');
}

static void
append_row (const CliTable *table, GString *out, const CliStyle *style, CliEmphasis emphasis,
            const char *const *cells)
{
  guint left = 0;
  for (guint i = 0; i < table->columns && cells[i] != NULL; i++)
    {
      gboolean last = i + 1 == table->columns || cells[i + 1] == NULL;
      append_padded (out, style, emphasis, cells[i], last ? 0 : table->widths[i] + GAP);
      left += table->widths[i] + GAP;
      /* Terminals disagree about the width of emoji: the next cell begins where it is told to. */
      if (style->colour && !last && !g_str_is_ascii (cells[i]))
        g_string_append_printf (out, "\033[%uG", left + 1);
    }
  g_string_append_c (out, '\n');
}

static void
append_block (const CliTable *table, GString *out, const CliStyle *style, char **cells)
{
  g_autofree char *title = cli_style_wrap (style, CLI_BOLD, cells[0]);
  g_string_append_printf (out, "%s\n", title);
  for (guint i = 1; i < table->columns && cells[i] != NULL; i++)
    if (*cells[i] != '\0')
      {
        g_autofree char *label = g_strdup_printf ("  %s ", table->headings[i]);
        append_padded (out, style, CLI_DIM, label, 0);
        g_string_append_printf (out, "%s\n", cells[i]);
      }
}

char *
cli_table_render (const CliTable *table, const CliStyle *style)
{
  GString *out = g_string_new (NULL);
  gboolean fits = style->columns == 0 || table_width (table) <= style->columns;

  if (fits && table->rows->len > 0)
    append_row (table, out, style, CLI_DIM, table->headings);
  for (guint i = 0; i < table->rows->len; i++)
    {
      char **row = g_ptr_array_index (table->rows, i);
      if (fits)
        append_row (table, out, style, CLI_PLAIN, (const char *const *)row);
      else
        append_block (table, out, style, row);
    }
  return g_string_free (out, FALSE);
}

/* A text beside its label, and broken there if need be; below it if it has no blank to break at. */
static void
append_pair (GString *out, const CliStyle *style, const char *label, const char *text, guint indent)
{
  gboolean fits = style->columns == 0 || indent + cli_text_width (text) <= style->columns;
  if (!fits && (strchr (text, ' ') == NULL || style->columns < indent + MIN_WRAP))
    {
      append_padded (out, style, CLI_DIM, label, 0);
      g_string_append_printf (out, "\n%s\n", text);
      return;
    }
  append_padded (out, style, CLI_DIM, label, indent);
  g_autofree char *wrapped = cli_text_wrap (text, fits ? 0 : style->columns - indent);
  g_auto (GStrv) lines = g_strsplit (wrapped, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    g_string_append_printf (out, "%*s%s\n", i > 0 ? (int)indent : 0, "", lines[i]);
}

char *
cli_table_pairs (const char *const *pairs, const CliStyle *style)
{
  guint width = 0;
  for (guint i = 0; pairs[i] != NULL && pairs[i + 1] != NULL; i += 2)
    if (*pairs[i + 1] != '\0')
      width = MAX (width, cli_text_width (pairs[i]));

  GString *out = g_string_new (NULL);
  for (guint i = 0; pairs[i] != NULL && pairs[i + 1] != NULL; i += 2)
    {
      if (*pairs[i + 1] == '\0')
        continue;
      g_autofree char *text = cli_safe_text (pairs[i + 1]);
      append_pair (out, style, pairs[i], text, width + GAP);
    }
  return g_string_free (out, FALSE);
}
