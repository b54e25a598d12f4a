/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A QR code in half blocks (ISO/IEC 18004). */
#pragma once
#include "style.h"

/**
 * cli_qr_render:
 * @style: with colours, black and white are set; without, the light modules are the ones that are
 *   drawn, so that it is right on a dark terminal and inverted on a light one
 * @width: (out) columns, quiet zone included; a line is two rows of modules
 *
 * Returns: (transfer full) lines that each end in a newline; NULL if @text is too long for one.
 */
char *cli_qr_render (const char *text, const CliStyle *style, guint *width);
