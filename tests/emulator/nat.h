/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A NAT of IPv4 with one outside address, for UDP, TCP and ICMP echo; terms as in RFC 4787 and
 * RFC 5382. Pure: the caller gives the time, and a seed repeats the choice of ports. */
#pragma once
#include <glib.h>

typedef enum
{
  EMU_NAT_NONE,
  EMU_NAT_EIM_EIF,   /* endpoint-independent mapping and filtering: "full cone" */
  EMU_NAT_EIM_ADF,   /* … address-dependent filtering */
  EMU_NAT_EIM_APDF,  /* … address- and port-dependent filtering */
  EMU_NAT_SYMMETRIC, /* address- and port-dependent mapping and filtering */
} EmuNatKind;

typedef enum
{
  EMU_PORTS_AUTO, /* random where symmetric, else preserved */
  EMU_PORTS_PRESERVE,
  EMU_PORTS_RANDOM,
} EmuNatPorts;

typedef struct
{
  guint kind;  /* EmuNatKind */
  guint ports; /* EmuNatPorts */
  gboolean hairpin;
  gboolean inbound_refresh; /* packets from outside keep a mapping, too */
  double udp_timeout_s, tcp_timeout_s, icmp_timeout_s;
  double max_mappings;
} EmuNatConfig;

typedef enum
{
  EMU_NAT_OK,      /* translated in place */
  EMU_NAT_HAIRPIN, /* from inside and to inside: source translated, give it to emu_nat_in() */
  EMU_NAT_DROPPED, /* counted */
} EmuNatResult;

typedef struct
{
  guint64 mappings;    /* made */
  guint64 full;        /* outbound: no mapping left */
  guint64 unmapped;    /* inbound: for no mapping */
  guint64 filtered;    /* inbound: from somebody who was not written to */
  guint64 hairpinned;  /* or refused to */
  guint64 unsupported; /* fragments, other protocols */
} EmuNatCounters;

typedef struct _EmuNat EmuNat;
EmuNat *emu_nat_new (const EmuNatConfig *config, const guint8 outside[4], guint32 seed);
void emu_nat_free (EmuNat *nat);
const guint8 *emu_nat_outside (const EmuNat *nat);

/* Each translates a whole IPv4 packet that emu_ip_packet_parse() has taken, checksums with it: a
 * wrong one stays wrong. ICMP errors are translated as RFC 5508 section 4 says. */
EmuNatResult emu_nat_out (EmuNat *nat, guint8 *bytes, gsize length, gint64 now_us);
EmuNatResult emu_nat_in (EmuNat *nat, guint8 *bytes, gsize length, gint64 now_us);
const EmuNatCounters *emu_nat_counters (const EmuNat *nat);
