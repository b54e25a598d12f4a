/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stand-in's sound, which is as a test says. */
#include "service-audio.h"
#include "service-call.h"

static gboolean
on_test (TacDbusAudio1 *skeleton, GDBusMethodInvocation *invocation, GVariant *options,
         gpointer user_data)
{
  TestAudio *audio = user_data;
  g_autofree char *text = g_variant_print (options, FALSE);
  g_string_append_printf (audio->orders, "Test %s\n", text);
  if (audio->report == NULL)
    return test_refuse (invocation, "Busy", "there is a call: test the sound when it has ended");
  tac_dbus_audio1_emit_progress (skeleton, -23, -96, 9001);
  if (audio->waits)
    audio->waiting = invocation;
  else
    tac_dbus_audio1_complete_test (skeleton, invocation, audio->report);
  return TRUE;
}

static gboolean
on_stop (TacDbusAudio1 *skeleton, GDBusMethodInvocation *invocation, gpointer user_data)
{
  TestAudio *audio = user_data;
  g_string_append (audio->orders, "Stop\n");
  tac_dbus_audio1_complete_stop (skeleton, invocation);
  if (audio->waiting != NULL)
    tac_dbus_audio1_complete_test (skeleton, g_steal_pointer (&audio->waiting), audio->report);
  return TRUE;
}

TestAudio *
test_audio_new (GString *orders)
{
  TestAudio *audio = g_new0 (TestAudio, 1);
  audio->audio = tac_dbus_audio1_skeleton_new ();
  audio->orders = orders;
  g_signal_connect (audio->audio, "handle-test", G_CALLBACK (on_test), audio);
  g_signal_connect (audio->audio, "handle-stop", G_CALLBACK (on_stop), audio);
  return audio;
}

void
test_audio_free (TestAudio *audio)
{
  g_clear_object (&audio->audio);
  g_clear_pointer (&audio->report, g_variant_unref);
  g_free (audio);
}

void
test_audio_set (TestAudio *audio, const char *text, gboolean waits)
{
  g_autoptr (GError) error = NULL;
  g_clear_pointer (&audio->report, g_variant_unref);
  audio->waits = waits;
  if (text == NULL)
    return;
  audio->report = g_variant_parse (G_VARIANT_TYPE ("a{sv}"), text, NULL, NULL, &error);
  g_assert_no_error (error);
}
