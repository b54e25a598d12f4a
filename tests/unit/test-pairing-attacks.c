/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairing with liars, strangers and floods, wrong arguments and a store that takes nothing. */
#include "pairing-stage.h"

#include "daemon/errors.h"
#include "daemon/pairing-rules.h"

#include <sodium.h>
#include <string.h>

static void
test_changed_key (Stage *test, gconstpointer data)
{
  gint64 id = stage_add_contact (test, "Bob", BOB, 'B');
  g_autoptr (TacContact) contact = NULL;
  TacKeyPair x;

  stage_receive_named (test, BOB, 'X', FALSE, "Bob, honestly");
  stage_assert_text (test->told, "requested changed-key " BOB " Bob, honestly\n");
  stage_assert_contact (test, BOB, "Bob", 'B');
  contact = tac_contacts_get (test->vault->contacts, id);
  g_assert_true (contact->has_new_key);
  stage_assert_key (contact->new_key, 'X');
  stage_accept (test, BOB, "", ""); /* not this way */
  g_assert_error (test->error, TAC_ERROR, TAC_ERROR_EXISTS);
  g_assert_nonnull (strstr (test->error->message, "replace-key"));
  stage_assert_contact (test, BOB, "Bob", 'B');
  stage_assert_text (test->sms->sent, "");

  stage_make_key_pair (&x, 'X');
  g_assert_true (tac_contacts_replace_key (test->vault->contacts, id, x.public, NULL));
  stage_settle ();
  stage_assert_contact (test, BOB, "Bob", 'X');
  stage_assert_list (test, "");
  stage_assert_text (test->sms->sent, BOB " 1 \n"); /* they still wait for ours */
  stage_sms_ends (test, TRUE);
  stage_assert_text (test->told, "completed Bob " BOB "\n");
}

/* The key that the user is about to accept cannot be exchanged for another. */
static void
test_rival_key (Stage *test, gconstpointer data)
{
  gint64 id = stage_add_contact (test, "Bob", BOB, 'B');
  g_autoptr (TacContact) contact = NULL;
  g_autoptr (GVariant) list = NULL, one = NULL;
  const char *text;

  stage_receive (test, BOB, 'X', FALSE);
  g_string_truncate (test->told, 0);
  for (guint i = 0; i < 3; i++)
    stage_receive (test, BOB, 'Y', FALSE);
  stage_assert_text (test->told, "");
  stage_assert_counted (test, "pair.contested", 3);
  contact = tac_contacts_get (test->vault->contacts, id);
  stage_assert_key (contact->new_key, 'X');
  list = g_variant_ref_sink (tac_pairing_list (test->pairing, NULL));
  g_assert_cmpuint (g_variant_n_children (list), ==, 1);
  one = g_variant_get_child_value (list, 0);
  g_assert_true (g_variant_lookup (one, "Text", "&s", &text));
  g_assert_nonnull (strstr (text, "another key came from the same number"));

  /* Declined: the other is heard, this one is not. */
  g_assert_true (tac_pairing_decline (test->pairing, BOB, NULL));
  stage_settle ();
  g_clear_pointer (&contact, tac_contact_free);
  contact = tac_contacts_get (test->vault->contacts, id);
  g_assert_false (contact->has_new_key);
  stage_receive (test, BOB, 'X', FALSE);
  stage_assert_counted (test, "pair.declined", 1);
  stage_receive (test, BOB, 'Y', FALSE);
  stage_assert_text (test->told, "requested changed-key " BOB " Bob\n");
  g_clear_pointer (&contact, tac_contact_free);
  contact = tac_contacts_get (test->vault->contacts, id);
  stage_assert_key (contact->new_key, 'Y');
}

static void
test_moved (Stage *test, gconstpointer data)
{
  stage_add_contact (test, "Bob", BOB, 'B');
  stage_receive (test, CAROL, 'B', FALSE);
  stage_assert_text (test->told, "requested moved " CAROL " Bob\n");
  stage_assert_contact (test, BOB, "Bob", 'B');
  stage_request (test, CAROL, ""); /* is no way to accept that */
  g_assert_error (test->error, TAC_ERROR, TAC_ERROR_EXISTS);
  stage_accept (test, CAROL, "", "");
  stage_assert_contact (test, BOB, NULL, 0);
  stage_assert_contact (test, CAROL, "Bob", 'B');
  stage_assert_text (test->sms->sent, CAROL " 1 \n");
  stage_sms_ends (test, TRUE);
  g_assert_cmpstr (test->contact, ==, "Bob");
}

static void
test_expiry (Stage *test, gconstpointer data)
{
  gint64 id = stage_add_contact (test, "Bob", BOB, 'B');
  g_autoptr (TacContact) contact = NULL;

  stage_receive (test, BOB, 'X', FALSE);
  stage_clock_us += 60 * MINUTE;
  stage_receive (test, CAROL, 'C', FALSE);
  stage_clock_us += 23 * 60 * MINUTE - 1;
  stage_receive (test, CAROL, 'C', FALSE); /* a repeat makes it live no longer */
  stage_assert_list (test, "new " CAROL "\nchanged-key " BOB "\n");
  stage_clock_us += 1;
  stage_assert_list (test, "new " CAROL "\n");
  stage_settle ();
  contact = tac_contacts_get (test->vault->contacts, id);
  g_assert_false (contact->has_new_key);
  stage_clock_us += 60 * MINUTE;
  stage_accept (test, CAROL, "", "");
  g_assert_error (test->error, TAC_ERROR, TAC_ERROR_UNKNOWN_CONTACT);
  g_string_truncate (test->told, 0);
  stage_receive (test, CAROL, 'C', FALSE);
  stage_assert_text (test->told, "requested new " CAROL " Bob\n");
}

static void
test_asked_too_long_ago (Stage *test, gconstpointer data)
{
  stage_request (test, BOB, "Robert");
  stage_sms_ends (test, TRUE);
  stage_clock_us += TAC_PAIRING_LIFE_US;
  stage_receive (test, BOB, 'B', TRUE);
  stage_assert_text (test->told, "requested stray-answer " BOB " Bob\n");
  stage_assert_contact (test, BOB, NULL, 0);
}

static void
test_flood (Stage *test, gconstpointer data)
{
  guint requested = 0;

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *number = g_strdup_printf ("+1555200%04u", i);

      stage_receive (test, number, (char)('a' + i % 26), FALSE);
      requested += test->told->len > 0;
      g_string_truncate (test->told, 0);
    }
  g_assert_cmpuint (requested, ==, TAC_PAIRING_WAITING_MOST);
  stage_assert_counted (test, "pair.limited", 80);
  for (guint i = 0; i < TAC_PAIRING_WAITING_MOST; i++)
    {
      g_autofree char *number = g_strdup_printf ("+1555200%04u", i);

      g_assert_true (tac_pairing_decline (test->pairing, number, NULL));
    }
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *number = g_strdup_printf ("+1555300%04u", i);

      stage_receive (test, number, (char)('a' + i % 26), FALSE);
      requested += test->told->len > 0;
      g_string_truncate (test->told, 0);
    }
  g_assert_cmpuint (requested, ==, TAC_PAIRING_ALL_MOST);
  stage_request (test, BOB, ""); /* what the user asks for goes on as always */
  stage_sms_ends (test, TRUE);
  stage_receive (test, BOB, 'B', TRUE);
  stage_assert_contact (test, BOB, "Bob", 'B');
}

/* Limits outlive a lock and a restart. */
static void
test_asking_too_often (Stage *test, gconstpointer data)
{
  for (guint i = 0; i < 3; i++)
    {
      stage_request (test, BOB, "");
      g_assert_cmpint (test->sms->form, ==, i == 1 ? TAC_SMS_OTHER : TAC_SMS_BEST);
      stage_sms_ends (test, TRUE);
      g_assert_no_error (test->error);
    }
  stage_close_vault (test);
  stage_open_vault (test);
  stage_clock_us += 50 * MINUTE;
  stage_request (test, BOB, "");
  g_assert_error (test->error, TAC_ERROR, TAC_ERROR_TRY_LATER);
  g_assert_nonnull (strstr (test->error->message, "11 minutes"));
  stage_request (test, CAROL, "");
  stage_sms_ends (test, FALSE); /* does not count */
  g_assert_error (test->error, TAC_ERROR, TAC_ERROR_SMS_FAILED);
  stage_assert_list (test, "waiting " CAROL "\nwaiting " BOB "\n");
  for (guint i = 0; i < 3; i++)
    {
      stage_request (test, CAROL, "");
      stage_sms_ends (test, TRUE);
      g_assert_no_error (test->error);
    }
  stage_clock_us += 10 * MINUTE;
  stage_request (test, BOB, "");
  stage_sms_ends (test, TRUE);
  g_assert_no_error (test->error);
}

static void
test_request_refused (Stage *test, gconstpointer data)
{
  static const struct
  {
    const char *number, *name;
    TacModemState modem;
    TacError code;
  } rows[] = {
    { "5551000002", "", TAC_MODEM_READY, TAC_ERROR_INVALID_NUMBER },
    { CAROL, "+49", TAC_MODEM_READY, TAC_ERROR_INVALID_ARGUMENT },
    { CAROL,
      "\xe2\x80\xae"
      "Bob",
      TAC_MODEM_READY, TAC_ERROR_INVALID_ARGUMENT },
    { CAROL, "Bob", TAC_MODEM_READY, TAC_ERROR_EXISTS },
    { BOB, "", TAC_MODEM_READY, TAC_ERROR_EXISTS },
    { "+1 (555) 100-0001", "", TAC_MODEM_READY, TAC_ERROR_SELF_CALL },
    { CAROL, "", TAC_MODEM_NO_OFONO, TAC_ERROR_NO_MODEM },
    { CAROL, "", TAC_MODEM_NONE, TAC_ERROR_NO_MODEM },
    { CAROL, "", TAC_MODEM_OFF, TAC_ERROR_NO_MODEM },
    { CAROL, "", TAC_MODEM_NO_SIM, TAC_ERROR_NO_MODEM },
    { CAROL, "", TAC_MODEM_NOT_REGISTERED, TAC_ERROR_NOT_REGISTERED },
  };

  stage_add_contact (test, "Bob", BOB, 'B');
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      test->modem->state = rows[i].modem;
      stage_request (test, rows[i].number, rows[i].name);
      g_assert_true (test->over);
      g_assert_error (test->error, TAC_ERROR, (int)rows[i].code);
      stage_assert_text (test->sms->sent, "");
      stage_assert_list (test, "");
    }
}

static void
test_accept_refused (Stage *test, gconstpointer data)
{
  g_autofree char *other = stage_key_hex ('X');
  const struct
  {
    const char *number, *name, *key;
    TacError code;
  } rows[] = {
    { "5551000002", "", "", TAC_ERROR_INVALID_NUMBER },
    { "+15551000009", "", "", TAC_ERROR_UNKNOWN_CONTACT },
    { BOB, " x", "", TAC_ERROR_INVALID_ARGUMENT },
    { BOB, "", "00", TAC_ERROR_INVALID_ARGUMENT },
    { BOB, "", "zz", TAC_ERROR_INVALID_ARGUMENT },
    { BOB, "", other, TAC_ERROR_INVALID_ARGUMENT }, /* not the one that waits */
    { BOB, "Carol", "", TAC_ERROR_EXISTS },
    { BOB, "", "", TAC_ERROR_EXISTS }, /* calls itself as a contact is called */
  };

  stage_add_contact (test, "Carol", CAROL, 'C');
  stage_receive_named (test, BOB, 'B', FALSE, "Carol");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      stage_accept (test, rows[i].number, rows[i].name, rows[i].key);
      g_assert_true (test->over);
      g_assert_error (test->error, TAC_ERROR, (int)rows[i].code);
      if (rows[i].code == TAC_ERROR_EXISTS)
        g_assert_nonnull (strstr (test->error->message, "--name"));
      stage_assert_contact (test, BOB, NULL, 0);
      stage_assert_list (test, "new " BOB "\n");
      stage_assert_text (test->sms->sent, "");
    }
}

/* Where nobody can be asked, another name is found. */
static void
test_name_taken (Stage *test, gconstpointer data)
{
  stage_add_contact (test, "Mum", CAROL, 'C');
  stage_request (test, BOB, "");
  stage_sms_ends (test, TRUE);
  stage_receive_named (test, BOB, 'B', TRUE, "Mum");
  stage_assert_contact (test, BOB, "Mum 15551000002", 'B');
  stage_assert_contact (test, CAROL, "Mum", 'C');
}

static void
test_dropped (Stage *test, gconstpointer data)
{
  guint8 sms[TAC_SMS_SIZE] = { TAC_SMS_MAGIC, 0x11 };

  stage_receive (test, "", 'B', FALSE);
  stage_receive (test, "12345", 'B', FALSE);
  stage_receive (test, "Provider", 'B', TRUE);
  stage_assert_counted (test, "pair.no-number", 3);
  stage_receive (test, BOB, 'O', FALSE);
  stage_receive (test, OWN, 'O', TRUE);
  stage_assert_counted (test, "pair.reflected", 2);
  tac_pairing_receive (test->pairing, BOB, sms, sizeof sms);     /* the all-zero key */
  tac_pairing_receive (test->pairing, BOB, sms, sizeof sms - 1); /* cut */
  stage_assert_counted (test, "pair.invalid", 2);
  stage_receive (test, BOB, 'B', FALSE);
  for (guint i = 0; i < 50; i++)
    stage_receive (test, BOB, 'B', i % 2);
  stage_assert_counted (test, "pair.repeated", 50);
  stage_assert_text (test->told, "requested new " BOB " Bob\n");
  stage_assert_text (test->sms->sent, "");
}

static void
test_blocked (Stage *test, gconstpointer data)
{
  gint64 id = stage_add_contact (test, "Bob", BOB, 'B');

  g_assert_true (tac_contacts_set_blocked (test->vault->contacts, id, TRUE, NULL));
  stage_receive (test, BOB, 'B', FALSE);
  stage_receive (test, BOB, 'X', FALSE);
  stage_receive (test, CAROL, 'B', FALSE);
  stage_assert_counted (test, "pair.blocked", 3);
  stage_assert_text (test->told, "");
  stage_assert_text (test->sms->sent, "");
  stage_assert_list (test, "");
}

static void
set_read_only (Stage *test, gboolean read_only)
{
  static const char *const texts[] = { "PRAGMA query_only = 0", "PRAGMA query_only = 1" };
  sqlite3_stmt *pragma = tac_store_statement (test->vault->store, texts[read_only]);

  g_assert_true (tac_store_run (test->vault->store, pragma, NULL));
}

/* Nothing changes, nothing is sent, and the next one is heard. */
static void
test_not_stored (Stage *test, gconstpointer data)
{
  set_read_only (test, TRUE);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*expired*not be deleted*");
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*was lost*");
  stage_receive (test, BOB, 'B', FALSE);
  g_test_assert_expected_messages ();
  stage_assert_counted (test, "pair.failed", 1);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*expired*not be deleted*");
  stage_request (test, CAROL, "");
  g_test_assert_expected_messages ();
  g_assert_error (test->error, TAC_ERROR, TAC_ERROR_FAILED);
  set_read_only (test, FALSE);
  stage_assert_list (test, "");
  stage_assert_text (test->told, "");
  stage_assert_text (test->sms->sent, "");
  stage_receive (test, BOB, 'B', FALSE);
  stage_assert_list (test, "new " BOB "\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
#define ADD(name, func)                                                                            \
  g_test_add ("/pairing-attacks/" name, Stage, NULL, stage_set_up, func, stage_tear_down)
  ADD ("changed-key", test_changed_key);
  ADD ("rival-key", test_rival_key);
  ADD ("moved", test_moved);
  ADD ("expiry", test_expiry);
  ADD ("asked-too-long-ago", test_asked_too_long_ago);
  ADD ("flood", test_flood);
  ADD ("asking-too-often", test_asking_too_often);
  ADD ("request-refused", test_request_refused);
  ADD ("accept-refused", test_accept_refused);
  ADD ("name-taken", test_name_taken);
  ADD ("dropped", test_dropped);
  ADD ("blocked", test_blocked);
  ADD ("not-stored", test_not_stored);
  return g_test_run ();
}
