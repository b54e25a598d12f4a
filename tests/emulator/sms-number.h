/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telephone numbers as SMS addresses (3GPP TS 23.040 §9.1.2.5). Pure. */
#pragma once
#include "tpdu.h"

#define EMU_ADDRESS_MAX 12 /* length, type and ten bytes */

/* Returns: bytes of @data used, or 0 on a malformed address. */
gsize emu_number_decode (const guint8 *data, gsize size, char number[EMU_NUMBER_MAX]);
/* @number: must be valid. Returns: bytes written. */
gsize emu_number_encode (const char *number, guint8 data[EMU_ADDRESS_MAX]);
/* "" (withheld), digits with an optional '+', at most 20, or up to 11 characters of the GSM
 * alphabet that begin with a letter. */
gboolean emu_number_is_valid (const char *number);
/* "+1555…", "001555…" and "1555…" are one subscriber. */
gboolean emu_number_equal (const char *a, const char *b);
