/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about SMS and rules, and the monitor. */
#include "ctl.h"
#include "dbus-names.h"
#include <glib-unix.h>
#include <string.h>

static void
print_entry (GVariant *entry)
{
  const char *from = "", *to = "", *state = "", *kind = "", *text = "", *tpdu = "";
  guint id = 0;
  double latency = 0;

  g_variant_lookup (entry, "id", "u", &id);
  g_variant_lookup (entry, "from", "&s", &from);
  g_variant_lookup (entry, "to", "&s", &to);
  g_variant_lookup (entry, "state", "&s", &state);
  g_variant_lookup (entry, "kind", "&s", &kind);
  g_variant_lookup (entry, "tpdu", "&s", &tpdu);
  g_variant_lookup (entry, "latency-ms", "d", &latency);
  if (!g_variant_lookup (entry, "text", "&s", &text))
    text = tpdu;
  g_print ("%4u %-9s %-4s %7.1f ms  %s → %s  %s\n", id, state, kind, latency,
           *from != '\0' ? from : "(withheld)", to, text);
}

static gboolean
list_sms (EmuCtl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = emu_ctl_call (ctl, NULL, "ListSms", g_variant_new ("(u)", 0), error);

  if (reply == NULL)
    return FALSE;
  g_autoptr (GVariant) log = g_variant_get_child_value (reply, 0);
  if (ctl->json)
    emu_ctl_print (ctl, log);
  else
    for (gsize i = 0; i < g_variant_n_children (log); i++)
      {
        g_autoptr (GVariant) entry = g_variant_get_child_value (log, i);

        print_entry (entry);
      }
  return TRUE;
}

/* arguments: PHONE FROM, then TEXT or KEY=VALUE… */
static gboolean
send_sms (EmuCtl *ctl, char **arguments, GError **error)
{
  static const char *const keys[] = { "text=", "data=", "tpdu=" };
  gboolean pairs = FALSE;
  GVariant *content;

  if (g_strv_length (arguments) < 3)
    return emu_ctl_usage (
        error, "sms send PHONE FROM TEXT | data=hex:… [port=N] [source-port=N] | tpdu=hex:…");
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    pairs |= g_str_has_prefix (arguments[2], keys[i]);
  if (pairs)
    content = emu_ctl_parse_values (arguments + 2, error);
  else
    {
      g_autofree char *text = g_strjoinv (" ", arguments + 2);
      g_autofree char *pair = g_strconcat ("text=", text, NULL);

      content = emu_ctl_parse_values ((char *[]){ pair, NULL }, error);
    }
  if (content == NULL)
    return FALSE;
  g_autoptr (GVariant) reply = emu_ctl_call (
      ctl, arguments[0], "SendSms", g_variant_new ("(s@a{sv})", arguments[1], content), error);
  if (reply == NULL)
    return FALSE;
  g_autoptr (GVariant) ids = g_variant_get_child_value (reply, 0);
  emu_ctl_print (ctl, ids);
  return TRUE;
}

gboolean
emu_ctl_sms (EmuCtl *ctl, char **arguments, GError **error)
{
  g_autoptr (GVariant) reply = NULL;

  if (*arguments == NULL || (strcmp (*arguments, "list") == 0 && arguments[1] == NULL))
    return list_sms (ctl, error);
  if (strcmp (*arguments, "send") == 0)
    return send_sms (ctl, arguments + 1, error);
  if (strcmp (*arguments, "network") == 0)
    return emu_ctl_sms_network (ctl, arguments + 1, error);
  if (strcmp (*arguments, "clear") != 0 || arguments[1] != NULL)
    return emu_ctl_usage (error,
                          "sms [list] | sms send PHONE FROM TEXT… | sms clear | sms network");
  reply = emu_ctl_call (ctl, NULL, "ClearSms", NULL, error);
  return reply != NULL;
}

static gboolean
list_rules (EmuCtl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = emu_ctl_call (ctl, NULL, "ListRules", NULL, error);

  if (reply == NULL)
    return FALSE;
  g_autoptr (GVariant) rules = g_variant_get_child_value (reply, 0);
  if (ctl->json)
    emu_ctl_print (ctl, rules);
  else
    for (gsize i = 0; i < g_variant_n_children (rules); i++)
      {
        g_autoptr (GVariant) rule = NULL;
        guint id;

        g_variant_get_child (rules, i, "(u@a{sv})", &id, &rule);
        g_print ("rule %u\n", id);
        emu_ctl_print (ctl, rule);
      }
  return TRUE;
}

static gboolean
add_rule (EmuCtl *ctl, char **arguments, GError **error)
{
  GVariant *rule = emu_ctl_parse_values (arguments, error);

  if (rule == NULL)
    return FALSE;
  g_autoptr (GVariant) reply
      = emu_ctl_call (ctl, NULL, "AddRule", g_variant_new ("(@a{sv})", rule), error);
  if (reply == NULL)
    return FALSE;
  g_autoptr (GVariant) id = g_variant_get_child_value (reply, 0);
  emu_ctl_print (ctl, id);
  return TRUE;
}

gboolean
emu_ctl_rules (EmuCtl *ctl, char **arguments, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  guint64 id;

  if (*arguments == NULL || (strcmp (*arguments, "list") == 0 && arguments[1] == NULL))
    return list_rules (ctl, error);
  if (strcmp (*arguments, "add") == 0 && arguments[1] != NULL)
    return add_rule (ctl, arguments + 1, error);
  if (strcmp (*arguments, "clear") == 0 && arguments[1] == NULL)
    reply = emu_ctl_call (ctl, NULL, "ClearRules", NULL, error);
  else if (strcmp (*arguments, "remove") == 0 && g_strv_length (arguments) == 2
           && g_ascii_string_to_unsigned (arguments[1], 10, 1, G_MAXUINT32, &id, NULL))
    reply = emu_ctl_call (ctl, NULL, "RemoveRule", g_variant_new ("(u)", (guint)id), error);
  else
    return emu_ctl_usage (error,
                          "rules [list] | rules add KEY=VALUE… | rules remove ID | rules clear");
  return reply != NULL;
}

static void
on_event (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
          const char *signal, GVariant *parameters, gpointer user_data)
{
  const EmuCtl *ctl = user_data;
  g_autoptr (GVariant) changes = NULL;

  if (strcmp (signal, "SmsChanged") == 0)
    {
      changes = g_variant_get_child_value (parameters, 0);
      if (ctl->json)
        emu_ctl_print (ctl, changes);
      else
        print_entry (changes);
      return;
    }
  changes = g_variant_get_child_value (parameters, 1);
  if (!ctl->json)
    g_print ("%s\n", strrchr (path, '/') + 1);
  emu_ctl_print (ctl, changes);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  g_main_loop_quit (user_data);
}

static gboolean
on_interrupt (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

/* Until interrupted, or the emulator ends. */
gboolean
emu_ctl_monitor (EmuCtl *ctl, char **arguments, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_auto (GStrv) names = NULL;

  if (*arguments != NULL)
    return emu_ctl_usage (error, "monitor");
  names = emu_ctl_phone_names (ctl, error);
  if (names == NULL)
    return FALSE;
  g_dbus_connection_signal_subscribe (ctl->connection, EMU_BUS_NAME, EMU_BUS_INTERFACE,
                                      "SmsChanged", NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_event,
                                      ctl, NULL);
  g_dbus_connection_signal_subscribe (
      ctl->connection, EMU_BUS_NAME, "org.freedesktop.DBus.Properties", "PropertiesChanged", NULL,
      EMU_BUS_PHONE_INTERFACE, G_DBUS_SIGNAL_FLAGS_NONE, on_event, ctl, NULL);
  g_bus_watch_name_on_connection (ctl->connection, EMU_BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                  NULL, on_vanished, loop, NULL);
  g_unix_signal_add (SIGINT, on_interrupt, loop);
  g_unix_signal_add (SIGTERM, on_interrupt, loop);
  g_main_loop_run (loop);
  return TRUE;
}
