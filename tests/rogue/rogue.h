/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the rogue share: main.c (its words with the test), rogue-call.c (the honest way
 * up to an answered call), rogue-attacks.c (what it does then), rogue-path.c (libnice). */
#pragma once
#include "codecs/control.h"
#include "codecs/invitation.h"

#include <glib.h>

/* One ICE agent on one address, host candidates only. */
typedef struct RoguePath RoguePath;
typedef struct
{
  void (*gathered) (const TacCandidates *local, gpointer user_data);
  void (*connected) (gpointer user_data);
  void (*received) (const guint8 *packet, gsize size, gpointer user_data);
} RoguePathEvents;
RoguePath *rogue_path_new (const char *address, gboolean caller,
                           const TacIceCredentials *credentials, const RoguePathEvents *events,
                           gpointer user_data);
void rogue_path_set_remote (RoguePath *path, const TacCandidates *remote);
void rogue_path_send (RoguePath *path, const guint8 *packet, gsize size);
void rogue_path_free (RoguePath *path);

typedef struct
{
  gboolean caller;
  const char *address;
  TacKeyPair me;
  guint8 peer[TAC_KEY_SIZE];

  TacHandshake handshake;
  guint8 ephemeral[TAC_KEY_SIZE], sms[TAC_SMS_SIZE], h[TAC_HASH_SIZE];
  TacCandidates remote;
  RoguePath *path;
  gboolean connected, ended;
  gboolean silent; /* an attack takes the honest voice's place */
  guint8 sas_a[32], sas_commitment[32];

  TacControl *lane; /* honest, as long as it is let */
  GSource *lane_source;
  TacControlSealer raw; /* beside the lane, with the same key and higher counters */
  guint16 raw_sequence; /* of the newest reliable body */
  guint64 pongs;
  TacVoiceSealer voice;
  guint64 tick;
  gint64 talk_us;                /* when the next is due */
  guint8 silence[TAC_BODY_SIZE]; /* a tick of it, in Opus */
} Rogue;

/* One line of what happened, for the test. */
void rogue_say (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* rogue-call.c */
void rogue_invite (Rogue *rogue);
gboolean rogue_take_sms (Rogue *rogue, const guint8 *sms, gsize size);
void rogue_send (Rogue *rogue, TacControlType type, const void *value, gsize size);
void rogue_answer (Rogue *rogue);
void rogue_pump (Rogue *rogue);

/* rogue-attacks.c */
/* @n of it, @rate a second; says "done NAME SENT PONGS" afterwards. FALSE: no such attack. */
gboolean rogue_attack (Rogue *rogue, const char *name, guint rate, guint64 n);
void rogue_talk (Rogue *rogue); /* honest voice, until an attack on the voice takes its place */
