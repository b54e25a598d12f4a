/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rogue's path: libnice as it comes, nothing of the daemon's. */
#include "tests/rogue/rogue.h"

#include <arpa/inet.h>
#include <nice/agent.h>
#include <string.h>

struct RoguePath
{
  NiceAgent *agent;
  guint stream;
  RoguePathEvents events;
  gpointer user_data;
};

static gboolean
tell_gathered (gpointer user_data)
{
  RoguePath *path = user_data;
  TacCandidates local = { 0 };
  GSList *list = nice_agent_get_local_candidates (path->agent, path->stream, 1);

  for (GSList *item = list; item != NULL && local.n < TAC_CANDIDATES_MAX; item = item->next)
    {
      NiceCandidate *nice = item->data;
      TacCandidate *to = &local.list[local.n++];
      char text[NICE_ADDRESS_STRING_LEN];

      nice_address_to_string (&nice->addr, text);
      to->kind = TAC_CANDIDATE_HOST;
      to->ipv6 = strchr (text, ':') != NULL;
      inet_pton (to->ipv6 ? AF_INET6 : AF_INET, text, to->address);
      to->port = (uint16_t)nice_address_get_port (&nice->addr);
    }
  g_slist_free_full (list, (GDestroyNotify)nice_candidate_free);
  path->events.gathered (&local, path->user_data);
  return G_SOURCE_REMOVE;
}

static void
on_gathered (NiceAgent *agent, guint stream, RoguePath *path)
{
  g_idle_add (tell_gathered, path);
}

static gboolean
tell_connected (gpointer user_data)
{
  RoguePath *path = user_data;

  path->events.connected (path->user_data);
  return G_SOURCE_REMOVE;
}

static void
on_pair (NiceAgent *agent, guint stream, guint component, NiceCandidate *local,
         NiceCandidate *remote, RoguePath *path)
{
  g_idle_add (tell_connected, path);
}

static void
on_packet (NiceAgent *agent, guint stream, guint component, guint size, char *packet,
           gpointer user_data)
{
  RoguePath *path = user_data;

  path->events.received ((const guint8 *)packet, size, path->user_data);
}

RoguePath *
rogue_path_new (const char *address, gboolean caller, const TacIceCredentials *c,
                const RoguePathEvents *events, gpointer user_data)
{
  RoguePath *path = g_new0 (RoguePath, 1);
  NiceAgent *agent = nice_agent_new_full (NULL, NICE_COMPATIBILITY_RFC5245,
                                          NICE_AGENT_OPTION_REGULAR_NOMINATION);
  NiceAddress local;

  path->agent = agent;
  path->events = *events;
  path->user_data = user_data;
  g_object_set (agent, "upnp", FALSE, "ice-tcp", FALSE, "controlling-mode", caller, NULL);
  nice_address_init (&local);
  if (!nice_address_set_from_string (&local, address)
      || !nice_agent_add_local_address (agent, &local))
    g_error ("%s is no address", address);
  path->stream = nice_agent_add_stream (agent, 1);
  nice_agent_set_local_credentials (agent, path->stream, caller ? c->caller_ufrag : c->callee_ufrag,
                                    caller ? c->caller_pwd : c->callee_pwd);
  nice_agent_set_remote_credentials (agent, path->stream,
                                     caller ? c->callee_ufrag : c->caller_ufrag,
                                     caller ? c->callee_pwd : c->caller_pwd);
  nice_agent_attach_recv (agent, path->stream, 1, NULL, on_packet, path);
  g_signal_connect (agent, "candidate-gathering-done", G_CALLBACK (on_gathered), path);
  g_signal_connect (agent, "new-selected-pair-full", G_CALLBACK (on_pair), path);
  if (!nice_agent_gather_candidates (agent, path->stream))
    g_error ("no socket on %s", address);
  return path;
}

void
rogue_path_set_remote (RoguePath *path, const TacCandidates *remote)
{
  GSList *list = NULL;

  for (size_t i = 0; i < remote->n; i++)
    {
      NiceCandidate *nice = nice_candidate_new (NICE_CANDIDATE_TYPE_HOST);
      const TacCandidate *from = &remote->list[i];
      char text[INET6_ADDRSTRLEN];

      inet_ntop (from->ipv6 ? AF_INET6 : AF_INET, from->address, text, sizeof text);
      nice_address_set_from_string (&nice->addr, text);
      nice_address_set_port (&nice->addr, from->port);
      nice->base_addr = nice->addr;
      nice->stream_id = path->stream;
      nice->component_id = 1;
      nice->transport = NICE_CANDIDATE_TRANSPORT_UDP;
      nice->priority = 1000 - (guint32)i;
      g_snprintf (nice->foundation, sizeof nice->foundation, "%zu", i + 1);
      list = g_slist_append (list, nice);
    }
  nice_agent_set_remote_candidates (path->agent, path->stream, 1, list);
  g_slist_free_full (list, (GDestroyNotify)nice_candidate_free);
}

void
rogue_path_send (RoguePath *path, const guint8 *packet, gsize size)
{
  nice_agent_send (path->agent, path->stream, 1, (guint)size, (const char *)packet);
}

void
rogue_path_free (RoguePath *path)
{
  if (path == NULL)
    return;
  g_object_unref (path->agent);
  g_free (path);
}
