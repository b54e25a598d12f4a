/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about what befalls a phone: link, fade, interrupt, access, move, reset, suspend. */
#include "ctl.h"
#include <string.h>

static gboolean
call (EmuCtl *ctl, const char *phone, const char *method, GVariant *parameters, GError **error)
{
  g_autoptr (GVariant) reply = emu_ctl_call (ctl, phone, method, parameters, error);

  return reply != NULL;
}

static gboolean
show (EmuCtl *ctl, const char *phone, const char *method, GVariant *parameters, GError **error)
{
  g_autoptr (GVariant) reply = emu_ctl_call (ctl, phone, method, parameters, error);
  g_autoptr (GVariant) values = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  if (values != NULL)
    emu_ctl_print (ctl, values);
  return values != NULL;
}

static gboolean
parse_ms (const char *text, guint *ms, GError **error)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 0, 86400000, &number, error))
    return FALSE;
  *ms = (guint)number;
  return TRUE;
}

gboolean
emu_ctl_link (EmuCtl *ctl, char **arguments, GError **error)
{
  const char *phone = arguments[0];
  gboolean has_direction
      = phone != NULL && arguments[1] != NULL && strchr (arguments[1], '=') == NULL;
  const char *direction = has_direction ? arguments[1] : "both";
  char **words = arguments + (has_direction ? 2 : 1);
  GVariant *values;

  if (phone == NULL || (*words == NULL && !has_direction))
    return emu_ctl_usage (error, "link PHONE up|down, or link PHONE [up|down|both] KEY=VALUE…");
  if (*words == NULL)
    return show (ctl, phone, "GetLink", g_variant_new ("(s)", direction), error);
  values = emu_ctl_parse_values (words, error);
  return values != NULL
         && call (ctl, phone, "SetLink", g_variant_new ("(s@a{sv})", direction, values), error);
}

gboolean
emu_ctl_fade (EmuCtl *ctl, char **arguments, GError **error)
{
  GVariant *values;
  guint ms;

  if (g_strv_length (arguments) < 4)
    return emu_ctl_usage (error, "fade PHONE up|down|both MS KEY=VALUE…");
  if (!parse_ms (arguments[2], &ms, error))
    return FALSE;
  values = emu_ctl_parse_values (arguments + 3, error);
  return values != NULL
         && call (ctl, arguments[0], "FadeLink",
                  g_variant_new ("(s@a{sv}u)", arguments[1], values, ms), error);
}

gboolean
emu_ctl_interrupt (EmuCtl *ctl, char **arguments, GError **error)
{
  guint count = g_strv_length (arguments);
  guint ms;

  if (count < 2 || count > 3 || (count == 3 && strcmp (arguments[2], "hold") != 0))
    return emu_ctl_usage (error, "interrupt PHONE MS [hold]");
  return parse_ms (arguments[1], &ms, error)
         && call (ctl, arguments[0], "InterruptLink", g_variant_new ("(ub)", ms, count == 3),
                  error);
}

gboolean
emu_ctl_access (EmuCtl *ctl, char **arguments, GError **error)
{
  GVariant *values;

  if (arguments[0] == NULL)
    return emu_ctl_usage (error, "access PHONE [KEY=VALUE…]");
  if (arguments[1] == NULL)
    return show (ctl, arguments[0], "GetAccess", NULL, error);
  values = emu_ctl_parse_values (arguments + 1, error);
  return values != NULL
         && call (ctl, arguments[0], "SetAccess", g_variant_new ("(@a{sv})", values), error);
}

gboolean
emu_ctl_sms_network (EmuCtl *ctl, char **arguments, GError **error)
{
  GVariant *values;

  if (arguments[0] == NULL)
    return show (ctl, NULL, "GetSmsNetwork", NULL, error);
  values = emu_ctl_parse_values (arguments, error);
  return values != NULL
         && call (ctl, NULL, "SetSmsNetwork", g_variant_new ("(@a{sv})", values), error);
}

gboolean
emu_ctl_move (EmuCtl *ctl, char **arguments, GError **error)
{
  if (g_strv_length (arguments) != 1)
    return emu_ctl_usage (error, "move PHONE");
  return call (ctl, arguments[0], "ChangeAddress", NULL, error);
}

gboolean
emu_ctl_reset (EmuCtl *ctl, char **arguments, GError **error)
{
  guint ms;

  if (g_strv_length (arguments) != 2)
    return emu_ctl_usage (error, "reset PHONE MS");
  return parse_ms (arguments[1], &ms, error)
         && call (ctl, arguments[0], "ResetModem", g_variant_new ("(u)", ms), error);
}

gboolean
emu_ctl_suspend (EmuCtl *ctl, char **arguments, GError **error)
{
  guint count = g_strv_length (arguments);

  if (count < 1 || count > 2 || (count == 2 && strcmp (arguments[1], "sms-wakes") != 0))
    return emu_ctl_usage (error, "suspend PHONE [sms-wakes]");
  return call (ctl, arguments[0], "Suspend", g_variant_new ("(b)", count == 2), error);
}

gboolean
emu_ctl_resume (EmuCtl *ctl, char **arguments, GError **error)
{
  if (g_strv_length (arguments) != 1)
    return emu_ctl_usage (error, "resume PHONE");
  return call (ctl, arguments[0], "Resume", NULL, error);
}
