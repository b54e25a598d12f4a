/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The syntax of one AT command (ITU-T V.250 §5, 3GPP TS 27.007 §4). */
#include "at-command.h"
#include <string.h>

/* Extended: a prefix and a name, then nothing, '?', '=?' or '=' and arguments. */
static gboolean
parse_extended (const char *body, EmuAtCommand *command)
{
  gsize length = 1;

  while (g_ascii_isalnum (body[length]))
    length++;
  if (length < 2 || length >= EMU_AT_NAME_MAX)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    command->name[i] = g_ascii_toupper (body[i]);
  command->name[length] = '\0';

  body += length;
  command->arguments = body + strlen (body);
  if (*body == '\0')
    command->form = EMU_AT_EXECUTE;
  else if (strcmp (body, "?") == 0)
    command->form = EMU_AT_READ;
  else if (strcmp (body, "=?") == 0)
    command->form = EMU_AT_TEST;
  else if (*body == '=')
    {
      command->form = EMU_AT_SET;
      command->arguments = body + 1;
    }
  else
    return FALSE;
  return TRUE;
}

/* Basic: one letter, perhaps after '&', and what follows: ATE0, AT&C1, ATD+1555…; */
static gboolean
parse_basic (const char *body, EmuAtCommand *command)
{
  gsize length = *body == '&' ? 2 : 1;

  if (!g_ascii_isalpha (body[length - 1]))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    command->name[i] = g_ascii_toupper (body[i]);
  command->name[length] = '\0';
  command->form = EMU_AT_EXECUTE;
  command->arguments = body + length;
  return TRUE;
}

gboolean
emu_at_command_parse (const char *line, EmuAtCommand *command)
{
  if (g_ascii_strncasecmp (line, "AT", 2) != 0)
    return FALSE;
  line += 2;
  memset (command, 0, sizeof *command);
  if (*line == '\0')
    {
      command->form = EMU_AT_EXECUTE;
      command->arguments = line;
      return TRUE;
    }
  if (strchr ("+*%$^_#", *line) != NULL)
    return parse_extended (line, command);
  return parse_basic (line, command);
}

void
emu_at_skip (const char **cursor)
{
  char ignored[EMU_AT_STRING_MAX];

  emu_at_next_string (cursor, ignored);
}

gboolean
emu_at_next_string (const char **cursor, char value[EMU_AT_STRING_MAX])
{
  const char *at = *cursor;
  gsize length = 0;
  gboolean quoted = *at == '"';
  gboolean fits = TRUE;

  if (quoted)
    at++;
  while (*at != '\0' && *at != (quoted ? '"' : ','))
    {
      if (length < EMU_AT_STRING_MAX - 1)
        value[length++] = *at;
      else
        fits = FALSE;
      at++;
    }
  value[length] = '\0';

  gboolean closed = !quoted || *at == '"';
  if (quoted && *at == '"')
    at++;
  gboolean clean = *at == '\0' || *at == ',';
  while (*at != '\0' && *at != ',')
    at++;
  *cursor = *at == ',' ? at + 1 : at;
  return fits && closed && clean && (quoted || length > 0);
}

gboolean
emu_at_next_number (const char **cursor, guint *value)
{
  char text[EMU_AT_STRING_MAX];
  guint64 number;

  if (**cursor == '"')
    {
      emu_at_skip (cursor);
      return FALSE;
    }
  if (!emu_at_next_string (cursor, text)
      || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT, &number, NULL))
    return FALSE;
  *value = (guint)number;
  return TRUE;
}
