/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The playout buffer: a table of (tick, arrival, expected), then random networks, then bad input.
 * Time is injected. */
#include "codecs/playout.h"
#include "codecs/voice-encoder.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define RATE 16000
#define TICK_SAMPLES (RATE / 50)
#define MS 1000
#define TICK_US (TAC_TICK_MS * MS)
#define FEC_BODIES 500
#define BODIES 4096 /* coded once, used again: the decoder does not know the ticks */

static uint8_t plain[TAC_PROFILES][BODIES][TAC_BODY_SIZE];
static uint8_t with_fec[FEC_BODIES][TAC_BODY_SIZE];
static unsigned fec_at;

/* Tones that get louder and softer; with many of them libopus hears a voice, and adds FEC. */
static int16_t
tone (unsigned n, unsigned harmonics)
{
  double t = (double)n / RATE, sum = 0;

  for (unsigned i = 1; i <= harmonics; i++)
    sum += sin (2 * G_PI * 150 * i * t) / i;
  return (int16_t)(3000 * (0.6 + 0.4 * sin (2 * G_PI * 4 * t)) * sum);
}

static void
encode (uint8_t bodies[][TAC_BODY_SIZE], unsigned n_bodies, TacProfile profile, unsigned loss)
{
  TacVoiceEncoder *encoder
      = tac_voice_encoder_new (RATE, loss > 0 ? 5 : 0); /* 0 is quick, and makes no FEC */
  int16_t pcm[3 * TICK_SAMPLES];
  unsigned n = 0;

  tac_voice_encoder_set_profile (encoder, profile);
  tac_voice_encoder_set_loss (encoder, loss);
  for (unsigned body = 0; body < n_bodies; body++)
    {
      for (unsigned i = 0; i < tac_voice_encoder_frame (encoder); i++)
        pcm[i] = tone (n++, loss > 0 ? 12 : 2);
      g_assert_true (tac_voice_encode (encoder, pcm, bodies[body]));
    }
  tac_voice_encoder_free (encoder);
}

/* Where eight packets in a row carry FEC, as they do where libopus hears a voice. */
static unsigned
find_fec (void)
{
  unsigned run = 0;

  for (unsigned body = 0; body < FEC_BODIES; body++)
    {
      run = tac_voice_packet_has_fec (with_fec[body]) ? run + 1 : 0;
      if (run == 8)
        return body - 7;
    }
  g_assert_not_reached ();
}

/* What a tick out was made of, by the counter that moved: exactly one does. */
static char
get (TacPlayout *playout, int64_t now_us, int16_t *pcm)
{
  TacPlayoutStats before = *tac_playout_stats (playout), after;
  int16_t own[TICK_SAMPLES];
  char kind = 0;
  unsigned moved = 0;

  bool voice = tac_playout_get (playout, now_us, pcm != NULL ? pcm : own);

  after = *tac_playout_stats (playout);
  for (unsigned i = 0; i < 4; i++)
    {
      uint64_t differences[]
          = { after.played - before.played, after.concealed - before.concealed,
              after.recovered_fec - before.recovered_fec, after.silence - before.silence };

      if (differences[i] == 0)
        continue;
      g_assert_cmpuint (differences[i], ==, 1);
      kind = "PCFS"[i];
      moved++;
    }
  g_assert_cmpuint (moved, ==, 1);
  g_assert_cmpint (voice, ==, kind != 'S');
  return kind;
}

/* Every packet is somewhere, and no more than the bound of them in the buffer. */
static void
check_packets (const TacPlayout *playout)
{
  const TacPlayoutStats *s = tac_playout_stats (playout);
  uint64_t gone = s->duplicate + s->late + s->overflow + s->malformed + s->decoded + s->discarded;

  g_assert_cmpuint (gone, <=, s->received);
  g_assert_cmpuint (s->received - gone, <=, TAC_PLAYOUT_BOUND);
}

typedef struct
{
  uint32_t tick;
  int ms; /* of arrival; 0 ends the list */
} Arrival;

typedef struct
{
  const char *name;
  TacProfile profile;
  bool fec;
  int first_get_ms;
  Arrival arrivals[16];
  const char *expected; /* a letter for each get: Played, Concealed, from FEC, Silence */
  unsigned late, duplicate;
} Row;

static const Row rows[] = {
  { "in-order",
    TAC_PROFILE_WIDE,
    false,
    86,
    { { 0, 100 }, { 1, 120 }, { 2, 140 }, { 3, 160 }, { 4, 180 } },
    "SPPPPP",
    0,
    0 },
  { "starts-anywhere",
    TAC_PROFILE_WIDE,
    false,
    86,
    { { 4000000000u, 100 }, { 4000000001u, 120 }, { 4000000002u, 140 } },
    "SPPP",
    0,
    0 },
  { "duplicates",
    TAC_PROFILE_WIDE,
    false,
    106,
    { { 0, 100 }, { 1, 120 }, { 1, 121 }, { 1, 122 }, { 2, 140 }, { 0, 141 } },
    "PPP",
    1,
    2 },
  { "reordered-in-time",
    TAC_PROFILE_WIDE,
    false,
    106,
    { { 1, 100 }, { 0, 101 }, { 3, 140 }, { 2, 141 }, { 4, 180 } },
    "PPPPP",
    0,
    0 },
  { "reordered-too-late",
    TAC_PROFILE_WIDE,
    false,
    106,
    { { 0, 100 }, { 1, 120 }, { 3, 161 }, { 2, 162 }, { 4, 180 } },
    "PPCPP",
    1,
    0 },
  { "lost",
    TAC_PROFILE_WIDE,
    false,
    106,
    { { 0, 100 }, { 1, 120 }, { 3, 160 }, { 4, 180 } },
    "PPCPP",
    0,
    0 },
  { "late",
    TAC_PROFILE_WIDE,
    false,
    106,
    { { 0, 100 }, { 1, 120 }, { 2, 150 }, { 3, 160 }, { 4, 180 } },
    "PPCPP",
    1,
    0 },
  { "copy-in-time",
    TAC_PROFILE_WIDE,
    true,
    106,
    { { 0, 100 }, { 1, 120 }, { 2, 140 }, { 4, 165 }, { 5, 200 } },
    "PPPFPP",
    0,
    0 },
  { "lean", TAC_PROFILE_LEAN, false, 106, { { 0, 100 }, { 2, 140 }, { 4, 180 } }, "PPPPPP", 0, 0 },
  { "lean-lost",
    TAC_PROFILE_LEAN,
    false,
    106,
    { { 0, 100 }, { 4, 180 }, { 6, 220 } },
    "PPCCPPPP",
    0,
    0 },
  { "thin",
    TAC_PROFILE_THIN,
    false,
    106,
    { { 0, 100 }, { 3, 160 }, { 9, 280 } },
    "PPPPPPCCCPPP",
    0,
    0 },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  TacPlayout *playout = tac_playout_new (RATE);
  const Arrival *arrival = row->arrivals;
  const TacPlayoutStats *stats = tac_playout_stats (playout);
  g_autoptr (GString) got = g_string_new (NULL);

  for (unsigned i = 0; i < strlen (row->expected); i++)
    {
      int now = row->first_get_ms + TAC_TICK_MS * (int)i;

      for (; arrival->ms != 0 && arrival->ms <= now; arrival++)
        {
          unsigned body = arrival->tick / tac_profile_ticks (row->profile) % BODIES;

          tac_playout_put (playout, arrival->ms * MS, arrival->tick,
                           row->fec ? with_fec[fec_at + body] : plain[row->profile][body]);
        }
      g_string_append_c (got, get (playout, now * MS, NULL));
    }
  g_assert_cmpstr (got->str, ==, row->expected);
  g_assert_cmpuint (stats->late, ==, row->late);
  g_assert_cmpuint (stats->duplicate, ==, row->duplicate);
  check_packets (playout);
  tac_playout_free (playout);
}

/* A network over a stretch of time. Delays are in µs; the sender's clock may run fast. */
typedef struct
{
  TacProfile profile;
  double loss, duplication;
  int64_t jitter_us;
  double drift; /* of the sender's clock: 1e-4 is 100 ppm fast */
  int64_t get_phase_us;
} Net;

typedef struct
{
  int64_t at;
  uint32_t tick;
} Flight;

static int
by_time (gconstpointer a, gconstpointer b)
{
  const Flight *x = a, *y = b;

  return x->at < y->at ? -1 : x->at > y->at ? 1 : 0;
}

/* Runs @ticks of media from @first on and calls @check, if any, after each tick. */
static void
run (TacPlayout *playout, const Net *net, uint32_t first, uint32_t ticks,
     void (*check) (TacPlayout *playout, int64_t now))
{
  g_autoptr (GArray) flights = g_array_new (FALSE, FALSE, sizeof (Flight));
  unsigned per_packet = tac_profile_ticks (net->profile), next = 0;

  for (uint32_t tick = first; tick < first + ticks; tick += per_packet)
    {
      double sent = (tick + per_packet) * (double)TICK_US / (1 + net->drift);
      Flight flight = { .tick = tick };

      for (int copy = 0; copy < 2; copy++)
        {
          flight.at = (int64_t)sent + 40 * MS;
          if (net->jitter_us > 0)
            flight.at += (int64_t)(g_test_rand_double () * (double)net->jitter_us);
          if (copy == 0 ? g_test_rand_double () >= net->loss
                        : g_test_rand_double () < net->duplication)
            g_array_append_val (flights, flight);
        }
    }
  g_array_sort (flights, by_time);

  for (uint32_t tick = first; tick < first + ticks; tick++)
    {
      int64_t now = (int64_t)tick * TICK_US + net->get_phase_us;

      for (; next < flights->len && g_array_index (flights, Flight, next).at <= now; next++)
        {
          const Flight *flight = &g_array_index (flights, Flight, next);

          tac_playout_put (playout, flight->at, flight->tick,
                           plain[net->profile][flight->tick / per_packet % BODIES]);
        }
      get (playout, now, NULL);
      check_packets (playout);
      if (check != NULL)
        check (playout, now);
    }
}

static void
test_clean (void)
{
  for (unsigned profile = 0; profile < TAC_PROFILES; profile++)
    {
      TacPlayout *playout = tac_playout_new (RATE);
      const TacPlayoutStats *stats = tac_playout_stats (playout);
      Net net = { .profile = (TacProfile)profile };

      net.get_phase_us = g_test_rand_int_range (0, TICK_US);
      run (playout, &net, 0, 3000, NULL);
      g_assert_cmpuint (stats->concealed + stats->late + stats->expanded, ==, 0);
      g_assert_cmpuint (stats->target_ms, <=, 21);
      g_assert_cmpuint (stats->delay_ms, <=, 21);
      g_assert_cmpuint (stats->jitter_ms, ==, 0);
      tac_playout_free (playout);
    }
}

/* An aligned sink plays just after the margin. */
static void
test_align (void)
{
  TacPlayout *playout = tac_playout_new (RATE);
  int64_t now = 107 * MS;
  int16_t pcm[TICK_SAMPLES];

  g_assert_cmpint (tac_playout_align (playout, now), ==, 0);
  tac_playout_put (playout, 95 * MS, 0, plain[0][0]);
  g_assert_cmpint (tac_playout_align (playout, now), ==, 13 * MS);
  now += 13 * MS;
  tac_playout_put (playout, 115 * MS, 1, plain[0][1]);
  g_assert_cmpint (tac_playout_align (playout, now), ==, 0);
  g_assert_true (tac_playout_get (playout, now, pcm));
  g_assert_cmpuint (tac_playout_stats (playout)->delay_ms, ==, 5);
  g_assert_cmpint (tac_playout_align (playout, now), ==, 0);
  tac_playout_free (playout);
}

/* Jitter comes: the delay follows in a second, then few packets are late. Jitter goes: so does the
 * delay. */
static void
test_adapts (void)
{
  TacPlayout *playout = tac_playout_new (RATE);
  const TacPlayoutStats *stats = tac_playout_stats (playout);
  Net calm = { .get_phase_us = 3 * MS }, rough = { .jitter_us = 80 * MS, .get_phase_us = 3 * MS };
  uint64_t late, concealed;

  run (playout, &calm, 0, 500, NULL);
  g_assert_cmpuint (stats->delay_ms, <=, 28);
  run (playout, &rough, 500, 100, NULL);
  late = stats->late;
  concealed = stats->concealed;
  run (playout, &rough, 600, 1000, NULL);
  g_test_message ("delay %u ms, late %" G_GUINT64_FORMAT " of 1000", stats->delay_ms,
                  stats->late - late);
  g_assert_cmpuint (stats->late - late, <=, 50);
  g_assert_cmpuint (stats->concealed - concealed, <=, 80);
  g_assert_cmpuint (stats->delay_ms, >=, 60);
  g_assert_cmpuint (stats->delay_ms, <=, 130);
  run (playout, &calm, 1600, 1000, NULL);
  g_assert_cmpuint (stats->delay_ms, <=, 28);
  g_assert_cmpuint (stats->accelerated, >=, 2);
  tac_playout_free (playout);
}

/* Ten minutes with clocks 200 ppm apart, which is 120 ms: so much is taken out or put in, in pieces
 * of a few ms. */
static void
test_drift (void)
{
  for (int sign = -1; sign <= 1; sign += 2)
    {
      TacPlayout *playout = tac_playout_new (RATE);
      const TacPlayoutStats *stats = tac_playout_stats (playout);
      Net net = { .drift = sign * 2e-4, .jitter_us = 2 * MS, .get_phase_us = 11 * MS };
      int64_t more;

      run (playout, &net, 0, 30000, NULL);
      more = (int64_t)stats->compressed_samples - (int64_t)stats->stretched_samples;
      g_test_message ("%d ppm: accelerated %" G_GUINT64_FORMAT ", expanded %" G_GUINT64_FORMAT
                      ", concealed %" G_GUINT64_FORMAT ", %d ms",
                      stats->drift_ppm, stats->accelerated, stats->expanded, stats->concealed,
                      (int)(more * 1000 / RATE));
      g_assert_cmpint (sign * more, >=, RATE / 1000 * 90);
      g_assert_cmpint (sign * more, <=, RATE / 1000 * 150);
      g_assert_cmpuint (stats->accelerated + stats->expanded, <=, 50);
      g_assert_cmpuint (stats->concealed, <=, 100);
      g_assert_cmpint (ABS (stats->drift_ppm - sign * 200), <=, 20);
      g_assert_cmpuint (stats->delay_ms, <=, 32);
      tac_playout_free (playout);
    }
}

/* The tones of encode() move at most 530 from sample to sample. */
static int16_t last_sample;

static void
check_click (const int16_t *pcm)
{
  for (unsigned i = 0; i < TICK_SAMPLES; i++)
    {
      g_assert_cmpint (ABS (pcm[i] - last_sample), <, 2000);
      last_sample = pcm[i];
    }
}

/* Ticks are dropped, inserted, lost and late, and nothing of it clicks. */
static void
test_clicks (void)
{
  TacPlayout *playout = tac_playout_new (RATE);
  const TacPlayoutStats *stats = tac_playout_stats (playout);
  uint32_t sent = 0;

  last_sample = 0;
  for (uint32_t tick = 10; tick < 3000; tick++)
    {
      uint32_t delay = tick / 400 % 2 ? 4 : 0; /* of the network, in ticks */
      int64_t now = (int64_t)tick * TICK_US;
      int16_t pcm[TICK_SAMPLES];

      for (; sent + delay <= tick; sent++)
        if (g_test_rand_int_range (0, 25) != 0)
          tac_playout_put (playout, now, sent, plain[0][sent]);
      get (playout, now + 6 * MS, pcm);
      check_click (pcm);
    }
  g_test_message ("accelerated %" G_GUINT64_FORMAT ", expanded %" G_GUINT64_FORMAT
                  ", concealed %" G_GUINT64_FORMAT,
                  stats->accelerated, stats->expanded, stats->concealed);
  g_assert_cmpuint (stats->accelerated + stats->expanded, >, 0);
  g_assert_cmpuint (stats->concealed, >, 0);
  tac_playout_free (playout);
}

static void
test_random (void)
{
  for (int round = 0; round < 60; round++)
    {
      TacPlayout *playout = tac_playout_new (RATE);
      const TacPlayoutStats *stats = tac_playout_stats (playout);
      uint32_t first = round % 2 ? 0 : g_test_rand_int ();
      uint64_t out;
      Net net = { .profile = (TacProfile)g_test_rand_int_range (0, TAC_PROFILES),
                  .loss = g_test_rand_double () * 0.4,
                  .duplication = g_test_rand_double () * 0.3,
                  .jitter_us = g_test_rand_int_range (0, 600 * MS),
                  .get_phase_us = g_test_rand_int_range (0, TICK_US) };

      first = MIN (first, UINT32_MAX - 3000) / 6 * 6;
      run (playout, &net, first, 1200, NULL);
      out = stats->played + stats->concealed + stats->recovered_fec + stats->silence;
      g_assert_cmpuint (out, ==, 1200);
      g_assert_cmpuint (stats->played, >, 300);
      g_assert_cmpuint (stats->target_ms, <=, 900);
      tac_playout_free (playout);
    }
}

/* Nothing for three seconds while the peer's media time goes on, as when the phone changes its
 * network. */
static void
test_outage (void)
{
  TacPlayout *playout = tac_playout_new (RATE);
  const TacPlayoutStats *stats = tac_playout_stats (playout);
  Net net = { .get_phase_us = 8 * MS }, dead = { .loss = 1, .get_phase_us = 8 * MS };
  uint64_t played, concealed;

  run (playout, &net, 0, 100, NULL);
  concealed = stats->concealed;
  run (playout, &dead, 100, 150, NULL);
  g_assert_cmpuint (stats->concealed - concealed, ==, 50); /* then it says nothing */
  g_assert_cmpuint (stats->comfort, ==, 47);
  played = stats->played;
  run (playout, &net, 250, 100, NULL);
  g_assert_cmpuint (stats->played - played, >=, 94);
  g_assert_cmpuint (stats->delay_ms, <=, 28);
  tac_playout_free (playout);
}

/* The peer stands still for a while and its ticks with it: then all that comes is late, and must be
 * played. */
static void
test_stall (void)
{
  static const int stalls_ms[] = { 60, 300, 900, 3000, 60000 };

  for (unsigned i = 0; i < G_N_ELEMENTS (stalls_ms); i++)
    {
      TacPlayout *playout = tac_playout_new (RATE);
      const TacPlayoutStats *stats = tac_playout_stats (playout);
      int64_t now = 8 * MS;
      uint64_t played;

      for (uint32_t tick = 0; tick < 100; tick++, now += TICK_US)
        {
          tac_playout_put (playout, now, tick, plain[0][tick]);
          get (playout, now, NULL);
        }
      for (int ms = 0; ms < stalls_ms[i]; ms += TAC_TICK_MS, now += TICK_US)
        get (playout, now, NULL);
      played = stats->played;
      for (uint32_t tick = 100; tick < 200; tick++, now += TICK_US)
        {
          tac_playout_put (playout, now, tick, plain[0][tick]);
          get (playout, now, NULL);
        }
      g_test_message ("stall %d ms: %" G_GUINT64_FORMAT " of 100 played", stalls_ms[i],
                      stats->played - played);
      g_assert_cmpuint (stats->played - played, >=, 85);
      check_packets (playout);
      tac_playout_free (playout);
    }
}

static void
test_clock_jump (void)
{
  static const int64_t jumps_us[] = { -30 * MS, -2000 * MS, -100000 * MS, 700 * MS, 100000 * MS };

  for (unsigned i = 0; i < G_N_ELEMENTS (jumps_us); i++)
    {
      TacPlayout *playout = tac_playout_new (RATE);
      const TacPlayoutStats *stats = tac_playout_stats (playout);
      int64_t now = 200000 * MS;
      uint64_t played = 0;

      for (uint32_t tick = 0; tick < 800; tick++, now += TICK_US)
        {
          if (tick == 100)
            now += jumps_us[i];
          if (tick == 110)
            played = stats->played;
          tac_playout_put (playout, now, tick, plain[0][tick]);
          get (playout, now + 7 * MS, NULL);
          check_packets (playout);
        }
      g_test_message ("jump %d ms: %" G_GUINT64_FORMAT " of 690 played", (int)(jumps_us[i] / MS),
                      stats->played - played);
      g_assert_cmpuint (stats->played - played, >=, 650);
      g_assert_cmpuint (stats->delay_ms, <=, 60);
      tac_playout_free (playout);
    }
}

/* The tick leaps ahead: the sound goes on at once from there. */
static void
test_tick_jump (void)
{
  TacPlayout *playout = tac_playout_new (RATE);
  int64_t now = 8 * MS;

  for (uint32_t tick = 0; tick < 100; tick++, now += TICK_US)
    {
      tac_playout_put (playout, now, tick < 50 ? tick : tick + 1000000, plain[0][tick]);
      get (playout, now + 6 * MS, NULL);
      check_packets (playout);
    }
  g_assert_cmpuint (tac_playout_stats (playout)->played, >=, 95);
  g_assert_cmpuint (tac_playout_stats (playout)->delay_ms, <=, 28);
  tac_playout_free (playout);
}

/* A peer with the right keys floods, or leaps ahead with every packet; then it is honest: it is
 * heard within a second, and within a minute as soon as ever (five seconds for the window to
 * forget, then a tick at a time). */
static void
test_malice (void)
{
  static const struct
  {
    const char *what;
    int64_t interval_us;
    uint32_t step;
  } floods[] = {
    { "1 Mbit/s", 648, 1 },
    { "1 Mbit/s of future", 648, 8 << 9 },
    { "eight epochs ahead each time", TICK_US, 8 << 9 },
    { "a second ahead each time", TICK_US, 50 },
    { "all of one packet's time", 10, 3 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (floods); i++)
    {
      TacPlayout *playout = tac_playout_new (RATE);
      const TacPlayoutStats *stats = tac_playout_stats (playout);
      int64_t now = 8 * MS, next_get = now;
      uint64_t played = 0;
      uint32_t tick = 0;

      for (unsigned n = 0; n < 3000; n++, now += floods[i].interval_us, tick += floods[i].step)
        {
          tac_playout_put (playout, now, tick, plain[0][n % BODIES]);
          for (; next_get <= now; next_get += TICK_US)
            get (playout, next_get, NULL);
          check_packets (playout);
        }
      for (unsigned n = 0; n < 3000; n++, now += TICK_US, tick++)
        {
          if (n == 50)
            played = stats->played;
          tac_playout_put (playout, now, tick, plain[0][n]);
          for (; next_get <= now; next_get += TICK_US)
            get (playout, next_get, NULL);
        }
      g_test_message ("%s: %" G_GUINT64_FORMAT " of 2950 played, delay %u ms", floods[i].what,
                      stats->played - played, stats->delay_ms);
      g_assert_cmpuint (stats->played - played, >=, 2900);
      g_assert_cmpuint (stats->delay_ms, <=, 60);
      tac_playout_free (playout);
    }
}

static void
test_hostile (void)
{
  static const uint32_t corners[]
      = { 0, 1, 49, 50, 63, 64, 0x7fffffff, 0x80000000, UINT32_MAX - 1, UINT32_MAX };

  for (int round = 0; round < 20; round++)
    {
      TacPlayout *playout = tac_playout_new (RATE);
      int64_t now = g_test_rand_int ();
      uint64_t gets = 0;
      const TacPlayoutStats *stats = tac_playout_stats (playout);

      for (int step = 0; step < 2000; step++)
        {
          uint8_t body[TAC_BODY_SIZE];
          uint32_t tick = step % 3 == 0 ? corners[g_test_rand_int_range (0, G_N_ELEMENTS (corners))]
                          : step % 3 == 1 ? (uint32_t)g_test_rand_int ()
                                          : (uint32_t)step;

          for (unsigned i = 0; i < sizeof body; i++)
            body[i] = (uint8_t)g_test_rand_int ();
          if (step % 50 == 0)
            now = (int64_t)((uint64_t)g_test_rand_int () << 32 | g_test_rand_int ());
          tac_playout_put (playout, now, tick, step % 4 ? body : plain[step % 3][step]);
          check_packets (playout);
          if (step % 2)
            {
              get (playout, now, NULL);
              gets++;
            }
          now = now < INT64_MAX - TICK_US ? now + TICK_US / 2 : now;
        }
      g_assert_cmpuint (stats->played + stats->concealed + stats->recovered_fec + stats->silence,
                        ==, gets);
      g_assert_cmpuint (stats->received, ==, 2000);
      tac_playout_free (playout);
    }
}

static void
test_arguments (void)
{
  g_assert_null (tac_playout_new (44100));
  g_assert_null (tac_playout_new (0));
  tac_playout_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (unsigned profile = 0; profile < TAC_PROFILES; profile++)
    encode (plain[profile], BODIES, (TacProfile)profile, 0);
  encode (with_fec, FEC_BODIES, TAC_PROFILE_WIDE, 10);
  fec_at = find_fec ();

  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/playout/table/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/playout/clean-network", test_clean);
  g_test_add_func ("/playout/align", test_align);
  g_test_add_func ("/playout/adapts-to-jitter", test_adapts);
  g_test_add_func ("/playout/clock-drift", test_drift);
  g_test_add_func ("/playout/no-clicks", test_clicks);
  g_test_add_func ("/playout/random-network", test_random);
  g_test_add_func ("/playout/outage", test_outage);
  g_test_add_func ("/playout/peer-stalls", test_stall);
  g_test_add_func ("/playout/clock-jumps", test_clock_jump);
  g_test_add_func ("/playout/tick-jumps", test_tick_jump);
  g_test_add_func ("/playout/malice", test_malice);
  g_test_add_func ("/playout/hostile", test_hostile);
  g_test_add_func ("/playout/arguments", test_arguments);
  return g_test_run ();
}
