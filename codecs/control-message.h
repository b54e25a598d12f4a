/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the control lane carries: message types, and one datagram's body (docs/protocol.md §7). */
#pragma once
#include "wire.h"
#include <stdbool.h>
#include <stddef.h>

#define TAC_REPORT_SIZE 14
#define TAC_CONTROL_MESSAGE_MAX 1280 /* longest value, fragments joined (an ML-KEM key is 1184) */

typedef enum
{
  TAC_CONTROL_ACK = 0, /* empty: only acknowledges; not reliable */
  TAC_CONTROL_READY = 1,
  TAC_CONTROL_KEM_KEY = 2,
  TAC_CONTROL_KEM_TEXT = 3,
  TAC_CONTROL_SAS_COMMIT = 4,
  TAC_CONTROL_SAS_NONCE = 5,
  TAC_CONTROL_SAS_REVEAL = 6,
  TAC_CONTROL_RINGING = 7,
  TAC_CONTROL_ANSWER = 8,
  TAC_CONTROL_HOLD = 9,
  TAC_CONTROL_RESUME = 10,
  TAC_CONTROL_BYE = 11,    /* value: TacByeReason, 1 byte */
  TAC_CONTROL_TONE = 12,   /* value: one of 0-9 * # A-D */
  TAC_CONTROL_REPORT = 13, /* not reliable; value: TacControlReport */
  TAC_CONTROL_PING = 14,   /* not reliable; value: 8 opaque bytes, echoed */
  TAC_CONTROL_PONG = 15,   /* not reliable; value: the PING's */
  TAC_CONTROL_PATH = 16,
} TacControlType;
#define TAC_CONTROL_TYPES 17

typedef enum
{
  TAC_BYE_HANGUP = 0,
  TAC_BYE_DECLINED = 1,
  TAC_BYE_BUSY = 2,
  TAC_BYE_NO_ANSWER = 3,
  TAC_BYE_LOST = 4,
  TAC_BYE_SAS_MISMATCH = 5,
  TAC_BYE_MEDIA = 6, /* the sound system failed */
  TAC_BYE_PROTOCOL = 7,
} TacByeReason;

/* Is this type kept and resent until it is acknowledged? */
bool tac_control_type_reliable (TacControlType type);

/* One datagram's body. */
typedef struct
{
  uint16_t acknowledges; /* highest sequence received in order, 0: none yet */
  uint16_t sequence;     /* 0: not reliable */
  uint8_t type;          /* perhaps of a later version: not yet a TacControlType */
  bool more;             /* the next in sequence goes on with this value */
  uint8_t size;
  uint8_t value[TAC_CONTROL_VALUE_MAX];
} TacControlBody;

void tac_control_body_encode (const TacControlBody *body, uint8_t out[TAC_BODY_SIZE]);
/* False, and @body untouched: a length too great, padding that is not zero, an unreliable fragment,
 * a fragment that is not full though more follow, a type in the wrong class. */
bool tac_control_body_decode (TacControlBody *body, const uint8_t in[TAC_BODY_SIZE]);

/* REPORT, once a second, of the voice received. */
typedef struct
{
  uint32_t highest_tick;
  uint8_t ticks, lost, late, concealed; /* since the report before; lost: of these ticks */
  uint16_t playout_delay_ms, jitter_ms;
  uint16_t growth_ms; /* that packets come later than at their quickest (transit.h) */
} TacControlReport;

void tac_control_report_encode (const TacControlReport *report, uint8_t out[TAC_REPORT_SIZE]);
/* False, and @report untouched, where @value is not a report, or more ticks were lost than there
 * were. */
bool tac_control_report_decode (TacControlReport *report, const uint8_t *value, size_t size);
