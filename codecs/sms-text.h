/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An SMS message as text, for networks that let no binary SMS through: the same 133 bytes, as
 * characters of the GSM 7-bit default alphabet (docs/protocol.md §3). */
#pragma once
#include "wire.h"
#include <stdbool.h>
#include <stddef.h>

typedef enum
{
  TAC_TEXT_NONE,  /* no text: the datagram itself; or a text that is none of ours */
  TAC_TEXT_DENSE, /* one SMS of 160 characters, some of them accented */
  TAC_TEXT_PLAIN, /* two SMS, ASCII alone: for networks that write é as e */
} TacTextForm;
#define TAC_TEXT_FORMS 3

#define TAC_TEXT_MARK_SIZE 4
#define TAC_TEXT_BYTES (TAC_SMS_SIZE - 1) /* the first byte is always TAC_SMS_MAGIC: not said */
#define TAC_TEXT_DENSE_BASE 110           /* letters */
#define TAC_TEXT_DENSE_DIGITS 156         /* 110^156 > 2^(8 * 132), by less than four */
#define TAC_TEXT_PLAIN_DIGITS 176         /* base64 of 132 bytes, which needs no padding */
/* Bytes of UTF-8, the longest of both forms, and a NUL. */
#define TAC_TEXT_SIZE (TAC_TEXT_MARK_SIZE + 2 * TAC_TEXT_DENSE_DIGITS + 1)

/**
 * tac_sms_text_encode:
 * @out: (out) UTF-8 and a NUL
 * @form: TAC_TEXT_DENSE or TAC_TEXT_PLAIN
 *
 * Returns: false, @out being "", where @sms does not begin with TAC_SMS_MAGIC or @form is no text.
 */
bool tac_sms_text_encode (char out[TAC_TEXT_SIZE], TacTextForm form,
                          const uint8_t sms[TAC_SMS_SIZE]);
/**
 * tac_sms_text_decode:
 * @sms: (out) untouched unless it is a message of ours
 * @text: @size bytes of anything; a NUL is no end
 *
 * There is one text for a message in each form: an unknown character, a character more or less, a
 * number that is too great are refused. The work is bounded, whatever @size is.
 * Returns: the form, or TAC_TEXT_NONE: somebody's text.
 */
TacTextForm tac_sms_text_decode (uint8_t sms[TAC_SMS_SIZE], const char *text, size_t size);
