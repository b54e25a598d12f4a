/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stage for pairing: a real store, with a vault, a modem, SMS and a clock of the test's own. */
#include "pairing-stage.h"

#include "daemon/errors.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

/* The clock: this program's own definition is the one that the code under test gets. */
gint64 stage_clock_us;

gint64
g_get_real_time (void)
{
  return stage_clock_us;
}

/* A vault that is open or not */

G_DEFINE_FINAL_TYPE (TacVault, tac_vault, G_TYPE_OBJECT)

static void
tac_vault_init (TacVault *vault)
{
}

static void
tac_vault_class_init (TacVaultClass *class)
{
  g_signal_new ("opened", TAC_TYPE_VAULT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("closing", TAC_TYPE_VAULT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

TacVaultState
tac_vault_get_state (TacVault *vault)
{
  return vault->store != NULL ? TAC_VAULT_OPEN : TAC_VAULT_LOCKED;
}

gboolean
tac_vault_check_open (TacVault *vault, GError **error)
{
  if (vault->store == NULL)
    g_set_error_literal (error, TAC_ERROR, TAC_ERROR_LOCKED, "locked: tacitel unlock");
  return vault->store != NULL;
}

const TacKeyPair *
tac_vault_identity (TacVault *vault)
{
  return &vault->identity;
}

TacStore *
tac_vault_store (TacVault *vault)
{
  return vault->store;
}

TacContacts *
tac_vault_contacts (TacVault *vault)
{
  return vault->contacts;
}

/* A modem in any state */

G_DEFINE_FINAL_TYPE (TacModem, tac_modem, G_TYPE_OBJECT)

static void
tac_modem_init (TacModem *modem)
{
  modem->state = TAC_MODEM_READY;
}

static void
tac_modem_class_init (TacModemClass *class)
{
}

TacModemState
tac_modem_get_state (TacModem *modem)
{
  return modem->state;
}

const char *
tac_modem_get_number (TacModem *modem)
{
  return OWN;
}

/* SMS that are kept until the test says what became of them */

G_DEFINE_FINAL_TYPE (TacSms, tac_sms, G_TYPE_OBJECT)

static void
tac_sms_init (TacSms *sms)
{
  g_queue_init (&sms->tasks);
  sms->sent = g_string_new (NULL);
}

static void
tac_sms_finalize (GObject *object)
{
  g_assert_cmpuint (TAC_SMS (object)->tasks.length, ==, 0);
  g_string_free (TAC_SMS (object)->sent, TRUE);
  G_OBJECT_CLASS (tac_sms_parent_class)->finalize (object);
}

static void
tac_sms_class_init (TacSmsClass *class)
{
  G_OBJECT_CLASS (class)->finalize = tac_sms_finalize;
}

void
tac_sms_send_async (TacSms *sms, const char *number, GBytes *datagram, TacSmsForm form,
                    guint timeout_ms, GCancellable *cancellable, GAsyncReadyCallback callback,
                    gpointer user_data)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (datagram, &size);
  TacPair pair;

  g_assert_cmpint (tac_pair_open (bytes, size, &pair), ==, TAC_MESSAGE_OK);
  g_string_append_printf (sms->sent, "%s %d %s\n", number, pair.answer, pair.name);
  sms->form = form;
  g_queue_push_tail (&sms->tasks, g_task_new (sms, cancellable, callback, user_data));
}

gboolean
tac_sms_send_finish (TacSms *sms, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* The stage */

static const guint8 store_key[TAC_STORE_KEY_SIZE] = { 1, 2, 3 };

void
stage_open_vault (Stage *test)
{
  g_autoptr (GError) error = NULL;

  test->vault->store = tac_store_open (test->path, store_key, &error);
  g_assert_no_error (error);
  test->vault->contacts = tac_contacts_new (test->vault->store, &test->vault->identity);
  g_signal_emit_by_name (test->vault, "opened");
}

void
stage_close_vault (Stage *test)
{
  g_signal_emit_by_name (test->vault, "closing");
  g_clear_object (&test->vault->contacts);
  g_clear_pointer (&test->vault->store, tac_store_close);
}

static void
on_requested (Stage *test, GVariant *request)
{
  const char *kind = NULL, *number = NULL, *name = NULL;

  g_assert_true (g_variant_lookup (request, "Kind", "&s", &kind)
                 && g_variant_lookup (request, "Number", "&s", &number)
                 && g_variant_lookup (request, "Name", "&s", &name));
  g_string_append_printf (test->told, "requested %s %s %s\n", kind, number, name);
}

static void
on_completed (Stage *test, const char *name, const char *number)
{
  g_string_append_printf (test->told, "completed %s %s\n", name, number);
}

static void
on_changed (Stage *test)
{
  test->changes++;
}

void
stage_make_key_pair (TacKeyPair *pair, char letter)
{
  guint8 secret[TAC_KEY_SIZE];

  memset (secret, letter, sizeof secret);
  tac_noise_key_pair (pair, secret);
}

void
stage_set_up (Stage *test, gconstpointer data)
{
  stage_clock_us = G_GINT64_CONSTANT (1790000000000000);
  test->folder = g_dir_make_tmp ("tacitel-pairing-XXXXXX", NULL);
  test->path = g_build_filename (test->folder, "store", NULL);
  test->vault = g_object_new (TAC_TYPE_VAULT, NULL);
  stage_make_key_pair (&test->vault->identity, 'O');
  test->modem = g_object_new (TAC_TYPE_MODEM, NULL);
  test->sms = g_object_new (TAC_TYPE_SMS, NULL);
  test->counters = tac_counters_new ();
  test->told = g_string_new (NULL);
  test->pairing
      = tac_pairing_new (&test->config, test->vault, test->modem, test->sms, test->counters);
  g_signal_connect_swapped (test->pairing, "requested", G_CALLBACK (on_requested), test);
  g_signal_connect_swapped (test->pairing, "completed", G_CALLBACK (on_completed), test);
  g_signal_connect_swapped (test->pairing, "changed", G_CALLBACK (on_changed), test);
  stage_open_vault (test);
}

void
stage_settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

void
stage_tear_down (Stage *test, gconstpointer data)
{
  if (test->vault->store != NULL)
    stage_close_vault (test);
  stage_settle ();
  g_assert_finalize_object (test->pairing);
  g_assert_finalize_object (test->vault);
  g_assert_finalize_object (test->modem);
  g_assert_finalize_object (test->sms);
  tac_counters_free (test->counters);
  g_string_free (test->told, TRUE);
  g_clear_error (&test->error);
  g_free (test->contact);
  g_assert_true (tac_store_remove (test->path, NULL));
  g_assert_cmpint (g_rmdir (test->folder), ==, 0);
  g_free (test->path);
  g_free (test->folder);
}

/* Acting */

void
stage_receive_named (Stage *test, const char *sender, char letter, gboolean answer,
                     const char *name)
{
  TacPair pair = { .answer = answer };
  guint8 sms[TAC_SMS_SIZE];
  TacKeyPair keys;

  stage_make_key_pair (&keys, letter);
  memcpy (pair.identity, keys.public, TAC_KEY_SIZE);
  g_strlcpy (pair.name, name, sizeof pair.name);
  g_assert_cmpint (tac_pair_create (sms, &pair), ==, TAC_MESSAGE_OK);
  tac_pairing_receive (test->pairing, sender, sms, sizeof sms);
  stage_settle ();
}

void
stage_receive (Stage *test, const char *sender, char letter, gboolean answer)
{
  stage_receive_named (test, sender, letter, answer, "Bob");
}

static void
on_accepted (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Stage *test = user_data;

  test->contact = tac_pairing_accept_finish (TAC_PAIRING (object), result, &test->error);
  test->over = TRUE;
}

static void
forget_result (Stage *test)
{
  test->over = FALSE;
  g_clear_error (&test->error);
  g_clear_pointer (&test->contact, g_free);
}

void
stage_accept (Stage *test, const char *number, const char *name, const char *key)
{
  forget_result (test);
  tac_pairing_accept_async (test->pairing, number, name, key, on_accepted, test);
  stage_settle ();
}

static void
on_request_done (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Stage *test = user_data;

  tac_pairing_request_finish (TAC_PAIRING (object), result, &test->error);
  test->over = TRUE;
}

void
stage_request (Stage *test, const char *number, const char *name)
{
  forget_result (test);
  tac_pairing_request_async (test->pairing, number, name, on_request_done, test);
  stage_settle ();
}

/* What becomes of the SMS that was handed over first. */
void
stage_sms_ends (Stage *test, gboolean ok)
{
  g_autoptr (GTask) task = g_queue_pop_head (&test->sms->tasks);

  g_assert_nonnull (task);
  if (ok)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, TAC_ERROR, TAC_ERROR_SMS_FAILED, "no credit");
  stage_settle ();
}

/* Looking */

void
stage_assert_text (GString *text, const char *expected)
{
  g_assert_cmpstr (text->str, ==, expected);
  g_string_truncate (text, 0);
}

void
stage_assert_counted (Stage *test, const char *name, guint64 expected)
{
  g_autoptr (GVariant) counts = g_variant_ref_sink (tac_counters_to_variant (test->counters));
  guint64 count = 0;

  g_variant_lookup (counts, name, "t", &count);
  if (count != expected)
    g_error ("%s is %" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT, name, count, expected);
}

/* "KIND NUMBER" of each, newest first, in lines. */
void
stage_assert_list (Stage *test, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) list = tac_pairing_list (test->pairing, &error);
  g_autoptr (GString) lines = g_string_new (NULL);

  g_assert_no_error (error);
  g_variant_ref_sink (list);
  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) one = g_variant_get_child_value (list, i);
      const char *kind = NULL, *number = NULL, *text = NULL;

      g_assert_true (g_variant_lookup (one, "Kind", "&s", &kind)
                     && g_variant_lookup (one, "Number", "&s", &number)
                     && g_variant_lookup (one, "Text", "&s", &text));
      g_assert_cmpstr (text, !=, "");
      g_string_append_printf (lines, "%s %s\n", kind, number);
    }
  g_assert_cmpstr (lines->str, ==, expected);
}

void
stage_assert_key (const guint8 key[TAC_KEY_SIZE], char letter)
{
  TacKeyPair keys;

  stage_make_key_pair (&keys, letter);
  g_assert_cmpmem (key, TAC_KEY_SIZE, keys.public, TAC_KEY_SIZE);
}

char *
stage_key_hex (char letter)
{
  char *hex = g_malloc (2 * TAC_KEY_SIZE + 1);
  TacKeyPair keys;

  stage_make_key_pair (&keys, letter);
  return sodium_bin2hex (hex, 2 * TAC_KEY_SIZE + 1, keys.public, TAC_KEY_SIZE);
}

/* NULL @name: there is none of this number. */
void
stage_assert_contact (Stage *test, const char *number, const char *name, char letter)
{
  g_autoptr (TacContact) contact = tac_contacts_find_number (test->vault->contacts, number);

  g_assert_cmpint (contact != NULL, ==, name != NULL);
  if (name == NULL)
    return;
  g_assert_cmpstr (contact->name, ==, name);
  stage_assert_key (contact->key, letter);
  g_assert_cmpint (contact->trust, ==, TAC_TRUST_PAIRED);
}

gint64
stage_add_contact (Stage *test, const char *name, const char *number, char letter)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TacContact) contact = NULL;
  TacKeyPair keys;

  stage_make_key_pair (&keys, letter);
  tac_contacts_add (test->vault->contacts, name, number, keys.public, &error);
  g_assert_no_error (error);
  stage_settle ();
  contact = tac_contacts_find_number (test->vault->contacts, number);
  return contact->id;
}
