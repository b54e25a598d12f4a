/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What trust costs, for tests/bench: opening invitations and the store, of any size.
 *
 *   bench-trust make FOLDER CONTACTS CALLS   a phone's data: keyring, store; passphrase "bench"
 *   bench-trust measure FOLDER               prints one JSON object of milliseconds
 *
 * The calls are five minutes apart, the last one now. The last contact is the one who calls.
 */
#include "codecs/invitation.h"
#include "daemon/contacts.h"
#include "daemon/history.h"
#include "daemon/keyring.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRIES 9
#define CALLER_NUMBER "+19990000000"
#define COST_MS 1000 /* [keyring] unlock-time, as it is by default */
#define SPACE_US (5 * G_TIME_SPAN_MINUTE)

static void __attribute__ ((noreturn)) die (const GError *error)
{
  fprintf (stderr, "bench-trust: %s\n", error != NULL ? error->message : "failed");
  exit (EXIT_FAILURE);
}

static double
now_ms (void)
{
  return (double)g_get_monotonic_time () / 1000;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const double *one = a, *two = b;

  return (*one > *two) - (*one < *two);
}

static double
median (double times[TRIES])
{
  qsort (times, TRIES, sizeof *times, compare);
  return times[TRIES / 2];
}

static void
make_caller (TacKeyPair *caller)
{
  guint8 secret[TAC_KEY_SIZE];

  memset (secret, 9, sizeof secret);
  tac_noise_key_pair (caller, secret);
}

/* Making */

/* Keys and secrets that belong to nobody: each fails like a stranger's. */
static void
add_strangers (TacStore *store, guint n)
{
  sqlite3_stmt *add = tac_store_statement (
      store, "INSERT INTO contact (name, number, key, secret) VALUES (?1, ?2, ?3, ?4)");

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("Contact %06u", i);
      g_autofree char *number = g_strdup_printf ("+1555%07u", i);
      guint8 bytes[2 * TAC_KEY_SIZE];

      randombytes_buf (bytes, sizeof bytes);
      sqlite3_bind_text (add, 1, name, -1, SQLITE_STATIC);
      sqlite3_bind_text (add, 2, number, -1, SQLITE_STATIC);
      sqlite3_bind_blob (add, 3, bytes, TAC_KEY_SIZE, SQLITE_STATIC);
      sqlite3_bind_blob (add, 4, bytes + TAC_KEY_SIZE, TAC_KEY_SIZE, SQLITE_STATIC);
      if (!tac_store_run (store, add, NULL))
        die (NULL);
    }
}

static void
add_calls (TacStore *store, guint n, guint contacts)
{
  sqlite3_stmt *add = tac_store_statement (
      store, "INSERT INTO call (time, outgoing, name, number, security, verified, duration, loss, "
             "jitter, round_trip, reason, count) "
             "VALUES (?1, ?2, ?3, ?4, 'wide', 1, 61000, 0.5, 12, 80, 'hangup', 1)");
  gint64 now = g_get_real_time ();

  for (guint i = 0; i < n; i++)
    {
      guint who = i * 7919 % contacts;
      g_autofree char *name = g_strdup_printf ("Contact %06u", who);
      g_autofree char *number = g_strdup_printf ("+1555%07u", who);

      sqlite3_bind_int64 (add, 1, now - (gint64)(n - 1 - i) * SPACE_US);
      sqlite3_bind_int (add, 2, i % 2);
      sqlite3_bind_text (add, 3, name, -1, SQLITE_STATIC);
      sqlite3_bind_text (add, 4, number, -1, SQLITE_STATIC);
      if (!tac_store_run (store, add, NULL))
        die (NULL);
    }
}

static const TacPassphrase passphrase = { .size = 5, .bytes = "bench" };

static void
make (const char *folder, guint n_contacts, guint n_calls)
{
  g_autofree char *keyring = g_build_filename (folder, "keyring", NULL);
  g_autofree char *path = g_build_filename (folder, "store.db", NULL);
  g_autoptr (TacContacts) contacts = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TacKeys) keys = tac_keyring_create (keyring, &passphrase, COST_MS, &error);
  TacStore *store = keys != NULL ? tac_store_open (path, keys->store_key, &error) : NULL;
  TacKeyPair caller;

  if (store == NULL)
    die (error);
  make_caller (&caller);
  contacts = tac_contacts_new (store, &keys->identity);
  if (!tac_store_begin (store, &error))
    die (error);
  add_strangers (store, n_contacts - 1);
  add_calls (store, n_calls, n_contacts);
  if (!tac_contacts_add (contacts, "Caller", CALLER_NUMBER, caller.public, &error)
      || !tac_store_commit (store, &error))
    die (error);
  tac_store_close (store);
}

/* Measuring */

typedef struct
{
  char *path;
  TacKeys *keys;
  TacStore *store;
  TacContacts *contacts;
  TacHistory *history;
  guint8 sms[TAC_SMS_SIZE];
} Bench;

/* As the daemon does it, each time from nothing. The limits are there, and just not reached. */
static double
open_store (Bench *it)
{
  static const TacConfig config = { .history_keep_days = 36500, .history_keep_calls = 100000000 };
  g_autoptr (GError) error = NULL;
  double start = now_ms ();

  it->store = tac_store_open (it->path, it->keys->store_key, &error);
  if (it->store == NULL)
    die (error);
  it->contacts = tac_contacts_new (it->store, &it->keys->identity);
  it->history = tac_history_new (it->store, &config);
  return now_ms () - start;
}

static void
close_store (Bench *it)
{
  g_clear_object (&it->history);
  g_clear_object (&it->contacts);
  g_clear_pointer (&it->store, tac_store_close);
}

static void
make_invite (Bench *it)
{
  TacInvite invite = { .time_ms = 1 };
  guint8 ephemeral[TAC_KEY_SIZE];
  TacHandshake handshake;
  TacKeyPair caller;

  make_caller (&caller);
  randombytes_buf (ephemeral, sizeof ephemeral);
  if (tac_invite_create (&handshake, it->sms, &caller, it->keys->identity.public, ephemeral,
                         &invite)
      != TAC_MESSAGE_OK)
    die (NULL);
}

typedef struct
{
  TacInviteTrial trial;
  const TacKeyPair *me;
} Search;

static gboolean
try_secret (gint64 id, const guint8 *key, const guint8 *secret, gpointer user_data)
{
  Search *search = user_data;
  TacHandshake handshake;
  TacInvite invite;

  return tac_invite_try (&search->trial, &handshake, search->me, key, secret, &invite)
         == TAC_MESSAGE_OK;
}

static double
open_invite (Bench *it, gboolean known)
{
  double start = now_ms ();
  Search search = { .me = &it->keys->identity };
  g_autoptr (TacContact) contact = NULL;
  gint64 id = 0;

  if (tac_invite_trial (&search.trial, it->sms, sizeof it->sms, search.me) != TAC_MESSAGE_OK)
    die (NULL);
  if (known)
    {
      contact = tac_contacts_find_number (it->contacts, CALLER_NUMBER);
      if (contact != NULL)
        id = tac_contacts_try_secret (it->contacts, contact->id, try_secret, &search);
    }
  else
    id = tac_contacts_try_secrets (it->contacts, try_secret, &search);
  if (id == 0)
    die (NULL);
  return now_ms () - start;
}

static void
count_call (const TacHistoryCall *call, gpointer count)
{
  (*(guint *)count)++;
}

static double
list_yesterday (Bench *it, guint *count)
{
  double start = now_ms ();
  TacHistoryFilter filter = { .since_us = g_get_real_time () - 24 * G_TIME_SPAN_HOUR };

  *count = 0;
  tac_history_foreach (it->history, &filter, count_call, count);
  return now_ms () - start;
}

/* The same rows, by no index and to nobody. */
static double
list_bare (Bench *it, guint count)
{
  double start = now_ms ();
  sqlite3_stmt *rows
      = tac_store_statement (it->store, "SELECT * FROM call ORDER BY id DESC LIMIT ?1");

  sqlite3_bind_int64 (rows, 1, count);
  while (tac_store_step (it->store, rows))
    continue;
  return now_ms () - start;
}

/* SQLCipher and nothing of ours: opened with the key, and read once. */
static double
open_bare (Bench *it)
{
  double start = now_ms ();
  char literal[sizeof "x''" + 2 * TAC_STORE_KEY_SIZE] = "x'";
  sqlite3 *db;

  sodium_bin2hex (literal + 2, sizeof literal - 2, it->keys->store_key, TAC_STORE_KEY_SIZE);
  strcat (literal, "'");
  if (sqlite3_open (it->path, &db) != SQLITE_OK
      || sqlite3_key_v2 (db, "main", literal, (int)strlen (literal)) != SQLITE_OK
      || sqlite3_exec (db,
                       "PRAGMA cipher_compatibility = 3; PRAGMA cipher_page_size = 4096;"
                       "SELECT count (*) FROM sqlite_master",
                       NULL, NULL, NULL)
             != SQLITE_OK)
    die (NULL);
  sqlite3_close (db);
  return now_ms () - start;
}

static double
exchange_once (const Bench *it)
{
  double start = now_ms ();
  guint8 out[TAC_KEY_SIZE];

  for (guint i = 0; i < 100; i++)
    if (!tac_noise_dh (out, it->keys->identity.secret, it->sms + TAC_SMS_HEADER_SIZE))
      die (NULL);
  return (now_ms () - start) / 100;
}

/* An AEAD open, of INVITE's size, that fails: the least that a try can cost. */
static double
open_once (const Bench *it)
{
  guint8 h[TAC_HASH_SIZE] = { 0 }, nonce[12] = { 0 }, payload[TAC_SMS_SIZE];
  double start = now_ms ();

  for (guint i = 0; i < 10000; i++)
    if (crypto_aead_chacha20poly1305_ietf_decrypt (
            payload, NULL, NULL, it->sms + TAC_SMS_HEADER_SIZE + TAC_KEY_SIZE,
            TAC_SMS_SIZE - TAC_SMS_HEADER_SIZE - TAC_KEY_SIZE, h, sizeof h, nonce,
            it->keys->store_key)
        == 0)
      die (NULL);
  return (now_ms () - start) / 10000;
}

static double
resident_mb (void)
{
  FILE *file = fopen ("/proc/self/statm", "r");
  long whole, resident;

  if (file == NULL || fscanf (file, "%ld %ld", &whole, &resident) != 2)
    die (NULL);
  fclose (file);
  return (double)(resident * sysconf (_SC_PAGESIZE)) / 1e6;
}

static void
measure (Bench *it)
{
  double opened[TRIES], known[TRIES], withheld[TRIES], listed[TRIES];
  double bare[TRIES], rows[TRIES], exchange[TRIES], aead[TRIES], resident = 0;
  guint count = 0, contacts = 0;

  for (guint i = 0; i < TRIES; i++)
    {
      bare[i] = open_bare (it);
      opened[i] = open_store (it);
      known[i] = open_invite (it, TRUE);
      listed[i] = list_yesterday (it, &count);
      rows[i] = list_bare (it, count);
      withheld[i] = open_invite (it, FALSE);
      exchange[i] = exchange_once (it);
      aead[i] = open_once (it);
      contacts = tac_contacts_count (it->contacts);
      resident = resident_mb ();
      close_store (it);
    }
  printf ("{\"contacts\": %u, \"open\": %.3f, \"known\": %.3f, \"withheld\": %.3f, "
          "\"yesterday\": %.3f, \"yesterday_rows\": %u, \"resident_mb\": %.2f, "
          "\"floor_open\": %.3f, \"floor_rows\": %.3f, \"floor_x25519\": %.4f, "
          "\"floor_aead\": %.5f}\n",
          contacts, median (opened), median (known), median (withheld), median (listed), count,
          resident, median (bare), median (rows), median (exchange), median (aead));
}

static void
measure_folder (const char *folder)
{
  g_autofree char *keyring = g_build_filename (folder, "keyring", NULL);
  g_autofree char *path = g_build_filename (folder, "store.db", NULL);
  g_autoptr (GError) error = NULL;
  Bench it = { .path = path };
  gboolean duress;

  it.keys = tac_keyring_open (keyring, &passphrase, &duress, &error);
  if (it.keys == NULL)
    die (error);
  make_invite (&it);
  measure (&it);
  tac_keys_free (it.keys);
}

int
main (int argc, char **argv)
{
  if (sodium_init () < 0)
    die (NULL);
  if (argc == 5 && strcmp (argv[1], "make") == 0 && atoi (argv[3]) > 0)
    make (argv[2], (guint)atoi (argv[3]), (guint)atoi (argv[4]));
  else if (argc == 3 && strcmp (argv[1], "measure") == 0)
    measure_folder (argv[2]);
  else
    {
      fprintf (stderr, "Usage: bench-trust make FOLDER CONTACTS CALLS | measure FOLDER\n");
      return 2;
    }
  return EXIT_SUCCESS;
}
