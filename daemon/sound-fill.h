/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much voice waits in the sound server to be played: little, but never nothing. Pure; what is
 * measured and what ran dry goes in, how much to write comes out. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define TAC_SOUND_FILL_FIRST_US 30000 /* behind a write, until something is known */
#define TAC_SOUND_FILL_LEAST_US 24000
#define TAC_SOUND_FILL_MOST_US 150000
#define TAC_SOUND_FILL_STALE_US 50000 /* so much more, twice: throw it all away */

typedef struct
{
  int64_t target_us; /* wanted behind a write */
  int64_t least_us;  /* measured since the last correction */
  bool stale;        /* the last measure was */
  unsigned measures; /* of these */
  unsigned peace;    /* measures since the server ran dry */
  unsigned calm;     /* of these, since the target fell */
  unsigned patience; /* of these, before it falls; longer after each time */
  int correction;    /* blocks to write more, or fewer, at the next tick */
} TacSoundFill;

/* The server holds nothing yet. */
void tac_sound_fill_reset (TacSoundFill *fill);
/* The server ran out of samples. */
void tac_sound_fill_ran_dry (TacSoundFill *fill);
/* @queued_us: what the server holds just behind a write, five times a second; anything. True: it is
 * stale, the server should drop it. */
bool tac_sound_fill_measured (TacSoundFill *fill, int64_t queued_us);
/* Blocks of 20 ms to write at this tick: 0, 1 or 2. */
unsigned tac_sound_fill_tick (TacSoundFill *fill);
/**
 * tac_sound_fill_queued:
 * @write_index, @read_index: bytes of 16-bit samples, as a server says; anything
 * @queued_us: (out) what is between them; negative, where it plays what was not written
 *
 * Returns: false for nonsense, which is more than two seconds.
 */
bool tac_sound_fill_queued (int64_t write_index, int64_t read_index, unsigned rate,
                            int64_t *queued_us);
