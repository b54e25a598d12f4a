/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and messages from outside, made safe for a terminal; and how wide they are there. */
#include "safe-text.h"
#include <string.h>

static gboolean
is_safe (gunichar c)
{
  if (c == 0x200C || c == 0x200D)
    return TRUE;
  GUnicodeType type = g_unichar_type (c);
  return type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT && type != G_UNICODE_UNASSIGNED
         && type != G_UNICODE_SURROGATE && type != G_UNICODE_PRIVATE_USE
         && type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

/* Marks on one letter; more of them grow over the lines above and below. */
#define MAX_MARKS 6

char *
cli_safe_text (const char *text)
{
  GString *safe = g_string_new (NULL);
  guint marks = 0;
  for (const char *p = text != NULL ? text : ""; *p != '\0';)
    {
      gunichar c = g_utf8_get_char_validated (p, -1);
      if (c == (gunichar)-1 || c == (gunichar)-2)
        {
          g_string_append_printf (safe, "\\x{%02X}", (guint8)*p++);
          continue;
        }
      marks = g_unichar_iszerowidth (c) ? marks + 1 : 0;
      if (is_safe (c) && marks <= MAX_MARKS)
        g_string_append_unichar (safe, c);
      else
        g_string_append_printf (safe, "\\u{%04X}", c);
      p = g_utf8_next_char (p);
    }
  return g_string_free (safe, FALSE);
}

static guint
char_width (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

/* U+FE0F makes an emoji of the character before it: of two columns, on most terminals. */
static guint
next_width (gunichar before, gunichar c)
{
  return c == 0xFE0F && char_width (before) == 1 ? 1 : char_width (c);
}

guint
cli_text_width (const char *text)
{
  guint width = 0;
  gunichar before = 0;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      width += next_width (before, g_utf8_get_char (p));
      before = g_utf8_get_char (p);
    }
  return width;
}

char *
cli_text_fit (const char *text, guint columns, gboolean unicode)
{
  if (cli_text_width (text) <= columns)
    return g_strdup (text);
  const char *ellipsis = unicode ? "…" : "~";
  guint width = 0;
  gunichar before = 0;
  const char *p = text;
  while (*p != '\0')
    {
      guint next = width + next_width (before, g_utf8_get_char (p));
      if (next + 1 > columns)
        break;
      width = next;
      before = g_utf8_get_char (p);
      p = g_utf8_next_char (p);
    }
  g_autofree char *head = g_strndup (text, (gsize)(p - text));
  return columns == 0 ? g_strdup ("") : g_strconcat (head, ellipsis, NULL);
}

char *
cli_text_wrap (const char *text, guint columns)
{
  if (columns == 0)
    return g_strdup (text);
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  GString *out = g_string_new (NULL);
  guint taken = 0;
  for (char **word = words; *word != NULL; word++)
    {
      guint width = cli_text_width (*word);
      gboolean first = word == words, fits = taken + 1 + width <= columns;
      if (!first)
        g_string_append_c (out, fits ? ' ' : '\n');
      g_string_append (out, *word);
      taken = first || !fits ? width : taken + 1 + width;
    }
  return g_string_free (out, FALSE);
}
