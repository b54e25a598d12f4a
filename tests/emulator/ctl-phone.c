/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about phones: phones, show, set, restart, capture, counters. */
#include "ctl.h"
#include <string.h>

static const char *
text_of (GVariant *properties, const char *key)
{
  const char *text = "";

  g_variant_lookup (properties, key, "&s", &text);
  return text;
}

static gboolean
flag_of (GVariant *properties, const char *key)
{
  gboolean flag = FALSE;

  g_variant_lookup (properties, key, "b", &flag);
  return flag;
}

static const char *
modem_state (GVariant *properties)
{
  if (!flag_of (properties, "Powered"))
    return "off";
  if (!flag_of (properties, "Connected"))
    return "waiting";
  return flag_of (properties, "Online") ? "online" : "offline";
}

gboolean
emu_ctl_phones (EmuCtl *ctl, char **arguments, GError **error)
{
  g_auto (GStrv) names = NULL;
  GVariantBuilder list;

  if (*arguments != NULL)
    return emu_ctl_usage (error, "phones");
  names = emu_ctl_phone_names (ctl, error);
  if (names == NULL)
    return FALSE;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  if (!ctl->json)
    g_print ("%-10s %-16s %5s  %-8s %-13s %-6s %s\n", "NAME", "NUMBER", "PORT", "MODEM", "NETWORK",
             "DATA", "NAMESPACE");
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GVariant) properties = emu_ctl_properties (ctl, names[i], error);
      guint port = 0;

      if (properties == NULL)
        {
          g_variant_builder_clear (&list);
          return FALSE;
        }
      g_variant_lookup (properties, "Port", "u", &port);
      g_variant_builder_add_value (&list, properties);
      if (!ctl->json)
        g_print ("%-10s %-16s %5u  %-8s %-13s %-6s %s\n", names[i], text_of (properties, "Number"),
                 port, modem_state (properties), text_of (properties, "Registration"),
                 flag_of (properties, "DataAttached") ? "yes" : "no",
                 text_of (properties, "NetworkNamespace"));
    }
  g_autoptr (GVariant) all = g_variant_ref_sink (g_variant_builder_end (&list));
  if (ctl->json)
    emu_ctl_print (ctl, all);
  return TRUE;
}

gboolean
emu_ctl_show (EmuCtl *ctl, char **arguments, GError **error)
{
  g_autoptr (GVariant) properties = NULL;

  if (g_strv_length (arguments) != 1)
    return emu_ctl_usage (error, "show PHONE");
  properties = emu_ctl_properties (ctl, arguments[0], error);
  if (properties != NULL)
    emu_ctl_print (ctl, properties);
  return properties != NULL;
}

gboolean
emu_ctl_set (EmuCtl *ctl, char **arguments, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  GVariant *values;
  gboolean network = *arguments != NULL && strchr (*arguments, '=') != NULL;

  if (g_strv_length (arguments) < (network ? 1 : 2))
    return emu_ctl_usage (error, "set [PHONE] PROPERTY=VALUE…");
  values = emu_ctl_parse_values (arguments + (network ? 0 : 1), error);
  if (values == NULL)
    return FALSE;
  reply = emu_ctl_call (ctl, network ? NULL : arguments[0], "Set",
                        g_variant_new ("(@a{sv})", values), error);
  return reply != NULL;
}

gboolean
emu_ctl_restart (EmuCtl *ctl, char **arguments, GError **error)
{
  g_autoptr (GVariant) reply = NULL;

  if (g_strv_length (arguments) != 1)
    return emu_ctl_usage (error, "restart PHONE");
  reply = emu_ctl_call (ctl, arguments[0], "RestartModem", NULL, error);
  return reply != NULL;
}

gboolean
emu_ctl_capture (EmuCtl *ctl, char **arguments, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autofree char *path = NULL;

  if (g_strv_length (arguments) < 1 || g_strv_length (arguments) > 2)
    return emu_ctl_usage (error, "capture PHONE [FILE]   (without FILE, stops)");
  if (arguments[1] == NULL)
    reply = emu_ctl_call (ctl, arguments[0], "StopCapture", NULL, error);
  else
    {
      path = g_canonicalize_filename (arguments[1], NULL);
      reply = emu_ctl_call (ctl, arguments[0], "StartCapture", g_variant_new ("(s)", path), error);
    }
  return reply != NULL;
}

gboolean
emu_ctl_counters (EmuCtl *ctl, char **arguments, GError **error)
{
  g_autoptr (GVariant) reply = NULL;

  if (g_strv_length (arguments) > 1)
    return emu_ctl_usage (error, "counters [PHONE]");
  reply = emu_ctl_call (ctl, arguments[0], "GetCounters", NULL, error);
  if (reply == NULL)
    return FALSE;
  g_autoptr (GVariant) counters = g_variant_get_child_value (reply, 0);
  emu_ctl_print (ctl, counters);
  return TRUE;
}
