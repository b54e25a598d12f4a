/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The packet core: a TUN in its phone's namespace for each active data context, and IP between. */
#pragma once
#include "access.h"
#include "impair.h"

typedef struct _EmuPacketCore EmuPacketCore;       /* one per emulator process */
typedef struct _EmuPacketPhone EmuPacketPhone;     /* one per phone: address, counters, capture */
typedef struct _EmuPacketContext EmuPacketContext; /* one per active data (PDP) context */

/* What a rule says of one IP packet; the packet core applies it. */
typedef struct
{
  guint copies;           /* 0 = dropped, 1 = forwarded, 2 = duplicated … */
  guint delay_ms;         /* 0 = at once; packets of equal delay keep their order */
  guint8 mask;            /* bits to flip … */
  gsize position;         /* … of this byte, where the packet is so long */
  gboolean fix_checksums; /* else they are left as they were, so wrong */
} EmuPacketVerdict;

/* Asked once for a packet on each radio leg: uplink (phone to network) at its sender's, downlink at
 * its receiver's. @packet is the raw IP packet, valid during the call only. */
typedef EmuPacketVerdict (*EmuPacketFilter) (const char *phone, gboolean uplink,
                                             const guint8 *packet, gsize length,
                                             gpointer user_data);

/* Not thread-safe: everything runs in the thread-default main context of the caller.
 * @filter may be NULL. Freeing the core frees phones and contexts, and takes their TUNs away. */
EmuPacketCore *emu_packet_core_new (EmuPacketFilter filter, gpointer user_data);
void emu_packet_core_free (EmuPacketCore *core);

/* @netns: path such as /run/netns/alice, or NULL for the emulator's own. @index: 1…254, unique;
 * gives 198.51.100.<index> and 2001:db8:0:<index>::1 (index in hexadecimal). Owned by @core. */
EmuPacketPhone *emu_packet_core_add_phone (EmuPacketCore *core, const char *name, const char *netns,
                                           guint index, GError **error);

/* The internet: a TUN "wan0" with 192.0.2.1 and 2001:db8:ffff::1, and the default route; whoever
 * adds addresses up to 192.0.2.99 and 2001:db8:ffff::99 is reached there too. */
gboolean emu_packet_core_add_internet (EmuPacketCore *core, const char *netns, GError **error);

/* Makes the TUN @ifname (the name that oFono will report), gives it the phone's addresses and the
 * default route, and brings it up. A phone's first context owns the phone's address; while more
 * than one is active the oldest receives. Owned by the caller: end with deactivate(), before the
 * core is freed or not at all. */
EmuPacketContext *emu_packet_phone_activate (EmuPacketPhone *phone, guint cid, const char *ifname,
                                             GError **error);
void emu_packet_context_deactivate (EmuPacketContext *context);

/* Writes the phone's air interface to @path as pcapng (raw IP, direction in epb_flags) from now on,
 * replacing the file; NULL stops. */
gboolean emu_packet_phone_capture (EmuPacketPhone *phone, const char *path, GError **error);

/* What the phone's radio does to packets of one direction, to be set (owned by the phone). */
EmuImpair *emu_packet_phone_link (EmuPacketPhone *phone, gboolean uplink);

/**
 * emu_packet_phone_set_access:
 * @values: "a{sv}" as documented in org.tacitel.Emulator1.xml, SetAccess
 *
 * Changes how the phone is connected, addresses of active contexts with it; NATs start empty.
 * Returns: FALSE with @error; where a value is wrong nothing has changed.
 */
gboolean emu_packet_phone_set_access (EmuPacketPhone *phone, GVariant *values, GError **error);
/* Returns: (transfer floating) "a{sv}", with the addresses as seen from the phone and outside. */
GVariant *emu_packet_phone_describe_access (EmuPacketPhone *phone);
/* The network gives the phone other addresses: those of its interfaces, and those outside. */
gboolean emu_packet_phone_change_address (EmuPacketPhone *phone, GError **error);

/* Starts all random numbers over; from the same seed the same packets fare the same. */
void emu_packet_core_set_seed (EmuPacketCore *core, guint32 seed);

/* Returns: (transfer floating) "a{sv}", all values of type t. What the phone sent and was given:
 * UplinkPackets, UplinkBytes, DownlinkPackets, DownlinkBytes. By rules: Delayed, Duplicated (copies
 * beyond the first), DroppedByRule. Sent, but refused by the network: DroppedInvalid, DroppedSource
 * (not its address), DroppedLinkOnly (multicast and the like), DroppedPrivate, DroppedByNat64, and,
 * answered by ICMP errors, DroppedHops, DroppedUnreachable. Not given to it: DroppedQueueFull (too
 * many wait for their delay), DroppedNoContext, DroppedInterfaceDown. By the link, each with Uplink
 * or Downlink in front: Overflowed (its queue), Lost, LostInBurst, LostInOutage, Reordered,
 * Doubled. Of its own NATs, both of two: NatMappings, NatFull, NatUnmapped, NatFiltered,
 * NatHairpinned, NatUnsupported; DroppedByFirewall. */
GVariant *emu_packet_phone_counters (EmuPacketPhone *phone);
