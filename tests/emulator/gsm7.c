/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The GSM 7-bit default alphabet and its packing (3GPP TS 23.038 §6.1, §6.2.1). */
#include "gsm7.h"
#include <string.h>

#define ESCAPE 0x1b

/* §6.2.1: the default alphabet; 0x1B, the escape, has no character. */
/* clang-format off */
static const gunichar alphabet[128] = {
  L'@', L'£', L'$', L'¥', L'è', L'é', L'ù', L'ì', L'ò', L'Ç', L'\n', L'Ø', L'ø', L'\r', L'Å', L'å',
  L'Δ', L'_', L'Φ', L'Γ', L'Λ', L'Ω', L'Π', L'Ψ', L'Σ', L'Θ', L'Ξ', 0, L'Æ', L'æ', L'ß', L'É',
  L' ', L'!', L'"', L'#', L'¤', L'%', L'&', L'\'', L'(', L')', L'*', L'+', L',', L'-', L'.', L'/',
  L'0', L'1', L'2', L'3', L'4', L'5', L'6', L'7', L'8', L'9', L':', L';', L'<', L'=', L'>', L'?',
  L'¡', L'A', L'B', L'C', L'D', L'E', L'F', L'G', L'H', L'I', L'J', L'K', L'L', L'M', L'N', L'O',
  L'P', L'Q', L'R', L'S', L'T', L'U', L'V', L'W', L'X', L'Y', L'Z', L'Ä', L'Ö', L'Ñ', L'Ü', L'§',
  L'¿', L'a', L'b', L'c', L'd', L'e', L'f', L'g', L'h', L'i', L'j', L'k', L'l', L'm', L'n', L'o',
  L'p', L'q', L'r', L's', L't', L'u', L'v', L'w', L'x', L'y', L'z', L'ä', L'ö', L'ñ', L'ü', L'à',
};
/* clang-format on */

/* §6.2.1.1: after an escape. */
static const struct
{
  guint8 septet;
  gunichar character;
} extension[] = {
  { 0x0a, L'\f' }, { 0x14, L'^' }, { 0x28, L'{' }, { 0x29, L'}' }, { 0x2f, L'\\' },
  { 0x3c, L'[' },  { 0x3d, L'~' }, { 0x3e, L']' }, { 0x40, L'|' }, { 0x65, L'€' },
};

static gboolean
append_character (GByteArray *septets, gunichar character)
{
  for (guint8 i = 0; i < 128; i++)
    if (alphabet[i] == character && i != ESCAPE)
      {
        g_byte_array_append (septets, &i, 1);
        return TRUE;
      }
  for (gsize i = 0; i < G_N_ELEMENTS (extension); i++)
    if (extension[i].character == character)
      {
        g_byte_array_append (septets, (const guint8[]){ ESCAPE, extension[i].septet }, 2);
        return TRUE;
      }
  return FALSE;
}

GByteArray *
emu_gsm7_from_utf8 (const char *text)
{
  g_autoptr (GByteArray) septets = g_byte_array_new ();

  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (!append_character (septets, g_utf8_get_char (text)))
      return NULL;
  return g_steal_pointer (&septets);
}

static gunichar
extended_character (guint8 septet)
{
  for (gsize i = 0; i < G_N_ELEMENTS (extension); i++)
    if (extension[i].septet == septet)
      return extension[i].character;
  return 0xfffd;
}

char *
emu_gsm7_to_utf8 (const guint8 *septets, gsize count)
{
  GString *text = g_string_sized_new (count);

  for (gsize i = 0; i < count; i++)
    {
      if (septets[i] != ESCAPE)
        g_string_append_unichar (text, alphabet[septets[i] & 0x7f]);
      else if (++i < count)
        g_string_append_unichar (text, extended_character (septets[i]));
    }
  return g_string_free (text, FALSE);
}

gsize
emu_gsm7_pack (const guint8 *septets, gsize count, guint fill, guint8 *packed)
{
  gsize bits = fill + count * 7;
  gsize bytes = (bits + 7) / 8;

  memset (packed, 0, bytes);
  for (gsize i = 0; i < count; i++)
    {
      gsize bit = fill + i * 7;
      guint value = (guint)(septets[i] & 0x7f) << (bit % 8);

      packed[bit / 8] |= (guint8)value;
      if (value > 0xff)
        packed[bit / 8 + 1] |= (guint8)(value >> 8);
    }
  return bytes;
}

void
emu_gsm7_unpack (const guint8 *packed, gsize count, guint fill, guint8 *septets)
{
  for (gsize i = 0; i < count; i++)
    {
      gsize bit = fill + i * 7;
      guint value = packed[bit / 8];

      if (bit % 8 > 1)
        value |= (guint)packed[bit / 8 + 1] << 8;
      septets[i] = (value >> (bit % 8)) & 0x7f;
    }
}
