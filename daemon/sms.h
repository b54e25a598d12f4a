/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Datagrams over oFono's SmartMessaging: sending with an expiry, the agent, registering it again
 * whenever it is lost. */
#pragma once
#include "daemon/modem.h"

#define TAC_TYPE_SMS (tac_sms_get_type ())
G_DECLARE_FINAL_TYPE (TacSms, tac_sms, TAC, SMS, GObject)

/* Signal "received" (const char *sender ("" withheld), GBytes *datagram, gint64 sent_us (SMS
 * centre's time, Unix µs; 0 unknown)). Signal "changed": tac_sms_ready () changed. */
TacSms *tac_sms_new (TacModem *modem);
/* The agent is registered: datagrams arrive. tac_sms_get_problem: why not, for people, with the
 * remedy (InProgress: who holds it). */
gboolean tac_sms_ready (TacSms *sms);
TacModem *tac_sms_get_modem (TacSms *sms); /* (transfer none) */
const char *tac_sms_get_problem (TacSms *sms);
/* Hands one datagram (1 to 133 bytes, one SMS) to the network; finishes when the network accepted
 * it.
 * @timeout_ms: past it, or on cancelling, the message is withdrawn from oFono's queue where still
 * possible; error TAC_ERROR_SMS_FAILED. */
void tac_sms_send_async (TacSms *sms, const char *number, GBytes *datagram, guint timeout_ms,
                         GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data);
gboolean tac_sms_send_finish (TacSms *sms, GAsyncResult *result, GError **error);
