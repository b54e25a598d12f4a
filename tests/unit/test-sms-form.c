/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Datagram or text: what is configured, what came, what the self-test found. */
#include "daemon/sms-form.h"

#define PEER "+15551000002"

static void
test_choice (void)
{
  static const struct
  {
    const char *what;
    TacSignalling signalling;
    TacDatagrams datagrams;
    TacTextForm text, came, best, other;
  } rows[] = {
    { "nothing known", TAC_SIGNALLING_AUTO, TAC_DATAGRAMS_UNKNOWN, TAC_TEXT_DENSE, TAC_TEXT_NONE,
      TAC_TEXT_NONE, TAC_TEXT_DENSE },
    { "accents get lost", TAC_SIGNALLING_AUTO, TAC_DATAGRAMS_WORK, TAC_TEXT_PLAIN, TAC_TEXT_NONE,
      TAC_TEXT_NONE, TAC_TEXT_PLAIN },
    { "datagrams get lost", TAC_SIGNALLING_AUTO, TAC_DATAGRAMS_FAIL, TAC_TEXT_DENSE, TAC_TEXT_NONE,
      TAC_TEXT_DENSE, TAC_TEXT_NONE },
    { "both", TAC_SIGNALLING_AUTO, TAC_DATAGRAMS_FAIL, TAC_TEXT_PLAIN, TAC_TEXT_NONE,
      TAC_TEXT_PLAIN, TAC_TEXT_NONE },
    { "a text came", TAC_SIGNALLING_AUTO, TAC_DATAGRAMS_WORK, TAC_TEXT_DENSE, TAC_TEXT_DENSE,
      TAC_TEXT_DENSE, TAC_TEXT_NONE },
    { "another text came", TAC_SIGNALLING_AUTO, TAC_DATAGRAMS_UNKNOWN, TAC_TEXT_DENSE,
      TAC_TEXT_PLAIN, TAC_TEXT_PLAIN, TAC_TEXT_NONE },
    { "text", TAC_SIGNALLING_TEXT, TAC_DATAGRAMS_WORK, TAC_TEXT_DENSE, TAC_TEXT_NONE,
      TAC_TEXT_DENSE, TAC_TEXT_PLAIN },
    { "text in two", TAC_SIGNALLING_TEXT, TAC_DATAGRAMS_UNKNOWN, TAC_TEXT_PLAIN, TAC_TEXT_NONE,
      TAC_TEXT_PLAIN, TAC_TEXT_DENSE },
    { "datagram", TAC_SIGNALLING_DATAGRAM, TAC_DATAGRAMS_FAIL, TAC_TEXT_DENSE, TAC_TEXT_DENSE,
      TAC_TEXT_NONE, TAC_TEXT_NONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TacSmsForms forms;

      g_test_message ("%s", rows[i].what);
      tac_sms_forms_init (&forms, rows[i].signalling);
      forms.datagrams = rows[i].datagrams;
      forms.text = rows[i].text;
      tac_sms_forms_note (&forms, PEER, rows[i].came);
      g_assert_cmpint (tac_sms_forms_choose (&forms, PEER, TAC_SMS_BEST), ==, rows[i].best);
      g_assert_cmpint (tac_sms_forms_choose (&forms, PEER, TAC_SMS_OTHER), ==, rows[i].other);
    }
}

/* The last form counts, and that of another number does not. */
static void
test_last (void)
{
  TacSmsForms forms;

  tac_sms_forms_init (&forms, TAC_SIGNALLING_AUTO);
  tac_sms_forms_note (&forms, PEER, TAC_TEXT_DENSE);
  g_assert_cmpint (tac_sms_forms_choose (&forms, "+15551000003", TAC_SMS_BEST), ==, TAC_TEXT_NONE);
  g_assert_cmpint (tac_sms_forms_choose (&forms, "", TAC_SMS_BEST), ==, TAC_TEXT_NONE);
  tac_sms_forms_note (&forms, PEER, TAC_TEXT_PLAIN);
  g_assert_cmpint (tac_sms_forms_choose (&forms, PEER, TAC_SMS_BEST), ==, TAC_TEXT_PLAIN);
  tac_sms_forms_note (&forms, PEER, TAC_TEXT_NONE);
  g_assert_cmpint (tac_sms_forms_choose (&forms, PEER, TAC_SMS_BEST), ==, TAC_TEXT_NONE);
}

/* However many write, the memory is of one size: the oldest goes. */
static void
test_bounded (void)
{
  TacSmsForms forms;

  tac_sms_forms_init (&forms, TAC_SIGNALLING_AUTO);
  tac_sms_forms_note (&forms, PEER, TAC_TEXT_DENSE);
  tac_sms_forms_note (&forms, "", TAC_TEXT_DENSE);
  tac_sms_forms_note (&forms, "+12345678901234567890", TAC_TEXT_DENSE);
  for (guint i = 1; i < TAC_SMS_PEERS; i++)
    {
      g_autofree char *number = g_strdup_printf ("+1555200%04u", i);

      tac_sms_forms_note (&forms, number, TAC_TEXT_PLAIN);
      tac_sms_forms_note (&forms, number, TAC_TEXT_PLAIN); /* takes no second place */
    }
  g_assert_cmpint (tac_sms_forms_choose (&forms, PEER, TAC_SMS_BEST), ==, TAC_TEXT_DENSE);
  tac_sms_forms_note (&forms, "+15553000000", TAC_TEXT_PLAIN);
  g_assert_cmpint (tac_sms_forms_choose (&forms, PEER, TAC_SMS_BEST), ==, TAC_TEXT_NONE);
  g_assert_cmpint (tac_sms_forms_choose (&forms, "+15553000000", TAC_SMS_BEST), ==, TAC_TEXT_PLAIN);
  g_assert_cmpint (tac_sms_forms_choose (&forms, "+15552000001", TAC_SMS_BEST), ==, TAC_TEXT_PLAIN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sms-form/choice", test_choice);
  g_test_add_func ("/sms-form/last", test_last);
  g_test_add_func ("/sms-form/bounded", test_bounded);
  return g_test_run ();
}
