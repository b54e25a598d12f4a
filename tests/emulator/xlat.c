/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Translates packets between IPv6 and IPv4 (RFC 7915). */
#include "xlat.h"
#include "checksum.h"
#include "ip-packet.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>

#define V4_HEADER 20
#define V6_HEADER 40
#define ICMP_HEADER 8

static const guint8 prefix[12] = { 0x00, 0x64, 0xff, 0x9b };

/* What is in an ICMP header, by RFC 7915 sections 4.2 and 5.2; codes that have none are left out.
 */
static const struct
{
  guint8 v4_type, v4_code, v6_type, v6_code;
} icmp[] = {
  { ICMP_ECHO, 0, ICMP6_ECHO_REQUEST, 0 },
  { ICMP_ECHOREPLY, 0, ICMP6_ECHO_REPLY, 0 },
  { ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOROUTE },
  { ICMP_DEST_UNREACH, ICMP_NET_UNREACH, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOROUTE },
  { ICMP_DEST_UNREACH, ICMP_HOST_ANO, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADMIN },
  { ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADMIN },
  { ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADDR },
  { ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOPORT },
  { ICMP_TIME_EXCEEDED, 0, ICMP6_TIME_EXCEEDED, 0 },
  { ICMP_TIME_EXCEEDED, 1, ICMP6_TIME_EXCEEDED, 1 },
};

gboolean
emu_xlat_is_prefix (const guint8 *address)
{
  return memcmp (address, prefix, sizeof prefix) == 0;
}

/* Returns: FALSE where there's no such message on the other side. @error: it quotes a packet. */
static gboolean
translate_icmp (guint8 *header, gboolean to_v4, gboolean *error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (icmp); i++)
    if (header[0] == (to_v4 ? icmp[i].v6_type : icmp[i].v4_type)
        && header[1] == (to_v4 ? icmp[i].v6_code : icmp[i].v4_code))
      {
        *error = icmp[i].v6_type < 128;
        header[0] = to_v4 ? icmp[i].v4_type : icmp[i].v6_type;
        header[1] = to_v4 ? icmp[i].v4_code : icmp[i].v6_code;
        return TRUE;
      }
  return FALSE;
}

static void
put_prefix (guint8 *out, const guint8 *v4)
{
  memcpy (out, prefix, sizeof prefix);
  memcpy (out + 12, v4, 4);
}

static void
make_v4_header (guint8 *out, const guint8 *packet, gsize length, const guint8 *source,
                const guint8 *destination)
{
  memset (out, 0, V4_HEADER);
  out[0] = 0x45;
  out[1] = (guint8)(packet[0] << 4 | packet[1] >> 4); /* traffic class */
  emu_ip_put_u16 (out + 2, (guint)length);
  out[6] = 0x40; /* not to be fragmented */
  out[8] = packet[7];
  out[9] = packet[6] == IPPROTO_ICMPV6 ? IPPROTO_ICMP : packet[6];
  memcpy (out + 12, source, 4);
  memcpy (out + 16, destination, 4);
  emu_ip_put_u16 (out + 10, emu_ip_checksum (out, V4_HEADER, NULL, 0));
}

static void
make_v6_header (guint8 *out, const guint8 *packet, gsize payload)
{
  memset (out, 0, 8);
  out[0] = (guint8)(0x60 | packet[1] >> 4);
  out[1] = (guint8)(packet[1] << 4);
  emu_ip_put_u16 (out + 4, (guint)payload);
  out[6] = packet[9] == IPPROTO_ICMP ? IPPROTO_ICMPV6 : packet[9];
  out[7] = packet[8];
}

/* UDP and TCP: only the addresses that the checksum covers are others. @length may fall short of
 * the checksum in a quoted packet. */
static void
carry_checksum (guint8 *transport, gsize length, guint protocol, const guint8 *before,
                gsize before_length, const guint8 *after, gsize after_length)
{
  gsize at = emu_checksum_offset (protocol);

  if (at + 2 > length || (protocol == IPPROTO_UDP && emu_ip_get_u16 (transport + at) == 0))
    return;
  emu_checksum_replace (transport + at, before, before_length, after, after_length);
  if (protocol == IPPROTO_UDP && emu_ip_get_u16 (transport + at) == 0)
    emu_ip_put_u16 (transport + at, 0xffff);
}

/* The packet that an error from outside quotes: sent by the phone to the prefix's address. */
static gsize
quote_4to6 (const guint8 *quoted, gsize length, const guint8 v6[16], guint8 *out)
{
  gsize header = length >= V4_HEADER ? (gsize)(quoted[0] & 0xf) * 4 : 0;
  gsize whole;

  if (header < V4_HEADER || header + ICMP_HEADER > length)
    return 0;
  whole = emu_ip_get_u16 (quoted + 2);
  make_v6_header (out, quoted, whole >= header ? whole - header : length - header);
  memcpy (out + 8, v6, 16);
  put_prefix (out + 24, quoted + 16);
  memcpy (out + V6_HEADER, quoted + header, length - header);
  if (out[6] == IPPROTO_ICMPV6)
    {
      gboolean error;

      if (!translate_icmp (out + V6_HEADER, FALSE, &error) || error)
        return 0;
    }
  else
    carry_checksum (out + V6_HEADER, length - header, out[6], quoted + 12, 8, out + 8, 32);
  return V6_HEADER + length - header;
}

/* The packet that the phone's error quotes: sent to it. */
static gsize
quote_6to4 (const guint8 *quoted, gsize length, const guint8 v4[4], guint8 *out)
{
  gsize payload = length > V6_HEADER ? length - V6_HEADER : 0;

  if (payload < ICMP_HEADER || !emu_xlat_is_prefix (quoted + 8))
    return 0;
  make_v4_header (out, quoted, V4_HEADER + emu_ip_get_u16 (quoted + 4), quoted + 20, v4);
  memcpy (out + V4_HEADER, quoted + V6_HEADER, payload);
  if (out[9] == IPPROTO_ICMP)
    {
      gboolean error;

      if (!translate_icmp (out + V4_HEADER, TRUE, &error) || error)
        return 0;
    }
  else
    carry_checksum (out + V4_HEADER, payload, out[9], quoted + 8, 32, out + 12, 8);
  return V4_HEADER + payload;
}

gsize
emu_xlat_6to4 (const guint8 *packet, gsize length, const guint8 v4[4], guint8 *out)
{
  const guint8 *transport = packet + V6_HEADER;
  gsize payload = length > V6_HEADER ? length - V6_HEADER : 0;
  gboolean error = FALSE;

  if (payload < ICMP_HEADER || !emu_xlat_is_prefix (packet + 24))
    return 0;
  memcpy (out + V4_HEADER, transport, payload);
  if (packet[6] == IPPROTO_ICMPV6)
    {
      if (!translate_icmp (out + V4_HEADER, TRUE, &error))
        return 0;
      if (error)
        {
          gsize quoted = quote_6to4 (transport + ICMP_HEADER, payload - ICMP_HEADER, v4,
                                     out + V4_HEADER + ICMP_HEADER);

          if (quoted == 0)
            return 0;
          payload = ICMP_HEADER + quoted;
          memset (out + V4_HEADER + 4, 0, 4);
        }
    }
  else if (packet[6] != IPPROTO_UDP && packet[6] != IPPROTO_TCP)
    return 0;
  make_v4_header (out, packet, V4_HEADER + payload, v4, packet + 36);
  if (out[9] == IPPROTO_ICMP)
    emu_checksum_transport (out + V4_HEADER, payload, IPPROTO_ICMP, NULL, 0);
  else
    carry_checksum (out + V4_HEADER, payload, out[9], packet + 8, 32, out + 12, 8);
  return V4_HEADER + payload;
}

gsize
emu_xlat_4to6 (const guint8 *packet, gsize length, const guint8 v6[16], guint8 *out)
{
  gsize header = (gsize)(packet[0] & 0xf) * 4;
  gsize payload = length - header;
  gboolean error = FALSE;
  guint8 *transport = out + V6_HEADER;

  if (payload < ICMP_HEADER || (emu_ip_get_u16 (packet + 6) & 0x3fff) != 0)
    return 0;
  memcpy (transport, packet + header, payload);
  if (packet[9] == IPPROTO_ICMP)
    {
      if (!translate_icmp (transport, FALSE, &error))
        return 0;
      if (error)
        {
          gsize quoted = quote_4to6 (packet + header + ICMP_HEADER, payload - ICMP_HEADER, v6,
                                     transport + ICMP_HEADER);

          if (quoted == 0)
            return 0;
          payload = ICMP_HEADER + quoted;
          memset (transport + 4, 0, 4);
        }
    }
  else if (packet[9] != IPPROTO_UDP && packet[9] != IPPROTO_TCP)
    return 0;
  make_v6_header (out, packet, payload);
  put_prefix (out + 8, packet + 12);
  memcpy (out + 24, v6, 16);
  /* UDP without a checksum is forbidden in IPv6. */
  if (out[6] == IPPROTO_ICMPV6 || (out[6] == IPPROTO_UDP && emu_ip_get_u16 (transport + 6) == 0))
    emu_checksum_transport (transport, payload, out[6], out + 8, 16);
  else
    carry_checksum (transport, payload, out[6], packet + 12, 8, out + 8, 32);
  return V6_HEADER + payload;
}
