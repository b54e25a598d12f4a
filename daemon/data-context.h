/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One oFono data context: raised, with an address on its interface, lowered. */
#pragma once
#include "daemon/modem.h"

#define TAC_TYPE_DATA_CONTEXT (tac_data_context_get_type ())
G_DECLARE_FINAL_TYPE (TacDataContext, tac_data_context, TAC, DATA_CONTEXT, GObject)

typedef enum
{
  TAC_CONTEXT_DOWN,
  TAC_CONTEXT_RAISING,
  TAC_CONTEXT_UP,
  TAC_CONTEXT_LOWERING,
} TacContextState;

/* Signals: "changed" (the state); "broken" (const char *why): raising failed or what was up is
 * lost, it goes down by itself; "address-changed" (while up). @wanted: an object path, NULL: the
 * first of type "internet". */
TacDataContext *tac_data_context_new (TacModem *modem, const char *wanted);
/* From DOWN; the modem offers packet data. @patient: mobile data that is switched off is waited
 * for, as the network is in any case. */
void tac_data_context_raise (TacDataContext *context, gboolean patient);
/* From DOWN; the modem offers packet data. Takes down what a daemon that was killed had raised, as
 * data-record.h tells. */
void tac_data_context_recover (TacDataContext *context);
/* From any state; a context that was active before stays up. */
void tac_data_context_lower (TacDataContext *context);
void tac_data_context_forget (TacDataContext *context); /* the modem is gone, so it is down */
/* For the end of the process: takes it down without looking back. */
void tac_data_context_abandon (TacDataContext *context);
TacContextState tac_data_context_get_state (TacDataContext *context);
const char *tac_data_context_get_waiting (TacDataContext *context);   /* why it takes so long */
const char *tac_data_context_get_interface (TacDataContext *context); /* NULL unless known */
GPtrArray *
tac_data_context_get_addresses (TacDataContext *context); /* (transfer none), NULL likewise */
