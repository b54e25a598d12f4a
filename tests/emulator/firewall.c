/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stateful firewall of IPv6, as operators put before phones: in comes only what answers. */
#include "firewall.h"
#include "ip-packet.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>

#define HEADER 40
#define FLOWS_MAX 4096

typedef struct
{
  guint8 inside[16], remote[16];
  guint16 inside_port, remote_port; /* of ICMPv6 echo both are the identifier */
  guint32 protocol;
} Flow;

typedef struct
{
  Flow flow;
  gint64 expires_us;
} Entry;

struct _EmuFirewall
{
  double udp_timeout_s, tcp_timeout_s, icmp_timeout_s;
  GHashTable *flows; /* Entry, by its flow */
  guint64 dropped;
};

static guint
hash_flow (gconstpointer data)
{
  const guint8 *bytes = data;
  guint hash = 5381;

  for (gsize i = 0; i < sizeof (Flow); i++)
    hash = hash * 33 + bytes[i];
  return hash;
}

static gboolean
equal_flows (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (Flow)) == 0;
}

EmuFirewall *
emu_firewall_new (double udp_timeout_s, double tcp_timeout_s, double icmp_timeout_s)
{
  EmuFirewall *firewall = g_new0 (EmuFirewall, 1);

  firewall->udp_timeout_s = udp_timeout_s;
  firewall->tcp_timeout_s = tcp_timeout_s;
  firewall->icmp_timeout_s = icmp_timeout_s;
  firewall->flows = g_hash_table_new_full (hash_flow, equal_flows, g_free, NULL);
  return firewall;
}

void
emu_firewall_free (EmuFirewall *firewall)
{
  if (firewall == NULL)
    return;
  g_hash_table_unref (firewall->flows);
  g_free (firewall);
}

/* @outbound: the source is inside. Returns: FALSE for what has no flow. */
static gboolean
find_flow (const guint8 *bytes, gsize length, gboolean outbound, Flow *flow)
{
  const guint8 *transport = bytes + HEADER;
  gboolean echo;

  memset (flow, 0, sizeof *flow);
  if (length < HEADER + 8)
    return FALSE;
  flow->protocol = bytes[6];
  memcpy (flow->inside, bytes + (outbound ? 8 : 24), 16);
  memcpy (flow->remote, bytes + (outbound ? 24 : 8), 16);
  if (flow->protocol == IPPROTO_UDP || flow->protocol == IPPROTO_TCP)
    {
      flow->inside_port = (guint16)emu_ip_get_u16 (transport + (outbound ? 0 : 2));
      flow->remote_port = (guint16)emu_ip_get_u16 (transport + (outbound ? 2 : 0));
      return TRUE;
    }
  echo = flow->protocol == IPPROTO_ICMPV6
         && transport[0] == (outbound ? ICMP6_ECHO_REQUEST : ICMP6_ECHO_REPLY);
  flow->inside_port = flow->remote_port = (guint16)emu_ip_get_u16 (transport + 4);
  return echo;
}

static gint64
lifetime_us (const EmuFirewall *firewall, const Flow *flow)
{
  double s = flow->protocol == IPPROTO_UDP   ? firewall->udp_timeout_s
             : flow->protocol == IPPROTO_TCP ? firewall->tcp_timeout_s
                                             : firewall->icmp_timeout_s;

  return (gint64)(s * G_USEC_PER_SEC);
}

static gboolean
has_expired (gpointer key, gpointer value, gpointer now_us)
{
  return ((Entry *)key)->expires_us <= *(gint64 *)now_us;
}

void
emu_firewall_out (EmuFirewall *firewall, const guint8 *bytes, gsize length, gint64 now_us)
{
  Entry *entry;
  Flow flow;

  if (!find_flow (bytes, length, TRUE, &flow))
    return;
  entry = g_hash_table_lookup (firewall->flows, &flow);
  if (entry == NULL)
    {
      if (g_hash_table_size (firewall->flows) >= FLOWS_MAX)
        g_hash_table_foreach_remove (firewall->flows, has_expired, &now_us);
      if (g_hash_table_size (firewall->flows) >= FLOWS_MAX)
        return;
      entry = g_new0 (Entry, 1);
      entry->flow = flow;
      g_hash_table_add (firewall->flows, entry);
    }
  entry->expires_us = now_us + lifetime_us (firewall, &flow);
}

static gboolean
is_known (EmuFirewall *firewall, const Flow *flow, gint64 now_us)
{
  const Entry *entry = g_hash_table_lookup (firewall->flows, flow);

  return entry != NULL && entry->expires_us > now_us;
}

gboolean
emu_firewall_in (EmuFirewall *firewall, const guint8 *bytes, gsize length, gint64 now_us)
{
  gboolean error = length >= HEADER + 8 && bytes[6] == IPPROTO_ICMPV6 && bytes[HEADER] < 128;
  gboolean known;
  Flow flow;

  /* An error quotes the packet that went out. */
  known = error ? find_flow (bytes + HEADER + 8, length - HEADER - 8, TRUE, &flow)
                : find_flow (bytes, length, FALSE, &flow);
  if (known && is_known (firewall, &flow, now_us))
    return TRUE;
  firewall->dropped++;
  return FALSE;
}

guint64
emu_firewall_dropped (const EmuFirewall *firewall)
{
  return firewall->dropped;
}
