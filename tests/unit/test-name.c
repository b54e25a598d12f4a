/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names: what may be one, and what is left of what may not. */
#include "daemon/contacts.h"

#include "codecs/wire.h"

#include <string.h>

#define RLO "\xe2\x80\xae" /* U+202E */
#define ZWJ "\xe2\x80\x8d"
#define EMOJI "\xef\xb8\x8f" /* U+FE0F */
#define WOMAN "\xf0\x9f\x91\xa9"
#define ROCKET "\xf0\x9f\x9a\x80"
#define TONE "\xf0\x9f\x8f\xbd"
#define ACUTE "\xcc\x81"
#define KEYCAP "\xe2\x83\xa3"

/* @clean: NULL where @name may be one, and is left as it is. */
static const struct
{
  const char *what, *name, *clean;
} rows[] = {
  { "letters", "bob", NULL },
  { "umlaut", "J\xc3\xbcrgen", NULL },
  { "composed of a letter and a mark", "Jose" ACUTE, NULL },
  { "Hebrew", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", NULL },
  { "Japanese with its wide blank", "\xe5\xb1\xb1\xe3\x80\x80\xe7\x94\xb0", NULL },
  { "digits", "4917", NULL },
  { "punctuation", "O'Neill [x] #1 \\n;=", NULL },
  { "plus inside", "a+b", NULL },
  { "an emoji", ROCKET, NULL },
  { "tone of skin", WOMAN TONE, NULL },
  { "a woman who is an astronaut", WOMAN ZWJ ROCKET, NULL },
  { "the same with a tone", WOMAN TONE ZWJ ROCKET, NULL },
  { "heart in colour", "\xe2\x9d\xa4" EMOJI, NULL },
  { "heart in colour, on fire", "\xe2\x9d\xa4" EMOJI ZWJ "\xf0\x9f\x94\xa5", NULL },
  { "keycap", "1" EMOJI KEYCAP, NULL },
  { "flag", "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", NULL },
  { "nothing", "", "" },
  { "blank", " ", "" },
  { "blank at the beginning", " bob", "bob" },
  { "blanks at the end", "bob  ", "bob" },
  { "wide blank at the end", "bob\xe3\x80\x80", "bob" },
  { "blank that does not break", "a\xc2\xa0z", "az" },
  { "plus at the beginning", "+4917012345", "4917012345" },
  { "pluses and blanks", "+ + bob", "bob" },
  { "line break", "a\nkey=b", "akey=b" },
  { "escape sequence", "\033[31mred", "[31mred" },
  { "delete", "a\x7f", "a" },
  { "C1 control",
    "a\xc2\x9b"
    "b",
    "ab" },
  { "line separator", "a\xe2\x80\xa8z", "az" },
  { "paragraph separator", "a\xe2\x80\xa9z", "az" },
  { "right-to-left override", "c" RLO "lorac", "clorac" },
  { "bidi isolate",
    "\xe2\x81\xa6"
    "a\xe2\x81\xa9",
    "a" },
  { "bidi mark", "a\xe2\x80\x8f", "a" },
  { "Arabic letter mark", "a\xd8\x9c", "a" },
  { "byte order mark",
    "\xef\xbb\xbf"
    "bob",
    "bob" },
  { "soft hyphen", "b\xc2\xadob", "bob" },
  { "blank of no width",
    "b\xe2\x80\x8b"
    "ob",
    "bob" },
  { "joiner between letters", "b" ZWJ "ob", "bob" },
  { "joiner at the end", WOMAN ZWJ, WOMAN },
  { "joiner at the beginning", ZWJ ROCKET, ROCKET },
  { "joiner twice", WOMAN ZWJ ZWJ ROCKET, WOMAN ZWJ ROCKET },
  { "joiner that loses what follows", WOMAN ZWJ RLO, WOMAN },
  { "selector behind a letter", "b" EMOJI "ob", "bob" },
  { "selector behind a digit", "1" EMOJI, "1" },
  { "selector that is no emoji's", "b\xef\xb8\x80", "b" },
  { "selector of the supplement", "b\xf3\xa0\x84\x80", "b" },
  { "hidden text in tags", ROCKET "\xf3\xa0\x81\xa1\xf3\xa0\x81\xa2", ROCKET },
  { "mark that nobody sees", "b\xcd\x8f", "b" },
  { "Hangul filler", "a\xe3\x85\xa4", "a" },
  { "empty Braille", "\xe2\xa0\x80", "" },
  { "mark at the beginning", ACUTE "bob", "bob" },
  { "private use", "a\xee\x80\x80", "a" },
  { "unassigned", "a\xcd\xb8", "a" },
  { "noncharacter", "a\xef\xbf\xbf", "a" },
  { "no UTF-8", "\xff", "" },
  { "no UTF-8 within", "a\xc3z", "az" },
  { "overlong", "a\xc0\xafz", "az" },
  { "surrogate", "a\xed\xa0\x80z", "az" },
  { "cut sequence", "bob\xf0\x9f\x91", "bob" },
};

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *clean = tac_name_clean (rows[i].name);
      const char *expected = rows[i].clean != NULL ? rows[i].clean : rows[i].name;

      if (tac_name_check (rows[i].name) != (rows[i].clean == NULL))
        g_error ("%s: %s", rows[i].what, rows[i].clean == NULL ? "refused" : "accepted");
      if (strcmp (clean, expected) != 0)
        g_error ("%s: cleaned to \"%s\", not \"%s\"", rows[i].what, clean, expected);
    }
}

static void
test_length (void)
{
  g_autoptr (GString) name = g_string_new (NULL);

  while (name->len < TAC_PAIR_NAME_MAX)
    {
      g_string_append (name, ROCKET);
      g_assert_true (tac_name_check (name->str));
    }
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *clean = tac_name_clean (name->str);

      g_assert_cmpuint (strlen (clean), ==, TAC_PAIR_NAME_MAX);
      g_string_append (name, i % 2 ? "x" : ROCKET);
      g_assert_false (tac_name_check (name->str));
    }
  /* What is cut is cut at a character, and what then ends in a joiner or a blank loses it. */
  g_string_assign (name, "");
  while (name->len < TAC_PAIR_NAME_MAX - 5)
    g_string_append_c (name, 'x');
  {
    g_autofree char *whole = g_strconcat (name->str, "xxxxxx", NULL);
    g_autofree char *long_name = g_strconcat (name->str, "xx" WOMAN, NULL);
    g_autofree char *joined = g_strconcat (name->str + 2, WOMAN ZWJ WOMAN, NULL);
    g_autofree char *blank = g_strconcat (name->str, "xxxx y", NULL);
    char *cleaned[] = { tac_name_clean (whole), tac_name_clean (long_name), tac_name_clean (joined),
                        tac_name_clean (blank) };

    g_assert_cmpuint (strlen (cleaned[0]), ==, TAC_PAIR_NAME_MAX);
    g_assert_cmpuint (strlen (cleaned[1]), ==, TAC_PAIR_NAME_MAX - 3);
    g_assert_true (g_str_has_suffix (cleaned[2], WOMAN));
    g_assert_true (g_str_has_suffix (cleaned[3], "xxxx"));
    for (guint i = 0; i < G_N_ELEMENTS (cleaned); i++)
      {
        g_assert_true (tac_name_check (cleaned[i]));
        g_free (cleaned[i]);
      }
  }
}

/* Of whatever bytes: what is left is a name or nothing, and stays as it is. */
static void
test_anything (void)
{
  static const char *const parts[]
      = { "a",       "+", " ", "1", ZWJ, EMOJI, KEYCAP, ROCKET, TONE, RLO, ACUTE, "\xe3\x80\x80",
          "\xf0\x9f" };

  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      gboolean bytes = g_test_rand_bit ();

      for (int n = g_test_rand_int_range (0, 120); n > 0; n--)
        if (bytes)
          g_string_append_c (text, (char)g_test_rand_int_range (1, 256));
        else
          g_string_append (text, parts[g_test_rand_int_range (0, G_N_ELEMENTS (parts))]);
      {
        g_autofree char *clean = tac_name_clean (text->str);
        g_autofree char *again = tac_name_clean (clean);

        g_assert_true (*clean == '\0' || tac_name_check (clean));
        g_assert_cmpstr (again, ==, clean);
        if (tac_name_check (text->str))
          g_assert_cmpstr (clean, ==, text->str);
      }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/name/table", test_table);
  g_test_add_func ("/name/length", test_length);
  g_test_add_func ("/name/anything", test_anything);
  return g_test_run ();
}
