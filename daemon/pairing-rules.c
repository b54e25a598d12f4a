/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What to do with a PAIR, given what is known. A PAIR proves nothing, so no rule ever takes a key
 * that the user has not asked for or seen, and the first of two rivals stays: who sends later must
 * not be able to exchange the key that the user is about to accept. */
#include "daemon/pairing-rules.h"

#include <string.h>

#define NAMES_MOST 10

const char *
tac_pairing_kind_to_string (TacPairingKind kind)
{
  static const char *const names[] = { "new", "changed-key", "moved", "stray-answer", "waiting" };

  return names[kind];
}

static gboolean
same_key (const guint8 *a, const guint8 *b)
{
  return a != NULL && memcmp (a, b, TAC_KEY_SIZE) == 0;
}

TacPairingKind
tac_pairing_kind (gboolean answer, const guint8 key[TAC_KEY_SIZE], const TacContact *by_number,
                  const TacContact *by_key)
{
  if (by_number != NULL && !same_key (by_number->key, key))
    return TAC_PAIRING_CHANGED_KEY;
  if (by_number == NULL && by_key != NULL)
    return TAC_PAIRING_MOVED;
  return answer ? TAC_PAIRING_STRAY_ANSWER : TAC_PAIRING_NEW;
}

/* Its number and key are a contact's: it asks because it has not got ours. */
static TacPairingVerdict
judge_known (const TacPairingFacts *facts, const char **counter)
{
  if (facts->asked)
    return TAC_PAIRING_COMPLETE;
  *counter = "pair.repeated";
  if (facts->pair->answer)
    return TAC_PAIRING_DROP;
  if (facts->answers < TAC_PAIRING_NUMBER_MOST)
    return TAC_PAIRING_ANSWER;
  *counter = "pair.limited";
  return TAC_PAIRING_DROP;
}

static TacPairingVerdict
judge_request (const TacPairingFacts *facts, const char **counter)
{
  if (same_key (facts->waiting_key, facts->pair->identity))
    *counter = "pair.repeated";
  else if (facts->declined)
    *counter = "pair.declined";
  else if (facts->waiting_key != NULL)
    {
      *counter = "pair.contested";
      return facts->contested ? TAC_PAIRING_DROP : TAC_PAIRING_CONTEST;
    }
  else if (facts->waiting >= TAC_PAIRING_WAITING_MOST || facts->of_all >= TAC_PAIRING_ALL_MOST
           || facts->of_number >= TAC_PAIRING_NUMBER_MOST)
    *counter = "pair.limited";
  else
    return TAC_PAIRING_STORE;
  return TAC_PAIRING_DROP;
}

TacPairingVerdict
tac_pairing_judge (const TacPairingFacts *facts, const char **counter)
{
  const guint8 *key = facts->pair->identity;

  *counter = NULL;
  if (same_key (facts->own_key, key))
    *counter = "pair.reflected";
  else if (facts->number == NULL)
    *counter = "pair.no-number";
  else if ((facts->by_number != NULL && facts->by_number->blocked)
           || (facts->by_key != NULL && facts->by_key->blocked))
    *counter = "pair.blocked";
  if (*counter != NULL)
    return TAC_PAIRING_DROP;
  if (facts->by_number != NULL && same_key (facts->by_number->key, key))
    return judge_known (facts, counter);
  /* What this phone asked for is no stranger's: no limit. */
  if (facts->asked && facts->by_number == NULL && facts->by_key == NULL)
    return TAC_PAIRING_COMPLETE;
  return judge_request (facts, counter);
}

gboolean
tac_pairing_expired (gint64 time_us, gint64 now_us)
{
  return now_us >= time_us + TAC_PAIRING_LIFE_US || now_us <= time_us - TAC_PAIRING_LIFE_US;
}

gboolean
tac_pairing_window_over (gint64 start_us, gint64 now_us)
{
  return now_us >= start_us + TAC_PAIRING_WINDOW_US || now_us <= start_us - TAC_PAIRING_WINDOW_US;
}

/* Words */

static char *
text_of_changed_key (const char *number, const TacContact *by_number, const TacContact *by_key)
{
  if (by_key != NULL)
    return g_strdup_printf ("A message from %s, the number of \"%s\", carries the key of \"%s\". "
                            "Has one of them taken over the other's number, or does somebody "
                            "pretend to be them? Ask both. \"%s\" keeps the old key until then.",
                            number, by_number->name, by_key->name, by_number->name);
  return g_strdup_printf ("Another key came from the number of \"%s\". Either the phone was "
                          "replaced or set up anew, or somebody who can send from this number "
                          "pretends to be \"%s\". Ask in another way, compare the fingerprint, "
                          "and only then: tacitel contact replace-key. Until then the old key "
                          "stays in force.",
                          by_number->name, by_number->name);
}

static char *
text_of_kind (TacPairingKind kind, const char *number, const TacContact *by_number,
              const TacContact *by_key, gboolean sent)
{
  switch (kind)
    {
    case TAC_PAIRING_NEW:
      return g_strdup_printf ("Somebody who sends from %s wants to pair. The name is what they "
                              "call themselves; nothing of this is proven. Accept it if you "
                              "expect it, and compare the four words in the first call.",
                              number);
    case TAC_PAIRING_CHANGED_KEY:
      return text_of_changed_key (number, by_number, by_key);
    case TAC_PAIRING_MOVED:
      return g_strdup_printf ("The key of \"%s\" came from another number, %s. Accepting makes it "
                              "the number of \"%s\". Whoever answers there still needs the same "
                              "phone's secret key, so nobody can take part in your calls by this, "
                              "but a liar could keep your calls from arriving: ask if in doubt.",
                              by_key->name, number, by_key->name);
    case TAC_PAIRING_STRAY_ANSWER:
      return g_strdup_printf ("%s answers a request that this phone does not know: yours is older "
                              "than a day, was declined here, or was made before this phone was "
                              "set up anew. Or somebody tries to slip in a key. Accept it if you "
                              "have asked, and compare the four words in the first call.",
                              number);
    case TAC_PAIRING_OUTGOING:
      return sent ? g_strdup_printf ("Waiting for %s to accept. If nothing comes, ask whether the "
                                     "request was shown there, and send it again: tacitel pair %s",
                                     number, number)
                  : g_strdup_printf ("The network has not taken the request to %s. Send it again: "
                                     "tacitel pair %s",
                                     number, number);
    }
  g_return_val_if_reached (NULL);
}

char *
tac_pairing_text (TacPairingKind kind, const char *number, const TacContact *by_number,
                  const TacContact *by_key, gboolean contested, gboolean sent)
{
  g_autofree char *text = text_of_kind (kind, number, by_number, by_key, sent);

  if (!contested)
    return g_steal_pointer (&text);
  return g_strconcat (text,
                      " Careful: meanwhile another key came from the same number. One of the two "
                      "is not theirs: compare the fingerprint before you accept.",
                      NULL);
}

char *
tac_pairing_name (const char *wanted, const char *said, const char *number, guint nth)
{
  const char *base = *wanted != '\0' ? wanted : said;
  gsize most = TAC_PAIR_NAME_MAX - strlen (number);
  g_autofree char *cut = NULL;

  if (nth == 0)
    return g_strdup (*base != '\0' ? base : number + 1);
  if (nth >= NAMES_MOST)
    return NULL;
  if (nth > 2)
    return g_strdup_printf ("%s %u", number + 1, nth);
  if (nth == 2 || *base == '\0')
    return g_strdup (number + 1);
  if (strlen (base) > most)
    cut = g_strndup (base, (gsize)(g_utf8_find_prev_char (base, base + most + 1) - base));
  return g_strdup_printf ("%s %s", cut != NULL ? cut : base, number + 1);
}
