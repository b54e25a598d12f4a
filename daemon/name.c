/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of contacts: shown on terminals and screens, typed in place of numbers. What turns or hides
 * its neighbours, or cannot be seen, would make one name look like another's. */
#include "daemon/contacts.h"

#include "codecs/wire.h"
#include "daemon/errors.h"

#include <string.h>

#define JOINER 0x200d
#define TEXT_STYLE 0xfe0e
#define EMOJI_STYLE 0xfe0f
#define KEYCAP 0x20e3
#define WIDE_BLANK 0x3000
#define CLEAN_MOST (4 * TAC_PAIR_NAME_MAX) /* characters looked at */

static gboolean
is_selector (gunichar c)
{
  return c == TEXT_STYLE || c == EMOJI_STYLE;
}

static gboolean
is_picture (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type == G_UNICODE_OTHER_SYMBOL || type == G_UNICODE_MATH_SYMBOL
         || (c >= 0x1f3fb && c <= 0x1f3ff); /* tones of skin */
}

static gboolean
is_keycap_base (gunichar c)
{
  return (c >= '0' && c <= '9') || c == '#' || c == '*';
}

/* Letters and symbols by their class, yet blank: the Hangul fillers and Braille's empty cell; the
 * grapheme joiner and the variation selectors of other than emoji are marks that nobody sees. */
static gboolean
is_invisible (gunichar c)
{
  static const gunichar blanks[]
      = { 0x34f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0 };

  for (gsize i = 0; i < G_N_ELEMENTS (blanks); i++)
    if (c == blanks[i])
      return TRUE;
  return (c >= 0x180b && c <= 0x180f) || (c >= 0xfe00 && c <= 0xfe0d)
         || (c >= 0xe0000 && c <= 0xe0fff);
}

static gboolean
class_may_be (gunichar c, gboolean first)
{
  switch ((int)g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT: /* the bidi overrides among them */
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SPACE_SEPARATOR: /* but the two that may_be() takes */
      return FALSE;
    case G_UNICODE_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK:
    case G_UNICODE_NON_SPACING_MARK:
      return !first; /* it would join what is shown before the name */
    default:
      return TRUE;
    }
}

/* @before, @after: its neighbours, 0 at the ends. */
static gboolean
may_be (gunichar before, gunichar c, gunichar after)
{
  if (c == JOINER)
    return (is_picture (before) || is_selector (before)) && is_picture (after);
  if (is_selector (c))
    return is_picture (before) || (is_keycap_base (before) && after == KEYCAP);
  if (c == ' ' || c == WIDE_BLANK)
    return before != 0 && after != 0;
  if (c == '+' && before == 0)
    return FALSE; /* it would be taken for a number */
  return !is_invisible (c) && class_may_be (c, before == 0);
}

gboolean
tac_name_check (const char *name)
{
  gsize length = strlen (name);
  gunichar before = 0;

  if (length == 0 || length > TAC_PAIR_NAME_MAX || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!may_be (before, c, g_utf8_get_char (g_utf8_next_char (p))))
        return FALSE;
      before = c;
    }
  return TRUE;
}

/* The characters of @name, without the bytes that are none. */
static guint
decode (const char *name, gunichar characters[CLEAN_MOST])
{
  guint n = 0;

  while (*name != '\0' && n < CLEAN_MOST)
    {
      gunichar c = g_utf8_get_char_validated (name, -1);

      if (c == (gunichar)-1 || c == (gunichar)-2)
        name++;
      else
        {
          characters[n++] = c;
          name = g_utf8_next_char (name);
        }
    }
  return n;
}

/* Takes out what may not be, and from the end what is too much. Returns: how many stay. */
static guint
filter (gunichar *characters, guint n)
{
  guint kept = 0;
  gsize size = 0;

  for (guint i = 0; i < n; i++)
    {
      gunichar c = characters[i];

      if (!may_be (kept > 0 ? characters[kept - 1] : 0, c, i + 1 < n ? characters[i + 1] : 0))
        continue;
      size += (gsize)g_unichar_to_utf8 (c, NULL);
      if (size > TAC_PAIR_NAME_MAX)
        break;
      characters[kept++] = c;
    }
  return kept;
}

gboolean
tac_name_require (const char *name, GError **error)
{
  if (tac_name_check (name))
    return TRUE;
  g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
               "a name has 1 to %d bytes of printable text (UTF-8), no blank at its ends and no "
               "\"+\" at its start",
               TAC_PAIR_NAME_MAX);
  return FALSE;
}

char *
tac_name_clean (const char *name)
{
  gunichar characters[CLEAN_MOST];
  guint n = decode (name, characters), before;

  /* What is taken out leaves new neighbours and ends. */
  do
    {
      before = n;
      n = filter (characters, n);
    }
  while (n < before);
  return g_ucs4_to_utf8 (characters, n, NULL, NULL, NULL);
}
