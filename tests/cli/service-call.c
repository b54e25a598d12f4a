/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stand-in's calls: what each method of org.tacitel.Call1 does there. */
#include "service-call.h"

gboolean
test_refuse (GDBusMethodInvocation *invocation, const char *error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *name = g_strconcat ("org.tacitel.Error.", error, NULL);
  g_dbus_method_invocation_return_dbus_error (invocation, name, message);
  return TRUE;
}

static GString *
orders_of (TacDbusCall1 *call)
{
  return g_object_get_data (G_OBJECT (call), "orders");
}

static gboolean
on_answer (TacDbusCall1 *call, GDBusMethodInvocation *invocation, gpointer user_data)
{
  TestService *service = user_data;
  g_string_append (orders_of (call), "Answer\n");
  if (!g_str_equal (tac_dbus_call1_get_state (call), "ringing"))
    return test_refuse (invocation, "InvalidState", "the call does not ring");
  tac_dbus_call1_complete_answer (call, invocation);
  test_service_talk (service);
  return TRUE;
}

static gboolean
on_hangup (TacDbusCall1 *call, GDBusMethodInvocation *invocation, gpointer user_data)
{
  TestService *service = user_data;
  gboolean declines = g_str_equal (tac_dbus_call1_get_state (call), "ringing")
                      && g_str_equal (tac_dbus_call1_get_direction (call), "incoming");
  g_string_append (orders_of (call), "Hangup\n");
  tac_dbus_call1_complete_hangup (call, invocation);
  test_service_end (service, declines ? "declined" : "hangup",
                    declines ? "You declined" : "You hung up");
  return TRUE;
}

static gboolean
on_verify (TacDbusCall1 *call, GDBusMethodInvocation *invocation, gboolean match,
           gpointer user_data)
{
  TestService *service = user_data;
  g_string_append_printf (orders_of (call), "Verify %s\n", match ? "true" : "false");
  tac_dbus_call1_set_trust (call, match ? "verified" : "mismatch");
  tac_dbus_call1_complete_verify (call, invocation);
  if (!match)
    test_service_end (service, "sas-mismatch", "ALARM: the words differ");
  return TRUE;
}

static gboolean
on_set_muted (TacDbusCall1 *call, GDBusMethodInvocation *invocation, gboolean muted,
              gpointer user_data)
{
  g_string_append_printf (orders_of (call), "SetMuted %s\n", muted ? "true" : "false");
  tac_dbus_call1_set_muted (call, muted);
  tac_dbus_call1_complete_set_muted (call, invocation);
  return TRUE;
}

static gboolean
on_hold (TacDbusCall1 *call, GDBusMethodInvocation *invocation, gpointer user_data)
{
  g_string_append (orders_of (call), "Hold\n");
  if (!g_str_equal (tac_dbus_call1_get_state (call), "active"))
    return test_refuse (invocation, "InvalidState", "the call is not active");
  tac_dbus_call1_set_state (call, "held");
  tac_dbus_call1_complete_hold (call, invocation);
  return TRUE;
}

static gboolean
on_resume (TacDbusCall1 *call, GDBusMethodInvocation *invocation, gpointer user_data)
{
  g_string_append (orders_of (call), "Resume\n");
  if (!g_str_equal (tac_dbus_call1_get_state (call), "held"))
    return test_refuse (invocation, "InvalidState", "the call is not held");
  tac_dbus_call1_set_state (call, "active");
  tac_dbus_call1_complete_resume (call, invocation);
  return TRUE;
}

static gboolean
on_send_tone (TacDbusCall1 *call, GDBusMethodInvocation *invocation, const char *digit,
              gpointer user_data)
{
  g_string_append_printf (orders_of (call), "SendTone %s\n", digit);
  tac_dbus_call1_complete_send_tone (call, invocation);
  return TRUE;
}

static gboolean
on_get_statistics (TacDbusCall1 *call, GDBusMethodInvocation *invocation, gpointer user_data)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Duration", "x", (gint64)1000);
  g_variant_dict_insert (&dict, "RoundTrip", "u", 84u);
  g_variant_dict_insert (&dict, "LossReceived", "d", 2.5);
  g_variant_dict_insert (&dict, "LossSent", "d", 0.0);
  g_variant_dict_insert (&dict, "Jitter", "u", 7u);
  g_variant_dict_insert (&dict, "PathKind", "s", "host");
  g_variant_dict_insert (&dict, "PacketsReceived", "t", (guint64)50);
  tac_dbus_call1_complete_get_statistics (call, invocation, g_variant_dict_end (&dict));
  return TRUE;
}

void
test_call_serve (TestService *service, TacDbusCall1 *call, GString *orders)
{
  g_object_set_data (G_OBJECT (call), "orders", orders);
  g_signal_connect (call, "handle-answer", G_CALLBACK (on_answer), service);
  g_signal_connect (call, "handle-hangup", G_CALLBACK (on_hangup), service);
  g_signal_connect (call, "handle-verify", G_CALLBACK (on_verify), service);
  g_signal_connect (call, "handle-set-muted", G_CALLBACK (on_set_muted), service);
  g_signal_connect (call, "handle-hold", G_CALLBACK (on_hold), service);
  g_signal_connect (call, "handle-resume", G_CALLBACK (on_resume), service);
  g_signal_connect (call, "handle-send-tone", G_CALLBACK (on_send_tone), service);
  g_signal_connect (call, "handle-get-statistics", G_CALLBACK (on_get_statistics), service);
}
