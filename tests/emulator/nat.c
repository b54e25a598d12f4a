/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A NAT of IPv4 with one outside address, for UDP, TCP and ICMP echo. */
#include "nat.h"
#include "checksum.h"
#include "ip-packet.h"
#include "nat-table.h"

#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>

#define SOURCE 12      /* offset in an IPv4 header */
#define DESTINATION 16 /* likewise */
#define ICMP_HEADER 8
#define TCP_FLAGS 13
#define TCP_FIN_RST 0x05

struct _EmuNat
{
  EmuNatConfig config;
  guint8 outside[4];
  EmuNatTable *table;
  EmuNatCounters counters;
};

/* What a NAT looks at and changes: an IPv4 packet, or the beginning of one inside an ICMP error. */
typedef struct
{
  guint8 *ip;
  guint8 *transport;
  gsize length; /* of @transport, as far as it is there */
  guint8 protocol;
  gsize source_at, destination_at; /* of the ports in @transport; equal for ICMP */
} View;

EmuNat *
emu_nat_new (const EmuNatConfig *config, const guint8 outside[4], guint32 seed)
{
  EmuNat *nat = g_new0 (EmuNat, 1);

  nat->config = *config;
  memcpy (nat->outside, outside, 4);
  nat->table = emu_nat_table_new (config, seed);
  return nat;
}

void
emu_nat_free (EmuNat *nat)
{
  if (nat == NULL)
    return;
  emu_nat_table_free (nat->table);
  g_free (nat);
}

const guint8 *
emu_nat_outside (const EmuNat *nat)
{
  return nat->outside;
}

const EmuNatCounters *
emu_nat_counters (const EmuNat *nat)
{
  return &nat->counters;
}

/* Returns: FALSE for what a NAT cannot translate. ICMP errors pass with protocol ICMP; see
 * is_error(). */
static gboolean
look_at (guint8 *ip, gsize length, View *view)
{
  gsize header = length >= 20 ? (gsize)(ip[0] & 0xf) * 4 : 0;

  if (header < 20 || header + ICMP_HEADER > length || (emu_ip_get_u16 (ip + 6) & 0x3fff) != 0)
    return FALSE;
  *view = (View){ .ip = ip,
                  .transport = ip + header,
                  .length = length - header,
                  .protocol = ip[9],
                  .destination_at = 2 };
  if (view->protocol == IPPROTO_ICMP)
    view->source_at = view->destination_at = 4;
  return view->protocol == IPPROTO_UDP || view->protocol == IPPROTO_TCP
         || view->protocol == IPPROTO_ICMP;
}

static gboolean
is_error (const View *view)
{
  return view->protocol == IPPROTO_ICMP
         && (view->transport[0] == ICMP_DEST_UNREACH || view->transport[0] == ICMP_TIME_EXCEEDED
             || view->transport[0] == ICMP_PARAMETERPROB);
}

static EmuNatEnd
get_end (const View *view, gsize address_at, gsize port_at)
{
  EmuNatEnd end = { .port = (guint16)emu_ip_get_u16 (view->transport + port_at) };

  memcpy (end.address, view->ip + address_at, 4);
  return end;
}

/* Puts an end in place and carries the checksums over. */
static void
put_end (View *view, gsize address_at, gsize port_at, const guint8 *address, guint16 port)
{
  gsize checksum_at = emu_checksum_offset (view->protocol);
  gboolean covers_address = view->protocol != IPPROTO_ICMP;
  guint8 before[6], after[6];
  guint8 *sum = view->transport + checksum_at;

  memcpy (before, view->ip + address_at, 4);
  memcpy (before + 4, view->transport + port_at, 2);
  memcpy (after, address, 4);
  emu_ip_put_u16 (after + 4, port);
  emu_checksum_replace (view->ip + 10, before, 4, after, 4);
  /* UDP without a checksum stays so; a quoted packet may end before its checksum. */
  if (checksum_at + 2 <= view->length
      && !(view->protocol == IPPROTO_UDP && emu_ip_get_u16 (sum) == 0))
    {
      emu_checksum_replace (sum, before + (covers_address ? 0 : 4), covers_address ? 6 : 2,
                            after + (covers_address ? 0 : 4), covers_address ? 6 : 2);
      if (view->protocol == IPPROTO_UDP && emu_ip_get_u16 (sum) == 0)
        emu_ip_put_u16 (sum, 0xffff);
    }
  memcpy (view->ip + address_at, after, 4);
  memcpy (view->transport + port_at, after + 4, 2);
}

static void
note_flags (const View *view, EmuNatMapping *mapping)
{
  if (view->protocol == IPPROTO_TCP && view->length > TCP_FLAGS)
    mapping->closing |= (view->transport[TCP_FLAGS] & TCP_FIN_RST) != 0;
}

/* What an ICMP error is about: the quoted packet. Returns: FALSE where it is of no use. */
static gboolean
look_into (const View *error, View *quoted)
{
  return look_at (error->transport + ICMP_HEADER, error->length - ICMP_HEADER, quoted)
         && !is_error (quoted);
}

/* Ends the translation of an error: only its outer address and checksums are still to be set. */
static void
finish_error (View *error, gsize address_at, const guint8 *address)
{
  guint8 before[4];

  memcpy (before, error->ip + address_at, 4);
  emu_checksum_replace (error->ip + 10, before, 4, address, 4);
  memcpy (error->ip + address_at, address, 4);
  emu_checksum_transport (error->transport, error->length, IPPROTO_ICMP, NULL, 0);
}

/* A phone's error about a packet that it was sent: quoted from outside to inside. */
static EmuNatResult
error_out (EmuNat *nat, View *error, gint64 now_us)
{
  const EmuNatMapping *mapping = NULL;
  View quoted;

  if (look_into (error, &quoted))
    {
      EmuNatEnd inside = get_end (&quoted, DESTINATION, quoted.destination_at);
      EmuNatEnd remote = get_end (&quoted, SOURCE, quoted.source_at);

      if (quoted.protocol == IPPROTO_ICMP)
        remote.port = 0;
      mapping = emu_nat_table_find_inside (nat->table, quoted.protocol, &inside, &remote, now_us);
    }
  if (mapping == NULL)
    {
      nat->counters.unsupported++;
      return EMU_NAT_DROPPED;
    }
  put_end (&quoted, DESTINATION, quoted.destination_at, nat->outside, mapping->outside_port);
  finish_error (error, SOURCE, nat->outside);
  return EMU_NAT_OK;
}

/* An error about a packet that went out: quoted from its outside address to the remote. */
static EmuNatResult
error_in (EmuNat *nat, View *error, gint64 now_us)
{
  const EmuNatMapping *mapping = NULL;
  View quoted;

  if (look_into (error, &quoted) && memcmp (quoted.ip + SOURCE, nat->outside, 4) == 0)
    mapping = emu_nat_table_find_outside (
        nat->table, quoted.protocol, (guint16)emu_ip_get_u16 (quoted.transport + quoted.source_at),
        now_us);
  if (mapping == NULL)
    {
      nat->counters.unmapped++;
      return EMU_NAT_DROPPED;
    }
  put_end (&quoted, SOURCE, quoted.source_at, mapping->inside.address, mapping->inside.port);
  finish_error (error, DESTINATION, mapping->inside.address);
  return EMU_NAT_OK;
}

static EmuNatResult
refuse (guint64 *counter)
{
  (*counter)++;
  return EMU_NAT_DROPPED;
}

EmuNatResult
emu_nat_out (EmuNat *nat, guint8 *bytes, gsize length, gint64 now_us)
{
  EmuNatMapping *mapping;
  EmuNatEnd inside, remote;
  View view;

  if (!look_at (bytes, length, &view))
    return refuse (&nat->counters.unsupported);
  if (is_error (&view))
    return error_out (nat, &view, now_us);
  if (view.protocol == IPPROTO_ICMP && view.transport[0] != ICMP_ECHO)
    return refuse (&nat->counters.unsupported);

  inside = get_end (&view, SOURCE, view.source_at);
  remote = get_end (&view, DESTINATION, view.destination_at);
  if (view.protocol == IPPROTO_ICMP)
    remote.port = 0;
  mapping = emu_nat_table_find_inside (nat->table, view.protocol, &inside, &remote, now_us);
  if (mapping == NULL)
    {
      mapping = emu_nat_table_add (nat->table, view.protocol, &inside, &remote, now_us);
      if (mapping == NULL)
        return refuse (&nat->counters.full);
      nat->counters.mappings++;
    }
  note_flags (&view, mapping);
  emu_nat_table_refresh (nat->table, mapping, &remote, now_us);
  put_end (&view, SOURCE, view.source_at, nat->outside, mapping->outside_port);

  if (memcmp (remote.address, nat->outside, 4) != 0)
    return EMU_NAT_OK;
  nat->counters.hairpinned++;
  return nat->config.hairpin ? EMU_NAT_HAIRPIN : EMU_NAT_DROPPED;
}

EmuNatResult
emu_nat_in (EmuNat *nat, guint8 *bytes, gsize length, gint64 now_us)
{
  EmuNatMapping *mapping;
  EmuNatEnd remote;
  View view;

  if (!look_at (bytes, length, &view))
    return refuse (&nat->counters.unsupported);
  if (is_error (&view))
    return error_in (nat, &view, now_us);
  if (view.protocol == IPPROTO_ICMP && view.transport[0] != ICMP_ECHOREPLY)
    return refuse (&nat->counters.unmapped);

  remote = get_end (&view, SOURCE, view.source_at);
  if (view.protocol == IPPROTO_ICMP)
    remote.port = 0;
  mapping = emu_nat_table_find_outside (
      nat->table, view.protocol, (guint16)emu_ip_get_u16 (view.transport + view.destination_at),
      now_us);
  if (mapping == NULL)
    return refuse (&nat->counters.unmapped);
  if (!emu_nat_table_admits (nat->table, mapping, &remote, now_us))
    return refuse (&nat->counters.filtered);
  note_flags (&view, mapping);
  emu_nat_table_refresh_inbound (nat->table, mapping, now_us);
  put_end (&view, DESTINATION, view.destination_at, mapping->inside.address, mapping->inside.port);
  return EMU_NAT_OK;
}
