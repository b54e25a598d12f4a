/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mappings of a NAT: found from either side, and forgotten in time. */
#pragma once
#include "nat.h"

/* One end of what a packet belongs to; of ICMP echo the port is the identifier. */
typedef struct
{
  guint8 address[4];
  guint16 port;
} EmuNatEnd;

typedef struct
{
  EmuNatEnd inside;
  EmuNatEnd remote; /* zeros where mapping is endpoint-independent */
  guint8 protocol;
  guint16 outside_port;
  gboolean closing; /* TCP: a FIN or RST was seen */
  gint64 expires_us;
  GHashTable *admitted; /* who was written to: packed EmuNatEnd → when that ends */
} EmuNatMapping;

typedef struct _EmuNatTable EmuNatTable;
EmuNatTable *emu_nat_table_new (const EmuNatConfig *config, guint32 seed);
void emu_nat_table_free (EmuNatTable *table);

/* Returns: (nullable) the mapping that a packet from @inside to @remote uses. */
EmuNatMapping *emu_nat_table_find_inside (EmuNatTable *table, guint8 protocol,
                                          const EmuNatEnd *inside, const EmuNatEnd *remote,
                                          gint64 now_us);
/* Returns: (nullable) the mapping that has @port outside. */
EmuNatMapping *emu_nat_table_find_outside (EmuNatTable *table, guint8 protocol, guint16 port,
                                           gint64 now_us);
/* Makes one that isn't there. Returns: NULL where the table, or its ports, are full. */
EmuNatMapping *emu_nat_table_add (EmuNatTable *table, guint8 protocol, const EmuNatEnd *inside,
                                  const EmuNatEnd *remote, gint64 now_us);
/* Notes a packet of the mapping to @remote: both live on. */
void emu_nat_table_refresh (EmuNatTable *table, EmuNatMapping *mapping, const EmuNatEnd *remote,
                            gint64 now_us);
/* Notes a packet from outside. */
void emu_nat_table_refresh_inbound (EmuNatTable *table, EmuNatMapping *mapping, gint64 now_us);
/* Whether @remote may send to the mapping. */
gboolean emu_nat_table_admits (const EmuNatTable *table, const EmuNatMapping *mapping,
                               const EmuNatEnd *remote, gint64 now_us);
