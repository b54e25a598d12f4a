/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user does about pairing: ask, accept, decline, choose a name. */
#include "daemon/pairing-private.h"

#include "daemon/errors.h"

#include <sodium.h>
#include <string.h>

#define SETTING_OWN_NAME "own-name"

/* What both ask for and accept come to. */
typedef struct
{
  char *number, *name; /* name: of the contact that there is now; NULL: none yet */
} Exchange;

static void
exchange_free (gpointer data)
{
  Exchange *exchange = data;

  g_free (exchange->number);
  g_free (exchange->name);
  g_free (exchange);
}

/* Arguments */

static char *
parse_number (const char *text, GError **error)
{
  char *number = tac_number_normalise (text);

  if (number == NULL)
    g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_NUMBER,
                 "\"%s\" is no telephone number: write it with country code, as +4917012345678",
                 text);
  return number;
}

/* "" leaves it to the peer, or to nobody. */
static gboolean
check_name (const char *name, GError **error)
{
  return *name == '\0' || tac_name_require (name, error);
}

static gboolean
check_key (const TacPairingRequest *request, const char *hex, GError **error)
{
  guint8 key[TAC_KEY_SIZE];
  gsize size;

  if (*hex == '\0')
    return TRUE;
  if (strlen (hex) != 2 * (gsize)TAC_KEY_SIZE
      || sodium_hex2bin (key, sizeof key, hex, strlen (hex), NULL, &size, NULL) != 0
      || size != sizeof key)
    g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                 "a key has %d hexadecimal digits: take it from tacitel pair list",
                 2 * TAC_KEY_SIZE);
  else if (memcmp (key, request->key, sizeof key) != 0)
    g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
                 "the request of %s that waits now has another key: look at it again "
                 "(tacitel pair list)",
                 request->number);
  else
    return TRUE;
  return FALSE;
}

/* Accepting */

static gboolean
check_kind (TacPairing *pairing, const TacPairingRequest *request, GError **error)
{
  g_autoptr (TacContact) contact = NULL;

  if (tac_pairing_kind_of (pairing, request) != TAC_PAIRING_CHANGED_KEY)
    return TRUE;
  contact = tac_contacts_find_number (pairing->contacts, request->number);
  g_set_error (error, TAC_ERROR, TAC_ERROR_EXISTS,
               "%s is the number of \"%s\", whose key is another one. If you are sure that the new "
               "one is theirs: tacitel contact replace-key",
               request->number, contact->name);
  return FALSE;
}

/* A contact's key from another number: the number, and the name where one is given. */
static char *
move_contact (TacPairing *pairing, const TacPairingRequest *request, const char *name,
              GError **error)
{
  g_autoptr (TacContact) contact = tac_contacts_find_key (pairing->contacts, request->key);

  if (!tac_contacts_set_number (pairing->contacts, contact->id, request->number, error)
      || (contact->has_new_key /* it came from the number before */
          && !tac_contacts_set_new_key (pairing->contacts, contact->id, NULL, error))
      || (*name != '\0' && !g_str_equal (name, contact->name)
          && !tac_contacts_rename (pairing->contacts, contact->id, name, error)))
    return NULL;
  return g_strdup (*name != '\0' ? name : contact->name);
}

static char *
make_contact (TacPairing *pairing, const TacPairingRequest *request, const char *name,
              GError **error)
{
  g_autofree char *chosen
      = *name != '\0' ? g_strdup (name) : tac_pairing_name ("", request->name, request->number, 0);

  if (tac_contacts_add (pairing->contacts, chosen, request->number, request->key, error))
    return g_steal_pointer (&chosen);
  if (g_error_matches (*error, TAC_ERROR, TAC_ERROR_EXISTS))
    g_prefix_error (error, "choose another name (--name): ");
  return NULL;
}

/* The contact is stored and the request gone at once, before anything is sent: whatever happens
 * then, the other phone asks again and is answered as a contact. NULL: nothing has changed. */
static char *
take (TacPairing *pairing, const TacPairingRequest *request, const char *name, GError **error)
{
  gboolean moved = tac_pairing_kind_of (pairing, request) == TAC_PAIRING_MOVED;
  g_autofree char *contact = NULL;

  if (!tac_store_begin (pairing->store, error))
    return NULL;
  contact = moved ? move_contact (pairing, request, name, error)
                  : make_contact (pairing, request, name, error);
  if (contact == NULL || !tac_pairing_store_remove_number (pairing->store, request->number, error))
    {
      tac_store_roll_back (pairing->store);
      return NULL;
    }
  if (!tac_store_commit (pairing->store, error))
    return NULL;
  tac_pairing_update (pairing);
  return g_steal_pointer (&contact);
}

static void
on_answer_sent (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  TacPairing *pairing = TAC_PAIRING (object);
  const Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (tac_pairing_send_finish (pairing, result, &error))
    {
      tac_pairing_tell_completed (pairing, exchange->name, exchange->number);
      g_task_return_pointer (task, g_strdup (exchange->name), g_free);
    }
  else
    g_task_return_new_error (task, TAC_ERROR, TAC_ERROR_SMS_FAILED,
                             "\"%s\" is a contact now, but the answer was not sent: %s. The other "
                             "phone can ask again, and will be answered by itself.",
                             exchange->name, error->message);
}

/* Takes @task. */
static void
accept (TacPairing *pairing, GTask *task, const TacPairingRequest *request, const char *name)
{
  Exchange *exchange = g_task_get_task_data (task);
  GError *error = NULL;

  exchange->name
      = check_kind (pairing, request, &error) ? take (pairing, request, name, &error) : NULL;
  if (exchange->name != NULL)
    {
      tac_pairing_send_async (pairing, exchange->number, TRUE, on_answer_sent, task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* A task about @number; NULL where an error was returned. */
static GTask *
start (TacPairing *pairing, const char *number, const char *name, GAsyncReadyCallback callback,
       gpointer user_data)
{
  GTask *task = g_task_new (pairing, NULL, callback, user_data);
  Exchange *exchange = g_new0 (Exchange, 1);
  GError *error = NULL;

  g_task_set_task_data (task, exchange, exchange_free);
  if (tac_pairing_check_open (pairing, &error) && check_name (name, &error))
    exchange->number = parse_number (number, &error);
  if (exchange->number != NULL)
    {
      tac_pairing_expire (pairing, g_get_real_time ());
      return task;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
  return NULL;
}

void
tac_pairing_accept_async (TacPairing *pairing, const char *number, const char *name,
                          const char *key, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = start (pairing, number, name, callback, user_data);
  g_autoptr (TacPairingRequest) request = NULL;
  const Exchange *exchange;
  GError *error = NULL;

  if (task == NULL)
    return;
  exchange = g_task_get_task_data (task);
  request = tac_pairing_store_find (pairing->store, exchange->number, FALSE);
  if (request == NULL)
    error = g_error_new (TAC_ERROR, TAC_ERROR_UNKNOWN_CONTACT,
                         "no request of %s waits: ask for one, or send one (tacitel pair %s)",
                         exchange->number, exchange->number);
  if (request != NULL && check_key (request, key, &error))
    accept (pairing, task, request, name);
  else
    {
      g_task_return_error (task, error);
      g_object_unref (task);
    }
}

char *
tac_pairing_accept_finish (TacPairing *pairing, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Asking */

static gboolean
check_no_contact (TacPairing *pairing, const char *number, const char *name, GError **error)
{
  g_autoptr (TacContact) there = tac_contacts_find_number (pairing->contacts, number);

  if (there != NULL && there->has_new_key)
    g_set_error (error, TAC_ERROR, TAC_ERROR_EXISTS,
                 "%s is the contact \"%s\", and another key came from it: judge that first "
                 "(tacitel pair list)",
                 number, there->name);
  else if (there != NULL)
    g_set_error (error, TAC_ERROR, TAC_ERROR_EXISTS,
                 "%s is the contact \"%s\" already. If that phone was set up anew, let it ask "
                 "(tacitel pair, there); to exchange keys from the beginning, remove the contact "
                 "first",
                 number, there->name);
  if (there != NULL || *name == '\0')
    return there == NULL;
  there = tac_contacts_find (pairing->contacts, name, NULL);
  if (there == NULL)
    return TRUE;
  g_set_error (error, TAC_ERROR, TAC_ERROR_EXISTS,
               "\"%s\" is the name of another contact (%s): choose another (--name)", name,
               there->number);
  return FALSE;
}

static gboolean
check_limit (TacPairing *pairing, const char *number, gint64 now_us, GError **error)
{
  gint64 start_us;

  if (tac_pairing_get_count (pairing, number, TAC_PAIRING_SENT, now_us) < TAC_PAIRING_NUMBER_MOST)
    return TRUE;
  tac_pairing_store_get_count (pairing->store, number, TAC_PAIRING_SENT, &start_us);
  g_set_error (error, TAC_ERROR, TAC_ERROR_TRY_LATER,
               "%d requests have gone to %s: try again in %d minutes", TAC_PAIRING_NUMBER_MOST,
               number, (int)((start_us + TAC_PAIRING_WINDOW_US - now_us) / G_TIME_SPAN_MINUTE) + 1);
  return FALSE;
}

static gboolean
check_outgoing (TacPairing *pairing, const char *number, const char *name, gint64 now_us,
                GError **error)
{
  if (g_strcmp0 (number, tac_modem_get_number (pairing->modem)) == 0)
    return g_set_error (error, TAC_ERROR, TAC_ERROR_SELF_CALL,
                        "%s is this phone's own number: pair with another one", number),
           FALSE;
  return check_no_contact (pairing, number, name, error)
         && check_limit (pairing, number, now_us, error)
         && tac_modem_check_ready (pairing->modem, error);
}

/* Stored before it is sent: the answer may be faster than the network's word that it was sent. */
static gboolean
store_outgoing (TacPairing *pairing, const char *number, const char *name, gint64 now_us,
                GError **error)
{
  g_autoptr (TacPairingRequest) request = tac_pairing_store_find (pairing->store, number, TRUE);

  if (request == NULL)
    {
      request = g_new0 (TacPairingRequest, 1);
      request->number = g_strdup (number);
      request->outgoing = TRUE;
    }
  if (*name != '\0' || request->name == NULL)
    {
      g_free (request->name);
      request->name = g_strdup (name);
    }
  request->time_us = now_us;
  if (!tac_store_begin (pairing->store, error))
    return FALSE;
  if (!tac_pairing_add_count (pairing, number, TAC_PAIRING_SENT, now_us, 1, error)
      || !tac_pairing_store_put (pairing->store, request, error))
    {
      tac_store_roll_back (pairing->store);
      return FALSE;
    }
  return tac_store_commit (pairing->store, error);
}

/* What was not sent does not count. It stays, as not sent: it may have gone out nevertheless, and
 * then an answer is welcome. */
static gboolean
note_outcome (TacPairing *pairing, const char *number, gboolean sent, GError **error)
{
  g_autoptr (TacPairingRequest) request = tac_pairing_store_find (pairing->store, number, TRUE);

  if (!sent)
    return tac_pairing_add_count (pairing, number, TAC_PAIRING_SENT, g_get_real_time (), -1, error);
  if (request == NULL) /* answered already, or withdrawn by the user */
    return TRUE;
  request->sent = TRUE;
  return tac_pairing_store_put (pairing->store, request, error);
}

static void
on_request_sent (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  TacPairing *pairing = TAC_PAIRING (object);
  const Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GError) problem = NULL;
  GError *error = NULL;
  gboolean sent = tac_pairing_send_finish (pairing, result, &error);

  if (!g_error_matches (error, TAC_ERROR, TAC_ERROR_LOCKED))
    {
      if (!note_outcome (pairing, exchange->number, sent, &problem))
        g_warning ("a request to pair could not be noted as sent: %s", problem->message);
      tac_pairing_update (pairing);
    }
  if (sent)
    g_task_return_pointer (task, g_strdup (exchange->number), g_free);
  else
    g_task_return_error (task, error);
}

void
tac_pairing_request_async (TacPairing *pairing, const char *number, const char *name,
                           GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = start (pairing, number, name, callback, user_data);
  g_autoptr (TacPairingRequest) waiting = NULL;
  gint64 now_us = g_get_real_time ();
  const Exchange *exchange;
  GError *error = NULL;

  if (task == NULL)
    return;
  exchange = g_task_get_task_data (task);
  waiting = tac_pairing_store_find (pairing->store, exchange->number, FALSE);
  if (!check_outgoing (pairing, exchange->number, name, now_us, &error))
    ;
  else if (waiting != NULL && tac_pairing_kind_of (pairing, waiting) == TAC_PAIRING_MOVED)
    error = g_error_new (TAC_ERROR, TAC_ERROR_EXISTS,
                         "the key of a contact came from %s: judge that first (tacitel pair list)",
                         exchange->number);
  else if (waiting != NULL)
    {
      accept (pairing, task, waiting, name);
      return;
    }
  else if (store_outgoing (pairing, exchange->number, name, now_us, &error))
    {
      tac_pairing_update (pairing);
      tac_pairing_send_async (pairing, exchange->number, FALSE, on_request_sent, task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

gboolean
tac_pairing_request_finish (TacPairing *pairing, GAsyncResult *result, GError **error)
{
  g_autofree char *done = g_task_propagate_pointer (G_TASK (result), error);

  return done != NULL;
}

/* Declining */

gboolean
tac_pairing_decline (TacPairing *pairing, const char *number_text, GError **error)
{
  g_autofree char *number = NULL;
  g_autoptr (TacPairingRequest) incoming = NULL, outgoing = NULL;

  if (!tac_pairing_check_open (pairing, error)
      || (number = parse_number (number_text, error)) == NULL)
    return FALSE;
  tac_pairing_expire (pairing, g_get_real_time ());
  incoming = tac_pairing_store_find (pairing->store, number, FALSE);
  outgoing = tac_pairing_store_find (pairing->store, number, TRUE);
  if (incoming == NULL && outgoing == NULL)
    return g_set_error (error, TAC_ERROR, TAC_ERROR_UNKNOWN_CONTACT,
                        "no request of %s or to it waits (tacitel pair list)", number),
           FALSE;
  if (outgoing != NULL && !tac_pairing_store_remove (pairing->store, outgoing, error))
    return FALSE;
  if (incoming != NULL)
    {
      tac_pairing_forget_new_key (pairing, incoming);
      incoming->declined = TRUE;
      incoming->time_us = g_get_real_time ();
      if (!tac_pairing_store_put (pairing->store, incoming, error))
        return FALSE;
    }
  tac_pairing_update (pairing);
  return TRUE;
}

/* The name that goes out with PAIR */

char *
tac_pairing_get_own_name (TacPairing *pairing)
{
  char *name
      = pairing->store != NULL ? tac_store_get_setting (pairing->store, SETTING_OWN_NAME) : NULL;

  return name != NULL ? name : g_strdup ("");
}

gboolean
tac_pairing_set_own_name (TacPairing *pairing, const char *name, GError **error)
{
  return tac_pairing_check_open (pairing, error) && check_name (name, error)
         && tac_store_set_setting (pairing->store, SETTING_OWN_NAME, name, error);
}
