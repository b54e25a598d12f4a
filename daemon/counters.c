/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named counters. */
#include "daemon/counters.h"

struct TacCounters
{
  GHashTable *counts; /* static name → guint64 */
};

TacCounters *
tac_counters_new (void)
{
  TacCounters *counters = g_new0 (TacCounters, 1);

  counters->counts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  return counters;
}

void
tac_counters_free (TacCounters *counters)
{
  g_hash_table_unref (counters->counts);
  g_free (counters);
}

void
tac_counters_add (TacCounters *counters, const char *name, guint64 n)
{
  guint64 *count = g_hash_table_lookup (counters->counts, name);

  if (count == NULL)
    {
      count = g_new0 (guint64, 1);
      g_hash_table_insert (counters->counts, (gpointer)name, count);
    }
  *count += n;
}

GVariant *
tac_counters_to_variant (const TacCounters *counters)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{st}"));
  GHashTableIter iter;
  gpointer name, count;

  g_hash_table_iter_init (&iter, counters->counts);
  while (g_hash_table_iter_next (&iter, &name, &count))
    g_variant_builder_add (&builder, "{st}", name, *(guint64 *)count);
  return g_variant_builder_end (&builder);
}
