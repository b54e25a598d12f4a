/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a change of address is told: not while a part of it is missing, and once. */
#include "daemon/data-address.h"

/* Addresses by a letter: 4 and 5 IPv4, a and b IPv6. */
static GPtrArray *
list (const char *letters)
{
  GPtrArray *addresses = g_ptr_array_new_with_free_func (g_object_unref);

  for (const char *c = letters; *c != '\0'; c++)
    {
      g_autofree char *text = g_ascii_isdigit (*c) ? g_strdup_printf ("198.51.100.%c", *c)
                                                   : g_strdup_printf ("2001:db8::%c", *c);

      g_ptr_array_add (addresses, g_inet_address_new_from_string (text));
    }
  return addresses;
}

static void
test_settle (void)
{
  enum
  {
    NEVER,
    SOON,
    LATE
  };
  static const struct
  {
    const char *told, *now;
    guint when;
  } rows[] = {
    { "", "", NEVER },     /* none yet */
    { "", "4", SOON },     /* the first; another may come with it */
    { "", "4a", SOON },    /* */
    { "4a", "4a", NEVER }, /* nothing new */
    { "4a", "a4", NEVER }, /* nor in another order */
    { "4", "", NEVER },    /* gone: a path would be sought in vain */
    { "4a", "", NEVER },   /* */
    { "4", "5", SOON },    /* moved */
    { "4a", "a", LATE },   /* IPv4 is between two addresses, or gone for good */
    { "4a", "5", LATE },   /* IPv6 likewise */
    { "4a", "5a", SOON },  /* */
    { "4a", "5b", SOON },  /* */
    { "4", "4a", SOON },   /* another family came */
    { "4", "a", LATE },    /* in place of the other */
    { "45", "4", SOON },   /* one of two went: the family is there */
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) told = list (rows[i].told);
      g_autoptr (GPtrArray) now = list (rows[i].now);
      guint ms = tac_data_address_settle_ms (told, now);
      guint when = ms == 0 ? NEVER : ms < 50 ? SOON : LATE;

      g_test_message ("%s -> %s", rows[i].told, rows[i].now);
      g_assert_cmpuint (when, ==, rows[i].when);
      g_assert_cmpuint (ms, <=, 200);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data-address/settle", test_settle);
  return g_test_run ();
}
