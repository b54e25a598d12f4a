/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control lane over a network that loses, repeats and reorders, its clock injected. */
#include "codecs/control.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

#define FLIGHT 4096 /* datagrams under way at once in the simulated network */

typedef struct
{
  int64_t arrives_us;
  bool to_b, used;
  uint8_t packet[TAC_DATAGRAM_SIZE];
} Flight;

typedef struct
{
  TacControl *a, *b;
  double loss, duplication;
  int64_t delay_us, jitter_us;
  int64_t now_us;
  GHashTable *counters; /* direction and counter of every datagram sent: none may come twice */
  Flight flights[FLIGHT];
} Net;

static const uint8_t key_ab[TAC_KEY_SIZE] = { 1 }, key_ba[TAC_KEY_SIZE] = { 2 };

static Net *
net_new (double loss, double duplication, int64_t delay_us, int64_t jitter_us)
{
  Net *net = g_new0 (Net, 1);

  net->a = tac_control_new (key_ab, key_ba);
  net->b = tac_control_new (key_ba, key_ab);
  g_assert_nonnull (net->a);
  g_assert_nonnull (net->b);
  net->loss = loss;
  net->duplication = duplication;
  net->delay_us = delay_us;
  net->jitter_us = jitter_us;
  net->now_us = 1000000;
  net->counters = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return net;
}

static void
net_free (Net *net)
{
  tac_control_free (net->a);
  tac_control_free (net->b);
  g_hash_table_unref (net->counters);
  g_free (net);
}

static void
fly (Net *net, bool to_b, const uint8_t packet[TAC_DATAGRAM_SIZE])
{
  for (size_t i = 0; i < FLIGHT; i++)
    if (!net->flights[i].used)
      {
        net->flights[i].used = true;
        net->flights[i].to_b = to_b;
        net->flights[i].arrives_us = net->now_us + net->delay_us
                                     + (int64_t)(g_test_rand_double () * (double)net->jitter_us);
        memcpy (net->flights[i].packet, packet, TAC_DATAGRAM_SIZE);
        return;
      }
  g_assert_not_reached ();
}

static void
send_due (Net *net, TacControl *from)
{
  uint8_t packet[TAC_DATAGRAM_SIZE];

  while (tac_control_next_datagram (from, net->now_us, packet))
    {
      uint32_t counter;
      gint64 *name = g_new (gint64, 1);

      memcpy (&counter, packet + 1, 4);
      *name = (gint64)counter << 1 | (from == net->a);
      g_assert_true (g_hash_table_add (net->counters, name));
      if (g_test_rand_double () >= net->loss)
        fly (net, from == net->a, packet);
      if (g_test_rand_double () < net->duplication)
        fly (net, from == net->a, packet);
    }
}

static void
deliver_due (Net *net)
{
  for (size_t i = 0; i < FLIGHT; i++)
    if (net->flights[i].used && net->flights[i].arrives_us <= net->now_us)
      {
        net->flights[i].used = false;
        tac_control_receive (net->flights[i].to_b ? net->b : net->a, net->now_us,
                             net->flights[i].packet, TAC_DATAGRAM_SIZE);
      }
}

/* Moves the clock to whatever happens next. False: nothing will ever happen. */
static bool
step (Net *net)
{
  int64_t next;

  send_due (net, net->a);
  send_due (net, net->b);
  next = MIN (tac_control_deadline (net->a), tac_control_deadline (net->b));
  for (size_t i = 0; i < FLIGHT; i++)
    if (net->flights[i].used)
      next = MIN (next, net->flights[i].arrives_us);
  if (next == TAC_CONTROL_NEVER)
    return false;
  net->now_us = MAX (net->now_us, next);
  deliver_due (net);
  return true;
}

/* Message @n of a run: its type, size and content follow from n. */
static size_t
message (unsigned n, TacControlType *type, uint8_t value[TAC_CONTROL_MESSAGE_MAX])
{
  static const size_t sizes[] = { 0, 1, 53, 54, 55, 108, 109, 700, 1184, 1280 };
  size_t size = sizes[n % G_N_ELEMENTS (sizes)];

  *type = n % 2 ? TAC_CONTROL_PATH : TAC_CONTROL_KEM_KEY;
  for (size_t i = 0; i < size; i++)
    value[i] = (uint8_t)(n * 31 + i * 7);
  return size;
}

static void
expect (TacControl *at, unsigned *n)
{
  static TacControlMessage got;

  while (tac_control_next_message (at, &got))
    {
      TacControlType type;
      uint8_t value[TAC_CONTROL_MESSAGE_MAX];
      size_t size = message (*n, &type, value);

      g_assert_cmpint (got.type, ==, type);
      g_assert_cmpmem (got.value, got.size, value, size);
      (*n)++;
    }
}

static void
offer (TacControl *from, unsigned *n, unsigned total)
{
  while (*n < total)
    {
      TacControlType type;
      uint8_t value[TAC_CONTROL_MESSAGE_MAX];
      size_t size = message (*n, &type, value);

      if (tac_control_send (from, type, value, size) != TAC_SEND_OK)
        return;
      (*n)++;
    }
}

static void
run_both_ways (double loss, double duplication, int64_t jitter_us, unsigned total)
{
  Net *net = net_new (loss, duplication, 25000, jitter_us);
  unsigned sent_a = 0, sent_b = 0, got_a = 0, got_b = 0;

  do
    {
      offer (net->a, &sent_a, total);
      offer (net->b, &sent_b, total);
      expect (net->a, &got_a);
      expect (net->b, &got_b);
    }
  while (step (net));
  g_assert_cmpuint (got_a, ==, total);
  g_assert_cmpuint (got_b, ==, total);
  g_assert_true (tac_control_idle (net->a));
  g_assert_true (tac_control_idle (net->b));
  net_free (net);
}

static void
test_clean (void)
{
  run_both_ways (0, 0, 0, 40);
}

static void
test_half_lost (void)
{
  for (unsigned i = 0; i < 5; i++)
    run_both_ways (0.5, 0.2, 120000, 40);
}

static void
test_reordered (void)
{
  run_both_ways (0, 0.5, 400000, 60);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/control/clean", test_clean);
  g_test_add_func ("/control/half-lost", test_half_lost);
  g_test_add_func ("/control/reordered-and-duplicated", test_reordered);
  return g_test_run ();
}
