/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Servers as the configuration names them, and what lets one in. */
#include "daemon/server.h"

#include <sodium.h>
#include <string.h>

#define DEFAULT_PORT 3478
#define CREDENTIALS_S (24 * 3600)

static void
wipe (char *secret)
{
  if (secret != NULL)
    sodium_memzero (secret, strlen (secret));
  g_free (secret);
}

void
tac_server_free (TacServer *server)
{
  if (server == NULL)
    return;
  g_free (server->name);
  g_clear_object (&server->address);
  g_free (server->user);
  wipe (server->password);
  wipe (server->secret);
  g_free (server);
}

static gboolean
is_port (const char *text, guint16 *port)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &value, NULL))
    return FALSE;
  *port = (guint16)value;
  return TRUE;
}

/* "HOST:PORT" and "[HOST]:PORT"; a bare IPv6 address has more than one colon. */
static gboolean
split (const char *text, char **host, guint16 *port)
{
  const char *colon = strrchr (text, ':'), *close;

  *port = DEFAULT_PORT;
  if (*text == '[')
    {
      close = strchr (text, ']');
      if (close == NULL || (close[1] != '\0' && (close[1] != ':' || !is_port (close + 2, port))))
        return FALSE;
      *host = g_strndup (text + 1, (gsize)(close - text - 1));
      return TRUE;
    }
  if (colon == NULL || strchr (text, ':') != colon)
    {
      *host = g_strdup (text);
      return TRUE;
    }
  *host = g_strndup (text, (gsize)(colon - text));
  return is_port (colon + 1, port);
}

GInetSocketAddress *
tac_server_parse_address (const char *text, GError **error)
{
  g_autofree char *host = NULL;
  GSocketAddress *address = NULL;
  guint16 port;

  if (split (text, &host, &port))
    address = g_inet_socket_address_new_from_string (host, port);
  if (address != NULL)
    return G_INET_SOCKET_ADDRESS (address);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "\"%s\" is no IP address with a port, such as 192.0.2.1:3478 or [2001:db8::1]:3478; "
               "a host name would have to be looked up outside the call's own data connection",
               text);
  return NULL;
}

void
tac_server_credentials (const TacServer *server, gint64 now_s, char **user, char **password)
{
  guint8 mac[20];
  gsize size = sizeof mac;
  GHmac *hmac;

  if (server->secret == NULL)
    {
      *user = g_strdup (server->user);
      *password = g_strdup (server->password);
      return;
    }
  *user = g_strdup_printf ("%" G_GINT64_FORMAT ":%s", now_s + CREDENTIALS_S, server->user);
  hmac = g_hmac_new (G_CHECKSUM_SHA1, (const guchar *)server->secret, strlen (server->secret));
  g_hmac_update (hmac, (const guchar *)*user, -1);
  g_hmac_get_digest (hmac, mac, &size);
  g_hmac_unref (hmac);
  *password = g_base64_encode (mac, size);
}
