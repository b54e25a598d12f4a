/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Audio1: one test at a time, and none beside a call. */
#include "daemon/audio-service.h"

#include "daemon/audio-test.h"
#include "daemon/errors.h"
#include "tacitel-dbus.h"

struct TacAudioService
{
  const TacCallParts *parts;
  TacCalls *calls;
  TacDbusAudio1 *skeleton;
  TacAudioTest *test; /* NULL: none, and so are the next two */
  GDBusMethodInvocation *invocation;
  guint watch; /* of who asked */
};

static void
clear_test (TacAudioService *service)
{
  g_clear_handle_id (&service->watch, g_bus_unwatch_name);
  g_clear_pointer (&service->test, tac_audio_test_free);
}

static void
on_progress (gint captured_dbfs, gint played_dbfs, guint left_ms, gpointer user_data)
{
  TacAudioService *service = user_data;

  tac_dbus_audio1_emit_progress (service->skeleton, captured_dbfs, played_dbfs, left_ms);
}

static void
on_done (const TacAudioReport *report, gpointer user_data)
{
  TacAudioService *service = user_data;

  tac_dbus_audio1_complete_test (service->skeleton, g_steal_pointer (&service->invocation),
                                 tac_audio_report_to_variant (report));
  clear_test (service);
}

/* Nobody would hear the end of it. */
static void
on_vanished (GDBusConnection *connection G_GNUC_UNUSED, const char *name G_GNUC_UNUSED,
             gpointer user_data)
{
  tac_audio_test_end (((TacAudioService *)user_data)->test, TAC_AUDIO_END_STOPPED);
}

static void
on_call_begins (TacAudioService *service)
{
  if (service->test != NULL)
    tac_audio_test_end (service->test, TAC_AUDIO_END_CALL);
}

/* @value: (inout). */
static gboolean
take_number (GVariant *options, const char *name, guint least, guint most, guint *value,
             GError **error)
{
  g_autoptr (GVariant) given = g_variant_lookup_value (options, name, NULL);

  if (given == NULL)
    return TRUE;
  if (g_variant_is_of_type (given, G_VARIANT_TYPE_UINT32))
    *value = g_variant_get_uint32 (given);
  if (g_variant_is_of_type (given, G_VARIANT_TYPE_UINT32) && *value >= least && *value <= most)
    return TRUE;
  g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT, "%s is a number (u) from %u to %u",
               name, least, most);
  return FALSE;
}

static gboolean
take_options (GVariant *given, TacAudioTestOptions *options, GError **error)
{
  GVariantIter iter;
  const char *name;

  g_variant_iter_init (&iter, given);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    if (!g_str_equal (name, "Seconds") && !g_str_equal (name, "Delay"))
      {
        g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                     "unknown option \"%s\": there are Seconds (u) and Delay (u)", name);
        return FALSE;
      }
  return take_number (given, "Seconds", 1, TAC_AUDIO_TEST_SECONDS_MOST, &options->seconds, error)
         && take_number (given, "Delay", 0, TAC_AUDIO_TEST_DELAY_MOST_MS, &options->delay_ms,
                         error);
}

static gboolean
check_free (TacAudioService *service, GError **error)
{
  if (service->test != NULL)
    g_set_error_literal (error, TAC_ERROR, TAC_ERROR_BUSY,
                         "a test of the sound is going on: try again when it has ended");
  else if (tac_calls_is_on (service->calls))
    g_set_error_literal (error, TAC_ERROR, TAC_ERROR_BUSY,
                         "there is a call: test the sound when it has ended");
  else
    return TRUE;
  return FALSE;
}

static gboolean
begin (TacAudioService *service, GVariant *given, GError **error)
{
  static const TacAudioTestEvents events = { .progress = on_progress, .done = on_done };
  TacAudioTestOptions options = { .seconds = 10, .delay_ms = 1000 };

  if (!take_options (given, &options, error) || !check_free (service, error))
    return FALSE;
  tac_farewell_stop (service->parts->farewell);
  service->test = tac_audio_test_new (service->parts->config, &options, &events, service, error);
  return service->test != NULL;
}

static gboolean
on_test (TacAudioService *service, GDBusMethodInvocation *invocation, GVariant *given)
{
  g_autoptr (GError) error = NULL;

  if (!begin (service, given, &error))
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return TRUE;
    }
  service->invocation = invocation;
  service->watch = g_bus_watch_name_on_connection (
      g_dbus_method_invocation_get_connection (invocation),
      g_dbus_method_invocation_get_sender (invocation), G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
      on_vanished, service, NULL);
  return TRUE;
}

static gboolean
on_stop (TacAudioService *service, GDBusMethodInvocation *invocation)
{
  if (service->test == NULL)
    {
      g_dbus_method_invocation_return_error_literal (invocation, TAC_ERROR, TAC_ERROR_INVALID_STATE,
                                                     "no test of the sound is going on");
      return TRUE;
    }
  tac_audio_test_end (service->test, TAC_AUDIO_END_STOPPED);
  tac_dbus_audio1_complete_stop (service->skeleton, invocation);
  return TRUE;
}

TacAudioService *
tac_audio_service_new (const TacCallParts *parts, TacCalls *calls, GDBusObjectSkeleton *object)
{
  TacAudioService *service = g_new0 (TacAudioService, 1);

  service->parts = parts;
  service->calls = calls;
  service->skeleton = tac_dbus_audio1_skeleton_new ();
  g_signal_connect_swapped (service->skeleton, "handle-test", G_CALLBACK (on_test), service);
  g_signal_connect_swapped (service->skeleton, "handle-stop", G_CALLBACK (on_stop), service);
  g_signal_connect_swapped (calls, "beginning", G_CALLBACK (on_call_begins), service);
  g_dbus_object_skeleton_add_interface (object, G_DBUS_INTERFACE_SKELETON (service->skeleton));
  return service;
}

void
tac_audio_service_free (TacAudioService *service)
{
  g_signal_handlers_disconnect_by_data (service->calls, service);
  if (service->test != NULL)
    tac_audio_test_end (service->test, TAC_AUDIO_END_STOPPED);
  g_object_unref (service->skeleton);
  g_free (service);
}
