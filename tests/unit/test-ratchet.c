/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The in-call ratchet's promise: who has everything that a phone holds at tick T opens nothing from
 * before T's epoch. */
#include "codecs/kdf.h"
#include "codecs/seal.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

#define EPOCH_TICKS 512u
#define GRACE_TICKS                                                                                \
  50u /* the key of the epoch before is kept so long into an epoch (docs/protocol.md §5) */
#define STEP 64u
#define FORWARD 12 /* steps of the ratchet that the thief tries from each key he guesses */

typedef struct
{
  TacVoiceSealer sealer;
  TacVoiceOpener opener;
  uint32_t ticks;
  uint8_t (*packets)[TAC_DATAGRAM_SIZE]; /* recorded: of each STEP-th tick */
} Call;

/* A conversation of @ticks, recorded as it is heard. */
static void
talk (Call *call, uint32_t ticks)
{
  uint8_t chain[TAC_KEY_SIZE], body[TAC_BODY_SIZE], heard[TAC_BODY_SIZE];
  uint32_t tick;

  randombytes_buf (chain, sizeof chain);
  tac_voice_sealer_init (&call->sealer, chain);
  tac_voice_opener_init (&call->opener, chain);
  sodium_memzero (chain, sizeof chain);
  call->ticks = ticks;
  call->packets = g_malloc0_n (ticks / STEP + 1, TAC_DATAGRAM_SIZE);
  for (uint32_t at = 0; at <= ticks; at++)
    {
      uint8_t packet[TAC_DATAGRAM_SIZE];

      memset (body, (int)at, sizeof body);
      g_assert_true (tac_voice_seal (&call->sealer, at, body, packet));
      g_assert_cmpint (tac_voice_open (&call->opener, packet, sizeof packet, heard, &tick), ==,
                       TAC_OPEN_OK);
      if (at % STEP == 0)
        memcpy (call->packets[at / STEP], packet, sizeof packet);
    }
}

static gboolean
opens (const uint8_t key[TAC_KEY_SIZE], const uint8_t packet[TAC_DATAGRAM_SIZE])
{
  uint8_t nonce[12] = { 0 }, body[TAC_BODY_SIZE];

  memcpy (nonce + 8, packet + 1, 4);
  return crypto_aead_chacha20poly1305_ietf_decrypt (body, NULL, NULL, packet + 5,
                                                    TAC_DATAGRAM_SIZE - 5, packet, 5, nonce, key)
         == 0;
}

/* Every 32 bytes of @state, wherever they lie, as a key and as a chain from which keys follow.
 * Returns: the lowest recorded tick that one of them opens. */
static uint32_t
earliest (const Call *call, const void *state, size_t size)
{
  uint32_t lowest = G_MAXUINT32;

  for (size_t at = 0; at + TAC_KEY_SIZE <= size; at++)
    {
      uint8_t chain[TAC_KEY_SIZE], key[TAC_KEY_SIZE];

      memcpy (chain, (const uint8_t *)state + at, sizeof chain);
      memcpy (key, chain, sizeof key);
      for (guint step = 0; step < FORWARD; step++)
        {
          for (uint32_t tick = 0; tick <= call->ticks && tick < lowest; tick += STEP)
            if (opens (key, call->packets[tick / STEP]))
              lowest = tick;
          tac_kdf_ratchet (chain, key);
        }
    }
  return lowest;
}

static void
steal_at (uint32_t ticks)
{
  uint32_t begin = ticks / EPOCH_TICKS * EPOCH_TICKS;
  Call call;

  talk (&call, ticks);
  /* Not before the epoch; and the search itself works, since it finds the epoch's first tick. */
  g_assert_cmpuint (earliest (&call, &call.sealer, sizeof call.sealer), ==, begin);
  g_assert_cmpuint (earliest (&call, &call.opener, sizeof call.opener), ==, begin);
  g_free (call.packets);
}

static void
test_theft (gconstpointer ticks)
{
  steal_at (GPOINTER_TO_UINT (ticks));
}

/* In an epoch's first second the receiver still holds the key before, for what is late; nothing
 * older. */
static void
test_grace (void)
{
  const uint32_t ticks = 3 * EPOCH_TICKS + GRACE_TICKS - 1;
  Call call;

  talk (&call, ticks);
  g_assert_cmpuint (earliest (&call, &call.opener, sizeof call.opener), ==, 2 * EPOCH_TICKS);
  g_assert_cmpuint (earliest (&call, &call.sealer, sizeof call.sealer), ==, 3 * EPOCH_TICKS);
  g_free (call.packets);
}

int
main (int argc, char **argv)
{
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ratchet/theft/after-one-second-of-an-epoch",
                        GUINT_TO_POINTER (2 * EPOCH_TICKS + GRACE_TICKS), test_theft);
  g_test_add_data_func ("/ratchet/theft/amid-an-epoch", GUINT_TO_POINTER (3 * EPOCH_TICKS + 300),
                        test_theft);
  g_test_add_data_func ("/ratchet/theft/at-an-epochs-end", GUINT_TO_POINTER (4 * EPOCH_TICKS - 1),
                        test_theft);
  g_test_add_func ("/ratchet/grace", test_grace);
  return g_test_run ();
}
