/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of pairing: one row a case, each rule's edge on both sides. */
#include "daemon/pairing-rules.h"

#include <string.h>

#define NUMBER "+15551000002"
#define DAY TAC_PAIRING_LIFE_US
#define HOUR TAC_PAIRING_WINDOW_US

/* Keys by letter: O own, B and C contacts', X Y strangers'. */
enum
{
  NO_CONTACT = 0
};

typedef struct
{
  const char *name;
  char key; /* that came */
  gboolean answer;
  char by_number, by_key; /* the contacts' keys; lower case: blocked; 0: none */
  gboolean asked;
  char waiting; /* key of the request that waits; 0: none */
  gboolean contested, declined, no_number;
  guint n_waiting, of_number, of_all, answers;
  TacPairingVerdict verdict;
  const char *counter;
} Row;

#define DROPPED .verdict = TAC_PAIRING_DROP, .counter
#define NOW .counter = NULL, .verdict

static const Row rows[] = {
  { "stranger asks", 'X', NOW = TAC_PAIRING_STORE },
  { "stranger answers", 'X', TRUE, NOW = TAC_PAIRING_STORE },
  { "number withheld", 'X', .no_number = TRUE, DROPPED = "pair.no-number" },
  { "number withheld, answer", 'X', TRUE, .no_number = TRUE, DROPPED = "pair.no-number" },
  { "own key", 'O', DROPPED = "pair.reflected" },
  { "own key as an answer to what was asked", 'O', TRUE, .asked = TRUE,
    DROPPED = "pair.reflected" },
  { "own key, number withheld", 'O', .no_number = TRUE, DROPPED = "pair.reflected" },

  /* A contact's number and key */
  { "contact asks again", 'B', FALSE, 'B', 'B', .verdict = TAC_PAIRING_ANSWER,
    .counter = "pair.repeated" },
  { "contact asks for the last time", 'B', FALSE, 'B', 'B', .answers = 2,
    .verdict = TAC_PAIRING_ANSWER, .counter = "pair.repeated" },
  { "contact asks too often", 'B', FALSE, 'B', 'B', .answers = 3, DROPPED = "pair.limited" },
  { "contact answers", 'B', TRUE, 'B', 'B', DROPPED = "pair.repeated" },
  { "contact that was made by hand answers", 'B', TRUE, 'B', 'B', TRUE,
    NOW = TAC_PAIRING_COMPLETE },
  { "blocked contact asks", 'B', FALSE, 'b', 'b', DROPPED = "pair.blocked" },
  { "blocked contact answers", 'B', TRUE, 'b', 'b', TRUE, DROPPED = "pair.blocked" },
  { "blocked number, another key", 'X', FALSE, 'b', 0, DROPPED = "pair.blocked" },
  { "blocked key, another number", 'B', FALSE, 0, 'b', DROPPED = "pair.blocked" },

  /* Never over a contact */
  { "contact's number, another key", 'X', FALSE, 'B', 0, NOW = TAC_PAIRING_STORE },
  { "contact's number, another key, asked", 'X', TRUE, 'B', 0, TRUE, NOW = TAC_PAIRING_STORE },
  { "contact's key, another number", 'B', FALSE, 0, 'B', NOW = TAC_PAIRING_STORE },
  { "contact's key, another number, asked", 'B', TRUE, 0, 'B', TRUE, NOW = TAC_PAIRING_STORE },
  { "one contact's number, another's key", 'C', FALSE, 'B', 'C', NOW = TAC_PAIRING_STORE },

  /* What this phone asked for */
  { "answer", 'X', TRUE, 0, 0, TRUE, NOW = TAC_PAIRING_COMPLETE },
  { "crossing requests", 'X', FALSE, 0, 0, TRUE, NOW = TAC_PAIRING_COMPLETE },
  { "answer while others flood", 'X', TRUE, 0, 0, TRUE, .n_waiting = 20, .of_number = 3,
    .of_all = 30, NOW = TAC_PAIRING_COMPLETE },
  { "answer of one that was declined before", 'X', TRUE, 0, 0, TRUE, .declined = TRUE,
    NOW = TAC_PAIRING_COMPLETE },

  /* Repeats and rivals: the first stays */
  { "the same again", 'X', .waiting = 'X', DROPPED = "pair.repeated" },
  { "the same again, now as an answer", 'X', TRUE, .waiting = 'X', DROPPED = "pair.repeated" },
  { "the same again, over every limit", 'X', .waiting = 'X', .n_waiting = 20, .of_number = 3,
    .of_all = 30, DROPPED = "pair.repeated" },
  { "rival", 'Y', .waiting = 'X', .verdict = TAC_PAIRING_CONTEST, .counter = "pair.contested" },
  { "second rival", 'Y', .waiting = 'X', .contested = TRUE, DROPPED = "pair.contested" },
  { "third key of a contact's number", 'Y', FALSE, 'B', 0, .waiting = 'X',
    .verdict = TAC_PAIRING_CONTEST, .counter = "pair.contested" },
  { "old key while a new one waits", 'B', FALSE, 'B', 'B', .waiting = 'X',
    .verdict = TAC_PAIRING_ANSWER, .counter = "pair.repeated" },
  { "declined", 'X', .declined = TRUE, DROPPED = "pair.declined" },
  { "declined, and another waits", 'X', .declined = TRUE, .waiting = 'Y',
    DROPPED = "pair.declined" },

  /* Limits: below, and at them */
  { "third of a number", 'X', .of_number = 2, NOW = TAC_PAIRING_STORE },
  { "fourth of a number", 'X', .of_number = 3, DROPPED = "pair.limited" },
  { "thirtieth of all", 'X', .of_all = 29, NOW = TAC_PAIRING_STORE },
  { "thirty-first of all", 'X', .of_all = 30, DROPPED = "pair.limited" },
  { "twentieth that waits", 'X', .n_waiting = 19, NOW = TAC_PAIRING_STORE },
  { "twenty-first that waits", 'X', .n_waiting = 20, DROPPED = "pair.limited" },
  { "new key of a contact, over the limit", 'X', FALSE, 'B', 0, .of_all = 30,
    DROPPED = "pair.limited" },
};

static const guint8 *
make_key (guint8 key[TAC_KEY_SIZE], char letter)
{
  memset (key, g_ascii_toupper (letter), TAC_KEY_SIZE);
  return key;
}

static const TacContact *
make_contact (TacContact *contact, char letter)
{
  if (letter == NO_CONTACT)
    return NULL;
  make_key (contact->key, letter);
  contact->blocked = g_ascii_islower (letter);
  return contact;
}

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      guint8 own[TAC_KEY_SIZE], waiting[TAC_KEY_SIZE];
      TacContact by_number = { 0 }, by_key = { 0 };
      TacPair pair = { .answer = row->answer };
      const char *counter = "untouched";
      TacPairingVerdict verdict;
      const TacPairingFacts facts = {
        .number = row->no_number ? NULL : NUMBER,
        .pair = &pair,
        .own_key = make_key (own, 'O'),
        .by_number = make_contact (&by_number, row->by_number),
        .by_key = make_contact (&by_key, row->by_key),
        .waiting_key = row->waiting != 0 ? make_key (waiting, row->waiting) : NULL,
        .contested = row->contested,
        .asked = row->asked,
        .declined = row->declined,
        .waiting = row->n_waiting,
        .of_number = row->of_number,
        .of_all = row->of_all,
        .answers = row->answers,
      };

      make_key (pair.identity, row->key);
      verdict = tac_pairing_judge (&facts, &counter);
      if (verdict != row->verdict || g_strcmp0 (counter, row->counter) != 0)
        g_error ("%s: verdict %d, counted as %s", row->name, (int)verdict, counter);
    }
}

static void
test_kinds (void)
{
  static const struct
  {
    char key;
    gboolean answer;
    char by_number, by_key;
    TacPairingKind kind;
  } kinds[] = {
    { 'X', FALSE, 0, 0, TAC_PAIRING_NEW },
    { 'X', TRUE, 0, 0, TAC_PAIRING_STRAY_ANSWER },
    { 'X', FALSE, 'B', 0, TAC_PAIRING_CHANGED_KEY },
    { 'X', TRUE, 'B', 0, TAC_PAIRING_CHANGED_KEY },
    { 'C', FALSE, 'B', 'C', TAC_PAIRING_CHANGED_KEY },
    { 'B', FALSE, 0, 'B', TAC_PAIRING_MOVED },
    { 'B', TRUE, 0, 'B', TAC_PAIRING_MOVED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      guint8 key[TAC_KEY_SIZE];
      TacContact by_number = { 0 }, by_key = { 0 };

      g_assert_cmpint (tac_pairing_kind (kinds[i].answer, make_key (key, kinds[i].key),
                                         make_contact (&by_number, kinds[i].by_number),
                                         make_contact (&by_key, kinds[i].by_key)),
                       ==, kinds[i].kind);
    }
}

static void
test_expiry (void)
{
  static const gint64 now = G_GINT64_CONSTANT (1790000000000000);
  static const struct
  {
    gint64 time;
    gboolean expired, window_over;
  } times[] = {
    { now, FALSE, FALSE },
    { now - HOUR + 1, FALSE, FALSE },
    { now - HOUR, FALSE, TRUE },
    { now - DAY + 1, FALSE, TRUE },
    { now - DAY, TRUE, TRUE },
    { 0, TRUE, TRUE },
    { now + HOUR - 1, FALSE, FALSE }, /* the clock was set back */
    { now + HOUR, FALSE, TRUE },
    { now + DAY - 1, FALSE, TRUE },
    { now + DAY, TRUE, TRUE },
    { 10 * now, TRUE, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_assert_cmpint (tac_pairing_expired (times[i].time, now), ==, times[i].expired);
      g_assert_cmpint (tac_pairing_window_over (times[i].time, now), ==, times[i].window_over);
    }
}

/* Every text names the parties and says what to do. */
static void
test_texts (void)
{
  static const struct
  {
    TacPairingKind kind;
    gboolean known;
    const char *says[3];
  } texts[] = {
    { TAC_PAIRING_NEW, FALSE, { NUMBER, "ccept", "four words" } },
    { TAC_PAIRING_STRAY_ANSWER, FALSE, { NUMBER, "set up anew", "four words" } },
    { TAC_PAIRING_OUTGOING, FALSE, { NUMBER, "tacitel pair", "again" } },
    { TAC_PAIRING_CHANGED_KEY, TRUE, { "\"Bob\"", "pretend", "old key" } },
    { TAC_PAIRING_MOVED, TRUE, { "\"Bob\"", NUMBER, "secret key" } },
  };
  TacContact bob = { .name = (char *)"Bob" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    for (guint way = 0; way < 4; way++)
      {
        g_autofree char *text
            = tac_pairing_text (texts[i].kind, NUMBER, texts[i].known ? &bob : NULL,
                                texts[i].known ? &bob : NULL, way & 1, way & 2);

        for (gsize j = 0; j < G_N_ELEMENTS (texts[i].says); j++)
          if (strstr (text, texts[i].says[j]) == NULL)
            g_error ("no \"%s\" in: %s", texts[i].says[j], text);
        g_assert_cmpint (strstr (text, "compare the fingerprint before") != NULL, ==, way & 1);
      }
}

/* All tries are names that a contact may have, and no two are the same, so one is free at last. */
static void
test_names (void)
{
  static const char *const said[]
      = { "", "Bob", "15551000002",
          "0123456789012345678901234567890123456789012345678901234567890123",
          "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
          "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
          "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
          "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80" };

  for (gsize i = 0; i < G_N_ELEMENTS (said); i++)
    {
      g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      char *name;

      for (guint nth = 0; (name = tac_pairing_name ("", said[i], NUMBER, nth)) != NULL; nth++)
        {
          if (!tac_name_check (name))
            g_error ("\"%s\" gives \"%s\"", said[i], name);
          g_hash_table_add (seen, name);
        }
      g_assert_cmpuint (g_hash_table_size (seen), >=, 8);
    }
  for (guint nth = 0; nth < 2; nth++)
    {
      g_autofree char *name = tac_pairing_name ("Robert", "Bob", NUMBER, nth);

      g_assert_true (g_str_has_prefix (name, "Robert"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pairing-rules/table", test_table);
  g_test_add_func ("/pairing-rules/kinds", test_kinds);
  g_test_add_func ("/pairing-rules/expiry", test_expiry);
  g_test_add_func ("/pairing-rules/texts", test_texts);
  g_test_add_func ("/pairing-rules/names", test_names);
  return g_test_run ();
}
