/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Argon2id (RFC 9106) by libsodium, one lane, calibrated by trying. */
#include "daemon/keyring-cost.h"

#include "daemon/errors.h"

#include <sodium.h>
#include <time.h>
#include <unistd.h>

#define MEMORY_LEAST_KIB (64 * 1024)
#define MEMORY_LEAST_TEST_KIB 1024
#define TEST_TARGET_MS 250 /* below: the lesser least */
#define TRIES_MAX 6

gboolean
tac_keyring_cost_check (TacKeyringCost cost)
{
  return cost.ops >= crypto_pwhash_argon2id_OPSLIMIT_MIN && cost.ops <= TAC_COST_OPS_MAX
         && cost.memory_kib >= crypto_pwhash_argon2id_MEMLIMIT_MIN / 1024
         && cost.memory_kib <= TAC_COST_MEMORY_MAX_KIB;
}

gboolean
tac_keyring_cost_derive (TacKeyringCost cost, const TacPassphrase *passphrase,
                         const guint8 salt[TAC_SALT_SIZE], guint8 key[32], GError **error)
{
  int result
      = crypto_pwhash (key, 32, (const char *)passphrase->bytes, passphrase->size, salt, cost.ops,
                       (size_t)cost.memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13);

  sodium_stackzero (4096); /* where Argon2id began with the passphrase */
  if (result == 0)
    return TRUE;
  g_set_error (error, TAC_ERROR, TAC_ERROR_FAILED,
               "the passphrase's key needs %u MiB of memory, which are not free: close a program",
               cost.memory_kib / 1024);
  return FALSE;
}

static guint32
spare_memory_kib (void)
{
  guint64 eighth = (guint64)sysconf (_SC_PHYS_PAGES) * (guint64)sysconf (_SC_PAGESIZE) / 8 / 1024;

  return (guint32)CLAMP (eighth, MEMORY_LEAST_KIB, TAC_COST_MEMORY_MAX_KIB);
}

/* Processor time: what else runs on this machine must not make the cost a lesser one. */
static double
thread_time_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static gboolean
derive_timed (TacKeyringCost cost, const TacPassphrase *passphrase, const guint8 *salt, guint8 *key,
              double *took_ms, GError **error)
{
  double start_ms = thread_time_ms ();
  gboolean ok = tac_keyring_cost_derive (cost, passphrase, salt, key, error);

  *took_ms = MAX (thread_time_ms () - start_ms, 0.01);
  return ok;
}

static guint32
least_memory_kib (guint target_ms)
{
  return target_ms < TEST_TARGET_MS ? MEMORY_LEAST_TEST_KIB : MEMORY_LEAST_KIB;
}

/* Nearer to the target by one measured derivation; FALSE: near enough, or nothing comes nearer. The
 * time grows as passes × memory. */
static gboolean
improve (TacKeyringCost *cost, double took_ms, guint target_ms)
{
  guint32 least = least_memory_kib (target_ms), spare = spare_memory_kib ();
  double factor = target_ms / took_ms, work = (double)cost->ops * cost->memory_kib * factor;
  TacKeyringCost before = *cost;

  if (factor > 0.85 && factor < 1.2)
    return FALSE;
  cost->ops = (guint32)CLAMP (work / spare + 1, 1, TAC_COST_OPS_MAX); /* rounded up */
  cost->memory_kib = (guint32)CLAMP (work / cost->ops, least, spare);
  return cost->ops != before.ops || cost->memory_kib != before.memory_kib;
}

gboolean
tac_keyring_cost_calibrate (guint target_ms, const TacPassphrase *passphrase,
                            const guint8 salt[TAC_SALT_SIZE], TacKeyringCost *cost, guint8 key[32],
                            GError **error)
{
  TacKeyringCost next = { 1, least_memory_kib (target_ms) };
  double took_ms;
  guint tries = 0;

  do
    {
      *cost = next;
      if (!derive_timed (*cost, passphrase, salt, key, &took_ms, error))
        return FALSE;
    }
  while (++tries < TRIES_MAX && improve (&next, took_ms, target_ms));
  return TRUE;
}
