/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and messages from outside, shown so that they cannot move the cursor or reorder the line.
 */
#pragma once
#include <glib.h>

/**
 * cli_safe_text:
 * @text: (nullable) bytes from anywhere, UTF-8 or not
 *
 * Controls, bidirectional overrides, invisible and unassigned characters come out as \u{202E};
 * bytes that are not UTF-8 as \x{FF}; so do marks beyond the sixth on a letter. Joiners (U+200C,
 * U+200D) stay: names need them. Returns:
 * (transfer full) UTF-8 that is safe to write to a terminal, on one line.
 */
char *cli_safe_text (const char *text);

/* How many columns of a terminal @text takes; @text is UTF-8 without controls. */
guint cli_text_width (const char *text);

/* @text cut to @columns, with an ellipsis at the end if it was longer. Returns: (transfer full). */
char *cli_text_fit (const char *text, guint columns, gboolean unicode);

/* @text broken at blanks so that no line has more than @columns, if its words allow; 0: not broken.
 */
char *cli_text_wrap (const char *text, guint columns);
