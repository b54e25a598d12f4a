/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SMS to oneself, over a network that brings back what the test says. */
#include "codecs/echo.h"
#include "daemon/errors.h"
#include "daemon/sms-loopback.h"

#include <string.h>

#define OWN "+15551000001"
#define TIMEOUT_MS 30

typedef enum
{
  BACK,
  TWICE,
  LOST,
  LATE,    /* while the next form is being tried */
  REFUSED, /* by the network, before it is sent */
} Fate;

struct _TacModem
{
  GObject parent_instance;
  gboolean ready;
};

struct _TacSms
{
  GObject parent_instance;
  TacModem *modem;
  Fate fates[TAC_TEXT_FORMS];
  GString *sent; /* the forms, as digits */
  GBytes *late;
  guint taken, refused; /* of "echo" */
  TacDatagrams datagrams;
  TacTextForm text;
};

G_DEFINE_FINAL_TYPE (TacModem, tac_modem, G_TYPE_OBJECT)
G_DEFINE_FINAL_TYPE (TacSms, tac_sms, G_TYPE_OBJECT)

static void
tac_modem_init (TacModem *modem)
{
  modem->ready = TRUE;
}

static void
tac_modem_class_init (TacModemClass *class)
{
}

gboolean
tac_modem_check_ready (TacModem *modem, GError **error)
{
  if (!modem->ready)
    g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NO_MODEM, "no modem");
  return modem->ready;
}

static void
tac_sms_init (TacSms *sms)
{
  sms->modem = g_object_new (TAC_TYPE_MODEM, NULL);
  sms->sent = g_string_new (NULL);
  sms->datagrams = TAC_DATAGRAMS_UNKNOWN;
  sms->text = TAC_TEXT_DENSE;
}

static void
tac_sms_finalize (GObject *object)
{
  TacSms *sms = TAC_SMS (object);

  g_object_unref (sms->modem);
  g_string_free (sms->sent, TRUE);
  g_clear_pointer (&sms->late, g_bytes_unref);
  G_OBJECT_CLASS (tac_sms_parent_class)->finalize (object);
}

static void
tac_sms_class_init (TacSmsClass *class)
{
  G_OBJECT_CLASS (class)->finalize = tac_sms_finalize;
  g_signal_new ("echo", TAC_TYPE_SMS, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL,
                NULL, G_TYPE_BOOLEAN, 1, G_TYPE_BYTES);
}

TacModem *
tac_sms_get_modem (TacSms *sms)
{
  return sms->modem;
}

void
tac_sms_set_datagrams_work (TacSms *sms, TacDatagrams datagrams)
{
  sms->datagrams = datagrams;
}

void
tac_sms_set_text_form (TacSms *sms, TacTextForm form)
{
  sms->text = form;
}

typedef struct
{
  TacSms *sms;
  GBytes *datagram;
} Delivery;

static gboolean
on_delivered (gpointer user_data)
{
  g_autofree Delivery *delivery = user_data;
  gboolean taken = FALSE;

  g_signal_emit_by_name (delivery->sms, "echo", delivery->datagram, &taken);
  delivery->sms->taken += taken ? 1 : 0;
  delivery->sms->refused += taken ? 0 : 1;
  g_bytes_unref (delivery->datagram);
  g_object_unref (delivery->sms);
  return G_SOURCE_REMOVE;
}

static void
deliver (TacSms *sms, GBytes *datagram)
{
  Delivery *delivery = g_new (Delivery, 1);

  *delivery = (Delivery){ g_object_ref (sms), g_bytes_ref (datagram) };
  g_idle_add (on_delivered, delivery);
}

void
tac_sms_send_as_async (TacSms *sms, const char *number, GBytes *datagram, TacTextForm as,
                       guint timeout_ms, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (sms, NULL, callback, user_data);

  g_assert_cmpstr (number, ==, OWN);
  g_assert_cmpuint (timeout_ms, ==, TIMEOUT_MS);
  g_assert_cmpuint (g_bytes_get_size (datagram), ==, TAC_SMS_SIZE);
  g_string_append_printf (sms->sent, "%d", as);
  if (sms->late != NULL)
    deliver (sms, sms->late);
  g_clear_pointer (&sms->late, g_bytes_unref);
  if (sms->fates[as] == REFUSED)
    {
      g_task_return_new_error (task, TAC_ERROR, TAC_ERROR_SMS_FAILED, "refused: %d", as);
      return;
    }
  g_task_return_boolean (task, TRUE);
  if (sms->fates[as] == LATE)
    sms->late = g_bytes_ref (datagram);
  if (sms->fates[as] == BACK || sms->fates[as] == TWICE)
    deliver (sms, datagram);
  if (sms->fates[as] == TWICE)
    deliver (sms, datagram);
}

gboolean
tac_sms_send_finish (TacSms *sms, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* A test of the network, to its end */

typedef struct
{
  gboolean over, ok;
  TacSmsLoopback result;
  GError *error;
} Outcome;

static void
on_over (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  outcome->over = TRUE;
  outcome->ok
      = tac_sms_loopback_finish (TAC_SMS (source), result, &outcome->result, &outcome->error);
}

static void
wait_over (Outcome *outcome)
{
  while (!outcome->over)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ; /* what comes after */
}

static void
run (TacSms *sms, const char *number, Outcome *outcome)
{
  *outcome = (Outcome){ 0 };
  tac_sms_loopback_async (sms, number, TIMEOUT_MS, NULL, on_over, outcome);
  wait_over (outcome);
}

static void
test_fates (void)
{
  static const struct
  {
    const char *what;
    Fate fates[TAC_TEXT_FORMS];
    const char *sent, *back, *accepted;
    TacDatagrams datagrams;
    TacTextForm text;
    guint taken, refused;
  } rows[] = {
    { "all is well",
      { BACK, BACK, BACK },
      "0",
      "0",
      "0",
      TAC_DATAGRAMS_WORK,
      TAC_TEXT_DENSE,
      1,
      0 },
    { "doubled", { TWICE, BACK, BACK }, "0", "0", "0", TAC_DATAGRAMS_WORK, TAC_TEXT_DENSE, 1, 1 },
    { "no binary SMS",
      { LOST, BACK, BACK },
      "01",
      "1",
      "01",
      TAC_DATAGRAMS_FAIL,
      TAC_TEXT_DENSE,
      1,
      0 },
    { "no accents either",
      { LOST, LOST, BACK },
      "012",
      "2",
      "012",
      TAC_DATAGRAMS_FAIL,
      TAC_TEXT_PLAIN,
      1,
      0 },
    { "nothing comes back",
      { LOST, LOST, LOST },
      "012",
      "",
      "012",
      TAC_DATAGRAMS_UNKNOWN,
      TAC_TEXT_DENSE,
      0,
      0 },
    { "binary SMS refused",
      { REFUSED, BACK, BACK },
      "01",
      "1",
      "1",
      TAC_DATAGRAMS_FAIL,
      TAC_TEXT_DENSE,
      1,
      0 },
    { "a datagram late",
      { LATE, LOST, LOST },
      "01",
      "0",
      "01",
      TAC_DATAGRAMS_WORK,
      TAC_TEXT_DENSE,
      1,
      0 },
    { "a text late",
      { LOST, LATE, LOST },
      "012",
      "1",
      "012",
      TAC_DATAGRAMS_FAIL,
      TAC_TEXT_DENSE,
      1,
      0 },
    { "only one accepted, and lost",
      { REFUSED, REFUSED, LOST },
      "012",
      "",
      "2",
      TAC_DATAGRAMS_UNKNOWN,
      TAC_TEXT_DENSE,
      0,
      0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TacSms) sms = g_object_new (TAC_TYPE_SMS, NULL);
      Outcome outcome;

      g_test_message ("%s", rows[i].what);
      memcpy (sms->fates, rows[i].fates, sizeof sms->fates);
      run (sms, OWN, &outcome);
      g_assert_no_error (outcome.error);
      g_assert_true (outcome.ok);
      g_assert_cmpstr (sms->sent->str, ==, rows[i].sent);
      g_assert_cmpint (sms->datagrams, ==, rows[i].datagrams);
      g_assert_cmpint (sms->text, ==, rows[i].text);
      g_assert_cmpuint (sms->taken, ==, rows[i].taken);
      g_assert_cmpuint (sms->refused, ==, rows[i].refused);
      for (char form = '0'; form < '0' + TAC_TEXT_FORMS; form++)
        {
          const TacSmsLoop *loop = &outcome.result.loops[form - '0'];

          g_assert_cmpint (loop->tried, ==, strchr (rows[i].sent, form) != NULL);
          g_assert_cmpint (loop->back, ==, strchr (rows[i].back, form) != NULL);
          g_assert_cmpint (loop->accepted, ==, strchr (rows[i].accepted, form) != NULL);
          g_assert_cmpuint (loop->sent_ms, <=, loop->back ? loop->back_ms : 10000);
        }
    }
}

/* Nothing was even sent: that is an error, and says nothing of the forms. */
static void
test_all_refused (void)
{
  g_autoptr (TacSms) sms = g_object_new (TAC_TYPE_SMS, NULL);
  Outcome outcome;

  sms->fates[0] = sms->fates[1] = sms->fates[2] = REFUSED;
  sms->datagrams = TAC_DATAGRAMS_WORK;
  run (sms, OWN, &outcome);
  g_assert_error (outcome.error, TAC_ERROR, TAC_ERROR_SMS_FAILED);
  g_assert_cmpstr (outcome.error->message, ==, "refused: 0");
  g_assert_cmpstr (sms->sent->str, ==, "012");
  g_assert_cmpint (sms->datagrams, ==, TAC_DATAGRAMS_WORK);
  g_clear_error (&outcome.error);
}

static void
test_cannot_begin (void)
{
  g_autoptr (TacSms) sms = g_object_new (TAC_TYPE_SMS, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcome;

  run (sms, "", &outcome);
  g_assert_error (outcome.error, TAC_ERROR, TAC_ERROR_INVALID_NUMBER);
  g_clear_error (&outcome.error);
  sms->modem->ready = FALSE;
  run (sms, OWN, &outcome);
  g_assert_error (outcome.error, TAC_ERROR, TAC_ERROR_NO_MODEM);
  g_clear_error (&outcome.error);
  sms->modem->ready = TRUE;
  g_cancellable_cancel (cancellable);
  outcome.over = FALSE;
  tac_sms_loopback_async (sms, OWN, TIMEOUT_MS, cancellable, on_over, &outcome);
  wait_over (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&outcome.error);
  g_assert_cmpstr (sms->sent->str, ==, "");
}

/* One at a time; cancelled, it leaves what was known, and another can begin. */
static void
test_cancelled (void)
{
  g_autoptr (TacSms) sms = g_object_new (TAC_TYPE_SMS, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome first = { 0 }, second;

  sms->fates[0] = LATE;
  sms->datagrams = TAC_DATAGRAMS_FAIL;
  sms->text = TAC_TEXT_PLAIN;
  tac_sms_loopback_async (sms, OWN, TIMEOUT_MS, cancellable, on_over, &first);
  run (sms, OWN, &second);
  g_assert_error (second.error, TAC_ERROR, TAC_ERROR_BUSY);
  g_clear_error (&second.error);
  g_cancellable_cancel (cancellable);
  wait_over (&first);
  g_assert_error (first.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&first.error);
  g_assert_cmpint (sms->datagrams, ==, TAC_DATAGRAMS_FAIL);
  g_assert_cmpint (sms->text, ==, TAC_TEXT_PLAIN);

  sms->fates[0] = BACK; /* and the first one's ECHO comes now, too */
  run (sms, OWN, &second);
  g_assert_no_error (second.error);
  g_assert_cmpint (sms->datagrams, ==, TAC_DATAGRAMS_WORK);
  g_assert_cmpuint (sms->taken, ==, 1);
  g_assert_cmpuint (sms->refused, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sms-loopback/fates", test_fates);
  g_test_add_func ("/sms-loopback/all-refused", test_all_refused);
  g_test_add_func ("/sms-loopback/cannot-begin", test_cannot_begin);
  g_test_add_func ("/sms-loopback/cancelled", test_cancelled);
  return g_test_run ();
}
