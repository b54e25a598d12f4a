/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PAIR: an identity key and a name, in the clear (docs/protocol.md §3). It proves nothing by
 * itself; what it brings is a request that the user judges, and that the spoken words confirm
 * later. */
#pragma once
#include "message.h"
#include <stdbool.h>

typedef struct
{
  bool answer; /* this answers yours */
  uint8_t identity[TAC_KEY_SIZE];
  char name[TAC_PAIR_NAME_MAX + 1]; /* UTF-8, NUL-terminated */
} TacPair;

/* INVALID, and @sms untouched, where the name is not printable UTF-8 of at most TAC_PAIR_NAME_MAX
 * bytes. */
TacMessageResult tac_pair_create (uint8_t sms[TAC_SMS_SIZE], const TacPair *pair);
/* @pair untouched unless TAC_MESSAGE_OK. Refused (INVALID): unknown flags, a low-order key, a name
 * that is not UTF-8 or has control characters, anything but zeros behind the name. */
TacMessageResult tac_pair_open (const uint8_t *sms, size_t size, TacPair *pair);
