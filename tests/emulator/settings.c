/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named values of a struct, set from and shown as "a{sv}": a table says which. */
#include "settings.h"
#include <gio/gio.h>
#include <math.h>
#include <string.h>

gboolean
emu_settings_refuse (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, message);
  return FALSE;
}

guint
emu_word_index (const char *const *words, const char *word)
{
  guint i = 0;

  while (words[i] != NULL && strcmp (words[i], word) != 0)
    i++;
  return i;
}

/* NAN where @value is no number. */
static double
number_of (GVariant *value)
{
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_DOUBLE:
      return g_variant_get_double (value);
    case G_VARIANT_CLASS_UINT32:
      return g_variant_get_uint32 (value);
    case G_VARIANT_CLASS_INT32:
      return g_variant_get_int32 (value);
    case G_VARIANT_CLASS_UINT64:
      return (double)g_variant_get_uint64 (value);
    case G_VARIANT_CLASS_INT64:
      return (double)g_variant_get_int64 (value);
    case G_VARIANT_CLASS_BOOLEAN:
    case G_VARIANT_CLASS_BYTE:
    case G_VARIANT_CLASS_INT16:
    case G_VARIANT_CLASS_UINT16:
    case G_VARIANT_CLASS_HANDLE:
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
    case G_VARIANT_CLASS_VARIANT:
    case G_VARIANT_CLASS_MAYBE:
    case G_VARIANT_CLASS_ARRAY:
    case G_VARIANT_CLASS_TUPLE:
    case G_VARIANT_CLASS_DICT_ENTRY:
      return NAN;
    }
  return NAN;
}

static gboolean
set_number (const EmuSetting *setting, double *place, GVariant *value, GError **error)
{
  double number = number_of (value);

  if (!(number >= setting->min && number <= setting->max))
    return emu_settings_refuse (error, "%s: must be a number from %g to %g", setting->key,
                                setting->min, setting->max);
  *place = number;
  return TRUE;
}

static gboolean
set_flag (const EmuSetting *setting, gboolean *place, GVariant *value, GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return emu_settings_refuse (error, "%s: must be true or false", setting->key);
  *place = g_variant_get_boolean (value);
  return TRUE;
}

static gboolean
set_word (const EmuSetting *setting, guint *place, GVariant *value, GError **error)
{
  g_autofree char *choices = g_strjoinv (", ", (char **)setting->words);
  guint index = G_MAXUINT;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    index = emu_word_index (setting->words, g_variant_get_string (value, NULL));
  if (index >= g_strv_length ((char **)setting->words))
    return emu_settings_refuse (error, "%s: must be one of: %s", setting->key, choices);
  *place = index;
  return TRUE;
}

static gboolean
set (const EmuSetting *setting, guint8 *target, GVariant *value, GError **error)
{
  gpointer place = target + setting->offset;

  switch (setting->kind)
    {
    case EMU_SETTING_NUMBER:
      return set_number (setting, place, value, error);
    case EMU_SETTING_FLAG:
      return set_flag (setting, place, value, error);
    case EMU_SETTING_WORD:
      return set_word (setting, place, value, error);
    }
  g_assert_not_reached ();
}

static gboolean
refuse_key (const EmuSetting *table, const char *const *others, const char *key, GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  g_autofree char *list = NULL;

  for (; others != NULL && *others != NULL; others++)
    g_ptr_array_add (keys, (gpointer)*others);
  for (; table->key != NULL; table++)
    g_ptr_array_add (keys, (gpointer)table->key);
  g_ptr_array_add (keys, NULL);
  list = g_strjoinv (", ", (char **)keys->pdata);
  return emu_settings_refuse (error, "%s: no such key; the keys here are %s", key, list);
}

gboolean
emu_settings_apply (const EmuSetting *table, gpointer target, gsize size, GVariant *values,
                    const char *const *others, GError **error)
{
  g_autofree guint8 *copy = g_memdup2 (target, size);

  for (gsize i = 0; i < g_variant_n_children (values); i++)
    {
      g_autoptr (GVariant) value = NULL;
      const EmuSetting *setting = table;
      const char *key;

      g_variant_get_child (values, i, "{&sv}", &key, &value);
      if (others != NULL && g_strv_contains (others, key))
        continue;
      while (setting->key != NULL && strcmp (setting->key, key) != 0)
        setting++;
      if (setting->key == NULL)
        return refuse_key (table, others, key, error);
      if (!set (setting, copy, value, error))
        return FALSE;
    }
  memcpy (target, copy, size);
  return TRUE;
}

static GVariant *
describe (const EmuSetting *setting, const guint8 *target)
{
  gconstpointer place = target + setting->offset;

  switch (setting->kind)
    {
    case EMU_SETTING_NUMBER:
      return g_variant_new_double (*(const double *)place);
    case EMU_SETTING_FLAG:
      return g_variant_new_boolean (*(const gboolean *)place);
    case EMU_SETTING_WORD:
      return g_variant_new_string (setting->words[*(const guint *)place]);
    }
  g_assert_not_reached ();
}

GVariant *
emu_settings_describe (const EmuSetting *table, gconstpointer target)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  for (; table->key != NULL; table++)
    g_variant_builder_add (&builder, "{sv}", table->key, describe (table, target));
  return g_variant_builder_end (&builder);
}
