/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of oFono's D-Bus API, and calls to it that always have a time limit. */
#pragma once
#include <gio/gio.h>

#define OFONO_SERVICE "org.ofono"
#define OFONO_MANAGER "org.ofono.Manager"
#define OFONO_MODEM "org.ofono.Modem"
#define OFONO_SIM "org.ofono.SimManager"
#define OFONO_NETWORK "org.ofono.NetworkRegistration"
#define OFONO_SMARTMSG "org.ofono.SmartMessaging"
#define OFONO_SMARTMSG_AGENT "org.ofono.SmartMessagingAgent"
#define OFONO_MESSAGES "org.ofono.MessageManager"
#define OFONO_MESSAGE "org.ofono.Message"
#define OFONO_CONNECTIONS "org.ofono.ConnectionManager"
#define OFONO_CONTEXT "org.ofono.ConnectionContext"

#define OFONO_TIMEOUT_MS 10000
#define OFONO_SLOW_TIMEOUT_MS 60000 /* powering a modem, activating a context */

/* Calls @method of @interface at @path; the callback gets what g_dbus_connection_call gives.
 * @arguments: floating, or NULL for none. */
void tac_ofono_call (GDBusConnection *bus, const char *owner, const char *path,
                     const char *interface, const char *method, GVariant *arguments,
                     guint timeout_ms, GCancellable *cancellable, GAsyncReadyCallback callback,
                     gpointer user_data);
/* SetProperty (@name, @value) of @interface at @path. @value: floating. */
void tac_ofono_set_property (GDBusConnection *bus, const char *owner, const char *path,
                             const char *interface, const char *name, GVariant *value,
                             guint timeout_ms, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data);
