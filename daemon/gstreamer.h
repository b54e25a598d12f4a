/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting GStreamer for a call: with the few plugins that a call needs where that suffices, else
 * with all. */
#pragma once
#include <gst/gst.h>

/* @all_plugins: a bin of the user's own may use any element; then the registry is read (and made,
 * which takes seconds, where there is none). Once a process; later calls do nothing. */
gboolean tac_gstreamer_start (gboolean all_plugins, GError **error);
