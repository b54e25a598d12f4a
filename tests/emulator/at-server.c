/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The AT port of one phone: a TCP port in its namespace, one connection at a time. */
#include "at-server.h"
#include "at-line.h"
#include "at-output.h"
#include "netns.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

struct _EmuAtServer
{
  EmuPhone *phone;
  guint16 port;
  gboolean paused;
  GSocket *listener;
  GSource *accept_source;
  /* The connection. */
  GSocket *socket;
  GSource *read_source;
  GSource *delay_timer; /* a command waits */
  char *delayed_line;
  EmuAtLine *line;
  EmuAtOutput *output;
};

static void pump (EmuAtServer *server);

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
add_timer (guint ms, GSourceFunc function, EmuAtServer *server)
{
  GSource *source = g_timeout_source_new (ms);

  g_source_set_callback (source, function, server, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static GSource *
add_socket_source (GSocket *socket, GIOCondition condition, GSocketSourceFunc function,
                   EmuAtServer *server)
{
  GSource *source = g_socket_create_source (socket, condition, NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (function), server, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

EmuAtServer *
emu_at_server_new (EmuPhone *phone)
{
  EmuAtServer *server = g_new0 (EmuAtServer, 1);

  server->phone = phone;
  server->port = phone->config->port;
  return server;
}

/* Returns: whether there was one. */
static gboolean
close_connection (EmuAtServer *server)
{
  if (server->socket == NULL)
    return FALSE;
  clear_source (&server->read_source);
  clear_source (&server->delay_timer);
  g_clear_pointer (&server->delayed_line, g_free);
  g_clear_pointer (&server->line, emu_at_line_free);
  g_clear_pointer (&server->output, emu_at_output_free);
  g_socket_close (server->socket, NULL);
  g_clear_object (&server->socket);
  return TRUE;
}

static void
disconnect (EmuAtServer *server)
{
  if (close_connection (server))
    emu_phone_connected_changed (server->phone, FALSE);
}

void
emu_at_server_stop (EmuAtServer *server)
{
  clear_source (&server->accept_source);
  if (server->listener != NULL)
    g_socket_close (server->listener, NULL);
  g_clear_object (&server->listener);
  disconnect (server);
}

void
emu_at_server_free (EmuAtServer *server)
{
  clear_source (&server->accept_source);
  g_clear_object (&server->listener);
  close_connection (server);
  g_free (server);
}

guint16
emu_at_server_port (const EmuAtServer *server)
{
  return server->port;
}

gboolean
emu_at_server_connected (const EmuAtServer *server)
{
  return server->socket != NULL;
}

GSocket *
emu_at_server_socket (const EmuAtServer *server)
{
  return server->socket;
}

static const EmuRule *
apply_rules (EmuAtServer *server, gboolean up, const char *line)
{
  EmuRuleSubject subject = {
    .phone = server->phone->config->name,
    .kind = EMU_RULE_AT,
    .up = up,
    .text = line,
    .bytes = (const guint8 *)line,
    .size = strlen (line),
  };

  return emu_rules_apply (server->phone->rules, &subject);
}

void
emu_at_server_write_line (EmuAtServer *server, const char *line)
{
  g_autofree char *text = g_strdup (line);
  const EmuRule *rule;
  guint copies = 1;
  guint hold_ms = 0;

  if (server->socket == NULL)
    return;
  g_debug ("%s > %s", server->phone->config->name, line);
  rule = apply_rules (server, FALSE, line);
  if (rule != NULL && rule->action == EMU_RULE_DROP)
    return;
  if (rule != NULL && rule->action == EMU_RULE_CORRUPT)
    emu_rule_corrupt (rule, (guint8 *)text, strlen (text));
  if (rule != NULL && rule->action == EMU_RULE_DUPLICATE)
    copies = rule->copies;
  if (rule != NULL && rule->action == EMU_RULE_DELAY)
    hold_ms = rule->delay_ms;
  g_autofree char *bytes = g_strconcat ("\r\n", text, "\r\n", NULL);
  for (guint i = 0; i < copies; i++)
    emu_at_output_write (server->output, bytes, hold_ms);
}

/* Ends the answer to a command, or asks for the PDU. */
static void
finish (EmuAtServer *server, EmuAtResult result)
{
  if (server->socket == NULL)
    return;
  if (result == EMU_AT_PROMPT)
    {
      emu_at_line_expect_pdu (server->line);
      emu_at_output_write (server->output, "\r\n> ", 0);
      return;
    }
  g_autofree char *text = emu_at_result_text (result);
  emu_at_server_write_line (server, text);
  emu_phone_answered (server->phone);
}

static gboolean
on_delay_over (gpointer user_data)
{
  EmuAtServer *server = user_data;
  g_autofree char *line = g_steal_pointer (&server->delayed_line);

  clear_source (&server->delay_timer);
  finish (server, emu_at_dispatch (server->phone, line));
  pump (server);
  return G_SOURCE_REMOVE;
}

static void
on_command (EmuAtServer *server, const char *line)
{
  const EmuRule *rule = apply_rules (server, TRUE, line);
  g_autofree char *text = g_strdup (line);

  g_debug ("%s < %s", server->phone->config->name, line);
  if (rule != NULL)
    switch (rule->action)
      {
      case EMU_RULE_DROP:
        return;
      case EMU_RULE_FAIL:
        finish (server, emu_at_error_for (line, rule->code));
        return;
      case EMU_RULE_DELAY:
        server->delayed_line = g_steal_pointer (&text);
        server->delay_timer = add_timer (rule->delay_ms, on_delay_over, server);
        return;
      case EMU_RULE_CORRUPT:
        emu_rule_corrupt (rule, (guint8 *)text, strlen (text));
        break;
      case EMU_RULE_DUPLICATE: /* refused by emu_rule_parse() */
        break;
      }
  finish (server, emu_at_dispatch (server->phone, text));
}

/* Takes what has come, command by command, as long as none of them waits. */
static void
pump (EmuAtServer *server)
{
  while (server->socket != NULL && server->delay_timer == NULL && !server->paused)
    {
      const char *text;

      switch (emu_at_line_next (server->line, &text))
        {
        case EMU_AT_EVENT_NONE:
          return;
        case EMU_AT_EVENT_COMMAND:
          on_command (server, text);
          break;
        case EMU_AT_EVENT_PDU:
          finish (server, emu_at_dispatch_pdu (server->phone, text));
          break;
        case EMU_AT_EVENT_CANCELLED:
          finish (server, emu_at_dispatch_pdu (server->phone, NULL));
          break;
        case EMU_AT_EVENT_OVERLONG:
          finish (server, EMU_AT_ERROR);
          break;
        }
    }
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  EmuAtServer *server = user_data;
  char bytes[4096];
  g_autoptr (GError) error = NULL;
  gssize size = g_socket_receive (socket, bytes, sizeof bytes, NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  if (size <= 0 || !emu_at_line_push (server->line, (const guint8 *)bytes, (gsize)size))
    {
      disconnect (server);
      return G_SOURCE_REMOVE;
    }
  pump (server);
  return G_SOURCE_CONTINUE;
}

void
emu_at_server_set_paused (EmuAtServer *server, gboolean paused)
{
  server->paused = paused;
  if (server->socket == NULL)
    return;
  clear_source (&server->read_source);
  if (!paused)
    server->read_source = add_socket_source (server->socket, G_IO_IN, on_readable, server);
  emu_at_output_set_paused (server->output, paused);
  pump (server);
}

/* The newest connection counts: an oFono that starts again may be here before its past is over. */
static gboolean
on_connection (GSocket *listener, GIOCondition condition, gpointer user_data)
{
  EmuAtServer *server = user_data;
  GSocket *socket = g_socket_accept (listener, NULL, NULL);

  if (socket == NULL)
    return G_SOURCE_CONTINUE;
  disconnect (server);
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  server->socket = socket;
  server->line = emu_at_line_new ();
  server->output = emu_at_output_new (socket);
  emu_at_server_set_paused (server, server->paused);
  emu_phone_connected_changed (server->phone, TRUE);
  return G_SOURCE_CONTINUE;
}

/* Runs in the phone's namespace. */
static gboolean
open_listener (gpointer data, GError **error)
{
  EmuAtServer *server = data;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, server->port);
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL || !g_socket_bind (socket, address, TRUE, error)
      || !g_socket_listen (socket, error))
    return FALSE;
  server->listener = g_steal_pointer (&socket);
  return TRUE;
}

gboolean
emu_at_server_start (EmuAtServer *server, GError **error)
{
  const EmuPhoneConfig *config = server->phone->config;

  if (!emu_netns_call (config->netns, open_listener, server, error))
    {
      g_prefix_error (error, "phone %s: port %u%s%s: ", config->name, server->port,
                      config->netns != NULL ? " in " : "",
                      config->netns != NULL ? config->netns : "");
      return FALSE;
    }
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (server->listener, error);
  if (address == NULL)
    return FALSE;
  server->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  g_socket_set_blocking (server->listener, FALSE);
  server->accept_source = add_socket_source (server->listener, G_IO_IN, on_connection, server);
  return TRUE;
}
