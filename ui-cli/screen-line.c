/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The call view for a place without a cursor: a line a change, and a sentence at the end. */
#include "exit-status.h"
#include "format.h"
#include "screen.h"

char *
cli_screen_line (const CliCall *call)
{
  GString *line = g_string_new (cli_call_state_text (call));
  switch (call->state)
    {
    case CLI_CALL_ACTIVE:
    case CLI_CALL_HELD:
      g_string_append_printf (line, "%s%s",
                              call->state == CLI_CALL_ACTIVE && call->muted ? ", muted" : "",
                              call->state == CLI_CALL_HELD && call->peer_holds ? ", by both" : "");
      g_string_append_printf (line, ": %s", cli_format_security (call->security));
      if (call->words[0] != NULL)
        {
          g_autofree char *words = g_strjoinv (" ", call->words);
          g_string_append_printf (line, ", words: %s", words);
        }
      if (*call->trust != '\0')
        g_string_append_printf (line, " (%s)", call->trust);
      if (cli_call_wants_words (call))
        g_string_append (line, "; compare them: tacitel verify");
      break;
    case CLI_CALL_UNKNOWN:
    case CLI_CALL_PREPARING:
    case CLI_CALL_INVITING:
    case CLI_CALL_CONNECTING:
    case CLI_CALL_SECURING:
    case CLI_CALL_RINGING:
    case CLI_CALL_RECONNECTING:
      if (*call->waiting != '\0')
        g_string_append_printf (line, ": %s", call->waiting);
      break;
    case CLI_CALL_ENDED:
      break;
    }
  g_autofree char *silent = cli_call_sound_problem (call);
  if (*silent != '\0' && cli_call_is_up (call))
    g_string_append_printf (line, ". %s", silent);
  if (*call->warning != '\0' && call->state != CLI_CALL_ENDED)
    g_string_append_printf (line, ". WARNING: %s", call->warning);
  return g_string_free (line, FALSE);
}

char *
cli_screen_ending (const CliCall *call, gint64 talked)
{
  const char *why = *call->reason_text != '\0' ? call->reason_text
                                               : cli_exit_reason_text (call->reason, talked >= 0);
  g_autofree char *after = talked >= 0 ? cli_format_duration (talked) : NULL;
  return g_strdup_printf ("Call %s %s ended%s%s: %s", call->incoming ? "from" : "to", call->name,
                          after != NULL ? " after " : "", after != NULL ? after : "", why);
}
