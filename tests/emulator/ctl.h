/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands of tacitel-emulatorctl share. */
#pragma once
#include <gio/gio.h>

typedef struct
{
  GDBusConnection *connection;
  gboolean json;
} EmuCtl;

/* Each carries out one command; @arguments doesn't have the command itself.
 * Returns: FALSE with @error, G_OPTION_ERROR where the command was used wrongly. */
gboolean emu_ctl_phones (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_show (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_set (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_restart (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_link (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_fade (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_interrupt (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_access (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_move (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_reset (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_suspend (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_resume (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_sms_network (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_capture (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_counters (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_sms (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_rules (EmuCtl *ctl, char **arguments, GError **error);
gboolean emu_ctl_monitor (EmuCtl *ctl, char **arguments, GError **error);

/* Calls the network (@phone NULL) or a phone; @parameters floating or NULL. Returns: (transfer
 * full) */
GVariant *emu_ctl_call (EmuCtl *ctl, const char *phone, const char *method, GVariant *parameters,
                        GError **error);
/* All properties, "a{sv}". Returns: (transfer full) */
GVariant *emu_ctl_properties (EmuCtl *ctl, const char *phone, GError **error);
/* Names of the phones, sorted. Returns: (transfer full) */
GStrv emu_ctl_phone_names (EmuCtl *ctl, GError **error);

/* KEY=VALUE words to "a{sv}" (floating). A value is true or false, a number, hex:… for bytes, or
 * else text; keys that are always text are listed in ctl-values.c. */
GVariant *emu_ctl_parse_values (char **words, GError **error);
/* Prints @value: as JSON where asked, else a key a line. */
void emu_ctl_print (const EmuCtl *ctl, GVariant *value);
gboolean emu_ctl_usage (GError **error, const char *usage);
