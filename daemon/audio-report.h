/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a test of the sound found: figures, and what is wrong in words. */
#pragma once
#include "daemon/engine.h"

typedef enum
{
  TAC_AUDIO_END_TIME,
  TAC_AUDIO_END_STOPPED, /* by who asked for it */
  TAC_AUDIO_END_CALL,    /* a call needs the sound */
} TacAudioEnd;

typedef enum
{
  TAC_AUDIO_NO_SOUND,   /* of the sound server */
  TAC_AUDIO_NO_SAMPLES, /* the microphone delivers nothing */
  TAC_AUDIO_SILENT,     /* nothing but zeros */
  TAC_AUDIO_QUIET,
  TAC_AUDIO_CLIPPING,
  TAC_AUDIO_LOST, /* what was said did not come back */
  TAC_AUDIO_MUTED /* the speaker */
} TacAudioProblem;
#define TAC_AUDIO_PROBLEMS 7

typedef struct
{
  TacAudioEnd end;
  TacMediaStats stats;             /* at the end */
  guint64 blocks, missing;         /* of 20 ms, since there was sound; of these, not delivered */
  gint captured_dbfs, played_dbfs; /* of the loudest 100 ms */
  guint delay_ms;                  /* on purpose */
  guint chain_ms;                  /* from sealing to playing, without delay_ms; 0: unknown */
} TacAudioReport;

gboolean tac_audio_report_has (const TacAudioReport *report, TacAudioProblem problem);
/* From the mouth to the ear, without delay_ms; 0: unknown. */
guint tac_audio_report_total_ms (const TacAudioReport *report);
/* As org.tacitel.Audio1 says; floating. */
GVariant *tac_audio_report_to_variant (const TacAudioReport *report);
