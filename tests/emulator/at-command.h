/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The syntax of one AT command: name, form and arguments. Pure: no I/O. */
#pragma once
#include <glib.h>

#define EMU_AT_NAME_MAX 16
#define EMU_AT_STRING_MAX 256

typedef enum
{
  EMU_AT_EXECUTE = 1 << 0, /* AT+X */
  EMU_AT_READ = 1 << 1,    /* AT+X? */
  EMU_AT_TEST = 1 << 2,    /* AT+X=? */
  EMU_AT_SET = 1 << 3,     /* AT+X=… */
} EmuAtForm;

typedef struct
{
  char name[EMU_AT_NAME_MAX]; /* upper case: "+CGACT", "E", "D", … */
  EmuAtForm form;
  const char *arguments; /* after '=' or after a basic command's letter; never NULL */
} EmuAtCommand;

/* @line: a command line as emu_at_line_next() gives it; @command points into it.
 * Returns: FALSE where it isn't an AT command (or is more than one, which isn't supported). */
gboolean emu_at_command_parse (const char *line, EmuAtCommand *command);

/* Takes the next argument off @cursor (start with command.arguments). An argument left out, or the
 * end, gives FALSE and moves on. Numbers are decimal; strings stand in double quotes, or bare. */
gboolean emu_at_next_number (const char **cursor, guint *value);
gboolean emu_at_next_string (const char **cursor, char value[EMU_AT_STRING_MAX]);
void emu_at_skip (const char **cursor);
