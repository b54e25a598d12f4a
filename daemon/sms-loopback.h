/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Do SMS come through, and in which form? Asks the network itself, with ECHO to the own number
 * (docs/protocol.md §3). */
#pragma once
#include "daemon/sms.h"

/* What became of one form. */
typedef struct
{
  gboolean tried;
  gboolean accepted; /* by the network */
  gboolean back;     /* it came back, byte for byte */
  guint sent_ms;     /* until the network had accepted it; where it has */
  guint back_ms;     /* until it was back; where it is. Both from the start of its try */
} TacSmsLoop;

/* By form: [TAC_TEXT_NONE] the datagram, [TAC_TEXT_DENSE] one text SMS, [TAC_TEXT_PLAIN] two. */
typedef struct
{
  TacSmsLoop loops[TAC_TEXT_FORMS];
} TacSmsLoopback;

/**
 * tac_sms_loopback_async:
 * @number: of this phone, E.164
 * @timeout_ms: for each form, until it is back
 *
 * Sends an ECHO as a datagram; where it does not come back, as one text SMS; where that does not,
 * as two. Up to four SMS, which cost what SMS cost. Records what it found:
 * tac_sms_set_datagrams_work (), and tac_sms_set_text_form () where a text came back. One that
 * comes back while a later form is being tried counts, too. One test at a time: else
 * TAC_ERROR_BUSY.
 */
void tac_sms_loopback_async (TacSms *sms, const char *number, guint timeout_ms,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data);
/* That nothing came back is a result, not an error. Errors: G_IO_ERROR_CANCELLED, TAC_ERROR_BUSY,
 * TAC_ERROR_INVALID_NUMBER, TAC_ERROR_NO_MODEM; TAC_ERROR_SMS_FAILED where the network accepted
 * none (the message says why). */
gboolean tac_sms_loopback_finish (TacSms *sms, GAsyncResult *result, TacSmsLoopback *loopback,
                                  GError **error);
