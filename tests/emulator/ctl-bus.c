/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel-emulatorctl's calls to the emulator. */
#include "ctl.h"
#include "dbus-names.h"
#include <string.h>

#define TIMEOUT_MS 10000

static GVariant *
call (EmuCtl *ctl, const char *path, const char *interface, const char *method,
      GVariant *parameters, GError **error)
{
  GVariant *reply = g_dbus_connection_call_sync (
      ctl->connection, EMU_BUS_NAME, path, interface, method, parameters, NULL,
      G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT_MS, NULL, error);

  if (reply == NULL && error != NULL)
    {
      gboolean absent = g_error_matches (*error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN)
                        || g_error_matches (*error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER);

      g_dbus_error_strip_remote_error (*error);
      if (absent)
        g_prefix_error (error, "no emulator on this bus (start tacitel-emulator, or give --bus): ");
    }
  return reply;
}

static char *
path_of (const char *phone, GError **error)
{
  char *path = g_strdup_printf (EMU_BUS_PATH "/phone/%s", phone);

  if (g_variant_is_object_path (path))
    return path;
  g_free (path);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "there is no phone '%s': see 'tacitel-emulatorctl phones'", phone);
  return NULL;
}

static GVariant *
call_phone (EmuCtl *ctl, const char *phone, const char *interface, const char *method,
            GVariant *parameters, GError **error)
{
  g_autofree char *path = path_of (phone, error);
  GVariant *reply = NULL;

  if (path != NULL)
    reply = call (ctl, path, interface, method, parameters, error);
  else if (parameters != NULL)
    g_variant_unref (g_variant_ref_sink (parameters));
  if (reply == NULL && error != NULL
      && (g_error_matches (*error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT)
          || g_error_matches (*error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD)
          || g_error_matches (*error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE)))
    g_prefix_error (error, "there is no phone '%s': see 'tacitel-emulatorctl phones': ", phone);
  return reply;
}

GVariant *
emu_ctl_call (EmuCtl *ctl, const char *phone, const char *method, GVariant *parameters,
              GError **error)
{
  if (phone == NULL)
    return call (ctl, EMU_BUS_PATH, EMU_BUS_INTERFACE, method, parameters, error);
  return call_phone (ctl, phone, EMU_BUS_PHONE_INTERFACE, method, parameters, error);
}

GVariant *
emu_ctl_properties (EmuCtl *ctl, const char *phone, GError **error)
{
  g_autoptr (GVariant) reply = call_phone (ctl, phone, "org.freedesktop.DBus.Properties", "GetAll",
                                           g_variant_new ("(s)", EMU_BUS_PHONE_INTERFACE), error);

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

GStrv
emu_ctl_phone_names (EmuCtl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = call (ctl, EMU_BUS_PATH, "org.freedesktop.DBus.ObjectManager",
                                     "GetManagedObjects", NULL, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GVariantIter) iter = NULL;
  const char *path;

  if (reply == NULL)
    return NULL;
  g_variant_get (reply, "(a{oa{sa{sv}}})", &iter);
  while (g_variant_iter_loop (iter, "{&oa{sa{sv}}}", &path, NULL))
    if (g_str_has_prefix (path, EMU_BUS_PATH "/phone/"))
      g_ptr_array_add (names, g_strdup (strrchr (path, '/') + 1));
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (GStrv)g_ptr_array_free (g_steal_pointer (&names), FALSE);
}
