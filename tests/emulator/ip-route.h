/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The emulated operator's address plan: which phone or network a packet is for. */
#pragma once
#include "ip-packet.h"

#define EMU_PHONE_INDEX_MAX 254

typedef enum
{
  EMU_ROUTE_PHONE,     /* an address of the phone with the given index, attached or not */
  EMU_ROUTE_INTERNET,  /* 192.0.2.1 to .99, 2001:db8:ffff::1 to ::99, the latter decimal digits */
  EMU_ROUTE_PRIVATE,   /* of RFC 1918 or RFC 6598: operators drop it without a word */
  EMU_ROUTE_NOWHERE,   /* no such network: answered with "unreachable" */
  EMU_ROUTE_LINK_ONLY, /* multicast, broadcast, link-local, unspecified: never forwarded */
} EmuRoute;

/* Which phone, and which of the addresses that it has one after the other. */
typedef struct
{
  guint8 index;      /* 1…254 */
  guint8 generation; /* 0 at first */
} EmuHost;

/* 198.51.100.<index> and 2001:db8:0:<index>::1, the index in hexadecimal in the second; later
 * generations 198.18.<generation>.<index> (RFC 2544) and 2001:db8:0:<generation><index>::1. */
void emu_phone_v4 (EmuHost host, guint8 address[4]);
void emu_phone_v6 (EmuHost host, guint8 address[16]);
/* Behind a NAT: 100.64.<generation>.<index> (RFC 6598) at the operator's, 192.168.… at home. */
void emu_phone_private_v4 (EmuHost host, guint8 address[4]);
void emu_phone_home_v4 (EmuHost host, guint8 address[4]);
/* Returns: FALSE where @address is no private one at the operator's. */
gboolean emu_phone_is_private_v4 (const guint8 address[4], EmuHost *host);

extern const guint8 emu_internet_v4[4];  /* 192.0.2.1 */
extern const guint8 emu_internet_v6[16]; /* 2001:db8:ffff::1 */
extern const guint8 emu_router_v4[4];    /* 192.0.2.254: sends the operator's ICMP errors */
extern const guint8 emu_router_v6[16];   /* 2001:db8:ffff::fe */

/**
 * emu_ip_route:
 * @version: 4 or 6
 * @destination: four or sixteen bytes
 * @host: (out) set with EMU_ROUTE_PHONE only
 *
 * A phone owns its whole /64, as in a real network (3GPP TS 23.401, 5.3.1.2.2).
 */
EmuRoute emu_ip_route (guint version, const guint8 *destination, EmuHost *host);
