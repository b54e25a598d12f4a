/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every length, type and limit of the Tacitel protocol, once. Source: docs/protocol.md. */
#pragma once
#include <stdint.h>

#define TAC_PROTOCOL_VERSION 1
#define TAC_KEY_SIZE 32
#define TAC_HASH_SIZE 64 /* SHA-512 */
#define TAC_TAG_SIZE 16  /* Poly1305 */

/* SMS messages, docs/protocol.md §3 */
#define TAC_SMS_PORT 9204
#define TAC_SMS_MAGIC 0x54 /* 'T'; a vCard starts with 'B' */
#define TAC_SMS_HEADER_SIZE 2
#define TAC_SMS_PAYLOAD_SIZE 83
#define TAC_SMS_SIZE (TAC_SMS_HEADER_SIZE + TAC_KEY_SIZE + TAC_SMS_PAYLOAD_SIZE + TAC_TAG_SIZE)
#define TAC_PAIR_NAME_MAX 64
#define TAC_CANDIDATES_SIZE 75 /* bytes of candidates in a payload, terminator not counted */

typedef enum
{
  TAC_SMS_PAIR = 1,
  TAC_SMS_INVITE = 2,
  TAC_SMS_REPLY = 3,
  TAC_SMS_TEXT = 4,
  TAC_SMS_PATH = 5,
  TAC_SMS_ECHO = 6, /* to oneself: do datagrams come through? */
} TacSmsType;

#define TAC_CAPABILITY_MLKEM 0x01

/* Datagrams, docs/protocol.md §6: first bytes outside every range of RFC 7983 */
#define TAC_DATAGRAM_HANDSHAKE 0xC1
#define TAC_DATAGRAM_CONTROL 0xC2
#define TAC_DATAGRAM_VOICE 0xC3
#define TAC_DATAGRAM_HEADER_SIZE 5 /* type 1, counter or tick 4 */
#define TAC_BODY_SIZE 60
#define TAC_DATAGRAM_SIZE (TAC_DATAGRAM_HEADER_SIZE + TAC_BODY_SIZE + TAC_TAG_SIZE)
#define TAC_HANDSHAKE_SIZE (1 + TAC_SMS_SIZE)
#define TAC_REPLAY_WINDOW 1024

/* Media time and key epochs, docs/protocol.md §5 and §6 */
#define TAC_TICK_MS 20
#define TAC_EPOCH_SHIFT 9       /* 512 ticks, 10.24 s */
#define TAC_EPOCH_AHEAD_MAX 8   /* epochs opened ahead of the newest authentic tick */
#define TAC_EPOCH_KEEP_TICKS 50 /* the epoch before is kept for 1 s of media time */

/* Control lane, docs/protocol.md §7 */
#define TAC_CONTROL_HEADER_SIZE 6 /* acknowledges 2, sequence 2, type 1, length 1 */
#define TAC_CONTROL_VALUE_MAX (TAC_BODY_SIZE - TAC_CONTROL_HEADER_SIZE)

_Static_assert(TAC_SMS_SIZE == 133, "one SMS datagram");
_Static_assert(TAC_DATAGRAM_SIZE == 81, "one size for a whole call");
_Static_assert(TAC_CONTROL_VALUE_MAX == 54, "control value");
