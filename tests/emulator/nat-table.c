/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mappings of a NAT: found from either side, and forgotten in time. No timer: what has expired
 * is as good as gone, and goes when it is looked at or room is needed. */
#include "nat-table.h"

#include <netinet/in.h>
#include <string.h>

#define FIRST_PORT 1024
#define LAST_PORT 65535
#define PORT_TRIES 64
#define ADMITTED_MAX 1024    /* whom one mapping may write to, so that a flood is bounded */
#define TCP_TRANSITORY_S 240 /* RFC 5382, REQ-5 */

struct _EmuNatTable
{
  EmuNatConfig config;
  GRand *random;
  GHashTable *inside;  /* EmuNatMapping by protocol, inside and remote: owns */
  GHashTable *outside; /* protocol and port → EmuNatMapping */
};

static guint
hash_mapping (gconstpointer data)
{
  const EmuNatMapping *mapping = data;
  guint hash = mapping->protocol;

  for (gsize i = 0; i < 4; i++)
    hash = hash * 31 + mapping->inside.address[i];
  for (gsize i = 0; i < 4; i++)
    hash = hash * 31 + mapping->remote.address[i];
  return (hash * 31 + mapping->inside.port) * 31 + mapping->remote.port;
}

static gboolean
equal_ends (const EmuNatEnd *a, const EmuNatEnd *b)
{
  return a->port == b->port && memcmp (a->address, b->address, 4) == 0;
}

static gboolean
equal_mappings (gconstpointer first, gconstpointer second)
{
  const EmuNatMapping *a = first, *b = second;

  return a->protocol == b->protocol && equal_ends (&a->inside, &b->inside)
         && equal_ends (&a->remote, &b->remote);
}

static void
mapping_free (gpointer data)
{
  EmuNatMapping *mapping = data;

  g_hash_table_unref (mapping->admitted);
  g_free (mapping);
}

static gpointer
outside_key (guint8 protocol, guint16 port)
{
  return GUINT_TO_POINTER ((guint)protocol << 16 | port);
}

/* A remote as one number; without the port where filtering does not look at it. */
static gint64
pack (const EmuNatTable *table, const EmuNatEnd *end)
{
  gint64 packed = (gint64)end->address[0] << 40 | (gint64)end->address[1] << 32
                  | (gint64)end->address[2] << 24 | (gint64)end->address[3] << 16;

  return table->config.kind == EMU_NAT_EIM_ADF ? packed : packed | end->port;
}

EmuNatTable *
emu_nat_table_new (const EmuNatConfig *config, guint32 seed)
{
  EmuNatTable *table = g_new0 (EmuNatTable, 1);

  table->config = *config;
  table->random = g_rand_new_with_seed (seed);
  table->inside = g_hash_table_new_full (hash_mapping, equal_mappings, mapping_free, NULL);
  table->outside = g_hash_table_new (NULL, NULL);
  return table;
}

void
emu_nat_table_free (EmuNatTable *table)
{
  g_hash_table_unref (table->outside);
  g_hash_table_unref (table->inside);
  g_rand_free (table->random);
  g_free (table);
}

static void
forget (EmuNatTable *table, EmuNatMapping *mapping)
{
  g_hash_table_remove (table->outside, outside_key (mapping->protocol, mapping->outside_port));
  g_hash_table_remove (table->inside, mapping);
}

static EmuNatMapping *
unless_expired (EmuNatTable *table, EmuNatMapping *mapping, gint64 now_us)
{
  if (mapping == NULL || mapping->expires_us > now_us)
    return mapping;
  forget (table, mapping);
  return NULL;
}

static EmuNatMapping
make_key (const EmuNatTable *table, guint8 protocol, const EmuNatEnd *inside,
          const EmuNatEnd *remote)
{
  EmuNatMapping key = { .protocol = protocol, .inside = *inside };

  if (table->config.kind == EMU_NAT_SYMMETRIC)
    key.remote = *remote;
  return key;
}

EmuNatMapping *
emu_nat_table_find_inside (EmuNatTable *table, guint8 protocol, const EmuNatEnd *inside,
                           const EmuNatEnd *remote, gint64 now_us)
{
  EmuNatMapping key = make_key (table, protocol, inside, remote);

  return unless_expired (table, g_hash_table_lookup (table->inside, &key), now_us);
}

EmuNatMapping *
emu_nat_table_find_outside (EmuNatTable *table, guint8 protocol, guint16 port, gint64 now_us)
{
  return unless_expired (table, g_hash_table_lookup (table->outside, outside_key (protocol, port)),
                         now_us);
}

static void
forget_expired (EmuNatTable *table, gint64 now_us)
{
  GHashTableIter iter;
  gpointer mapping;

  g_hash_table_iter_init (&iter, table->inside);
  while (g_hash_table_iter_next (&iter, &mapping, NULL))
    if (((EmuNatMapping *)mapping)->expires_us <= now_us)
      {
        g_hash_table_remove (table->outside,
                             outside_key (((EmuNatMapping *)mapping)->protocol,
                                          ((EmuNatMapping *)mapping)->outside_port));
        g_hash_table_iter_remove (&iter);
      }
}

static gboolean
is_free (EmuNatTable *table, guint8 protocol, guint16 port, gint64 now_us)
{
  return emu_nat_table_find_outside (table, protocol, port, now_us) == NULL;
}

/* Returns: 0 where none is free. */
static guint16
choose_port (EmuNatTable *table, guint8 protocol, guint16 wish, gint64 now_us)
{
  gboolean random
      = table->config.ports == EMU_PORTS_RANDOM
        || (table->config.ports == EMU_PORTS_AUTO && table->config.kind == EMU_NAT_SYMMETRIC);
  guint16 port = wish;

  if (!random && wish != 0 && is_free (table, protocol, wish, now_us))
    return wish;
  for (guint i = 0; i < PORT_TRIES; i++)
    {
      port = (guint16)g_rand_int_range (table->random, FIRST_PORT, LAST_PORT + 1);
      if (is_free (table, protocol, port, now_us))
        return port;
    }
  for (guint i = FIRST_PORT; i <= LAST_PORT; i++)
    if (is_free (table, protocol, (guint16)i, now_us))
      return (guint16)i;
  return 0;
}

EmuNatMapping *
emu_nat_table_add (EmuNatTable *table, guint8 protocol, const EmuNatEnd *inside,
                   const EmuNatEnd *remote, gint64 now_us)
{
  EmuNatMapping *mapping;
  guint16 port;

  if (g_hash_table_size (table->inside) >= table->config.max_mappings)
    forget_expired (table, now_us);
  if (g_hash_table_size (table->inside) >= table->config.max_mappings)
    return NULL;
  port = choose_port (table, protocol, inside->port, now_us);
  if (port == 0)
    return NULL;

  mapping = g_new0 (EmuNatMapping, 1);
  *mapping = make_key (table, protocol, inside, remote);
  mapping->outside_port = port;
  mapping->admitted = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  g_hash_table_add (table->inside, mapping);
  g_hash_table_insert (table->outside, outside_key (protocol, port), mapping);
  return mapping;
}

static gint64
lifetime_us (const EmuNatTable *table, const EmuNatMapping *mapping)
{
  double s = mapping->protocol == IPPROTO_UDP   ? table->config.udp_timeout_s
             : mapping->protocol == IPPROTO_TCP ? table->config.tcp_timeout_s
                                                : table->config.icmp_timeout_s;

  return (gint64)((mapping->closing ? MIN (s, TCP_TRANSITORY_S) : s) * G_USEC_PER_SEC);
}

static gboolean
has_passed (gpointer key, gpointer value, gpointer now_us)
{
  return *(gint64 *)value <= *(gint64 *)now_us;
}

void
emu_nat_table_refresh (EmuNatTable *table, EmuNatMapping *mapping, const EmuNatEnd *remote,
                       gint64 now_us)
{
  gint64 packed = pack (table, remote);
  gint64 *until_us = g_hash_table_lookup (mapping->admitted, &packed);

  mapping->expires_us = now_us + lifetime_us (table, mapping);
  if (until_us != NULL)
    {
      *until_us = mapping->expires_us;
      return;
    }
  if (g_hash_table_size (mapping->admitted) >= ADMITTED_MAX)
    g_hash_table_foreach_remove (mapping->admitted, has_passed, &now_us);
  if (g_hash_table_size (mapping->admitted) < ADMITTED_MAX)
    g_hash_table_insert (mapping->admitted, g_memdup2 (&packed, sizeof packed),
                         g_memdup2 (&mapping->expires_us, sizeof mapping->expires_us));
}

void
emu_nat_table_refresh_inbound (EmuNatTable *table, EmuNatMapping *mapping, gint64 now_us)
{
  if (table->config.inbound_refresh || mapping->protocol == IPPROTO_TCP)
    mapping->expires_us = now_us + lifetime_us (table, mapping);
}

gboolean
emu_nat_table_admits (const EmuNatTable *table, const EmuNatMapping *mapping,
                      const EmuNatEnd *remote, gint64 now_us)
{
  gint64 packed = pack (table, remote);
  const gint64 *until_us = g_hash_table_lookup (mapping->admitted, &packed);

  return table->config.kind == EMU_NAT_EIM_EIF || (until_us != NULL && *until_us > now_us);
}
