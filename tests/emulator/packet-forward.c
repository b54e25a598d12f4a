/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The packet core's data path.
 *
 * phone's TUN → receive → uplink leg → access → route → access → downlink leg → deliver → phone's
 *                            internet's TUN ↗       ↘ internet's TUN
 *
 * A packet lives in the core's one buffer all the way; only a delay and a double copy it. The
 * capture shows the phone's end of its radio: uplink before a rule can drop it, downlink after.
 */
#include "checksum.h"
#include "packet-core-private.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

/* Packets taken from one TUN before the others get their turn. */
#define BUDGET 64

static void enter_leg (EmuLeg *leg, guint8 *bytes, gsize length);

static void
capture (EmuPacketContext *context, gboolean outbound, const guint8 *bytes, gsize length)
{
  EmuPcapng *pcapng = context->phone->capture;

  if (pcapng != NULL)
    emu_pcapng_write (pcapng, context->capture_interface, outbound,
                      (guint64)g_get_real_time () * 1000, bytes, length);
}

static void
count (EmuPacketPhone *phone, EmuPacketCounter counter)
{
  if (phone != NULL)
    phone->counters[counter]++;
}

/* The last step of a downlink packet: into the phone's oldest context. */
static void
deliver (EmuPacketPhone *phone, const guint8 *bytes, gsize length)
{
  EmuPacketContext *context = phone->contexts != NULL ? phone->contexts->data : NULL;

  if (context == NULL)
    {
      count (phone, EMU_DROPPED_NO_CONTEXT);
      return;
    }
  /* Before the phone has it, so that whoever got a packet finds it captured. */
  capture (context, FALSE, bytes, length);
  if (write (context->port.fd, bytes, length) != (gssize)length)
    {
      count (phone, EMU_DROPPED_INTERFACE_DOWN);
      return;
    }
  count (phone, EMU_DOWNLINK_PACKETS);
  phone->counters[EMU_DOWNLINK_BYTES] += length;
}

void
emu_packet_enter_downlink (EmuPacketPhone *phone, guint8 *bytes, gsize length)
{
  enter_leg (&phone->downlink, bytes, length);
}

/* Counts the refusal and makes the answer. Returns: its length, 0 where there must be none. */
static gsize
refuse (EmuPacketCore *core, EmuPacketPhone *sender, EmuIcmpReason reason, const guint8 *bytes,
        const EmuIpPacket *packet)
{
  count (sender, reason == EMU_ICMP_TIME_EXCEEDED ? EMU_DROPPED_HOPS : EMU_DROPPED_UNREACHABLE);
  return emu_icmp_error (reason, bytes, packet, core->error);
}

static void
send_to_internet (EmuPacketCore *core, const guint8 *bytes, gsize length)
{
  if (write (core->internet.fd, bytes, length) < 0)
    g_debug ("The internet did not take a packet: %s", g_strerror (errno));
}

/* Returns: FALSE with @reason where it cannot be sent on. */
static gboolean
forward (EmuPacketCore *core, EmuPacketPhone *sender, guint8 *bytes, const EmuIpPacket *packet,
         EmuIcmpReason *reason)
{
  EmuPacketPhone *phone;
  EmuHost host = { 0 };

  *reason = EMU_ICMP_NO_ROUTE;
  switch (emu_ip_route (packet->version, packet->destination, &host))
    {
    case EMU_ROUTE_PHONE:
      *reason = EMU_ICMP_NO_HOST;
      phone = core->phones[host.index];
      return phone != NULL && phone->host.generation == host.generation
             && emu_packet_arrive (phone, bytes, packet->length);
    case EMU_ROUTE_INTERNET:
      if (core->internet.fd < 0)
        return FALSE;
      send_to_internet (core, bytes, packet->length);
      return TRUE;
    case EMU_ROUTE_NOWHERE:
      return FALSE;
    case EMU_ROUTE_PRIVATE:
      count (sender, EMU_DROPPED_PRIVATE);
      return TRUE;
    case EMU_ROUTE_LINK_ONLY:
      count (sender, EMU_DROPPED_LINK_ONLY);
      return TRUE;
    }
  g_assert_not_reached ();
}

/* An error about an error is never made, so this calls itself once at most. */
void
emu_packet_route (EmuPacketCore *core, EmuPacketPhone *sender, guint8 *bytes, gsize length)
{
  EmuIcmpReason reason;
  EmuIpPacket packet;

  if (!emu_ip_packet_parse (bytes, length, &packet))
    count (sender, EMU_DROPPED_INVALID);
  else if (!forward (core, sender, bytes, &packet, &reason))
    {
      length = refuse (core, sender, reason, bytes, &packet);
      if (length > 0)
        emu_packet_route (core, NULL, core->error, length);
    }
}

static void
leave_leg (EmuLeg *leg, guint8 *bytes, gsize length)
{
  if (leg->uplink)
    emu_packet_leave_uplink (leg->phone, bytes, length);
  else
    deliver (leg->phone, bytes, length);
}

/* @alone: the only copy, so that it need not be kept. */
static void
send_at (EmuLeg *leg, gint64 due_us, gint64 now_us, gboolean alone, guint8 *bytes, gsize length)
{
  if (alone && due_us <= now_us && leg->waiting == 0)
    leave_leg (leg, bytes, length);
  else if (emu_delay_queue_push (leg->phone->core->delayed, due_us, leg, bytes, length))
    leg->waiting++;
  else
    count (leg->phone, EMU_DROPPED_QUEUE_FULL);
}

void
emu_leg_on_due (const EmuDelayed *delayed, gpointer user_data)
{
  EmuLeg *leg = delayed->leg;

  leg->waiting--;
  leave_leg (leg, delayed->bytes, delayed->length);
}

static void
corrupt (const EmuPacketVerdict *verdict, guint8 *bytes, gsize length)
{
  if (verdict->mask == 0 || verdict->position >= length)
    return;
  bytes[verdict->position] ^= verdict->mask;
  if (verdict->fix_checksums)
    emu_ip_fix_checksums (bytes, length);
}

/* The rules first, then the radio. */
static void
enter_leg (EmuLeg *leg, guint8 *bytes, gsize length)
{
  EmuPacketPhone *phone = leg->phone;
  EmuPacketCore *core = phone->core;
  EmuPacketVerdict verdict = { .copies = 1 };
  gint64 now_us = g_get_monotonic_time ();

  if (core->filter != NULL)
    verdict = core->filter (phone->name, leg->uplink, bytes, length, core->user_data);
  if (verdict.copies == 0)
    count (phone, EMU_DROPPED_BY_RULE);
  else
    phone->counters[EMU_DUPLICATED] += verdict.copies - 1;
  corrupt (&verdict, bytes, length);

  for (guint i = 0; i < verdict.copies; i++)
    {
      EmuFate fate;

      if (verdict.delay_ms > 0)
        count (phone, EMU_DELAYED);
      emu_impair_decide (leg->impair, length, now_us, &fate);
      for (guint j = 0; j < fate.copies; j++)
        send_at (leg, fate.due_us[j] + (gint64)verdict.delay_ms * 1000, now_us,
                 verdict.copies == 1 && fate.copies == 1, bytes, length);
    }
}

/* A phone may send from its own address and its own /64 only (3GPP TS 29.281 leaves it to the
 * gateway; all of them do it). */
static gboolean
is_own_source (const EmuPacketPhone *phone, const EmuIpPacket *packet)
{
  const EmuTunConfig *own = &phone->addresses;

  return packet->version == 4 ? own->v4_prefix > 0 && memcmp (packet->source, own->v4, 4) == 0
                              : own->v6_prefix > 0 && memcmp (packet->source, own->v6, 8) == 0;
}

/* From before any NAT, so straight back. */
static void
answer_hops (EmuPort *port, const guint8 *bytes, const EmuIpPacket *packet)
{
  gsize length = refuse (port->core, port->phone, EMU_ICMP_TIME_EXCEEDED, bytes, packet);

  if (length > 0 && port->phone != NULL)
    emu_packet_enter_downlink (port->phone, port->core->error, length);
  else if (length > 0)
    send_to_internet (port->core, port->core->error, length);
}

/* The first step of a packet from a TUN. */
static void
receive (EmuPort *port, guint8 *bytes, gsize length)
{
  EmuPacketPhone *phone = port->phone;
  EmuIpPacket packet;

  if (phone != NULL)
    {
      count (phone, EMU_UPLINK_PACKETS);
      phone->counters[EMU_UPLINK_BYTES] += length;
      capture (port->context, TRUE, bytes, length);
    }

  if (!emu_ip_packet_parse (bytes, length, &packet))
    count (phone, EMU_DROPPED_INVALID);
  else if (phone != NULL && !is_own_source (phone, &packet))
    count (phone, EMU_DROPPED_SOURCE);
  else if (packet.hops <= 1)
    answer_hops (port, bytes, &packet);
  else
    {
      emu_ip_packet_take_hop (bytes, &packet);
      if (phone != NULL)
        enter_leg (&phone->uplink, bytes, packet.length);
      else
        emu_packet_route (port->core, NULL, bytes, packet.length);
    }
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer data)
{
  EmuPort *port = data;
  EmuPacketCore *core = port->core;

  for (int i = 0; i < BUDGET; i++)
    {
      gssize length = read (fd, core->packet, sizeof core->packet);

      if (length > 0)
        receive (port, core->packet, (gsize)length);
      else if (length < 0 && errno == EAGAIN)
        break;
      else if (length < 0 && errno != EINTR)
        {
          /* The namespace, and the TUN in it, have gone. */
          g_warning ("A TUN of %s cannot be read any more: %s",
                     port->phone != NULL ? port->phone->name : "the internet", g_strerror (errno));
          return G_SOURCE_REMOVE;
        }
    }
  return G_SOURCE_CONTINUE;
}

void
emu_port_open (EmuPort *port, EmuPacketCore *core, EmuPacketContext *context, int fd)
{
  port->core = core;
  port->context = context;
  port->phone = context != NULL ? context->phone : NULL;
  port->fd = fd;
  port->source = g_unix_fd_source_new (fd, G_IO_IN);
  g_source_set_callback (port->source, G_SOURCE_FUNC (on_readable), port, NULL);
  g_source_attach (port->source, g_main_context_get_thread_default ());
}

void
emu_port_close (EmuPort *port)
{
  if (port->fd < 0)
    return;
  g_source_destroy (port->source);
  g_clear_pointer (&port->source, g_source_unref);
  close (port->fd);
  port->fd = -1;
}
