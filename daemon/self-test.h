/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the network that this phone is in: raises data, asks the servers, and sends SMS to itself.
 */
#pragma once
#include "daemon/call.h"
#include "daemon/network-kind.h"
#include "daemon/sms-loopback.h"

typedef struct
{
  TacAccess access;
  char **addresses;
  GArray *results; /* TacProbeResult */
  TacNetworkKind kind;
  gboolean sms_tested;
  TacSmsLoopback sms;
  char *sms_problem; /* why there is no result of it, for people; NULL */
} TacNetworkReport;

void tac_network_report_free (TacNetworkReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TacNetworkReport, tac_network_report_free)
/* As org.tacitel.Network1 says; floating. @sms: with what SelfTest has more than Probe. */
GVariant *tac_network_report_to_variant (const TacNetworkReport *report, gboolean sms);

/* @step: as Network1.Progress. */
typedef void (*TacSelfTestProgress) (const char *step, const char *text, gpointer user_data);

/**
 * tac_self_test_async:
 * @number: (nullable) this phone's, E.164: SMS are sent to it; NULL: none is
 * @progress: on the main loop, before each step; @user_data is that of @callback
 *
 * Data is released before @callback runs. What the SMS told is recorded in @parts->sms.
 */
void tac_self_test_async (const TacCallParts *parts, const char *number,
                          TacSelfTestProgress progress, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data);
/* (transfer full). NULL: TAC_ERROR_NO_MODEM, NOT_REGISTERED, NO_DATA, FAILED,
 * G_IO_ERROR_CANCELLED. That SMS fail is a result. */
TacNetworkReport *tac_self_test_finish (GAsyncResult *result, GError **error);
