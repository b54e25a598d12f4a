/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of a test, each begun when the one before it has ended: data, servers, SMS. */
#include "daemon/self-test.h"

#include "daemon/errors.h"

#define PROBE_MS 5000
#define SMS_MS 30000 /* for each form; busy networks take ten seconds and more */

typedef enum
{
  STEP_DATA,
  STEP_SERVERS,
  STEP_SMS,
  STEP_DONE,
} Step;

typedef struct
{
  const TacConfig *config; /* outlives every test */
  TacSms *sms;
  TacDataCall *data;
  char *number;
  TacSelfTestProgress progress;
  gpointer user_data;
  Step step;
  gboolean holds_data;
  gulong lost; /* handler, from when it is held */
  const TacEngine *engine;
  TacProbe *probe;
  gulong cancelled; /* handler, while the probe runs */
  TacNetworkReport *report;
} Test;

void
tac_network_report_free (TacNetworkReport *report)
{
  if (report == NULL)
    return;
  g_strfreev (report->addresses);
  g_clear_pointer (&report->results, g_array_unref);
  g_free (report->sms_problem);
  g_free (report);
}

/* The servers do not answer then, and the report says so. */
static void
on_lost (Test *test)
{
  test->holds_data = FALSE;
}

static void
let_go (Test *test)
{
  g_clear_signal_handler (&test->lost, test->data);
  if (test->holds_data)
    tac_data_call_release (test->data);
  test->holds_data = FALSE;
}

static void
test_free (gpointer data)
{
  Test *test = data;

  if (test->probe != NULL)
    test->engine->probe_free (test->probe);
  let_go (test);
  g_clear_pointer (&test->report, tac_network_report_free);
  g_object_unref (test->sms);
  g_object_unref (test->data);
  g_free (test->number);
  g_free (test);
}

static void step (GTask *task);

static void
fail (GTask *task, GError *error)
{
  Test *test = g_task_get_task_data (task);

  let_go (test);
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* Data */

static void
on_data (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Test *test = g_task_get_task_data (task);
  GError *error = NULL;

  if (!tac_data_call_acquire_finish (TAC_DATA_CALL (source), result, &error))
    {
      fail (task, error);
      return;
    }
  test->holds_data = TRUE;
  test->lost = g_signal_connect_swapped (test->data, "lost", G_CALLBACK (on_lost), test);
  test->step = STEP_SERVERS;
  step (task);
}

/* Servers */

static void
note_addresses (Test *test)
{
  GPtrArray *addresses = tac_data_call_get_addresses (test->data);
  GStrvBuilder *builder = g_strv_builder_new ();

  for (guint i = 0; i < addresses->len; i++)
    {
      g_autofree char *text = g_inet_address_to_string (g_ptr_array_index (addresses, i));

      g_strv_builder_add (builder, text);
    }
  test->report->access = tac_access_of (addresses);
  test->report->addresses = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
}

/* The servers have been given their allocations back, and the SMS need no data. */
static void
leave_data (GTask *task)
{
  Test *test = g_task_get_task_data (task);

  g_signal_handler_disconnect (g_task_get_cancellable (task), test->cancelled);
  g_clear_pointer (&test->probe, test->engine->probe_free);
  let_go (test);
}

static void
on_probed (const GArray *results, gpointer user_data)
{
  GTask *task = user_data;
  Test *test = g_task_get_task_data (task);
  TacNetworkReport *report = test->report;

  g_array_append_vals (report->results, results->data, results->len);
  tac_network_kind_judge (&report->kind, report->access, report->results,
                          test->config->relay_policy);
  leave_data (task);
  test->step = test->number != NULL ? STEP_SMS : STEP_DONE;
  step (task);
}

static gboolean
on_cancelled_idle (gpointer user_data)
{
  GTask *task = user_data;
  Test *test = g_task_get_task_data (task);

  if (test->probe == NULL)
    return G_SOURCE_REMOVE;
  leave_data (task);
  g_task_return_error_if_cancelled (task);
  g_object_unref (task);
  return G_SOURCE_REMOVE;
}

/* A handler of a cancellable must not disconnect itself. */
static void
on_cancelled (GCancellable *cancellable G_GNUC_UNUSED, GTask *task)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, on_cancelled_idle, g_object_ref (task), g_object_unref);
}

static void
ask_servers (GTask *task)
{
  Test *test = g_task_get_task_data (task);
  GError *error = NULL;

  note_addresses (test);
  test->engine = tac_engine_load (&error);
  if (test->engine != NULL)
    test->probe
        = test->engine->probe_new (tac_data_call_get_addresses (test->data), test->config->servers,
                                   PROBE_MS, on_probed, task, &error);
  if (test->probe == NULL)
    {
      fail (task, error);
      return;
    }
  test->cancelled = g_signal_connect (g_task_get_cancellable (task), "cancelled",
                                      G_CALLBACK (on_cancelled), task);
}

/* SMS */

static void
on_looped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Test *test = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  test->report->sms_tested = TRUE;
  if (!tac_sms_loopback_finish (TAC_SMS (source), result, &test->report->sms, &error))
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          fail (task, g_steal_pointer (&error));
          return;
        }
      test->report->sms_problem = g_strdup (error->message);
    }
  test->step = STEP_DONE;
  step (task);
}

static void
step (GTask *task)
{
  Test *test = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autofree char *text = NULL;

  switch (test->step)
    {
    case STEP_DATA:
      test->progress ("data", "raising the data connection", test->user_data);
      tac_data_call_acquire_async (test->data, cancellable, on_data, task);
      break;
    case STEP_SERVERS:
      text = g_strdup_printf ("asking the STUN and TURN servers (%u)", test->config->servers->len);
      test->progress ("servers", text, test->user_data);
      ask_servers (task);
      break;
    case STEP_SMS:
      text = g_strdup_printf ("sending an SMS to %s, and waiting for it", test->number);
      test->progress ("sms", text, test->user_data);
      tac_sms_loopback_async (test->sms, test->number, SMS_MS, cancellable, on_looped, task);
      break;
    case STEP_DONE:
      g_task_return_pointer (task, g_steal_pointer (&test->report),
                             (GDestroyNotify)tac_network_report_free);
      g_object_unref (task);
      break;
    }
}

void
tac_self_test_async (const TacCallParts *parts, const char *number, TacSelfTestProgress progress,
                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Test *test = g_new0 (Test, 1);
  GError *error = NULL;

  test->config = parts->config;
  test->sms = g_object_ref (parts->sms);
  test->data = g_object_ref (parts->data);
  test->number = g_strdup (number);
  test->progress = progress;
  test->user_data = user_data;
  test->report = g_new0 (TacNetworkReport, 1);
  test->report->results = g_array_new (FALSE, TRUE, sizeof (TacProbeResult));
  g_task_set_task_data (task, test, test_free);
  if (!tac_modem_check_ready (parts->modem, &error))
    fail (task, error);
  else
    step (task);
}

TacNetworkReport *
tac_self_test_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
