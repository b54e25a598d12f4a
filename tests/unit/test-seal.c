/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sealed datagrams: the replay window's edges, epochs, and forgeries that must move nothing. */
#include "codecs/kdf.h"
#include "codecs/seal.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

#define EPOCH(n) ((uint32_t)(n) << TAC_EPOCH_SHIFT)

static const uint8_t chain_ab[TAC_KEY_SIZE] = { 1 }, chain_ba[TAC_KEY_SIZE] = { 2 };
static const uint8_t a_body[TAC_BODY_SIZE] = "sixty bytes of speech";

/* One direction, both ends. */
typedef struct
{
  TacVoiceSealer sealer;
  TacVoiceOpener opener;
} Voice;

static Voice
voice (void)
{
  Voice v;

  tac_voice_sealer_init (&v.sealer, chain_ab);
  tac_voice_opener_init (&v.opener, chain_ab);
  return v;
}

/* A datagram of any tick, in any order: each from a sealer of its own, which gets there in steps.
 */
static void
datagram (uint32_t tick, uint8_t packet[TAC_DATAGRAM_SIZE])
{
  TacVoiceSealer sealer;

  tac_voice_sealer_init (&sealer, chain_ab);
  for (uint32_t on_the_way = 0; on_the_way < tick; on_the_way += EPOCH (TAC_EPOCH_AHEAD_MAX))
    g_assert_true (tac_voice_seal (&sealer, on_the_way, a_body, packet));
  g_assert_true (tac_voice_seal (&sealer, tick, a_body, packet));
}

static TacOpenResult
open_tick (TacVoiceOpener *opener, uint32_t tick)
{
  uint8_t packet[TAC_DATAGRAM_SIZE], body[TAC_BODY_SIZE];
  uint32_t got = 0;
  TacOpenResult result;

  datagram (tick, packet);
  result = tac_voice_open (opener, packet, sizeof packet, body, &got);
  if (result == TAC_OPEN_OK)
    {
      g_assert_cmpuint (got, ==, tick);
      g_assert_cmpmem (body, sizeof body, a_body, sizeof a_body);
    }
  return result;
}

/* Rows run in order on one window. */
static void
test_replay_window_edge (void)
{
  enum
  {
    W = TAC_REPLAY_WINDOW
  };
  static const struct
  {
    uint32_t counter;
    bool admitted;
  } rows[] = {
    { 0, true },
    { 0, false },
    { 1, true },
    { 1, false },
    { 9, true },
    { 8, true },
    { 7, true },
    { 7, false },
    { W, true },
    { W - 1, true },
    { W - 1, false },
    { W - 2, true },
    { 2, true },
    { 2, false },
    { W + 16, true },
    { 3, false },
    { W + 16, false },
    { 4 * W, true },
    { 4 * W - (W - 1), true },
    { 10, false },
    { 4 * W - W, false },
    { 4 * W - (W + 1), false },
    { 4 * W - (W - 2), true },
    { 4 * W + 1 - W, false },
    { 0, false },
    { 4 * W + 63, true },
    { 4 * W + 64, true },
    { 4 * W + 63, false },
    { UINT32_MAX - 64, true },
    { UINT32_MAX, true },
    { UINT32_MAX, false },
    { UINT32_MAX - 1, true },
    { UINT32_MAX - 64, false },
    { UINT32_MAX - W + 1, true },
    { UINT32_MAX - W, false },
    { 0, false },
  };
  TacReplayWindow window = { 0 };

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      bool admitted = tac_replay_admits (&window, rows[i].counter);

      if (admitted != rows[i].admitted)
        g_error ("row %zu, counter %u: admitted %d", i, rows[i].counter, admitted);
      if (admitted)
        tac_replay_mark (&window, rows[i].counter);
    }
}

/* Against the plainest model: a set of all counters seen. */
static void
test_replay_model (void)
{
  enum
  {
    RANGE = 20000
  };
  g_autofree bool *seen = g_new0 (bool, RANGE);
  TacReplayWindow window = { 0 };
  uint32_t newest = 0;

  for (unsigned i = 0; i < 200000; i++)
    {
      uint32_t around = MIN (RANGE - 1, newest + 100);
      uint32_t counter = (uint32_t)g_test_rand_int_range ((int)(around > 1400 ? around - 1400 : 0),
                                                          (int)around + 1);
      bool expected = !seen[counter] && (counter > newest || newest - counter < TAC_REPLAY_WINDOW);

      g_assert_cmpint (tac_replay_admits (&window, counter), ==, expected);
      if (!expected)
        continue;
      tac_replay_mark (&window, counter);
      seen[counter] = true;
      newest = MAX (newest, counter);
    }
}

static void
test_replayed (void)
{
  Voice v = voice ();
  uint8_t body[TAC_BODY_SIZE], untouched[TAC_BODY_SIZE], packet[TAC_DATAGRAM_SIZE];
  uint32_t tick = 77;

  datagram (40, packet);
  g_assert_cmpint (open_tick (&v.opener, 40), ==, TAC_OPEN_OK);
  memset (body, 0xa5, sizeof body);
  memset (untouched, 0xa5, sizeof untouched);
  g_assert_cmpint (tac_voice_open (&v.opener, packet, sizeof packet, body, &tick), ==,
                   TAC_OPEN_REPLAY);
  g_assert_cmpmem (body, sizeof body, untouched, sizeof untouched);
  g_assert_cmpuint (tick, ==, 77);
  g_assert_cmpint (open_tick (&v.opener, 39), ==, TAC_OPEN_OK);
}

static void
test_reflection (void)
{
  TacVoiceSealer mine;
  TacVoiceOpener from_peer;
  TacControlSealer control;
  TacControlOpener from_control_peer;
  uint8_t packet[TAC_DATAGRAM_SIZE], body[TAC_BODY_SIZE];
  uint32_t number;

  tac_voice_sealer_init (&mine, chain_ab);
  tac_voice_opener_init (&from_peer, chain_ba);
  g_assert_true (tac_voice_seal (&mine, 0, a_body, packet));
  g_assert_cmpint (tac_voice_open (&from_peer, packet, sizeof packet, body, &number), ==,
                   TAC_OPEN_FORGED);
  tac_control_sealer_init (&control, chain_ab);
  tac_control_opener_init (&from_control_peer, chain_ba);
  g_assert_true (tac_control_seal (&control, a_body, packet));
  g_assert_cmpint (tac_control_open (&from_control_peer, packet, sizeof packet, body, &number), ==,
                   TAC_OPEN_FORGED);
}

/* The type is authenticated: even under one key a datagram cannot change its lane. */
static void
test_type_confusion (void)
{
  Voice v = voice ();
  TacControlOpener control;
  uint8_t packet[TAC_DATAGRAM_SIZE], body[TAC_BODY_SIZE];
  uint32_t number;

  g_assert_true (tac_voice_seal (&v.sealer, 5, a_body, packet));
  tac_control_opener_init (&control, v.sealer.key);
  g_assert_cmpint (tac_control_open (&control, packet, sizeof packet, body, &number), ==,
                   TAC_OPEN_LENGTH);
  packet[0] = TAC_DATAGRAM_CONTROL;
  g_assert_cmpint (tac_control_open (&control, packet, sizeof packet, body, &number), ==,
                   TAC_OPEN_FORGED);
}

static void
test_forged_moves_nothing (void)
{
  static const uint32_t ticks[] = { 100, EPOCH (1) + 3, EPOCH (8), EPOCH (9) - 1 };
  Voice v = voice ();
  TacVoiceOpener before;

  g_assert_cmpint (open_tick (&v.opener, 99), ==, TAC_OPEN_OK);
  before = v.opener;
  for (size_t i = 0; i < G_N_ELEMENTS (ticks); i++)
    for (size_t bit = 0; bit < TAC_DATAGRAM_SIZE * 8; bit++)
      {
        uint8_t packet[TAC_DATAGRAM_SIZE], body[TAC_BODY_SIZE] = { 0 };
        static const uint8_t zeros[TAC_BODY_SIZE];
        uint32_t tick = 7;

        datagram (ticks[i], packet);
        packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
        g_assert_cmpint (tac_voice_open (&v.opener, packet, sizeof packet, body, &tick), !=,
                         TAC_OPEN_OK);
        g_assert_cmpmem (&v.opener, sizeof v.opener, &before, sizeof before);
        g_assert_cmpmem (body, sizeof body, zeros, sizeof zeros);
        g_assert_cmpuint (tick, ==, 7);
      }
}

static void
test_length (void)
{
  Voice v = voice ();
  uint8_t packet[TAC_DATAGRAM_SIZE], body[TAC_BODY_SIZE];
  uint32_t tick;

  datagram (1, packet);
  for (size_t size = 0; size < 200; size++)
    {
      g_autofree uint8_t *exact = g_malloc0 (size + 1); /* ASan sees a read past the end */
      uint8_t *start = exact + 1;

      memcpy (start, packet, MIN (size, sizeof packet));
      g_assert_cmpint (tac_voice_open (&v.opener, start, size, body, &tick), ==,
                       size == TAC_DATAGRAM_SIZE ? TAC_OPEN_OK : TAC_OPEN_LENGTH);
    }
}

static void
test_epoch_bounds (void)
{
  static const struct
  {
    uint32_t newest, tick;
    TacOpenResult result;
  } rows[] = {
    { 0, EPOCH (8), TAC_OPEN_OK },
    { 0, EPOCH (9) - 1, TAC_OPEN_OK },
    { 0, EPOCH (9), TAC_OPEN_AHEAD },
    { 0, EPOCH (100), TAC_OPEN_AHEAD },
    { EPOCH (3), EPOCH (11) + 5, TAC_OPEN_OK },
    { EPOCH (3), EPOCH (12), TAC_OPEN_AHEAD },
    { EPOCH (1), EPOCH (1) - 1, TAC_OPEN_OK },
    { EPOCH (1) + TAC_EPOCH_KEEP_TICKS - 1, EPOCH (1) - 1, TAC_OPEN_OK },
    { EPOCH (1) + TAC_EPOCH_KEEP_TICKS, EPOCH (1) - 1, TAC_OPEN_LATE },
    { EPOCH (3), EPOCH (3) - 1, TAC_OPEN_OK },
    { EPOCH (3), EPOCH (2) - 1, TAC_OPEN_LATE },
    { EPOCH (3) + 5, 0, TAC_OPEN_LATE },
    { EPOCH (3) + TAC_EPOCH_KEEP_TICKS, EPOCH (3), TAC_OPEN_OK },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Voice v = voice ();
      TacOpenResult result;

      g_assert_cmpint (open_tick (&v.opener, rows[i].newest), ==, TAC_OPEN_OK);
      result = open_tick (&v.opener, rows[i].tick);
      if (result != rows[i].result)
        g_error ("row %zu: after tick %u, tick %u gives %d", i, rows[i].newest, rows[i].tick,
                 result);
    }
}

/* Nothing that an opener or sealer holds at tick T is, or leads to, the key of an earlier epoch. */
static void
test_ratchet_one_way (void)
{
  enum
  {
    NOW = 20,
    LATER = 40
  };
  static const uint8_t zeros[TAC_KEY_SIZE];
  uint8_t chain[TAC_KEY_SIZE], past[NOW][TAC_KEY_SIZE], held[LATER + 12][TAC_KEY_SIZE];
  size_t n = 0;
  Voice v = voice ();

  memcpy (chain, chain_ab, sizeof chain);
  for (size_t i = 0; i < NOW; i++)
    tac_kdf_ratchet (chain, past[i]);
  for (uint32_t epoch = 0; epoch <= NOW; epoch++)
    g_assert_cmpint (open_tick (&v.opener, EPOCH (epoch) + TAC_EPOCH_KEEP_TICKS), ==, TAC_OPEN_OK);

  g_assert_false (v.opener.has_before);
  g_assert_cmpmem (v.opener.before, TAC_KEY_SIZE, zeros, sizeof zeros);
  for (size_t i = 0; i <= TAC_EPOCH_AHEAD_MAX; i++)
    memcpy (held[n++], v.opener.keys[i], TAC_KEY_SIZE);
  memcpy (held[n++], v.opener.chain, TAC_KEY_SIZE);
  for (size_t i = 0; i < LATER; i++)
    tac_kdf_ratchet (v.opener.chain, held[n++]);
  g_assert_cmpuint (n, <=, G_N_ELEMENTS (held));
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < NOW; j++)
      g_assert_cmpint (memcmp (held[i], past[j], TAC_KEY_SIZE), !=, 0);
}

static void
test_nonce_never_repeated (void)
{
  Voice v = voice ();
  uint8_t packet[TAC_DATAGRAM_SIZE], untouched[TAC_DATAGRAM_SIZE];
  uint64_t next = 0;

  memset (untouched, 0xa5, sizeof untouched);
  for (unsigned i = 0; i < 20000; i++)
    {
      int64_t around = (int64_t)next + g_test_rand_int_range (-3, 4);
      uint32_t tick = (uint32_t)MAX (0, around);
      bool sealed;

      memset (packet, 0xa5, sizeof packet);
      sealed = tac_voice_seal (&v.sealer, tick, a_body, packet);
      g_assert_cmpint (sealed, ==, tick >= next);
      if (sealed)
        next = (uint64_t)tick + 1;
      else
        g_assert_cmpmem (packet, sizeof packet, untouched, sizeof untouched);
    }
}

/* A clock gone wild costs neither the call's keys nor the sender's time. */
static void
test_jump_refused (void)
{
  Voice v = voice ();
  uint8_t packet[TAC_DATAGRAM_SIZE];

  g_assert_false (tac_voice_seal (&v.sealer, UINT32_MAX, a_body, packet));
  g_assert_false (tac_voice_seal (&v.sealer, EPOCH (9), a_body, packet));
  g_assert_true (tac_voice_seal (&v.sealer, EPOCH (9) - 1, a_body, packet));
  g_assert_true (tac_voice_seal (&v.sealer, EPOCH (9), a_body, packet));
}

/* A tick that its header alone claims. */
static void
test_far_ahead (void)
{
  static const uint32_t ticks[] = { EPOCH (9), 1u << 31, UINT32_MAX };
  Voice v = voice ();
  TacVoiceOpener before = v.opener;
  uint8_t packet[TAC_DATAGRAM_SIZE], body[TAC_BODY_SIZE];
  uint32_t got;

  for (size_t i = 0; i < G_N_ELEMENTS (ticks); i++)
    {
      datagram (0, packet);
      for (unsigned byte = 0; byte < 4; byte++)
        packet[1 + byte] = (uint8_t)(ticks[i] >> (24 - 8 * byte));
      g_assert_cmpint (tac_voice_open (&v.opener, packet, sizeof packet, body, &got), ==,
                       TAC_OPEN_AHEAD);
      g_assert_cmpmem (&v.opener, sizeof v.opener, &before, sizeof before);
    }
}

/* The last number of all is used once, and no number after it. */
static void
test_exhausted (void)
{
  TacControlSealer control;
  Voice v = voice ();
  uint8_t packet[TAC_DATAGRAM_SIZE];

  tac_control_sealer_init (&control, chain_ab);
  control.next = UINT32_MAX;
  g_assert_true (tac_control_seal (&control, a_body, packet));
  g_assert_cmpint (packet[1] & packet[2] & packet[3] & packet[4], ==, 0xff);
  g_assert_false (tac_control_seal (&control, a_body, packet));
  g_assert_false (tac_control_seal (&control, a_body, packet));

  v.sealer.epoch = UINT32_MAX >> TAC_EPOCH_SHIFT; /* as if four billion ticks had passed */
  g_assert_true (tac_voice_seal (&v.sealer, UINT32_MAX, a_body, packet));
  g_assert_false (tac_voice_seal (&v.sealer, UINT32_MAX, a_body, packet));
  g_assert_false (tac_voice_seal (&v.sealer, 0, a_body, packet));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/seal/replay-window-edge", test_replay_window_edge);
  g_test_add_func ("/seal/replay-window-model", test_replay_model);
  g_test_add_func ("/seal/replayed", test_replayed);
  g_test_add_func ("/seal/reflection", test_reflection);
  g_test_add_func ("/seal/type-confusion", test_type_confusion);
  g_test_add_func ("/seal/forged-moves-nothing", test_forged_moves_nothing);
  g_test_add_func ("/seal/length", test_length);
  g_test_add_func ("/seal/epoch-bounds", test_epoch_bounds);
  g_test_add_func ("/seal/ratchet-one-way", test_ratchet_one_way);
  g_test_add_func ("/seal/nonce-never-repeated", test_nonce_never_repeated);
  g_test_add_func ("/seal/jump-refused", test_jump_refused);
  g_test_add_func ("/seal/far-ahead", test_far_ahead);
  g_test_add_func ("/seal/exhausted", test_exhausted);
  return g_test_run ();
}
