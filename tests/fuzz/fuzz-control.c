/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control lane, by the first byte modulo 3.
 * 0: two honest lanes over a network that the input steers; every reliable message must come out
 * once, whole, in order.
 * 1: one lane against a peer with the right key that sends whatever bytes the input says.
 * 2: the same against a peer that keeps to the format and lies: sequences and acknowledgements that
 * jump, fragments that never end, floods; nothing comes out twice or out of order. */
#include "codecs/control.h"

#include <stdlib.h>
#include <string.h>

#define FLIGHTS 32
#define SENT_MAX 256
#define LOOSE_MOST 9 /* unreliable datagrams that wait, and an acknowledgement */
#define MS 1000

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const uint8_t key_ab[TAC_KEY_SIZE] = { 1 }, key_ba[TAC_KEY_SIZE] = { 2 };

static void
require (bool holds)
{
  if (!holds)
    abort ();
}

/* After all that was due has been sent: the next time lies ahead, and not beyond the longest resend
 * interval. */
static void
check_deadline (const TacControl *control, int64_t now_us)
{
  int64_t deadline = tac_control_deadline (control);

  require (deadline == TAC_CONTROL_NEVER || (deadline > now_us && deadline <= now_us + 2000 * MS));
  require ((deadline == TAC_CONTROL_NEVER) == tac_control_idle (control));
}

/* How many datagrams are due; each is passed to nobody. */
static unsigned
drain (TacControl *control, int64_t now_us)
{
  uint8_t packet[TAC_DATAGRAM_SIZE];
  unsigned n = 0;

  for (; tac_control_next_datagram (control, now_us, packet); n++)
    require (n <= TAC_CONTROL_QUEUE + LOOSE_MOST);
  check_deadline (control, now_us);
  return n;
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
  check_deadline (net->a, net->now_us);
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
      drain (a, now_us);
      now_us += 300 * MS;
    }
  tac_control_free (a);
}

/* A peer that lies in form. */
typedef struct
{
  TacControl *lane;
  TacControlSealer sealer;
  int64_t now_us;
  uint16_t sequence; /* of its newest */
  uint64_t bodies;   /* with a sequence */
  uint64_t heard;    /* the lane's number of the newest that came out, plus 1 */
} Liar;

static uint16_t
sequence_plus (uint16_t sequence, unsigned ahead)
{
  return (uint16_t)((sequence + ahead + 65534) % 65535 + 1);
}

/* Every value begins with its first fragment's sequence. */
static void
hear (Liar *liar)
{
  static TacControlMessage got;

  while (tac_control_next_message (liar->lane, &got))
    {
      unsigned sequence, ahead;

      require (got.size <= TAC_CONTROL_MESSAGE_MAX && got.type < TAC_CONTROL_TYPES);
      if (!tac_control_type_reliable (got.type))
        continue;
      require (got.size >= 2);
      sequence = (unsigned)got.value[0] << 8 | got.value[1];
      ahead = (unsigned)((sequence - 1 + 65535 - liar->heard % 65535) % 65535);
      /* no further than what the lane holds, and it passed over nothing that did not come */
      liar->heard += ahead + (got.size + TAC_CONTROL_VALUE_MAX - 1u) / TAC_CONTROL_VALUE_MAX;
      require (liar->heard <= liar->bodies);
    }
}

static void
say (Liar *liar, uint16_t acknowledges, uint16_t sequence, uint8_t type, bool more)
{
  TacControlBody body
      = { .acknowledges = acknowledges, .sequence = sequence, .type = type, .more = more };
  uint8_t plain[TAC_BODY_SIZE], packet[TAC_DATAGRAM_SIZE];

  body.size = more ? TAC_CONTROL_VALUE_MAX : 8;
  body.value[0] = (uint8_t)(sequence >> 8);
  body.value[1] = (uint8_t)sequence;
  tac_control_body_encode (&body, plain);
  require (tac_control_seal (&liar->sealer, plain, packet));
  require (tac_control_receive (liar->lane, liar->now_us, packet, sizeof packet) == TAC_OPEN_OK);
  liar->bodies += sequence != 0;
}

static void
lie (Liar *liar, uint8_t op, uint8_t operand)
{
  switch (op % 8)
    {
    case 0: /* the next, or fragments one after the other */
      for (unsigned i = 0; i <= operand % 32u; i++)
        {
          liar->sequence = sequence_plus (liar->sequence, 1);
          say (liar, 0, liar->sequence, TAC_CONTROL_PATH, i < operand % 32u || operand >= 128);
        }
      break;
    case 1: /* a jump */
      liar->sequence = sequence_plus (liar->sequence, operand * 257u);
      say (liar, 0, liar->sequence, TAC_CONTROL_TONE, false);
      break;
    case 2: /* a step back or a gap */
      liar->sequence = sequence_plus (liar->sequence, 65535u - operand % 70u);
      say (liar, 0, liar->sequence, operand % TAC_CONTROL_TYPES, false);
      break;
    case 3: /* acknowledges what was never sent */
      say (liar, (uint16_t)(operand * 257u), 0, TAC_CONTROL_ACK, false);
      break;
    case 4: /* an acknowledgement near the edge of the queue */
      say (liar, operand, 0, TAC_CONTROL_PONG, false);
      break;
    case 5: /* unreliable flood */
      for (unsigned i = 0; i < operand; i++)
        say (liar, 0, 0, TAC_CONTROL_PING, false);
      break;
    case 6: /* the lane has something to say */
      for (unsigned i = 0; i < operand % 80u; i++)
        tac_control_send (liar->lane, i % 2 == 0 ? TAC_CONTROL_HOLD : TAC_CONTROL_PING,
                          (const uint8_t *)"12345678", 8);
      break;
    case 7:
      liar->now_us += operand * 20 * MS;
      break;
    }
  if (operand % 4 != 3) /* else the daemon is slow */
    hear (liar);
  drain (liar->lane, liar->now_us);
}

static void
lying (const uint8_t *data, size_t size)
{
  Liar liar = { .now_us = MS };

  liar.lane = tac_control_new (key_ab, key_ba);
  tac_control_sealer_init (&liar.sealer, key_ba);
  for (size_t i = 0; i + 1 < size && i < 2000; i += 2)
    lie (&liar, data[i], data[i + 1]);
  hear (&liar);
  require (tac_control_stats (liar.lane)->srtt_us >= 0);
  tac_control_free (liar.lane);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  if (data[0] % 3 == 0)
    honest (data + 1, size - 1);
  else if (data[0] % 3 == 1)
    hostile (data + 1, size - 1);
  else
    lying (data + 1, size - 1);
  return 0;
}
