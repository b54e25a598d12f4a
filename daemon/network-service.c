/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Network1: one test at a time. */
#include "daemon/network-service.h"

#include "daemon/errors.h"
#include "daemon/self-test.h"
#include "tacitel-dbus.h"

typedef struct Run Run;

struct TacNetworkService
{
  const TacCallParts *parts;
  TacCalls *calls;
  TacDbusNetwork1 *skeleton;
  Run *run; /* NULL: no test */
};

/* One method call that waits. */
struct Run
{
  TacNetworkService *service; /* NULL: gone */
  GCancellable *cancellable;
  GDBusMethodInvocation *invocation;
  guint watch;  /* of who asked: SMS for somebody who is gone would be a waste */
  gboolean sms; /* SelfTest */
};

static void
on_progress (const char *step, const char *text, gpointer user_data)
{
  Run *run = user_data;

  if (run->service != NULL)
    tac_dbus_network1_emit_progress (run->service->skeleton, step, text);
}

static void
on_done (GObject *source G_GNUC_UNUSED, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TacNetworkReport) report = tac_self_test_finish (result, &error);

  if (run->service != NULL)
    run->service->run = NULL;
  if (report != NULL)
    g_dbus_method_invocation_return_value (
        run->invocation,
        g_variant_new ("(@a{sv})", tac_network_report_to_variant (report, run->sms)));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_dbus_method_invocation_return_error_literal (run->invocation, TAC_ERROR, TAC_ERROR_FAILED,
                                                   "the test was given up");
  else
    g_dbus_method_invocation_return_gerror (run->invocation, error);
  g_bus_unwatch_name (run->watch);
  g_object_unref (run->cancellable);
  g_free (run);
}

static void
on_vanished (GDBusConnection *connection G_GNUC_UNUSED, const char *name G_GNUC_UNUSED,
             gpointer user_data)
{
  Run *run = user_data;

  g_cancellable_cancel (run->cancellable);
}

static void
begin (TacNetworkService *service, GDBusMethodInvocation *invocation, gboolean sms,
       const char *number)
{
  Run *run;

  if (service->run != NULL)
    {
      g_dbus_method_invocation_return_error_literal (
          invocation, TAC_ERROR, TAC_ERROR_BUSY,
          "a test of the network is going on: try again when it has ended");
      return;
    }
  run = service->run = g_new0 (Run, 1);
  run->service = service;
  run->cancellable = g_cancellable_new ();
  run->invocation = invocation;
  run->sms = sms;
  run->watch = g_bus_watch_name_on_connection (g_dbus_method_invocation_get_connection (invocation),
                                               g_dbus_method_invocation_get_sender (invocation),
                                               G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_vanished,
                                               run, NULL);
  tac_self_test_async (service->parts, number, on_progress, run->cancellable, on_done, run);
}

static gboolean
on_probe (TacNetworkService *service, GDBusMethodInvocation *invocation)
{
  begin (service, invocation, FALSE, NULL);
  return TRUE;
}

/* @number: (out) (transfer full), as given, or NULL. */
static gboolean
take_options (GVariant *options, gboolean *sms, char **number, GError **error)
{
  GVariantDict dict;
  GVariantIter iter;
  g_autofree char *given = NULL;
  const char *name;

  g_variant_iter_init (&iter, options);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    if (!g_str_equal (name, "Sms") && !g_str_equal (name, "Number"))
      {
        g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                     "unknown option \"%s\": there are Number (s) and Sms (b)", name);
        return FALSE;
      }
  g_variant_dict_init (&dict, options);
  *sms = TRUE;
  g_variant_dict_lookup (&dict, "Sms", "b", sms);
  g_variant_dict_lookup (&dict, "Number", "s", &given);
  g_variant_dict_clear (&dict);
  if (given == NULL)
    return TRUE;
  *number = tac_number_normalise (given);
  if (*number == NULL)
    g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_NUMBER,
                 "\"%s\" is no number with its country, such as +491701234567", given);
  return *number != NULL;
}

static gboolean
check_self_test (TacNetworkService *service, GVariant *options, gboolean *sms, char **number,
                 GError **error)
{
  if (tac_calls_is_busy (service->calls))
    {
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_BUSY,
                           "there is a call: test when it has ended");
      return FALSE;
    }
  if (!take_options (options, sms, number, error))
    return FALSE;
  if (!*sms)
    {
      g_clear_pointer (number, g_free);
      return TRUE;
    }
  if (*number == NULL)
    *number = tac_number_normalise (tac_modem_get_number (service->parts->modem));
  if (*number != NULL || !tac_modem_check_ready (service->parts->modem, error))
    return *number != NULL;
  g_set_error_literal (error, TAC_ERROR, TAC_ERROR_INVALID_NUMBER,
                       "the SIM does not tell this phone's own number: say it");
  return FALSE;
}

static gboolean
on_self_test (TacNetworkService *service, GDBusMethodInvocation *invocation, GVariant *options)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *number = NULL;
  gboolean sms;

  if (check_self_test (service, options, &sms, &number, &error))
    begin (service, invocation, TRUE, number);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
  return TRUE;
}

TacNetworkService *
tac_network_service_new (const TacCallParts *parts, TacCalls *calls, GDBusObjectSkeleton *object)
{
  TacNetworkService *service = g_new0 (TacNetworkService, 1);

  service->parts = parts;
  service->calls = calls;
  service->skeleton = tac_dbus_network1_skeleton_new ();
  g_signal_connect_swapped (service->skeleton, "handle-probe", G_CALLBACK (on_probe), service);
  g_signal_connect_swapped (service->skeleton, "handle-self-test", G_CALLBACK (on_self_test),
                            service);
  g_dbus_object_skeleton_add_interface (object, G_DBUS_INTERFACE_SKELETON (service->skeleton));
  return service;
}

void
tac_network_service_free (TacNetworkService *service)
{
  if (service->run != NULL)
    {
      service->run->service = NULL;
      g_cancellable_cancel (service->run->cancellable);
    }
  g_object_unref (service->skeleton);
  g_free (service);
}
