/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairing by SMS (docs/protocol.md §3, PAIR): requests in and out, in the store. What to do with a
 * PAIR is decided in pairing-rules.[ch], pure. */
#pragma once
#include "codecs/pair.h"
#include "daemon/config.h"
#include "daemon/counters.h"
#include "daemon/modem.h"
#include "daemon/sms.h"
#include "daemon/vault.h"

#define TAC_TYPE_PAIRING (tac_pairing_get_type ())
G_DECLARE_FINAL_TYPE (TacPairing, tac_pairing, TAC, PAIRING, GObject)

/* Signals: "requested" (GVariant a{sv}), "completed" (name, number), "changed": as
 * org.tacitel.Pairing1. It listens to the vault's "opened" and "closing"; everything fails with the
 * vault's error while that is not open. Arguments outlive it. */
TacPairing *tac_pairing_new (const TacConfig *config, TacVault *vault, TacModem *modem, TacSms *sms,
                             TacCounters *counters);
/* A PAIR as it came, of at least the right type; length, contents and limits are checked here, what
 * is dropped is counted ("pair.…"). */
void tac_pairing_receive (TacPairing *pairing, const char *sender, const guint8 *sms, gsize size);
/* The rest as org.tacitel.Pairing1 says: */
void tac_pairing_request_async (TacPairing *pairing, const char *number, const char *name,
                                GAsyncReadyCallback callback, gpointer user_data);
gboolean tac_pairing_request_finish (TacPairing *pairing, GAsyncResult *result, GError **error);
void tac_pairing_accept_async (TacPairing *pairing, const char *number, const char *name,
                               const char *key, GAsyncReadyCallback callback, gpointer user_data);
char *tac_pairing_accept_finish (TacPairing *pairing, GAsyncResult *result,
                                 GError **error); /* (transfer full) the contact's name */
gboolean tac_pairing_decline (TacPairing *pairing, const char *number, GError **error);
GVariant *tac_pairing_list (TacPairing *pairing, GError **error); /* aa{sv}, floating */
char *tac_pairing_get_own_name (TacPairing *pairing);             /* (transfer full), "" */
gboolean tac_pairing_set_own_name (TacPairing *pairing, const char *name, GError **error);
