/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of calls, written into the history. A history that cannot be written is no reason
 * not to talk: it is logged. */
#pragma once
#include "daemon/call.h"
#include "daemon/invitations.h"

/* A row as long as the call lasts; 0 where it could not be written. */
gint64 tac_call_log_begin (TacHistory *history, TacCall *call);
void tac_call_log_end (TacHistory *history, gint64 row, TacCall *call);
/* Somebody called and it never became a call. @contact: NULL unknown; @number: "" unknown; @count:
 * how often. */
void tac_call_log_missed (TacHistory *history, const TacContact *contact, const char *number,
                          gint64 time_us, const char *reason, guint count);
