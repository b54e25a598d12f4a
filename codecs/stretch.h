/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shorter and longer speech of the same pitch: a piece that repeats, mostly a pitch period, is
 * taken out or put in by overlap-add (WSOLA). Pure functions over samples; nothing is allocated. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define TAC_STRETCH_LEAST_US 2500 /* a pitch of 400 Hz */
#define TAC_STRETCH_MOST_US 15000 /* 66 Hz */

/* How well a piece must repeat: of 256. Where nobody hears it, anything will do. */
#define TAC_STRETCH_ALIKE 218 /* 0.85 */
#define TAC_STRETCH_HURRY 140 /* 0.55 */
#define TAC_STRETCH_ANY (-512)
#define TAC_STRETCH_NEVER 512

/* Samples that tac_stretch_shorten() needs. */
unsigned tac_stretch_reach (unsigned rate);

/**
 * tac_stretch_shorten:
 * @pcm: @n samples, tac_stretch_reach() at least; so many less on return as it says
 * @most: samples to take out at most
 * @alike: how much the piece must repeat
 *
 * Takes a piece out near the beginning, by a cross-fade over its length.
 * Returns: samples taken out; 0 = nothing repeats well enough, and @pcm is untouched.
 */
unsigned tac_stretch_shorten (int16_t *pcm, unsigned n, unsigned rate, unsigned most, int alike);

/**
 * tac_stretch_lengthen:
 * @pcm: @n samples with room for TAC_STRETCH_MOST_US more; before it the last TAC_STRETCH_MOST_US
 * that were played
 * @most: samples to put in at most; TAC_STRETCH_LEAST_US where it is less
 *
 * Puts a piece in at the beginning: what was just played is played again.
 * Returns: samples put in, or 0, as above.
 */
unsigned tac_stretch_lengthen (int16_t *pcm, unsigned n, unsigned rate, unsigned most, int alike);

/**
 * tac_stretch_merge:
 * @pcm: @n samples of another origin than the 2 × TAC_STRETCH_MOST_US that are before it
 * @most: samples at the beginning of @pcm that may be left out, so that the waves meet
 *
 * Fades from how the sound before would have gone on to @pcm.
 * Returns: samples left out; @pcm is so much shorter.
 */
unsigned tac_stretch_merge (int16_t *pcm, unsigned n, unsigned rate, unsigned most);
