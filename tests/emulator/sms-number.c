/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telephone numbers as SMS addresses (3GPP TS 23.040 §9.1.2.5). */
#include "sms-number.h"
#include "gsm7.h"
#include <string.h>

#define TYPE_UNKNOWN 0x81
#define TYPE_INTERNATIONAL 0x91
#define TYPE_ALPHANUMERIC 0xd0
#define TYPE_MASK 0x70
#define DIGITS_MAX 20

static const char semi_octets[] = "0123456789*#abc";

static gboolean
decode_alphanumeric (const guint8 *packed, guint half_octets, char number[EMU_NUMBER_MAX])
{
  guint8 septets[DIGITS_MAX * 4 / 7];
  gsize count = half_octets * 4 / 7;

  emu_gsm7_unpack (packed, count, 0, septets);
  g_autofree char *text = emu_gsm7_to_utf8 (septets, count);
  return g_strlcpy (number, text, EMU_NUMBER_MAX) < EMU_NUMBER_MAX;
}

gsize
emu_number_decode (const guint8 *data, gsize size, char number[EMU_NUMBER_MAX])
{
  if (size < 2 || data[0] > DIGITS_MAX || size < 2u + (data[0] + 1u) / 2)
    return 0;

  guint digits = data[0];
  gsize used = 2 + (digits + 1) / 2;
  if ((data[1] & TYPE_MASK) == (TYPE_ALPHANUMERIC & TYPE_MASK))
    return decode_alphanumeric (data + 2, digits, number) ? used : 0;

  gsize length = 0;
  if ((data[1] & TYPE_MASK) == (TYPE_INTERNATIONAL & TYPE_MASK) && digits > 0)
    number[length++] = '+';
  for (guint i = 0; i < digits; i++)
    {
      guint digit = i % 2 ? data[2 + i / 2] >> 4 : data[2 + i / 2] & 0x0f;

      if (digit == 0x0f)
        return 0;
      number[length++] = semi_octets[digit];
    }
  number[length] = '\0';
  return used;
}

static gsize
encode_alphanumeric (const char *number, guint8 data[EMU_ADDRESS_MAX])
{
  g_autoptr (GByteArray) septets = emu_gsm7_from_utf8 (number);

  data[0] = (guint8)((septets->len * 7 + 3) / 4);
  data[1] = TYPE_ALPHANUMERIC;
  return 2 + emu_gsm7_pack (septets->data, septets->len, 0, data + 2);
}

gsize
emu_number_encode (const char *number, guint8 data[EMU_ADDRESS_MAX])
{
  if (g_ascii_isalpha (*number))
    return encode_alphanumeric (number, data);

  data[1] = *number == '+' ? TYPE_INTERNATIONAL : TYPE_UNKNOWN;
  if (*number == '+')
    number++;
  gsize digits = strlen (number);
  data[0] = (guint8)digits;
  memset (data + 2, 0xff, EMU_ADDRESS_MAX - 2);
  for (gsize i = 0; i < digits; i++)
    {
      guint8 digit = (guint8)(strchr (semi_octets, number[i]) - semi_octets);
      guint8 *byte = &data[2 + i / 2];

      *byte = i % 2 ? (guint8)((*byte & 0x0f) | digit << 4) : (guint8)(0xf0 | digit);
    }
  return 2 + (digits + 1) / 2;
}

gboolean
emu_number_is_valid (const char *number)
{
  if (g_ascii_isalpha (*number))
    {
      g_autoptr (GByteArray) septets
          = g_utf8_validate (number, -1, NULL) ? emu_gsm7_from_utf8 (number) : NULL;

      return septets != NULL && septets->len <= 11;
    }
  if (*number == '+' && *++number == '\0')
    return FALSE;
  return strlen (number) <= DIGITS_MAX && strspn (number, "0123456789*#") == strlen (number);
}

static const char *
subscriber (const char *number)
{
  if (*number == '+')
    return number + 1;
  return g_str_has_prefix (number, "00") ? number + 2 : number;
}

gboolean
emu_number_equal (const char *a, const char *b)
{
  return *a != '\0' && strcmp (subscriber (a), subscriber (b)) == 0;
}
