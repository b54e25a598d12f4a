/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control bodies: acknowledges 2 ‖ sequence 2 ‖ type 1 ‖ length 1 ‖ value ≤ 54, zero padded.
 * The highest bit of the type says that the next in sequence goes on with this value. */
#include "control-message.h"

#include "cursor.h"

#include <string.h>

#define MORE 0x80

bool
tac_control_type_reliable (TacControlType type)
{
  switch (type)
    {
    case TAC_CONTROL_ACK:
    case TAC_CONTROL_REPORT:
    case TAC_CONTROL_PING:
    case TAC_CONTROL_PONG:
      return false;
    case TAC_CONTROL_READY:
    case TAC_CONTROL_KEM_KEY:
    case TAC_CONTROL_KEM_TEXT:
    case TAC_CONTROL_SAS_COMMIT:
    case TAC_CONTROL_SAS_NONCE:
    case TAC_CONTROL_SAS_REVEAL:
    case TAC_CONTROL_RINGING:
    case TAC_CONTROL_ANSWER:
    case TAC_CONTROL_HOLD:
    case TAC_CONTROL_RESUME:
    case TAC_CONTROL_BYE:
    case TAC_CONTROL_TONE:
    case TAC_CONTROL_PATH:
      return true;
    }
  return true;
}

void
tac_control_body_encode (const TacControlBody *body, uint8_t out[TAC_BODY_SIZE])
{
  TacWriter writer = tac_writer (out, TAC_BODY_SIZE);

  tac_write_number (&writer, body->acknowledges, 2);
  tac_write_number (&writer, body->sequence, 2);
  tac_write_number (&writer, body->type | (body->more ? MORE : 0), 1);
  tac_write_number (&writer, body->size, 1);
  tac_write_bytes (&writer, body->value, body->size);
  tac_write_zeros (&writer);
}

/* A known type belongs to one class; an unknown one is judged by nothing but its sequence. */
static bool
class_valid (const TacControlBody *body)
{
  if (body->sequence == 0 && body->more)
    return false;
  if (body->more && body->size != TAC_CONTROL_VALUE_MAX)
    return false;
  return body->type >= TAC_CONTROL_TYPES
         || tac_control_type_reliable ((TacControlType)body->type) == (body->sequence != 0);
}

bool
tac_control_body_decode (TacControlBody *body, const uint8_t in[TAC_BODY_SIZE])
{
  TacReader reader = tac_reader (in, TAC_BODY_SIZE);
  TacControlBody read = { 0 };
  uint8_t type;

  read.acknowledges = (uint16_t)tac_read_number (&reader, 2);
  read.sequence = (uint16_t)tac_read_number (&reader, 2);
  type = (uint8_t)tac_read_number (&reader, 1);
  read.more = (type & MORE) != 0;
  read.type = type & (uint8_t)~MORE;
  read.size = (uint8_t)tac_read_number (&reader, 1);
  if (read.size > TAC_CONTROL_VALUE_MAX)
    return false;
  tac_read_bytes (&reader, read.value, read.size);
  if (!tac_read_zeros (&reader) || !class_valid (&read))
    return false;
  *body = read;
  return true;
}

void
tac_control_report_encode (const TacControlReport *report, uint8_t out[TAC_REPORT_SIZE])
{
  TacWriter writer = tac_writer (out, TAC_REPORT_SIZE);

  tac_write_number (&writer, report->highest_tick, 4);
  tac_write_number (&writer, report->ticks, 1);
  tac_write_number (&writer, report->lost, 1);
  tac_write_number (&writer, report->late, 1);
  tac_write_number (&writer, report->concealed, 1);
  tac_write_number (&writer, report->playout_delay_ms, 2);
  tac_write_number (&writer, report->jitter_ms, 2);
  tac_write_number (&writer, report->growth_ms, 2);
}

bool
tac_control_report_decode (TacControlReport *report, const uint8_t *value, size_t size)
{
  TacReader reader = tac_reader (value, size);
  TacControlReport read;

  if (size != TAC_REPORT_SIZE)
    return false;
  read.highest_tick = (uint32_t)tac_read_number (&reader, 4);
  read.ticks = (uint8_t)tac_read_number (&reader, 1);
  read.lost = (uint8_t)tac_read_number (&reader, 1);
  read.late = (uint8_t)tac_read_number (&reader, 1);
  read.concealed = (uint8_t)tac_read_number (&reader, 1);
  read.playout_delay_ms = (uint16_t)tac_read_number (&reader, 2);
  read.jitter_ms = (uint16_t)tac_read_number (&reader, 2);
  read.growth_ms = (uint16_t)tac_read_number (&reader, 2);
  if (read.lost > read.ticks)
    return false;
  *report = read;
  return true;
}
