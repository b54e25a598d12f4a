/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Call1: properties follow the call; a method asks it and replies once. */
#include "daemon/call-service.h"

#include "daemon/reasons.h"
#include "tacitel-dbus.h"

#include <sodium.h>

struct TacCallService
{
  TacCall *call;
  TacDbusCall1 *skeleton;
  GDBusObjectSkeleton *object;
  GDBusObjectManagerServer *manager;
};

static void
on_changed (TacCallService *service)
{
  TacDbusCall1 *skeleton = service->skeleton;
  TacCall *call = service->call;
  TacCallState state = tac_call_get_state (call);
  g_autofree char *text = tac_call_get_reason_text (call);

  tac_dbus_call1_set_state (skeleton, tac_call_state_to_string (state));
  tac_dbus_call1_set_waiting (skeleton, tac_call_state_waiting (state));
  tac_dbus_call1_set_security (skeleton, tac_call_get_security (call));
  tac_dbus_call1_set_trust (skeleton, tac_trust_to_string (tac_call_get_trust (call)));
  tac_dbus_call1_set_sas_words (skeleton, tac_call_get_sas (call));
  tac_dbus_call1_set_muted (skeleton, tac_call_is_muted (call));
  tac_dbus_call1_set_peer_holds (skeleton, tac_call_peer_holds (call));
  tac_dbus_call1_set_reason (skeleton, tac_reason_to_string (tac_call_get_reason (call)));
  tac_dbus_call1_set_reason_text (skeleton, text);
  tac_dbus_call1_set_timeline (skeleton, tac_call_get_timeline (call));
}

static void
on_tone (TacCallService *service, const char *digit)
{
  tac_dbus_call1_emit_tone (service->skeleton, digit);
}

typedef void (*Complete) (TacDbusCall1 *skeleton, GDBusMethodInvocation *invocation);

static gboolean
finish (TacDbusCall1 *skeleton, GDBusMethodInvocation *invocation, gboolean done, GError *error,
        Complete complete)
{
  if (done)
    complete (skeleton, invocation);
  else
    g_dbus_method_invocation_take_error (invocation, error);
  return TRUE;
}

static gboolean
on_answer (TacCall *call, GDBusMethodInvocation *invocation, TacDbusCall1 *skeleton)
{
  GError *error = NULL;
  gboolean done = tac_call_answer (call, &error);

  return finish (skeleton, invocation, done, error, tac_dbus_call1_complete_answer);
}

static gboolean
on_hangup (TacCall *call, GDBusMethodInvocation *invocation, TacDbusCall1 *skeleton)
{
  GError *error = NULL;
  gboolean done = tac_call_hang_up (call, &error);

  return finish (skeleton, invocation, done, error, tac_dbus_call1_complete_hangup);
}

static gboolean
on_set_muted (TacCall *call, GDBusMethodInvocation *invocation, gboolean muted,
              TacDbusCall1 *skeleton)
{
  GError *error = NULL;
  gboolean done = tac_call_set_muted (call, muted, &error);

  return finish (skeleton, invocation, done, error, tac_dbus_call1_complete_set_muted);
}

static gboolean
on_hold (TacCall *call, GDBusMethodInvocation *invocation, TacDbusCall1 *skeleton)
{
  GError *error = NULL;
  gboolean done = tac_call_set_held (call, TRUE, &error);

  return finish (skeleton, invocation, done, error, tac_dbus_call1_complete_hold);
}

static gboolean
on_resume (TacCall *call, GDBusMethodInvocation *invocation, TacDbusCall1 *skeleton)
{
  GError *error = NULL;
  gboolean done = tac_call_set_held (call, FALSE, &error);

  return finish (skeleton, invocation, done, error, tac_dbus_call1_complete_resume);
}

static gboolean
on_verify (TacCall *call, GDBusMethodInvocation *invocation, gboolean match, TacDbusCall1 *skeleton)
{
  GError *error = NULL;
  gboolean done = tac_call_verify (call, match, &error);

  return finish (skeleton, invocation, done, error, tac_dbus_call1_complete_verify);
}

static gboolean
on_send_tone (TacCall *call, GDBusMethodInvocation *invocation, const char *digit,
              TacDbusCall1 *skeleton)
{
  GError *error = NULL;
  gboolean done = tac_call_send_tone (call, digit, &error);

  return finish (skeleton, invocation, done, error, tac_dbus_call1_complete_send_tone);
}

static gboolean
on_get_statistics (TacCall *call, GDBusMethodInvocation *invocation, TacDbusCall1 *skeleton)
{
  tac_dbus_call1_complete_get_statistics (skeleton, invocation, tac_call_get_statistics (call));
  return TRUE;
}

static void
show_constants (TacCallService *service)
{
  TacDbusCall1 *skeleton = service->skeleton;
  TacCall *call = service->call;
  char hex[2 * TAC_KEY_SIZE + 1];

  sodium_bin2hex (hex, sizeof hex, tac_call_get_peer_key (call), TAC_KEY_SIZE);
  tac_dbus_call1_set_direction (skeleton, tac_call_is_dialed (call) ? "outgoing" : "incoming");
  tac_dbus_call1_set_peer_name (skeleton, tac_call_get_peer_name (call));
  tac_dbus_call1_set_peer_number (skeleton, tac_call_get_peer_number (call));
  tac_dbus_call1_set_peer_key (skeleton, hex);
  tac_dbus_call1_set_warning (skeleton, tac_call_get_warning (call));
}

/* A handler gets the call, as user data, first (swapped) and the skeleton last. */
static void
connect_methods (TacCallService *service)
{
  static const struct
  {
    const char *signal;
    GCallback handler;
  } methods[] = {
    { "handle-answer", G_CALLBACK (on_answer) },
    { "handle-hangup", G_CALLBACK (on_hangup) },
    { "handle-set-muted", G_CALLBACK (on_set_muted) },
    { "handle-hold", G_CALLBACK (on_hold) },
    { "handle-resume", G_CALLBACK (on_resume) },
    { "handle-verify", G_CALLBACK (on_verify) },
    { "handle-send-tone", G_CALLBACK (on_send_tone) },
    { "handle-get-statistics", G_CALLBACK (on_get_statistics) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    g_signal_connect_object (service->skeleton, methods[i].signal, methods[i].handler,
                             service->call, G_CONNECT_SWAPPED);
}

TacCallService *
tac_call_service_new (TacCall *call, const char *path, GDBusObjectManagerServer *manager)
{
  TacCallService *service = g_new0 (TacCallService, 1);

  service->call = g_object_ref (call);
  service->manager = manager;
  service->skeleton = tac_dbus_call1_skeleton_new ();
  service->object = g_dbus_object_skeleton_new (path);
  show_constants (service);
  on_changed (service);
  connect_methods (service);
  g_signal_connect_swapped (call, "changed", G_CALLBACK (on_changed), service);
  g_signal_connect_swapped (call, "tone", G_CALLBACK (on_tone), service);
  g_dbus_object_skeleton_add_interface (service->object,
                                        G_DBUS_INTERFACE_SKELETON (service->skeleton));
  g_dbus_object_manager_server_export (manager, service->object);
  return service;
}

const char *
tac_call_service_get_path (TacCallService *service)
{
  return g_dbus_object_get_object_path (G_DBUS_OBJECT (service->object));
}

void
tac_call_service_free (TacCallService *service)
{
  on_changed (service);
  g_signal_handlers_disconnect_by_data (service->call, service);
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (service->skeleton));
  g_dbus_object_manager_server_unexport (service->manager, tac_call_service_get_path (service));
  g_object_unref (service->object);
  g_object_unref (service->skeleton);
  g_object_unref (service->call);
  g_free (service);
}
