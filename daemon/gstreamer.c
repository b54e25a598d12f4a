/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting GStreamer. Its registry of some 250 plugins costs memory, and seconds when it is made
 * anew: between an invitation and its ringing there is no time for that. So only the plugins of a
 * call are loaded, by name. */
#include "daemon/gstreamer.h"

#include "daemon/errors.h"
#include "plugins/gst/tacitel-elements.h"

static const char *const needed[]
    = { "coreelements", "audioconvert", "audioresample", "volume", "pulseaudio" };
static const char *const wanted[] = { "webrtcdsp" }; /* the echo canceller; a call works without */

static gboolean
load (const char *name, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s/libgst%s.so", TAC_GST_PLUGIN_DIR, name);
  g_autoptr (GstPlugin) plugin = NULL;

  plugin = gst_plugin_load_file (path, error);
  return plugin != NULL;
}

static gboolean
load_few (GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      g_autoptr (GError) problem = NULL;

      if (!load (needed[i], &problem))
        {
          g_set_error (error, TAC_ERROR, TAC_ERROR_MEDIA_FAILED,
                       "GStreamer's plugin \"%s\" does not load (%s): install the GStreamer "
                       "plugins base, good and pulseaudio",
                       needed[i], problem->message);
          return FALSE;
        }
    }
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    load (wanted[i], NULL);
  return TRUE;
}

gboolean
tac_gstreamer_start (gboolean all_plugins, GError **error)
{
  static gboolean started;

  if (started)
    return TRUE;
  if (!all_plugins)
    {
      g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
      g_setenv ("GST_PLUGIN_SYSTEM_PATH_1_0", "", TRUE);
      g_setenv ("GST_PLUGIN_PATH_1_0", "", TRUE);
      gst_registry_fork_set_enabled (FALSE); /* nothing is scanned */
    }
  if (!gst_init_check (NULL, NULL, error))
    return FALSE;
  if ((!all_plugins && !load_few (error)) || !tac_gst_register (error))
    return FALSE;
  started = TRUE;
  return TRUE;
}
