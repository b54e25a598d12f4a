/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of tacitel-emulatorctl: from words, and to text or JSON. */
#include "ctl.h"
#include <string.h>

/* What stays text even where it looks like a number. */
static const char *const text_keys[]
    = { "OperatorName", "OperatorCode", "Registration", "Technology", "phone", "pattern", "text",
        "kind",         "direction",    "action",       "preset",     "share", "trace",   NULL };

static GVariant *
parse_bytes (const char *hex)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2)
    {
      gint high = g_ascii_xdigit_value (hex[0]);
      gint low = g_ascii_xdigit_value (hex[1]);
      guint8 byte = (guint8)(high << 4 | low);

      if (high < 0 || low < 0)
        return NULL;
      g_byte_array_append (bytes, &byte, 1);
    }
  if (*hex != '\0')
    return NULL;
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes->data, bytes->len, 1);
}

static GVariant *
parse_value (const char *key, const char *text)
{
  guint64 number;
  double fraction;
  char *end;

  if (g_str_has_prefix (text, "hex:"))
    return parse_bytes (text + 4);
  if (g_strv_contains (text_keys, key))
    return g_variant_new_string (text);
  if (strcmp (text, "true") == 0 || strcmp (text, "false") == 0)
    return g_variant_new_boolean (*text == 't');
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, NULL))
    return g_variant_new_uint32 ((guint32)number);
  if (g_ascii_isdigit (*text) && strchr (text, '.') != NULL)
    {
      fraction = g_ascii_strtod (text, &end);
      if (*end == '\0')
        return g_variant_new_double (fraction);
    }
  return g_variant_new_string (text);
}

GVariant *
emu_ctl_parse_values (char **words, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  for (; *words != NULL; words++)
    {
      g_auto (GStrv) pair = g_strsplit (*words, "=", 2);
      GVariant *value = pair[0] != NULL && pair[1] != NULL && g_utf8_validate (*words, -1, NULL)
                            ? parse_value (pair[0], pair[1])
                            : NULL;

      if (value == NULL)
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       "'%s': write KEY=VALUE; bytes as KEY=hex:00ff", *words);
          return NULL;
        }
      g_variant_dict_insert_value (&dict, pair[0], value);
    }
  return g_variant_dict_end (&dict);
}

static void
append_json_string (GString *json, const char *text)
{
  g_string_append_c (json, '"');
  for (; *text != '\0'; text++)
    if (*text == '"' || *text == '\\')
      g_string_append_printf (json, "\\%c", *text);
    else if ((guchar)*text < 0x20)
      g_string_append_printf (json, "\\u%04x", *text);
    else
      g_string_append_c (json, *text);
  g_string_append_c (json, '"');
}

static void append_json (GString *json, GVariant *value);

static void
append_json_children (GString *json, GVariant *value)
{
  gboolean object = g_variant_is_of_type (value, G_VARIANT_TYPE_DICTIONARY);
  gboolean entry = g_variant_is_of_type (value, G_VARIANT_TYPE_DICT_ENTRY);

  if (!entry)
    g_string_append_c (json, object ? '{' : '[');
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      if (i > 0)
        g_string_append (json, entry ? ": " : ", ");
      append_json (json, child);
    }
  if (!entry)
    g_string_append_c (json, object ? '}' : ']');
}

static void
append_json (GString *json, GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
    {
      g_autoptr (GVariant) inner = g_variant_get_variant (value);

      append_json (json, inner);
    }
  else if (g_variant_is_container (value))
    append_json_children (json, value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
           || g_variant_is_of_type (value, G_VARIANT_TYPE_OBJECT_PATH))
    append_json_string (json, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BYTE))
    g_string_append_printf (json, "%u", g_variant_get_byte (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    {
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      g_string_append (json, g_ascii_dtostr (text, sizeof text, g_variant_get_double (value)));
    }
  else
    {
      g_autofree char *text = g_variant_print (value, FALSE);

      g_string_append (json, text);
    }
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* A dictionary, a key a line, sorted. */
static void
print_table (GVariant *dictionary)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, dictionary);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autofree char *text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
                                  ? g_variant_dup_string (value, NULL)
                                  : g_variant_print (value, FALSE);

      g_ptr_array_add (lines, g_strdup_printf ("%-18s %s", key, text));
    }
  g_ptr_array_sort (lines, compare_keys);
  for (guint i = 0; i < lines->len; i++)
    g_print ("%s\n", (const char *)lines->pdata[i]);
}

void
emu_ctl_print (const EmuCtl *ctl, GVariant *value)
{
  if (ctl->json)
    {
      g_autoptr (GString) json = g_string_new (NULL);

      append_json (json, value);
      g_print ("%s\n", json->str);
    }
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    print_table (value);
  else
    {
      g_autofree char *text = g_variant_print (value, FALSE);

      g_print ("%s\n", text);
    }
}
