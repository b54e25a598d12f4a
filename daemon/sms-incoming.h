/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text messages as they come, of which some are ours. */
#pragma once
#include "codecs/sms-text.h"
#include "daemon/modem.h"

/* Sender ("" withheld), the message, the SMS centre's time (as oFono writes it; NULL unknown), and
 * in which form it came. */
typedef void (*TacSmsTextFunc) (const char *sender, GBytes *datagram, const char *sent,
                                TacTextForm form, gpointer user_data);

typedef struct TacSmsIncoming TacSmsIncoming;
/* Tells @func of every text of the modem in use that says a message (docs/protocol.md §3). */
TacSmsIncoming *tac_sms_incoming_new (TacModem *modem, TacSmsTextFunc func, gpointer user_data);
void tac_sms_incoming_free (TacSmsIncoming *incoming); /* NULL is fine */
