/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The packet core: a TUN in its phone's namespace for each active data context, and IP between. */
#include "packet-core-private.h"

#include <gio/gio.h>
#include <string.h>

#define INTERNET_IFNAME "wan0"
#define METRIC 700 /* what network managers give mobile data: after cable and Wi-Fi */

static const char *const counter_names[EMU_N_COUNTERS] = {
  [EMU_UPLINK_PACKETS] = "UplinkPackets",
  [EMU_UPLINK_BYTES] = "UplinkBytes",
  [EMU_DOWNLINK_PACKETS] = "DownlinkPackets",
  [EMU_DOWNLINK_BYTES] = "DownlinkBytes",
  [EMU_DELAYED] = "Delayed",
  [EMU_DUPLICATED] = "Duplicated",
  [EMU_DROPPED_BY_RULE] = "DroppedByRule",
  [EMU_DROPPED_QUEUE_FULL] = "DroppedQueueFull",
  [EMU_DROPPED_INVALID] = "DroppedInvalid",
  [EMU_DROPPED_SOURCE] = "DroppedSource",
  [EMU_DROPPED_HOPS] = "DroppedHops",
  [EMU_DROPPED_UNREACHABLE] = "DroppedUnreachable",
  [EMU_DROPPED_LINK_ONLY] = "DroppedLinkOnly",
  [EMU_DROPPED_PRIVATE] = "DroppedPrivate",
  [EMU_DROPPED_BY_NAT64] = "DroppedByNat64",
  [EMU_DROPPED_NO_CONTEXT] = "DroppedNoContext",
  [EMU_DROPPED_INTERFACE_DOWN] = "DroppedInterfaceDown",
};

EmuPacketCore *
emu_packet_core_new (EmuPacketFilter filter, gpointer user_data)
{
  EmuPacketCore *core = g_new0 (EmuPacketCore, 1);

  core->filter = filter;
  core->user_data = user_data;
  core->internet.fd = -1;
  core->delayed = emu_delay_queue_new (emu_leg_on_due, core);
  return core;
}

static void
free_phone (EmuPacketPhone *phone)
{
  while (phone->contexts != NULL)
    emu_packet_context_deactivate (phone->contexts->data);
  emu_pcapng_free (phone->capture);
  emu_packet_phone_free_access (phone);
  emu_impair_free (phone->uplink.impair);
  emu_impair_free (phone->downlink.impair);
  g_free (phone->name);
  g_free (phone->netns);
  g_free (phone);
}

void
emu_packet_core_free (EmuPacketCore *core)
{
  if (core == NULL)
    return;
  emu_delay_queue_free (core->delayed);
  for (guint i = 0; i <= EMU_PHONE_INDEX_MAX; i++)
    g_clear_pointer (&core->phones[i], free_phone);
  emu_port_close (&core->internet);
  g_free (core);
}

/* Each direction of each phone has random numbers of its own, so that what others send changes
 * nothing. */
static void
set_seed (EmuPacketPhone *phone)
{
  guint32 seed = phone->core->seed + phone->host.index * 2u;

  emu_impair_set_seed (phone->uplink.impair, seed);
  emu_impair_set_seed (phone->downlink.impair, seed + 1);
}

void
emu_packet_core_set_seed (EmuPacketCore *core, guint32 seed)
{
  /* Far apart, so that neighbouring seeds share no phone's numbers (Knuth's constant). */
  core->seed = seed * 2654435761u;
  for (guint i = 0; i <= EMU_PHONE_INDEX_MAX; i++)
    if (core->phones[i] != NULL)
      set_seed (core->phones[i]);
}

EmuImpair *
emu_packet_phone_link (EmuPacketPhone *phone, gboolean uplink)
{
  return uplink ? phone->uplink.impair : phone->downlink.impair;
}

EmuPacketPhone *
emu_packet_core_add_phone (EmuPacketCore *core, const char *name, const char *netns, guint index,
                           GError **error)
{
  EmuPacketPhone *phone;

  if (index == 0 || index > EMU_PHONE_INDEX_MAX || core->phones[index] != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "Phone %s: the index %u is %s",
                   name, index,
                   index == 0 || index > EMU_PHONE_INDEX_MAX ? "not within 1…254" : "in use");
      return NULL;
    }

  phone = g_new0 (EmuPacketPhone, 1);
  phone->core = core;
  phone->name = g_strdup (name);
  phone->netns = g_strdup (netns);
  phone->host.index = (guint8)index;
  emu_access_init (&phone->access);
  phone->uplink = (EmuLeg){ phone, TRUE, emu_impair_new (TRUE, 0), 0 };
  phone->downlink = (EmuLeg){ phone, FALSE, emu_impair_new (FALSE, 0), 0 };
  set_seed (phone);
  emu_packet_phone_make_access (phone);
  core->phones[index] = phone;
  return phone;
}

gboolean
emu_packet_core_add_internet (EmuPacketCore *core, const char *netns, GError **error)
{
  EmuTunConfig config = { .v4_prefix = 32, .v6_prefix = 128, .metric = METRIC };
  int fd;

  if (core->internet.fd >= 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "There is an internet already");
      return FALSE;
    }

  memcpy (config.v4, emu_internet_v4, sizeof config.v4);
  memcpy (config.v6, emu_internet_v6, sizeof config.v6);
  fd = emu_tun_open (netns, INTERNET_IFNAME, &config, error);
  if (fd < 0)
    return FALSE;
  emu_port_open (&core->internet, core, NULL, fd);
  return TRUE;
}

static void
describe_in_capture (EmuPacketContext *context)
{
  if (context->phone->capture != NULL)
    context->capture_interface
        = emu_pcapng_add_interface (context->phone->capture, context->ifname);
}

EmuPacketContext *
emu_packet_phone_activate (EmuPacketPhone *phone, guint cid, const char *ifname, GError **error)
{
  EmuTunConfig config = phone->addresses;
  EmuPacketContext *context;
  int fd;

  config.metric = METRIC + cid;
  fd = emu_tun_open (phone->netns, ifname, &config, error);
  if (fd < 0)
    {
      g_prefix_error (error, "Phone %s, context %u: ", phone->name, cid);
      return NULL;
    }

  context = g_new0 (EmuPacketContext, 1);
  context->phone = phone;
  context->cid = cid;
  context->ifname = g_strdup (ifname);
  context->addresses = config;
  describe_in_capture (context);
  phone->contexts = g_list_append (phone->contexts, context);
  emu_port_open (&context->port, phone->core, context, fd);
  return context;
}

void
emu_packet_context_deactivate (EmuPacketContext *context)
{
  emu_port_close (&context->port);
  context->phone->contexts = g_list_remove (context->phone->contexts, context);
  g_free (context->ifname);
  g_free (context);
}

gboolean
emu_packet_phone_capture (EmuPacketPhone *phone, const char *path, GError **error)
{
  EmuPcapng *capture = NULL;

  if (path != NULL)
    {
      capture = emu_pcapng_new (path, error);
      if (capture == NULL)
        return FALSE;
    }

  emu_pcapng_free (phone->capture);
  phone->capture = capture;
  for (GList *link = phone->contexts; link != NULL; link = link->next)
    describe_in_capture (link->data);
  return TRUE;
}

static void
add_counter (GVariantBuilder *builder, const char *name, guint64 value)
{
  g_variant_builder_add (builder, "{sv}", name, g_variant_new_uint64 (value));
}

static void
add_access_counters (GVariantBuilder *builder, const EmuPacketPhone *phone)
{
  static const EmuNatCounters none;
  const EmuNatCounters *a = phone->inner != NULL ? emu_nat_counters (phone->inner) : &none;
  const EmuNatCounters *b = phone->outer != NULL ? emu_nat_counters (phone->outer) : &none;

  add_counter (builder, "NatMappings", a->mappings + b->mappings);
  add_counter (builder, "NatFull", a->full + b->full);
  add_counter (builder, "NatUnmapped", a->unmapped + b->unmapped);
  add_counter (builder, "NatFiltered", a->filtered + b->filtered);
  add_counter (builder, "NatHairpinned", a->hairpinned + b->hairpinned);
  add_counter (builder, "NatUnsupported", a->unsupported + b->unsupported);
  add_counter (builder, "DroppedByFirewall",
               phone->firewall != NULL ? emu_firewall_dropped (phone->firewall) : 0);
}

static void
add_link_counters (GVariantBuilder *builder, const char *direction, const EmuImpair *impair)
{
  const EmuImpairCounters *counters = emu_impair_counters (impair);
  const struct
  {
    const char *name;
    guint64 value;
  } rows[] = {
    { "Overflowed", counters->overflowed },     { "Lost", counters->lost },
    { "LostInBurst", counters->lost_in_burst }, { "LostInOutage", counters->lost_in_outage },
    { "Reordered", counters->reordered },       { "Doubled", counters->doubled },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = g_strconcat (direction, rows[i].name, NULL);

      add_counter (builder, name, rows[i].value);
    }
}

GVariant *
emu_packet_phone_counters (EmuPacketPhone *phone)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  for (guint i = 0; i < EMU_N_COUNTERS; i++)
    add_counter (&builder, counter_names[i], phone->counters[i]);
  add_link_counters (&builder, "Uplink", phone->uplink.impair);
  add_link_counters (&builder, "Downlink", phone->downlink.impair);
  add_access_counters (&builder, phone);
  return g_variant_builder_end (&builder);
}
