/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairing between honest phones: what is kept, sent and told, and what a lock, a crash or a lost
 * SMS leaves behind. */
#include "pairing-stage.h"

#include "daemon/errors.h"
#include "daemon/pairing-rules.h"

#include <sodium.h>
#include <string.h>

static void
test_asked (Stage *test, gconstpointer data)
{
  g_assert_true (tac_pairing_set_own_name (test->pairing, "Alice", NULL));
  stage_request (test, "+1 555 100 0002", "Robert");
  stage_assert_text (test->sms->sent, BOB " 0 Alice\n");
  g_assert_false (test->over);
  stage_assert_list (test, "waiting " BOB "\n");
  stage_sms_ends (test, TRUE);
  g_assert_true (test->over);
  g_assert_no_error (test->error);
  stage_receive (test, BOB, 'B', TRUE);
  stage_assert_contact (test, BOB, "Robert", 'B');
  stage_assert_list (test, "");
  stage_assert_text (test->told, "completed Robert " BOB "\n");
  stage_assert_text (test->sms->sent, "");
}

static void
test_accepted (Stage *test, gconstpointer data)
{
  g_autofree char *hex = stage_key_hex ('B');

  stage_receive (test, BOB, 'B', FALSE);
  stage_assert_text (test->told, "requested new " BOB " Bob\n");
  stage_assert_list (test, "new " BOB "\n");
  stage_assert_contact (test, BOB, NULL, 0);
  stage_accept (test, BOB, "", hex);
  stage_assert_contact (test, BOB, "Bob", 'B'); /* before anything is sent */
  stage_assert_list (test, "");
  stage_assert_text (test->sms->sent, BOB " 1 \n");
  stage_assert_text (test->told, "");
  stage_sms_ends (test, TRUE);
  g_assert_no_error (test->error);
  g_assert_cmpstr (test->contact, ==, "Bob");
  stage_assert_text (test->told, "completed Bob " BOB "\n");
}

/* Both asked: one SMS each way was enough. */
static void
test_crossing (Stage *test, gconstpointer data)
{
  stage_request (test, BOB, "");
  stage_receive (test, BOB, 'B', FALSE);
  stage_assert_contact (test, BOB, "Bob", 'B');
  stage_sms_ends (test, TRUE); /* the word that ours was sent comes after theirs */
  g_assert_no_error (test->error);
  stage_assert_text (test->told, "completed Bob " BOB "\n");
  stage_assert_text (test->sms->sent, BOB " 0 \n");
  stage_assert_list (test, "");
}

/* The contact is kept, the peer asks again, and is answered without anybody being asked. */
static void
test_answer_lost (Stage *test, gconstpointer data)
{
  stage_receive (test, BOB, 'B', FALSE);
  stage_accept (test, BOB, "", "");
  stage_sms_ends (test, FALSE);
  g_assert_error (test->error, TAC_ERROR, TAC_ERROR_SMS_FAILED);
  g_assert_nonnull (strstr (test->error->message, "no credit"));
  stage_assert_contact (test, BOB, "Bob", 'B');
  stage_assert_text (test->told, "requested new " BOB " Bob\n");
  stage_assert_text (test->sms->sent, BOB " 1 \n");
  for (guint i = 0; i < 5; i++)
    stage_receive (test, BOB, 'B', FALSE);
  stage_assert_text (test->sms->sent, BOB " 1 \n" BOB " 1 \n" BOB " 1 \n");
  stage_assert_counted (test, "pair.repeated", 3);
  stage_assert_counted (test, "pair.limited", 2);
  stage_clock_us += 60 * MINUTE;
  stage_receive (test, BOB, 'B', FALSE);
  stage_assert_text (test->sms->sent, BOB " 1 \n");
  for (guint i = 0; i < 4; i++)
    stage_sms_ends (test, TRUE);
  stage_receive (test, BOB, 'B', TRUE); /* an answer is never answered */
  stage_assert_text (test->sms->sent, "");
  stage_assert_text (test->told, "");
}

/* Killed after the contact was stored, before the answer: the same as a lost answer. */
static void
test_locked_while_sending (Stage *test, gconstpointer data)
{
  stage_receive (test, BOB, 'B', FALSE);
  stage_accept (test, BOB, "", "");
  stage_close_vault (test);
  stage_sms_ends (test, TRUE);
  g_assert_error (test->error, TAC_ERROR, TAC_ERROR_SMS_FAILED);
  stage_receive (test, CAROL, 'C', FALSE);
  stage_assert_counted (test, "pair.locked", 1);
  stage_open_vault (test);
  stage_assert_contact (test, BOB, "Bob", 'B');
  stage_assert_list (test, "");
  g_string_truncate (test->sms->sent, 0);
  stage_receive (test, BOB, 'B', FALSE);
  stage_assert_text (test->sms->sent, BOB " 1 \n");
  stage_sms_ends (test, TRUE);
}

static void
test_locked (Stage *test, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  stage_receive (test, BOB, 'B', FALSE);
  stage_close_vault (test);
  g_assert_null (tac_pairing_list (test->pairing, &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_LOCKED);
  stage_accept (test, BOB, "", "");
  g_assert_error (test->error, TAC_ERROR, TAC_ERROR_LOCKED);
  stage_request (test, CAROL, "");
  g_assert_error (test->error, TAC_ERROR, TAC_ERROR_LOCKED);
  g_assert_false (tac_pairing_decline (test->pairing, BOB, NULL));
  g_assert_false (tac_pairing_set_own_name (test->pairing, "Alice", NULL));
  stage_open_vault (test);
  stage_assert_list (test, "new " BOB "\n");
}

static void
test_stray_answer (Stage *test, gconstpointer data)
{
  stage_receive (test, BOB, 'B', TRUE);
  stage_assert_text (test->told, "requested stray-answer " BOB " Bob\n");
  stage_assert_contact (test, BOB, NULL, 0);
  stage_request (test, BOB, "Robert"); /* accepts it */
  stage_assert_contact (test, BOB, "Robert", 'B');
  stage_assert_text (test->sms->sent, BOB " 1 \n");
  stage_sms_ends (test, TRUE);
  g_assert_no_error (test->error);
}

/* What contacts become while a request waits changes what it means. */
static void
test_contact_made_by_hand (Stage *test, gconstpointer data)
{
  g_autoptr (TacContact) contact = NULL;

  stage_receive (test, BOB, 'B', FALSE);
  stage_receive (test, CAROL, 'C', FALSE);
  stage_add_contact (test, "Bob", BOB, 'B'); /* just so */
  stage_assert_text (test->sms->sent, BOB " 1 \n");
  stage_sms_ends (test, TRUE);
  stage_assert_list (test, "new " CAROL "\n");
  stage_add_contact (test, "Carol", CAROL, 'X'); /* with another key */
  stage_assert_list (test, "changed-key " CAROL "\n");
  contact = tac_contacts_find_number (test->vault->contacts, CAROL);
  g_assert_true (contact->has_new_key);
  g_assert_true (tac_contacts_remove (test->vault->contacts, contact->id, NULL));
  stage_settle ();
  stage_assert_list (test, "new " CAROL "\n");
}

static void
test_decline (Stage *test, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (tac_pairing_decline (test->pairing, BOB, &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_UNKNOWN_CONTACT);
  g_clear_error (&error);
  g_assert_false (tac_pairing_decline (test->pairing, "Bob", &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_INVALID_NUMBER);
  stage_receive (test, BOB, 'B', FALSE);
  g_assert_true (tac_pairing_decline (test->pairing, BOB, NULL));
  stage_assert_list (test, "");
  stage_accept (test, BOB, "", "");
  g_assert_error (test->error, TAC_ERROR, TAC_ERROR_UNKNOWN_CONTACT);
  stage_clock_us += TAC_PAIRING_LIFE_US - 1;
  stage_receive (test, BOB, 'B', FALSE);
  stage_assert_counted (test, "pair.declined", 1);
  stage_clock_us += 1;
  stage_receive (test, BOB, 'B', FALSE);
  stage_assert_list (test, "new " BOB "\n");
  stage_request (test, CAROL, "");
  stage_sms_ends (test, TRUE);
  g_assert_true (tac_pairing_decline (test->pairing, CAROL, NULL));
  stage_assert_list (test, "new " BOB "\n");
}

static void
test_own_name (Stage *test, gconstpointer data)
{
  g_autofree char *none = tac_pairing_get_own_name (test->pairing), *name = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (none, ==, "");
  g_assert_true (tac_pairing_set_own_name (test->pairing, "Alice", NULL));
  g_assert_false (tac_pairing_set_own_name (test->pairing, "a\nb", &error));
  g_assert_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT);
  stage_close_vault (test);
  stage_open_vault (test);
  name = tac_pairing_get_own_name (test->pairing);
  g_assert_cmpstr (name, ==, "Alice");
  g_assert_true (tac_pairing_set_own_name (test->pairing, "", NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
#define ADD(name, func)                                                                            \
  g_test_add ("/pairing/" name, Stage, NULL, stage_set_up, func, stage_tear_down)
  ADD ("asked", test_asked);
  ADD ("accepted", test_accepted);
  ADD ("crossing", test_crossing);
  ADD ("answer-lost", test_answer_lost);
  ADD ("locked-while-sending", test_locked_while_sending);
  ADD ("locked", test_locked);
  ADD ("stray-answer", test_stray_answer);
  ADD ("contact-made-by-hand", test_contact_made_by_hand);
  ADD ("decline", test_decline);
  ADD ("own-name", test_own_name);
  return g_test_run ();
}
