/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the AT port of the emulator: lines, PDUs, commands, arguments. */
#include "tests/emulator/at-command.h"
#include "tests/emulator/at-line.h"
#include <stdint.h>
#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (EmuAtLine) line = emu_at_line_new ();
  EmuAtEvent event;
  const char *text;

  if (!emu_at_line_push (line, data, size))
    return 0;
  while ((event = emu_at_line_next (line, &text)) != EMU_AT_EVENT_NONE)
    {
      EmuAtCommand command;
      char string[EMU_AT_STRING_MAX];
      guint number;

      g_assert (strlen (text) <= EMU_AT_LINE_MAX && strpbrk (text, "\r\n") == NULL);
      if (event != EMU_AT_EVENT_COMMAND || !emu_at_command_parse (text, &command))
        continue;
      g_assert (command.arguments >= text && command.arguments <= text + strlen (text));
      for (const char *cursor = command.arguments; *cursor != '\0';)
        emu_at_next_string (&cursor, string);
      for (const char *cursor = command.arguments; *cursor != '\0';)
        emu_at_next_number (&cursor, &number);
      if (strcmp (command.name, "+CMGS") == 0)
        emu_at_line_expect_pdu (line);
    }
  return 0;
}
