/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A QR code in half blocks: two modules above each other are one character, which is about as wide
 * as half its height. */
#include "qr.h"
#include <qrencode.h>

#define QUIET 4        /* modules around it (ISO/IEC 18004, 6.3.8) */
#define QUIET_NARROW 2 /* what readers do with, where the terminal has no room for more */

static gboolean
is_light (const QRcode *code, int x, int y)
{
  if (x < 0 || y < 0 || x >= code->width || y >= code->width)
    return TRUE;
  return (code->data[y * code->width + x] & 1) == 0;
}

static void
append_line (GString *out, const QRcode *code, int y, int quiet, const CliStyle *style)
{
  static const char *const blocks[] = { " ", "▄", "▀", "█" };
  int last = code->width + quiet;
  g_string_append (out, style->colour ? "\033[37;40;1m" : ""); /* light drawn on dark */
  for (int x = -quiet; x < last; x++)
    {
      /* Where the rows are odd, the half line below the quiet zone is not part of it. */
      gboolean below = y + 1 < last && is_light (code, x, y + 1);
      g_string_append (out, blocks[2 * is_light (code, x, y) + below]);
    }
  g_string_append (out, style->colour ? "\033[0m\n" : "\n");
}

char *
cli_qr_render (const char *text, const CliStyle *style, guint *width)
{
  QRcode *code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_L);
  if (code == NULL)
    return NULL;
  int quiet = style->columns > 0 && style->columns < (guint)code->width + 2 * QUIET ? QUIET_NARROW
                                                                                    : QUIET;
  GString *out = g_string_new (NULL);
  for (int y = -quiet; y < code->width + quiet; y += 2)
    append_line (out, code, y, quiet, style);
  *width = (guint)(code->width + 2 * quiet);
  QRcode_free (code);
  return g_string_free (out, FALSE);
}
