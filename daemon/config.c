/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration: a table of keys, each with its place in TacConfig and its bounds. */
#include "daemon/config-relay.h"

#include <gio/gio.h>
#include <stddef.h>

typedef enum
{
  KIND_STRING,
  KIND_BOOLEAN,
  KIND_NUMBER,
  KIND_RATE,
  KIND_CHOICE,
  KIND_POLICY,
} Kind;

typedef struct
{
  const char *group, *key;
  Kind kind;
  gsize offset;
  int least, most;
  const char *const *choices; /* of an enumeration, in its order */
} Key;

static const char *const voice_choices[] = { "auto", "on", "off", NULL };
static const char *const switch_choices[] = { "off", "on", NULL };
static const char *const signalling_choices[] = { "auto", "datagram", "text", NULL };
static const char *const relay_choices[] = { "direct", "prefer-direct", "relay-only", NULL };

#define AT(field) offsetof (TacConfig, field)
static const Key keys[] = {
  { "modem", "path", KIND_STRING, AT (modem_path), 0, 0, NULL },
  { "modem", "power", KIND_BOOLEAN, AT (modem_power), 0, 0, NULL },
  { "data", "context", KIND_STRING, AT (data_context), 0, 0, NULL },
  { "data", "keep", KIND_BOOLEAN, AT (data_keep), 0, 0, NULL },
  { "data", "timeout", KIND_NUMBER, AT (data_timeout_s), 1, 300, NULL },
  { "call", "ring-timeout", KIND_NUMBER, AT (ring_timeout_s), 1, 300, NULL },
  { "audio", "source", KIND_STRING, AT (audio_source), 0, 0, NULL },
  { "audio", "sink", KIND_STRING, AT (audio_sink), 0, 0, NULL },
  { "audio", "rate", KIND_RATE, AT (audio_rate), 8000, 48000, NULL },
  { "audio", "complexity", KIND_NUMBER, AT (audio_complexity), 0, 10, NULL },
  { "audio", "echo-canceller", KIND_CHOICE, AT (audio_echo), 0, 0, voice_choices },
  { "audio", "noise-suppression", KIND_CHOICE, AT (audio_noise), 0, 0, voice_choices },
  { "audio", "gain", KIND_CHOICE, AT (audio_gain), 0, 0, voice_choices },
  { "audio", "tones", KIND_CHOICE, AT (audio_tones), 0, 0, switch_choices },
  { "sms", "signalling", KIND_CHOICE, AT (signalling), 0, 0, signalling_choices },
  { "relay", "policy", KIND_CHOICE, AT (relay_policy), 0, 0, relay_choices },
  { "keyring", "unlock-time", KIND_NUMBER, AT (keyring_cost_ms), 50, 10000, NULL },
  { "history", "keep-days", KIND_NUMBER, AT (history_keep_days), 0, 36500, NULL },
  { "history", "keep-calls", KIND_NUMBER, AT (history_keep_calls), 0, 100000000, NULL },
  { "notify", "command", KIND_STRING, AT (notify_command), 0, 0, NULL },
  { "policy", "verified", KIND_POLICY, AT (policy), 0, 0, NULL },
  { "policy", "unverified", KIND_POLICY, AT (policy), 0, 0, NULL },
  { "policy", "changed-key", KIND_POLICY, AT (policy), 0, 0, NULL },
  { "policy", "mismatch", KIND_POLICY, AT (policy), 0, 0, NULL },
  { "policy", "blocked", KIND_POLICY, AT (policy), 0, 0, NULL },
  { "policy", "unknown", KIND_POLICY, AT (policy), 0, 0, NULL },
};

static gboolean
is_group (const char *group)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].group, group))
      return TRUE;
  return FALSE;
}

static const Key *
find_key (const char *group, const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].group, group) && g_str_equal (keys[i].key, name))
      return &keys[i];
  return NULL;
}

static gboolean
set_number (const Key *key, GKeyFile *file, int *field, GError **error)
{
  int value = g_key_file_get_integer (file, key->group, key->key, error);

  if (*error != NULL)
    return FALSE;
  if (value < key->least || value > key->most)
    {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                   "%d is outside %d to %d", value, key->least, key->most);
      return FALSE;
    }
  *field = value;
  return TRUE;
}

/* Opus, and with it the voice codec, knows five sample rates. */
static gboolean
set_rate (const Key *key, GKeyFile *file, int *field, GError **error)
{
  static const int rates[] = { 8000, 12000, 16000, 24000, 48000 };
  int value;

  if (!set_number (key, file, &value, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (rates); i++)
    if (value == rates[i])
      {
        *field = value;
        return TRUE;
      }
  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
               "%d is none of 8000, 12000, 16000, 24000, 48000", value);
  return FALSE;
}

static gboolean
set_choice (const Key *key, GKeyFile *file, int *field, GError **error)
{
  g_autofree char *value = g_key_file_get_string (file, key->group, key->key, error);
  g_autofree char *all = g_strjoinv (", ", (char **)key->choices);

  for (int i = 0; value != NULL && key->choices[i] != NULL; i++)
    if (g_str_equal (value, key->choices[i]))
      {
        *field = i;
        return TRUE;
      }
  if (value != NULL)
    g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "\"%s\" is none of %s",
                 value, all);
  return FALSE;
}

static gboolean
set_policy (const Key *key, GKeyFile *file, TacPolicy *field, GError **error)
{
  g_autofree char *value = g_key_file_get_string (file, key->group, key->key, error);

  return value != NULL && tac_policy_set (field, key->key, value, error);
}

static gboolean
set_key (TacConfig *config, const Key *key, GKeyFile *file, GError **error)
{
  char *field = (char *)config + key->offset;
  char *text;

  switch (key->kind)
    {
    case KIND_STRING:
      text = g_key_file_get_string (file, key->group, key->key, error);
      if (text == NULL)
        return FALSE;
      g_free (*(char **)field);
      *(char **)field = *text != '\0' ? text : (g_free (text), NULL);
      return TRUE;
    case KIND_BOOLEAN:
      *(gboolean *)field = g_key_file_get_boolean (file, key->group, key->key, error);
      return *error == NULL;
    case KIND_NUMBER:
      return set_number (key, file, (int *)field, error);
    case KIND_RATE:
      return set_rate (key, file, (int *)field, error);
    case KIND_CHOICE:
      return set_choice (key, file, (int *)field, error);
    case KIND_POLICY:
      return set_policy (key, file, (TacPolicy *)field, error);
    }
  g_return_val_if_reached (FALSE);
}

static gboolean
load_group (TacConfig *config, GKeyFile *file, const char *group, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, group, NULL, NULL);

  if (g_str_has_prefix (group, TAC_CONFIG_RELAY))
    return tac_config_load_relay (config, file, group, error);
  if (!is_group (group))
    {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_GROUP_NOT_FOUND,
                   "[%s]: there is no such group", group);
      return FALSE;
    }
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    {
      const Key *key = find_key (group, names[i]);

      if (key == NULL)
        {
          g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND,
                       "[%s] %s: there is no such key", group, names[i]);
          return FALSE;
        }
      if (!set_key (config, key, file, error))
        {
          g_prefix_error (error, "[%s] %s: ", group, names[i]);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
load_file (TacConfig *config, const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;
  GError *problem = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &problem))
    {
      if (g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        {
          g_error_free (problem);
          return TRUE;
        }
    }
  else
    groups = g_key_file_get_groups (file, NULL);
  for (gsize i = 0; groups != NULL && groups[i] != NULL && problem == NULL; i++)
    load_group (config, file, groups[i], &problem);
  if (problem == NULL)
    return TRUE;
  g_propagate_prefixed_error (error, problem, "%s: ", path);
  return FALSE;
}

TacConfig *
tac_config_load_files (const char *const *paths, GError **error)
{
  g_autoptr (TacConfig) config = g_new0 (TacConfig, 1);

  config->modem_power = TRUE;
  config->data_timeout_s = 20;
  config->ring_timeout_s = 45;
  config->audio_rate = 16000;
  config->audio_complexity = 5;
  config->audio_tones = TRUE;
  config->keyring_cost_ms = 1000;
  config->history_keep_days = 90;
  config->history_keep_calls = 10000;
  config->policy = tac_policy_default;
  config->relay_policy = TAC_RELAY_PREFER_DIRECT;
  config->servers = g_ptr_array_new_with_free_func ((GDestroyNotify)tac_server_free);
  for (gsize i = 0; paths[i] != NULL; i++)
    if (!load_file (config, paths[i], error))
      return NULL;
  if (!tac_config_check_relays (config, error))
    return NULL;
  return g_steal_pointer (&config);
}

TacConfig *
tac_config_load (GError **error)
{
  g_autofree char *user
      = g_build_filename (g_get_user_config_dir (), "tacitel", "tacitel.conf", NULL);

  return tac_config_load_files ((const char *const[]){ TAC_SYSCONFDIR "/tacitel.conf", user, NULL },
                                error);
}

void
tac_config_free (TacConfig *config)
{
  g_free (config->modem_path);
  g_free (config->data_context);
  g_free (config->audio_source);
  g_free (config->audio_sink);
  g_free (config->notify_command);
  g_ptr_array_unref (config->servers);
  g_free (config);
}
