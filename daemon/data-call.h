/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The packet data context: up while somebody holds it, its interface and addresses (read by
 * rtnetlink), lost. */
#pragma once
#include "daemon/modem.h"

#define TAC_TYPE_DATA_CALL (tac_data_call_get_type ())
G_DECLARE_FINAL_TYPE (TacDataCall, tac_data_call, TAC, DATA_CALL, GObject)

typedef enum
{
  TAC_DATA_DOWN,
  TAC_DATA_RAISING,
  TAC_DATA_UP
} TacDataState;

/* Signals: "changed" (state); "lost": it was up, and the network or the modem took it;
 * "address-changed": while up, there are other addresses, which can be used. In between there may
 * have been none: that is not told.
 *
 * "lost" ends all holds: nothing is to be released then, and who wants it back acquires anew, which
 * it may do from within the signal. */
TacDataCall *tac_data_call_new (TacModem *modem, const TacConfig *config);
/* Raises the context if need be and waits for an address on its interface. Each successful acquire
 * needs one release, or "lost"; after the last one the context goes down, unless the configuration
 * keeps it. Errors: TAC_ERROR_NO_DATA, at once where there is no modem or the network refuses;
 * G_IO_ERROR_CANCELLED. */
void tac_data_call_acquire_async (TacDataCall *data, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
/* The same after "lost": for up to @timeout_ms it waits for all that is in the way, and raises the
 * context as soon as it can. That may be an ofonod that restarts, a modem that resets, a SIM that
 * is not there, a network that does not admit the phone, data that is switched off. */
void tac_data_call_reacquire_async (TacDataCall *data, guint timeout_ms, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);
/* Of either. */
gboolean tac_data_call_acquire_finish (TacDataCall *data, GAsyncResult *result, GError **error);
void tac_data_call_release (TacDataCall *data);
TacDataState tac_data_call_get_state (TacDataCall *data);
const char *tac_data_call_get_interface (TacDataCall *data); /* NULL unless up */
GPtrArray *tac_data_call_get_addresses (
    TacDataCall *data); /* (transfer none) GInetAddress; global scope only */
