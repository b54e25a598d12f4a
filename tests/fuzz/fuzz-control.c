/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control lane. First byte even: two honest lanes over a network that the input steers, and
 * every reliable message must come out once, whole, in order. Odd: one lane against a peer with the
 * right key that sends whatever the input says. */
#include "codecs/control.h"

#include <stdlib.h>
#include <string.h>

#define FLIGHTS 32
#define SENT_MAX 256
#define MS 1000

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const uint8_t key_ab[TAC_KEY_SIZE] = { 1 }, key_ba[TAC_KEY_SIZE] = { 2 };

static void
require (bool holds)
{
  if (!holds)
    abort ();
}

typedef struct
{
  TacControl *a, *b;
  int64_t now_us;
  uint8_t flights[FLIGHTS][TAC_DATAGRAM_SIZE]; /* from A to B */
  unsigned n_flights;
  uint16_t sizes[SENT_MAX]; /* of the messages sent, in order */
  unsigned sent, got;
} Net;

static void
take_messages (Net *net)
{
  static TacControlMessage got;

  while (tac_control_next_message (net->b, &got))
    {
      require (net->got < net->sent);
      require (got.type == TAC_CONTROL_PATH && got.size == net->sizes[net->got]);
      for (size_t i = 0; i < got.size; i++)
        require (got.value[i] == (uint8_t)(net->got + i));
      net->got++;
    }
}

static void
send_message (Net *net, uint16_t length)
{
  uint8_t value[TAC_CONTROL_MESSAGE_MAX];

  if (net->sent == SENT_MAX)
    return;
  for (size_t i = 0; i < length; i++)
    value[i] = (uint8_t)(net->sent + i);
  if (tac_control_send (net->a, TAC_CONTROL_PATH, value, length) == TAC_SEND_OK)
    net->sizes[net->sent++] = length;
}

static void
emit (Net *net)
{
  uint8_t packet[TAC_DATAGRAM_SIZE];

  for (unsigned i = 0; tac_control_next_datagram (net->a, net->now_us, packet); i++)
    {
      require (i <= TAC_CONTROL_QUEUE);
      memcpy (net->flights[net->n_flights++ % FLIGHTS], packet, sizeof packet);
    }
}

/* B's acknowledgements reach A, or are lost. */
static void
answer (Net *net, bool lost)
{
  uint8_t packet[TAC_DATAGRAM_SIZE];

  for (unsigned i = 0; tac_control_next_datagram (net->b, net->now_us, packet); i++)
    {
      require (i <= TAC_CONTROL_QUEUE);
      if (!lost)
        require (tac_control_receive (net->a, net->now_us, packet, sizeof packet) == TAC_OPEN_OK);
    }
}

static void
step (Net *net, uint8_t op, uint8_t operand)
{
  switch (op % 5)
    {
    case 0:
      send_message (net, (uint16_t)(operand * 5));
      break;
    case 1:
      emit (net);
      break;
    case 2:
      if (net->n_flights > operand % FLIGHTS)
        tac_control_receive (net->b, net->now_us, net->flights[operand % FLIGHTS],
                             TAC_DATAGRAM_SIZE);
      break;
    case 3:
      answer (net, (operand & 1) != 0);
      break;
    case 4:
      net->now_us += operand * 20 * MS;
      break;
    }
  take_messages (net);
}

/* The network heals: everything must arrive within a bounded time. */
static void
heal (Net *net)
{
  uint8_t packet[TAC_DATAGRAM_SIZE];

  for (unsigned rounds = 0; !tac_control_idle (net->a); rounds++)
    {
      require (rounds < 100);
      while (tac_control_next_datagram (net->a, net->now_us, packet))
        {
          tac_control_receive (net->b, net->now_us, packet, sizeof packet);
          take_messages (net);
        }
      answer (net, false);
      net->now_us += 2000 * MS;
    }
  require (net->got == net->sent);
}

static void
honest (const uint8_t *data, size_t size)
{
  static Net net;

  memset (&net, 0, sizeof net);
  net.now_us = MS;
  net.a = tac_control_new (key_ab, key_ba);
  net.b = tac_control_new (key_ba, key_ab);
  for (size_t i = 0; i + 1 < size; i += 2)
    step (&net, data[i], data[i + 1]);
  heal (&net);
  tac_control_free (net.a);
  tac_control_free (net.b);
}

/* Bodies one after the other: a length byte, then so many bytes, the rest zeros. */
static void
hostile (const uint8_t *data, size_t size)
{
  static TacControlMessage got;
  TacControl *a = tac_control_new (key_ab, key_ba);
  TacControlSealer peer;
  int64_t now_us = MS;

  tac_control_sealer_init (&peer, key_ba);
  while (size > 0)
    {
      size_t n = data[0] % (TAC_BODY_SIZE + 1);
      uint8_t body[TAC_BODY_SIZE] = { 0 }, packet[TAC_DATAGRAM_SIZE];
      bool takes = (data[0] & 0x40) != 0;

      n = n < size - 1 ? n : size - 1;
      memcpy (body, data + 1, n);
      data += n + 1;
      size -= n + 1;
      tac_control_send (a, TAC_CONTROL_HOLD, NULL, 0);
      require (tac_control_seal (&peer, body, packet));
      require (tac_control_receive (a, now_us, packet, sizeof packet) == TAC_OPEN_OK);
      while (takes && tac_control_next_message (a, &got))
        require (got.size <= TAC_CONTROL_MESSAGE_MAX && got.type < TAC_CONTROL_TYPES);
      for (unsigned i = 0; tac_control_next_datagram (a, now_us, packet); i++)
        require (i <= TAC_CONTROL_QUEUE);
      now_us += 300 * MS;
    }
  tac_control_free (a);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  if (data[0] % 2 == 0)
    honest (data + 1, size - 1);
  else
    hostile (data + 1, size - 1);
  return 0;
}
