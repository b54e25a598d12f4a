/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMS transfer PDUs: SUBMIT from a phone, DELIVER to a phone (3GPP TS 23.040 §9.2.2). */
#include "tpdu.h"
#include "gsm7.h"
#include "sms-number.h"
#include <string.h>

/* First octet, §9.2.3. */
#define MTI_MASK 0x03
#define MTI_SUBMIT 0x01
#define MTI_DELIVER 0x00
#define NO_MORE_MESSAGES 0x04
#define REJECT_DUPLICATES 0x04
#define VALIDITY_MASK 0x18
#define VALIDITY_RELATIVE 0x10
#define VALIDITY_ENHANCED 0x08
#define VALIDITY_ABSOLUTE 0x18
#define REPORT 0x20
#define HEADER 0x40

#define ELEMENT_CONCATENATION 0x00
#define ELEMENT_PORTS 0x05
#define ELEMENT_CONCATENATION_16 0x08

static guint
from_bcd (guint8 swapped)
{
  return (swapped & 0x0fu) * 10 + (swapped >> 4);
}

static guint8
to_bcd (gint value)
{
  return (guint8)(value % 10 << 4 | value / 10);
}

/* §9.2.3.12.1 */
static gint64
relative_validity (guint8 value)
{
  if (value <= 143)
    return (value + 1) * 5 * 60;
  if (value <= 167)
    return 12 * 3600 + (value - 143) * 30 * 60;
  if (value <= 196)
    return (value - 166) * 24 * 3600;
  return (value - 192) * 7 * 24 * 3600;
}

/* §9.2.3.12.2: a time stamp as §9.2.3.11, its zone in quarters of an hour with a sign bit. */
static gint64
absolute_validity (const guint8 stamp[7], gint64 now_s)
{
  gint zone = (gint)from_bcd (stamp[6] & 0xf7) * 15 * 60;
  g_autoptr (GDateTime) time = g_date_time_new_utc (
      2000 + (gint)from_bcd (stamp[0]), (gint)from_bcd (stamp[1]), (gint)from_bcd (stamp[2]),
      (gint)from_bcd (stamp[3]), (gint)from_bcd (stamp[4]), from_bcd (stamp[5]));

  if (time == NULL)
    return -1;
  if (stamp[6] & 0x08)
    zone = -zone;
  return MAX (0, g_date_time_to_unix (time) - zone - now_s);
}

/* @at: offset of the validity, after which the user data stands. Returns: its size, or -1. */
static gint
parse_validity (guint8 first, const guint8 *data, gsize size, gint64 now_s, gint64 *validity_s)
{
  *validity_s = -1;
  switch (first & VALIDITY_MASK)
    {
    case VALIDITY_RELATIVE:
      if (size < 1)
        return -1;
      *validity_s = relative_validity (data[0]);
      return 1;
    case VALIDITY_ABSOLUTE:
      if (size < 7)
        return -1;
      *validity_s = absolute_validity (data, now_s);
      return 7;
    case VALIDITY_ENHANCED:
      return size < 7 ? -1 : 7;
    default:
      return 0;
    }
}

EmuSmsCoding
emu_sms_coding (const EmuSms *sms)
{
  guint8 dcs = sms->dcs;

  /* TS 23.038 §4: groups 00xx and 01xx, then the special ones. */
  if ((dcs & 0x80) == 0)
    {
      if ((dcs & 0x0c) == 0x04)
        return EMU_SMS_DATA;
      return (dcs & 0x0c) == 0x08 ? EMU_SMS_UCS2 : EMU_SMS_GSM7;
    }
  if ((dcs & 0xf0) == 0xe0)
    return EMU_SMS_UCS2;
  return (dcs & 0xf4) == 0xf4 ? EMU_SMS_DATA : EMU_SMS_GSM7;
}

static gboolean
parse_user_data (const guint8 *data, gsize size, EmuSms *sms)
{
  if (size < 1)
    return FALSE;

  guint length = data[0];
  gsize bytes = emu_sms_coding (sms) == EMU_SMS_GSM7 ? (length * 7 + 7) / 8 : length;
  EmuSmsHeader header;
  if (bytes > EMU_USER_DATA_MAX || size != 1 + bytes)
    return FALSE;
  sms->user_data_length = (guint8)length;
  sms->user_data_size = (guint8)bytes;
  memcpy (sms->user_data, data + 1, bytes);
  return emu_sms_header (sms, &header);
}

gboolean
emu_tpdu_parse_submit (const guint8 *tpdu, gsize size, gint64 now_s, EmuSubmit *submit)
{
  memset (submit, 0, sizeof *submit);
  if (size < 2 || (tpdu[0] & MTI_MASK) != MTI_SUBMIT)
    return FALSE;
  submit->reject_duplicates = (tpdu[0] & REJECT_DUPLICATES) != 0;
  submit->report = (tpdu[0] & REPORT) != 0;
  submit->sms.udhi = (tpdu[0] & HEADER) != 0;
  submit->reference = tpdu[1];

  gsize at = 2;
  gsize address = emu_number_decode (tpdu + at, size - at, submit->sms.address);
  at += address;
  if (address == 0 || submit->sms.address[0] == '\0' || size < at + 2)
    return FALSE;
  submit->sms.pid = tpdu[at++];
  submit->sms.dcs = tpdu[at++];

  gint validity = parse_validity (tpdu[0], tpdu + at, size - at, now_s, &submit->validity_s);
  if (validity < 0)
    return FALSE;
  at += (gsize)validity;
  return parse_user_data (tpdu + at, size - at, &submit->sms);
}

/* §9.2.3.11, zone 0 */
static void
put_time (gint64 time_s, guint8 stamp[7])
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (time_s);

  stamp[0] = to_bcd (g_date_time_get_year (time) % 100);
  stamp[1] = to_bcd (g_date_time_get_month (time));
  stamp[2] = to_bcd (g_date_time_get_day_of_month (time));
  stamp[3] = to_bcd (g_date_time_get_hour (time));
  stamp[4] = to_bcd (g_date_time_get_minute (time));
  stamp[5] = to_bcd (g_date_time_get_second (time));
  stamp[6] = 0;
}

gsize
emu_tpdu_build_deliver (const EmuSms *sms, gboolean more, gint64 time_s,
                        guint8 tpdu[EMU_DELIVER_MAX])
{
  gsize at = 0;

  tpdu[at++] = (guint8)(MTI_DELIVER | (more ? 0 : NO_MORE_MESSAGES) | (sms->udhi ? HEADER : 0));
  at += emu_number_encode (sms->address, tpdu + at);
  tpdu[at++] = sms->pid;
  tpdu[at++] = sms->dcs;
  put_time (time_s, tpdu + at);
  at += 7;
  tpdu[at++] = sms->user_data_length;
  memcpy (tpdu + at, sms->user_data, sms->user_data_size);
  return at + sms->user_data_size;
}

static void
parse_element (const guint8 *element, EmuSmsHeader *header)
{
  const guint8 *value = element + 2;

  if (element[0] == ELEMENT_PORTS && element[1] == 4)
    {
      header->has_ports = TRUE;
      header->destination_port = (guint16)(value[0] << 8 | value[1]);
      header->source_port = (guint16)(value[2] << 8 | value[3]);
    }
  else if (element[0] == ELEMENT_CONCATENATION && element[1] == 3)
    {
      header->concatenation = value[0];
      header->parts = value[1];
      header->part = value[2];
    }
  else if (element[0] == ELEMENT_CONCATENATION_16 && element[1] == 4)
    {
      header->concatenation = (guint16)(value[0] << 8 | value[1]);
      header->parts = value[2];
      header->part = value[3];
    }
}

gboolean
emu_sms_header (const EmuSms *sms, EmuSmsHeader *header)
{
  memset (header, 0, sizeof *header);
  if (!sms->udhi)
    return TRUE;
  if (sms->user_data_size < 1 || sms->user_data[0] >= sms->user_data_size)
    return FALSE;

  const guint8 *end = sms->user_data + 1 + sms->user_data[0];
  for (const guint8 *at = sms->user_data + 1; at < end; at += 2 + at[1])
    {
      if (end - at < 2 || end - at < 2 + at[1])
        {
          memset (header, 0, sizeof *header);
          return FALSE;
        }
      parse_element (at, header);
    }
  return TRUE;
}

char *
emu_sms_text (const EmuSms *sms)
{
  gsize header = sms->udhi ? sms->user_data[0] + 1u : 0;

  switch (emu_sms_coding (sms))
    {
    case EMU_SMS_DATA:
      return NULL;
    case EMU_SMS_UCS2:
      return g_convert_with_fallback ((const char *)sms->user_data + header,
                                      (gssize)((sms->user_data_size - header) & ~1u), "UTF-8",
                                      "UTF-16BE", "?", NULL, NULL, NULL);
    case EMU_SMS_GSM7:
      {
        guint8 septets[160 + 1];
        gsize skip = (header * 8 + 6) / 7;
        gsize count = sms->user_data_length > skip ? sms->user_data_length - skip : 0;
        gsize bits = skip * 7;

        if (count == 0)
          return g_strdup ("");
        emu_gsm7_unpack (sms->user_data + bits / 8, count, bits % 8, septets);
        return emu_gsm7_to_utf8 (septets, count);
      }
    }
  g_assert_not_reached ();
}
