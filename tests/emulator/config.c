/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration: which phones there are, their SIMs, ports and networks. */
#include "config.h"
#include "sms-number.h"
#include <string.h>

#define PORT 12345
#define GROUP "emulator"
#define INTERNET "internet"
#define PHONE "phone "

static const char *const phone_keys[]
    = { "number", "netns",    "port",          "imsi", "iccid", "spn",
        "pin",    "operator", "operator-code", "data", NULL };
static const char *const emulator_keys[]
    = { "sms-latency-ms", "sms-acknowledge-ms", "unknown-number-code", "seed", NULL };
static const char *const internet_keys[] = { "netns", NULL };

static void
phone_config_free (EmuPhoneConfig *phone)
{
  g_free (phone->name);
  g_free (phone->number);
  g_free (phone->netns);
  g_free (phone->imsi);
  g_free (phone->iccid);
  g_free (phone->spn);
  g_free (phone->pin);
  g_free (phone->operator_name);
  g_free (phone->operator_code);
  g_free (phone);
}

void
emu_config_free (EmuConfig *config)
{
  if (config == NULL)
    return;
  g_ptr_array_unref (config->phones);
  g_free (config->internet_netns);
  g_free (config);
}

G_GNUC_PRINTF (4, 5)
static gboolean
refuse (GError **error, const char *group, const char *key, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *reason = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "[%s] %s: %s", group, key,
               reason);
  return FALSE;
}

static gboolean
check_keys (GKeyFile *file, const char *group, const char *const *known, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);
  g_autofree char *list = g_strjoinv (", ", (char **)known);

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    if (!g_strv_contains (known, keys[i]))
      return refuse (error, group, keys[i], "unknown key; the keys here are %s", list);
  return TRUE;
}

/* A number, or @fallback where the key is missing. */
static gboolean
get_number (GKeyFile *file, const char *group, const char *key, guint max, guint fallback,
            guint *value, GError **error)
{
  g_autofree char *text = g_key_file_get_string (file, group, key, NULL);
  guint64 number;

  *value = fallback;
  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (g_strstrip (text), 10, 0, max, &number, NULL))
    return refuse (error, group, key, "must be a number from 0 to %u", max);
  *value = (guint)number;
  return TRUE;
}

static char *
get_text (GKeyFile *file, const char *group, const char *key)
{
  char *text = g_key_file_get_string (file, group, key, NULL);

  if (text != NULL && *g_strstrip (text) == '\0')
    g_clear_pointer (&text, g_free);
  return text;
}

/* ITU-T E.118: the last digit makes the Luhn sum a multiple of ten. */
static char *
default_iccid (const char *operator_code, guint index)
{
  g_autofree char *digits = g_strdup_printf ("89001%.2s%012u", operator_code + 3, index);
  guint sum = 0;

  for (guint i = 0; i < 19; i++)
    {
      guint digit = (guint)(digits[18 - i] - '0') * (i % 2 == 0 ? 2 : 1);

      sum += digit / 10 + digit % 10;
    }
  return g_strdup_printf ("%s%u", digits, (10 - sum % 10) % 10);
}

static gboolean
is_digits (const char *text, gsize min, gsize max)
{
  gsize length = strlen (text);

  return length >= min && length <= max && strspn (text, "0123456789") == length;
}

static void
add_defaults (EmuPhoneConfig *phone, guint index)
{
  if (phone->number == NULL)
    phone->number = g_strdup_printf ("+1555100%04u", index);
  if (phone->operator_code == NULL)
    phone->operator_code = g_strdup ("00101");
  if (phone->operator_name == NULL)
    phone->operator_name = g_strdup ("Test Network");
  if (phone->imsi == NULL)
    phone->imsi = g_strdup_printf ("%s%0*u", phone->operator_code,
                                   15 - (int)MIN (strlen (phone->operator_code), 14), index);
  if (phone->iccid == NULL && strlen (phone->operator_code) >= 5)
    phone->iccid = default_iccid (phone->operator_code, index);
  if (phone->spn == NULL)
    phone->spn = g_strndup (phone->operator_name, EMU_SPN_MAX);
}

static gboolean
check_phone (const EmuPhoneConfig *phone, const char *group, GError **error)
{
  if (!emu_number_is_valid (phone->number) || !strpbrk (phone->number, "0123456789"))
    return refuse (error, group, "number", "'%s' is not a telephone number", phone->number);
  if (!is_digits (phone->operator_code, 5, 6))
    return refuse (error, group, "operator-code", "must have 5 or 6 digits, as in 00101");
  if (!is_digits (phone->imsi, 6, 15))
    return refuse (error, group, "imsi", "must have up to 15 digits");
  if (!is_digits (phone->iccid, 18, 20))
    return refuse (error, group, "iccid", "must have 18 to 20 digits");
  if (phone->pin != NULL && !is_digits (phone->pin, 4, 8))
    return refuse (error, group, "pin", "must have 4 to 8 digits");
  if (strlen (phone->spn) > EMU_SPN_MAX)
    return refuse (error, group, "spn", "must have at most %d bytes", EMU_SPN_MAX);
  if (strpbrk (phone->operator_name, "\"\r\n") != NULL || strlen (phone->operator_name) > 63)
    return refuse (error, group, "operator", "must be up to 63 bytes without quotes");
  return TRUE;
}

static gboolean
load_phone (GKeyFile *file, const char *group, EmuConfig *config, GError **error)
{
  guint index = config->phones->len + 1;
  EmuPhoneConfig *phone = g_new0 (EmuPhoneConfig, 1);
  guint port;

  g_ptr_array_add (config->phones, phone);
  phone->name = g_strdup (group + strlen (PHONE));
  g_strstrip (phone->name);
  if (*phone->name == '\0'
      || strspn (phone->name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_") != strlen (phone->name))
    return refuse (error, group, "name", "use letters, digits and '_'");
  phone->number = get_text (file, group, "number");
  phone->netns = get_text (file, group, "netns");
  phone->imsi = get_text (file, group, "imsi");
  phone->iccid = get_text (file, group, "iccid");
  phone->spn = get_text (file, group, "spn");
  phone->pin = get_text (file, group, "pin");
  phone->operator_name = get_text (file, group, "operator");
  phone->operator_code = get_text (file, group, "operator-code");
  add_defaults (phone, index);

  g_autofree char *data = get_text (file, group, "data");
  if (data != NULL && strcmp (data, "tun") != 0 && strcmp (data, "none") != 0)
    return refuse (error, group, "data", "must be 'tun' or 'none'");
  phone->tun = data == NULL ? phone->netns != NULL : strcmp (data, "tun") == 0;
  if (!get_number (file, group, "port", G_MAXUINT16, phone->netns != NULL ? PORT : PORT + index - 1,
                   &port, error))
    return FALSE;
  phone->port = (guint16)port;
  return check_keys (file, group, phone_keys, error) && check_phone (phone, group, error);
}

static gboolean
check_unique (const EmuConfig *config, GError **error)
{
  for (guint i = 0; i < config->phones->len; i++)
    for (guint j = 0; j < i; j++)
      {
        const EmuPhoneConfig *a = config->phones->pdata[i];
        const EmuPhoneConfig *b = config->phones->pdata[j];

        if (emu_number_equal (a->number, b->number))
          return refuse (error, a->name, "number", "%s has it already", b->name);
        if (strcmp (a->name, b->name) == 0)
          return refuse (error, a->name, "name", "used twice");
      }
  return TRUE;
}

static gboolean
load_group (GKeyFile *file, const char *group, EmuConfig *config, GError **error)
{
  if (g_str_has_prefix (group, PHONE))
    return load_phone (file, group, config, error);
  if (strcmp (group, INTERNET) == 0)
    {
      config->internet_netns = get_text (file, group, "netns");
      return check_keys (file, group, internet_keys, error);
    }
  if (strcmp (group, GROUP) != 0)
    return refuse (error, group, "group", "must be 'phone NAME', 'internet' or 'emulator'");
  return check_keys (file, group, emulator_keys, error)
         && get_number (file, group, emulator_keys[0], 86400000, config->sms_latency_ms,
                        &config->sms_latency_ms, error)
         && get_number (file, group, emulator_keys[1], 86400000, config->sms_acknowledge_ms,
                        &config->sms_acknowledge_ms, error)
         && get_number (file, group, emulator_keys[2], 999, config->unknown_number_code,
                        &config->unknown_number_code, error)
         && get_number (file, group, emulator_keys[3], G_MAXUINT32, config->seed, &config->seed,
                        error);
}

static EmuConfig *
load (GKeyFile *file, GError **error)
{
  g_autoptr (EmuConfig) config = g_new0 (EmuConfig, 1);
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  config->phones = g_ptr_array_new_with_free_func ((GDestroyNotify)phone_config_free);
  config->sms_latency_ms = 150;
  config->sms_acknowledge_ms = 10000;
  config->unknown_number_code = 1;
  config->seed = 1;
  for (guint i = 0; groups[i] != NULL; i++)
    if (!load_group (file, groups[i], config, error))
      return NULL;
  if (config->phones->len == 0 || config->phones->len > EMU_PHONES_MAX)
    {
      refuse (error, "phone NAME", "group", "there must be from 1 to %u", EMU_PHONES_MAX);
      return NULL;
    }
  return check_unique (config, error) ? g_steal_pointer (&config) : NULL;
}

EmuConfig *
emu_config_load (const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  EmuConfig *config;

  config
      = g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error) ? load (file, error) : NULL;
  if (config == NULL)
    g_prefix_error (error, "%s: ", path);
  return config;
}

EmuConfig *
emu_config_load_data (const char *text, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  return g_key_file_load_from_data (file, text, (gsize)-1, G_KEY_FILE_NONE, error)
             ? load (file, error)
             : NULL;
}
