/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the packet core's object (packet-core.c) and its data path (packet-forward.c) share. */
#pragma once
#include "delay-queue.h"
#include "icmp-error.h"
#include "ip-route.h"
#include "packet-core.h"
#include "pcapng.h"
#include "tun.h"
#include "xlat.h"

typedef enum
{
  EMU_UPLINK_PACKETS, /* what the phone sent */
  EMU_UPLINK_BYTES,
  EMU_DOWNLINK_PACKETS, /* what the phone was given */
  EMU_DOWNLINK_BYTES,
  EMU_DELAYED,    /* by a rule */
  EMU_DUPLICATED, /* copies beyond the first, by a rule */
  EMU_DROPPED_BY_RULE,
  EMU_DROPPED_QUEUE_FULL,     /* too many packets were waiting for their delay to pass */
  EMU_DROPPED_INVALID,        /* uplink: not IP, a wrong length or checksum */
  EMU_DROPPED_SOURCE,         /* uplink: not from the address the network gave */
  EMU_DROPPED_HOPS,           /* uplink: TTL or hop limit used up; answered */
  EMU_DROPPED_UNREACHABLE,    /* uplink: no such destination; answered */
  EMU_DROPPED_LINK_ONLY,      /* uplink: multicast, broadcast or link-local */
  EMU_DROPPED_PRIVATE,        /* uplink: to a private address */
  EMU_DROPPED_BY_NAT64,       /* uplink or downlink: not translated */
  EMU_DROPPED_NO_CONTEXT,     /* downlink: the context went while the packet was on its way */
  EMU_DROPPED_INTERFACE_DOWN, /* downlink: the interface did not take it */
  EMU_N_COUNTERS,
} EmuPacketCounter;

/* Either side of the core: a context's TUN or the internet's. */
typedef struct
{
  EmuPacketCore *core;
  EmuPacketPhone *phone; /* NULL for the internet's */
  EmuPacketContext *context;
  int fd;
  GSource *source;
} EmuPort;

/* One direction of one phone's radio: where a packet can get lost, late, doubled or corrupted. */
typedef struct
{
  EmuPacketPhone *phone;
  gboolean uplink;
  EmuImpair *impair;
  guint waiting; /* packets in the delay queue */
} EmuLeg;

struct _EmuPacketContext
{
  EmuPort port;
  EmuPacketPhone *phone;
  guint cid;
  char *ifname;
  EmuTunConfig addresses;  /* as they are on it */
  guint capture_interface; /* number in the phone's capture */
};

struct _EmuPacketPhone
{
  EmuPacketCore *core;
  char *name;
  char *netns;
  EmuHost host;
  EmuTunConfig addresses; /* what its interface has; metric unset */
  EmuAccessConfig access;
  EmuPacketPhone *share; /* whose @outer it is behind; NULL = its own */
  EmuNat *inner, *outer; /* NULL = none */
  EmuFirewall *firewall; /* NULL = none */
  EmuLeg uplink, downlink;
  GList *contexts; /* oldest first: it receives */
  EmuPcapng *capture;
  guint64 counters[EMU_N_COUNTERS];
};

struct _EmuPacketCore
{
  EmuPacketFilter filter;
  gpointer user_data;
  EmuPacketPhone *phones[EMU_PHONE_INDEX_MAX + 1]; /* by index */
  EmuPort internet;
  EmuDelayQueue *delayed;
  guint32 seed;
  guint8 packet[65536];
  guint8 error[EMU_ICMP_ERROR_MAX];
  guint8 to_v4[65536 + EMU_XLAT_GROWTH]; /* on its way up */
  guint8 to_v6[65536 + EMU_XLAT_GROWTH]; /* and down */
};

/* Opens @port on a TUN descriptor (consumed) and starts reading it; close stops that. */
void emu_port_open (EmuPort *port, EmuPacketCore *core, EmuPacketContext *context, int fd);
void emu_port_close (EmuPort *port);

/* The delay queue's callback: a packet leaves its leg. */
void emu_leg_on_due (const EmuDelayed *delayed, gpointer user_data);

/* packet-forward.c: the public network: from a phone (NULL: from elsewhere) to where it goes. */
void emu_packet_route (EmuPacketCore *core, EmuPacketPhone *sender, guint8 *bytes, gsize length);
/* A packet reaches the phone's radio. */
void emu_packet_enter_downlink (EmuPacketPhone *phone, guint8 *bytes, gsize length);

/* packet-access.c: what is between a phone's radio and the public network. */
void emu_packet_leave_uplink (EmuPacketPhone *phone, guint8 *bytes, gsize length);
/* A packet for a public address of @owner. Returns: FALSE where nobody has that address now. */
gboolean emu_packet_arrive (EmuPacketPhone *owner, guint8 *bytes, gsize length);
/* Makes addresses, NATs and firewall as the phone's access says; forgets all state. */
void emu_packet_phone_make_access (EmuPacketPhone *phone);
void emu_packet_phone_free_access (EmuPacketPhone *phone);
