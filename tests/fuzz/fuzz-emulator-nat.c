/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes what stands between a phone and the internet: NAT, NAT64 and firewall, with one packet
 * after another. */
#include "tests/emulator/access.h"
#include "tests/emulator/ip-packet.h"
#include "tests/emulator/xlat.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (const guint8 *bytes, gsize length, guint version)
{
  EmuIpPacket packet;

  g_assert_true (emu_ip_packet_parse (bytes, length, &packet));
  g_assert_cmpuint (packet.version, ==, version);
  g_assert_cmpuint (packet.length, ==, length);
}

static void
pass_v4 (EmuNat *nat, guint8 *bytes, gsize length, gboolean inbound, gint64 now_us)
{
  static const guint8 v6[16] = { 0x20, 0x01, 0x0d, 0xb8 };
  g_autofree guint8 *out = g_malloc (length + EMU_XLAT_GROWTH);
  gsize translated = emu_xlat_4to6 (bytes, length, v6, out);

  if (translated > 0)
    check (out, translated, 6);
  if ((inbound ? emu_nat_in (nat, bytes, length, now_us) : emu_nat_out (nat, bytes, length, now_us))
      != EMU_NAT_DROPPED)
    check (bytes, length, 4);
}

static void
pass_v6 (EmuFirewall *firewall, guint8 *bytes, gsize length, gint64 now_us)
{
  static const guint8 v4[4] = { 100, 64, 0, 1 };
  g_autofree guint8 *out = g_malloc (length + EMU_XLAT_GROWTH);
  gsize translated = emu_xlat_6to4 (bytes, length, v4, out);

  if (translated > 0)
    check (out, translated, 4);
  emu_firewall_in (firewall, bytes, length, now_us);
  emu_firewall_out (firewall, bytes, length, now_us);
}

/* Packets one after the other, each behind a byte: its lowest bit the direction, the rest time.
 * The oracle: what comes out parses, to the last byte. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const guint8 outside[4] = { 198, 51, 100, 1 };
  EmuFirewall *firewall = emu_firewall_new (60, 7440, 60);
  EmuAccessConfig config;
  EmuNat *nat;
  gint64 now_us = 0;

  emu_access_init (&config);
  config.nat.kind = EMU_NAT_EIM_EIF + (size > 0 ? data[0] % 4 : 0);
  config.nat.hairpin = TRUE;
  nat = emu_nat_new (&config.nat, outside, 1);
  for (gsize at = 0; at + 1 < size;)
    {
      gboolean inbound = data[at] & 1;
      EmuIpPacket packet;
      g_autofree guint8 *copy = NULL;

      now_us += (data[at] >> 1) * G_USEC_PER_SEC;
      at++;
      if (!emu_ip_packet_parse (data + at, size - at, &packet))
        break;
      copy = g_memdup2 (data + at, packet.length);
      if (packet.version == 4)
        pass_v4 (nat, copy, packet.length, inbound, now_us);
      else
        pass_v6 (firewall, copy, packet.length, now_us);
      at += packet.length;
    }
  emu_nat_free (nat);
  emu_firewall_free (firewall);
  return 0;
}
