/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [relay NAME]: a STUN or TURN server, by its address, and what lets one in. */
#include "daemon/config-relay.h"

#include <string.h>

#define DEFAULT_USER "tacitel"

static gboolean
refuse (GError **error, const char *group, const char *key, const char *message)
{
  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "[%s] %s: %s", group, key,
               message);
  return FALSE;
}

static gboolean
set_address (TacServer *server, const char *group, const char *value, GError **error)
{
  server->address = tac_server_parse_address (value, error);
  if (server->address == NULL)
    g_prefix_error (error, "[%s] address: ", group);
  return server->address != NULL;
}

static gboolean
set_type (TacServer *server, const char *group, const char *value, GError **error)
{
  if (g_str_equal (value, "turn") || g_str_equal (value, "stun"))
    {
      server->kind = *value == 't' ? TAC_SERVER_TURN : TAC_SERVER_STUN;
      return TRUE;
    }
  return refuse (error, group, "type", "neither turn nor stun");
}

static gboolean
set_key (TacServer *server, GKeyFile *file, const char *group, const char *key, GError **error)
{
  char **const texts[] = { &server->user, &server->password, &server->secret };
  static const char *const names[] = { "user", "password", "secret" };
  g_autofree char *value = g_key_file_get_string (file, group, key, error);

  if (value == NULL)
    {
      g_prefix_error (error, "[%s] %s: ", group, key);
      return FALSE;
    }
  if (*value == '\0')
    return refuse (error, group, key, "it is empty");
  if (g_str_equal (key, "address"))
    return set_address (server, group, value, error);
  if (g_str_equal (key, "type"))
    return set_type (server, group, value, error);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (key, names[i]))
      {
        *texts[i] = g_steal_pointer (&value);
        return TRUE;
      }
  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND,
               "[%s] %s: there is no such key", group, key);
  return FALSE;
}

static gboolean
check (const TacServer *server, const char *group, GError **error)
{
  if (server->address == NULL)
    return refuse (error, group, "address", "it is missing");
  if (server->kind == TAC_SERVER_STUN
      && (server->user != NULL || server->password != NULL || server->secret != NULL))
    return refuse (error, group, "type", "a STUN server has no user, password or secret");
  if (server->kind == TAC_SERVER_TURN && (server->password == NULL) == (server->secret == NULL))
    return refuse (error, group, "password", "a TURN server has either a password or a secret");
  if (server->password != NULL && server->user == NULL)
    return refuse (error, group, "user", "it is missing");
  return TRUE;
}

/* Of the same name: replaced, in its place. */
static void
take (TacConfig *config, TacServer *server)
{
  for (guint i = 0; i < config->servers->len; i++)
    {
      TacServer *old = config->servers->pdata[i];

      if (g_str_equal (old->name, server->name))
        {
          tac_server_free (old);
          config->servers->pdata[i] = server;
          return;
        }
    }
  g_ptr_array_add (config->servers, server);
}

gboolean
tac_config_load_relay (TacConfig *config, GKeyFile *file, const char *group, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);
  TacServer *server = g_new0 (TacServer, 1);
  gboolean good = TRUE;

  server->name = g_strdup (group + strlen (TAC_CONFIG_RELAY));
  server->kind = TAC_SERVER_TURN;
  for (gsize i = 0; good && keys != NULL && keys[i] != NULL; i++)
    good = set_key (server, file, group, keys[i], error);
  good = good && check (server, group, error);
  if (good && server->secret != NULL && server->user == NULL)
    server->user = g_strdup (DEFAULT_USER);
  if (good)
    take (config, server);
  else
    tac_server_free (server);
  return good;
}

gboolean
tac_config_check_relays (const TacConfig *config, GError **error)
{
  if (config->relay_policy != TAC_RELAY_ONLY)
    return TRUE;
  for (guint i = 0; i < config->servers->len; i++)
    if (((const TacServer *)config->servers->pdata[i])->kind == TAC_SERVER_TURN)
      return TRUE;
  g_set_error_literal (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                       "[relay] policy: relay-only needs a TURN server, and there is no "
                       "[relay NAME] of type turn");
  return FALSE;
}
