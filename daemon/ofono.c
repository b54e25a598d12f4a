/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls to oFono. They go to its unique name: a call meant for an ofonod that is gone must fail,
 * not reach its successor, which knows nothing of what went before. */
#include "daemon/ofono.h"

void
tac_ofono_call (GDBusConnection *bus, const char *owner, const char *path, const char *interface,
                const char *method, GVariant *arguments, guint timeout_ms,
                GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_dbus_connection_call (bus, owner, path, interface, method, arguments, NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, (gint)timeout_ms, cancellable, callback,
                          user_data);
}

void
tac_ofono_set_property (GDBusConnection *bus, const char *owner, const char *path,
                        const char *interface, const char *name, GVariant *value, guint timeout_ms,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  tac_ofono_call (bus, owner, path, interface, "SetProperty", g_variant_new ("(sv)", name, value),
                  timeout_ms, cancellable, callback, user_data);
}
