/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One secure call: the machine decides; SMS, data, path, control lane and media do. */
#pragma once
#include "daemon/call-machine.h"
#include "daemon/config.h"
#include "daemon/data-call.h"
#include "daemon/farewell.h"
#include "daemon/invitations.h"
#include "daemon/quality.h"
#include "daemon/sms.h"
#include "daemon/vault.h"

/* What all calls share; outlives them. */
typedef struct
{
  const TacConfig *config;
  TacModem *modem;
  TacSms *sms;
  TacDataCall *data;
  TacVault *vault; /* open while there is a call */
  TacCounters *counters;
  TacFarewell *farewell;
} TacCallParts;

/* How it went; 0 until voice flowed. */
typedef struct
{
  gint64 duration_ms; /* of conversation; -1 not answered */
  double loss;        /* percent of the peer's voice */
  guint jitter_ms, round_trip_ms;
} TacCallQuality;

#define TAC_TYPE_CALL (tac_call_get_type ())
G_DECLARE_FINAL_TYPE (TacCall, tac_call, TAC, CALL, GObject)

/* Signals: "changed" (anything that can be read below), "tone" (const char *digit), "ringing" (this
 * phone does), "over" (for the user: the reason is known), "released" (nothing of it is left: no
 * socket, no key, no timer). Between over and released the peer is told. @warning: what the policy
 * warns of, "" for nothing. */
TacCall *tac_call_new (const TacCallParts *parts, const TacContact *peer, gboolean dialed,
                       const char *warning);

void tac_call_dial (TacCall *call);
/* An invitation of the peer: the call's beginning, or, where it was dialed, glare, which the peer
 * has won. */
void tac_call_accept_invitation (TacCall *call, const TacInvitation *invitation);
/* The invitation it is of, once more. */
void tac_call_invited_again (TacCall *call);
/* A REPLY, by whatever way it came. Not OK: counted by the caller. */
TacMessageResult tac_call_take_reply (TacCall *call, const guint8 *sms, gsize size);
/* Where the peer can be reached now, by SMS since no path is left. */
TacMessageResult tac_call_take_path_sms (TacCall *call, const guint8 *sms, gsize size);
void tac_call_event (TacCall *call, TacCallEventKind kind);

/* The user's. Errors: TAC_ERROR_INVALID_STATE, TAC_ERROR_INVALID_ARGUMENT, TAC_ERROR_MEDIA_FAILED.
 */
gboolean tac_call_answer (TacCall *call, GError **error);
gboolean tac_call_hang_up (TacCall *call, GError **error);
gboolean tac_call_set_muted (TacCall *call, gboolean muted, GError **error);
gboolean tac_call_set_held (TacCall *call, gboolean held, GError **error);
gboolean tac_call_send_tone (TacCall *call, const char *digit, GError **error);
/* The users compared the words: the contact is verified; or it is not to be trusted, and the call
 * ends. Also TAC_ERROR_UNKNOWN_CONTACT (removed, or it has another key by now), TAC_ERROR_FAILED.
 */
gboolean tac_call_verify (TacCall *call, gboolean match, GError **error);

TacCallState tac_call_get_state (TacCall *call);
TacCallReason tac_call_get_reason (TacCall *call);
char *tac_call_get_reason_text (TacCall *call);
gboolean tac_call_is_dialed (TacCall *call);
gboolean tac_call_was_answered (TacCall *call);
gint64 tac_call_get_invited_us (TacCall *call); /* Unix; when the invitation came, 0 where dialed */
/* Dialed, and not yet answered by the peer's phone: the peer's own INVITE means glare, which the
 * peer can win as long as nothing has come back at all. */
gboolean tac_call_awaits_reply (TacCall *call);
gboolean tac_call_is_inviting (TacCall *call);
/* Dialed, and an invitation of the peer that says @time_ms went out before the peer answered this
 * call: glare that the peer has lost already, however late its SMS is. */
gboolean tac_call_crossed (TacCall *call, guint64 time_ms);
gboolean tac_call_is_of_invitation (TacCall *call, const guint8 *sms, gsize size);
gboolean tac_call_is_with (TacCall *call, const guint8 key[TAC_KEY_SIZE]);
const char *tac_call_get_peer_name (TacCall *call);
const char *tac_call_get_peer_number (TacCall *call);
const guint8 *tac_call_get_peer_key (TacCall *call);
TacTrust tac_call_get_trust (TacCall *call);
const char *tac_call_get_warning (TacCall *call);
const char *tac_call_get_security (TacCall *call); /* as Call1.Security */
gint64 tac_call_get_begun_us (TacCall *call);      /* Unix; dialed, or invited */
TacCallQuality tac_call_get_quality (TacCall *call);
const TacQuality *tac_call_get_series (TacCall *call); /* NULL: it was not answered */
gboolean tac_call_is_secured (TacCall *call);
gboolean tac_call_is_muted (TacCall *call);
gboolean tac_call_peer_holds (TacCall *call);
const char *const *tac_call_get_sas (TacCall *call); /* NULL-terminated, empty until known */
GVariant *tac_call_get_timeline (TacCall *call);     /* a{sx}, floating */
GVariant *tac_call_get_statistics (TacCall *call);   /* a{sv}, floating */
