/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call of one: what it would send goes round a ring of sealed packets and is received. */
#include "daemon/audio-test.h"

#include "codecs/cursor.h"

#include <malloc.h>
#include <sodium.h>
#include <string.h>

#define TICK_MS 20
#define SLOTS_MOST (TAC_AUDIO_TEST_DELAY_MOST_MS / TICK_MS)
#define LOOK_MS 100
#define START_MS 3000 /* that the sound server may take */
#define REST_MS 300   /* what of the last word is still in the chain */

struct TacAudioTest
{
  TacAudioTestEvents events;
  gpointer user_data;
  TacAudioTestOptions options;
  const TacEngine *engine;
  TacMedia *media;
  guint timer;
  gint64 asked_us, heard_us; /* when it began; when there was sound, 0 before */
  guint64 captured, missing; /* blocks until then */
  gboolean muted;
  TacAudioReport report;
  gint64 sent_us; /* atomic: when the packet of tick 0 was sealed, or would have been */

  /* Of the sound thread. */
  guint slots, slot;
  guint64 sent;
  guint8 ring[SLOTS_MOST][TAC_DATAGRAM_SIZE];
};

/* Sound thread. The oldest packet leaves the ring where the new one enters it. */
static void
on_send (const guint8 packet[TAC_DATAGRAM_SIZE], gpointer user_data)
{
  TacAudioTest *test = user_data;
  TacReader reader = tac_reader (packet + 1, TAC_DATAGRAM_HEADER_SIZE - 1);
  gint64 tick = (gint64)tac_read_number (&reader, 4);
  guint8 *place = test->slots > 0 ? test->ring[test->slot] : NULL;

  __atomic_store_n (&test->sent_us, g_get_monotonic_time () - tick * TICK_MS * 1000,
                    __ATOMIC_RELAXED);
  if (place == NULL)
    {
      test->engine->media_receive (test->media, packet, TAC_DATAGRAM_SIZE);
      return;
    }
  if (test->sent++ >= test->slots)
    test->engine->media_receive (test->media, place, TAC_DATAGRAM_SIZE);
  memcpy (place, packet, TAC_DATAGRAM_SIZE);
  test->slot = (test->slot + 1) % test->slots;
}

static void
on_failed (const char *message, gpointer user_data G_GNUC_UNUSED)
{
  g_message ("test of the sound: %s", message);
}

/* How long what is played now has taken since it was sealed. */
static void
measure_chain (TacAudioTest *test)
{
  const TacPlayoutStats *playout = &test->report.stats.receiver.playout;
  gint64 us = playout->transit_us - __atomic_load_n (&test->sent_us, __ATOMIC_RELAXED);

  us -= (gint64)test->slots * TICK_MS * 1000;
  if (playout->played > 0 && us >= 0 && us < G_USEC_PER_SEC)
    test->report.chain_ms = (guint)MAX (us / 1000, 1);
}

static void
look (TacAudioTest *test)
{
  TacAudioReport *report = &test->report;

  test->engine->media_get_stats (test->media, &report->stats);
  report->captured_dbfs = MAX (report->captured_dbfs, report->stats.captured_dbfs);
  report->played_dbfs = MAX (report->played_dbfs, report->stats.played_dbfs);
  report->blocks = test->heard_us != 0 ? report->stats.captured - test->captured : 0;
  report->missing = test->heard_us != 0 ? report->stats.missing - test->missing : 0;
  measure_chain (test);
}

/* What the microphone did not deliver before it was open is no fault of it. */
static void
begin (TacAudioTest *test, gint64 now)
{
  test->heard_us = now;
  test->captured = test->report.stats.captured;
  test->missing = test->report.stats.missing;
}

static gboolean
on_look (gpointer user_data)
{
  TacAudioTest *test = user_data;
  gint64 now = g_get_monotonic_time ();
  gint64 listens_ms = (gint64)test->options.seconds * 1000, gone_ms;

  look (test);
  if (test->heard_us == 0 && test->report.stats.sound)
    begin (test, now);
  if (test->heard_us == 0)
    {
      if (now - test->asked_us > START_MS * 1000)
        tac_audio_test_end (test, TAC_AUDIO_END_TIME);
      return G_SOURCE_CONTINUE;
    }
  gone_ms = (now - test->heard_us) / 1000;
  if (gone_ms >= listens_ms && !test->muted)
    {
      test->engine->media_set_muted (test->media, TRUE);
      test->muted = TRUE;
    }
  if (gone_ms >= listens_ms + test->slots * TICK_MS + REST_MS)
    tac_audio_test_end (test, TAC_AUDIO_END_TIME);
  else
    test->events.progress (test->report.stats.captured_dbfs, test->report.stats.played_dbfs,
                           (guint)MAX (listens_ms - gone_ms, 0), test->user_data);
  return G_SOURCE_CONTINUE;
}

static void
stop (TacAudioTest *test)
{
  g_clear_handle_id (&test->timer, g_source_remove);
  if (test->media == NULL)
    return;
  test->engine->media_end (test->media);
  test->engine->media_free (g_steal_pointer (&test->media));
#ifdef __GLIBC__
  malloc_trim (0); /* an idle daemon gives back what a call takes */
#endif
}

void
tac_audio_test_end (TacAudioTest *test, TacAudioEnd end)
{
  look (test);
  stop (test);
  test->report.end = end;
  test->events.done (&test->report, test->user_data);
}

/* One key both ways, for packets that never leave this process. */
static void
start (TacAudioTest *test)
{
  guint8 chain[TAC_KEY_SIZE];

  randombytes_buf (chain, sizeof chain);
  test->engine->media_start (test->media, chain, chain);
  sodium_memzero (chain, sizeof chain);
}

TacAudioTest *
tac_audio_test_new (const TacConfig *config, const TacAudioTestOptions *options,
                    const TacAudioTestEvents *events, gpointer user_data, GError **error)
{
  static const TacMediaEvents media_events = { .send = on_send, .failed = on_failed };
  TacAudioTest *test = g_new0 (TacAudioTest, 1);

  test->events = *events;
  test->user_data = user_data;
  test->options = *options;
  test->slots = MIN (options->delay_ms / TICK_MS, SLOTS_MOST);
  test->report.delay_ms = test->slots * TICK_MS;
  test->report.captured_dbfs = test->report.played_dbfs = TAC_LEVEL_SILENCE;
  test->engine = tac_engine_load (error);
  if (test->engine != NULL)
    test->media = test->engine->media_new (config, &media_events, test, error);
  if (test->media == NULL)
    {
      tac_audio_test_free (test);
      return NULL;
    }
  test->asked_us = g_get_monotonic_time ();
  start (test);
  test->timer = g_timeout_add (LOOK_MS, on_look, test);
  return test;
}

void
tac_audio_test_free (TacAudioTest *test)
{
  stop (test);
  sodium_memzero (test->ring, sizeof test->ring);
  g_free (test);
}
