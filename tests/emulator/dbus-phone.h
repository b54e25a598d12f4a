/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One phone on D-Bus: org.tacitel.Emulator1.Phone. */
#pragma once
#include "emulator.h"
#include <gio/gio.h>

typedef struct _EmuDbusPhone EmuDbusPhone;
/* Exports itself through @objects. */
EmuDbusPhone *emu_dbus_phone_new (EmuEmulator *emulator, EmuPhone *phone,
                                  GDBusObjectManagerServer *objects);
void emu_dbus_phone_free (EmuDbusPhone *object);
/* Brings the properties up to date. */
void emu_dbus_phone_update (EmuDbusPhone *object);

/* Answers with @error (consumed). */
gboolean emu_dbus_fail (GDBusMethodInvocation *invocation, GError *error);
/* Answers that the phone has no TUN, unless it has. */
gboolean emu_dbus_needs_tun (GDBusMethodInvocation *invocation, const EmuPhone *phone);

/* dbus-link.c: handles the methods about the phone's radio link and network access. */
void emu_dbus_link_connect (GObject *skeleton, EmuPhone *phone);
/* dbus-phone-set.c: all values are checked before any is changed. */
gboolean emu_dbus_phone_set (EmuPhone *phone, GVariant *values, GError **error);
/* dbus-sms.c: what SendSms was given, as SMS. Returns: (transfer full) array of EmuSms. */
GArray *emu_dbus_sms_from_content (const char *from, GVariant *content, GError **error);
/* An entry of the log, "a{sv}" (floating). */
GVariant *emu_dbus_sms_entry (const EmuEmulator *emulator, const EmuSmsRecord *record);
