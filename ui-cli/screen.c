/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live call view as text: pure, from what is known of the call to the lines of a terminal. */
#include "screen.h"
#include "exit-status.h"
#include "format.h"
#include "safe-text.h"
#include <string.h>

#define METER_CELLS 20u
#define METER_CELL_DB 3
#define METER_LEAST (-60) /* dBFS: below, a room's noise */
#define METER_LOUD (-3)   /* above, peaks are cut */

typedef struct
{
  const CliScreen *screen;
  const CliStyle *style;
  GPtrArray *lines;
  guint columns;
  guint keys; /* lines at the end that stay, whatever must go */
} Page;

static void
add (Page *page, CliEmphasis emphasis, const char *text)
{
  g_autofree char *fit = cli_text_fit (text, page->columns, page->style->unicode);
  g_ptr_array_add (page->lines, cli_style_wrap (page->style, emphasis, fit));
}

static void
add_blank (Page *page)
{
  if (page->lines->len > 0
      && *(char *)g_ptr_array_index (page->lines, page->lines->len - 1) != '\0')
    g_ptr_array_add (page->lines, g_strdup (""));
}

/* @left, and @right at the right edge; @left gives way. */
static void
add_pair (Page *page, CliEmphasis emphasis, const char *left, const char *right)
{
  guint right_width = cli_text_width (right);
  guint room = page->columns > right_width + 2 ? page->columns - right_width - 2 : 0;
  g_autofree char *fit = cli_text_fit (left, room, page->style->unicode);
  g_autofree char *shown = cli_style_wrap (page->style, emphasis, fit);
  GString *line = g_string_new (shown);
  for (guint i = cli_text_width (fit) + right_width; i < page->columns; i++)
    g_string_append_c (line, ' ');
  g_string_append (line, right);
  g_ptr_array_add (page->lines, g_string_free (line, FALSE));
}

/* @items, NULL-terminated, with @gap between, broken into lines between items or at their blanks.
 */
static void
add_flow (Page *page, CliEmphasis emphasis, const char *const *items, const char *gap)
{
  g_autoptr (GString) line = g_string_new (" ");
  for (; *items != NULL; items++)
    {
      guint taken = cli_text_width (line->str);
      if (taken > 1 && taken + cli_text_width (gap) + cli_text_width (*items) > page->columns)
        {
          add (page, emphasis, line->str);
          g_string_assign (line, " ");
        }
      if (line->len > 1)
        g_string_append (line, gap);
      g_string_append (line, *items);
    }
  if (line->len > 1)
    add (page, emphasis, line->str);
}

static void
add_text (Page *page, CliEmphasis emphasis, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  add_flow (page, emphasis, (const char *const *)words, " ");
}

static void
add_head (Page *page)
{
  const CliScreen *screen = page->screen;
  const CliCall *call = screen->call;
  g_autofree char *time = screen->talked >= 0 ? cli_format_duration (screen->talked)
                                              : cli_format_elapsed (screen->elapsed);
  g_autofree char *who = g_strdup_printf (" %s%s",
                                          cli_call_was_answered (call) ? ""
                                          : call->incoming             ? "Call from "
                                                                       : "Calling ",
                                          call->name);
  g_autofree char *margin = g_strconcat (time, " ", NULL);
  g_autofree char *number = g_strconcat (" ", call->number, NULL);
  /* Muted is said up here too: where lines are few, the notice below is the first to go. */
  g_autofree char *state = g_strconcat (screen->leaving ? "Hanging up" : cli_call_state_text (call),
                                        call->muted && !screen->leaving ? ", muted " : " ", NULL);
  add_pair (page, CLI_BOLD, who, margin);
  add_pair (page, CLI_DIM, number, state);
}

typedef struct
{
  const char *step, *done, *doing;
} Step;

static const Step outgoing_steps[] = {
  { "data-up", "Data connection is up", "Raising the data connection" },
  { "invite-sent", "Invitation sent by SMS", "Sending the invitation by SMS" },
  { "path-found", "Path found", "Waiting for the other phone" },
  { "secured", "Encrypted", "Exchanging keys" },
  { "ringing", "Ringing there", "Waiting for ringing" },
  { NULL, NULL, NULL },
};
static const Step incoming_steps[] = {
  { "invite-received", "Invitation received by SMS", "" },
  { "data-up", "Data connection is up", "Raising the data connection" },
  { "path-found", "Path found", "Looking for a path" },
  { "secured", "Encrypted", "Exchanging keys" },
  { "ringing", "Rings", "Waiting for ringing" },
  { NULL, NULL, NULL },
};

static void
add_step (Page *page, CliEmphasis emphasis, const char *mark, const char *ascii_mark,
          const char *text)
{
  g_autofree char *line
      = g_strdup_printf (" %s %s", page->style->unicode ? mark : ascii_mark, text);
  add (page, emphasis, line);
}

static void
add_done (Page *page, const char *text, gint64 ms)
{
  g_autofree char *time = cli_format_elapsed (ms);
  g_autofree char *margin = g_strconcat (time, " ", NULL);
  g_autofree char *line = g_strdup_printf (" %s %s", page->style->unicode ? "✓" : "*", text);
  add_pair (page, CLI_GOOD, line, margin);
}

/* What is done, with its time; what it does now, or waits for; what is still to come. */
static void
add_steps (Page *page)
{
  const CliCall *call = page->screen->call;
  const Step *step = call->incoming ? incoming_steps : outgoing_steps, *next = step;
  for (const Step *any = step; any->step != NULL; any++)
    if (cli_call_step (call, any->step) != 0)
      next = any + 1; /* a step before it that was not reported was not needed */
  for (; step < next; step++)
    {
      gint64 at = cli_call_step (call, step->step);
      if (at != 0)
        add_done (page, step->done, (at - cli_call_began (call)) / 1000);
    }
  const char *doing = *call->waiting != '\0' || next->step == NULL ? call->waiting : next->doing;
  if (*doing != '\0')
    add_step (page, CLI_BOLD, "›", ">", doing);
  for (; next->step != NULL && (++next)->step != NULL;)
    add_step (page, CLI_DIM, "·", "-", next->done);
}

/* One line, or two and two: never three and one. */
static void
add_four (Page *page, CliEmphasis emphasis)
{
  char **words = page->screen->call->words;
  guint widest = 0;
  for (char **word = words; *word != NULL; word++)
    widest = MAX (widest, cli_text_width (*word));
  GPtrArray *padded = g_ptr_array_new_with_free_func (g_free);
  for (char **word = words; *word != NULL; word++)
    g_ptr_array_add (padded, g_strdup_printf ("%-*s", (int)widest, *word));
  g_ptr_array_add (padded, NULL);
  const char *const *four = (const char *const *)padded->pdata;
  if (padded->len == 5 && page->columns < 4 * widest + 7)
    {
      const char *first[] = { four[0], four[1], NULL }, *second[] = { four[2], four[3], NULL };
      add_flow (page, emphasis, first, "  ");
      add_flow (page, emphasis, second, "  ");
    }
  else
    add_flow (page, emphasis, four, "  ");
  g_ptr_array_unref (padded);
}

/* Dim once they were compared; before, the only bold lines between blank ones. */
static void
add_words (Page *page)
{
  const CliScreen *screen = page->screen;
  if (screen->call->words[0] == NULL)
    return;
  add_blank (page);
  if (g_str_equal (screen->call->trust, "verified"))
    {
      add_four (page, CLI_DIM);
      return;
    }
  add_text (page, CLI_PLAIN, "Read these words to each other; both phones must show the same:");
  add_blank (page);
  add_four (page, CLI_BOLD);
  if (screen->judging)
    {
      add_blank (page);
      add_text (page, CLI_WARN, "Are they the same? y: yes, n: no, and the call ends");
    }
}

/* Above all else: it may be a reason not to speak. */
static void
add_warning (Page *page)
{
  const CliCall *call = page->screen->call;
  if (*call->warning == '\0')
    return;
  add_blank (page);
  add_text (page, CLI_BAD, call->warning);
}

static CliEmphasis
trust_emphasis (const char *trust)
{
  return g_str_equal (trust, "verified")   ? CLI_GOOD
         : g_str_equal (trust, "mismatch") ? CLI_BAD
                                           : CLI_WARN;
}

static void
add_security (Page *page)
{
  const CliCall *call = page->screen->call;
  if (*call->security == '\0' || g_str_equal (call->security, "none"))
    return;
  add_blank (page);
  add_text (page, CLI_GOOD, cli_format_security (call->security));
  add_text (page, trust_emphasis (call->trust), cli_format_trust (call->trust));
}

/* "Pace wide": both ways, or what is sent and what comes where they differ. */
static char *
describe_pace (const CliCall *call)
{
  const char *sent = "wide", *received = sent; /* as a call begins */
  g_variant_lookup (call->statistics, "Profile", "&s", &sent);
  g_variant_lookup (call->statistics, "PeerProfile", "&s", &received);
  g_autofree char *text = g_str_equal (sent, received)
                              ? g_strdup_printf ("Pace %s", sent)
                              : g_strdup_printf ("Pace %s out, %s in", sent, received);
  return cli_safe_text (text);
}

/* A bar of 3 dB a cell, from -60 dBFS on; the upper end is where it is too loud. */
static void
add_meter (Page *page, const char *label, const char *figure)
{
  int level = -96;
  if (!g_variant_lookup (page->screen->call->statistics, figure, "i", &level))
    return;
  guint filled = level > METER_LEAST ? (guint)(level - METER_LEAST) / METER_CELL_DB : 0;
  GString *text = g_string_new (label);
  g_string_append_c (text, ' ');
  for (guint i = 0; i < METER_CELLS; i++)
    g_string_append (text, i < filled ? (page->style->unicode ? "█" : "#")
                                      : (page->style->unicode ? "·" : "-"));
  if (level > -96)
    g_string_append_printf (text, " %d dB", level);
  else
    g_string_append (text, " silent");
  add_text (page, level > METER_LOUD ? CLI_WARN : CLI_DIM, text->str);
  g_string_free (text, TRUE);
}

static void
add_figures (Page *page)
{
  const CliCall *call = page->screen->call;
  if (call->statistics == NULL)
    return;
  guint round_trip = cli_call_figure_u (call, "RoundTrip");
  double received = cli_call_figure_d (call, "LossReceived"),
         sent = cli_call_figure_d (call, "LossSent");
  g_autofree char *trip = round_trip > 0 ? g_strdup_printf ("Round trip %u ms", round_trip)
                                         : g_strdup ("Round trip unknown");
  g_autofree char *loss = g_strdup_printf ("Loss %.1f %% in, %.1f %% out", received, sent);
  g_autofree char *jitter = g_strdup_printf ("Jitter %u ms", cli_call_figure_u (call, "Jitter"));
  g_autofree char *delay
      = g_strdup_printf ("Buffer %u ms", cli_call_figure_u (call, "PlayoutDelay"));
  g_autofree char *pace = describe_pace (call);
  const char *items[] = { trip, jitter, delay, loss, pace, NULL };
  add_blank (page);
  add_flow (page, received >= 5 || sent >= 5 ? CLI_WARN : CLI_PLAIN, items,
            page->style->unicode ? " · " : ", ");
  add_meter (page, "You ", "CapturedLevel");
  add_meter (page, "They", "PlayedLevel");
}

static void
add_notices (Page *page)
{
  const CliScreen *screen = page->screen;
  const CliCall *call = screen->call;
  g_autofree char *silent = cli_call_sound_problem (call);
  add_blank (page);
  if (*silent != '\0')
    add_text (page, CLI_BAD, silent);
  if (call->state == CLI_CALL_RECONNECTING)
    add_text (page, CLI_WARN,
              *call->waiting != '\0' ? call->waiting : "Nothing is heard from the other phone");
  else if (cli_call_is_up (call) && *call->waiting != '\0')
    add_text (page, CLI_BOLD, call->waiting);
  if (call->state == CLI_CALL_HELD)
    add_text (page, CLI_WARN, "On hold: neither hears the other");
  if (call->peer_holds)
    add_text (page, CLI_WARN, "The other side put the call on hold");
  if (call->muted)
    add_text (page, CLI_WARN, "Muted: the other side hears silence");
  if (*screen->tones != '\0')
    {
      g_autofree char *tones = g_strconcat ("Tones sent: ", screen->tones, NULL);
      add_text (page, CLI_PLAIN, tones);
    }
  if (*screen->notice != '\0')
    add_text (page, CLI_BAD, screen->notice);
}

static void
add_keys (Page *page)
{
  const CliCall *call = page->screen->call;
  gboolean rings = call->incoming && call->state == CLI_CALL_RINGING;
  const char *up[] = { call->muted ? "m unmute" : "m mute",
                       call->state == CLI_CALL_HELD ? "h resume" : "h hold",
                       "q hang up",
                       "0-9*# tones",
                       cli_call_wants_words (call) ? "v words" : NULL,
                       NULL };
  const char *judging[] = { "y same", "n not the same", "other keys: later", NULL };
  const char *waiting[] = { call->muted ? "m unmute" : "m mute", "q hang up", NULL };
  const char *ringing[] = { "a answer", "q decline", NULL };
  add_blank (page);
  guint before = page->lines->len;
  add_flow (page, CLI_DIM,
            page->screen->judging   ? judging
            : cli_call_is_up (call) ? up
            : rings                 ? ringing
                                    : waiting,
            "  ");
  page->keys = page->lines->len - before;
}

/* What does not fit: blank lines first, then the lower lines, but not the keys. */
static void
shorten (Page *page, guint rows)
{
  GPtrArray *lines = page->lines;
  for (guint i = lines->len; i-- > 0 && lines->len > rows;)
    if (*(char *)g_ptr_array_index (lines, i) == '\0')
      g_ptr_array_remove_index (lines, i);
  while (lines->len > rows && lines->len > page->keys)
    g_ptr_array_remove_index (lines, lines->len - page->keys - 1);
  if (lines->len > rows && rows > 0)
    g_ptr_array_set_size (lines, (gint)rows);
}

char *
cli_screen_render (const CliScreen *screen, const CliStyle *style, guint rows)
{
  Page page
      = { screen, style, g_ptr_array_new_with_free_func (g_free), MAX (style->columns, 20), 0 };
  page.columns = MIN (page.columns, 72); /* a wider line puts the right edge out of sight */
  add_head (&page);
  add_warning (&page);
  add_blank (&page);
  if (!cli_call_was_answered (screen->call))
    add_steps (&page);
  add_security (&page);
  add_words (&page);
  if (cli_call_is_up (screen->call))
    add_figures (&page);
  add_notices (&page);
  add_keys (&page);
  shorten (&page, rows);
  g_ptr_array_add (page.lines, NULL);
  char *text = g_strjoinv ("\n", (char **)page.lines->pdata);
  g_ptr_array_unref (page.lines);
  return text;
}
