/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The emulated operator's address plan: which phone or network a packet is for. */
#include "ip-route.h"

#include <string.h>

/* Documentation addresses (RFC 5737, RFC 3849), so that nothing real is ever shadowed. */
static const guint8 phones_v4[4] = { 198, 51, 100 };
static const guint8 phones_v6[16] = { 0x20, 0x01, 0x0d, 0xb8 };
const guint8 emu_internet_v4[4] = { 192, 0, 2, 1 };
const guint8 emu_internet_v6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, [15] = 1 };
const guint8 emu_router_v4[4] = { 192, 0, 2, 254 };
const guint8 emu_router_v6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, [15] = 0xfe };

void
emu_phone_v4 (guint index, guint8 address[4])
{
  memcpy (address, phones_v4, 4);
  address[3] = (guint8)index;
}

void
emu_phone_v6 (guint index, guint8 address[16])
{
  memcpy (address, phones_v6, 16);
  emu_ip_put_u16 (address + 6, index);
  address[15] = 1;
}

static EmuRoute
route_to_phone (guint number, guint *index)
{
  if (number == 0 || number > EMU_PHONE_INDEX_MAX)
    return EMU_ROUTE_NOWHERE;
  *index = number;
  return EMU_ROUTE_PHONE;
}

static EmuRoute
route_v4 (const guint8 *destination, guint *index)
{
  if (destination[0] == 0 || destination[0] == 127 || destination[0] >= 224
      || (destination[0] == 169 && destination[1] == 254))
    return EMU_ROUTE_LINK_ONLY;
  if (memcmp (destination, phones_v4, 3) == 0)
    return route_to_phone (destination[3], index);
  if (memcmp (destination, emu_internet_v4, 4) == 0)
    return EMU_ROUTE_INTERNET;
  return EMU_ROUTE_NOWHERE;
}

static EmuRoute
route_v6 (const guint8 *destination, guint *index)
{
  static const guint8 zeros[15];

  if (destination[0] == 0xff || (destination[0] == 0xfe && (destination[1] & 0xc0) == 0x80)
      || (memcmp (destination, zeros, 15) == 0 && destination[15] <= 1))
    return EMU_ROUTE_LINK_ONLY;
  if (memcmp (destination, phones_v6, 6) == 0)
    return route_to_phone (emu_ip_get_u16 (destination + 6), index);
  if (memcmp (destination, emu_internet_v6, 16) == 0)
    return EMU_ROUTE_INTERNET;
  return EMU_ROUTE_NOWHERE;
}

EmuRoute
emu_ip_route (guint version, const guint8 *destination, guint *index)
{
  return version == 4 ? route_v4 (destination, index) : route_v6 (destination, index);
}
