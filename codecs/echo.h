/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ECHO: an SMS to oneself, to see whether the network brings it back (docs/protocol.md §3). */
#pragma once
#include "message.h"
#include <stdbool.h>

#define TAC_ECHO_NONCE_SIZE 16

/* Header 2 ‖ nonce 16 ‖ zeros. @nonce: random, for this one. */
void tac_echo_create (uint8_t sms[TAC_SMS_SIZE], const uint8_t nonce[TAC_ECHO_NONCE_SIZE]);
/* Is it the very message that @nonce went out with? In a time that tells nothing of @nonce. */
bool tac_echo_matches (const uint8_t *sms, size_t size, const uint8_t nonce[TAC_ECHO_NONCE_SIZE]);
