/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a peer with the right keys can do to a call, at any rate. */
#include "tests/rogue/rogue.h"

#include "codecs/path-offer.h"
#include "codecs/voice-encoder.h"

#include <sodium.h>
#include <string.h>

#define PACE_MS 10
#define VOICE_MS 20

/* Control bodies past the lane: whatever they say is sealed and sent. */

static void
send_raw (Rogue *rogue, const guint8 plain[TAC_BODY_SIZE])
{
  guint8 packet[TAC_DATAGRAM_SIZE];

  tac_control_seal (&rogue->raw, plain, packet);
  rogue_path_send (rogue->path, packet, sizeof packet);
}

static void
send_body (Rogue *rogue, const TacControlBody *body)
{
  guint8 plain[TAC_BODY_SIZE];

  tac_control_body_encode (body, plain);
  send_raw (rogue, plain);
}

/* The next in sequence, so that it is taken. */
static void
send_next (Rogue *rogue, TacControlType type, gboolean more, const guint8 *value, gsize size)
{
  TacControlBody body = { .type = (guint8)type, .more = more, .size = (guint8)size };

  rogue->raw_sequence = rogue->raw_sequence % 65535 + 1;
  body.sequence = rogue->raw_sequence;
  memcpy (body.value, value, size);
  send_body (rogue, &body);
}

static void
send_loose (Rogue *rogue, TacControlType type, const void *value, gsize size)
{
  TacControlBody body = { .type = (guint8)type, .size = (guint8)size };

  memcpy (body.value, value, size);
  send_body (rogue, &body);
}

/* Ten candidates, others every time. */
static void
make_offer (guint8 value[TAC_PATH_OFFER_SIZE], guint64 n)
{
  TacPathOffer offer = { .generation = (guint8)n, .candidates.n = TAC_CANDIDATES_MAX };

  for (gsize i = 0; i < TAC_CANDIDATES_MAX; i++)
    offer.candidates.list[i] = (TacCandidate){
      .kind = (TacCandidateKind)(1 + i % 3),
      .address = { 198, 18, (guint8)(n % 251), (guint8)(1 + i + n / 251) },
      .port = (guint16)(1024 + n),
    };
  tac_path_offer_encode (&offer, value);
}

static void
shoot_path (Rogue *rogue, guint64 n)
{
  guint8 value[TAC_PATH_OFFER_SIZE];

  make_offer (value, n);
  send_next (rogue, TAC_CONTROL_PATH, TRUE, value, TAC_CONTROL_VALUE_MAX);
  send_next (rogue, TAC_CONTROL_PATH, FALSE, value + TAC_CONTROL_VALUE_MAX,
             sizeof value - TAC_CONTROL_VALUE_MAX);
}

static void
shoot_path_on_lane (Rogue *rogue, guint64 n)
{
  guint8 value[TAC_PATH_OFFER_SIZE];

  make_offer (value, n);
  rogue_send (rogue, TAC_CONTROL_PATH, value, sizeof value);
}

static void
shoot_garbage (Rogue *rogue, guint64 n)
{
  guint8 plain[TAC_BODY_SIZE];

  randombytes_buf (plain, sizeof plain);
  send_raw (rogue, plain);
}

static void
shoot_fragment (Rogue *rogue, guint64 n)
{
  guint8 value[TAC_CONTROL_VALUE_MAX];

  memset (value, (guint8)n, sizeof value);
  send_next (rogue, TAC_CONTROL_KEM_KEY, TRUE, value, sizeof value);
}

/* Anywhere on the circle of sequences, and acknowledging what was never sent. */
static void
shoot_jump (Rogue *rogue, guint64 n)
{
  TacControlBody body = { .type = TAC_CONTROL_HOLD,
                          .sequence = (guint16)(1 + randombytes_uniform (65535)),
                          .acknowledges = (guint16)randombytes_uniform (65536) };

  send_body (rogue, &body);
}

static void
shoot_report (Rogue *rogue, guint64 n)
{
  TacControlReport report = { .highest_tick = UINT32_MAX - (guint32)n,
                              .lost = 255,
                              .late = 255,
                              .concealed = 255,
                              .playout_delay_ms = 65535,
                              .jitter_ms = 65535,
                              .growth_ms = 65535 };
  guint8 value[TAC_REPORT_SIZE];

  tac_control_report_encode (&report, value);
  send_loose (rogue, TAC_CONTROL_REPORT, value, sizeof value);
}

static void
shoot_ping (Rogue *rogue, guint64 n)
{
  send_loose (rogue, TAC_CONTROL_PING, &n, 8);
}

static void
shoot_kem (Rogue *rogue, guint64 n)
{
  static const guint8 key[1184];

  rogue_send (rogue, n % 2 == 0 ? TAC_CONTROL_KEM_KEY : TAC_CONTROL_KEM_TEXT, key,
              n % 2 == 0 ? 1184 : 1088);
}

/* All that has had its turn. */
static void
shoot_again (Rogue *rogue, guint64 n)
{
  static const TacControlType types[]
      = { TAC_CONTROL_READY,      TAC_CONTROL_SAS_COMMIT, TAC_CONTROL_SAS_NONCE,
          TAC_CONTROL_SAS_REVEAL, TAC_CONTROL_RINGING,    TAC_CONTROL_ANSWER };
  static const guint8 value[32] = { 7 };

  rogue_send (rogue, types[n % G_N_ELEMENTS (types)], value, sizeof value);
}

static void
shoot_hold (Rogue *rogue, guint64 n)
{
  static const TacControlType types[] = { TAC_CONTROL_HOLD, TAC_CONTROL_RESUME, TAC_CONTROL_TONE };

  send_next (rogue, types[n % G_N_ELEMENTS (types)], FALSE, (const guint8 *)"5", n % 3 == 2);
}

static void
shoot_bye (Rogue *rogue, guint64 n)
{
  send_next (rogue, TAC_CONTROL_BYE, FALSE, (const guint8[]){ 200 }, 1);
}

/* Voice */

static void
send_voice (Rogue *rogue, TacVoiceSealer *sealer, guint64 tick, const guint8 body[TAC_BODY_SIZE])
{
  guint8 packet[TAC_DATAGRAM_SIZE];

  if (tac_voice_seal (sealer, (guint32)tick, body, packet))
    rogue_path_send (rogue->path, packet, sizeof packet);
}

static void
shoot_voice (Rogue *rogue, guint64 n)
{
  send_voice (rogue, &rogue->voice, rogue->tick++, rogue->silence);
}

static void
shoot_noise (Rogue *rogue, guint64 n)
{
  guint8 body[TAC_BODY_SIZE];

  randombytes_buf (body, sizeof body);
  send_voice (rogue, &rogue->voice, rogue->tick++, body);
}

/* As far ahead as opens, and every second time as much again, which must not. */
static void
shoot_future (Rogue *rogue, guint64 n)
{
  const guint64 jump = TAC_EPOCH_AHEAD_MAX << TAC_EPOCH_SHIFT;
  TacVoiceSealer beyond;
  guint8 packet[TAC_DATAGRAM_SIZE];

  if (n % 2 == 0)
    {
      rogue->tick += jump;
      send_voice (rogue, &rogue->voice, rogue->tick - 1, rogue->silence);
      return;
    }
  beyond = rogue->voice;
  tac_voice_seal (&beyond, (guint32)(rogue->tick + jump - 1), rogue->silence, packet);
  send_voice (rogue, &beyond, rogue->tick + 2 * jump - 1, rogue->silence);
}

static const struct
{
  const char *name;
  void (*shoot) (Rogue *rogue, guint64 n);
  gboolean replaces_voice;
} attacks[] = {
  { "path", shoot_path, FALSE },       { "path-on-lane", shoot_path_on_lane, FALSE },
  { "garbage", shoot_garbage, FALSE }, { "fragments", shoot_fragment, FALSE },
  { "jumps", shoot_jump, FALSE },      { "reports", shoot_report, FALSE },
  { "pings", shoot_ping, FALSE },      { "kem", shoot_kem, FALSE },
  { "again", shoot_again, FALSE },     { "holds", shoot_hold, FALSE },
  { "bye", shoot_bye, FALSE },         { "voice", shoot_voice, TRUE },
  { "noise", shoot_noise, TRUE },      { "future", shoot_future, TRUE },
};

typedef struct
{
  Rogue *rogue;
  guint attack, rate;
  guint64 sent, wanted;
  gint64 start_us;
} Running;

static gboolean
on_pace (gpointer user_data)
{
  Running *running = user_data;
  guint64 due
      = (guint64)(g_get_monotonic_time () - running->start_us) * running->rate / G_USEC_PER_SEC;

  for (; running->sent < MIN (due, running->wanted); running->sent++)
    attacks[running->attack].shoot (running->rogue, running->sent);
  if (running->sent < running->wanted)
    return G_SOURCE_CONTINUE;
  rogue_say ("done %s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, attacks[running->attack].name,
             running->sent, running->rogue->pongs);
  running->rogue->silent = FALSE;
  g_free (running);
  return G_SOURCE_REMOVE;
}

gboolean
rogue_attack (Rogue *rogue, const char *name, guint rate, guint64 n)
{
  for (guint i = 0; i < G_N_ELEMENTS (attacks); i++)
    if (g_str_equal (attacks[i].name, name))
      {
        Running *running = g_new (Running, 1);

        *running = (Running){ rogue, i, rate, 0, n, g_get_monotonic_time () };
        rogue->silent = attacks[i].replaces_voice;
        g_timeout_add (PACE_MS, on_pace, running);
        return TRUE;
      }
  return FALSE;
}

/* At the clock's pace, whatever the timer's. */
static gboolean
on_talk (gpointer user_data)
{
  Rogue *rogue = user_data;
  gint64 now_us = g_get_monotonic_time ();

  for (; rogue->talk_us <= now_us; rogue->talk_us += VOICE_MS * 1000)
    if (!rogue->silent)
      shoot_voice (rogue, 0);
  return G_SOURCE_CONTINUE;
}

void
rogue_talk (Rogue *rogue)
{
  TacVoiceEncoder *encoder = tac_voice_encoder_new (16000, 0);

  if (encoder == NULL || !tac_voice_encode (encoder, NULL, rogue->silence))
    g_error ("libopus encodes no silence");
  tac_voice_encoder_free (encoder);
  rogue->talk_us = g_get_monotonic_time ();
  g_timeout_add (VOICE_MS / 2, on_talk, rogue);
}
