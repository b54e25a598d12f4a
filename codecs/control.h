/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control lane: typed messages over sealed datagrams, with acknowledgement, resend and
 * fragments (docs/protocol.md §7).
 *
 * Every datagram has a fresh counter, resends too: a counter is a nonce and never seals two bodies.
 * Time is injected: microseconds of any monotonic clock. Memory is bounded and inside the struct:
 * one allocation a call, none a datagram. One lane, one thread. */
#pragma once
#include "control-message.h"
#include "seal.h"

#define TAC_CONTROL_QUEUE 64 /* datagrams waiting for acknowledgement */
#define TAC_CONTROL_NEVER INT64_MAX

typedef struct
{
  TacControlType type;
  uint16_t size;
  uint8_t value[TAC_CONTROL_MESSAGE_MAX];
} TacControlMessage;

typedef enum
{
  TAC_SEND_OK,
  TAC_SEND_FULL,      /* too much waits for acknowledgement: try again after a receive */
  TAC_SEND_TOO_LONG,  /* over TAC_CONTROL_MESSAGE_MAX; unreliable: over TAC_CONTROL_VALUE_MAX */
  TAC_SEND_EXHAUSTED, /* every counter is used: the call must end */
} TacControlSendResult;

typedef struct
{
  uint64_t sent, resent, received, duplicates, refused[TAC_OPEN_RESULTS];
  uint64_t malformed; /* authentic, yet against the protocol */
  uint64_t unknown;   /* of a type that this version does not know: acknowledged, not delivered */
  uint64_t overrun;   /* authentic, dropped for want of room: resent, or not reliable */
  int64_t srtt_us;    /* smoothed round trip (RFC 6298 §2), 0 until measured */
} TacControlStats;

typedef struct TacControl TacControl;

/* Keys (tac_kdf_control) are copied into guarded memory (sodium_malloc). NULL: out of memory. */
TacControl *tac_control_new (const uint8_t send_key[TAC_KEY_SIZE],
                             const uint8_t receive_key[TAC_KEY_SIZE]);
void tac_control_free (TacControl *control); /* wipes; NULL is fine */

/* Queues a message, all of it or nothing; TAC_CONTROL_ACK only says that one is owed. */
TacControlSendResult tac_control_send (TacControl *control, TacControlType type,
                                       const uint8_t *value, size_t size);
/* Next datagram that is due at @now_us (new, resent, or an acknowledgement owed), else false. Call
 * until false. */
bool tac_control_next_datagram (TacControl *control, int64_t now_us,
                                uint8_t packet[TAC_DATAGRAM_SIZE]);
/* When tac_control_next_datagram must be called next: 0 for at once, TAC_CONTROL_NEVER if only
 * after another call. */
int64_t tac_control_deadline (const TacControl *control);
/* Takes one received datagram: opens, acknowledges, queues what became deliverable. */
TacOpenResult tac_control_receive (TacControl *control, int64_t now_us, const uint8_t *packet,
                                   size_t size);
/* Next delivered message, in order for the reliable types, whole; else false, and @out untouched.
 * Call until false after each receive. */
bool tac_control_next_message (TacControl *control, TacControlMessage *out);
/* True once everything reliable that was sent is acknowledged (BYE may then close the path). */
bool tac_control_idle (const TacControl *control);
/* Counter of the newest datagram that opened; -1: none yet. */
int64_t tac_control_newest (const TacControl *control);
const TacControlStats *tac_control_stats (const TacControl *control);
