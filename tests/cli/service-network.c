/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stand-in's network, which is as a test says. */
#include "service-network.h"
#include "service-call.h"

static gboolean
on_probe (TacDbusNetwork1 *skeleton, GDBusMethodInvocation *invocation, gpointer user_data)
{
  TestNetwork *network = user_data;
  g_string_append (network->orders, "Probe\n");
  if (network->report == NULL)
    return test_refuse (invocation, "Busy", "a test of the network is going on");
  tac_dbus_network1_emit_progress (skeleton, "servers", "asking 2 STUN and TURN servers");
  tac_dbus_network1_complete_probe (skeleton, invocation, network->report);
  return TRUE;
}

static gboolean
on_self_test (TacDbusNetwork1 *skeleton, GDBusMethodInvocation *invocation, GVariant *options,
              gpointer user_data)
{
  TestNetwork *network = user_data;
  g_autofree char *text = g_variant_print (options, FALSE);
  g_string_append_printf (network->orders, "SelfTest %s\n", text);
  if (network->report == NULL)
    return test_refuse (invocation, "Busy", "there is a call");
  tac_dbus_network1_emit_progress (skeleton, "sms", "sending an SMS to +1555\x1b[31m");
  tac_dbus_network1_complete_self_test (skeleton, invocation, network->report);
  return TRUE;
}

TestNetwork *
test_network_new (GString *orders)
{
  TestNetwork *network = g_new0 (TestNetwork, 1);
  network->network = tac_dbus_network1_skeleton_new ();
  network->orders = orders;
  g_signal_connect (network->network, "handle-probe", G_CALLBACK (on_probe), network);
  g_signal_connect (network->network, "handle-self-test", G_CALLBACK (on_self_test), network);
  return network;
}

void
test_network_free (TestNetwork *network)
{
  g_clear_object (&network->network);
  g_clear_pointer (&network->report, g_variant_unref);
  g_free (network);
}

void
test_network_set (TestNetwork *network, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_clear_pointer (&network->report, g_variant_unref);
  if (text == NULL)
    return;
  network->report = g_variant_parse (G_VARIANT_TYPE ("a{sv}"), text, NULL, NULL, &error);
  g_assert_no_error (error);
}
