/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tone after a call: the sound lives on for it, the call does not. */
#pragma once
#include "daemon/engine.h"

typedef struct TacFarewell TacFarewell;

TacFarewell *tac_farewell_new (const TacConfig *config);
/* Plays @tone for a second and a half. @media: (transfer full) (nullable): of the call; nothing is
 * captured or sent by it from here on, and no key is left in it. NULL: it came to none, one is
 * opened for the tone. */
void tac_farewell_play (TacFarewell *farewell, const TacEngine *engine, TacMedia *media,
                        TacToneKind tone);
/* At once: a new call needs the ear piece. */
void tac_farewell_stop (TacFarewell *farewell);
void tac_farewell_free (TacFarewell *farewell);
