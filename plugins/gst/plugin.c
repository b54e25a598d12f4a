/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libgsttacitel.so: the elements as a plugin, for gst-launch-1.0 and any GStreamer program. */
#include "elements.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return tac_gst_register_elements (plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, tacitel,
                   "Tacitel voice: Opus at a constant size, sealed, and its adaptive playout",
                   plugin_init, PACKAGE_VERSION, "GPL", "Tacitel", "https://tacitel.org/")
