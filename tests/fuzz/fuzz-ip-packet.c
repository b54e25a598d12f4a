/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes what the packet core does with a packet from a phone: parse, take a hop, route, answer. */
#include "tests/emulator/icmp-error.h"
#include "tests/emulator/ip-route.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* The oracle: what parses still parses with one hop less and nothing else changed, and the answer
 * is a packet to the sender that is never answered itself. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  EmuIpPacket packet, after, answer;
  guint8 reply[EMU_ICMP_ERROR_MAX], unused[EMU_ICMP_ERROR_MAX];
  g_autofree guint8 *copy = g_memdup2 (data, size);
  EmuHost host = { 0 };

  if (!emu_ip_packet_parse (data, size, &packet))
    return 0;
  g_assert_cmpuint (packet.length, <=, size);
  g_assert_cmpuint (packet.header_length, <=, packet.length);

  for (EmuIcmpReason reason = EMU_ICMP_NO_ROUTE; reason <= EMU_ICMP_TIME_EXCEEDED; reason++)
    {
      gsize length = emu_icmp_error (reason, data, &packet, reply);

      if (length == 0)
        continue;
      g_assert_true (emu_ip_packet_parse (reply, length, &answer));
      g_assert_cmpuint (answer.length, ==, length);
      g_assert_cmpmem (answer.destination, 16, packet.source, 16);
      g_assert_cmpuint (emu_icmp_error (reason, reply, &answer, unused), ==, 0);
    }

  if (packet.hops <= 1)
    return 0;
  after = packet;
  emu_ip_packet_take_hop (copy, &after);
  g_assert_true (emu_ip_packet_parse (copy, size, &answer));
  g_assert_cmpuint (answer.hops, ==, packet.hops - 1);
  emu_ip_route (packet.version, packet.destination, &host);
  g_assert_cmpuint (host.index, <=, EMU_PHONE_INDEX_MAX);
  return 0;
}
