/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line typed on the terminal that does not appear there. */
#pragma once
#include <glib.h>

/**
 * cli_hidden_line_read:
 * @line: (out) the line without its line feed, not terminated; at most @capacity bytes
 * @size: (out) how many; @capacity: it was longer
 *
 * Asks @question, reads with the echo off, and puts the terminal back: also when a signal ends the
 * program or Ctrl-Z stops it. Typing ahead of the prompt is thrown away. FALSE and an error: the
 * end of input came instead (Ctrl-D), or the terminal went away.
 */
gboolean cli_hidden_line_read (const char *question, char *line, gsize capacity, gsize *size,
                               GError **error);
