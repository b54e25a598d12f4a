/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is a telephone number, and what is not. */
#include "daemon/contacts.h"

static void
test_table (void)
{
  static const struct
  {
    const char *text, *expected;
  } rows[] = {
    { "+4917012345678", "+4917012345678" },
    { "+49 170 123-45678", "+4917012345678" },
    { "+1 (555) 100.0001", "+15551000001" },
    { "  +49/170/1234567 ", "+491701234567" },
    { "+1234567", "+1234567" },
    { "+123456", NULL },
    { "+123456789012345", "+123456789012345" },
    { "+1234567890123456", NULL },
    { "+12345678901234567890123456789012345678901234567890", NULL },
    { "+0123456789", NULL },
    { "+ 0123456789", NULL },
    { "017012345678", NULL },
    { "004917012345678", NULL },
    { "++4917012345678", NULL },
    { "+49+17012345678", NULL },
    { "-+4917012345678", NULL },
    { "+49170CALLME", NULL },
    { "+4917012345678\n", NULL },
    { "+\xd9\xa4\xd9\xa9\xd9\xa1\xd9\xa7\xd9\xa0\xd9\xa1\xd9\xa2\xd9\xa3",
      NULL }, /* Arabic digits */
    { "+-------", NULL },
    { "+", NULL },
    { " ", NULL },
    { "", NULL },
    { "bob", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = tac_number_normalise (rows[i].text);
      g_autofree char *again = got != NULL ? tac_number_normalise (got) : NULL;

      if (g_strcmp0 (got, rows[i].expected) != 0 || g_strcmp0 (again, got) != 0)
        g_error ("\"%s\": %s, not %s", rows[i].text, got, rows[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/number/table", test_table);
  return g_test_run ();
}
