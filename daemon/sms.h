/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMS messages over oFono: as datagrams (SmartMessaging) with the agent that receives them,
 * registered again whenever it is lost, and as texts (MessageManager); sending with an expiry. */
#pragma once
#include "daemon/modem.h"
#include "daemon/sms-form.h"

#define TAC_TYPE_SMS (tac_sms_get_type ())
G_DECLARE_FINAL_TYPE (TacSms, tac_sms, TAC, SMS, GObject)

/* Signal "received" (const char *sender ("" withheld), GBytes *datagram, gint64 sent_us (SMS
 * centre's time, Unix µs; 0 unknown)): a datagram, or a text that says one; other texts are not
 * looked at. Signal "echo" (GBytes *datagram) for an ECHO, first: what returns TRUE takes it, and
 * there is no "received". Signal "changed": tac_sms_ready () changed. */
TacSms *tac_sms_new (TacModem *modem, TacSignalling signalling);
/* The agent is registered: datagrams arrive. tac_sms_get_problem: why not, for people, with the
 * remedy (InProgress: who holds it). */
gboolean tac_sms_ready (TacSms *sms);
TacModem *tac_sms_get_modem (TacSms *sms); /* (transfer none) */
const char *tac_sms_get_problem (TacSms *sms);

/* What the self-test found: kept until this process ends. */
void tac_sms_set_datagrams_work (TacSms *sms, TacDatagrams datagrams);
TacDatagrams tac_sms_get_datagrams_work (TacSms *sms);
void tac_sms_set_text_form (TacSms *sms, TacTextForm form); /* TAC_TEXT_DENSE at first */
TacTextForm tac_sms_get_text_form (TacSms *sms);
/* How a message to @number (E.164) would go now. TAC_TEXT_NONE: as a datagram. */
TacTextForm tac_sms_choose (TacSms *sms, const char *number, TacSmsForm wanted);

/* Hands one datagram (TAC_SMS_SIZE bytes) to the network, in the form that suits @number; finishes
 * when the network accepted it.
 * @timeout_ms: past it, or on cancelling, the message is withdrawn from oFono's queue where still
 * possible; error TAC_ERROR_SMS_FAILED. */
void tac_sms_send_async (TacSms *sms, const char *number, GBytes *datagram, TacSmsForm form,
                         guint timeout_ms, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data);
/* The same in a form of the caller's choice; TAC_TEXT_NONE: as a datagram. */
void tac_sms_send_as_async (TacSms *sms, const char *number, GBytes *datagram, TacTextForm as,
                            guint timeout_ms, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data);
gboolean tac_sms_send_finish (TacSms *sms, GAsyncResult *result, GError **error);
