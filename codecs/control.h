/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control lane: typed messages over sealed datagrams, with acknowledgement, resend and fragments (docs/protocol.md §7).
 *
 * Body: acknowledges 2 (highest sequence received in order) ‖ sequence 2 (0 = not reliable) ‖ type 1 ‖ length 1 ‖ value.
 * Every datagram has a fresh counter, resends too: a counter is a nonce and never seals two bodies.
 * Time is injected: microseconds of any monotonic clock. Memory is bounded and inside the struct. */
#pragma once
#include "seal.h"

#define TAC_CONTROL_MESSAGE_MAX 1280 /* longest value, fragments joined (an ML-KEM-768 key is 1184) */
#define TAC_CONTROL_QUEUE 64         /* datagrams waiting for acknowledgement */
#define TAC_CONTROL_NEVER INT64_MAX

typedef enum {
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
  TAC_CONTROL_BYE = 11,  /* value: TacByeReason, 1 byte */
  TAC_CONTROL_TONE = 12, /* value: one of 0-9 * # A-D */
  TAC_CONTROL_REPORT = 13, /* not reliable */
  TAC_CONTROL_PING = 14,   /* not reliable; value: 8 opaque bytes, echoed */
  TAC_CONTROL_PONG = 15,   /* not reliable */
  TAC_CONTROL_PATH = 16,
} TacControlType;

typedef enum {
  TAC_BYE_HANGUP = 0,
  TAC_BYE_DECLINED = 1,
  TAC_BYE_BUSY = 2,
  TAC_BYE_NO_ANSWER = 3,
  TAC_BYE_LOST = 4,
  TAC_BYE_SAS_MISMATCH = 5,
  TAC_BYE_MEDIA = 6, /* the sound system failed */
  TAC_BYE_PROTOCOL = 7,
} TacByeReason;

/* REPORT, once a second, of the voice received. */
typedef struct {
  uint32_t highest_tick;
  uint8_t lost, late, concealed; /* of the last 50 ticks */
  uint16_t playout_delay_ms, jitter_ms;
} TacControlReport;

typedef struct {
  TacControlType type;
  uint16_t size;
  uint8_t value[TAC_CONTROL_MESSAGE_MAX];
} TacControlMessage;

typedef enum { TAC_SEND_OK, TAC_SEND_FULL, TAC_SEND_TOO_LONG, TAC_SEND_EXHAUSTED } TacControlSendResult;

typedef struct {
  uint64_t sent, resent, received, duplicates, refused[TAC_OPEN_RESULTS], malformed;
  int64_t srtt_us; /* 0 until measured */
} TacControlStats;

typedef struct TacControl TacControl;

/* The only allocation: once a call. Keys (tac_kdf_control) are copied into guarded memory (sodium_malloc). NULL: out of memory. */
TacControl *tac_control_new (const uint8_t send_key[TAC_KEY_SIZE], const uint8_t receive_key[TAC_KEY_SIZE]);
void tac_control_free (TacControl *control); /* wipes */

TacControlSendResult tac_control_send (TacControl *control, TacControlType type, const uint8_t *value, size_t size);
/* Next datagram that is due at @now_us (new, resent, or an acknowledgement owed), else false. Call until false. */
bool tac_control_next_datagram (TacControl *control, int64_t now_us, uint8_t packet[TAC_DATAGRAM_SIZE]);
/* When tac_control_next_datagram must be called next, TAC_CONTROL_NEVER if only after another call. */
int64_t tac_control_deadline (const TacControl *control);
/* Takes one received datagram: opens, acknowledges, queues what became deliverable. */
TacOpenResult tac_control_receive (TacControl *control, int64_t now_us, const uint8_t *packet, size_t size);
/* Next delivered message, in order for the reliable types, whole; else false. Call until false after each receive. */
bool tac_control_next_message (TacControl *control, TacControlMessage *out);
/* True once everything reliable that was sent is acknowledged (BYE may then close the path). */
bool tac_control_idle (const TacControl *control);
const TacControlStats *tac_control_stats (const TacControl *control);

void tac_control_report_encode (const TacControlReport *report, uint8_t out[12], size_t *size);
bool tac_control_report_decode (TacControlReport *report, const uint8_t *value, size_t size);
