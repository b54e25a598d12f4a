/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The GSM 7-bit default alphabet and its packing (3GPP TS 23.038 §6.1, §6.2.1). Pure. */
#pragma once
#include <glib.h>

/* @text: UTF-8. Returns: (transfer full) septets, one a byte, extended characters as two; NULL
 * where a character isn't in the alphabet. */
GByteArray *emu_gsm7_from_utf8 (const char *text);
/* Returns: (transfer full) UTF-8; a septet without a character gives U+FFFD. */
char *emu_gsm7_to_utf8 (const guint8 *septets, gsize count);

/* Packs @count septets after @fill zero bits (0…6). @packed has room for (fill + count * 7 + 7) / 8
 * bytes. Returns: bytes written. */
gsize emu_gsm7_pack (const guint8 *septets, gsize count, guint fill, guint8 *packed);
/* The reverse; reads (fill + count * 7 + 7) / 8 bytes of @packed. */
void emu_gsm7_unpack (const guint8 *packed, gsize count, guint fill, guint8 *septets);
