/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is between a phone's radio and the public network: NATs, NAT64 and firewall.
 *
 * radio → [NAT at home] → [NAT64's translation] → [the operator's NAT] → public
 *
 * The operator's NAT may be another phone's: then both are behind one public address. A phone
 * reaches another's private address never: operators keep their customers apart.
 */
#include "packet-core-private.h"
#include "settings.h"

#include <gio/gio.h>
#include <string.h>

static EmuPacketPhone *
owner_of (EmuPacketPhone *phone)
{
  return phone->share != NULL ? phone->share : phone;
}

static EmuNat *
outer_of (EmuPacketPhone *phone)
{
  return owner_of (phone)->outer;
}

/* From behind the operator's NAT to the phone's radio. */
static void
arrive_private (EmuPacketPhone *phone, guint8 *bytes, gsize length)
{
  EmuPacketCore *core = phone->core;

  if (phone->inner != NULL
      && emu_nat_in (phone->inner, bytes, length, g_get_monotonic_time ()) != EMU_NAT_OK)
    return;
  if (phone->access.nat64)
    {
      length = emu_xlat_4to6 (bytes, length, phone->addresses.v6, core->to_v6);
      bytes = core->to_v6;
      if (length == 0)
        phone->counters[EMU_DROPPED_BY_NAT64]++;
    }
  if (length > 0)
    emu_packet_enter_downlink (phone, bytes, length);
}

/* From outside through the NAT of @owner, to whoever has the mapping. */
static void
arrive_nat (EmuPacketPhone *owner, guint8 *bytes, gsize length)
{
  EmuPacketPhone *phone;
  EmuHost host;

  if (emu_nat_in (owner->outer, bytes, length, g_get_monotonic_time ()) != EMU_NAT_OK
      || !emu_phone_is_private_v4 (bytes + 16, &host))
    return;
  phone = owner->core->phones[host.index];
  if (phone != NULL && phone->host.generation == host.generation && owner_of (phone) == owner)
    arrive_private (phone, bytes, length);
}

gboolean
emu_packet_arrive (EmuPacketPhone *owner, guint8 *bytes, gsize length)
{
  gboolean v6 = bytes[0] >> 4 == 6;

  if (!v6 && owner->outer != NULL)
    {
      arrive_nat (owner, bytes, length);
      return TRUE;
    }
  if (owner->contexts == NULL || (v6 ? owner->access.ipv6 == EMU_IPV6_NONE : owner->share != NULL))
    return FALSE;
  if (!v6 || owner->firewall == NULL
      || emu_firewall_in (owner->firewall, bytes, length, g_get_monotonic_time ()))
    emu_packet_enter_downlink (owner, bytes, length);
  return TRUE;
}

static void
leave_v4 (EmuPacketPhone *phone, guint8 *bytes, gsize length)
{
  gint64 now_us = g_get_monotonic_time ();
  EmuNat *outer = outer_of (phone);
  EmuNatResult result = EMU_NAT_OK;

  if (phone->inner != NULL)
    result = emu_nat_out (phone->inner, bytes, length, now_us);
  if (result == EMU_NAT_HAIRPIN)
    arrive_private (phone, bytes, length);
  if (result != EMU_NAT_OK)
    return;

  if (outer != NULL)
    result = emu_nat_out (outer, bytes, length, now_us);
  if (result == EMU_NAT_HAIRPIN)
    arrive_nat (owner_of (phone), bytes, length);
  else if (result == EMU_NAT_OK)
    emu_packet_route (phone->core, phone, bytes, length);
}

void
emu_packet_leave_uplink (EmuPacketPhone *phone, guint8 *bytes, gsize length)
{
  EmuPacketCore *core = phone->core;
  EmuIpPacket packet;
  guint8 private_v4[4];

  /* A rule may have left it corrupt. */
  if (!emu_ip_packet_parse (bytes, length, &packet))
    phone->counters[EMU_DROPPED_INVALID]++;
  else if (packet.version == 4)
    leave_v4 (phone, bytes, packet.length);
  else if (phone->access.nat64 && emu_xlat_is_prefix (packet.destination))
    {
      emu_phone_private_v4 (phone->host, private_v4);
      length = emu_xlat_6to4 (bytes, packet.length, private_v4, core->to_v4);
      if (length > 0)
        leave_v4 (phone, core->to_v4, length);
      else
        phone->counters[EMU_DROPPED_BY_NAT64]++;
    }
  else
    {
      if (phone->firewall != NULL)
        emu_firewall_out (phone->firewall, bytes, packet.length, g_get_monotonic_time ());
      emu_packet_route (core, phone, bytes, packet.length);
    }
}

void
emu_packet_phone_free_access (EmuPacketPhone *phone)
{
  g_clear_pointer (&phone->inner, emu_nat_free);
  g_clear_pointer (&phone->outer, emu_nat_free);
  g_clear_pointer (&phone->firewall, emu_firewall_free);
}

static void
set_addresses (EmuPacketPhone *phone)
{
  const EmuAccessConfig *access = &phone->access;
  EmuTunConfig *addresses = &phone->addresses;

  *addresses = (EmuTunConfig){ .v4_prefix = access->nat64 ? 0 : 32,
                               .v6_prefix = access->ipv6 == EMU_IPV6_NONE ? 0 : 64 };
  if (access->inner_nat != EMU_NAT_NONE)
    emu_phone_home_v4 (phone->host, addresses->v4);
  else if (access->nat.kind != EMU_NAT_NONE || phone->share != NULL)
    emu_phone_private_v4 (phone->host, addresses->v4);
  else
    emu_phone_v4 (phone->host, addresses->v4);
  emu_phone_v6 (phone->host, addresses->v6);
}

void
emu_packet_phone_make_access (EmuPacketPhone *phone)
{
  const EmuNatConfig *nat = &phone->access.nat;
  guint32 seed = phone->core->seed + phone->host.index;
  guint8 outside[4];

  emu_packet_phone_free_access (phone);
  set_addresses (phone);
  if (phone->access.inner_nat != EMU_NAT_NONE)
    {
      EmuNatConfig inner = *nat;

      inner.kind = phone->access.inner_nat;
      emu_phone_private_v4 (phone->host, outside);
      phone->inner = emu_nat_new (&inner, outside, ~seed);
    }
  if (nat->kind != EMU_NAT_NONE && phone->share == NULL)
    {
      emu_phone_v4 (phone->host, outside);
      phone->outer = emu_nat_new (nat, outside, seed);
    }
  if (phone->access.ipv6 == EMU_IPV6_FIREWALL)
    phone->firewall
        = emu_firewall_new (nat->udp_timeout_s, nat->tcp_timeout_s, nat->icmp_timeout_s);
}

/* Access or host are different: so are the addresses of active contexts. */
static gboolean
renew (EmuPacketPhone *phone, GError **error)
{
  emu_packet_phone_make_access (phone);
  for (GList *link = phone->contexts; link != NULL; link = link->next)
    {
      EmuPacketContext *context = link->data;
      EmuTunConfig after = phone->addresses;

      after.metric = context->addresses.metric;
      if (!emu_tun_readdress (phone->netns, context->ifname, &context->addresses, &after, error))
        return FALSE;
      context->addresses = after;
    }
  return TRUE;
}

static gboolean
is_shared (const EmuPacketPhone *phone)
{
  for (guint i = 0; i <= EMU_PHONE_INDEX_MAX; i++)
    if (phone->core->phones[i] != NULL && phone->core->phones[i]->share == phone)
      return TRUE;
  return FALSE;
}

/* Returns: FALSE where @name is of no phone whose NAT can be shared. */
static gboolean
find_share (EmuPacketPhone *phone, const char *name, EmuPacketPhone **share, GError **error)
{
  *share = NULL;
  if (*name == '\0')
    return TRUE;
  if (is_shared (phone))
    return emu_settings_refuse (error, "share: others share the NAT of %s", phone->name);
  for (guint i = 0; i <= EMU_PHONE_INDEX_MAX; i++)
    {
      EmuPacketPhone *other = phone->core->phones[i];

      if (other != NULL && other != phone && strcmp (other->name, name) == 0
          && other->outer != NULL)
        *share = other;
    }
  return *share != NULL
         || emu_settings_refuse (error, "share: '%s' is no other phone with a NAT of its own",
                                 name);
}

gboolean
emu_packet_phone_set_access (EmuPacketPhone *phone, GVariant *values, GError **error)
{
  EmuAccessConfig access = phone->access;
  EmuPacketPhone *share = g_variant_lookup (values, "preset", "s", NULL) ? NULL : phone->share;
  const char *name;

  if ((g_variant_lookup (values, "share", "&s", &name) && !find_share (phone, name, &share, error))
      || !emu_access_set (&access, share != NULL, values, error))
    return FALSE;
  if (access.nat.kind == EMU_NAT_NONE && is_shared (phone))
    return emu_settings_refuse (error, "nat: others share the NAT of %s", phone->name);
  phone->access = access;
  phone->share = share;
  return renew (phone, error);
}

gboolean
emu_packet_phone_change_address (EmuPacketPhone *phone, GError **error)
{
  phone->host.generation = (guint8)(phone->host.generation % 255 + 1);
  return renew (phone, error);
}

static void
describe_address (GVariantDict *dict, const char *key, GSocketFamily family, const guint8 *bytes,
                  gboolean present)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_bytes (bytes, family);
  g_autofree char *text = present ? g_inet_address_to_string (address) : g_strdup ("");

  g_variant_dict_insert (dict, key, "s", text);
}

GVariant *
emu_packet_phone_describe_access (EmuPacketPhone *phone)
{
  g_autoptr (GVariant) values = g_variant_ref_sink (emu_access_describe (&phone->access));
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (values);
  const EmuTunConfig *own = &phone->addresses;
  const EmuNat *outer = outer_of (phone);

  g_variant_dict_insert (&dict, "share", "s", phone->share != NULL ? phone->share->name : "");
  describe_address (&dict, "ipv4-address", G_SOCKET_FAMILY_IPV4, own->v4, own->v4_prefix > 0);
  describe_address (&dict, "ipv6-address", G_SOCKET_FAMILY_IPV6, own->v6, own->v6_prefix > 0);
  describe_address (&dict, "public-ipv4-address", G_SOCKET_FAMILY_IPV4,
                    outer != NULL ? emu_nat_outside (outer) : own->v4, TRUE);
  return g_variant_dict_end (&dict);
}
