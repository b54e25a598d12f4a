/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Splits the bytes of an AT port into command lines and PDUs (3GPP TS 27.007 §4, 27.005 §3.5.1). */
#include "at-line.h"

#define CONTROL_Z 0x1a
#define ESCAPE 0x1b

EmuAtLine *
emu_at_line_new (void)
{
  EmuAtLine *line = g_new0 (EmuAtLine, 1);

  line->backlog = g_byte_array_new ();
  line->current = g_string_new (NULL);
  return line;
}

void
emu_at_line_free (EmuAtLine *line)
{
  if (line == NULL)
    return;
  g_byte_array_unref (line->backlog);
  g_string_free (line->current, TRUE);
  g_free (line->taken);
  g_free (line);
}

gboolean
emu_at_line_push (EmuAtLine *line, const guint8 *data, gsize length)
{
  if (length > EMU_AT_BACKLOG_MAX - line->backlog->len)
    return FALSE;
  g_byte_array_append (line->backlog, data, (guint)length);
  return TRUE;
}

void
emu_at_line_expect_pdu (EmuAtLine *line)
{
  line->pdu = TRUE;
  line->overlong = FALSE;
  g_string_truncate (line->current, 0);
}

static void
append (EmuAtLine *line, guint8 byte)
{
  gsize limit = line->pdu ? EMU_AT_PDU_MAX : EMU_AT_LINE_MAX;

  if (byte == '\0')
    return;
  if (line->current->len == limit)
    line->overlong = TRUE;
  else
    g_string_append_c (line->current, (char)byte);
}

static EmuAtEvent
finish (EmuAtLine *line, EmuAtEvent event)
{
  if (line->overlong && event != EMU_AT_EVENT_CANCELLED)
    event = EMU_AT_EVENT_OVERLONG;
  else if (event == EMU_AT_EVENT_COMMAND && line->current->len == 0)
    event = EMU_AT_EVENT_NONE;
  line->overlong = FALSE;
  line->pdu = FALSE;
  return event;
}

static EmuAtEvent
take_line_byte (EmuAtLine *line, guint8 byte)
{
  if (byte == '\r')
    return finish (line, EMU_AT_EVENT_COMMAND);
  if (byte != '\n')
    append (line, byte);
  return EMU_AT_EVENT_NONE;
}

static EmuAtEvent
take_pdu_byte (EmuAtLine *line, guint8 byte)
{
  if (byte == CONTROL_Z)
    return finish (line, EMU_AT_EVENT_PDU);
  if (byte == ESCAPE)
    return finish (line, EMU_AT_EVENT_CANCELLED);
  if (byte != '\r' && byte != '\n')
    append (line, byte);
  return EMU_AT_EVENT_NONE;
}

EmuAtEvent
emu_at_line_next (EmuAtLine *line, const char **text)
{
  EmuAtEvent event = EMU_AT_EVENT_NONE;
  guint taken = 0;

  while (taken < line->backlog->len && event == EMU_AT_EVENT_NONE)
    {
      guint8 byte = line->backlog->data[taken++];

      event = line->pdu ? take_pdu_byte (line, byte) : take_line_byte (line, byte);
    }
  if (taken > 0)
    g_byte_array_remove_range (line->backlog, 0, taken);

  *text = NULL;
  if (event == EMU_AT_EVENT_NONE)
    return event;
  g_free (line->taken);
  line->taken = g_string_free (line->current, FALSE);
  line->current = g_string_new (NULL);
  *text = line->taken;
  return event;
}
