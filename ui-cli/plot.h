/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The quality of a call as a picture: pure, from the API's points to SVG (W3C, SVG 1.1). */
#pragma once
#include <gio/gio.h>

/**
 * cli_plot_svg:
 * @title: of the picture; any text
 * @step: seconds that a point is of; 1 or more
 * @points: a(yyqqqss) as History1.GetQuality
 *
 * Four panels over one axis of time: loss and what was made up, delay of the playout buffer and
 * round trip, jitter, profiles. Returns: (transfer full) a whole document, UTF-8.
 */
char *cli_plot_svg (const char *title, guint step, GVariant *points);
