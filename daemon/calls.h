/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All calls of this phone: at most one that talks; received SMS are routed here (docs/protocol.md
 * §3, §4). */
#pragma once
#include "daemon/call.h"
#include "daemon/pairing.h"

#define TAC_TYPE_CALLS (tac_calls_get_type ())
G_DECLARE_FINAL_TYPE (TacCalls, tac_calls, TAC, CALLS, GObject)

/* Signals: "missed" (GVariant a{sv}): somebody called and it did not come to a conversation;
 * Manager1's MissedCall has the shape. "ringing" (TacCall): an incoming call. "mismatch" (TacCall):
 * it ended since the spoken words differ. "beginning": one will need the sound devices. All
 * arguments must outlive the object; @manager exports
 * /org/tacitel/call/N. */
TacCalls *tac_calls_new (const TacCallParts *parts, TacPairing *pairing, TacDecisions *decisions,
                         GDBusObjectManagerServer *manager);
/* Starts a call to a contact's name or number. Returns its object path, which exists already, valid
 * while the call lasts; NULL and NOT_SET_UP, LOCKED, DAMAGED, UNKNOWN_CONTACT, INVALID_NUMBER,
 * SELF_CALL, REFUSED, BUSY, NO_MODEM, NOT_REGISTERED or FAILED, with the remedy. */
const char *tac_calls_dial (TacCalls *calls, const char *target, GError **error);
gboolean tac_calls_is_busy (TacCalls *calls); /* there is a call, or its end is being told */
gboolean tac_calls_is_on (TacCalls *calls);   /* there is one: the sound is its own */
/* Is there a call with @contact, so that it must not be removed, nor its key be replaced? */
gboolean tac_calls_with (TacCalls *calls, const TacContact *contact);
/* Says BYE to whoever is in a call; @done (on the main loop, at once where there is none) when
 * nothing more is under way. */
void tac_calls_end_all (TacCalls *calls, GSourceFunc done, gpointer user_data);
