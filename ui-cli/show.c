/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows a call as it goes on: on a screen, as lines, or as JSON lines. */
#include "show.h"
#include "format.h"
#include "json.h"
#include "output.h"
#include "safe-text.h"
#include "screen.h"
#include "terminal.h"
#include <string.h>
#include <unistd.h>

#define MAX_TONES 24u /* as many as fit a narrow line; older ones go */

void
cli_show_init (CliShow *show, gboolean json)
{
  memset (show, 0, sizeof *show);
  show->mode = json ? CLI_SHOW_JSON : cli_terminal_usable () ? CLI_SHOW_SCREEN : CLI_SHOW_LINES;
  show->style = cli_style_for (STDOUT_FILENO);
  show->tones = g_strdup ("");
  show->notice = g_strdup ("");
}

void
cli_show_clear (CliShow *show)
{
  g_free (show->tones);
  g_free (show->notice);
  g_free (show->last_line);
}

void
cli_show_notice (CliShow *show, const char *notice)
{
  g_free (show->notice);
  show->notice = cli_safe_text (notice);
}

void
cli_show_add_tone (CliShow *show, char digit)
{
  gsize length = strlen (show->tones);
  char *tones = g_strdup_printf ("%s%c", show->tones + (length >= MAX_TONES ? 1 : 0), digit);
  g_free (show->tones);
  show->tones = tones;
}

/* A point of wall-clock time as a monotonic one: the network may set the phone's clock in mid-call.
 */
static gint64
monotonic_of (gint64 real_us)
{
  gint64 ago = real_us != 0 ? MAX (g_get_real_time () - real_us, 0) : 0;
  return g_get_monotonic_time () - ago;
}

static void
follow_clock (CliShow *show, const CliCall *call)
{
  if (show->began == 0)
    show->began = monotonic_of (cli_call_began (call));
  if (show->answered == 0 && cli_call_was_answered (call))
    show->answered = monotonic_of (cli_call_step (call, "answered"));
}

gint64
cli_show_talked (const CliShow *show)
{
  return show->answered != 0 ? (g_get_monotonic_time () - show->answered) / 1000 : -1;
}

static gint64
elapsed (const CliShow *show)
{
  return (g_get_monotonic_time () - show->began) / 1000;
}

static gboolean
draw (CliShow *show, const CliCall *call)
{
  show->judging = show->judging && cli_call_wants_words (call);
  CliScreen screen = { call,         elapsed (show), cli_show_talked (show), show->tones,
                       show->notice, show->leaving,  show->judging };
  guint rows;
  cli_terminal_size (&show->style.columns, &rows);
  g_autofree char *text = cli_screen_render (&screen, &show->style, rows);
  return cli_terminal_draw (text);
}

static gboolean
write_line (CliShow *show, const char *text)
{
  g_autofree char *time = cli_format_elapsed (elapsed (show));
  return cli_out ("%7s  %s\n", time, text);
}

static gboolean
write_change (CliShow *show, const CliCall *call)
{
  g_autofree char *line = cli_screen_line (call);
  if (g_strcmp0 (line, show->last_line) == 0)
    return TRUE;
  gboolean first = show->last_line == NULL;
  g_free (show->last_line);
  show->last_line = g_strdup (line);
  if (first)
    {
      g_autofree char *who = g_strdup_printf (
          "%s %s (%s)", call->incoming ? "Call from" : "Call to", call->name, call->number);
      if (!write_line (show, who))
        return FALSE;
    }
  return write_line (show, line);
}

gboolean
cli_show_call (CliShow *show, const CliCall *call, gboolean changed)
{
  follow_clock (show, call);
  switch (show->mode)
    {
    case CLI_SHOW_SCREEN:
      return draw (show, call);
    case CLI_SHOW_LINES:
      return !changed || call->state == CLI_CALL_ENDED || write_change (show, call);
    case CLI_SHOW_JSON:
      break;
    }
  if (!changed || call->state == CLI_CALL_ENDED)
    return TRUE;
  JsonBuilder *event = cli_json_event ("call", g_get_real_time ());
  cli_json_add_call (event, call);
  return cli_json_write (event);
}

gboolean
cli_show_statistics (CliShow *show, const CliCall *call)
{
  if (show->mode != CLI_SHOW_JSON) /* of its figures, a line tells only that there is no sound */
    return cli_show_call (show, call, TRUE);
  JsonBuilder *event = cli_json_event ("statistics", g_get_real_time ());
  cli_json_add_string (event, "path", call->path);
  json_builder_set_member_name (event, "statistics");
  cli_json_add_variant (event, call->statistics);
  return cli_json_write (event);
}

gboolean
cli_show_tone (CliShow *show, const CliCall *call, const char *digit)
{
  g_autofree char *safe = cli_safe_text (digit);
  if (show->mode == CLI_SHOW_JSON)
    {
      JsonBuilder *event = cli_json_event ("tone", g_get_real_time ());
      cli_json_add_string (event, "path", call->path);
      cli_json_add_string (event, "digit", digit);
      return cli_json_write (event);
    }
  g_autofree char *text = g_strdup_printf ("The other side sent the tone %s", safe);
  if (show->mode == CLI_SHOW_LINES)
    return write_line (show, text);
  cli_show_notice (show, text);
  return cli_show_call (show, call, FALSE);
}

gboolean
cli_show_end (CliShow *show, const CliCall *call, int status)
{
  follow_clock (show, call);
  gint64 talked = cli_show_talked (show);
  if (show->mode == CLI_SHOW_JSON)
    {
      JsonBuilder *event = cli_json_event ("ended", g_get_real_time ());
      cli_json_add_call (event, call);
      json_builder_set_member_name (event, "duration");
      json_builder_add_int_value (event, MAX (talked, 0));
      json_builder_set_member_name (event, "exit_status");
      json_builder_add_int_value (event, status);
      return cli_json_write (event);
    }
  g_autofree char *sentence = cli_screen_ending (call, talked);
  if (show->mode == CLI_SHOW_LINES)
    return write_line (show, sentence);
  cli_terminal_close ();
  gboolean alarm = g_str_equal (call->reason, "sas-mismatch");
  g_autofree char *lines = cli_text_wrap (sentence, show->style.columns);
  g_autofree char *shown = cli_style_wrap (&show->style, alarm ? CLI_BAD : CLI_PLAIN, lines);
  return cli_out ("%s%s\n", alarm ? "\a" : "", shown);
}
