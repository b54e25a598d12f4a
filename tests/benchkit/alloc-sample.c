/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program of which it is known how often it allocates, to test alloc-count.c with. */
#include <glib.h>
#include <stdlib.h>

int
main (int argc, char **argv)
{
  int wanted = argc > 1 ? atoi (argv[1]) : 0;
  GHashTable *table = g_hash_table_new (NULL, NULL);

  for (int i = 0; i < wanted; i++)
    {
      free (malloc ((size_t)i + 1));
      g_free (g_malloc ((gsize)i + 1));
    }
  g_hash_table_unref (table);
  return EXIT_SUCCESS;
}
