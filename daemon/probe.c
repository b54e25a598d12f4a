/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sockets and timers of a probe: one socket of each address family, since what servers see of
 * the same socket is what tells one kind of NAT from another; requests are sent again as RFC 8489
 * §6.2.1 says. What the answers mean, stun-query.c decides. */
#include "daemon/probe.h"

#include "daemon/device.h"
#include "daemon/errors.h"
#include "daemon/nat64.h"
#include "daemon/stun-query.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <string.h>

#define RTO_MS 500          /* until a request is sent again, then doubled */
#define SENDS_MAX 7         /* RFC 8489: Rc */
#define FALL_BACK_SENDS 3   /* then a relay is asked as a STUN server: after 3.5 s */
#define DATAGRAMS_MAX 4096u /* read from a socket: then it is closed, for it is being flooded */
#define BURST_MAX 32        /* read at once, so that the main loop goes round */

typedef struct
{
  TacProbe *probe;
  GSocket *socket;
  GSource *source;
  char local[64];
  guint datagrams;
} Side;

typedef struct
{
  TacProbe *probe;
  const TacServer *server;
  Side *side;          /* NULL: its address family is not there */
  GSocketAddress *to;  /* as the side's family has it */
  TacStunQuery *query; /* NULL: not asked */
  guint sends, timer;
  gint64 asked_us; /* monotonic; the first request */
  guint rtt_ms;
  const char *obstacle; /* why it could not be asked */
} Ask;

struct TacProbe
{
  Side ipv4, ipv6;
  GPtrArray *asks;
  guint timeout, idle;
  gboolean race; /* one answer is enough */
  gboolean told;
  void (*done) (const GArray *results, gpointer user_data);
  gpointer user_data;
};

static void
print_address (char text[64], const struct sockaddr_storage *address)
{
  g_autoptr (GSocketAddress) socket = NULL;
  g_autofree char *ip = NULL;
  gsize size = address->ss_family == AF_INET    ? sizeof (struct sockaddr_in)
               : address->ss_family == AF_INET6 ? sizeof (struct sockaddr_in6)
                                                : 0;
  GInetSocketAddress *inet;

  text[0] = '\0';
  if (size == 0)
    return;
  socket = g_socket_address_new_from_native ((gpointer)address, size);
  inet = G_INET_SOCKET_ADDRESS (socket);
  ip = g_inet_address_to_string (g_inet_socket_address_get_address (inet));
  g_snprintf (text, 64, strchr (ip, ':') != NULL ? "[%s]:%u" : "%s:%u", ip,
              g_inet_socket_address_get_port (inet));
}

/* The end */

static void
close_side (Side *side)
{
  if (side->source != NULL)
    g_source_destroy (side->source);
  g_clear_pointer (&side->source, g_source_unref);
  if (side->socket != NULL)
    tac_device_hold (side->socket);
  g_clear_object (&side->socket);
}

static void
stop_timers (TacProbe *probe)
{
  g_clear_handle_id (&probe->timeout, g_source_remove);
  g_clear_handle_id (&probe->idle, g_source_remove);
  for (guint i = 0; i < probe->asks->len; i++)
    {
      Ask *ask = g_ptr_array_index (probe->asks, i);

      g_clear_handle_id (&ask->timer, g_source_remove);
    }
}

/* Nothing is sent, received or told any more. */
static void
stop (TacProbe *probe)
{
  stop_timers (probe);
  close_side (&probe->ipv4);
  close_side (&probe->ipv6);
}

static void
describe (const Ask *ask, TacProbeResult *result)
{
  const TacStunAnswer *answer = ask->query != NULL ? tac_stun_query_get_answer (ask->query) : NULL;
  const char *problem = ask->obstacle != NULL ? ask->obstacle : "no answer";

  result->server = ask->server;
  result->rtt_ms = ask->rtt_ms;
  if (ask->side != NULL)
    g_strlcpy (result->local, ask->side->local, sizeof result->local);
  if (answer != NULL && answer->answered)
    {
      result->answered = TRUE;
      print_address (result->mapped, &answer->mapped);
      print_address (result->relayed, &answer->relayed);
      problem = answer->problem;
      if (ask->server->kind == TAC_SERVER_TURN && *problem == '\0' && *result->relayed == '\0')
        problem = "gave no address to relay from";
    }
  g_strlcpy (result->problem, problem, sizeof result->problem);
}

static void
finish (TacProbe *probe)
{
  g_autoptr (GArray) results = g_array_new (FALSE, TRUE, sizeof (TacProbeResult));

  /* Who comes second in a race would find the port closed, and the kernel's word of that could
   * leave by another interface: so the sockets stay until the race is freed. */
  probe->told = TRUE;
  if (probe->race)
    stop_timers (probe);
  else
    stop (probe);
  g_array_set_size (results, probe->asks->len);
  for (guint i = 0; i < probe->asks->len; i++)
    describe (g_ptr_array_index (probe->asks, i), &g_array_index (results, TacProbeResult, i));
  probe->done (results, probe->user_data); /* may free the probe */
}

static gboolean
on_idle (gpointer data)
{
  TacProbe *probe = data;

  probe->idle = 0;
  finish (probe);
  return G_SOURCE_REMOVE;
}

static gboolean
on_timeout (gpointer data)
{
  TacProbe *probe = data;

  probe->timeout = 0;
  finish (probe);
  return G_SOURCE_REMOVE;
}

static gboolean
is_over (const TacProbe *probe)
{
  gboolean over = TRUE;
  gsize size;

  for (guint i = 0; i < probe->asks->len; i++)
    {
      Ask *ask = g_ptr_array_index (probe->asks, i);

      if (ask->query == NULL || ask->obstacle != NULL)
        continue;
      if (probe->race && tac_stun_query_get_answer (ask->query)->answered)
        return TRUE;
      over &= tac_stun_query_get_request (ask->query, &size) == NULL;
    }
  return over;
}

static void
check_all (TacProbe *probe)
{
  if (probe->idle == 0 && !probe->told && is_over (probe))
    probe->idle = g_idle_add (on_idle, probe);
}

/* Sending */

static gboolean on_retransmit (gpointer data);

static void
send_request (Ask *ask)
{
  g_autoptr (GError) error = NULL;
  gsize size;
  const guint8 *request = tac_stun_query_get_request (ask->query, &size);

  if (ask->asked_us == 0)
    ask->asked_us = g_get_monotonic_time ();
  if (g_socket_send_to (ask->side->socket, ask->to, (const char *)request, size, NULL, &error) < 0
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    ask->obstacle = "the data connection has no way to its address";
  else if (++ask->sends < SENDS_MAX)
    ask->timer = g_timeout_add (RTO_MS << (ask->sends - 1), on_retransmit, ask);
}

static gboolean
on_retransmit (gpointer data)
{
  Ask *ask = data;

  ask->timer = 0;
  if (ask->sends == FALL_BACK_SENDS && tac_stun_query_fall_back (ask->query) == TAC_STUN_SEND)
    ask->sends = 0;
  if (ask->sends == 0)
    ask->asked_us = 0; /* what was asked before does not count */
  send_request (ask);
  check_all (ask->probe);
  return G_SOURCE_REMOVE;
}

static void
ask_next (Ask *ask)
{
  g_clear_handle_id (&ask->timer, g_source_remove);
  ask->sends = 0;
  send_request (ask);
}

/* Receiving */

static gboolean
is_from (const Ask *ask, GSocketAddress *from)
{
  GInetSocketAddress *a = G_INET_SOCKET_ADDRESS (ask->to), *b = G_INET_SOCKET_ADDRESS (from);

  return g_inet_socket_address_get_port (a) == g_inet_socket_address_get_port (b)
         && g_inet_address_equal (g_inet_socket_address_get_address (a),
                                  g_inet_socket_address_get_address (b));
}

/* Several asks may be of one address: the transaction tells whose it is. */
static void
take (Side *side, GSocketAddress *from, const guint8 *datagram, gsize size)
{
  GPtrArray *asks = side->probe->asks;

  for (guint i = 0; i < asks->len; i++)
    {
      Ask *ask = g_ptr_array_index (asks, i);
      TacStunProgress progress = TAC_STUN_IGNORED;

      if (ask->side == side && ask->query != NULL && is_from (ask, from))
        progress = tac_stun_query_receive (ask->query, datagram, size);
      if (progress == TAC_STUN_IGNORED)
        continue;
      if (ask->rtt_ms == 0)
        ask->rtt_ms = (guint)MAX (1, (g_get_monotonic_time () - ask->asked_us + 500) / 1000);
      if (progress == TAC_STUN_SEND && !side->probe->told)
        ask_next (ask);
      else
        g_clear_handle_id (&ask->timer, g_source_remove);
      check_all (side->probe);
      return;
    }
}

/* More than all servers together could say: it is read no further. */
static void
give_up_side (Side *side)
{
  GPtrArray *asks = side->probe->asks;

  for (guint i = 0; i < asks->len; i++)
    {
      Ask *ask = g_ptr_array_index (asks, i);

      if (ask->side != side)
        continue;
      ask->obstacle = "no answer among a flood of other datagrams";
      g_clear_handle_id (&ask->timer, g_source_remove);
    }
  check_all (side->probe);
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition G_GNUC_UNUSED, gpointer data)
{
  Side *side = data;
  guint8 datagram[TAC_STUN_DATAGRAM_MAX + 1]; /* too long: truncated, and still too long */

  for (guint i = 0; i < BURST_MAX; i++)
    {
      g_autoptr (GSocketAddress) from = NULL;
      gssize size
          = g_socket_receive_from (socket, &from, (char *)datagram, sizeof datagram, NULL, NULL);

      if (size < 0)
        break;
      if (++side->datagrams > DATAGRAMS_MAX)
        {
          give_up_side (side);
          return G_SOURCE_REMOVE;
        }
      if (G_IS_INET_SOCKET_ADDRESS (from))
        take (side, from, datagram, (gsize)size);
    }
  return G_SOURCE_CONTINUE;
}

/* The beginning */

static void
note_local (Side *side)
{
  struct sockaddr_storage native = { 0 };
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (side->socket, NULL);

  if (local != NULL && g_socket_address_to_native (local, &native, sizeof native, NULL))
    print_address (side->local, &native);
}

/* The first address of the family gets the socket. */
static void
open_side (Side *side, GInetAddress *address)
{
  g_autoptr (GSocketAddress) local = g_inet_socket_address_new (address, 0);
  g_autoptr (GSocket) socket = NULL;

  if (side->socket != NULL)
    return;
  socket = g_socket_new (g_inet_address_get_family (address), G_SOCKET_TYPE_DATAGRAM,
                         G_SOCKET_PROTOCOL_UDP, NULL);
  if (socket == NULL || !g_socket_bind (socket, local, FALSE, NULL))
    return;
  tac_device_bind (socket);
  g_socket_set_blocking (socket, FALSE);
  side->socket = g_steal_pointer (&socket);
  note_local (side);
  side->source = g_socket_create_source (side->socket, G_IO_IN, NULL);
  g_source_set_callback (side->source, G_SOURCE_FUNC (on_readable), side, NULL);
  g_source_attach (side->source, NULL);
}

/* IPv4 servers from a phone that has IPv6 only: through the network's NAT64. */
static void
choose_side (Ask *ask)
{
  TacProbe *probe = ask->probe;
  GInetAddress *address = g_inet_socket_address_get_address (ask->server->address);
  guint16 port = g_inet_socket_address_get_port (ask->server->address);

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    {
      if (probe->ipv6.socket != NULL)
        ask->side = &probe->ipv6;
      else
        ask->obstacle = "has an IPv6 address, and this network has no IPv6";
      ask->to = g_inet_socket_address_new (address, port);
    }
  else if (probe->ipv4.socket != NULL)
    {
      ask->side = &probe->ipv4;
      ask->to = g_inet_socket_address_new (address, port);
    }
  else
    {
      g_autoptr (GInetAddress) mapped = tac_nat64_map (address);

      ask->side = &probe->ipv6;
      ask->to = g_inet_socket_address_new (mapped, port);
    }
}

static void
begin (TacProbe *probe, const TacServer *server)
{
  Ask *ask = g_new0 (Ask, 1);
  g_autofree char *user = NULL;
  char *password = NULL;

  g_ptr_array_add (probe->asks, ask);
  ask->probe = probe;
  ask->server = server;
  choose_side (ask);
  if (ask->side == NULL)
    return;
  if (server->kind == TAC_SERVER_TURN)
    tac_server_credentials (server, g_get_real_time () / G_USEC_PER_SEC, &user, &password);
  ask->query = tac_stun_query_new (server->kind, user, password);
  if (password != NULL)
    sodium_memzero (password, strlen (password));
  g_free (password);
  send_request (ask);
}

static void
ask_free (gpointer data)
{
  Ask *ask = data;

  g_clear_handle_id (&ask->timer, g_source_remove);
  g_clear_object (&ask->to);
  tac_stun_query_free (ask->query);
  g_free (ask);
}

TacProbe *
tac_probe_new (GPtrArray *addresses, GPtrArray *servers, guint timeout_ms,
               void (*done) (const GArray *results, gpointer user_data), gpointer user_data,
               GError **error)
{
  TacProbe *probe = g_new0 (TacProbe, 1);

  probe->asks = g_ptr_array_new_with_free_func (ask_free);
  probe->done = done;
  probe->user_data = user_data;
  probe->ipv4.probe = probe->ipv6.probe = probe;
  for (guint i = 0; i < addresses->len; i++)
    {
      GInetAddress *address = g_ptr_array_index (addresses, i);
      gboolean v6 = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;

      open_side (v6 ? &probe->ipv6 : &probe->ipv4, address);
    }
  if (probe->ipv4.socket == NULL && probe->ipv6.socket == NULL)
    {
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NO_DATA,
                           "the data connection has no address that a call could use");
      tac_probe_free (probe);
      return NULL;
    }
  for (guint i = 0; servers != NULL && i < servers->len; i++)
    begin (probe, g_ptr_array_index (servers, i));
  probe->timeout = g_timeout_add (timeout_ms, on_timeout, probe);
  check_all (probe);
  return probe;
}

TacProbe *
tac_probe_race (GPtrArray *addresses, GPtrArray *servers, guint timeout_ms,
                void (*done) (const GArray *results, gpointer user_data), gpointer user_data,
                GError **error)
{
  TacProbe *probe = tac_probe_new (addresses, servers, timeout_ms, done, user_data, error);

  if (probe != NULL)
    probe->race = TRUE; /* nothing has come yet: this is still before the main loop */
  return probe;
}

void
tac_probe_free (TacProbe *probe)
{
  stop (probe);
  g_ptr_array_unref (probe->asks);
  g_free (probe);
}
