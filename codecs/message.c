/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The header of an SMS message: all that may be judged before its authentication. */
#include "message.h"

TacMessageResult
tac_message_peek (const uint8_t *sms, size_t size, TacSmsType *type)
{
  if (size == 0)
    return TAC_MESSAGE_LENGTH;
  if (sms[0] != TAC_SMS_MAGIC)
    return TAC_MESSAGE_NOT_OURS;
  if (size != TAC_SMS_SIZE)
    return TAC_MESSAGE_LENGTH;
  if (sms[1] >> 4 != TAC_PROTOCOL_VERSION)
    return TAC_MESSAGE_VERSION;
  if ((sms[1] & 0x0f) < TAC_SMS_PAIR || (sms[1] & 0x0f) > TAC_SMS_ECHO)
    return TAC_MESSAGE_TYPE;
  *type = (TacSmsType)(sms[1] & 0x0f);
  return TAC_MESSAGE_OK;
}

TacMessageResult
tac_message_expect (const uint8_t *sms, size_t size, TacSmsType wanted)
{
  TacSmsType type;
  TacMessageResult result = tac_message_peek (sms, size, &type);

  if (result == TAC_MESSAGE_OK && type != wanted)
    return TAC_MESSAGE_TYPE;
  return result;
}

void
tac_message_header (uint8_t header[TAC_SMS_HEADER_SIZE], TacSmsType type)
{
  header[0] = TAC_SMS_MAGIC;
  header[1] = (uint8_t)(TAC_PROTOCOL_VERSION << 4 | type);
}
