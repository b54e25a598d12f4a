/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows a call as it goes on: on a screen, as lines, or as JSON lines. Decides nothing. */
#pragma once
#include "call.h"
#include "style.h"

typedef enum
{
  CLI_SHOW_SCREEN,
  CLI_SHOW_LINES,
  CLI_SHOW_JSON,
} CliShowMode;

typedef struct
{
  CliShowMode mode;
  CliStyle style;
  gint64 began, answered; /* monotonic µs; 0: not yet */
  char *tones, *notice, *last_line;
  gboolean leaving, judging;
} CliShow;

void cli_show_init (CliShow *show, gboolean json);
void cli_show_clear (CliShow *show);

/* All of these: FALSE if nobody can see it any more. */
gboolean cli_show_call (CliShow *show, const CliCall *call, gboolean changed);
gboolean cli_show_statistics (CliShow *show, const CliCall *call);
gboolean cli_show_tone (CliShow *show, const CliCall *call, const char *digit);
gboolean cli_show_end (CliShow *show, const CliCall *call, int status);

/* For the next cli_show_call on a screen. */
void cli_show_notice (CliShow *show, const char *notice);
void cli_show_add_tone (CliShow *show, char digit);

/* ms since it was answered; -1: it was not. */
gint64 cli_show_talked (const CliShow *show);
