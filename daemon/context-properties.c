/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything is looked up with its type: another one is as good as nothing. */
#include "daemon/context-properties.h"

static gboolean
is_wanted (const char *path, GVariant *properties, const char *wanted)
{
  const char *type;

  if (wanted != NULL)
    return g_str_equal (path, wanted);
  return g_variant_lookup (properties, "Type", "&s", &type) && g_str_equal (type, "internet");
}

char *
tac_context_find (GVariant *contexts, const char *wanted, gboolean *active)
{
  char *found = NULL;
  GVariantIter iter;
  const char *path;
  GVariant *properties;

  *active = FALSE;
  g_variant_iter_init (&iter, contexts);
  while (g_variant_iter_loop (&iter, "(&o@a{sv})", &path, &properties))
    if (found == NULL && is_wanted (path, properties, wanted))
      {
        found = g_strdup (path);
        g_variant_lookup (properties, "Active", "b", active);
      }
  return found;
}

char *
tac_context_interface (GVariant *properties)
{
  static const char *const names[] = { "Settings", "IPv6.Settings" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GVariant) settings
          = g_variant_lookup_value (properties, names[i], G_VARIANT_TYPE_VARDICT);
      char *interface;

      if (settings != NULL && g_variant_lookup (settings, "Interface", "s", &interface))
        return interface;
    }
  return NULL;
}
