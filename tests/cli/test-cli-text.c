/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel's pure parts: safe text, formats, tables, command lines, exit statuses. */
#include "command.h"
#include "exit-status.h"
#include "format.h"
#include "plot.h"
#include "safe-text.h"
#include "table.h"
#include <string.h>

static const CliStyle wide = { FALSE, TRUE, 0 };
static const CliStyle narrow = { FALSE, TRUE, 40 };

static void
test_safe (void)
{
  static const struct
  {
    const char *in, *out;
  } rows[] = {
    { "bob", "bob" },
    { "Bärbel 山田", "Bärbel 山田" },
    { "a\nb\tc", "a\\u{000A}b\\u{0009}c" },
    { "\033[2Jgone", "\\u{001B}[2Jgone" },
    { "\302\233"
      "31m",
      "\\u{009B}31m" },                                     /* CSI of C1 */
    { "bob\342\200\256ecila", "bob\\u{202E}ecila" },        /* right-to-left override */
    { "\342\201\246x\342\201\251", "\\u{2066}x\\u{2069}" }, /* isolates */
    { "a\342\200\213b", "a\\u{200B}b" },                    /* zero width space */
    { "a\342\200\250b", "a\\u{2028}b" },                    /* line separator */
    { "می\342\200\214خواهم", "می\342\200\214خواهم" },       /* the non-joiner is spelling */
    { "\377\376x", "\\x{FF}\\x{FE}x" },
    { "cut\303", "cut\\x{C3}" },
    { "\355\240\200", "\\x{ED}\\x{A0}\\x{80}" },                    /* a surrogate */
    { "o\314\201\314\201\314\201\314\201\314\201\314\201\314\201x", /* a stack of accents */
      "o\314\201\314\201\314\201\314\201\314\201\314\201\\u{0301}x" },
    { "👨‍👩‍👧 ❤️", "👨‍👩‍👧 ❤️" }, /* joined, and made an emoji */
    { "", "" },
    { NULL, "" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *safe = cli_safe_text (rows[i].in);
      g_assert_cmpstr (safe, ==, rows[i].out);
    }
}

static void
test_fit (void)
{
  static const struct
  {
    const char *in;
    guint columns;
    const char *out;
  } rows[] = {
    { "alice", 5, "alice" },    { "alice", 4, "ali…" },        { "alice", 1, "…" },
    { "alice", 0, "" },         { "山田太郎", 8, "山田太郎" }, { "山田太郎", 7, "山田太…" },
    { "山田太郎", 6, "山田…" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *fit = cli_text_fit (rows[i].in, rows[i].columns, TRUE);
      g_assert_cmpstr (fit, ==, rows[i].out);
      g_assert_cmpuint (cli_text_width (fit), <=, rows[i].columns);
    }
}

static void
test_wrap (void)
{
  static const struct
  {
    const char *in;
    guint columns;
    const char *out;
  } rows[] = {
    { "one two three", 0, "one two three" },   { "one two three", 7, "one two\nthree" },
    { "one two three", 6, "one\ntwo\nthree" }, { "extraordinary one", 5, "extraordinary\none" },
    { "  Try: this", 8, "  Try:\nthis" },      { "", 5, "" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *wrapped = cli_text_wrap (rows[i].in, rows[i].columns);
      g_assert_cmpstr (wrapped, ==, rows[i].out);
    }
}

static void
test_duration (void)
{
  static const struct
  {
    gint64 ms;
    const char *duration, *elapsed;
  } rows[] = {
    { -5, "0:00", "0.0 s" },   { 999, "0:00", "0.9 s" },     { 59999, "0:59", "59.9 s" },
    { 60000, "1:00", "1:00" }, { 725000, "12:05", "12:05" }, { 3723000, "1:02:03", "1:02:03" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *duration = cli_format_duration (rows[i].ms);
      g_autofree char *elapsed = cli_format_elapsed (rows[i].ms);
      g_assert_cmpstr (duration, ==, rows[i].duration);
      g_assert_cmpstr (elapsed, ==, rows[i].elapsed);
    }
}

static void
test_table (void)
{
  static const char *const headings[] = { "Name", "Number", NULL };
  const char *bob[] = { "bob", "+15550002" },
             *long_name[] = { "Ermintrude of Ashby-de-la-Zouch", "+1" };
  g_autoptr (CliTable) table = cli_table_new (headings);
  g_autofree char *empty = cli_table_render (table, &wide);
  g_assert_cmpstr (empty, ==, "");

  cli_table_add (table, bob);
  g_autofree char *small = cli_table_render (table, &narrow);
  g_assert_cmpstr (small, ==, "Name  Number\nbob   +15550002\n");

  cli_table_add (table, long_name);
  g_autofree char *blocks = cli_table_render (table, &narrow);
  g_assert_cmpstr (blocks, ==,
                   "bob\n  Number +15550002\nErmintrude of Ashby-de-la-Zouch\n  Number +1\n");
  g_autofree char *piped = cli_table_render (table, &wide);
  g_assert_true (g_str_has_prefix (piped, "Name                             Number\nbob      "));
}

/* A row that ends early has the rest of the line, and makes no column wider. */
static void
test_short_row (void)
{
  static const char *const headings[] = { "A", "B", "C", NULL };
  const char *all[] = { "1", "2", "3" }, *few[] = { "1", "a long remark about it", NULL };
  g_autoptr (CliTable) table = cli_table_new (headings);
  cli_table_add (table, all);
  cli_table_add (table, few);
  g_autofree char *text = cli_table_render (table, &narrow);
  g_assert_cmpstr (text, ==, "A  B  C\n1  2  3\n1  a long remark about it\n");
  const CliStyle narrower = { FALSE, TRUE, 24 };
  g_autofree char *blocks = cli_table_render (table, &narrower);
  g_assert_cmpstr (blocks, ==, "1\n  B 2\n  C 3\n1\n  B a long remark about it\n");
}

/* Rows upon rows cost no more each: this would take hours if each looked at all others. */
static void
test_many_rows (void)
{
  static const char *const headings[] = { "Name", "Number", "Trust", NULL };
  const char *cells[] = { "somebody", "+15550002", "paired" };
  g_autoptr (CliTable) table = cli_table_new (headings);
  for (guint i = 0; i < 100000; i++)
    cli_table_add (table, cells);
  g_autofree char *text = cli_table_render (table, &wide);
  g_assert_cmpuint (strlen (text), ==, 100001 * strlen ("somebody  +15550002  paired\n") - 1);
}

/* Sixty-four bytes of emoji in a name, and the next column still begins below its heading. */
static void
test_emoji (void)
{
  static const char *const headings[] = { "Name", "Number", NULL };
  const CliStyle colours = { TRUE, TRUE, 60 };
  const char *faces[] = { "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀", "+1" }, *heart[] = { "❤️", "+2" };
  g_autoptr (CliTable) table = cli_table_new (headings);
  cli_table_add (table, faces);
  cli_table_add (table, heart);
  g_autofree char *piped = cli_table_render (table, &wide);
  g_auto (GStrv) lines = g_strsplit (piped, "\n", -1);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *cell
          = g_utf8_substring (lines[i], 0, g_utf8_strlen (lines[i], -1) - (i == 0 ? 6 : 2));
      g_assert_cmpuint (cli_text_width (cell), ==, 34);
    }
  g_autofree char *shown = cli_table_render (table, &colours);
  g_assert_nonnull (strstr (shown, "\033[35G+1\n"));
  g_assert_nonnull (strstr (shown, "\033[35G+2\n"));
}

static void
test_pairs (void)
{
  const char *pairs[]
      = { "Name", "bob", "Nothing", "", "Key", "0123456789012345678901234567890123456789", NULL };
  const char *long_text[] = { "Words", "ratchet midsummer ratchet midsummer ratchet", NULL };
  g_autofree char *broken = cli_table_pairs (long_text, &narrow);
  g_assert_cmpstr (broken, ==, "Words  ratchet midsummer ratchet\n       midsummer ratchet\n");
  g_autofree char *text = cli_table_pairs (pairs, &narrow);
  g_assert_cmpstr (text, ==, "Name  bob\nKey\n0123456789012345678901234567890123456789\n");
}

static int
run_nothing (const CliRequest *request)
{
  return 0;
}

static const CliCommand commands[] = {
  { "status", "", "s", "h", 0, 0, CLI_OPTION_ALL, run_nothing },
  { "contact add", "NAME NUMBER KEY", "s", "h", 3, 3, 0, run_nothing },
  { "contact list", "", "s", "h", 0, 0, 0, run_nothing },
  { "call", "NAME|NUMBER", "s", "h", 1, 1, CLI_OPTION_NO_WAIT, run_nothing },
  { "mute", "", "s", "h", 0, 0, CLI_OPTION_OFF, run_nothing },
  { NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

static void
test_parse (void)
{
  /* Line; outcome; command; arguments; what the message has. */
  static const struct
  {
    const char *line;
    CliParse outcome;
    const char *command, *arguments, *message;
  } rows[] = {
    { "status", CLI_PARSE_RUN, "status", "", NULL },
    { "status --all --json", CLI_PARSE_RUN, "status", "", NULL },
    { "--json status", CLI_PARSE_RUN, "status", "", NULL },
    { "call bob -n", CLI_PARSE_RUN, "call", "bob", NULL },
    { "call --no-wait +15550002", CLI_PARSE_RUN, "call", "+15550002", NULL },
    { "call -- -n", CLI_PARSE_RUN, "call", "-n", NULL },
    { "contact add bob +1 K", CLI_PARSE_RUN, "contact add", "bob|+1|K", NULL },
    { "status --help", CLI_PARSE_HELP, "status", NULL, NULL },
    { "contact add -h", CLI_PARSE_HELP, "contact add", NULL, NULL },
    { "contact --help", CLI_PARSE_HELP, NULL, NULL, NULL },
    { "help", CLI_PARSE_HELP, NULL, NULL, NULL },
    { "help call", CLI_PARSE_HELP, "call", NULL, NULL },
    { "help contact", CLI_PARSE_HELP, NULL, NULL, NULL },
    { "--help", CLI_PARSE_HELP, NULL, NULL, NULL },
    { "--version", CLI_PARSE_VERSION, NULL, NULL, NULL },
    { "", CLI_PARSE_WRONG, NULL, NULL, "missing" },
    { "--bogus", CLI_PARSE_WRONG, NULL, NULL, "no option \"--bogus\"" },
    { "status --bogus", CLI_PARSE_WRONG, NULL, NULL, "tacitel status --help" },
    { "status --off", CLI_PARSE_WRONG, NULL, NULL, "tacitel status --help" },
    { "status now", CLI_PARSE_WRONG, NULL, NULL, "takes no arguments, not \"now\"" },
    { "call", CLI_PARSE_WRONG, NULL, NULL, "needs NAME|NUMBER" },
    { "call Bob Smith", CLI_PARSE_WRONG, NULL, NULL, "in quotes" },
    { "contact", CLI_PARSE_WRONG, NULL, NULL, "tacitel help contact" },
    { "contact lst", CLI_PARSE_WRONG, NULL, NULL, "did you mean \"tacitel contact list\"" },
    { "contact frobnicate", CLI_PARSE_WRONG, NULL, NULL, "see \"tacitel help contact\"" },
    { "dial bob", CLI_PARSE_WRONG, NULL, NULL, "did you mean \"tacitel call\"" },
    { "help sttaus", CLI_PARSE_WRONG, NULL, NULL, "did you mean \"tacitel status\"" },
    { "zzz", CLI_PARSE_WRONG, NULL, NULL, "no command \"zzz\": see \"tacitel help\"" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) words = g_strsplit (rows[i].line, " ", -1);
      g_auto (CliRequest) request = { 0 };
      g_autofree char *message = NULL;
      const char *const nothing[] = { NULL };
      CliParse outcome = cli_request_parse (
          commands, *rows[i].line == '\0' ? nothing : (const char *const *)words, &request,
          &message);
      g_test_message ("%s: %s", rows[i].line, message);
      g_assert_cmpint (outcome, ==, rows[i].outcome);
      if (rows[i].message != NULL)
        g_assert_nonnull (strstr (message, rows[i].message));
      else
        g_assert_cmpstr (request.command != NULL ? request.command->name : NULL, ==,
                         rows[i].command);
      if (rows[i].arguments != NULL)
        {
          g_autofree char *joined = g_strjoinv ("|", request.arguments);
          g_assert_cmpstr (joined, ==, rows[i].arguments);
        }
    }
}

static void
test_options (void)
{
  const char *line[] = { "--json", "call", "bob", "-n", NULL }, *off[] = { "mute", "--off", NULL };
  g_auto (CliRequest) call = { 0 };
  g_auto (CliRequest) mute = { 0 };
  g_autofree char *message = NULL;
  g_assert_cmpint (cli_request_parse (commands, line, &call, &message), ==, CLI_PARSE_RUN);
  g_assert_true (call.json && call.no_wait && !call.off);
  g_assert_cmpint (cli_request_parse (commands, off, &mute, &message), ==, CLI_PARSE_RUN);
  g_assert_true (mute.off && !mute.json);
}

static void
test_suggest (void)
{
  static const struct
  {
    const char *word, *meant;
  } rows[] = {
    { "stats", "status" },
    { "cal", "call" },
    { "CALL", "call" },
    { "clal", "call" },
    { "contat", "contact" },
    { "mut", "mute" },
    { "contacts", "contact list" },
    { "reject", "decline" },
    { "xyzzy", NULL },
    { "c", NULL },
    { "an-argument-that-is-longer-than-any-command-there-is", NULL },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *meant = cli_suggest (commands, rows[i].word);
      g_assert_cmpstr (meant, ==, rows[i].meant);
    }
}

static void
test_help (void)
{
  for (const CliCommand *command = commands; command->name != NULL; command++)
    {
      g_autofree char *text = cli_help_command (command);
      g_assert_nonnull (strstr (text, command->name));
      g_assert_nonnull (strstr (text, "--json"));
      g_assert_true ((strstr (text, "--off") != NULL)
                     == ((command->options & CLI_OPTION_OFF) != 0));
    }
  g_autofree char *family = cli_help_list (commands, "contact");
  g_assert_nonnull (strstr (family, "contact list"));
  g_assert_null (strstr (family, "status"));
}

static void
test_exit (void)
{
  static const struct
  {
    const char *reason;
    gboolean talked;
    int status;
  } rows[] = {
    { "hangup", TRUE, 0 },
    { "hangup", FALSE, 10 },
    { "remote-hangup", TRUE, 0 },
    { "remote-hangup", FALSE, 25 },
    { "remote-declined", FALSE, 11 },
    { "busy", FALSE, 12 },
    { "no-answer", FALSE, 13 },
    { "unreachable", FALSE, 14 },
    { "lost", TRUE, 22 },
    { "sas-mismatch", FALSE, 23 },
    { "", FALSE, 1 },
    { "of-a-newer-daemon", TRUE, 1 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (cli_exit_for_reason (rows[i].reason, rows[i].talked), ==, rows[i].status);
}

/* Every reason that the API documents has a status of its own, below those that a shell gives to
 * signals. */
static void
test_exit_all (void)
{
  g_autofree char *path
      = g_build_filename (g_getenv ("TEST_DATA"), "..", "dbus", "org.tacitel.Call1.xml", NULL);
  g_autofree char *xml = NULL;
  g_assert_true (g_file_get_contents (path, &xml, NULL, NULL));
  char *from = strstr (xml, "Reason: why it ended"), *to = strstr (from, "ReasonText");
  g_auto (GStrv) parts = g_strsplit ((*to = '\0', from), "\"", -1);
  guint n = 0;
  for (guint i = 3; parts[i] != NULL && parts[i + 1] != NULL; i += 2, n++) /* the first is "" */
    {
      CliExit status = cli_exit_for_reason (parts[i], FALSE);
      g_test_message ("%s: %d", parts[i], status);
      g_assert_cmpint (status, >=, CLI_EXIT_CANCELLED);
      g_assert_cmpint (status, <, 126);
      g_assert_cmpstr (cli_exit_reason_text (parts[i], FALSE), !=,
                       cli_exit_reason_text ("?", FALSE));
    }
  g_assert_cmpuint (n, ==, 17);
}

/* Every exit status there is stands in the manual. */
static void
test_exit_manual (void)
{
  static const CliExit from[] = { CLI_EXIT_OK, CLI_EXIT_CANCELLED, CLI_EXIT_WRONG_PASSPHRASE };
  static const CliExit to[] = { CLI_EXIT_DAMAGED, CLI_EXIT_GIVEN_UP, CLI_EXIT_NETWORK };
  g_autofree char *path
      = g_build_filename (g_getenv ("TEST_DATA"), "..", "docs", "tacitel.1", NULL);
  g_autofree char *manual = NULL;
  g_assert_true (g_file_get_contents (path, &manual, NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (from); i++)
    for (int status = (int)from[i]; status <= (int)to[i]; status++)
      {
        g_autofree char *item = g_strdup_printf ("\n.It %d\n", status);
        g_test_message ("%d", status);
        g_assert_nonnull (strstr (manual, item));
      }
}

static void
test_snake (void)
{
  static const char *const rows[][2] = { { "LossReceived", "loss_received" }, { "Name", "name" } };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *snake = cli_format_snake (rows[i][0]);
      g_assert_cmpstr (snake, ==, rows[i][1]);
    }
}

static void
on_element (GMarkupParseContext *context, const char *name, const char **names, const char **values,
            gpointer user_data, GError **error)
{
  GString *seen = user_data;
  g_string_append_printf (seen, "%s ", name);
  for (guint i = 0; names[i] != NULL; i++)
    g_assert_null (strstr (values[i], "nan"));
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize size, gpointer user_data,
         GError **error)
{
  g_string_append_len (user_data, text, (gssize)size);
}

/* Well-formed, whatever the peer is called and however short the call was. */
static void
test_plot (void)
{
  static const GMarkupParser parser = { .start_element = on_element, .text = on_text };
  static const guint lengths[] = { 0, 1, 2, 599 };
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GString) seen = g_string_new (NULL);
      GVariantBuilder builder;
      g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(yyqqqss)"));
      for (guint j = 0; j < lengths[i]; j++)
        g_variant_builder_add (&builder, "(yyqqqss)", j % 101, 0, j, 60, 65535, "wide", "else");
      g_autoptr (GVariant) points = g_variant_ref_sink (g_variant_builder_end (&builder));
      g_autofree char *svg = cli_plot_svg ("<b>&\"\x1b bob", i == 3 ? 65535 : 1, points);
      g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, seen, NULL);
      g_markup_parse_context_parse (context, svg, -1, &error);
      g_assert_no_error (error);
      g_markup_parse_context_end_parse (context, &error);
      g_assert_no_error (error);
      g_assert_nonnull (strstr (seen->str, "<b>&\"\\u{001B} bob"));
      g_assert_nonnull (strstr (seen->str, "polyline"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/safe", test_safe);
  g_test_add_func ("/text/fit", test_fit);
  g_test_add_func ("/text/wrap", test_wrap);
  g_test_add_func ("/format/duration", test_duration);
  g_test_add_func ("/format/snake", test_snake);
  g_test_add_func ("/table/narrow-is-blocks", test_table);
  g_test_add_func ("/table/short-row", test_short_row);
  g_test_add_func ("/table/many-rows", test_many_rows);
  g_test_add_func ("/table/emoji-stay-in-line", test_emoji);
  g_test_add_func ("/table/pairs-keep-keys-whole", test_pairs);
  g_test_add_func ("/command/parse", test_parse);
  g_test_add_func ("/command/options", test_options);
  g_test_add_func ("/command/suggest", test_suggest);
  g_test_add_func ("/command/help", test_help);
  g_test_add_func ("/plot/well-formed", test_plot);
  g_test_add_func ("/exit/talked-or-not", test_exit);
  g_test_add_func ("/exit/every-documented-reason", test_exit_all);
  g_test_add_func ("/exit/in-the-manual", test_exit_manual);
  return g_test_run ();
}
