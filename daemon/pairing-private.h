/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of pairing share: pairing.c (what there is), -receive (what comes), -user (what
 * the user wants), -send. */
#pragma once
#include "daemon/pairing-rules.h"
#include "daemon/pairing-store.h"
#include "daemon/pairing.h"

struct _TacPairing
{
  GObject parent_instance;
  const TacConfig *config;
  TacVault *vault;
  TacModem *modem;
  TacSms *sms;
  TacCounters *counters;

  /* while the vault is open; NULL and 0 else */
  TacStore *store;
  TacContacts *contacts;
  GCancellable *session; /* of the SMS that are being sent */
  gulong contacts_changed;
  guint sync, expiry; /* sources */
};

/* pairing.c */

/* With the vault's error where the store is not there. */
gboolean tac_pairing_check_open (TacPairing *pairing, GError **error);
/* Forgets what has expired; everything below sees only what has not. */
void tac_pairing_expire (TacPairing *pairing, gint64 now_us);
/* Fits the requests to the contacts as they are, and the timer to the requests; says "changed". */
void tac_pairing_update (TacPairing *pairing);
TacPairingKind tac_pairing_kind_of (TacPairing *pairing, const TacPairingRequest *request);
/* Its contact, if any, loses the new key that it brought. */
void tac_pairing_forget_new_key (TacPairing *pairing, const TacPairingRequest *request);
/* Signal "requested", and the hook. */
void tac_pairing_tell_requested (TacPairing *pairing, const TacPairingRequest *request);
/* The two keys are exchanged: signal "completed", and the hook. */
void tac_pairing_tell_completed (TacPairing *pairing, const char *name, const char *number);

/* pairing-receive.c */

/* Of TAC_PAIRING_TAKEN, …: what is counted in the window that is not over. */
guint tac_pairing_get_count (TacPairing *pairing, const char *number, TacPairingWhat what,
                             gint64 now_us);
gboolean tac_pairing_add_count (TacPairing *pairing, const char *number, TacPairingWhat what,
                                gint64 now_us, int n, GError **error);

/* pairing-send.c */

/* Sends PAIR; the vault is open. */
void tac_pairing_send_async (TacPairing *pairing, const char *number, gboolean answer,
                             GAsyncReadyCallback callback, gpointer user_data);
/* @error also where the vault was closed meanwhile. */
gboolean tac_pairing_send_finish (TacPairing *pairing, GAsyncResult *result, GError **error);
/* The same with nobody waiting: @name (nullable) is told as completed once it is sent. */
void tac_pairing_answer (TacPairing *pairing, const char *number, const char *name);
