/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PAIRs of anybody, one after the other, to a phone with two contacts (the second blocked) and a
 * user who asks, accepts, declines and waits: the rules on a model of the store.
 *
 * Input: steps of one byte, low nibble: 0–9 PAIR of the number 0–4 with flag 0 or 1, followed by
 * the number of its key, or 0xff and a body of 131 bytes as it is; 10 ask, 11 accept, 12 decline
 * (high nibble: number); 13 wait (high nibble: hours); 14, 15 wait an hour.
 *
 * Whatever comes: a contact's key changes by nobody but the user, a key that waits is not exchanged
 * for another, nobody becomes a contact unasked, and all limits hold. */
#include "daemon/pairing-rules.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define NUMBERS 5 /* 4: withheld */
#define KEYS 6    /* 0: this phone's own */
#define REQUESTS_MOST 4096

typedef struct
{
  guint8 key[TAC_KEY_SIZE];
  gint64 time_us;
} Entry;

typedef struct
{
  gint64 now_us;
  TacContact contacts[NUMBERS];
  gboolean there[NUMBERS];
  Entry waiting[NUMBERS]; /* time 0: none */
  gboolean contested[NUMBERS];
  gint64 asked_us[NUMBERS];
  GArray *declined[NUMBERS]; /* Entry */
  GArray *taken[NUMBERS];    /* gint64, all that were stored as requests */
  GArray *answered[NUMBERS];
  GArray *all;
} Phone;

static guint8 keys[KEYS][TAC_KEY_SIZE];

static void
require (gboolean holds)
{
  if (!holds)
    abort ();
}

static void
make_keys (void)
{
  static gboolean made;

  for (guint i = 0; !made && i < KEYS; i++)
    {
      guint8 secret[TAC_KEY_SIZE] = { 0, (guint8)(i + 1) };
      TacKeyPair pair;

      tac_noise_key_pair (&pair, secret);
      memcpy (keys[i], pair.public, TAC_KEY_SIZE);
    }
  made = TRUE;
}

static void
phone_init (Phone *phone)
{
  memset (phone, 0, sizeof *phone);
  phone->now_us = G_GINT64_CONSTANT (1790000000000000);
  for (guint i = 0; i < NUMBERS; i++)
    {
      phone->declined[i] = g_array_new (FALSE, FALSE, sizeof (Entry));
      phone->taken[i] = g_array_new (FALSE, FALSE, sizeof (gint64));
      phone->answered[i] = g_array_new (FALSE, FALSE, sizeof (gint64));
    }
  phone->all = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < 2; i++)
    {
      phone->there[i] = TRUE;
      memcpy (phone->contacts[i].key, keys[i + 1], TAC_KEY_SIZE);
    }
  phone->contacts[1].blocked = TRUE;
}

static void
phone_clear (Phone *phone)
{
  for (guint i = 0; i < NUMBERS; i++)
    {
      g_array_unref (phone->declined[i]);
      g_array_unref (phone->taken[i]);
      g_array_unref (phone->answered[i]);
    }
  g_array_unref (phone->all);
}

static guint
count_recent (const GArray *times, gint64 now_us)
{
  guint n = 0;

  for (guint i = 0; i < times->len; i++)
    n += !tac_pairing_window_over (g_array_index (times, gint64, i), now_us);
  return n;
}

static gboolean
is_declined (const Phone *phone, guint number, const guint8 *key)
{
  for (guint i = 0; i < phone->declined[number]->len; i++)
    {
      const Entry *entry = &g_array_index (phone->declined[number], Entry, i);

      if (memcmp (entry->key, key, TAC_KEY_SIZE) == 0
          && !tac_pairing_expired (entry->time_us, phone->now_us))
        return TRUE;
    }
  return FALSE;
}

static guint
count_waiting (const Phone *phone)
{
  guint n = 0;

  for (guint i = 0; i < NUMBERS; i++)
    n += phone->waiting[i].time_us != 0;
  return n;
}

static const TacContact *
find_key (const Phone *phone, const guint8 *key)
{
  for (guint i = 0; i < NUMBERS; i++)
    if (phone->there[i] && memcmp (phone->contacts[i].key, key, TAC_KEY_SIZE) == 0)
      return &phone->contacts[i];
  return NULL;
}

static void
add_contact (Phone *phone, guint number, const guint8 *key)
{
  require (!phone->there[number] && find_key (phone, key) == NULL);
  require (memcmp (key, keys[0], TAC_KEY_SIZE) != 0);
  phone->there[number] = TRUE;
  memcpy (phone->contacts[number].key, key, TAC_KEY_SIZE);
  phone->waiting[number].time_us = 0;
  phone->asked_us[number] = 0;
}

static void
store (Phone *phone, guint number, const guint8 *key)
{
  require (phone->waiting[number].time_us == 0);
  memcpy (phone->waiting[number].key, key, TAC_KEY_SIZE);
  phone->waiting[number].time_us = phone->now_us;
  phone->contested[number] = FALSE;
  g_array_append_val (phone->taken[number], phone->now_us);
  g_array_append_val (phone->all, phone->now_us);
  require (count_recent (phone->taken[number], phone->now_us) <= TAC_PAIRING_NUMBER_MOST);
  require (count_recent (phone->all, phone->now_us) <= TAC_PAIRING_ALL_MOST);
  require (count_waiting (phone) <= TAC_PAIRING_WAITING_MOST);
}

static void
answer (Phone *phone, guint number, const TacPair *pair)
{
  require (phone->there[number] && !phone->contacts[number].blocked && !pair->answer);
  require (memcmp (phone->contacts[number].key, pair->identity, TAC_KEY_SIZE) == 0);
  g_array_append_val (phone->answered[number], phone->now_us);
  require (count_recent (phone->answered[number], phone->now_us) <= TAC_PAIRING_NUMBER_MOST);
}

static void
receive (Phone *phone, guint number, const TacPair *pair)
{
  static const char *const numbers[NUMBERS]
      = { "+15551000001", "+15551000002", "+15551000003", "+15551000004", NULL };
  const char *counter;
  const TacPairingFacts facts = {
    .number = numbers[number],
    .pair = pair,
    .own_key = keys[0],
    .by_number = phone->there[number] ? &phone->contacts[number] : NULL,
    .by_key = find_key (phone, pair->identity),
    .waiting_key = phone->waiting[number].time_us != 0 ? phone->waiting[number].key : NULL,
    .contested = phone->contested[number],
    .asked = phone->asked_us[number] != 0,
    .declined = is_declined (phone, number, pair->identity),
    .waiting = count_waiting (phone),
    .of_number = count_recent (phone->taken[number], phone->now_us),
    .of_all = count_recent (phone->all, phone->now_us),
    .answers = count_recent (phone->answered[number], phone->now_us),
  };
  TacPairingVerdict verdict = tac_pairing_judge (&facts, &counter);

  require ((verdict != TAC_PAIRING_DROP && verdict != TAC_PAIRING_CONTEST
            && verdict != TAC_PAIRING_ANSWER)
           || g_str_has_prefix (counter, "pair."));
  require (verdict == TAC_PAIRING_DROP || numbers[number] != NULL);
  if (verdict == TAC_PAIRING_ANSWER)
    answer (phone, number, pair);
  else if (verdict == TAC_PAIRING_CONTEST)
    phone->contested[number] = TRUE;
  else if (verdict == TAC_PAIRING_STORE)
    store (phone, number, pair->identity);
  else if (verdict == TAC_PAIRING_COMPLETE)
    {
      require (phone->asked_us[number] != 0); /* nobody unasked */
      if (!phone->there[number])
        add_contact (phone, number, pair->identity);
      phone->asked_us[number] = 0;
    }
}

/* Returns how many bytes it took. */
static size_t
receive_bytes (Phone *phone, guint number, gboolean is_answer, const uint8_t *data, size_t size)
{
  uint8_t sms[TAC_SMS_SIZE] = { 0 };
  size_t n = MIN (size - 1, sizeof sms - TAC_SMS_HEADER_SIZE);
  TacPair pair = { .answer = is_answer };

  if (data[0] != 0xff)
    {
      memcpy (pair.identity, keys[data[0] % KEYS], TAC_KEY_SIZE);
      receive (phone, number, &pair);
      return 1;
    }
  tac_message_header (sms, TAC_SMS_PAIR);
  memcpy (sms + TAC_SMS_HEADER_SIZE, data + 1, n);
  if (tac_pair_open (sms, sizeof sms, &pair) == TAC_MESSAGE_OK)
    receive (phone, number, &pair);
  return 1 + n;
}

/* The user's part, as pairing-user.c does it. */
static void
act (Phone *phone, guint step, guint number)
{
  Entry *waiting = &phone->waiting[number];
  const TacContact *by_key = find_key (phone, waiting->key);

  if (number == NUMBERS - 1)
    return;
  if (step == 10 && waiting->time_us == 0 && !phone->there[number])
    phone->asked_us[number] = phone->now_us;
  else if (step == 11 && waiting->time_us != 0 && phone->there[number])
    {
      memcpy (phone->contacts[number].key,
              by_key == NULL ? waiting->key : phone->contacts[number].key, TAC_KEY_SIZE);
      waiting->time_us = 0;
    }
  else if (step == 11 && waiting->time_us != 0 && by_key == NULL)
    add_contact (phone, number, waiting->key);
  else if (step == 12 && waiting->time_us != 0)
    {
      waiting->time_us = phone->now_us;
      g_array_append_val (phone->declined[number], *waiting);
      waiting->time_us = 0;
    }
}

static void
pass_time (Phone *phone, gint64 us)
{
  phone->now_us += us;
  for (guint i = 0; i < NUMBERS; i++)
    {
      if (tac_pairing_expired (phone->waiting[i].time_us, phone->now_us))
        phone->waiting[i].time_us = 0;
      if (tac_pairing_expired (phone->asked_us[i], phone->now_us))
        phone->asked_us[i] = 0;
    }
}

/* A step that is not the user's leaves every contact's key and every key that waits as it was. */
static void
check_kept (const Phone *before, const Phone *after)
{
  for (guint i = 0; i < NUMBERS; i++)
    {
      require (!before->there[i] || after->there[i]);
      require (!before->there[i]
               || memcmp (before->contacts[i].key, after->contacts[i].key, TAC_KEY_SIZE) == 0);
      require (before->waiting[i].time_us == 0 || after->waiting[i].time_us == 0
               || memcmp (before->waiting[i].key, after->waiting[i].key, TAC_KEY_SIZE) == 0);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Phone phone;

  if (size > REQUESTS_MOST)
    return 0;
  make_keys ();
  phone_init (&phone);
  while (size > 0)
    {
      guint step = data[0] & 15, high = data[0] >> 4;

      data++;
      size--;
      if (step < 10 && size > 0)
        {
          const Phone before = phone;
          size_t used = receive_bytes (&phone, step / 2, step % 2, data, size);

          check_kept (&before, &phone);
          data += used;
          size -= used;
        }
      else if (step >= 10 && step <= 12)
        act (&phone, step, high % NUMBERS);
      else if (step >= 13)
        pass_time (&phone, step == 13 ? high * G_TIME_SPAN_HOUR : G_TIME_SPAN_HOUR);
    }
  phone_clear (&phone);
  return 0;
}
