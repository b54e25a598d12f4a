/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why calls end: as D-Bus says it, as people read it, and as BYE carries it. */
#pragma once
#include "codecs/tone.h"
#include "daemon/call-machine.h"

const char *tac_reason_to_string (TacCallReason reason); /* "no-path"; "" for NONE */
/* For people, with the remedy. @detail: what failed exactly, where the reason has one; NULL:
 * unknown. Returns: (transfer full), free with g_free(). */
char *tac_reason_to_text (TacCallReason reason, const char *peer_name, const char *detail);
/* What the peer is told, and what it is when the peer tells. */
TacByeReason tac_reason_to_bye (TacCallReason reason);
TacCallReason tac_reason_from_bye (TacByeReason bye);
/* Manager1's MissedCall reason of an incoming call that ended so before it was answered; NULL: this
 * phone's user decided, nothing was missed. */
const char *tac_reason_to_missed (TacCallReason reason);
/* What the user hears of the end, who holds the phone at the ear: after a conversation, or while
 * waiting for one that was dialed. */
TacToneKind tac_reason_to_tone (TacCallReason reason, bool dialed, bool answered);
