/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The emulated operator's address plan: which phone or network a packet is for. */
#pragma once
#include "ip-packet.h"

#define EMU_PHONE_INDEX_MAX 254

typedef enum
{
  EMU_ROUTE_PHONE,     /* the address of the phone with the given index, attached or not */
  EMU_ROUTE_INTERNET,  /* 192.0.2.1 or 2001:db8:ffff::1 */
  EMU_ROUTE_NOWHERE,   /* no such network: answered with "unreachable" */
  EMU_ROUTE_LINK_ONLY, /* multicast, broadcast, link-local, unspecified: never forwarded */
} EmuRoute;

/* 198.51.100.<index> and 2001:db8:0:<index>::1, the index in hexadecimal in the second. */
void emu_phone_v4 (guint index, guint8 address[4]);
void emu_phone_v6 (guint index, guint8 address[16]);

extern const guint8 emu_internet_v4[4];  /* 192.0.2.1 */
extern const guint8 emu_internet_v6[16]; /* 2001:db8:ffff::1 */
extern const guint8 emu_router_v4[4];    /* 192.0.2.254: sends the operator's ICMP errors */
extern const guint8 emu_router_v6[16];   /* 2001:db8:ffff::fe */

/**
 * emu_ip_route:
 * @version: 4 or 6
 * @destination: four or sixteen bytes
 * @index: (out) the phone's, set with EMU_ROUTE_PHONE only
 *
 * A phone owns its whole 2001:db8:0:<index>::/64, as in a real network (3GPP TS 23.401, 5.3.1.2.2).
 */
EmuRoute emu_ip_route (guint version, const guint8 *destination, guint *index);
