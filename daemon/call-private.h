/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of a call share: call.c (events and actions), -setup (data, SMS, handshake),
 * -paths, -lane (control), -media, -report, -timers. */
#pragma once
#include "codecs/congestion.h"
#include "codecs/control.h"
#include "codecs/sas.h"
#include "daemon/call.h"
#include "daemon/engine.h"
#include "daemon/paths.h"
#include "daemon/peer-limits.h"

/* In guarded memory. */
typedef struct
{
  TacHandshake handshake;
  TacHandshake invited;            /* the peer's invitation, until it is taken */
  guint8 ephemeral[TAC_KEY_SIZE];  /* of the INVITE being made; wiped once it is */
  guint8 h[TAC_HASH_SIZE];         /* of the finished handshake */
  guint8 send_chain[TAC_KEY_SIZE]; /* c₀, until the media have it */
  guint8 receive_chain[TAC_KEY_SIZE];
  guint8 path_send_key[TAC_KEY_SIZE]; /* of PATH by SMS */
  guint8 path_receive_key[TAC_KEY_SIZE];
  guint8 sas_commitment[32], sas_a[32], sas_b[32];
} TacCallSecrets;

typedef enum
{
  TAC_STEP_DIALED,
  TAC_STEP_DATA_UP,
  TAC_STEP_INVITE_SENT,
  TAC_STEP_INVITE_RECEIVED,
  TAC_STEP_PATH_FOUND,
  TAC_STEP_SECURED,
  TAC_STEP_RINGING,
  TAC_STEP_ANSWERED,
  TAC_STEP_FIRST_VOICE_SENT,
  TAC_STEP_FIRST_VOICE_HEARD,
  TAC_STEP_ENDED,
} TacCallTimelineStep;
#define TAC_TIMELINE_STEPS 11

/* What a second of the call was like; filled once a second. */
typedef struct
{
  double loss_received, loss_sent; /* percent; sent: as the peer last reported */
  guint round_trip_ms, jitter_ms, playout_delay_ms;
  guint growth_received_ms, growth_sent_ms; /* that voice stands in queues */
  TacProfile profile, peer_profile;         /* sent, received */
} TacCallSecond;

struct _TacCall
{
  GObject parent_instance;
  TacCallParts parts;
  gint64 contact; /* its id */
  char *peer_name, *peer_number, *warning;
  guint8 peer_key[TAC_KEY_SIZE];
  TacTrust trust;
  gboolean dialed; /* by this phone's user */
  gboolean caller; /* in the protocol; another thing than dialed after glare */

  TacCallMachine machine;
  GArray *pending; /* TacCallEvent */
  gboolean stepping;
  char *detail; /* what exactly failed; for the reason's text */
  guint timers[TAC_CALL_TIMERS];
  gint64 timeline[TAC_TIMELINE_STEPS]; /* Unix µs; 0: not yet */
  gint64 answered_us;                  /* monotonic */

  /* setup */
  TacCallSecrets *secrets;
  GCancellable *cancellable; /* of all that waits for data or SMS */
  gboolean holds_data;
  guint8 invite_sms[TAC_SMS_SIZE], reply_sms[TAC_SMS_SIZE];
  gboolean invite_made, reply_made, replied; /* replied: REPLY was made, or opened */
  guint replied_again; /* SMS of the same REPLY, for an INVITE that was repeated */
  guint8 invited_sms[TAC_SMS_SIZE];
  TacCandidates local, remote, invited_candidates;
  const TacEngine *engine;
  TacPaths *paths;
  gboolean path_found;
  guint32 path_sms_sent, path_sms_highest; /* counters */

  /* lane */
  TacControl *lane;
  GSource *lane_source;
  const char *sas[TAC_SAS_WORDS + 1];
  TacPeerLimits limits;
  guint64 malformed_counted;

  /* media */
  TacMedia *media;
  gboolean media_started, muted, held, peer_holds;
  gint64 heard_us, pinged_us;    /* monotonic: the newest authentic datagram; the last PING */
  guint64 voice_opened;          /* at the last look */
  gint64 first_sent_us;          /* atomic: capture thread */
  guint unlooked;                /* packets since the delay was looked at */
  guint64 ticks_lost, ticks_due; /* of all seconds */
  TacCallQuality quality;        /* when the media were last looked at */
  TacCallSecond second;
  TacQuality *series; /* of all seconds; NULL before it was answered */
  TacVoiceReceiverStats second_ago;
  guint64 refused_counted[TAC_OPEN_RESULTS];

  /* reports and pace */
  TacVoiceReceiverStats reported; /* at the last REPORT sent */
  gint64 reported_us;             /* monotonic */
  double loss_sent;               /* percent, in the last REPORT that told of some */
  guint32 sent_tick;              /* atomic: capture thread */
  TacCongestion congestion;
  guint paced_changes; /* of the path, when the pace was last thought of */
};

/* call.c */
void tac_call_dispatch (TacCall *call, TacCallEvent event);
void tac_call_fail (TacCall *call, TacCallEventKind kind, const char *detail);
void tac_call_stamp (TacCall *call, TacCallTimelineStep step,
                     gint64 unix_us); /* the first time counts; 0: now */
void tac_call_changed (TacCall *call);

/* call-timers.c */
void tac_call_timer_start (TacCall *call, TacCallTimer timer);
void tac_call_timer_stop (TacCall *call, TacCallTimer timer);

/* call-setup.c */
void tac_call_raise_data (TacCall *call);
void tac_call_gather (TacCall *call);
void tac_call_send_invite (TacCall *call);
void tac_call_take_invitation (TacCall *call);
void tac_call_make_reply (TacCall *call);
void tac_call_send_reply_sms (TacCall *call);
void tac_call_refuse (TacCall *call, TacReplyStatus status);
void tac_call_send_handshake (TacCall *call);
/* Paths, SMS under way, handshake; keeps the data context. @closed (call), unless NULL, once the
 * paths need no data any more. */
void tac_call_drop_setup (TacCall *call, GDestroyNotify closed);

/* call-paths.c */
gboolean tac_call_paths_open (TacCall *call, GError **error); /* the first path gathers */
void tac_call_follow_addresses (TacCall *call);               /* of the data context, NULL: lost */
void tac_call_seek (TacCall *call);
void tac_call_take_path (TacCall *call, const guint8 *value, gsize size);

/* call-lane.c */
gboolean tac_call_lane_open (TacCall *call, TacCallKeys *keys); /* wipes @keys */
void tac_call_lane_send (TacCall *call, TacControlType type, const guint8 *value, gsize size);
void tac_call_lane_pump (TacCall *call);
void tac_call_lane_ping (TacCall *call, guint way); /* by that path, at once */
/* @way: the path that brought it. */
void tac_call_lane_receive (TacCall *call, guint way, const guint8 *packet, gsize size);
void tac_call_lane_close (TacCall *call);
void tac_call_sas_commit (TacCall *call);
void tac_call_sas_nonce (TacCall *call);
void tac_call_sas_show (TacCall *call);

/* call-limits.c */
/* FALSE: over the limit; counted, and where that breaks the protocol the call is on its way out. */
gboolean tac_call_allows (TacCall *call, TacPeerLimit limit, guint64 n);
gboolean tac_call_allows_lane (TacCall *call); /* after each control datagram that opened */

/* call-media.c */
void tac_call_media_prepare (TacCall *call);
void tac_call_media_start (TacCall *call);
void tac_call_media_ring_back (TacCall *call);
void tac_call_media_leave (TacCall *call); /* the call is over for the user */
void tac_call_media_stop (TacCall *call);
void tac_call_media_update (TacCall *call); /* muted, held */
void tac_call_media_receive (TacCall *call, const guint8 *packet, gsize size);
void tac_call_media_search (TacCall *call, gboolean searching); /* the peer is not heard, or is */
void tac_call_second (TacCall *call); /* every second: report, measure, notice silence */
void tac_call_heard (TacCall *call);  /* something authentic */
void tac_call_count_refused (TacCall *call, TacOpenResult result, guint64 n);

/* call-report.c */
/* Once a second. */
void tac_call_report_second (TacCall *call, const TacVoiceReceiverStats *now);
/* Before the second is over, where the delay grows fast. */
void tac_call_report_early (TacCall *call, const TacVoiceReceiverStats *now);
void tac_call_take_report (TacCall *call, const guint8 *value, gsize size);
