/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal while a live view owns it; given back however the program ends. */
#pragma once
#include <glib.h>

/* A key: an ASCII character; 0 when the size changed or the terminal came back and it must be
 * redrawn. */
typedef void (*CliTerminalFunc) (char key, gpointer user_data);

/* Standard input and output are a terminal that can move its cursor. */
gboolean cli_terminal_usable (void);

/* Takes the terminal: no echo, keys at once, the alternate screen. One at a time. */
gboolean cli_terminal_open (CliTerminalFunc func, gpointer user_data);

/* Gives it back; harmless if it is not taken. */
void cli_terminal_close (void);

void cli_terminal_size (guint *columns, guint *rows);

/* Replaces what is shown by the lines of @text; FALSE if the terminal is gone. */
gboolean cli_terminal_draw (const char *text);
