/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One ICE agent. Its set-up follows what libnice was measured to do: no UPnP and no TCP (both would
 * leave the data interface), credentials derived on both sides, and FAILED is a hint, never an end:
 * a check from the peer may still come. */
#include "daemon/path.h"

#include "daemon/device.h"
#include "daemon/errors.h"
#include "daemon/nat64.h"
#include "daemon/path-candidates.h"
#include "daemon/path-keep.h"
#include "daemon/probe.h"
#include "daemon/stun-filter.h"

#include <sodium.h>
#include <string.h>

#define COMPONENT 1
#define FIRST_BYTE_OURS 0xC0 /* below: STUN and others (RFC 7983) */
#define GRACE_MS 100         /* for other servers, once one has given what is wanted */
#define RACE_MS 700          /* for STUN servers, one of which is enough */
#define GATHER_MS 1500       /* for all of them */
#define LINGER_MS 300        /* for answers on their way: without, some allocations stayed */
#define CLOSE_MS 1000        /* for relays to say that they gave back what they allocated */
#define CHECKS 6 /* of a pair, within 16 s: the answer by SMS takes its time to open a NAT */

struct TacPath
{
  NiceAgent *agent;
  guint stream;
  TacPathEvents events;
  gpointer user_data;
  gboolean nat64, relay_only;
  GPtrArray *addresses;
  TacProbe *race;           /* of STUN servers */
  NiceCandidateType wanted; /* of the servers */
  gboolean has_remote;
  GPtrArray *servers;        /* GSocketAddress, that were asked */
  TacPathKeep *keep;         /* from gathered until connected */
  gboolean opening;          /* there are sockets, and servers are yet to be added */
  guint gathered, connected; /* sources on their way */
  guint deadline;            /* of the servers */
  gboolean told_gathered, told_connected;
};

/* Events. libnice may signal from inside a call to it, so each goes through the main loop. */

static gboolean
tell_gathered (gpointer user_data)
{
  TacPath *path = user_data;
  GSList *list = nice_agent_get_local_candidates (path->agent, path->stream, COMPONENT);
  const TacCandidates local = tac_candidates_to_tell (list, path->relay_only);

  g_slist_free_full (list, (GDestroyNotify)nice_candidate_free);
  path->gathered = 0;
  path->told_gathered = TRUE;
  g_clear_handle_id (&path->deadline, g_source_remove);
  if (!path->told_connected)
    path->keep = tac_path_keep_new (path->agent, path->stream, COMPONENT, path->servers, &local,
                                    !path->has_remote);
  path->events.gathered (&local, path->user_data);
  return G_SOURCE_REMOVE;
}

static void
tell_gathered_in (TacPath *path, guint ms)
{
  if (path->told_gathered)
    return;
  g_clear_handle_id (&path->gathered, g_source_remove);
  path->gathered = ms > 0 ? g_timeout_add (ms, tell_gathered, path)
                          : g_idle_add_full (G_PRIORITY_DEFAULT, tell_gathered, path, NULL);
}

static gboolean
on_deadline (gpointer user_data)
{
  TacPath *path = user_data;

  path->deadline = 0;
  tell_gathered_in (path, 0);
  return G_SOURCE_REMOVE;
}

static gboolean
tell_connected (gpointer user_data)
{
  TacPath *path = user_data;

  path->connected = 0;
  g_clear_pointer (&path->keep, tac_path_keep_free);
  path->events.connected (path->user_data);
  return G_SOURCE_REMOVE;
}

static void
on_gathering_done (NiceAgent *agent, guint stream, TacPath *path)
{
  if (!path->opening)
    tell_gathered_in (path, 0);
}

static void
on_candidate (NiceAgent *agent, NiceCandidate *candidate, TacPath *path)
{
  if (candidate->type == path->wanted && path->gathered == 0)
    tell_gathered_in (path, GRACE_MS);
}

static void
on_selected_pair (NiceAgent *agent, guint stream, guint component, NiceCandidate *local,
                  NiceCandidate *remote, TacPath *path)
{
  if (path->told_connected)
    return;
  path->told_connected = TRUE;
  path->connected = g_idle_add_full (G_PRIORITY_DEFAULT, tell_connected, path, NULL);
}

static void
on_received (NiceAgent *agent, guint stream, guint component, guint size, char *packet,
             gpointer user_data)
{
  TacPath *path = user_data;

  if (size > 0 && (guint8)packet[0] >= FIRST_BYTE_OURS)
    path->events.received ((const guint8 *)packet, size, path->user_data);
}

/* Set-up */

static gboolean
add_addresses (TacPath *path, GPtrArray *addresses)
{
  gboolean any = FALSE;

  for (guint i = 0; i < addresses->len; i++)
    {
      g_autofree char *text = g_inet_address_to_string (addresses->pdata[i]);
      NiceAddress address;

      nice_address_init (&address);
      any |= nice_address_set_from_string (&address, text)
             && nice_agent_add_local_address (path->agent, &address);
    }
  return any;
}

/* An IPv4 server of a phone that has only IPv6 is behind the NAT64; the other way round there is
 * none. */
static char *
reach_server (TacPath *path, const TacServer *server, GPtrArray *addresses)
{
  GInetAddress *address = g_inet_socket_address_get_address (server->address);
  GSocketFamily family = g_inet_address_get_family (address);
  g_autoptr (GInetAddress) mapped = NULL;

  for (guint i = 0; i < addresses->len; i++)
    if (g_inet_address_get_family (addresses->pdata[i]) == family)
      return g_inet_address_to_string (address);
  if (!path->nat64 || family != G_SOCKET_FAMILY_IPV4)
    return NULL;
  mapped = tac_nat64_map (address);
  return g_inet_address_to_string (mapped);
}

/* Those of a kind that may be asked, and can; the servers are the caller's. */
static GPtrArray *
find_servers (TacPath *path, const TacPathOptions *options, TacServerKind kind)
{
  const TacRelayPolicy without = kind == TAC_SERVER_TURN ? TAC_RELAY_DIRECT : TAC_RELAY_ONLY;
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < options->servers->len && options->policy != without; i++)
    {
      TacServer *server = options->servers->pdata[i];
      g_autofree char *ip = reach_server (path, server, options->addresses);

      if (ip != NULL && server->kind == kind)
        g_ptr_array_add (found, server);
    }
  return found;
}

static void
remember (TacPath *path, const TacServer *server, const char *ip)
{
  guint16 port = g_inet_socket_address_get_port (server->address);

  g_ptr_array_add (path->servers, g_inet_socket_address_new_from_string (ip, port));
}

static void
add_turn (TacPath *path, const TacServer *server)
{
  g_autofree char *ip = reach_server (path, server, path->addresses);
  g_autofree char *user = NULL;
  char *password;

  tac_server_credentials (server, g_get_real_time () / G_USEC_PER_SEC, &user, &password);
  nice_agent_set_relay_info (path->agent, path->stream, COMPONENT, ip,
                             g_inet_socket_address_get_port (server->address), user, password,
                             NICE_RELAY_TYPE_TURN_UDP);
  sodium_memzero (password, strlen (password));
  g_free (password);
  remember (path, server, ip);
}

/* Never NULL. */
static GPtrArray *
get_sockets (TacPath *path)
{
  GPtrArray *sockets = nice_agent_get_sockets (path->agent, path->stream, COMPONENT);

  return sockets != NULL ? sockets : g_ptr_array_new ();
}

static gboolean
gather (TacPath *path)
{
  gboolean ok = nice_agent_gather_candidates (path->agent, path->stream);
  g_autoptr (GPtrArray) sockets = get_sockets (path);

  for (guint i = 0; i < sockets->len; i++)
    {
      tac_device_bind (sockets->pdata[i]);
      tac_stun_filter_attach (sockets->pdata[i]);
    }
  return ok;
}

static void
set_stun (TacPath *path, const TacServer *server)
{
  g_autofree char *ip = reach_server (path, server, path->addresses);

  g_object_set (path->agent, "stun-server", ip, "stun-server-port",
                g_inet_socket_address_get_port (server->address), NULL);
  remember (path, server, ip);
}

/* Without a socket there is nothing to gather, and nobody else would say so. */
static void
on_raced (const GArray *results, gpointer user_data)
{
  TacPath *path = user_data;
  const TacServer *first = NULL;

  for (guint i = 0; i < results->len && first == NULL; i++)
    if (g_array_index (results, TacProbeResult, i).answered)
      first = g_array_index (results, TacProbeResult, i).server;
  if (first != NULL)
    set_stun (path, first);
  if (!gather (path) || first == NULL)
    tell_gathered_in (path, 0);
}

/* libnice knows one STUN server: where there are several, the one that answers first. */
static gboolean
gather_with_stun (TacPath *path, const TacPathOptions *options)
{
  g_autoptr (GPtrArray) servers = find_servers (path, options, TAC_SERVER_STUN);

  if (servers->len > 1)
    path->race = tac_probe_race (options->addresses, servers, RACE_MS, on_raced, path, NULL);
  if (servers->len == 1)
    set_stun (path, servers->pdata[0]);
  if (servers->len > 0)
    path->deadline = g_timeout_add (GATHER_MS, on_deadline, path);
  return path->race != NULL || gather (path);
}

/* libnice asks as soon as it knows of a server and has a socket, which by then must be bound to the
 * interface. */
static gboolean
gather_with_turn (TacPath *path, const GPtrArray *servers)
{
  gboolean ok;

  path->wanted = NICE_CANDIDATE_TYPE_RELAYED;
  path->deadline = g_timeout_add (GATHER_MS, on_deadline, path);
  path->opening = TRUE;
  ok = gather (path);
  path->opening = FALSE;
  if (servers->len > NICE_CANDIDATE_MAX_TURN_SERVERS)
    g_info ("of %u TURN servers the first %u are used: libnice takes no more", servers->len,
            (guint)NICE_CANDIDATE_MAX_TURN_SERVERS);
  for (guint i = 0; i < MIN (servers->len, NICE_CANDIDATE_MAX_TURN_SERVERS) && ok; i++)
    add_turn (path, servers->pdata[i]);
  return ok;
}

/* A TURN server says the reflexive address, too; STUN beside it would cost 2 s. */
static gboolean
begin (TacPath *path, const TacPathOptions *options)
{
  g_autoptr (GPtrArray) turns = find_servers (path, options, TAC_SERVER_TURN);

  return turns->len > 0 ? gather_with_turn (path, turns) : gather_with_stun (path, options);
}

static void
set_credentials (TacPath *path, const TacPathOptions *options)
{
  const TacIceCredentials *c = options->credentials;

  nice_agent_set_local_credentials (path->agent, path->stream,
                                    options->caller ? c->caller_ufrag : c->callee_ufrag,
                                    options->caller ? c->caller_pwd : c->callee_pwd);
  nice_agent_set_remote_credentials (path->agent, path->stream,
                                     options->caller ? c->callee_ufrag : c->caller_ufrag,
                                     options->caller ? c->callee_pwd : c->caller_pwd);
}

TacPath *
tac_path_new (const TacPathOptions *options, const TacPathEvents *events, gpointer user_data,
              GError **error)
{
  TacPath *path = g_new0 (TacPath, 1);

  path->events = *events;
  path->user_data = user_data;
  path->addresses = g_ptr_array_ref (options->addresses);
  path->servers = g_ptr_array_new_with_free_func (g_object_unref);
  path->wanted = NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE;
  path->relay_only = options->policy == TAC_RELAY_ONLY;
  path->nat64 = TRUE;
  for (guint i = 0; i < options->addresses->len; i++)
    path->nat64 &= g_inet_address_get_family (options->addresses->pdata[i]) == G_SOCKET_FAMILY_IPV6;
  path->agent = nice_agent_new_full (NULL, NICE_COMPATIBILITY_RFC5245, NICE_AGENT_OPTION_NONE);
  g_object_set (path->agent, "upnp", FALSE, "ice-tcp", FALSE, "controlling-mode", options->caller,
                "force-relay", options->policy == TAC_RELAY_ONLY, "stun-max-retransmissions",
                CHECKS, NULL);
  if (!add_addresses (path, options->addresses)
      || (path->stream = nice_agent_add_stream (path->agent, COMPONENT)) == 0)
    {
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NO_DATA,
                           "the data connection has no address that a call could use");
      tac_path_free (path, NULL, NULL);
      return NULL;
    }
  set_credentials (path, options);
  nice_agent_attach_recv (path->agent, path->stream, COMPONENT, NULL, on_received, path);
  g_signal_connect (path->agent, "candidate-gathering-done", G_CALLBACK (on_gathering_done), path);
  g_signal_connect (path->agent, "new-candidate-full", G_CALLBACK (on_candidate), path);
  g_signal_connect (path->agent, "new-selected-pair-full", G_CALLBACK (on_selected_pair), path);
  if (!begin (path, options))
    {
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NO_DATA,
                           "no socket could be opened on the data connection");
      tac_path_free (path, NULL, NULL);
      return NULL;
    }
  return path;
}

void
tac_path_set_remote (TacPath *path, const TacCandidates *remote)
{
  GSList *list = tac_candidates_to_check (remote, path->stream, COMPONENT, path->nat64);

  path->has_remote = TRUE;
  if (list != NULL)
    nice_agent_set_remote_candidates (path->agent, path->stream, COMPONENT, list);
  g_slist_free_full (list, (GDestroyNotify)nice_candidate_free);
}

gboolean
tac_path_send (TacPath *path, const guint8 *packet, gsize size)
{
  return nice_agent_send (path->agent, path->stream, COMPONENT, (guint)size, (const char *)packet)
         == (int)size;
}

void
tac_path_get_info (TacPath *path, TacPathInfo *info)
{
  static const char *const kinds[] = { "host", "server-reflexive", "peer-reflexive", "relayed" };
  NiceCandidate *local, *remote;

  *info = (TacPathInfo){ .kind = "" };
  if (!nice_agent_get_selected_pair (path->agent, path->stream, COMPONENT, &local, &remote))
    return;
  tac_nice_print (info->local, &local->addr);
  tac_nice_print (info->remote, &remote->addr);
  info->kind = kinds[local->type == NICE_CANDIDATE_TYPE_RELAYED ? local->type : remote->type];
}

/* The agent lives on for as long as it takes to give back what its relays allocated. */
typedef struct
{
  NiceAgent *agent;
  GDestroyNotify closed;
  gpointer user_data;
  guint timeout;
} Closing;

static void
tell_closed (Closing *closing)
{
  GDestroyNotify closed = closing->closed;

  closing->closed = NULL;
  if (closed != NULL)
    closed (closing->user_data);
}

static gboolean
on_close_timeout (gpointer user_data)
{
  Closing *closing = user_data;

  closing->timeout = 0;
  tell_closed (closing);
  return G_SOURCE_REMOVE;
}

static void
on_closed (GObject *agent, GAsyncResult *result, gpointer user_data)
{
  Closing *closing = user_data;

  g_clear_handle_id (&closing->timeout, g_source_remove);
  tell_closed (closing);
  g_free (closing);
  g_object_unref (agent);
}

static gboolean
on_lingered (gpointer user_data)
{
  Closing *closing = user_data;

  if (closing->closed != NULL)
    closing->timeout = g_timeout_add (CLOSE_MS, on_close_timeout, closing);
  nice_agent_close_async (closing->agent, on_closed, closing);
  return G_SOURCE_REMOVE;
}

static void
ignore_received (NiceAgent *agent, guint stream, guint component, guint size, char *packet,
                 gpointer user_data)
{
}

void
tac_path_free (TacPath *path, GDestroyNotify closed, gpointer user_data)
{
  g_autoptr (GPtrArray) sockets = get_sockets (path);
  Closing *closing = g_new0 (Closing, 1);

  *closing = (Closing){ .agent = path->agent, .closed = closed, .user_data = user_data };
  g_clear_handle_id (&path->gathered, g_source_remove);
  g_clear_handle_id (&path->connected, g_source_remove);
  g_clear_handle_id (&path->deadline, g_source_remove);
  for (guint i = 0; i < sockets->len; i++)
    tac_device_hold (sockets->pdata[i]);
  /* Without any function libnice leaves what comes in the socket, which then wakes it for ever, and
   * does not hear the relays' answers, either. */
  if (path->stream != 0)
    nice_agent_attach_recv (path->agent, path->stream, COMPONENT, NULL, ignore_received, NULL);
  g_signal_handlers_disconnect_by_data (path->agent, path);
  g_clear_pointer (&path->race, tac_probe_free);
  g_clear_pointer (&path->keep, tac_path_keep_free);
  g_ptr_array_unref (path->servers);
  g_ptr_array_unref (path->addresses);
  if (path->told_connected)
    g_timeout_add (LINGER_MS, on_lingered, closing);
  else
    on_lingered (closing);
  g_free (path);
}
