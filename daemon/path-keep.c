/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Indications to the servers, for the NAT's mappings; and permissions at the relays, again before
 * they end. libnice does neither for a path that waits to be found. */
#include "daemon/path-keep.h"

#include "daemon/path-candidates.h"

#include <sodium.h>
#include <string.h>

#define INDICATION_S 15      /* RFC 8445 §11: Tr; NATs of carriers forget within 30 s */
#define ADMIT_EVERY 17       /* 255 s: permissions last 300 s (RFC 8656 §9), for libnice 240 s */
#define ADMITTED_PORT 49151u /* reserved by IANA: nothing listens there; each time one below */

struct TacPathKeep
{
  NiceAgent *agent;
  guint stream, component;
  GPtrArray *servers;
  TacCandidates relays; /* their own addresses */
  guint rounds, timer;
};

/* TURN: the relay lets in only whom it was told of, by address (RFC 8656 §9). The peer's relayed
 * address is not known yet, but where it uses the same relay, the relay's own address is its
 * address: admitted in advance by a candidate that answers nothing. libnice checks each candidate
 * once, so it is another port every time; and asks for no permission that it believes to have. */
static void
admit_relays (TacPathKeep *keep)
{
  GSList *list;

  for (size_t i = 0; i < keep->relays.n; i++)
    keep->relays.list[i].port = (uint16_t)(ADMITTED_PORT - keep->rounds / ADMIT_EVERY);
  list = tac_candidates_to_check (&keep->relays, keep->stream, keep->component, FALSE);
  for (GSList *item = list; item != NULL; item = item->next)
    ((NiceCandidate *)item->data)->priority = 1;
  if (list != NULL)
    nice_agent_set_remote_candidates (keep->agent, keep->stream, keep->component, list);
  g_slist_free_full (list, (GDestroyNotify)nice_candidate_free);
}

/* RFC 8489 §5: a Binding indication, which nobody answers. */
static void
indicate (GSocket *socket, GSocketAddress *server)
{
  guint8 indication[20] = { 0x00, 0x11, 0x00, 0x00, 0x21, 0x12, 0xA4, 0x42 };

  if (g_socket_get_family (socket) != g_socket_address_get_family (server))
    return;
  randombytes_buf (indication + 8, 12);
  g_socket_send_to (socket, server, (const char *)indication, sizeof indication, NULL, NULL);
}

static gboolean
on_time (gpointer user_data)
{
  TacPathKeep *keep = user_data;
  g_autoptr (GPtrArray) sockets
      = nice_agent_get_sockets (keep->agent, keep->stream, keep->component);

  for (guint i = 0; sockets != NULL && i < sockets->len; i++)
    for (guint j = 0; j < keep->servers->len; j++)
      indicate (sockets->pdata[i], keep->servers->pdata[j]);
  if (++keep->rounds % ADMIT_EVERY == 0)
    admit_relays (keep);
  return G_SOURCE_CONTINUE;
}

TacPathKeep *
tac_path_keep_new (NiceAgent *agent, guint stream, guint component, GPtrArray *servers,
                   const TacCandidates *local, gboolean admit)
{
  TacPathKeep *keep = g_new0 (TacPathKeep, 1);

  *keep = (TacPathKeep){
    .agent = agent, .stream = stream, .component = component, .servers = g_ptr_array_ref (servers)
  };
  for (size_t i = 0; i < local->n; i++)
    if (local->list[i].kind == TAC_CANDIDATE_RELAYED)
      keep->relays.list[keep->relays.n++] = local->list[i];
  if (admit)
    admit_relays (keep);
  if (servers->len > 0)
    keep->timer = g_timeout_add_seconds (INDICATION_S, on_time, keep);
  return keep;
}

void
tac_path_keep_free (TacPathKeep *keep)
{
  if (keep == NULL)
    return;
  g_clear_handle_id (&keep->timer, g_source_remove);
  g_ptr_array_unref (keep->servers);
  g_free (keep);
}
