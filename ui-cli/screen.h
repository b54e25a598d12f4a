/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live call view as text: pure, from what is known of the call to the lines of a terminal. */
#pragma once
#include "call.h"
#include "style.h"

typedef struct
{
  const CliCall *call;
  gint64 elapsed;     /* ms since the call began */
  gint64 talked;      /* ms since it was answered; -1 before */
  const char *tones;  /* sent so far; "" for none */
  const char *notice; /* last refusal or tone heard; "" for none; safe to show */
  gboolean leaving;   /* hanging up was asked for */
  gboolean judging;   /* v was typed: the next key says whether the words are the same */
} CliScreen;

/**
 * cli_screen_render:
 * @style: its columns are the terminal's, 20 or more
 * @rows: of the terminal; with too few, blank lines go first, then the lower lines but not the keys
 *
 * Returns: (transfer full) lines without trailing newline, none wider than the terminal.
 */
char *cli_screen_render (const CliScreen *screen, const CliStyle *style, guint rows);

/* The same for a place without a cursor: one line, as after "3.2 s  ". Returns: (transfer full). */
char *cli_screen_line (const CliCall *call);

/* How it ended, as a sentence: "bob hung up, after 12:05". @talked as above. Returns: (transfer
 * full). */
char *cli_screen_ending (const CliCall *call, gint64 talked);
