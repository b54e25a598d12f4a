/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hear yourself as the other phone would: the whole chain of a call (filters, Opus, sealing,
 * opening, playout) with a loop in place of the network. No modem, network or identity is needed.
 */
#pragma once
#include "daemon/audio-report.h"

#define TAC_AUDIO_TEST_SECONDS_MOST 300
#define TAC_AUDIO_TEST_DELAY_MOST_MS 5000

typedef struct TacAudioTest TacAudioTest;

typedef struct
{
  guint seconds;  /* that are listened to; then what was said last is still heard */
  guint delay_ms; /* that the loop adds, in steps of 20: to hear oneself apart from oneself */
} TacAudioTestOptions;

/* Both on the main loop. */
typedef struct
{
  /* Ten times a second. @left_ms: of the listening; 0: only playing any more. */
  void (*progress) (gint captured_dbfs, gint played_dbfs, guint left_ms, gpointer user_data);
  /* Once, unless freed before: the devices are closed, the key is wiped. It may free the test. */
  void (*done) (const TacAudioReport *report, gpointer user_data);
} TacAudioTestEvents;

/* NULL: TAC_ERROR_FAILED (no engine), TAC_ERROR_MEDIA_FAILED. What the sound server does is in the
 * report. */
TacAudioTest *tac_audio_test_new (const TacConfig *config, const TacAudioTestOptions *options,
                                  const TacAudioTestEvents *events, gpointer user_data,
                                  GError **error);
/* Now; done() runs within this. */
void tac_audio_test_end (TacAudioTest *test, TacAudioEnd end);
void tac_audio_test_free (TacAudioTest *test);
