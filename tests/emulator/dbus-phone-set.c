/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Emulator1.Phone.Set: check everything, then change it. */
#include "dbus-phone.h"
#include <string.h>

typedef struct
{
  const char *key;
  const char *type;
  const char *const *words; /* a string must be one of them; NULL = any */
} Key;

static const Key keys[] = {
  { "Powered", "b", NULL },
  { "Registration", "s", emu_registration_names },
  { "OperatorName", "s", NULL },
  { "OperatorCode", "s", NULL },
  { "Technology", "s", emu_technology_names },
  { "Signal", "u", NULL },
  { "DataAllowed", "b", NULL },
  { "SimInserted", "b", NULL },
};

G_GNUC_PRINTF (2, 3)
static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, message);
  return FALSE;
}

static guint
word_index (const char *const *words, const char *word)
{
  guint i = 0;

  while (words[i] != NULL && strcmp (words[i], word) != 0)
    i++;
  return i;
}

static gboolean
check_text (const char *key, const char *text, GError **error)
{
  gsize length = strlen (text);

  if (strcmp (key, "OperatorCode") == 0
      && (length < 5 || length > 6 || strspn (text, "0123456789") != length))
    return refuse (error, "OperatorCode: must have 5 or 6 digits, as in 00101");
  if (strcmp (key, "OperatorName") == 0 && (length > 63 || strpbrk (text, "\"\r\n") != NULL))
    return refuse (error, "OperatorName: must be up to 63 bytes without quotes");
  return TRUE;
}

static gboolean
check_value (const char *key, GVariant *value, GError **error)
{
  gsize i = 0;

  while (i < G_N_ELEMENTS (keys) && strcmp (keys[i].key, key) != 0)
    i++;
  if (i == G_N_ELEMENTS (keys))
    return refuse (error, "%s: cannot be set", key);
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE (keys[i].type)))
    return refuse (error, "%s: must be of the type %s", key, keys[i].type);
  if (strcmp (key, "Signal") == 0 && g_variant_get_uint32 (value) > EMU_SIGNAL_MAX
      && g_variant_get_uint32 (value) != EMU_SIGNAL_UNKNOWN)
    return refuse (error, "Signal: must be from 0 to 31, or 99 for unknown");
  if (keys[i].words != NULL
      && keys[i].words[word_index (keys[i].words, g_variant_get_string (value, NULL))] == NULL)
    {
      g_autofree char *words = g_strjoinv (", ", (char **)keys[i].words);

      return refuse (error, "%s: must be one of: %s", key, words);
    }
  return !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
         || check_text (key, g_variant_get_string (value, NULL), error);
}

static void
set_operator (EmuPhone *phone, GVariant *values)
{
  g_autofree char *name = NULL;
  g_autofree char *code = NULL;
  gboolean has_name = g_variant_lookup (values, "OperatorName", "s", &name);
  gboolean has_code = g_variant_lookup (values, "OperatorCode", "s", &code);

  if (!has_name && !has_code)
    return;
  if (!has_name)
    name = g_strdup (phone->network.operator_name);
  if (!has_code)
    code = g_strdup (phone->network.operator_code);
  emu_phone_set_operator (phone, name, code);
}

gboolean
emu_dbus_phone_set (EmuPhone *phone, GVariant *values, GError **error)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;
  const char *word;
  gboolean on;
  guint number;

  g_variant_iter_init (&iter, values);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    if (!check_value (key, value, error))
      {
        g_variant_unref (value);
        return FALSE;
      }

  if (g_variant_lookup (values, "Powered", "b", &on) && !emu_phone_set_power (phone, on, error))
    return FALSE;
  if (g_variant_lookup (values, "SimInserted", "b", &on))
    emu_phone_set_sim_inserted (phone, on);
  set_operator (phone, values);
  if (g_variant_lookup (values, "Technology", "&s", &word))
    emu_phone_set_technology (phone, (EmuTechnology)word_index (emu_technology_names, word));
  if (g_variant_lookup (values, "Registration", "&s", &word))
    emu_phone_set_registration (phone, (EmuRegistration)word_index (emu_registration_names, word));
  if (g_variant_lookup (values, "Signal", "u", &number))
    emu_phone_set_signal (phone, number);
  if (g_variant_lookup (values, "DataAllowed", "b", &on))
    emu_phone_set_data_allowed (phone, on);
  return TRUE;
}
