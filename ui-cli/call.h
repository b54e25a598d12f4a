/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One call as the daemon describes it, copied: what the views, the lines and the JSON are made of.
 */
#pragma once
#include <gio/gio.h>

typedef enum
{
  CLI_CALL_UNKNOWN, /* a state of a newer daemon */
  CLI_CALL_PREPARING,
  CLI_CALL_INVITING,
  CLI_CALL_CONNECTING,
  CLI_CALL_SECURING,
  CLI_CALL_RINGING,
  CLI_CALL_ACTIVE,
  CLI_CALL_HELD,
  CLI_CALL_RECONNECTING,
  CLI_CALL_ENDED,
} CliCallState;

typedef struct
{
  char *path;
  char *state_name, *waiting;
  CliCallState state;
  gboolean incoming;
  char *name, *number, *key; /* name and number: safe to show (cli_safe_text) */
  char *security, *trust;
  char *warning; /* of the policy, "" for none; safe to show */
  char **words;  /* SAS; safe to show */
  gboolean muted, peer_holds;
  char *reason, *reason_text; /* reason_text: safe to show */
  GVariant *timeline;         /* a{sx} */
  GVariant *statistics;       /* a{sv} (nullable): of the last GetStatistics */
} CliCall;

/**
 * cli_call_new:
 * @path: object path of the call
 * @properties: a{sv} of org.tacitel.Call1; missing ones count as empty
 *
 * Returns: (transfer full)
 */
CliCall *cli_call_new (const char *path, GVariant *properties);
void cli_call_free (CliCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliCall, cli_call_free)

/* The words are there to be compared, and nobody has said yet that they are the same. */
gboolean cli_call_wants_words (const CliCall *call);

/* Somebody can talk, or could a moment ago: active, held or reconnecting. */
gboolean cli_call_is_up (const CliCall *call);

/* It has been answered at some time, by its time line or its state. */
gboolean cli_call_was_answered (const CliCall *call);

/* Unix µs of @step of the time line; 0: not yet. */
gint64 cli_call_step (const CliCall *call, const char *step);

/* Unix µs of the first step; 0: none yet. */
gint64 cli_call_began (const CliCall *call);

/* Of the last statistics, 0 if there are none. */
guint cli_call_figure_u (const CliCall *call, const char *name);
double cli_call_figure_d (const CliCall *call, const char *name);

/* What it waits for or does, in a few words: "Ringing", "In call". Returns: (transfer none). */
const char *cli_call_state_text (const CliCall *call);

/* Why nothing is captured or played here, with the remedy; "" for no reason, or none known.
 * Returns: (transfer full), safe to show. */
char *cli_call_sound_problem (const CliCall *call);
