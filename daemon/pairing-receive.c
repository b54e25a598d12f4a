/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A PAIR that came: facts from the store for the rules, and what they decide, done. */
#include "daemon/pairing-private.h"

#include "daemon/errors.h"

#include <string.h>

/* Limits */

guint
tac_pairing_get_count (TacPairing *pairing, const char *number, TacPairingWhat what, gint64 now_us)
{
  gint64 start;
  guint count = tac_pairing_store_get_count (pairing->store, number, what, &start);

  return tac_pairing_window_over (start, now_us) ? 0 : count;
}

gboolean
tac_pairing_add_count (TacPairing *pairing, const char *number, TacPairingWhat what, gint64 now_us,
                       int n, GError **error)
{
  gint64 start;
  int count = (int)tac_pairing_store_get_count (pairing->store, number, what, &start);

  if (tac_pairing_window_over (start, now_us))
    {
      start = now_us;
      count = 0;
    }
  return tac_pairing_store_set_count (pairing->store, number, what, start,
                                      (guint)MAX (count + n, 0), error);
}

/* What comes */

static gboolean
store_request (TacPairing *pairing, const char *number, const TacPair *pair, gint64 now_us,
               GError **error)
{
  g_autofree char *name = tac_name_clean (pair->name);
  TacPairingRequest request
      = { .number = (char *)number, .name = name, .answer = pair->answer, .time_us = now_us };

  memcpy (request.key, pair->identity, TAC_KEY_SIZE);
  if (!tac_store_begin (pairing->store, error))
    return FALSE;
  if (!tac_pairing_add_count (pairing, number, TAC_PAIRING_TAKEN, now_us, 1, error)
      || !tac_pairing_add_count (pairing, "", TAC_PAIRING_TAKEN, now_us, 1, error)
      || !tac_pairing_store_put (pairing->store, &request, error))
    {
      tac_store_roll_back (pairing->store);
      return FALSE;
    }
  if (!tac_store_commit (pairing->store, error))
    return FALSE;
  tac_pairing_update (pairing);
  tac_pairing_tell_requested (pairing, &request);
  return TRUE;
}

/* Nobody can be asked for a name now: the first that is free. */
static gboolean
add_contact (TacPairing *pairing, const char *number, const char *wanted, const TacPair *pair,
             char **name, GError **error)
{
  g_autofree char *said = tac_name_clean (pair->name);

  for (guint nth = 0;; nth++)
    {
      g_autofree char *try = tac_pairing_name (wanted, said, number, nth);
      g_autoptr (GError) problem = NULL;

      if (try == NULL)
        break;
      if (tac_contacts_add (pairing->contacts, try, number, pair->identity, &problem))
        {
          *name = g_steal_pointer (&try);
          return TRUE;
        }
      if (!g_error_matches (problem, TAC_ERROR, TAC_ERROR_EXISTS))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
    }
  g_set_error (error, TAC_ERROR, TAC_ERROR_EXISTS, "every name for %s is taken", number);
  return FALSE;
}

/* What this phone's user asked for has come. */
static gboolean
complete (TacPairing *pairing, const char *number, const TacPair *pair, const TacContact *by_number,
          GError **error)
{
  g_autoptr (TacPairingRequest) asked = tac_pairing_store_find (pairing->store, number, TRUE);
  g_autofree char *name = by_number != NULL ? g_strdup (by_number->name) : NULL;

  if (!tac_store_begin (pairing->store, error))
    return FALSE;
  if ((name == NULL && !add_contact (pairing, number, asked->name, pair, &name, error))
      || !tac_pairing_store_remove_number (pairing->store, number, error))
    {
      tac_store_roll_back (pairing->store);
      return FALSE;
    }
  if (!tac_store_commit (pairing->store, error))
    return FALSE;
  tac_pairing_update (pairing);
  tac_pairing_tell_completed (pairing, name, number);
  return TRUE;
}

static gboolean
contest (TacPairing *pairing, const char *number, GError **error)
{
  g_autoptr (TacPairingRequest) waiting = tac_pairing_store_find (pairing->store, number, FALSE);

  waiting->contested = TRUE;
  if (!tac_pairing_store_put (pairing->store, waiting, error))
    return FALSE;
  tac_pairing_update (pairing);
  return TRUE;
}

static gboolean
answer_again (TacPairing *pairing, const char *number, gint64 now_us, GError **error)
{
  if (!tac_pairing_add_count (pairing, number, TAC_PAIRING_ANSWERED, now_us, 1, error))
    return FALSE;
  tac_pairing_answer (pairing, number, NULL);
  return TRUE;
}

static TacPairingVerdict
judge (TacPairing *pairing, const char *number, const TacPair *pair, const TacContact *by_number,
       gint64 now_us)
{
  g_autoptr (TacContact) by_key = tac_contacts_find_key (pairing->contacts, pair->identity);
  g_autoptr (TacPairingRequest) waiting = NULL, asked = NULL;
  TacPairingFacts facts = { .number = number,
                            .pair = pair,
                            .own_key = tac_vault_identity (pairing->vault)->public,
                            .by_number = by_number,
                            .by_key = by_key };
  const char *counter;
  TacPairingVerdict verdict;

  if (number != NULL)
    {
      waiting = tac_pairing_store_find (pairing->store, number, FALSE);
      asked = tac_pairing_store_find (pairing->store, number, TRUE);
      facts.declined = tac_pairing_store_is_declined (pairing->store, number, pair->identity);
      facts.of_number = tac_pairing_get_count (pairing, number, TAC_PAIRING_TAKEN, now_us);
      facts.answers = tac_pairing_get_count (pairing, number, TAC_PAIRING_ANSWERED, now_us);
    }
  facts.waiting_key = waiting != NULL ? waiting->key : NULL;
  facts.contested = waiting != NULL && waiting->contested;
  facts.asked = asked != NULL;
  facts.waiting = tac_pairing_store_waiting (pairing->store);
  facts.of_all = tac_pairing_get_count (pairing, "", TAC_PAIRING_TAKEN, now_us);
  verdict = tac_pairing_judge (&facts, &counter);
  if (counter != NULL)
    tac_counters_add (pairing->counters, counter, 1);
  return verdict;
}

static gboolean
act (TacPairing *pairing, const char *number, const TacPair *pair, gint64 now_us, GError **error)
{
  g_autoptr (TacContact) by_number
      = number != NULL ? tac_contacts_find_number (pairing->contacts, number) : NULL;

  switch (judge (pairing, number, pair, by_number, now_us))
    {
    case TAC_PAIRING_DROP:
      return TRUE;
    case TAC_PAIRING_ANSWER:
      return answer_again (pairing, number, now_us, error);
    case TAC_PAIRING_COMPLETE:
      return complete (pairing, number, pair, by_number, error);
    case TAC_PAIRING_CONTEST:
      return contest (pairing, number, error);
    case TAC_PAIRING_STORE:
      return store_request (pairing, number, pair, now_us, error);
    }
  g_return_val_if_reached (TRUE);
}

void
tac_pairing_receive (TacPairing *pairing, const char *sender, const guint8 *sms, gsize size)
{
  g_autofree char *number = tac_number_normalise (sender);
  g_autoptr (GError) error = NULL;
  gint64 now_us = g_get_real_time ();
  TacPair pair;

  if (tac_pair_open (sms, size, &pair) != TAC_MESSAGE_OK)
    tac_counters_add (pairing->counters, "pair.invalid", 1);
  else if (pairing->store == NULL)
    tac_counters_add (pairing->counters, "pair.locked", 1);
  else
    {
      tac_pairing_expire (pairing, now_us);
      if (act (pairing, number, &pair, now_us, &error))
        return;
      tac_counters_add (pairing->counters, "pair.failed", 1);
      g_warning ("a request to pair was lost: %s", error->message);
    }
}
