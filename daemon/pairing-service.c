/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Pairing1. */
#include "daemon/pairing-service.h"

#include "tacitel-dbus.h"

struct TacPairingService
{
  TacPairing *pairing;
  TacDbusPairing1 *skeleton;
};

/* An answer that is written in another turn of the main loop: the service may be gone by then. */
typedef struct
{
  TacDbusPairing1 *skeleton;
  GDBusMethodInvocation *invocation;
} Pending;

static Pending *
pending_new (TacPairingService *service, GDBusMethodInvocation *invocation)
{
  Pending *pending = g_new0 (Pending, 1);

  pending->skeleton = g_object_ref (service->skeleton);
  pending->invocation = invocation;
  return pending;
}

static void
pending_free (Pending *pending)
{
  g_object_unref (pending->skeleton);
  g_free (pending);
}

static void
on_requested (GObject *pairing, GAsyncResult *result, gpointer user_data)
{
  Pending *pending = user_data;
  g_autoptr (GError) error = NULL;

  if (tac_pairing_request_finish (TAC_PAIRING (pairing), result, &error))
    tac_dbus_pairing1_complete_request (pending->skeleton, pending->invocation);
  else
    g_dbus_method_invocation_return_gerror (pending->invocation, error);
  pending_free (pending);
}

static gboolean
on_request (TacPairingService *service, GDBusMethodInvocation *invocation, const char *number,
            const char *name)
{
  tac_pairing_request_async (service->pairing, number, name, on_requested,
                             pending_new (service, invocation));
  return TRUE;
}

static void
on_accepted (GObject *pairing, GAsyncResult *result, gpointer user_data)
{
  Pending *pending = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *contact = tac_pairing_accept_finish (TAC_PAIRING (pairing), result, &error);

  if (contact != NULL)
    tac_dbus_pairing1_complete_accept (pending->skeleton, pending->invocation, contact);
  else
    g_dbus_method_invocation_return_gerror (pending->invocation, error);
  pending_free (pending);
}

static gboolean
on_accept (TacPairingService *service, GDBusMethodInvocation *invocation, const char *number,
           const char *name, const char *key)
{
  tac_pairing_accept_async (service->pairing, number, name, key, on_accepted,
                            pending_new (service, invocation));
  return TRUE;
}

static gboolean
on_decline (TacPairingService *service, GDBusMethodInvocation *invocation, const char *number)
{
  g_autoptr (GError) error = NULL;

  if (tac_pairing_decline (service->pairing, number, &error))
    tac_dbus_pairing1_complete_decline (service->skeleton, invocation);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
  return TRUE;
}

static gboolean
on_list (TacPairingService *service, GDBusMethodInvocation *invocation)
{
  g_autoptr (GError) error = NULL;
  GVariant *list = tac_pairing_list (service->pairing, &error);

  if (list != NULL)
    tac_dbus_pairing1_complete_list (service->skeleton, invocation, list);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
  return TRUE;
}

static void
show_own_name (TacPairingService *service)
{
  g_autofree char *name = tac_pairing_get_own_name (service->pairing);

  tac_dbus_pairing1_set_own_name (service->skeleton, name);
}

static gboolean
on_set_own_name (TacPairingService *service, GDBusMethodInvocation *invocation, const char *name)
{
  g_autoptr (GError) error = NULL;

  if (tac_pairing_set_own_name (service->pairing, name, &error))
    {
      show_own_name (service);
      tac_dbus_pairing1_complete_set_own_name (service->skeleton, invocation);
    }
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
  return TRUE;
}

static void
on_changed (TacPairingService *service)
{
  show_own_name (service); /* the store may have been opened, or locked */
  tac_dbus_pairing1_emit_changed (service->skeleton);
}

TacPairingService *
tac_pairing_service_new (TacPairing *pairing, GDBusObjectSkeleton *object)
{
  TacPairingService *service = g_new0 (TacPairingService, 1);

  service->pairing = pairing;
  service->skeleton = tac_dbus_pairing1_skeleton_new ();
  g_signal_connect_swapped (service->skeleton, "handle-request", G_CALLBACK (on_request), service);
  g_signal_connect_swapped (service->skeleton, "handle-accept", G_CALLBACK (on_accept), service);
  g_signal_connect_swapped (service->skeleton, "handle-decline", G_CALLBACK (on_decline), service);
  g_signal_connect_swapped (service->skeleton, "handle-list", G_CALLBACK (on_list), service);
  g_signal_connect_swapped (service->skeleton, "handle-set-own-name", G_CALLBACK (on_set_own_name),
                            service);
  g_signal_connect_swapped (pairing, "requested", G_CALLBACK (tac_dbus_pairing1_emit_requested),
                            service->skeleton);
  g_signal_connect_swapped (pairing, "completed", G_CALLBACK (tac_dbus_pairing1_emit_completed),
                            service->skeleton);
  g_signal_connect_swapped (pairing, "changed", G_CALLBACK (on_changed), service);
  show_own_name (service);
  g_dbus_object_skeleton_add_interface (object, G_DBUS_INTERFACE_SKELETON (service->skeleton));
  return service;
}

void
tac_pairing_service_free (TacPairingService *service)
{
  g_signal_handlers_disconnect_by_data (service->pairing, service->skeleton);
  g_signal_handlers_disconnect_by_data (service->pairing, service);
  g_signal_handlers_disconnect_by_data (service->skeleton, service);
  g_object_unref (service->skeleton);
  g_free (service);
}
