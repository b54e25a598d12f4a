/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What both elements need: key files, buffer pools, registration. */
#include "elements.h"

#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define KEY_FILE_MAX 256

GST_DEBUG_CATEGORY (tac_gst_debug);

static gssize
read_file (const gchar *path, gchar *out, gsize size, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gssize total = 0, n = -1;

  if (fd >= 0)
    do
      {
        n = read (fd, out + total, size - (gsize)total);
        total += MAX (n, 0);
      }
    while (n > 0);
  if (n < 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "cannot read %s: %s", path,
                   g_strerror (errno));
      total = -1;
    }
  if (fd >= 0)
    close (fd);
  return total;
}

/* @chain: (out) from a file of 32 bytes, or of 64 hexadecimal digits and white space. */
static gboolean
load_chain (const gchar *path, guint8 chain[TAC_KEY_SIZE], GError **error)
{
  gchar text[KEY_FILE_MAX];
  gssize size = read_file (path, text, sizeof text, error);
  gsize decoded = 0;
  gboolean ok = TRUE;

  if (size == TAC_KEY_SIZE)
    memcpy (chain, text, TAC_KEY_SIZE);
  else if (size >= 0
           && (sodium_hex2bin (chain, TAC_KEY_SIZE, text, (gsize)size, " \t\r\n", &decoded, NULL)
                   != 0
               || decoded != TAC_KEY_SIZE))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                   "%s holds neither 32 bytes nor 64 hexadecimal digits", path);
      ok = FALSE;
    }
  sodium_memzero (text, sizeof text);
  return ok && size >= 0;
}

static void
post_key_error (GstElement *element, const gchar *path, const GError *error)
{
  GST_ELEMENT_ERROR (
      element, RESOURCE, SETTINGS,
      ("%s has no key: set key-file to a file of 32 random bytes that both ends have (head -c 32 "
       "/dev/urandom > FILE), a new one for every run",
       GST_ELEMENT_NAME (element)),
      ("key-file=%s: %s", path != NULL ? path : "not set",
       error != NULL ? error->message : "and no chain was set by the program"));
}

gboolean
tac_gst_load_key (GstElement *element, TacGstSetChain set_chain, gboolean has_chain)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *path = NULL;
  guint8 chain[TAC_KEY_SIZE];

  g_object_get (element, "key-file", &path, NULL);
  if (path != NULL && load_chain (path, chain, &error))
    {
      set_chain (element, chain);
      has_chain = TRUE;
    }
  sodium_memzero (chain, sizeof chain);
  if (error == NULL && has_chain)
    return TRUE;
  post_key_error (element, path, error);
  return FALSE;
}

void
tac_gst_announce (GstPad *src, guint rate)
{
  g_autoptr (GstElement) element = gst_pad_get_parent_element (src);
  g_autofree gchar *stream = gst_pad_create_stream_id (src, element, "voice");
  GstCaps *caps = gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING, "S16LE", "layout",
                                       G_TYPE_STRING, "interleaved", "channels", G_TYPE_INT, 1,
                                       "rate", G_TYPE_INT, (gint)rate, NULL);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (src, gst_event_new_stream_start (stream));
  gst_pad_push_event (src, gst_event_new_caps (caps));
  gst_pad_push_event (src, gst_event_new_segment (&segment));
  gst_caps_unref (caps);
}

GstBufferPool *
tac_gst_pool_new (guint size)
{
  GstBufferPool *pool = gst_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, NULL, size, 4, 0);
  if (!gst_buffer_pool_set_config (pool, config) || !gst_buffer_pool_set_active (pool, TRUE))
    gst_clear_object (&pool);
  return pool;
}

void
tac_gst_pool_free (GstBufferPool **pool)
{
  if (*pool != NULL)
    gst_buffer_pool_set_active (*pool, FALSE);
  gst_clear_object (pool);
}

GType
tac_gst_profile_get_type (void)
{
  static const GEnumValue values[] = {
    { TAC_PROFILE_WIDE, "20 ms a packet, 24 kbit/s", "wide" },
    { TAC_PROFILE_LEAN, "40 ms a packet, 12 kbit/s", "lean" },
    { TAC_PROFILE_THIN, "60 ms a packet, 8 kbit/s", "thin" },
    { 0, NULL, NULL },
  };
  static GType type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("TacGstProfile", values));
  return type;
}

gboolean
tac_gst_register_elements (GstPlugin *plugin)
{
  if (sodium_init () < 0)
    return FALSE;
  GST_DEBUG_CATEGORY_INIT (tac_gst_debug, "tacitel", 0, "Tacitel voice elements");
  return gst_element_register (plugin, "tacitelenc", GST_RANK_NONE, TAC_GST_TYPE_ENC)
         && gst_element_register (plugin, "taciteldec", GST_RANK_NONE, TAC_GST_TYPE_DEC);
}

gboolean
tac_gst_register (GError **error)
{
  if (tac_gst_register_elements (NULL))
    return TRUE;
  g_set_error_literal (
      error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED,
      "cannot register tacitelenc and taciteldec: is libsodium able to start, and was "
      "gst_init() called?");
  return FALSE;
}
