/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The GSM 7-bit default alphabet and its packing (3GPP TS 23.038 §6.1, §6.2.1). */
#include "gsm7.h"
#include <string.h>

#define ESCAPE 0x1b

/* §6.2.1: the default alphabet; 0x1B, the escape, has no character. */
static const gunichar alphabet[128] = {
  U '@',  U '£', U '$', U '¥', U 'è', U 'é', U 'ù', U 'ì', U 'ò', U 'Ç', U '\n', U 'Ø', U 'ø',
  U '\r', U 'Å', U 'å', U 'Δ', U '_', U 'Φ', U 'Γ', U 'Λ', U 'Ω', U 'Π', U 'Ψ',  U 'Σ', U 'Θ',
  U 'Ξ',  0,     U 'Æ', U 'æ', U 'ß', U 'É', U ' ', U '!', U '"', U '#', U '¤',  U '%', U '&',
  U '\'', U '(', U ')', U '*', U '+', U ',', U '-', U '.', U '/', U '0', U '1',  U '2', U '3',
  U '4',  U '5', U '6', U '7', U '8', U '9', U ':', U ';', U '<', U '=', U '>',  U '?', U '¡',
  U 'A',  U 'B', U 'C', U 'D', U 'E', U 'F', U 'G', U 'H', U 'I', U 'J', U 'K',  U 'L', U 'M',
  U 'N',  U 'O', U 'P', U 'Q', U 'R', U 'S', U 'T', U 'U', U 'V', U 'W', U 'X',  U 'Y', U 'Z',
  U 'Ä',  U 'Ö', U 'Ñ', U 'Ü', U '§', U '¿', U 'a', U 'b', U 'c', U 'd', U 'e',  U 'f', U 'g',
  U 'h',  U 'i', U 'j', U 'k', U 'l', U 'm', U 'n', U 'o', U 'p', U 'q', U 'r',  U 's', U 't',
  U 'u',  U 'v', U 'w', U 'x', U 'y', U 'z', U 'ä', U 'ö', U 'ñ', U 'ü', U 'à',
};

/* §6.2.1.1: after an escape. */
static const struct
{
  guint8 septet;
  gunichar character;
} extension[] = {
  { 0x0a, U '\f' }, { 0x14, U '^' }, { 0x28, U '{' }, { 0x29, U '}' }, { 0x2f, U '\\' },
  { 0x3c, U '[' },  { 0x3d, U '~' }, { 0x3e, U ']' }, { 0x40, U '|' }, { 0x65, U '€' },
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
