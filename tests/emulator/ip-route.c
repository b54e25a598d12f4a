/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The emulated operator's address plan: which phone or network a packet is for. */
#include "ip-route.h"

#include <string.h>

#define INTERNET_HOSTS 99
#define INTERNET_HOSTS_V6 0x99 /* written with the same digits */

/* Documentation addresses (RFC 5737, RFC 3849), so that nothing real is ever shadowed. */
static const guint8 phones_v4[4] = { 198, 51, 100 };
static const guint8 phones_v6[16] = { 0x20, 0x01, 0x0d, 0xb8 };
const guint8 emu_internet_v4[4] = { 192, 0, 2, 1 };
const guint8 emu_internet_v6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, [15] = 1 };
const guint8 emu_router_v4[4] = { 192, 0, 2, 254 };
const guint8 emu_router_v6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, [15] = 0xfe };

void
emu_phone_v4 (EmuHost host, guint8 address[4])
{
  const guint8 later[4] = { 198, 18, host.generation };

  memcpy (address, host.generation == 0 ? phones_v4 : later, 4);
  address[3] = host.index;
}

void
emu_phone_v6 (EmuHost host, guint8 address[16])
{
  memcpy (address, phones_v6, 16);
  address[6] = host.generation;
  address[7] = host.index;
  address[15] = 1;
}

void
emu_phone_private_v4 (EmuHost host, guint8 address[4])
{
  memcpy (address, (const guint8[]){ 100, 64, host.generation, host.index }, 4);
}

void
emu_phone_home_v4 (EmuHost host, guint8 address[4])
{
  memcpy (address, (const guint8[]){ 192, 168, host.generation, host.index }, 4);
}

gboolean
emu_phone_is_private_v4 (const guint8 address[4], EmuHost *host)
{
  *host = (EmuHost){ .index = address[3], .generation = address[2] };
  return address[0] == 100 && address[1] == 64;
}

static EmuRoute
route_to_phone (guint index, guint generation, EmuHost *host)
{
  if (index == 0 || index > EMU_PHONE_INDEX_MAX)
    return EMU_ROUTE_NOWHERE;
  *host = (EmuHost){ .index = (guint8)index, .generation = (guint8)generation };
  return EMU_ROUTE_PHONE;
}

static gboolean
is_private_v4 (const guint8 *address)
{
  return address[0] == 10 || (address[0] == 172 && (address[1] & 0xf0) == 16)
         || (address[0] == 192 && address[1] == 168)
         || (address[0] == 100 && (address[1] & 0xc0) == 64);
}

static EmuRoute
route_v4 (const guint8 *destination, EmuHost *host)
{
  if (destination[0] == 0 || destination[0] == 127 || destination[0] >= 224
      || (destination[0] == 169 && destination[1] == 254))
    return EMU_ROUTE_LINK_ONLY;
  if (memcmp (destination, phones_v4, 3) == 0)
    return route_to_phone (destination[3], 0, host);
  if (destination[0] == 198 && destination[1] == 18 && destination[2] != 0)
    return route_to_phone (destination[3], destination[2], host);
  if (memcmp (destination, emu_internet_v4, 3) == 0 && destination[3] >= 1
      && destination[3] <= INTERNET_HOSTS)
    return EMU_ROUTE_INTERNET;
  return is_private_v4 (destination) ? EMU_ROUTE_PRIVATE : EMU_ROUTE_NOWHERE;
}

static EmuRoute
route_v6 (const guint8 *destination, EmuHost *host)
{
  static const guint8 zeros[15];

  if (destination[0] == 0xff || (destination[0] == 0xfe && (destination[1] & 0xc0) == 0x80)
      || (memcmp (destination, zeros, 15) == 0 && destination[15] <= 1))
    return EMU_ROUTE_LINK_ONLY;
  if (memcmp (destination, phones_v6, 6) == 0)
    return route_to_phone (destination[7], destination[6], host);
  if (memcmp (destination, emu_internet_v6, 15) == 0 && destination[15] >= 1
      && destination[15] <= INTERNET_HOSTS_V6)
    return EMU_ROUTE_INTERNET;
  return EMU_ROUTE_NOWHERE;
}

EmuRoute
emu_ip_route (guint version, const guint8 *destination, EmuHost *host)
{
  return version == 4 ? route_v4 (destination, host) : route_v6 (destination, host);
}
