/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control lane. Inside, messages are numbered 0, 1, 2, … without end; on the wire number n is
 * sequence n mod 65535 + 1, so that 0 is free to mean "none". */
#include "control.h"

#include <sodium.h>
#include <string.h>

#define SEQUENCES 65535u
#define LOOSE_QUEUE 8 /* unreliable datagrams waiting, each way */
#define PING_SIZE 8

#define MS 1000
#define RESEND_FIRST (200 * MS) /* while the round trip is unknown */
#define RESEND_LEAST (50 * MS)  /* a peer is a phone: give its scheduler time */
#define RESEND_MOST (2000 * MS)

typedef struct
{
  TacControlBody body;
  unsigned tries; /* 0: not sent yet */
  int64_t sent_us, due_us;
} Outgoing;

typedef struct
{
  TacControlBody bodies[LOOSE_QUEUE];
  unsigned first, n;
} Loose;

struct TacControl
{
  TacControlSealer sealer;
  TacControlOpener opener;

  Outgoing out[TAC_CONTROL_QUEUE];
  uint64_t out_first, out_end; /* not acknowledged: first … end - 1 */
  Loose loose_out;
  bool ack_owed;

  TacControlBody in[TAC_CONTROL_QUEUE];
  bool present[TAC_CONTROL_QUEUE];
  uint64_t in_first;   /* the next to be delivered */
  uint64_t in_ordered; /* the first that is missing */
  Loose loose_in;
  TacControlMessage partial;
  bool joining, skipping; /* within a fragmented message; it is not to be delivered */

  uint8_t ping[PING_SIZE];
  bool ping_pending;
  int64_t ping_us;
  TacControlStats stats;
};

TacControl *
tac_control_new (const uint8_t send_key[TAC_KEY_SIZE], const uint8_t receive_key[TAC_KEY_SIZE])
{
  TacControl *control;

  if (sodium_init () < 0)
    return NULL;
  control = sodium_malloc (sizeof *control);
  if (control == NULL)
    return NULL;
  memset (control, 0, sizeof *control);
  tac_control_sealer_init (&control->sealer, send_key);
  tac_control_opener_init (&control->opener, receive_key);
  return control;
}

void
tac_control_free (TacControl *control)
{
  sodium_free (control); /* wipes first */
}

static uint16_t
to_sequence (uint64_t number)
{
  return (uint16_t)(number % SEQUENCES + 1);
}

/* How far @sequence lies after @number, on the circle of sequences. */
static uint32_t
distance (uint64_t number, uint16_t sequence)
{
  return (uint32_t)((sequence - 1u + SEQUENCES - number % SEQUENCES) % SEQUENCES);
}

static bool
loose_push (Loose *loose, const TacControlBody *body)
{
  if (loose->n == LOOSE_QUEUE)
    return false;
  loose->bodies[(loose->first + loose->n++) % LOOSE_QUEUE] = *body;
  return true;
}

static bool
loose_pop (Loose *loose, TacControlBody *body)
{
  if (loose->n == 0)
    return false;
  *body = loose->bodies[loose->first];
  loose->first = (loose->first + 1) % LOOSE_QUEUE;
  loose->n--;
  return true;
}

/* Sending */

static bool
exhausted (const TacControl *control)
{
  return control->sealer.next > UINT32_MAX;
}

static TacControlSendResult
send_loose (TacControl *control, TacControlType type, const uint8_t *value, size_t size)
{
  TacControlBody body = { .type = (uint8_t)type, .size = (uint8_t)size };

  if (size > TAC_CONTROL_VALUE_MAX)
    return TAC_SEND_TOO_LONG;
  if (type == TAC_CONTROL_ACK)
    {
      control->ack_owed = true;
      return TAC_SEND_OK;
    }
  if (size > 0)
    memcpy (body.value, value, size);
  return loose_push (&control->loose_out, &body) ? TAC_SEND_OK : TAC_SEND_FULL;
}

static void
queue_fragment (TacControl *control, TacControlType type, const uint8_t *value, size_t size,
                bool more)
{
  Outgoing *out = &control->out[control->out_end % TAC_CONTROL_QUEUE];

  memset (out, 0, sizeof *out);
  out->body.sequence = to_sequence (control->out_end);
  out->body.type = (uint8_t)type;
  out->body.more = more;
  out->body.size = (uint8_t)size;
  if (size > 0)
    memcpy (out->body.value, value, size);
  control->out_end++;
}

TacControlSendResult
tac_control_send (TacControl *control, TacControlType type, const uint8_t *value, size_t size)
{
  size_t fragments = size == 0 ? 1 : (size + TAC_CONTROL_VALUE_MAX - 1) / TAC_CONTROL_VALUE_MAX;
  size_t room = TAC_CONTROL_QUEUE - (size_t)(control->out_end - control->out_first);

  if (exhausted (control))
    return TAC_SEND_EXHAUSTED;
  if (!tac_control_type_reliable (type))
    return send_loose (control, type, value, size);
  if (size > TAC_CONTROL_MESSAGE_MAX)
    return TAC_SEND_TOO_LONG;
  if (fragments > room)
    return TAC_SEND_FULL;

  for (size_t at = 0; fragments > 0; fragments--)
    {
      size_t n = fragments > 1 ? TAC_CONTROL_VALUE_MAX : size - at;

      queue_fragment (control, type, n > 0 ? value + at : NULL, n, fragments > 1);
      at += n;
    }
  return TAC_SEND_OK;
}

/* Every datagram carries the newest acknowledgement, whatever it is sent for. */
static bool
emit (TacControl *control, int64_t now_us, TacControlBody *body, uint8_t packet[TAC_DATAGRAM_SIZE])
{
  uint8_t encoded[TAC_BODY_SIZE];
  bool ok;

  body->acknowledges = control->in_ordered == 0 ? 0 : to_sequence (control->in_ordered - 1);
  tac_control_body_encode (body, encoded);
  ok = tac_control_seal (&control->sealer, encoded, packet);
  sodium_memzero (encoded, sizeof encoded);
  if (!ok)
    return false;

  control->ack_owed = false;
  control->stats.sent++;
  if (body->type == TAC_CONTROL_PING && body->size == PING_SIZE)
    {
      memcpy (control->ping, body->value, PING_SIZE);
      control->ping_us = now_us;
      control->ping_pending = true;
    }
  return true;
}

/* Twice the round trip, doubled with every try. */
static int64_t
resend_after (const TacControl *control, unsigned tries)
{
  int64_t wait = control->stats.srtt_us == 0 ? RESEND_FIRST : 2 * control->stats.srtt_us;

  if (wait < RESEND_LEAST)
    wait = RESEND_LEAST;
  for (; tries > 1 && wait < RESEND_MOST; tries--)
    wait *= 2;
  return wait < RESEND_MOST ? wait : RESEND_MOST;
}

static bool
emit_reliable (TacControl *control, int64_t now_us, uint8_t packet[TAC_DATAGRAM_SIZE])
{
  for (uint64_t i = control->out_first; i < control->out_end; i++)
    {
      Outgoing *out = &control->out[i % TAC_CONTROL_QUEUE];

      if (out->tries > 0 && out->due_us > now_us)
        continue;
      if (!emit (control, now_us, &out->body, packet))
        return false;
      if (out->tries++ > 0)
        control->stats.resent++;
      out->sent_us = now_us;
      out->due_us = now_us + resend_after (control, out->tries);
      return true;
    }
  return false;
}

bool
tac_control_next_datagram (TacControl *control, int64_t now_us, uint8_t packet[TAC_DATAGRAM_SIZE])
{
  TacControlBody body = { .type = TAC_CONTROL_ACK };

  if (exhausted (control))
    return false;
  if (emit_reliable (control, now_us, packet))
    return true;
  if (!loose_pop (&control->loose_out, &body) && !control->ack_owed)
    return false;
  return emit (control, now_us, &body, packet);
}

int64_t
tac_control_deadline (const TacControl *control)
{
  int64_t deadline = TAC_CONTROL_NEVER;

  if (exhausted (control))
    return TAC_CONTROL_NEVER;
  if (control->ack_owed || control->loose_out.n > 0)
    return 0;
  for (uint64_t i = control->out_first; i < control->out_end; i++)
    {
      const Outgoing *out = &control->out[i % TAC_CONTROL_QUEUE];

      if (out->tries == 0)
        return 0;
      if (out->due_us < deadline)
        deadline = out->due_us;
    }
  return deadline;
}

bool
tac_control_idle (const TacControl *control)
{
  return control->out_first == control->out_end;
}

int64_t
tac_control_newest (const TacControl *control)
{
  const TacReplayWindow *window = &control->opener.window;

  return window->any ? (int64_t)window->newest : -1;
}

const TacControlStats *
tac_control_stats (const TacControl *control)
{
  return &control->stats;
}

/* Receiving */

static void
measure (TacControl *control, int64_t sample_us)
{
  int64_t *srtt = &control->stats.srtt_us;

  if (sample_us <= 0)
    sample_us = 1; /* a coarse clock; 0 means unknown */
  *srtt = *srtt == 0 ? sample_us : (7 * *srtt + sample_us) / 8;
}

/* Acknowledgements only move forward: an older one, come late, lies far ahead on the circle. */
static void
take_acknowledgement (TacControl *control, int64_t now_us, uint16_t sequence)
{
  uint64_t ahead = sequence == 0 ? SEQUENCES : distance (control->out_first, sequence);
  uint64_t last = control->out_first + ahead;
  bool once = true;

  if (last >= control->out_end || control->out[last % TAC_CONTROL_QUEUE].tries == 0)
    return;
  for (uint64_t i = control->out_first; i <= last; i++)
    once = once && control->out[i % TAC_CONTROL_QUEUE].tries == 1;
  /* Karn's rule, for all of them: one that was resent held back the others' acknowledgement. */
  if (once)
    measure (control, now_us - control->out[last % TAC_CONTROL_QUEUE].sent_us);
  control->out_first = last + 1;
}

static void
take_loose (TacControl *control, int64_t now_us, const TacControlBody *body)
{
  if (body->type == TAC_CONTROL_ACK)
    return;
  if (body->type >= TAC_CONTROL_TYPES)
    {
      control->stats.unknown++;
      return;
    }
  if (body->type == TAC_CONTROL_PONG && control->ping_pending && body->size == PING_SIZE
      && memcmp (body->value, control->ping, PING_SIZE) == 0)
    {
      control->ping_pending = false;
      measure (control, now_us - control->ping_us);
    }
  if (!loose_push (&control->loose_in, body))
    control->stats.overrun++;
}

static void
take_reliable (TacControl *control, const TacControlBody *body)
{
  uint32_t ahead = distance (control->in_ordered, body->sequence);
  uint64_t number = control->in_ordered + ahead;

  control->ack_owed = true; /* for a duplicate too: its acknowledgement may have been lost */
  if (ahead > SEQUENCES / 2)
    {
      control->stats.duplicates++;
      return;
    }
  if (number >= control->in_first + TAC_CONTROL_QUEUE)
    {
      control->stats.overrun++;
      return;
    }
  if (control->present[number % TAC_CONTROL_QUEUE])
    {
      control->stats.duplicates++;
      return;
    }
  control->in[number % TAC_CONTROL_QUEUE] = *body;
  control->present[number % TAC_CONTROL_QUEUE] = true;
  while (control->in_ordered < control->in_first + TAC_CONTROL_QUEUE
         && control->present[control->in_ordered % TAC_CONTROL_QUEUE])
    control->in_ordered++;
}

TacOpenResult
tac_control_receive (TacControl *control, int64_t now_us, const uint8_t *packet, size_t size)
{
  uint8_t plain[TAC_BODY_SIZE];
  uint32_t counter;
  TacControlBody body;
  TacOpenResult result = tac_control_open (&control->opener, packet, size, plain, &counter);

  if (result != TAC_OPEN_OK)
    {
      control->stats.refused[result]++;
      return result;
    }
  control->stats.received++;
  if (!tac_control_body_decode (&body, plain))
    control->stats.malformed++;
  else
    {
      take_acknowledgement (control, now_us, body.acknowledges);
      if (body.sequence == 0)
        take_loose (control, now_us, &body);
      else
        take_reliable (control, &body);
    }
  sodium_memzero (plain, sizeof plain);
  sodium_memzero (&body, sizeof body);
  return TAC_OPEN_OK;
}

/* Adds the next body in sequence. True once the message is whole and to be delivered. */
static bool
join (TacControl *control, const TacControlBody *body)
{
  TacControlMessage *partial = &control->partial;
  bool whole = !body->more;

  if (!control->joining)
    {
      partial->type = (TacControlType)body->type;
      partial->size = 0;
      control->skipping = false;
    }
  control->joining = body->more;
  if (!control->skipping
      && (body->type != (uint8_t)partial->type
          || partial->size + body->size > TAC_CONTROL_MESSAGE_MAX))
    {
      control->skipping = true;
      control->stats.malformed++;
    }
  if (control->skipping)
    return false;
  memcpy (partial->value + partial->size, body->value, body->size);
  partial->size = (uint16_t)(partial->size + body->size);
  if (whole && body->type >= TAC_CONTROL_TYPES)
    {
      control->stats.unknown++;
      return false;
    }
  return whole;
}

bool
tac_control_next_message (TacControl *control, TacControlMessage *out)
{
  TacControlBody body;

  if (loose_pop (&control->loose_in, &body))
    {
      out->type = (TacControlType)body.type;
      out->size = body.size;
      memcpy (out->value, body.value, body.size);
      return true;
    }
  while (control->in_first < control->in_ordered)
    {
      uint64_t slot = control->in_first++ % TAC_CONTROL_QUEUE;

      control->present[slot] = false;
      if (join (control, &control->in[slot]))
        {
          *out = control->partial;
          return true;
        }
    }
  return false;
}
