/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /etc/tacitel/tacitel.conf, then the user's $XDG_CONFIG_HOME/tacitel/tacitel.conf: a key of the
 * later wins. Every key is documented in daemon/tacitel.conf; an unknown group or key is an error
 * that names file and key. */
#pragma once
#include "daemon/policy.h"
#include "daemon/server.h"
#include <glib.h>

/* auto: on where the sound comes out of a speaker, off at an ear piece or in a headset. */
typedef enum
{
  TAC_VOICE_AUTO,
  TAC_VOICE_ON,
  TAC_VOICE_OFF
} TacVoiceSwitch;

/* How what is meant for one SMS travels (docs/protocol.md §3). */
typedef enum
{
  TAC_SIGNALLING_AUTO, /* datagram; text where datagrams were found not to arrive */
  TAC_SIGNALLING_DATAGRAM,
  TAC_SIGNALLING_TEXT,
} TacSignalling;

typedef struct
{
  char *modem_path; /* [modem] path: oFono object path, NULL = the first modem with SmartMessaging
                       ability */
  gboolean modem_power; /* [modem] power: power it and bring it online */
  char *data_context;   /* [data] context: oFono object path, NULL = the first "internet" context */
  gboolean data_keep;   /* [data] keep: leave the context up after a call */
  guint data_timeout_s; /* [data] timeout: until an address is there; 20 */
  guint ring_timeout_s; /* [call] ring-timeout; 45 */
  char *audio_source;   /* [audio] source: the sound server's name of the microphone, NULL = its
                           default */
  char *audio_sink;     /* [audio] sink: the same for the ear piece */
  guint audio_rate;     /* [audio] rate: Hz; 16000 */
  int audio_complexity; /* [audio] complexity: Opus, 0 to 10; 5 */
  TacVoiceSwitch audio_echo;   /* [audio] echo-canceller */
  TacVoiceSwitch audio_noise;  /* [audio] noise-suppression */
  TacVoiceSwitch audio_gain;   /* [audio] gain */
  gboolean audio_tones;        /* [audio] tones: ring-back, busy, searching, ended; on */
  guint keyring_cost_ms;       /* [keyring] unlock-time: what a try of a passphrase costs; 1000 */
  guint history_keep_days;     /* [history] keep-days: 0 for ever; 90 */
  guint history_keep_calls;    /* [history] keep-calls: 0 all; 10000 */
  char *notify_command;        /* [notify] command: program that is told of events; NULL = none */
  TacPolicy policy;            /* [policy] PARTY=ACTION */
  TacSignalling signalling;    /* [sms] signalling: auto, datagram, text */
  TacRelayPolicy relay_policy; /* [relay] policy: direct, prefer-direct, relay-only */
  GPtrArray *servers; /* TacServer: [relay NAME] in the files' order; the later file adds, or
                         replaces one of the same name */
} TacConfig;

TacConfig *tac_config_load (GError **error); /* the two files above; missing ones are fine */
TacConfig *tac_config_load_files (const char *const *paths, GError **error);
void tac_config_free (TacConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TacConfig, tac_config_free)
