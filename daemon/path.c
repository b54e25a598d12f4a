/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One ICE agent. Its set-up follows what libnice was measured to do: no UPnP and no TCP (both would
 * leave the data interface), credentials derived on both sides, and FAILED is a hint, never an end:
 * a check from the peer may still come. */
#include "daemon/path.h"

#include "daemon/errors.h"

#include <arpa/inet.h>
#include <nice/agent.h>
#include <string.h>

#define COMPONENT 1
#define FIRST_BYTE_OURS 0xC0      /* below: STUN and others (RFC 7983) */
#define HOST_PRIORITY 0x7E0000FFu /* RFC 8445 §5.1.2.1: type 126, component 1 */
#define LOCAL_PREFERENCE 0x0000FF00u

struct TacPath
{
  NiceAgent *agent;
  guint stream;
  TacPathEvents events;
  gpointer user_data;
  guint gathered, connected; /* idle sources on their way */
  gboolean told_connected;
};

/* Addresses */

static gboolean
from_nice (TacCandidate *candidate, const NiceAddress *address)
{
  union
  {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } socket;

  nice_address_copy_to_sockaddr (address, &socket.any);
  candidate->ipv6 = socket.any.sa_family == AF_INET6;
  if (candidate->ipv6)
    memcpy (candidate->address, &socket.v6.sin6_addr, 16);
  else
    memcpy (candidate->address, &socket.v4.sin_addr, 4);
  candidate->port = (uint16_t)nice_address_get_port (address);
  return tac_candidate_valid (candidate);
}

static void
to_nice (NiceAddress *address, const TacCandidate *candidate)
{
  nice_address_init (address);
  if (candidate->ipv6)
    nice_address_set_ipv6 (address, candidate->address);
  else
    {
      guint32 v4;

      memcpy (&v4, candidate->address, sizeof v4);
      nice_address_set_ipv4 (address, ntohl (v4));
    }
  nice_address_set_port (address, candidate->port);
}

static void
print_address (char text[64], const NiceAddress *address)
{
  char ip[INET6_ADDRSTRLEN];

  nice_address_to_string (address, ip);
  g_snprintf (text, 64, strchr (ip, ':') != NULL ? "[%s]:%u" : "%s:%u", ip,
              nice_address_get_port (address));
}

static TacCandidateKind
to_kind (NiceCandidateType type)
{
  switch (type)
    {
    case NICE_CANDIDATE_TYPE_HOST:
      return TAC_CANDIDATE_HOST;
    case NICE_CANDIDATE_TYPE_RELAYED:
      return TAC_CANDIDATE_RELAYED;
    case NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE:
    case NICE_CANDIDATE_TYPE_PEER_REFLEXIVE:
      return TAC_CANDIDATE_SERVER_REFLEXIVE;
    }
  return TAC_CANDIDATE_HOST;
}

static NiceCandidateType
from_kind (TacCandidateKind kind)
{
  switch (kind)
    {
    case TAC_CANDIDATE_HOST:
      return NICE_CANDIDATE_TYPE_HOST;
    case TAC_CANDIDATE_SERVER_REFLEXIVE:
      return NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE;
    case TAC_CANDIDATE_RELAYED:
      return NICE_CANDIDATE_TYPE_RELAYED;
    }
  return NICE_CANDIDATE_TYPE_HOST;
}

/* Events. libnice may signal from inside a call to it, so each goes through the main loop. */

static gboolean
tell_gathered (gpointer user_data)
{
  TacPath *path = user_data;
  TacCandidates local = { 0 };
  GSList *list = nice_agent_get_local_candidates (path->agent, path->stream, COMPONENT);

  for (GSList *item = list; item != NULL && local.n < TAC_CANDIDATES_MAX; item = item->next)
    {
      const NiceCandidate *nice = item->data;
      TacCandidate candidate = { .kind = to_kind (nice->type) };

      if (from_nice (&candidate, &nice->addr))
        local.list[local.n++] = candidate;
    }
  g_slist_free_full (list, (GDestroyNotify)nice_candidate_free);
  tac_candidates_sort (&local);
  path->gathered = 0;
  path->events.gathered (&local, path->user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
tell_connected (gpointer user_data)
{
  TacPath *path = user_data;

  path->connected = 0;
  path->events.connected (path->user_data);
  return G_SOURCE_REMOVE;
}

static void
on_gathering_done (NiceAgent *agent, guint stream, TacPath *path)
{
  if (path->gathered == 0)
    path->gathered = g_idle_add_full (G_PRIORITY_DEFAULT, tell_gathered, path, NULL);
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
  path->agent = nice_agent_new_full (NULL, NICE_COMPATIBILITY_RFC5245,
                                     NICE_AGENT_OPTION_REGULAR_NOMINATION);
  g_object_set (path->agent, "upnp", FALSE, "ice-tcp", FALSE, "controlling-mode", options->caller,
                NULL);
  if (!add_addresses (path, options->addresses)
      || (path->stream = nice_agent_add_stream (path->agent, COMPONENT)) == 0)
    {
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NO_DATA,
                           "the data connection has no address that a call could use");
      tac_path_free (path);
      return NULL;
    }
  set_credentials (path, options);
  nice_agent_attach_recv (path->agent, path->stream, COMPONENT, NULL, on_received, path);
  g_signal_connect (path->agent, "candidate-gathering-done", G_CALLBACK (on_gathering_done), path);
  g_signal_connect (path->agent, "new-selected-pair-full", G_CALLBACK (on_selected_pair), path);
  if (!nice_agent_gather_candidates (path->agent, path->stream))
    {
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NO_DATA,
                           "no socket could be opened on the data connection");
      tac_path_free (path);
      return NULL;
    }
  return path;
}

void
tac_path_set_remote (TacPath *path, const TacCandidates *remote)
{
  GSList *list = NULL;

  for (size_t i = 0; i < remote->n; i++)
    {
      NiceCandidate *nice = nice_candidate_new (from_kind (remote->list[i].kind));

      to_nice (&nice->addr, &remote->list[i]);
      nice->base_addr = nice->addr;
      nice->stream_id = path->stream;
      nice->component_id = COMPONENT;
      nice->transport = NICE_CANDIDATE_TRANSPORT_UDP;
      nice->priority = HOST_PRIORITY | (LOCAL_PREFERENCE * 0x100 - (guint32)(i << 8));
      g_snprintf (nice->foundation, sizeof nice->foundation, "%zu", i + 1);
      list = g_slist_append (list, nice);
    }
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
  print_address (info->local, &local->addr);
  print_address (info->remote, &remote->addr);
  info->kind = kinds[remote->type];
}

void
tac_path_free (TacPath *path)
{
  g_clear_handle_id (&path->gathered, g_source_remove);
  g_clear_handle_id (&path->connected, g_source_remove);
  if (path->stream != 0)
    {
      nice_agent_attach_recv (path->agent, path->stream, COMPONENT, NULL, NULL, NULL);
      nice_agent_remove_stream (path->agent, path->stream);
    }
  g_signal_handlers_disconnect_by_data (path->agent, path);
  g_object_unref (path->agent);
  g_free (path);
}
