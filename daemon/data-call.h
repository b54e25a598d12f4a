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

/* Signals: "changed" (state), "lost" (was up; the network or the modem took it), "address-changed"
 * (while up). */
TacDataCall *tac_data_call_new (TacModem *modem, const TacConfig *config);
/* Raises the context if need be and waits for an address on its interface. Each successful acquire
 * needs one release; after the last one the context goes down, unless the configuration keeps it.
 * Errors: TAC_ERROR_NO_DATA, G_IO_ERROR_CANCELLED. */
void tac_data_call_acquire_async (TacDataCall *data, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
gboolean tac_data_call_acquire_finish (TacDataCall *data, GAsyncResult *result, GError **error);
void tac_data_call_release (TacDataCall *data);
TacDataState tac_data_call_get_state (TacDataCall *data);
const char *tac_data_call_get_interface (TacDataCall *data); /* NULL unless up */
GPtrArray *tac_data_call_get_addresses (
    TacDataCall *data); /* (transfer none) GInetAddress; global scope only */
