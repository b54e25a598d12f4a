/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the output may use: colours, Unicode marks, a width. */
#pragma once
#include <glib.h>

typedef struct
{
  gboolean colour;  /* escape sequences */
  gboolean unicode; /* marks outside ASCII */
  guint columns;    /* of the terminal; 0: no limit (not a terminal) */
} CliStyle;

typedef enum
{
  CLI_PLAIN,
  CLI_BOLD,
  CLI_DIM,
  CLI_GOOD,
  CLI_WARN,
  CLI_BAD,
} CliEmphasis;

/* The style of file descriptor @fd: colours only on a terminal that has them and without NO_COLOR.
 */
CliStyle cli_style_for (int fd);

/* @text with @emphasis switched on before and off after. Returns: (transfer full). */
char *cli_style_wrap (const CliStyle *style, CliEmphasis emphasis, const char *text);
