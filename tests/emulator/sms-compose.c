/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes SMS out of text or data, one or several (3GPP TS 23.040 §9.2.3.24). */
#include "gsm7.h"
#include "sms-number.h"
#include "tpdu.h"
#include <string.h>

#define DCS_GSM7 0x00
#define DCS_DATA 0x04
#define DCS_UCS2 0x08
#define GSM7_ESCAPE 0x1b
#define PARTS_MAX 255

static const guint8 no_header[1] = { 0 };

/* One concatenation element as a whole header. */
static void
concatenation_header (guint8 header[6], guint8 reference, gsize parts, gsize part)
{
  const guint8 bytes[6] = { 5, 0x00, 3, reference, (guint8)parts, (guint8)part };

  memcpy (header, bytes, sizeof bytes);
}

static void
start (EmuSms *sms, const char *from, guint8 dcs, const guint8 *header)
{
  memset (sms, 0, sizeof *sms);
  g_strlcpy (sms->address, from, sizeof sms->address);
  sms->dcs = dcs;
  sms->udhi = header[0] > 0;
  if (sms->udhi)
    {
      memcpy (sms->user_data, header, header[0] + 1u);
      sms->user_data_size = header[0] + 1;
    }
}

static void
add_bytes (EmuSms *sms, const guint8 *data, gsize size)
{
  memcpy (sms->user_data + sms->user_data_size, data, size);
  sms->user_data_size = (guint8)(sms->user_data_size + size);
  sms->user_data_length = sms->user_data_size;
}

static void
add_septets (EmuSms *sms, const guint8 *septets, gsize count)
{
  gsize header = sms->user_data_size;
  gsize skip = (header * 8 + 6) / 7;
  guint fill = (guint)(skip * 7 - header * 8);

  sms->user_data_length = (guint8)(skip + count);
  sms->user_data_size = (guint8)((sms->user_data_length * 7 + 7) / 8);
  emu_gsm7_pack (septets, count, fill, sms->user_data + header);
}

/* Units of one part from @at: at most @max, not splitting an escape or a surrogate pair. */
static gsize
part_size (EmuSmsCoding coding, const guint8 *data, gsize size, gsize at, gsize max)
{
  if (size - at <= max)
    return size - at;
  if (coding == EMU_SMS_GSM7 && data[at + max - 1] == GSM7_ESCAPE)
    return max - 1;
  if (coding == EMU_SMS_UCS2 && (data[at + max - 2] & 0xfc) == 0xd8)
    return max - 2;
  return max;
}

static gsize
count_parts (EmuSmsCoding coding, const guint8 *data, gsize size, gsize max)
{
  gsize parts = 0;

  for (gsize at = 0; at < size; parts++)
    at += part_size (coding, data, size, at, max);
  return parts;
}

/* @single, @several: units (septets or bytes) that fit in an only part and in each of several. */
static GArray *
split_text (const char *from, EmuSmsCoding coding, const GByteArray *units, gsize single,
            gsize several, guint8 reference)
{
  gsize max = units->len <= single ? single : several;
  gsize parts = MAX (1, count_parts (coding, units->data, units->len, max));
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (EmuSms));

  if (parts > PARTS_MAX)
    return NULL;
  for (gsize part = 1, at = 0; part <= parts; part++)
    {
      gsize size = part_size (coding, units->data, units->len, at, max);
      const guint8 *rest = units->len > 0 ? units->data + at : (const guint8 *)""; /* no text */
      guint8 header[6];
      EmuSms sms;

      concatenation_header (header, reference, parts, part);
      start (&sms, from, coding == EMU_SMS_GSM7 ? DCS_GSM7 : DCS_UCS2,
             parts > 1 ? header : no_header);
      if (coding == EMU_SMS_GSM7)
        add_septets (&sms, rest, size);
      else
        add_bytes (&sms, rest, size);
      g_array_append_val (list, sms);
      at += size;
    }
  return g_steal_pointer (&list);
}

GArray *
emu_sms_from_text (const char *from, const char *text, guint8 concatenation)
{
  g_autoptr (GByteArray) units = emu_gsm7_from_utf8 (text);
  gsize size;

  if (units != NULL)
    return split_text (from, EMU_SMS_GSM7, units, 160, 153, concatenation);

  char *utf16 = g_convert (text, -1, "UTF-16BE", "UTF-8", NULL, &size, NULL);
  if (utf16 == NULL)
    return NULL;
  units = g_byte_array_new_take ((guint8 *)utf16, size);
  return split_text (from, EMU_SMS_UCS2, units, 140, 134, concatenation);
}

GArray *
emu_sms_from_data (const char *from, const guint8 *data, gsize size, guint16 port,
                   guint16 source_port, guint8 concatenation)
{
  gsize max = size <= EMU_USER_DATA_MAX - 7 ? EMU_USER_DATA_MAX - 7 : EMU_USER_DATA_MAX - 12;
  gsize parts = MAX (1, (size + max - 1) / max);
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (EmuSms));

  if (parts > PARTS_MAX)
    return NULL;
  for (gsize part = 1; part <= parts; part++)
    {
      gsize at = (part - 1) * max;
      guint8 header[12] = { 6,
                            0x05,
                            4,
                            (guint8)(port >> 8),
                            (guint8)port,
                            (guint8)(source_port >> 8),
                            (guint8)source_port,
                            0x00,
                            3,
                            concatenation,
                            (guint8)parts,
                            (guint8)part };
      EmuSms sms;

      if (parts > 1)
        header[0] = 11;
      start (&sms, from, DCS_DATA, header);
      add_bytes (&sms, data + at, MIN (max, size - at));
      g_array_append_val (list, sms);
    }
  return g_steal_pointer (&list);
}
