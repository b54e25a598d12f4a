/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every SMS message has in common: 133 bytes, magic, version, type (docs/protocol.md §3). */
#pragma once
#include "wire.h"
#include <stddef.h>

typedef enum
{
  TAC_MESSAGE_OK,
  TAC_MESSAGE_LENGTH,   /* not exactly TAC_SMS_SIZE bytes */
  TAC_MESSAGE_NOT_OURS, /* first byte is not 'T' (a vCard, or another application's datagram) */
  TAC_MESSAGE_VERSION,
  TAC_MESSAGE_TYPE,    /* unknown, or not the type asked for */
  TAC_MESSAGE_FORGED,  /* no authentication: another key, or altered */
  TAC_MESSAGE_INVALID, /* authentic, yet its content breaks the protocol; a low-order key; misuse */
} TacMessageResult;
#define TAC_MESSAGE_RESULTS 7

/**
 * tac_message_peek:
 * @sms: @size bytes of anything
 * @type: (out) untouched unless TAC_MESSAGE_OK
 *
 * Reads the header alone; nothing is authenticated. The first byte is judged before the length, so
 * that a vCard of any length is NOT_OURS.
 */
TacMessageResult tac_message_peek (const uint8_t *sms, size_t size, TacSmsType *type);
/* The same, and TAC_MESSAGE_TYPE where it is another type than @wanted. */
TacMessageResult tac_message_expect (const uint8_t *sms, size_t size, TacSmsType wanted);
/* The two bytes that every message begins with. */
void tac_message_header (uint8_t header[TAC_SMS_HEADER_SIZE], TacSmsType type);
