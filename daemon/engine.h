/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The call engine: what moves voice, in a module (tacitel-engine.so) that the first call loads,
 * because an idle daemon should not carry libnice and libpulse in memory (docs/architecture.md).
 * All functions are for the main thread but path_send and media_receive. */
#pragma once
#include "codecs/candidate.h"
#include "codecs/kdf.h"
#include "codecs/tone.h"
#include "codecs/voice-receiver.h"
#include "codecs/voice-sender.h"
#include "daemon/config.h"
#include "daemon/level.h"

#include <gio/gio.h>

#define TAC_ENGINE_ABI 4
#define TAC_ENGINE_SYMBOL "tac_engine"

/* A path: one ICE agent (RFC 8445) on the data context's addresses only (docs/protocol.md §4). */
typedef struct TacPath TacPath;

typedef struct
{
  gboolean caller;                      /* the caller controls */
  const TacIceCredentials *credentials; /* of this generation; copied */
  GPtrArray *addresses;                 /* GInetAddress of the data interface; copied */
  GPtrArray *servers;                   /* TacServer; copied as far as needed */
  TacRelayPolicy policy;
} TacPathOptions;

/* All run on the main loop, none inside a call of the path's functions. */
typedef struct
{
  /* Once; what is there when every server has answered, or the quick ones have and the others had
   * their time. */
  void (*gathered) (const TacCandidates *local, gpointer user_data);
  void (*connected) (gpointer user_data); /* once: a pair works */
  void (*received) (const guint8 *packet, gsize size,
                    gpointer user_data); /* of ours: first byte >= 0xC0 */
} TacPathEvents;

typedef struct
{
  char local[64], remote[64]; /* "198.51.100.1:40000", "[2001:db8::1]:40000"; "" before connected */
  const char *kind; /* of the remote candidate: "host", "server-reflexive", "peer-reflexive",
                       "relayed" (or the local one is), "" */
} TacPathInfo;

/* What the servers say of the network that this phone is in. */
typedef struct TacProbe TacProbe;

typedef struct
{
  const TacServer *server; /* the caller's */
  gboolean answered;
  guint rtt_ms;      /* of its first answer */
  char local[64];    /* where it was asked from; the same for all servers of one address family */
  char mapped[64];   /* how it saw that: "" where it did not say */
  char relayed[64];  /* TURN: an address it gave, and that was given back; else "" */
  char problem[128]; /* for people, "" for none: "no answer", "wrong user name or password (401)" */
} TacProbeResult;

/* Media: capture → encode → seal → send, and receive → open → playout → play (docs/architecture.md,
 * the journeys). */
typedef struct TacMedia TacMedia;

typedef struct
{
  void (*send) (const guint8 packet[TAC_DATAGRAM_SIZE],
                gpointer user_data); /* capture thread, every packet */
  void (*failed) (const char *message,
                  gpointer user_data); /* main loop, once; for people, with the remedy */
} TacMediaEvents;

typedef struct
{
  TacVoiceReceiverStats receiver;
  TacVoiceSenderStats sender;
  gint captured_dbfs, played_dbfs; /* RMS of the last 100 ms; TAC_LEVEL_SILENCE to 0 */
  guint64 captured;                /* blocks of 20 ms that were due from the microphone */
  guint64 missing;                 /* of these, not delivered */
  guint64 clipped;                 /* of these, with samples at full scale */
  guint codec_ms; /* from a sample's capture to its packet: frame, look-ahead, filters */
  guint capture_ms, playback_ms; /* what the sound server says that it holds back; 0: unknown */
  gboolean echo_canceller, noise_suppression, gain; /* are at work */
  gboolean port_muted;                              /* by the sound server */
  char port[64];           /* for people, where the sound comes out: "Headphones"; "" unknown */
  guint64 sound_breaks;    /* how often a stream had to be opened anew */
  gboolean sound;          /* both streams run */
  char sound_problem[200]; /* for people, with the remedy; "" for none */
} TacMediaStats;

typedef struct
{
  guint abi; /* TAC_ENGINE_ABI */

  /* Starts gathering at once. NULL: no usable address, or libnice refuses. */
  TacPath *(*path_new) (const TacPathOptions *options, const TacPathEvents *events,
                        gpointer user_data, GError **error);
  /* The peer's candidates; checks start, as soon as they can. At any time, also before gathered,
   * and again with the same or others. Never called: the path waits for checks of a peer whose
   * address it does not know; where both use one relay that works from behind any NAT
   * (docs/protocol.md §4).
   */
  void (*path_set_remote) (TacPath *path, const TacCandidates *remote);
  /* Any thread, no allocation of ours. FALSE: nothing could be sent (not connected, or the
   * interface is gone). */
  gboolean (*path_send) (TacPath *path, const guint8 *packet, gsize size);
  void (*path_get_info) (TacPath *path, TacPathInfo *info);
  /* No event after this. Its relays are told to give back what they allocated; @closed, unless
   * NULL, runs on the main loop when they have, or after a second: until then the data must stay
   * up. */
  void (*path_free) (TacPath *path, GDestroyNotify closed, gpointer user_data);

  /* Asks all servers at once, from one socket of each family; @done runs once, on the main loop,
   * when all have answered or after @timeout_ms, with GArray of TacProbeResult in @servers' order
   * (transfer none). NULL: no usable address. */
  TacProbe *(*probe_new) (GPtrArray *addresses, GPtrArray *servers, guint timeout_ms,
                          void (*done) (const GArray *results, gpointer user_data),
                          gpointer user_data, GError **error);
  void (*probe_free) (TacProbe *probe); /* @done does not run after this */

  /* Opens the sound devices for playing; nothing is captured yet. Errors:
   * TAC_ERROR_MEDIA_FAILED for what is known at once, TacMediaEvents.failed for the rest. */
  TacMedia *(*media_new) (const TacConfig *config, const TacMediaEvents *events, gpointer user_data,
                          GError **error);
  /* Voice begins in both directions. The chains (c₀, tac_kdf_voice) are copied; the caller wipes
   * its own. */
  void (*media_start) (TacMedia *media, const guint8 send_chain[TAC_KEY_SIZE],
                       const guint8 receive_chain[TAC_KEY_SIZE]);
  /* Any thread. */
  void (*media_receive) (TacMedia *media, const guint8 *packet, gsize size);
  void (*media_set_muted) (TacMedia *media, gboolean muted); /* silence is sent, at the same pace */
  void (*media_set_silent) (TacMedia *media, gboolean silent); /* nothing is played: on hold */
  /* What this phone's user hears in place of voice, until another is set; nothing of it is sent.
   */
  void (*media_set_tone) (TacMedia *media, TacToneKind tone);
  void (*media_set_loss) (TacMedia *media, guint percent); /* as the peer reports it */
  /* From a later tick on that is a multiple of TAC_PROFILE_BOUNDARY. */
  void (*media_set_profile) (TacMedia *media, TacProfile profile);
  void (*media_get_stats) (TacMedia *media, TacMediaStats *stats);
  /* Voice ends in both directions, and the keys of it are wiped: nothing is captured, no event
   * runs, after this. A tone is still played. */
  void (*media_end) (TacMedia *media);
  void (*media_free) (TacMedia *media);
} TacEngine;

/* Loads the module once; the same vtable ever after. Errors: TAC_ERROR_FAILED, naming the file and
 * the remedy. */
const TacEngine *tac_engine_load (GError **error);
