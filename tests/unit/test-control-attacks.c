/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control lane, datagram by datagram: timing, bounds, and peers that lie or break the rules. */
#include "codecs/control.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

#define MS 1000
#define START 1000000

static const uint8_t key_ab[TAC_KEY_SIZE] = { 1 }, key_ba[TAC_KEY_SIZE] = { 2 };

/* A is under test; what B sends is made by hand with a sealer of its own. */
typedef struct
{
  TacControl *a;
  TacControlSealer b_send;
  TacControlOpener b_receive;
} Bench;

static Bench
bench (void)
{
  Bench b = { .a = tac_control_new (key_ab, key_ba) };

  g_assert_nonnull (b.a);
  tac_control_sealer_init (&b.b_send, key_ba);
  tac_control_opener_init (&b.b_receive, key_ab);
  return b;
}

static TacOpenResult
feed (Bench *b, int64_t now_us, const TacControlBody *body)
{
  uint8_t encoded[TAC_BODY_SIZE], packet[TAC_DATAGRAM_SIZE];

  tac_control_body_encode (body, encoded);
  g_assert_true (tac_control_seal (&b->b_send, encoded, packet));
  return tac_control_receive (b->a, now_us, packet, sizeof packet);
}

/* What A sends next, opened. */
static bool
take (Bench *b, int64_t now_us, TacControlBody *body)
{
  uint8_t encoded[TAC_BODY_SIZE], packet[TAC_DATAGRAM_SIZE];
  uint32_t counter;

  if (!tac_control_next_datagram (b->a, now_us, packet))
    return false;
  g_assert_cmpint (tac_control_open (&b->b_receive, packet, sizeof packet, encoded, &counter), ==,
                   TAC_OPEN_OK);
  g_assert_true (tac_control_body_decode (body, encoded));
  return true;
}

static void
test_resend_schedule (void)
{
  static const int64_t after_ms[] = { 0, 200, 600, 1400, 3000, 5000, 7000, 9000 };
  Bench b = bench ();
  TacControlBody body;

  g_assert_cmpint (tac_control_deadline (b.a), ==, TAC_CONTROL_NEVER);
  g_assert_cmpint (tac_control_send (b.a, TAC_CONTROL_READY, NULL, 0), ==, TAC_SEND_OK);
  g_assert_cmpint (tac_control_deadline (b.a), ==, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (after_ms); i++)
    {
      int64_t due = START + after_ms[i] * MS;

      if (i > 0)
        {
          g_assert_cmpint (tac_control_deadline (b.a), ==, due);
          g_assert_false (take (&b, due - 1, &body));
        }
      g_assert_true (take (&b, due, &body));
      g_assert_cmpint (body.type, ==, TAC_CONTROL_READY);
      g_assert_cmpuint (body.sequence, ==, 1);
      g_assert_false (take (&b, due, &body));
    }
  g_assert_false (tac_control_idle (b.a));
  feed (&b, START + 9001 * MS, &(TacControlBody){ .acknowledges = 1 });
  g_assert_true (tac_control_idle (b.a));
  g_assert_cmpint (tac_control_deadline (b.a), ==, TAC_CONTROL_NEVER);
  g_assert_cmpint (tac_control_stats (b.a)->srtt_us, ==, 0); /* Karn: it was resent */
  tac_control_free (b.a);
}

static void
test_round_trip_sets_the_pace (void)
{
  Bench b = bench ();
  TacControlBody body;

  tac_control_send (b.a, TAC_CONTROL_READY, NULL, 0);
  g_assert_true (take (&b, START, &body));
  feed (&b, START + 80 * MS, &(TacControlBody){ .acknowledges = 1 });
  g_assert_cmpint (tac_control_stats (b.a)->srtt_us, ==, 80 * MS);

  tac_control_send (b.a, TAC_CONTROL_RINGING, NULL, 0);
  g_assert_true (take (&b, START + 100 * MS, &body));
  g_assert_cmpint (tac_control_deadline (b.a), ==, START + 260 * MS);
  tac_control_free (b.a);
}

static void
test_ping (void)
{
  Bench b = bench ();
  TacControlBody body, pong = { .type = TAC_CONTROL_PONG, .size = 8, .value = "12345678" };
  TacControlMessage got;

  tac_control_send (b.a, TAC_CONTROL_PING, (const uint8_t *)"12345678", 8);
  g_assert_true (take (&b, START, &body));
  g_assert_cmpint (tac_control_deadline (b.a), ==, TAC_CONTROL_NEVER); /* is never resent */
  memcpy (pong.value, "87654321", 8);
  feed (&b, START + 10 * MS, &pong);
  g_assert_cmpint (tac_control_stats (b.a)->srtt_us, ==, 0);
  memcpy (pong.value, "12345678", 8);
  feed (&b, START + 30 * MS, &pong);
  feed (&b, START + 900 * MS, &pong); /* a second answer measures nothing */
  g_assert_cmpint (tac_control_stats (b.a)->srtt_us, ==, 30 * MS);
  for (unsigned i = 0; i < 3; i++)
    g_assert_true (tac_control_next_message (b.a, &got));
  g_assert_false (tac_control_next_message (b.a, &got));
  tac_control_free (b.a);
}

static void
test_acknowledged_at_once (void)
{
  Bench b = bench ();
  TacControlBody body;

  feed (&b, START, &(TacControlBody){ .sequence = 1, .type = TAC_CONTROL_READY });
  g_assert_cmpint (tac_control_deadline (b.a), ==, 0);
  g_assert_true (take (&b, START, &body));
  g_assert_cmpint (body.type, ==, TAC_CONTROL_ACK);
  g_assert_cmpuint (body.acknowledges, ==, 1);
  g_assert_false (take (&b, START, &body));

  /* with something to say it goes along */
  feed (&b, START, &(TacControlBody){ .sequence = 2, .type = TAC_CONTROL_HOLD });
  tac_control_send (b.a, TAC_CONTROL_RINGING, NULL, 0);
  g_assert_true (take (&b, START, &body));
  g_assert_cmpint (body.type, ==, TAC_CONTROL_RINGING);
  g_assert_cmpuint (body.acknowledges, ==, 2);
  g_assert_false (take (&b, START, &body));

  /* an acknowledgement is not acknowledged: two idle lanes fall silent */
  feed (&b, START, &(TacControlBody){ .acknowledges = 1 });
  g_assert_false (take (&b, START + 60000 * MS, &body));
  /* its loss is healed by the duplicate that follows */
  feed (&b, START, &(TacControlBody){ .sequence = 2, .type = TAC_CONTROL_HOLD });
  g_assert_true (take (&b, START, &body));
  g_assert_cmpuint (body.acknowledges, ==, 2);
  g_assert_cmpuint (tac_control_stats (b.a)->duplicates, ==, 1);
  g_assert_cmpuint (tac_control_stats (b.a)->overrun, ==, 0);
  tac_control_free (b.a);
}

static void
test_reflection (void)
{
  TacControl *a = tac_control_new (key_ab, key_ba);
  TacControlMessage got;
  uint8_t packet[TAC_DATAGRAM_SIZE];

  tac_control_send (a, TAC_CONTROL_BYE, (const uint8_t[]){ TAC_BYE_HANGUP }, 1);
  g_assert_true (tac_control_next_datagram (a, START, packet));
  g_assert_cmpint (tac_control_receive (a, START, packet, sizeof packet), ==, TAC_OPEN_FORGED);
  g_assert_false (tac_control_next_message (a, &got));
  g_assert_cmpuint (tac_control_stats (a)->refused[TAC_OPEN_FORGED], ==, 1);
  tac_control_free (a);
}

static void
test_forged_moves_nothing (void)
{
  TacControl *a = tac_control_new (key_ab, key_ba), *b = tac_control_new (key_ba, key_ab);
  TacControlMessage got;
  uint8_t packet[TAC_DATAGRAM_SIZE];

  tac_control_send (b, TAC_CONTROL_ANSWER, NULL, 0);
  g_assert_true (tac_control_next_datagram (b, START, packet));
  for (size_t bit = 0; bit < sizeof packet * 8; bit++)
    {
      packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
      g_assert_cmpint (tac_control_receive (a, START, packet, sizeof packet), !=, TAC_OPEN_OK);
      packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
  for (size_t size = 0; size < sizeof packet; size++)
    g_assert_cmpint (tac_control_receive (a, START, packet, size), ==, TAC_OPEN_LENGTH);
  g_assert_false (tac_control_next_message (a, &got));
  g_assert_cmpint (tac_control_deadline (a), ==, TAC_CONTROL_NEVER); /* no answer to a forgery */

  g_assert_cmpint (tac_control_receive (a, START, packet, sizeof packet), ==, TAC_OPEN_OK);
  g_assert_cmpint (tac_control_receive (a, START, packet, sizeof packet), ==, TAC_OPEN_REPLAY);
  g_assert_true (tac_control_next_message (a, &got));
  g_assert_cmpint (got.type, ==, TAC_CONTROL_ANSWER);
  g_assert_false (tac_control_next_message (a, &got));
  tac_control_free (a);
  tac_control_free (b);
}

static void
test_malformed (void)
{
  static const struct
  {
    const char *what;
    uint8_t bytes[8];
  } rows[] = {
    { "length 55", { 0, 0, 0, 1, TAC_CONTROL_PATH, 55 } },
    { "length 255", { 0, 0, 0, 1, TAC_CONTROL_PATH, 255 } },
    { "padding", { 0, 0, 0, 1, TAC_CONTROL_READY, 0, 0, 1 } },
    { "reliable type without a sequence", { 0, 0, 0, 0, TAC_CONTROL_BYE, 1 } },
    { "unreliable type with a sequence", { 0, 0, 0, 1, TAC_CONTROL_PING, 1 } },
    { "acknowledgement with a sequence", { 0, 0, 0, 1, TAC_CONTROL_ACK, 0 } },
    { "unreliable fragment", { 0, 0, 0, 0, 0x80 | TAC_CONTROL_PING, 54 } },
    { "fragment that is not full", { 0, 0, 0, 1, 0x80 | TAC_CONTROL_PATH, 53 } },
  };
  Bench b = bench ();
  TacControlMessage got;

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      uint8_t body[TAC_BODY_SIZE] = { 0 }, packet[TAC_DATAGRAM_SIZE];

      memcpy (body, rows[i].bytes, sizeof rows[i].bytes);
      g_assert_true (tac_control_seal (&b.b_send, body, packet));
      tac_control_receive (b.a, START, packet, sizeof packet);
      if (tac_control_stats (b.a)->malformed != i + 1)
        g_error ("%s is not refused", rows[i].what);
      g_assert_false (tac_control_next_message (b.a, &got));
      g_assert_cmpint (tac_control_deadline (b.a), ==, TAC_CONTROL_NEVER);
    }
  feed (&b, START, &(TacControlBody){ .sequence = 1, .type = TAC_CONTROL_READY });
  g_assert_true (tac_control_next_message (b.a, &got));
  tac_control_free (b.a);
}

/* Acknowledgements that are old, or of what was never sent. */
static void
test_lying_acknowledgement (void)
{
  static const uint16_t lies[] = { 0, 3, 4, 64, 1000, 32768, 65534, 65535 };
  Bench b = bench ();
  TacControlBody body;

  for (unsigned i = 0; i < 3; i++)
    tac_control_send (b.a, TAC_CONTROL_HOLD, NULL, 0);
  g_assert_true (take (&b, START, &body));
  g_assert_true (take (&b, START, &body)); /* two of three are sent */
  for (size_t i = 0; i < G_N_ELEMENTS (lies); i++)
    feed (&b, START, &(TacControlBody){ .acknowledges = lies[i] });
  g_assert_true (take (&b, START, &body));
  g_assert_cmpuint (body.sequence, ==, 3);
  feed (&b, START, &(TacControlBody){ .acknowledges = 3 });
  g_assert_true (tac_control_idle (b.a));
  feed (&b, START, &(TacControlBody){ .acknowledges = 1 });
  g_assert_true (tac_control_idle (b.a));
  tac_control_free (b.a);
}

static void
test_queue_bounded (void)
{
  uint8_t value[TAC_CONTROL_MESSAGE_MAX + 1] = { 0 };
  Bench b = bench ();
  TacControlBody body;

  g_assert_cmpint (tac_control_send (b.a, TAC_CONTROL_PATH, value, sizeof value), ==,
                   TAC_SEND_TOO_LONG);
  g_assert_cmpint (tac_control_send (b.a, TAC_CONTROL_PING, value, TAC_CONTROL_VALUE_MAX + 1), ==,
                   TAC_SEND_TOO_LONG);
  for (unsigned i = 0; i < TAC_CONTROL_QUEUE - 1; i++)
    g_assert_cmpint (tac_control_send (b.a, TAC_CONTROL_HOLD, NULL, 0), ==, TAC_SEND_OK);
  /* two fragments where one fits: none is queued */
  g_assert_cmpint (tac_control_send (b.a, TAC_CONTROL_PATH, value, 55), ==, TAC_SEND_FULL);
  g_assert_cmpint (tac_control_send (b.a, TAC_CONTROL_PATH, value, 54), ==, TAC_SEND_OK);
  g_assert_cmpint (tac_control_send (b.a, TAC_CONTROL_BYE, value, 1), ==, TAC_SEND_FULL);
  for (unsigned i = 1; i <= TAC_CONTROL_QUEUE; i++)
    {
      g_assert_true (take (&b, START, &body));
      g_assert_cmpuint (body.sequence, ==, i);
    }
  g_assert_false (take (&b, START, &body));
  /* one past the last: its place in the ring holds a message that was sent */
  feed (&b, START, &(TacControlBody){ .acknowledges = TAC_CONTROL_QUEUE + 1 });
  g_assert_cmpint (tac_control_send (b.a, TAC_CONTROL_BYE, value, 1), ==, TAC_SEND_FULL);
  feed (&b, START, &(TacControlBody){ .acknowledges = 1 });
  g_assert_cmpint (tac_control_send (b.a, TAC_CONTROL_BYE, value, 1), ==, TAC_SEND_OK);
  tac_control_free (b.a);
}

/* A peer that sends far beyond what it may is not stored, nor acknowledged. */
static void
test_receive_window (void)
{
  static const uint16_t outside[] = { 65, 66, 128, 1000, 32767 };
  Bench b = bench ();
  TacControlBody body, in = { .type = TAC_CONTROL_HOLD };
  TacControlMessage got;

  for (size_t i = 0; i < G_N_ELEMENTS (outside); i++)
    {
      in.sequence = outside[i];
      feed (&b, START, &in);
    }
  g_assert_cmpuint (tac_control_stats (b.a)->overrun, ==, G_N_ELEMENTS (outside));
  in.sequence = 64;
  feed (&b, START, &in);
  g_assert_true (take (&b, START, &body));
  g_assert_cmpuint (body.acknowledges, ==, 0);
  for (in.sequence = 1; in.sequence < 64; in.sequence++)
    feed (&b, START, &in);
  /* Nobody takes the messages: the window stays where it is. */
  in.sequence = 65;
  feed (&b, START, &in);
  g_assert_true (take (&b, START, &body));
  g_assert_cmpuint (body.acknowledges, ==, 64);
  for (unsigned i = 0; i < 64; i++)
    g_assert_true (tac_control_next_message (b.a, &got));
  g_assert_false (tac_control_next_message (b.a, &got));
  feed (&b, START, &in);
  g_assert_true (tac_control_next_message (b.a, &got));
  tac_control_free (b.a);
}

static void
feed_fragments (Bench *b, uint16_t *sequence, uint8_t type, unsigned n, uint8_t last_type)
{
  TacControlMessage got;

  for (unsigned i = 0; i < n; i++, (*sequence)++)
    {
      TacControlBody body = { .sequence = *sequence,
                              .type = i + 1 == n ? last_type : type,
                              .more = i + 1 < n,
                              .size = TAC_CONTROL_VALUE_MAX };

      feed (b, START, &body);
      if (i + 1 < n)
        g_assert_false (tac_control_next_message (b->a, &got));
    }
}

static void
test_fragments_against_the_rules (void)
{
  Bench b = bench ();
  TacControlMessage got;
  uint16_t sequence = 1;

  feed_fragments (&b, &sequence, TAC_CONTROL_PATH, 24, TAC_CONTROL_PATH); /* 1296 bytes */
  g_assert_false (tac_control_next_message (b.a, &got));
  g_assert_cmpuint (tac_control_stats (b.a)->malformed, ==, 1);
  feed_fragments (&b, &sequence, TAC_CONTROL_PATH, 500, TAC_CONTROL_PATH);
  g_assert_false (tac_control_next_message (b.a, &got));
  g_assert_cmpuint (tac_control_stats (b.a)->malformed, ==, 2);
  feed_fragments (&b, &sequence, TAC_CONTROL_PATH, 3, TAC_CONTROL_KEM_KEY);
  g_assert_false (tac_control_next_message (b.a, &got));
  g_assert_cmpuint (tac_control_stats (b.a)->malformed, ==, 3);
  feed_fragments (&b, &sequence, 99, 3, 99);
  g_assert_false (tac_control_next_message (b.a, &got));
  g_assert_cmpuint (tac_control_stats (b.a)->unknown, ==, 1);
  /* and the lane goes on */
  feed_fragments (&b, &sequence, TAC_CONTROL_PATH, 23, TAC_CONTROL_PATH);
  g_assert_true (tac_control_next_message (b.a, &got));
  g_assert_cmpuint (got.size, ==, 23 * TAC_CONTROL_VALUE_MAX);
  tac_control_free (b.a);
}

/* A type of a later version is acknowledged and skipped, so that the lane does not stall. */
static void
test_unknown_type (void)
{
  Bench b = bench ();
  TacControlBody body;
  TacControlMessage got;

  feed (&b, START, &(TacControlBody){ .sequence = 1, .type = 99, .size = 3 });
  feed (&b, START, &(TacControlBody){ .sequence = 2, .type = TAC_CONTROL_READY });
  feed (&b, START, &(TacControlBody){ .type = 98 });
  g_assert_true (tac_control_next_message (b.a, &got));
  g_assert_cmpint (got.type, ==, TAC_CONTROL_READY);
  g_assert_false (tac_control_next_message (b.a, &got));
  g_assert_true (take (&b, START, &body));
  g_assert_cmpuint (body.acknowledges, ==, 2);
  g_assert_cmpuint (tac_control_stats (b.a)->unknown, ==, 2);
  tac_control_free (b.a);
}

/* Unreliable messages that nobody takes do not pile up. */
static void
test_flood_of_pings (void)
{
  Bench b = bench ();
  TacControlMessage got;
  unsigned n = 0;

  for (unsigned i = 0; i < 1000; i++)
    feed (&b, START, &(TacControlBody){ .type = TAC_CONTROL_PING, .size = 8 });
  while (tac_control_next_message (b.a, &got))
    n++;
  g_assert_cmpuint (n, <, 64);
  g_assert_cmpuint (tac_control_stats (b.a)->overrun, ==, 1000 - n);
  tac_control_free (b.a);
}

/* Two whole rounds of the sequence circle, 0 never on the wire. */
static void
test_sequence_wrap (void)
{
  TacControl *a = tac_control_new (key_ab, key_ba), *b = tac_control_new (key_ba, key_ab);
  TacControlMessage got;
  uint8_t packet[TAC_DATAGRAM_SIZE], value[4];

  for (unsigned i = 0; i < 2 * 65535 + 100; i++)
    {
      memcpy (value, &i, sizeof value);
      g_assert_cmpint (tac_control_send (a, TAC_CONTROL_TONE, value, sizeof value), ==,
                       TAC_SEND_OK);
      g_assert_true (tac_control_next_datagram (a, START, packet));
      g_assert_cmpint (tac_control_receive (b, START, packet, sizeof packet), ==, TAC_OPEN_OK);
      g_assert_true (tac_control_next_message (b, &got));
      g_assert_cmpmem (got.value, got.size, value, sizeof value);
      g_assert_true (tac_control_next_datagram (b, START, packet));
      g_assert_cmpint (tac_control_receive (a, START, packet, sizeof packet), ==, TAC_OPEN_OK);
      g_assert_true (tac_control_idle (a));
    }
  g_assert_cmpuint (tac_control_stats (a)->resent, ==, 0);
  tac_control_free (a);
  tac_control_free (b);
}

static void
test_report (void)
{
  const TacControlReport report = { 0x01020304, 50, 1, 2, 3, 0x0506, 0x0708, 0x090a };
  const uint8_t bytes[TAC_REPORT_SIZE] = { 1, 2, 3, 4, 50, 1, 2, 3, 5, 6, 7, 8, 9, 10 };
  TacControlReport got = { .lost = 9 }, unused;
  uint8_t value[TAC_REPORT_SIZE + 1];

  tac_control_report_encode (&report, value);
  g_assert_cmpmem (value, TAC_REPORT_SIZE, bytes, TAC_REPORT_SIZE);
  for (size_t wrong = 0; wrong <= sizeof value; wrong++)
    if (wrong != TAC_REPORT_SIZE)
      g_assert_false (tac_control_report_decode (&got, value, wrong));
  g_assert_cmpuint (got.lost, ==, 9);
  value[5] = 50;
  g_assert_true (tac_control_report_decode (&unused, value, TAC_REPORT_SIZE));
  value[5] = 51; /* more lost than there were: a lie */
  g_assert_false (tac_control_report_decode (&got, value, TAC_REPORT_SIZE));
  g_assert_cmpuint (got.lost, ==, 9);
  g_assert_true (tac_control_report_decode (&got, bytes, TAC_REPORT_SIZE));
  g_assert_cmpuint (got.highest_tick, ==, report.highest_tick);
  g_assert_cmpuint (got.ticks, ==, 50);
  g_assert_cmpuint (got.lost, ==, 1);
  g_assert_cmpuint (got.late, ==, 2);
  g_assert_cmpuint (got.concealed, ==, 3);
  g_assert_cmpuint (got.playout_delay_ms, ==, 0x0506);
  g_assert_cmpuint (got.jitter_ms, ==, 0x0708);
  g_assert_cmpuint (got.growth_ms, ==, 0x090a);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/control/resend-schedule", test_resend_schedule);
  g_test_add_func ("/control/round-trip-sets-the-pace", test_round_trip_sets_the_pace);
  g_test_add_func ("/control/ping", test_ping);
  g_test_add_func ("/control/acknowledged-at-once", test_acknowledged_at_once);
  g_test_add_func ("/control/reflection", test_reflection);
  g_test_add_func ("/control/forged-moves-nothing", test_forged_moves_nothing);
  g_test_add_func ("/control/malformed", test_malformed);
  g_test_add_func ("/control/lying-acknowledgement", test_lying_acknowledgement);
  g_test_add_func ("/control/queue-bounded", test_queue_bounded);
  g_test_add_func ("/control/receive-window", test_receive_window);
  g_test_add_func ("/control/fragments-against-the-rules", test_fragments_against_the_rules);
  g_test_add_func ("/control/unknown-type", test_unknown_type);
  g_test_add_func ("/control/flood-of-pings", test_flood_of_pings);
  g_test_add_func ("/control/sequence-wrap", test_sequence_wrap);
  g_test_add_func ("/control/report", test_report);
  return g_test_run ();
}
