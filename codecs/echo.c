/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ECHO: header 2 ‖ nonce 16 ‖ zeros. */
#include "echo.h"

#include <sodium.h>
#include <string.h>

void
tac_echo_create (uint8_t sms[TAC_SMS_SIZE], const uint8_t nonce[TAC_ECHO_NONCE_SIZE])
{
  memset (sms, 0, TAC_SMS_SIZE);
  tac_message_header (sms, TAC_SMS_ECHO);
  memcpy (sms + TAC_SMS_HEADER_SIZE, nonce, TAC_ECHO_NONCE_SIZE);
}

bool
tac_echo_matches (const uint8_t *sms, size_t size, const uint8_t nonce[TAC_ECHO_NONCE_SIZE])
{
  uint8_t sent[TAC_SMS_SIZE];

  if (tac_message_expect (sms, size, TAC_SMS_ECHO) != TAC_MESSAGE_OK)
    return false;
  tac_echo_create (sent, nonce);
  return sodium_memcmp (sms, sent, sizeof sent) == 0;
}
