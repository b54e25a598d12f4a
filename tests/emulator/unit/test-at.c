/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The AT port: lines out of bytes, commands out of lines. */
#include "at-command.h"
#include "at-line.h"
#include <string.h>

typedef struct
{
  const char *line;
  const char *name; /* NULL = not a command */
  EmuAtForm form;
  const char *arguments;
} CommandRow;

static const CommandRow commands[] = {
  { "AT", "", EMU_AT_EXECUTE, "" },
  { "at+cimi", "+CIMI", EMU_AT_EXECUTE, "" },
  { "AT+CPIN?", "+CPIN", EMU_AT_READ, "" },
  { "AT+CREG=?", "+CREG", EMU_AT_TEST, "" },
  { "AT+CFUN=1", "+CFUN", EMU_AT_SET, "1" },
  { "AT+CPIN=\"a?\"", "+CPIN", EMU_AT_SET, "\"a?\"" },
  { "AT%CSQ", "%CSQ", EMU_AT_EXECUTE, "" },
  { "ATE0", "E", EMU_AT_EXECUTE, "0" },
  { "AT&C1", "&C", EMU_AT_EXECUTE, "1" },
  { "ATD+1555;", "D", EMU_AT_EXECUTE, "+1555;" },
  { "AT+CMGF=0;+CPMS?", "+CMGF", EMU_AT_SET, "0;+CPMS?" },
  { "", NULL, 0, NULL },
  { "A", NULL, 0, NULL },
  { "RING", NULL, 0, NULL },
  { "AT+", NULL, 0, NULL },
  { "AT+=1", NULL, 0, NULL },
  { "AT+CPIN?1", NULL, 0, NULL },
  { "AT+CPIN!", NULL, 0, NULL },
  { "AT&", NULL, 0, NULL },
  { "AT0", NULL, 0, NULL },
  { "AT+ABCDEFGHIJKLMNOPQ", NULL, 0, NULL },
};

static void
test_command (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      const CommandRow *row = &commands[i];
      EmuAtCommand command;
      gboolean ok = emu_at_command_parse (row->line, &command);

      g_test_message ("%s", row->line);
      g_assert_cmpint (ok, ==, row->name != NULL);
      if (!ok)
        continue;
      g_assert_cmpstr (command.name, ==, row->name);
      g_assert_cmpint (command.form, ==, row->form);
      g_assert_cmpstr (command.arguments, ==, row->arguments);
    }
}

static void
test_arguments (void)
{
  const char *cursor = "1,\"a,b\",,bare,\"\",x1,4294967295,4294967296,\"open";
  char text[EMU_AT_STRING_MAX];
  guint number;

  g_assert_true (emu_at_next_number (&cursor, &number));
  g_assert_cmpuint (number, ==, 1);
  g_assert_true (emu_at_next_string (&cursor, text));
  g_assert_cmpstr (text, ==, "a,b");
  g_assert_false (emu_at_next_string (&cursor, text)); /* left out */
  g_assert_true (emu_at_next_string (&cursor, text));
  g_assert_cmpstr (text, ==, "bare");
  g_assert_true (emu_at_next_string (&cursor, text)); /* given, and empty */
  g_assert_cmpstr (text, ==, "");
  g_assert_false (emu_at_next_number (&cursor, &number)); /* x1 */
  g_assert_true (emu_at_next_number (&cursor, &number));
  g_assert_cmpuint (number, ==, G_MAXUINT32);
  g_assert_false (emu_at_next_number (&cursor, &number)); /* one more than fits */
  g_assert_false (emu_at_next_string (&cursor, text));    /* no closing quote */
  g_assert_false (emu_at_next_string (&cursor, text));    /* the end */
  g_assert_cmpstr (cursor, ==, "");
}

static void
test_argument_overlong (void)
{
  g_autofree char *line = g_strnfill (EMU_AT_STRING_MAX + 10, 'x');
  const char *cursor = line;
  char text[EMU_AT_STRING_MAX];

  g_assert_false (emu_at_next_string (&cursor, text));
  g_assert_cmpuint (strlen (text), ==, EMU_AT_STRING_MAX - 1);
  g_assert_cmpstr (cursor, ==, "");
}

static void
expect (EmuAtLine *line, EmuAtEvent event, const char *text)
{
  const char *got;

  g_assert_cmpint (emu_at_line_next (line, &got), ==, event);
  g_assert_cmpstr (got, ==, text);
}

static void
push (EmuAtLine *line, const char *bytes)
{
  g_assert_true (emu_at_line_push (line, (const guint8 *)bytes, strlen (bytes)));
}

static void
test_lines (void)
{
  g_autoptr (EmuAtLine) line = emu_at_line_new ();

  push (line, "\r\n\rAT\r\nAT+CI");
  expect (line, EMU_AT_EVENT_COMMAND, "AT");
  expect (line, EMU_AT_EVENT_NONE, NULL);
  push (line, "MI\rATE0\r");
  expect (line, EMU_AT_EVENT_COMMAND, "AT+CIMI");
  expect (line, EMU_AT_EVENT_COMMAND, "ATE0");
  expect (line, EMU_AT_EVENT_NONE, NULL);
}

static void
test_pdu (void)
{
  g_autoptr (EmuAtLine) line = emu_at_line_new ();

  push (line, "AT+CMGS=2\r0011\r\n22\x1a"
              "AT\r");
  expect (line, EMU_AT_EVENT_COMMAND, "AT+CMGS=2");
  emu_at_line_expect_pdu (line);
  expect (line, EMU_AT_EVENT_PDU, "001122");
  expect (line, EMU_AT_EVENT_COMMAND, "AT");

  emu_at_line_expect_pdu (line);
  push (line, "00\x1b"
              "AT\r");
  expect (line, EMU_AT_EVENT_CANCELLED, "00");
  expect (line, EMU_AT_EVENT_COMMAND, "AT");
}

static void
test_overlong (void)
{
  g_autoptr (EmuAtLine) line = emu_at_line_new ();
  g_autofree char *most = g_strnfill (EMU_AT_LINE_MAX, 'x');
  g_autofree char *digits = g_strnfill (EMU_AT_PDU_MAX + 1, '0');
  const char *text;

  push (line, most);
  push (line, "\r");
  expect (line, EMU_AT_EVENT_COMMAND, most);
  push (line, most);
  push (line, "y\rAT\r");
  g_assert_cmpint (emu_at_line_next (line, &text), ==, EMU_AT_EVENT_OVERLONG);
  expect (line, EMU_AT_EVENT_COMMAND, "AT");
  emu_at_line_expect_pdu (line);
  push (line, digits);
  push (line, "\x1a"
              "AT\r");
  g_assert_cmpint (emu_at_line_next (line, &text), ==, EMU_AT_EVENT_OVERLONG);
  expect (line, EMU_AT_EVENT_COMMAND, "AT");
}

static void
test_backlog_full (void)
{
  g_autoptr (EmuAtLine) line = emu_at_line_new ();
  g_autofree guint8 *bytes = g_malloc0 (EMU_AT_BACKLOG_MAX);

  g_assert_true (emu_at_line_push (line, bytes, EMU_AT_BACKLOG_MAX));
  g_assert_false (emu_at_line_push (line, bytes, 1));
  expect (line, EMU_AT_EVENT_NONE, NULL);
  g_assert_true (emu_at_line_push (line, bytes, 1));
}

/* However the bytes are cut, the same comes out. */
static void
test_any_cut (void)
{
  static const char bytes[] = "AT+CREG=2\r\n\rAT+CMGS=3\rAT\rATD1;\r";

  for (guint round = 0; round < 200; round++)
    {
      g_autoptr (EmuAtLine) line = emu_at_line_new ();
      g_autoptr (GString) all = g_string_new (NULL);
      const char *text;

      for (gsize at = 0; at < strlen (bytes);)
        {
          gsize size = (gsize)g_test_rand_int_range (1, 8);

          size = MIN (size, strlen (bytes) - at);
          emu_at_line_push (line, (const guint8 *)bytes + at, size);
          at += size;
          while (emu_at_line_next (line, &text) != EMU_AT_EVENT_NONE)
            g_string_append_printf (all, "%s|", text);
        }
      g_assert_cmpstr (all->str, ==, "AT+CREG=2|AT+CMGS=3|AT|ATD1;|");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/at/command", test_command);
  g_test_add_func ("/at/arguments", test_arguments);
  g_test_add_func ("/at/argument-overlong", test_argument_overlong);
  g_test_add_func ("/at/lines", test_lines);
  g_test_add_func ("/at/pdu", test_pdu);
  g_test_add_func ("/at/overlong", test_overlong);
  g_test_add_func ("/at/backlog-full", test_backlog_full);
  g_test_add_func ("/at/any-cut", test_any_cut);
  return g_test_run ();
}
